// Toml tree: a TOML document whose every key and value knows where it stands.
//
//   T1. A path names a node as the file writes it, `acts.hook.input[0].limit`, also where a dialect moved it.
//   T2. Positions count from 1, in UTF-16 units, as editors do; the end is exclusive.
//   T3. An integer that a JavaScript number cannot hold exactly is kept as its digits.

import { type AST, ParseError, parseTOML } from 'toml-eslint-parser'

interface Position {
  readonly line: number
  readonly column: number
}

export interface Span {
  readonly start: Position
  readonly end: Position
}

interface NodeBase {
  readonly path: string
  /** Of the value; of a table its header. */
  readonly span: Span
  /** Of the key that leads here; an element of an array has none of its own. */
  readonly keySpan?: Span
}

export type TomlNode = TomlScalar | TomlArray | TomlTable

type TomlScalar = NodeBase &
  (
    | { readonly is: 'string'; readonly value: string }
    | { readonly is: 'integer'; readonly value: number; readonly digits: string }
    | { readonly is: 'float'; readonly value: number }
    | { readonly is: 'boolean'; readonly value: boolean }
    | { readonly is: 'datetime'; readonly value: string }
  )

export interface TomlArray extends NodeBase {
  readonly is: 'array'
  readonly items: readonly TomlNode[]
}

export interface TomlTable extends NodeBase {
  readonly is: 'table'
  readonly entries: ReadonlyMap<string, TomlNode>
}

export type TomlResult =
  | { readonly root: TomlTable }
  | { readonly problem: { readonly message: string; readonly at: Position } }

/** Parses TOML 1.1, which every TOML 1.0 document is. */
export function parseToml(text: string): TomlResult {
  try {
    // A byte order mark is no part of the document; leaving it out moves no position that an editor would show.
    const program = parseTOML(text.replace(/^\uFEFF/, ''), { tomlVersion: '1.1' })
    return { root: build(program.body[0]) }
  } catch (thrown) {
    if (!(thrown instanceof ParseError)) throw thrown
    return { problem: explain(thrown, text) }
  }
}

// ---------------------------------------------------------------------------- from the syntax tree

interface OpenTable extends NodeBase {
  readonly is: 'table'
  readonly entries: Map<string, OpenNode>
}
interface OpenArray extends NodeBase {
  readonly is: 'array'
  readonly items: OpenNode[]
}
type OpenNode = TomlScalar | OpenTable | OpenArray

function build(top: AST.TOMLTopLevelTable): TomlTable {
  const root: OpenTable = { is: 'table', path: '', span: spanOf(top), entries: new Map() }
  for (const item of top.body) {
    if (item.type === 'TOMLKeyValue') addKeyValue(root, item)
    else {
      const table = openHeader(root, item)
      for (const pair of item.body) addKeyValue(table, pair)
    }
  }
  return root
}

/** The table that a header opens; tables on the way there are made as needed. */
function openHeader(root: OpenTable, header: AST.TOMLTable): OpenTable {
  const spans = header.key.keys.map(spanOf)
  const whole = { start: spans[0]!.start, end: spans.at(-1)!.end }
  let at: OpenTable = root
  header.key.keys.forEach((key, index) => {
    const name = nameOf(key)
    const last = index === header.key.keys.length - 1
    const path = childPath(at.path, name)
    const known = at.entries.get(name)
    if (last && header.kind === 'array') {
      const array: OpenArray =
        known?.is === 'array' ? known : { is: 'array', path, span: whole, keySpan: spans[index]!, items: [] }
      at.entries.set(name, array)
      const element: OpenTable = {
        is: 'table',
        path: `${path}[${array.items.length}]`,
        span: whole,
        keySpan: whole,
        entries: new Map(),
      }
      array.items.push(element)
      at = element
    } else if (known === undefined) {
      const table: OpenTable = { is: 'table', path, span: whole, keySpan: spans[index]!, entries: new Map() }
      at.entries.set(name, table)
      at = table
    } else {
      at = enter(known)
    }
  })
  return at
}

/** A header below an array of tables speaks of its last element. */
function enter(node: OpenNode): OpenTable {
  if (node.is === 'table') return node
  const last = node.is === 'array' ? node.items.at(-1) : undefined
  if (last?.is === 'table') return last
  throw new TypeError(`${node.path} is not a table, though the TOML parser let it pass`)
}

function addKeyValue(table: OpenTable, pair: AST.TOMLKeyValue): void {
  const keys = pair.key.keys
  let at = table
  for (const key of keys.slice(0, -1)) {
    const name = nameOf(key)
    const known = at.entries.get(name)
    if (known !== undefined) at = enter(known)
    else {
      const span = spanOf(key)
      const next: OpenTable = {
        is: 'table',
        path: childPath(at.path, name),
        span: spanOf(pair.key),
        keySpan: span,
        entries: new Map(),
      }
      at.entries.set(name, next)
      at = next
    }
  }
  const last = keys.at(-1)!
  const name = nameOf(last)
  at.entries.set(name, nodeOf(pair.value, childPath(at.path, name), spanOf(last)))
}

function nodeOf(node: AST.TOMLContentNode, path: string, keySpan?: Span): OpenNode {
  const base = { path, span: spanOf(node), ...(keySpan !== undefined && { keySpan }) }
  if (node.type === 'TOMLArray') {
    return { ...base, is: 'array', items: node.elements.map((item, index) => nodeOf(item, `${path}[${index}]`)) }
  }
  if (node.type === 'TOMLInlineTable') {
    const table: OpenTable = { ...base, is: 'table', entries: new Map() }
    for (const pair of node.body) addKeyValue(table, pair)
    return table
  }
  if (node.kind === 'string') return { ...base, is: 'string', value: node.value }
  if (node.kind === 'integer') return { ...base, is: 'integer', value: node.value, digits: node.bigint.toString() }
  if (node.kind === 'float') return { ...base, is: 'float', value: node.value }
  if (node.kind === 'boolean') return { ...base, is: 'boolean', value: node.value }
  return { ...base, is: 'datetime', value: node.datetime }
}

function nameOf(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value
}

function childPath(parent: string, name: string): string {
  const written = /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name)
  return parent === '' ? written : `${parent}.${written}`
}

function spanOf(node: AST.HasLocs | { loc: AST.HasLocs['loc'] }): Span {
  const { start, end } = node.loc
  return {
    start: { line: start.line, column: start.column + 1 },
    end: { line: end.line, column: end.column + 1 },
  }
}

// ---------------------------------------------------------------------------- syntax errors

const PLAINER: readonly (readonly [RegExp, string])[] = [
  [/^Unspecified values/, 'a value is missing after the equals sign'],
  [/^Defining a key multiple/, 'this key or table is already defined above'],
  [/^Must be a newline/, 'nothing may follow a value on its line; put the next key on a line of its own'],
  [/^The key, equals sign/, 'a key, its equals sign and its value must stand on one line'],
  [/^Expected equal/, 'an equals sign is missing after the key'],
  [/^Leading zeros/, 'a number must not begin with a zero'],
]

function explain(error: ParseError, source: string): { message: string; at: Position } {
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
