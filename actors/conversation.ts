// Conversation: what has been said between a narrative and its model so far, as plain data.
//
//   C1. Everything here survives JSON: media is named by its hash, its bytes are in the store.
//   C2. A conversation belongs to one execution; a nested one begins with none.

import type { MediaKind } from '../media/media.ts'

/** A piece of a user message. */
export type Piece =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'media'
      readonly media: MediaKind
      readonly mime: string
      /** SHA-256 of its bytes, by which the store keeps them. */
      readonly hash: string
      readonly sizeBytes: number
      readonly from: 'file' | 'web' | 'narrative'
      /** For people: a file, or an address without its query. */
      readonly name: string
      readonly filename?: string
    }

export type Turn =
  | { readonly role: 'user'; readonly pieces: readonly Piece[] }
  | { readonly role: 'assistant'; readonly text: string }

/** What an act without a model gave; it waits for the next act that asks one (D-32). */
export interface ActionResult {
  readonly act: string
  readonly text: string
}

/** The results of earlier acts, as the front of the next user message. */
export function introduce(results: readonly ActionResult[]): Piece[] {
  return results.map(({ act, text }) => ({ type: 'text', text: `Result of "${act}":\n${text}` }))
}

/** Bytes that a piece takes in the conversation; media by URL or file counts nothing (narrative format, section 16). */
export function sizeOf(piece: Piece): number {
  if (piece.type === 'text') return Buffer.byteLength(piece.text)
  return piece.from === 'narrative' ? piece.sizeBytes : 0
}
