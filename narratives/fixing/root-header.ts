// Root header: writes what stands at the root or in `[metadata]` as `[narrative]` (format, section 24.2).

import { HEADER_KEYS, nameFrom } from '../reading/header-dialect.ts'
import type { Edit } from './edits.ts'
import { type Block, endOf, pairOf, stringIn, type TomlText, writeString } from './toml-text.ts'

/** @param extra further lines of the narrative */
export function fixRootHeader(
  document: TomlText,
  stem: string,
  extra: readonly string[] = [],
): readonly Edit[] | undefined {
  const metadata = document.block('metadata')
  const hasOther = document.root.pairs.some(({ key }) => key[0]!.name === 'metadata')
  if (hasOther) return undefined
  const below = renameBlocks(document)
  if (metadata !== undefined) return [...below, ...fromMetadata(document, metadata, stem, extra)]
  const given = document.root.pairs.filter(({ key }) => HEADER_KEYS.includes(key[0]!.name))
  if (given.length === 0) return [...below, ...addHeader(document, stem, extra)]
  return [...below, ...fromRoot(document, stem, extra)]
}

/** `[metadata.x]` and `[budget]` belong below the narrative. */
function renameBlocks(document: TomlText): readonly Edit[] {
  return document.blocks.flatMap(({ header }) => {
    const first = header?.parts[0]
    if (first === undefined) return []
    if (first.name === 'metadata') return [{ from: first.from, to: first.to, text: 'narrative' }]
    return HEADER_KEYS.includes(first.name) ? [{ from: first.from, to: first.from, text: 'narrative.' }] : []
  })
}

/** Root keys move below the header; those that it has itself stay where they are, since they never counted. */
function fromMetadata(document: TomlText, metadata: Block, stem: string, extra: readonly string[]): readonly Edit[] {
  const edits: Edit[] = []
  const moved: string[] = []
  for (const pair of document.root.pairs) {
    const name = pair.key[0]!.name
    if (!HEADER_KEYS.includes(name) || metadata.pairs.some(({ key }) => key[0]!.name === name)) continue
    const line = document.lineOf(pair)
    moved.push(document.textOf(line).trimEnd())
    edits.push({ ...line, text: '' })
  }
  const isNamed = pairOf(metadata, 'name') !== undefined || moved.some((line) => /^\s*name\s*=/.test(line))
  const title = stringIn(pairOf(metadata, 'title')) ?? stringIn(pairOf(document.root, 'title'))
  const name = isNamed ? [] : [`name = ${writeString(nameFrom(title, stem))}`]
  edits.push(document.insertAfter(metadata.header!, [...name, ...moved]))
  if (extra.length > 0) edits.push(document.insertAfter(endOf(metadata)!, extra))
  return edits
}

/** Keys of the root that may as well stand in the narrative. */
const MOVABLE = [...HEADER_KEYS, 'toc', 'carousel']

function fromRoot(document: TomlText, stem: string, extra: readonly string[]): readonly Edit[] {
  const { pairs } = document.root
  const first = pairs.findIndex(({ key }) => HEADER_KEYS.includes(key[0]!.name))
  const name = pairOf(document.root, 'name')
  const own =
    name === undefined ? [`name = ${writeString(nameFrom(stringIn(pairOf(document.root, 'title')), stem))}`] : []
  if (pairs.slice(first).every(({ key }) => MOVABLE.includes(key[0]!.name))) {
    const edits = [document.insertBefore(pairs[first]!, ['[narrative]', ...own])]
    return extra.length === 0 ? edits : [...edits, document.insertAfter(pairs.at(-1)!, extra)]
  }
  // What follows belongs to the root and would slip into the narrative.
  const prefix = 'narrative.'
  const dotted = pairs.flatMap(({ key: [part] }) =>
    HEADER_KEYS.includes(part!.name) ? [{ from: part!.from, to: part!.from, text: prefix }] : [],
  )
  const lines = [...own, ...extra].map((line) => prefix + line)
  return lines.length === 0 ? dotted : [...dotted, document.insertAfter(pairs.at(-1)!, lines)]
}

function addHeader(document: TomlText, stem: string, extra: readonly string[]): readonly Edit[] {
  const lines = ['[narrative]', `name = ${writeString(stem)}`, ...extra, '']
  const first = document.blocks[1]?.header
  return first === undefined ? [] : [document.insertBefore(first, lines)]
}
