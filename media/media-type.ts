// Media type: what bytes are, by what is in them.
//
//   T1. A signature goes before every name. Only text has none: there a name may say which kind of text it is.

import type { MediaType } from './media.ts'
import { MediaError } from './media-error.ts'

/**
 * @param said by the narrative, by a name or by a server
 * @throws MediaError `media-unknown`
 */
export async function mediaTypeOf(bytes: Uint8Array, said: string | undefined): Promise<MediaType> {
  if (bytes.length === 0) throw new MediaError('media-unknown', 'The media is empty.')
  const { fileTypeFromBuffer } = await import('file-type') // 40 modules, for narratives with media alone
  const found = await fileTypeFromBuffer(bytes)
  if (found !== undefined) return typeFrom(SAME_AS[found.mime] ?? found.mime)
  if (isText(bytes)) return { kind: 'document', mime: said !== undefined && isTextType(said) ? said : 'text/plain' }
  throw new MediaError('media-unknown', 'Nothing in the bytes says what kind of media they are.', {
    fix: 'Use a common format, such as PNG, JPEG, MP3, WAV, MP4, PDF or plain text.',
  })
}

/** Names that providers know, for those of the standard. */
const SAME_AS: Readonly<Record<string, string>> = {
  'audio/vnd.wave': 'audio/wav',
  'audio/x-wav': 'audio/wav',
  'audio/x-m4a': 'audio/mp4',
  'audio/x-flac': 'audio/flac',
  'video/matroska': 'video/x-matroska',
  'video/vnd.avi': 'video/x-msvideo',
  'application/ogg': 'audio/ogg',
  'audio/opus': 'audio/ogg',
  'audio/ogg; codecs=opus': 'audio/ogg',
}

/** Without parameters, in lower case. */
export function plainType(mime: string | undefined): string | undefined {
  return mime?.split(';')[0]?.trim().toLowerCase() || undefined
}

/** A media type with its kind; what is neither image nor audio nor video is a document. */
export function typeFrom(mime: string): MediaType {
  const plain = plainType(mime) ?? mime
  const major = plain.split('/')[0]
  const kind = major === 'image' || major === 'audio' || major === 'video' ? major : 'document'
  return { kind, mime: plain }
}

/** True for types whose bytes are text. */
function isTextType(mime: string): boolean {
  return /^text\/|^application\/(?:[\w.-]+\+)?(?:json|xml|yaml|toml)$/.test(mime)
}

/** Valid UTF-8 without the characters that only other formats have. */
function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}
