// Cuts a filter into its words, numbers, texts and signs.

import { FilterError } from './filter-error.ts'

export type Token =
  | { is: 'word'; text: string; at: number }
  | { is: 'number'; text: string; at: number }
  | { is: 'string'; text: string; at: number }
  | { is: 'sign'; text: string; at: number }
  | { is: 'end'; text: 'the end'; at: number }

const SPACE = /\s+/y
const PATTERNS = [
  ['word', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['word', /"[A-Za-z_][A-Za-z0-9_]*"/y],
  ['number', /\d+(\.\d+)?([eE][+-]?\d+)?|\.\d+/y],
  ['string', /'(?:[^']|'')*'/y],
  ['sign', /<>|!=|<=|>=|==|[=<>(),+-]/y],
] as const

/** @throws FilterError where a character fits nothing */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let position = 0
  while (position < text.length) {
    const space = match(SPACE, text, position)
    if (space !== undefined) {
      position += space.length
      continue
    }
    const token = tokenAt(text, position)
    tokens.push(token)
    position += token.length
  }
  return [...tokens, { is: 'end', text: 'the end', at: text.length + 1 }]
}

function tokenAt(text: string, position: number): Token & { length: number } {
  for (const [is, pattern] of PATTERNS) {
    const found = match(pattern, text, position)
    if (found === undefined) continue
    return { is, text: content(is, found), at: position + 1, length: found.length }
  }
  const rest = text[position] === "'" ? 'a text without its closing quote' : JSON.stringify(text[position])
  throw new FilterError(text, position + 1, 'a column, a value or an operator', rest)
}

function content(is: Token['is'], found: string): string {
  if (is === 'string') return found.slice(1, -1).replaceAll("''", "'")
  return found.startsWith('"') ? found.slice(1, -1) : found
}

function match(pattern: RegExp, text: string, position: number): string | undefined {
  pattern.lastIndex = position
  return pattern.exec(text)?.[0]
}
