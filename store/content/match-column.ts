// Which column a key of the content belongs to (narrative format, 19.6), and what a new column is called.

import { isIdentifier, sameName } from './identifier.ts'
import type { TableColumn } from './table.ts'

/** Names that SQLite gives to the number of a row, and JavaScript to what an object inherits from. */
const TAKEN = /^(rowid|oid|_rowid_|__proto__)$/i

/** By exact name, then in lower case, snake_case and camelCase; the case of a column's letters never matters. */
export function matchColumn(key: string, columns: readonly TableColumn[]): TableColumn | undefined {
  const exact = columns.find(({ name }) => name === key)
  if (exact) return exact
  for (const spelling of [key, snakeCase(key), camelCase(key), columnName(key)]) {
    const found = columns.find(({ name }) => spelling !== undefined && sameName(name, spelling))
    if (found) return found
  }
  return undefined
}

/** The key itself if it can be a name, else its letters and digits; undefined when nothing of it can be used. */
export function columnName(key: string): string | undefined {
  if (isIdentifier(key) && !TAKEN.test(key)) return key
  const snake = snakeCase(key)
  const name = /^\d/.test(snake) || TAKEN.test(snake) ? `c_${snake}` : snake
  return isIdentifier(name) ? name : undefined
}

function snakeCase(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase()
}

function camelCase(key: string): string {
  return key.replace(/[^A-Za-z0-9]+(.)?/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? '')
}
