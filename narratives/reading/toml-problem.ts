// Toml problem: what is wrong with a text that is no TOML, told at the place where a person has to mend it.
//
//   The parser stops where it cannot go on. What was opened and never closed is better shown where it was opened.

import type { ParseError } from 'toml-eslint-parser'

const PLAINER: readonly (readonly [RegExp, string])[] = [
  [/^Unspecified values/, 'a value is missing after the equals sign'],
  [/^Defining a key multiple/, 'this key or table is already defined above'],
  [/^Must be a newline/, 'nothing may follow a value on its line; put the next key on a line of its own'],
  [/^The key, equals sign/, 'a key, its equals sign and its value must stand on one line'],
  [/^Expected equal/, 'an equals sign is missing after the key'],
  [/^Leading zeros/, 'a number must not begin with a zero'],
]

/** Both count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

export function explainProblem(error: ParseError, source: string): { message: string; at: Position } {
  const text = source.replace(/^\uFEFF/, '')
  const header = openHeaderBefore(text, error)
  if (header !== undefined) return { message: 'this table header is never closed', at: header }
  const opening = firstOpen(/^Unterminated string/.test(error.message) ? text.slice(0, error.index) : text)
  const isCause = opening !== undefined && opening.index < error.index
  if (isCause && (opening.what !== 'string' || /^Unterminated string/.test(error.message))) {
    return { message: `this ${opening.what} is never closed`, at: positionAt(text, opening.index) }
  }
  const plainer = PLAINER.find(([pattern]) => pattern.test(error.message))?.[1]
  const message = plainer ?? `${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`
  return { message, at: { line: error.lineNumber, column: error.column + 1 } }
}

/** The end of the line before the error, if that line is a header without its closing bracket. */
function openHeaderBefore(text: string, error: ParseError): Position | undefined {
  const line = error.lineNumber - 1
  const before = text.split('\n')[line - 1]?.trimEnd()
  return before !== undefined && /^\s*\[[^\]#=]*$/.test(before) && /same line|table/.test(error.message)
    ? { line, column: before.length + 1 }
    : undefined
}

interface Opening {
  readonly what: 'string' | 'array' | 'inline table'
  readonly index: number
}

/** The string, array or inline table that is still open at the end of the text; of several the innermost. */
function firstOpen(text: string): Opening | undefined {
  const open: Opening[] = []
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index]
    if (char === '#') index = endOf(text, '\n', index)
    else if (char === '[' || char === '{') open.push({ what: char === '[' ? 'array' : 'inline table', index })
    else if (char === ']' || char === '}') open.pop()
    else if (char === '"' || char === "'") {
      const end = stringEnd(text, index)
      if (end === undefined) return { what: 'string', index }
      index = end
    }
  }
  return open.at(-1)
}

/** Index of the last character of the string that begins at `start`; undefined if it does not end. */
function stringEnd(text: string, start: number): number | undefined {
  const quote = text[start]!
  const delimiter = text.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote
  for (let index = start + delimiter.length; index < text.length; index += 1) {
    if (quote === '"' && text[index] === '\\') index += 1
    else if (delimiter.length === 1 && text[index] === '\n') return undefined
    else if (text.startsWith(delimiter, index)) {
      let last = index + delimiter.length - 1
      // Up to two quotes may stand just inside the closing three.
      while (delimiter.length === 3 && text[last + 1] === quote) last += 1
      return last
    }
  }
  return undefined
}

function endOf(text: string, needle: string, from: number): number {
  const found = text.indexOf(needle, from)
  return found < 0 ? text.length : found
}

function positionAt(text: string, index: number): Position {
  const before = text.slice(0, index).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}
