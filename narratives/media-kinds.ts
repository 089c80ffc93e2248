// Media kinds: what an extension or a media type says about a file (format, section 8.3).

import type { InputMediaKind } from './narrative.ts'

const BY_EXTENSION: Readonly<Record<string, readonly [InputMediaKind, string]>> = {
  png: ['image', 'image/png'],
  jpg: ['image', 'image/jpeg'],
  jpeg: ['image', 'image/jpeg'],
  gif: ['image', 'image/gif'],
  webp: ['image', 'image/webp'],
  mp3: ['audio', 'audio/mp3'],
  wav: ['audio', 'audio/wav'],
  ogg: ['audio', 'audio/ogg'],
  mp4: ['video', 'video/mp4'],
  webm: ['video', 'video/webm'],
  avi: ['video', 'video/x-msvideo'],
  mov: ['video', 'video/quicktime'],
  pdf: ['document', 'application/pdf'],
  txt: ['document', 'text/plain'],
  md: ['document', 'text/markdown'],
  json: ['document', 'application/json'],
}

const BY_MAJOR_TYPE: Readonly<Record<string, InputMediaKind>> = {
  image: 'image',
  audio: 'audio',
  video: 'video',
  application: 'document',
  text: 'document',
}

/** The kind that a media type such as `image/png` belongs to. */
export function kindOfMime(mime: string): InputMediaKind | undefined {
  const major = mime.split('/')[0]!.trim().toLowerCase()
  return Object.hasOwn(BY_MAJOR_TYPE, major) ? BY_MAJOR_TYPE[major] : undefined
}

/** What the extension of a file name or the path of a URL says; query and fragment do not count. */
export function guessMedia(name: string): { readonly kind: InputMediaKind; readonly mime: string } | undefined {
  const inline = /^data:([\w.+-]+\/[\w.+-]+)/.exec(name)?.[1]
  if (inline !== undefined) {
    const kind = kindOfMime(inline)
    return kind && { kind, mime: inline }
  }
  const extension = /\.([A-Za-z0-9]+)$/.exec(name.replace(/[?#].*$/s, ''))?.[1]?.toLowerCase()
  if (extension === undefined || !Object.hasOwn(BY_EXTENSION, extension)) return undefined
  const [kind, mime] = BY_EXTENSION[extension]!
  return { kind, mime }
}
