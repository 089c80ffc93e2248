// Media input: a picture, sound, film or document, inline or below `[media]` (format, sections 7.2 and 8.3).

import type { Place } from '../../errors.ts'
import { guessMedia, kindOfMime } from '../media-kinds.ts'
import type { InputMediaKind, MediaInput } from '../narrative.ts'
import type { Keys } from './keys.ts'
import { type Ports, warnOfUnreadableFile } from './ports.ts'
import { present } from './present.ts'
import { keyOf, type Report } from './report.ts'
import { readRetention } from './settings.ts'

/** An entry below `[media]`: its kind is that of its type, else of its extension. */
export function readMedia(keys: Keys, own: Report, ports: Ports): MediaInput | undefined {
  const given = readGiven(keys, own, ports, ['url', 'file', 'base64'])
  if (given === undefined) return undefined
  const media = given.said === undefined ? given.guess?.kind : kindOfMime(given.said)
  if (media !== undefined) return mediaInput(media, given, own.placeOf(keyOf(keys.table)))
  const reason = given.said === undefined ? 'Its name does not say' : `The type "${given.said}" does not say`
  own.error('unknown-media-kind', keyOf(keys.table), `${reason} what kind of media "${keys.table.path}" is.`, {
    fix: 'Add a mime type such as mime = "image/png".',
  })
  return undefined
}

/** An input of type `image`, `audio`, `video` or `document`. */
export function readInlineMedia(media: InputMediaKind, keys: Keys, own: Report, ports: Ports): MediaInput | undefined {
  keys.node('type')
  readRetention(keys)
  const given = readGiven(keys, own, ports, ['url', 'base64', 'file'])
  return given && mediaInput(media, given, own.placeOf(keys.table))
}

interface Given {
  readonly source: MediaInput['source']
  /** The type that the file gives. */
  readonly said: string | undefined
  readonly guess: ReturnType<typeof guessMedia>
  readonly filename: string | undefined
}

function readGiven(keys: Keys, own: Report, ports: Ports, order: SourceOrder): Given | undefined {
  const source = readSource(keys, own, ports, order)
  const said = keys.string('mime')
  const filename = keys.string('filename')
  keys.warnOfRest()
  if (source === undefined) return undefined
  const guess = guessMedia('url' in source ? source.url : 'file' in source ? source.file : '')
  return { source, said, guess, filename }
}

function mediaInput(media: InputMediaKind, { source, said, guess, filename }: Given, place: Place): MediaInput {
  const base = { kind: 'media' as const, media, source, retention: 'full' as const, place }
  return present({ ...base, mime: said ?? guess?.mime, filename })
}

type SourceOrder = readonly ('url' | 'file' | 'base64')[]

/** @param order the keys, the one that wins first */
function readSource(keys: Keys, own: Report, ports: Ports, order: SourceOrder): MediaInput['source'] | undefined {
  const given = order.filter((name) => keys.has(name))
  const first = given[0]
  const values = order.map((name) => [name, keys.string(name)] as const)
  if (first === undefined) {
    own.error('media-without-source', keyOf(keys.table), `"${keys.table.path}" has no url, base64 or file.`)
    return undefined
  }
  for (const extra of given.slice(1)) {
    own.warn('duplicate-setting', keyOf(keys.node(extra)!), `"${extra}" is ignored: "${first}" is given as well.`)
  }
  const value = values.find(([name]) => name === first)![1]
  if (value === undefined) return undefined
  if (first === 'file') warnOfUnreadableFile(value, keys.node('file')!, own, ports)
  return first === 'url' ? { url: value } : first === 'file' ? { file: value } : { base64: value }
}
