// TOML text: the statements of a document and where each stands in its text, for edits that keep the rest as it is.
//
//   X1. Ranges are offsets in the text, the end exclusive.
//   X2. What is removed takes no comment with it: one that stood behind it stays, on a line of its own.

import { type AST, ParseError, parseTOML } from 'toml-eslint-parser'
import { childPath } from '../toml-tree.ts'
import type { Edit } from './edits.ts'

export interface Range {
  readonly from: number
  readonly to: number
}

/** One part of a dotted key or header. */
export interface KeyPart extends Range {
  readonly name: string
  /** Of what it names, as in the tree of the document; of an array of tables without the index. */
  readonly path: string
}

export interface Pair extends Range {
  readonly key: readonly KeyPart[]
  readonly value: AST.TOMLContentNode
}

export interface Header extends Range {
  readonly isArray: boolean
  readonly parts: readonly KeyPart[]
}

/** A header with the pairs below it; the first block of a document has no header. */
export interface Block {
  readonly header: Header | undefined
  readonly pairs: readonly Pair[]
}

export class TomlText {
  readonly text: string
  readonly blocks: readonly Block[]
  readonly newline: string
  readonly comments: readonly Range[]

  private constructor(text: string, program: AST.TOMLProgram) {
    this.text = text
    this.newline = text.includes('\r\n') ? '\r\n' : '\n'
    this.comments = program.comments.map(({ range: [from, to] }) => ({ from, to }))
    this.blocks = blocksOf(program.body[0], text)
  }

  /** @param text without a byte order mark; undefined where it is no TOML */
  static parse(text: string): TomlText | undefined {
    try {
      return new TomlText(text, parseTOML(text, { tomlVersion: '1.1' }))
    } catch (thrown) {
      if (thrown instanceof ParseError) return undefined
      throw thrown
    }
  }

  get root(): Block {
    return this.blocks[0]!
  }

  /** The block below `[a.b]`, if there is one. */
  block(...names: readonly string[]): Block | undefined {
    return this.blocks.find(({ header }) => header !== undefined && !header.isArray && isNamed(header.parts, names))
  }

  textOf({ from, to }: Range): string {
    return this.text.slice(from, to)
  }

  sourceOf({ range: [from, to] }: { readonly range: readonly [number, number] }): string {
    return this.text.slice(from, to)
  }

  hasCommentIn({ from, to }: Range): boolean {
    return this.comments.some((comment) => comment.from >= from && comment.to <= to)
  }

  /** Takes a statement out, its line with it; a comment behind it stays on that line. */
  remove(statement: Range): Edit {
    const line = this.lineOf(statement)
    const comment = this.comments.find(({ from, to }) => from >= statement.to && to <= line.to)
    return comment === undefined ? { ...line, text: '' } : { from: statement.from, to: comment.from, text: '' }
  }

  /** From the first character of the statement's first line to behind the end of its last. */
  lineOf({ from, to }: Range): Range {
    const start = from === 0 ? 0 : this.text.lastIndexOf('\n', from - 1) + 1
    const end = this.text.indexOf('\n', to)
    return { from: start, to: end < 0 ? this.text.length : end + 1 }
  }

  /** New lines behind the line of a statement. */
  insertAfter(statement: Range, lines: readonly string[]): Edit {
    const { to } = this.lineOf(statement)
    const isEnded = to === 0 || this.text[to - 1] === '\n'
    const text = lines.map((line) => line + this.newline).join('')
    return { from: to, to, text: isEnded ? text : this.newline + text }
  }

