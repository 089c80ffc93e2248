// Command input: a command of a platform, inline or below `[bots]` (format, sections 7.3 and 8.1).
//
//   Whatever key is not the command's own is an argument; `args` goes before it.

import type { JsonObject } from '../../json.ts'
import type { CommandInput } from '../narrative.ts'
import { jsonObjectOf, jsonOf, Keys } from './keys.ts'
import { present } from './present.ts'
import { keyOf, type Report } from './report.ts'
import { readRetention } from './settings.ts'

/** An entry below `[bots]`: every key that is not reserved is an argument (D-23). */
export function readBot(name: string, keys: Keys, own: Report): CommandInput | undefined {
  const common = readCommandHead(keys, own)
  const explicit = readArgs(keys)
  const args = { ...jsonRest(keys), ...explicit }
  return common && { ...common, kind: 'command', name, args, place: own.placeOf(keyOf(keys.table)) }
}

/** An input of type `bot_command`. Arguments may stand beside the reserved keys (D-22). */
export function readCommand(keys: Keys, own: Report): CommandInput | undefined {
  keys.node('type')
  const head = readCommandHead(keys, own)
  const capture = readCapture(keys)
  const explicit = readArgs(keys)
  const args = { ...jsonRest(keys), ...explicit }
  return head && { ...head, kind: 'command', args, ...(capture && { capture }), place: own.placeOf(keys.table) }
}

function readCommandHead(keys: Keys, own: Report) {
  const platform = keys.required('platform', own)
  const command = keys.required('command', own)
  const rest = {
    required: keys.boolean('required') ?? false,
    cacheSeconds: keys.count('cache_duration'),
    retention: readRetention(keys) ?? 'full',
  }
  return platform === undefined || command === undefined ? undefined : present({ platform, command, ...rest })
}

function readArgs(keys: Keys): JsonObject {
  const table = keys.tableAt('args')
  return table === undefined ? {} : jsonObjectOf(table)
}

function jsonRest(keys: Keys): JsonObject {
  return Object.fromEntries(keys.rest().map(([name, node]) => [name, jsonOf(node)]))
}

function readCapture(keys: Keys): CommandInput['capture'] {
  const older = keys.string('store_as', 'save_output_as')
  const table = keys.tableAt('state')
  if (table === undefined) return older === undefined ? undefined : { key: older, field: 'id' }
  const inner = new Keys(table, keys.report, 'a state capture')
  const key = inner.required('cache_key')
  const field = inner.string('extract_field') ?? 'id'
  inner.warnOfRest()
  return key === undefined ? undefined : { key, field }
}
