// Retention: what stays of an input in the conversation once its act is over (format, section 16).

import type { Input, MediaInput, TableInput } from './narrative.ts'

export type Kept =
  | { readonly keep: 'full' }
  | { readonly keep: 'summary'; readonly text: string }
  | { readonly keep: 'none' }

/** More than this is summarised even where the whole was to be kept. */
const AUTO_SUMMARY_BYTES = 10_000
/** A shorter text is its own summary. */
const SUMMARY_TEXT_BYTES = 1_000

/** @param sizeBytes of what the input became in the message; 0 for media given by URL */
export function retain(input: Input, sizeBytes: number): Kept {
  const asked = input.kind === 'text' || input.kind === 'media' ? 'full' : input.retention
  if (asked === 'drop') return { keep: 'none' }
  if (asked === 'full' && sizeBytes <= AUTO_SUMMARY_BYTES) return { keep: 'full' }
  if (input.kind === 'text' && sizeBytes <= SUMMARY_TEXT_BYTES) return { keep: 'full' }
  return { keep: 'summary', text: summaryOf(input, sizeBytes) }
}

function summaryOf(input: Input, sizeBytes: number): string {
  switch (input.kind) {
    case 'text':
      return `[Text: ~${Math.floor(sizeBytes / 1024)}KB]`
    case 'media':
      return mediaSummary(input)
    case 'command':
      return `[Bot command: ${input.platform}.${input.command}]`
    case 'table':
      return tableSummary(input)
    case 'narrative':
      return `[Nested narrative: ${input.name}]`
  }
}

function mediaSummary({ media, mime }: MediaInput): string {
  return `[${media.charAt(0).toUpperCase()}${media.slice(1)}: ${mime ?? 'unknown'}]`
}

function tableSummary({ table, limit, offset }: TableInput): string {
  const rows = limit === undefined ? 'all rows' : `${limit} rows`
  return `[Table: ${table}, ${rows} queried${offset === undefined ? '' : `, offset ${offset}`}]`
}