  /** New lines before a statement, and before the comments right above it; what opens the file speaks of the file. */
  insertBefore(statement: Range, lines: readonly string[]): Edit {
    const own = this.lineOf(statement).from
    let from = own
    while (from > 0) {
      const above = this.lineOf({ from: from - 1, to: from - 1 })
      if (!/^[ \t]*#/.test(this.textOf(above))) break
      from = above.from
    }
    const at = from === 0 ? own : from
    return { from: at, to: at, text: lines.map((line) => line + this.newline).join('') }
  }

  /** The header with other names; parts that are not replaced keep their spelling. */
  rename(header: Header, names: readonly string[], isArray = header.isArray): Edit {
    const [open, close] = isArray ? ['[[', ']]'] : ['[', ']']
    return { from: header.from, to: header.to, text: `${open}${names.map(writeKey).join('.')}${close}` }
  }
}

/** The last statement of a block that has no other blocks' lines in it: its last pair, else its header. */
export function endOf(block: Block): Range | undefined {
  return block.pairs.at(-1) ?? block.header
}

/** The pair below a header that has this one key. */
export function pairOf(block: Block, name: string): Pair | undefined {
  return block.pairs.find(({ key }) => isNamed(key, [name]))
}

export function stringIn(pair: { readonly value: AST.TOMLContentNode } | undefined): string | undefined {
  const value = pair?.value
  return value?.type === 'TOMLValue' && value.kind === 'string' ? value.value : undefined
}

export function isNamed(parts: readonly KeyPart[], names: readonly string[]): boolean {
  return parts.length === names.length && parts.every(({ name }, index) => name === names[index])
}

/** The name as a key: bare where it can be. */
export function writeKey(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : writeString(name)
}

/** The text as a basic string. JSON writes the same escapes, but leaves one character alone that TOML does not take. */
export function writeString(text: string): string {
  return JSON.stringify(text).replaceAll('\u007F', '\\u007F')
}

/** `name = [ … ]`, over several lines where one would be long. */
export function writeStrings(name: string, values: readonly string[]): readonly string[] {
  const written = values.map(writeString)
  const line = `${name} = [${written.join(', ')}]`
  return line.length <= 100 ? [line] : [`${name} = [`, ...written.map((value) => `  ${value},`), ']']
}

/** The parts of every key and header, those of inline tables too. */
export function* keyPartsOf(document: TomlText): Generator<KeyPart> {
  for (const { header, pairs } of document.blocks) {
    yield* header?.parts ?? []
    for (const { key, value } of pairs) {
      yield* key
      yield* partsIn(value, key.at(-1)!.path)
    }
  }
}

function* partsIn(value: AST.TOMLContentNode, path: string): Generator<KeyPart> {
  if (value.type === 'TOMLArray') {
    for (const [index, element] of value.elements.entries()) yield* partsIn(element, `${path}[${index}]`)
  }
  if (value.type !== 'TOMLInlineTable') return
  for (const pair of value.body) {
    const key = partsOf(pair.key, path)
    yield* key
    yield* partsIn(pair.value, key.at(-1)!.path)
  }
}

// ---------------------------------------------------------------------------- from the syntax tree

function blocksOf(top: AST.TOMLTopLevelTable, text: string): Block[] {
  const counts = new Map<string, number>()
  const rootPairs = top.body.filter((item) => item.type === 'TOMLKeyValue')
  const blocks: Block[] = [{ header: undefined, pairs: rootPairs.map((pair) => pairFrom(pair, '')) }]
  for (const item of top.body) {
    if (item.type !== 'TOMLTable') continue
    const isArray = item.kind === 'array'
    const parts: KeyPart[] = []
    let at = ''
    for (const [index, key] of item.key.keys.entries()) {
      const part = partOf(key, at)
      parts.push(part)
      if (isArray && index === item.key.keys.length - 1) counts.set(part.path, (counts.get(part.path) ?? 0) + 1)
      const count = counts.get(part.path)
      at = count === undefined ? part.path : `${part.path}[${count - 1}]`
    }
    const from = item.range[0]
    const to = text.indexOf(']', item.key.range[1]) + (isArray ? 2 : 1)
    blocks.push({ header: { from, to, isArray, parts }, pairs: item.body.map((pair) => pairFrom(pair, at)) })
  }
  return blocks
}

function pairFrom({ key, value, range: [from, to] }: AST.TOMLKeyValue, path: string): Pair {
  return { from, to, key: partsOf(key, path), value }
}

function partsOf({ keys }: AST.TOMLKey, path: string): KeyPart[] {
  const parts: KeyPart[] = []
  for (const key of keys) parts.push(partOf(key, parts.at(-1)?.path ?? path))
  return parts
}

function partOf(key: AST.TOMLBare | AST.TOMLQuoted, path: string): KeyPart {
  const name = key.type === 'TOMLBare' ? key.name : key.value
  const [from, to] = key.range
  return { from, to, name, path: childPath(path, name) }
}
