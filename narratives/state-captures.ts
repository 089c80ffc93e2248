// State captures: which keys of the persistent state a result defines (format, sections 18.3 and 18.4).
//
// Pure: whoever carries the command out stores the entries, in order, so that the last writer of a key wins.

import type { Json } from '../json.ts'
import { responseAsJson } from './extract-json.ts'
import { segmentsOf, textOf, valueAt } from './json/json-path.ts'
import type { Act, CommandInput } from './narrative.ts'

export type StateEntry = readonly [key: string, value: string]

const ID_FIELDS = [
  'id',
  'channel_id',
  'message_id',
  'role_id',
  'user_id',
  'guild_id',
  'emoji_id',
  'webhook_id',
  'integration_id',
  'invite_code',
  'thread_id',
  'event_id',
  'sticker_id',
] as const

// A result that only has an `id` is about the thing its command names.
const OWN_IDS: readonly (readonly [RegExp, (typeof ID_FIELDS)[number]])[] = [
  [/^channels?\./, 'channel_id'],
  [/^messages?\./, 'message_id'],
  [/^roles?\./, 'role_id'],
  [/^threads?\./, 'thread_id'],
  [/^events?\./, 'event_id'],
  [/^members?\./, 'user_id'],
  [/^(server|guilds?)\./, 'guild_id'],
  [/^webhooks?\./, 'webhook_id'],
  [/^emojis?\./, 'emoji_id'],
  [/^stickers?\./, 'sticker_id'],
  [/^integrations?\./, 'integration_id'],
]
const SENDS_MESSAGE = /^channels?\.(send_message|create_message)$/

/** The entries that a successful command defines: its ids, and what the input asks to keep. */
export function commandCaptures(input: CommandInput, result: Json): readonly StateEntry[] {
  return [...idEntries(input, result), ...askedEntry(input, result)]
}

function idEntries({ platform, command }: CommandInput, result: Json): readonly StateEntry[] {
  const entries: StateEntry[] = []
  for (const field of ID_FIELDS) {
    const value = scalarAt(result, [field])
    if (value !== undefined) entries.push([`${platform}.${command}.${field}`, value], [field, value])
  }
  const own = SENDS_MESSAGE.test(command) ? 'message_id' : OWN_IDS.find(([pattern]) => pattern.test(command))?.[1]
  const id = scalarAt(result, ['id'])
  if (own !== undefined && id !== undefined && scalarAt(result, [own]) === undefined) entries.push([own, id])
  return entries
}

function askedEntry({ capture }: CommandInput, result: Json): readonly StateEntry[] {
  if (capture === undefined) return []
  const value = result !== null && typeof result === 'object' ? valueAt(result, segmentsOf(capture.field)) : result
  return value === undefined || value === null ? [] : [[capture.key, textOf(value)]]
}

function scalarAt(result: Json, path: readonly string[]): string | undefined {
  if (result === null || typeof result !== 'object' || Array.isArray(result)) return undefined
  const value = valueAt(result, path)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/**
 * The entries that `[acts.X.state_capture]` takes from the act's response. A path that leads to nothing is tried again
 * by the plain `id`, since results of creations have only that: `$.channel_id` then means `$.id`.
 */
export function actCaptures(act: Act, response: string): readonly StateEntry[] {
  const wanted = Object.entries(act.stateCapture)
  const json = wanted.length === 0 ? undefined : responseAsJson(response)
  if (json === undefined) return []
  return wanted.flatMap(([key, path]): readonly StateEntry[] => {
    const segments = segmentsOf(path)
    const isId = /_id$/.test(segments.at(-1) ?? '')
    const value = valueAt(json, segments) ?? (isId ? valueAt(json, [...segments.slice(0, -1), 'id']) : undefined)
    return value === undefined || value === null ? [] : [[key, textOf(value)]]
  })
}
