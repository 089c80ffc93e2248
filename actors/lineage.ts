// Lineage: which row a generated row was made from.
//
// A curator's model answers with the text of the posts it chose, not with their ids. The text tells: it is that of a
// row the execution has read, or very nearly. Pure.

import type { Json, JsonObject } from '../json.ts'
import type { RowRef } from '../store/store.ts'

/** A row that the execution has read. */
export interface SourceRow {
  readonly ref: RowRef
  readonly traceparent?: string
  readonly values: JsonObject
}

/** Texts shorter than this say too little about where they come from. */
const MIN_CHARACTERS = 20
/** Share of words that must be common to both texts: models mend a comma here and there. */
const ENOUGH = 0.8

/** The row whose text the values repeat, if there is one; of several the most alike. */
export function sourceOf(values: JsonObject, rows: readonly SourceRow[]): SourceRow | undefined {
  const text = longestText(values)
  if (text.length < MIN_CHARACTERS) return undefined
  const ranked = rows
    .map((row) => ({ row, likeness: likeness(text, longestText(row.values)) }))
    .filter(({ likeness }) => likeness >= ENOUGH)
    .sort((a, b) => b.likeness - a.likeness)
  return ranked[0]?.row
}

function longestText(values: JsonObject): string {
  const texts = Object.values(values).filter((value: Json): value is string => typeof value === 'string')
  return plain(texts.reduce((longest, text) => (text.length > longest.length ? text : longest), ''))
}

/** Without what a markdown table does to a text, and without differences in white space. */
function plain(text: string): string {
  return text
    .replaceAll(/<br\s*\/?>/gi, ' ')
    .replaceAll('\\|', '|')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** Sørensen–Dice coefficient over words: 1 for the same words, 0 for none in common. */
function likeness(a: string, b: string): number {
  if (a === b) return 1
  const words = wordsOf(a)
  const others = wordsOf(b)
  let common = 0
  for (const word of words) if (others.has(word)) common++
  return words.size + others.size === 0 ? 0 : (2 * common) / (words.size + others.size)
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu))
}
