// Parses an order_by: columns, each with ASC or DESC if needed.

import { FilterError } from './filter-error.ts'

export interface OrderTerm {
  readonly column: string
  readonly descending: boolean
}

/** @throws FilterError `bad-order-by` */
export function parseOrderBy(text: string): readonly OrderTerm[] {
  return split(text).map(({ part, at }) => {
    const match = /^\s*"?([A-Za-z_][A-Za-z0-9_]*)"?(?:\s+(ASC|DESC))?\s*$/i.exec(part)
    if (!match) throw new FilterError(text, at, 'a column, then ASC or DESC if needed', found(part), 'bad-order-by')
    return { column: match[1]!, descending: match[2]?.toUpperCase() === 'DESC' }
  })
}

function split(text: string): readonly { part: string; at: number }[] {
  let at = 1
  return text.split(',').map((part) => {
    const here = { part, at: at + (part.length - part.trimStart().length) }
    at += part.length + 1
    return here
  })
}

function found(part: string): string {
  return part.trim() === '' ? 'nothing' : JSON.stringify(part.trim().slice(0, 100))
}
