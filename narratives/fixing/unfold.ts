// Unfold: writes tables that stand inline as sections of their own, where an older dialect is rewritten section by section.
//
//   U1. Comments inside stay with what they stood at: before a table, behind it, before a key of it.
//   U2. Nothing is renamed here.

import type { AST } from 'toml-eslint-parser'
import type { Edit } from './edits.ts'
import { endOf, type Range, type TomlText, writeKey } from './toml-text.ts'

/** Tables that the rewritings of these sections want as sections of their own. */
const UNFOLDED_BELOW: ReadonlySet<string> = new Set(['steps', 'narrative'])

/** `acts = [{ … }]` as `[[acts]]`, `metadata = { … }` as `[metadata]`, and what `[[steps]]` have inline. */
export function unfold(document: TomlText, sections: readonly string[]): readonly Edit[] {
  const edits: Edit[] = []
  const lines: string[] = []
  for (const pair of document.root.pairs) {
    const section = pair.key[0]!.name
    const written = pair.key.length === 1 && sections.includes(section) ? sectionsOf(document, section, pair.value) : []
    if (written.length === 0) continue
    edits.push(document.remove(pair))
    lines.push(...written)
  }
  if (lines.length > 0) edits.push(addSections(document, lines))
  return [...edits, ...unfoldBlocks(document, sections)]
}

/** Behind everything that belongs to the root. */
function addSections(document: TomlText, lines: readonly string[]): Edit {
  const next = document.blocks[1]?.header
  return next === undefined
    ? document.insertAfter(document.root.pairs.at(-1)!, lines)
    : document.insertBefore(next, [...lines, ''])
}

function unfoldBlocks(document: TomlText, sections: readonly string[]): readonly Edit[] {
  return document.blocks.flatMap((block) => {
    const { header } = block
    const section = header?.parts[0]?.name ?? ''
    if (header === undefined || !header.isArray || header.parts.length > 1) return []
    if (!sections.includes(section) || !UNFOLDED_BELOW.has(section)) return []
    const tables = block.pairs.filter(({ key, value }) => key.length === 1 && value.type === 'TOMLInlineTable')
    if (tables.length === 0) return []
    const lines = tables.flatMap(({ key, value }) => tableLines(document, [section, key[0]!.name], value as Inline))
    return [...tables.map((pair) => document.remove(pair)), document.insertAfter(endOf(block)!, lines)]
  })
}

type Inline = AST.TOMLInlineTable

/** Empty where the value is something else. */
function sectionsOf(document: TomlText, section: string, value: AST.TOMLContentNode): readonly string[] {
  if (value.type === 'TOMLInlineTable') return tableLines(document, [section], value)
  if (value.type !== 'TOMLArray' || !value.elements.every((each) => each.type === 'TOMLInlineTable')) return []
  const lines: string[] = []
  let at = value.range[0]
  for (const element of value.elements) {
    const behind = commentBehind(document, element, value.range[1])
    lines.push(...commentsWithin(document, { from: at, to: element.range[0] }))
    lines.push(...tableLines(document, [section], element, { isArray: true, behind }))
    at = behind?.to ?? element.range[1]
  }
  return [...lines, ...commentsWithin(document, { from: at, to: value.range[1] })]
}

function tableLines(
  document: TomlText,
  names: readonly string[],
  table: Inline,
  { isArray = false, behind }: { readonly isArray?: boolean; readonly behind?: Range | undefined } = {},
): readonly string[] {
  const name = names.map(writeKey).join('.')
  const header = isArray ? `[[${name}]]` : `[${name}]`
  const own: string[] = []
  const below: string[] = []
  let at = table.range[0]
  for (const pair of table.body) {
    const comments = commentsWithin(document, { from: at, to: pair.range[0] })
    const after = commentBehind(document, pair, table.range[1])
    const [key] = pair.key.keys
    const isSection = pair.value.type === 'TOMLInlineTable' && pair.key.keys.length === 1
    if (isArray && isSection && UNFOLDED_BELOW.has(names[0]!)) {
      below.push(
        ...comments,
        ...tableLines(document, [...names, nameOf(key!)], pair.value as Inline, { behind: after }),
      )
    } else own.push(...comments, document.sourceOf(pair) + suffix(document, after))
    at = after?.to ?? pair.range[1]
  }
  own.push(...commentsWithin(document, { from: at, to: table.range[1] }))
  return [header + suffix(document, behind), ...own, ...below]
}

function nameOf(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value
}

function suffix(document: TomlText, comment: Range | undefined): string {
  return comment === undefined ? '' : ` ${document.textOf(comment)}`
}

function commentsWithin(document: TomlText, { from, to }: Range): readonly string[] {
  return document.comments
    .filter((comment) => comment.from >= from && comment.to <= to)
    .map((comment) => document.textOf(comment))
}

/** On the line that the node ends on, with nothing but a comma before it. */
function commentBehind(document: TomlText, { range }: { readonly range: readonly [number, number] }, limit: number) {
  return document.comments.find(
    ({ from, to }) =>
      from >= range[1] && to <= limit && /^[ \t]*,?[ \t]*$/.test(document.textOf({ from: range[1], to: from })),
  )
}
