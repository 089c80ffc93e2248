// Toml tree: a TOML document whose every key and value knows where it stands.
//
//   T1. A path names a node as the file writes it, `acts.hook.input[0].limit`, also where a dialect moved it.
//   T2. Positions count from 1, in UTF-16 units, as editors do; the end is exclusive.
//   T3. An integer that a JavaScript number cannot hold exactly is kept as its digits.

import { createRequire } from 'node:module'
import { parse as parseValues, TomlError } from 'smol-toml'
import { explainProblem, type Position } from './reading/toml-problem.ts'
import {
  type Located,
  type ScannedDocument,
  type ScannedName,
  type ScannedPair,
  type ScannedTable,
  type ScannedValue,
  scanToml,
} from './toml-scan.ts'

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
  // A byte order mark is no part of the document; leaving it out moves no position that an editor would show.
  const plain = text.replace(/^\uFEFF/, '')
  if (isSurelyValid(plain)) return { root: treeOf(scanToml(plain)) }
  const { ParseError, parseTOML } = thoroughParser()
  try {
    const program = parseTOML(plain, { tomlVersion: '1.1' })
    return { root: treeOf(program.body[0]) }
  } catch (thrown) {
    if (!(thrown instanceof ParseError)) throw thrown
    return { problem: explainProblem(thrown, text) }
  }
}

/** What another parser takes, which knows no places and is an order faster. What it refuses may be valid all the same. */
function isSurelyValid(text: string): boolean {
  try {
    parseValues(text, { integersAsBigInt: true })
    return true
  } catch (error) {
    if (error instanceof TomlError || error instanceof RangeError) return false
    throw error
  }
}

/** Loaded for a text that may be wrong: few are. */
function thoroughParser(): typeof import('toml-eslint-parser') {
  return createRequire(import.meta.url)('toml-eslint-parser')
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

/** The tree of a document, whichever parser read it. */
export function treeOf(top: ScannedDocument): TomlTable {
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
function openHeader(root: OpenTable, header: ScannedTable): OpenTable {
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

function addKeyValue(table: OpenTable, pair: ScannedPair): void {
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

function nodeOf(node: ScannedValue, path: string, keySpan?: Span): OpenNode {
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

function nameOf(key: ScannedName): string {
  return key.type === 'TOMLBare' ? key.name : key.value
}

/** Path of a key below another path (T1). */
export function childPath(parent: string, name: string): string {
  const written = /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name)
  return parent === '' ? written : `${parent}.${written}`
}

function spanOf(node: Located): Span {
  const { start, end } = node.loc
  return {
    start: { line: start.line, column: start.column + 1 },
    end: { line: end.line, column: end.column + 1 },
  }
}

type StringNode = Extract<TomlNode, { is: 'string' }>

/** Every text at the node or below it. */
export function stringsIn(node: TomlNode): readonly StringNode[] {
  const found: StringNode[] = []
  collectStrings(node, found)
  return found
}

function collectStrings(node: TomlNode, found: StringNode[]): void {
  if (node.is === 'string') found.push(node)
  else if (node.is === 'array') for (const item of node.items) collectStrings(item, found)
  else if (node.is === 'table') for (const item of node.entries.values()) collectStrings(item, found)
}
