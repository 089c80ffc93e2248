// Open media: reads media from where a narrative says it is, within the limits of the configuration.

import { createHash } from 'node:crypto'
import type { FetchOptions } from './fetch-url.ts'
import type { MediaKind, MediaReader, MediaSource, Medium } from './media.ts'
import { MediaError } from './media-error.ts'
import { mediaTypeOf, plainType, typeFrom } from './media-type.ts'
import { readBounded, tooLarge } from './read-bounded.ts'

export type MediaOptions = Pick<FetchOptions, 'maxBytes' | 'timeoutMs' | 'privateHosts' | 'addressesOf'> & {
  /** Nothing is fetched: what an address stands for is empty, and of the kind that it is said to be. */
  readonly offline?: boolean
}

export function openMedia(options: MediaOptions): MediaReader {
  return {
    async read(source, { said, expected, signal }) {
      if (options.offline === true && 'url' in source && !isDataUrl(source.url)) {
        return unfetched(source.url, said, expected)
      }
      const { bytes, mime } = await bytesOf(source, options, signal)
      const type = await mediaTypeOf(bytes, said ?? mime)
      return { bytes, ...type, hash: hashOf(bytes) }
    },
    async readText(file) {
      // A checkout may have ends of lines of its own; the question, and what was recorded for it, stay the same.
      return new TextDecoder().decode(await readBounded(file, options.maxBytes)).replaceAll('\r\n', '\n')
    },
  }
}

function hashOf(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

function unfetched(url: string, said: string | undefined, expected: MediaKind): Medium {
  const guess = said === undefined ? undefined : typeFrom(said)
  const type = guess?.kind === expected ? guess : { kind: expected, mime: ANY[expected] }
  return { bytes: new Uint8Array(), ...type, hash: hashOf(url) }
}

const ANY: Readonly<Record<MediaKind, string>> = {
  image: 'image/*',
  audio: 'audio/*',
  video: 'video/*',
  document: 'application/*',
}

interface Bytes {
  readonly bytes: Uint8Array
  readonly mime?: string | undefined
}

async function bytesOf(source: MediaSource, options: MediaOptions, signal: AbortSignal): Promise<Bytes> {
  if ('file' in source) return { bytes: await readBounded(source.file, options.maxBytes) }
  if ('url' in source && !isDataUrl(source.url)) {
    // Node's HTTP takes a fifth of the start of a command, and few narratives fetch anything.
    const { fetchUrl } = await import('./fetch-url.ts')
    return fetchUrl(source.url, { ...options, signal })
  }
  const held = 'url' in source ? await fromDataUrl(source.url) : { bytes: fromBase64(source.base64) }
  if (held.bytes.length > options.maxBytes) throw tooLarge('The media in the narrative', options.maxBytes)
  return held
}

function isDataUrl(url: string): boolean {
  return /^data:/i.test(url)
}

/** A `data:` URL holds what it stands for: reading it asks nobody. */
async function fromDataUrl(url: string): Promise<Bytes> {
  try {
    const held = await fetch(url)
    return { bytes: await held.bytes(), mime: plainType(held.headers.get('content-type') ?? undefined) }
  } catch (cause) {
    const fix = 'Write data:image/png;base64, and then the bytes in base64.'
    throw new MediaError('media-unknown', 'The data: address of the media cannot be read.', { cause, fix })
  }
}

function fromBase64(text: string): Uint8Array {
  const plain = text.replace(/\s+/g, '')
  if (/^[A-Za-z0-9+/_-]*={0,2}$/.test(plain)) return Buffer.from(plain, 'base64')
  throw new MediaError('media-unknown', 'The media is not written in base64.', { fix: 'Encode its bytes as base64.' })
}
