// Media support: which media each wire carries, as far as its provider documents it. Models of a provider may take less.
//
// https://ai.google.dev/gemini-api/docs, https://platform.openai.com/docs, https://docs.anthropic.com,
// https://docs.ollama.com/openai

import type { MediaKind } from './model.ts'

export interface MediaSupport {
  /** Media types, or all of a kind: `image/*`. */
  readonly types: readonly string[]
  /** In words, for whoever named something else. */
  readonly words: string
  /** How a document of text is sent: as a file of the type text/plain, or as one more text. */
  readonly textAs: 'file' | 'text'
}

const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']
const SOUNDS = ['audio/wav', 'audio/mpeg', 'audio/mp3']
const PDF = 'application/pdf'

export const GEMINI_MEDIA: MediaSupport = {
  types: ['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif', 'audio/*', 'video/*', PDF],
  words: 'pictures (PNG, JPEG, WebP, HEIC), sounds, films, PDF and text',
  textAs: 'file',
}

export const OPENAI_MEDIA: MediaSupport = {
  types: [...PICTURES, ...SOUNDS, PDF],
  words: 'pictures (PNG, JPEG, GIF, WebP), sounds (WAV, MP3), PDF and text',
  textAs: 'text',
}

export const ANTHROPIC_MEDIA: MediaSupport = {
  types: [...PICTURES, PDF],
  words: 'pictures (PNG, JPEG, GIF, WebP), PDF and text',
  textAs: 'file',
}

/** Servers that speak OpenAI's protocol differ: what the protocol carries is sent, and the server decides. */
export const COMPATIBLE_MEDIA: MediaSupport = {
  types: ['image/*', ...SOUNDS, 'video/*', PDF],
  words: 'pictures, sounds (WAV, MP3), films, PDF and text',
  textAs: 'text',
}

export const OLLAMA_MEDIA: MediaSupport = { types: ['image/*'], words: 'pictures and text', textAs: 'text' }

/** True, or what is taken instead. `image/*` is a picture that nobody has looked at yet. */
export function takes(
  { types, words }: MediaSupport,
  { mime }: { readonly kind: MediaKind; readonly mime: string },
): true | string {
  const [major] = mime.split('/')
  const fits = (type: string) =>
    type === mime || type === `${major}/*` || (mime === `${major}/*` && type.startsWith(`${major}/`))
  return isText(mime) || types.some(fits) ? true : words
}

/** True for documents that are text: every model takes them, one way or the other. */
export function isText(mime: string): boolean {
  return /^text\/|^application\/(?:[\w.-]+\+)?(?:json|xml|yaml|toml)$/.test(mime)
}
