// Media tokens: about how many tokens a provider counts for media, on the high side, since budgets are kept by it (P4).
//
// Providers count pictures by their measures, sounds and films by their length, PDF by its pages. Of these only pages can
// be seen without decoding; for the rest the size in bytes tells what is likely the most.
//
// https://ai.google.dev/gemini-api/docs/tokens, https://docs.anthropic.com/en/docs/build-with-claude/vision and
// …/pdf-support, https://platform.openai.com/docs/guides/images-vision

import { isText } from './media-support.ts'
import type { MediaKind } from './model.ts'

interface Medium {
  readonly kind: MediaKind
  readonly mime: string
  readonly bytes: Uint8Array
}

export function countMediaTokens({ kind, mime, bytes }: Medium): number {
  if (isText(mime)) return Math.ceil(bytes.length / BYTES_PER_TOKEN.text)
  if (kind === 'document') return TOKENS_PER_PAGE * pagesOf(bytes)
  return Math.max(LEAST[kind], Math.ceil(bytes.length / BYTES_PER_TOKEN[kind]))
}

/** A picture that is not scaled down, one second of sound, one second of film. */
const LEAST = { image: 1_600, audio: 32, video: 300 } as const

/**
 * Pictures: Gemini counts 258 for each tile of 768 × 768, and a picture has some 8 pixels a byte at most.
 * Sounds: 32 a second, at 32 kbit/s. Films: 300 a second, at 200 kbit/s.
 */
const BYTES_PER_TOKEN = { text: 4, image: 286, audio: 125, video: 83 } as const

/** A dense page: its text and its picture. */
const TOKENS_PER_PAGE = 3_000
const MOST_PAGES = 1_000
const BYTES_PER_PAGE = 10_000

/** Pages of a PDF, as far as they can be counted; by its size where they are packed. No provider takes more than a thousand. */
function pagesOf(bytes: Uint8Array): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const seen = text.includes('/ObjStm') ? 0 : (text.match(/\/Type\s*\/Page(?![a-zA-Z])/g)?.length ?? 0)
  return Math.min(MOST_PAGES, seen > 0 ? seen : Math.max(1, Math.ceil(bytes.length / BYTES_PER_PAGE)))
}
