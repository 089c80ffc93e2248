// Resources: `[bots.*]`, `[tables.*]` and `[media.*]`, read once for all acts that refer to them.
//
//   A value of the wrong type is an error of the file. Anything else that is wrong with a resource matters only when
//   a running act uses it, so it goes into the resource's own report.

import type { JsonObject } from '../json.ts'
import { jsonObjectOf, jsonOf, Keys, reportType } from './keys.ts'
import { guessMedia, kindOfMime } from './media-kinds.ts'
import {
  type CommandInput,
  type MediaInput,
  RETENTIONS,
  type Retention,
  TABLE_FORMATS,
  type TableFormat,
  type TableInput,
} from './narrative.ts'
import { nearest } from './nearest.ts'
import { present } from './present.ts'
import { keyOf, type Report, type Spot } from './report.ts'
import type { TomlTable } from './toml-tree.ts'

/** What a narrative file cannot know by itself. Without a port its check is left out. */
export interface Ports {
  /** What is wrong with a filter expression, if anything. */
  readonly checkFilter?: (where: string) => string | undefined
  /** Whether a file that an input names can be found; the name is given as it is written. */
  readonly fileExists?: (name: string) => boolean
  /** Whether an environment variable has a value. */
  readonly isEnvSet?: (name: string) => boolean
}

export interface Resource<T> {
  readonly node: TomlTable
  /** Undefined when the resource is broken; its report then says why. */
  readonly input: T | undefined
  readonly report: Report
}

export interface ResourceIndex {
  readonly bots: ReadonlyMap<string, Resource<CommandInput>>
  readonly tables: ReadonlyMap<string, Resource<TableInput>>
  readonly media: ReadonlyMap<string, Resource<MediaInput>>
}

export function readResources(
  root: { bots?: TomlTable | undefined; tables?: TomlTable | undefined; media?: TomlTable | undefined },
  report: Report,
  ports: Ports,
): ResourceIndex {
  return {
    bots: readEach(root.bots, report, (name, keys, own) => readBot(name, keys, own)),
    tables: readEach(root.tables, report, (name, keys, own) => readTableQuery(keys, own, ports, name)),
    media: readEach(root.media, report, (_name, keys, own) => readMedia(keys, own, ports)),
  }
}

function readEach<T>(
  section: TomlTable | undefined,
  report: Report,
  read: (name: string, keys: Keys, own: Report) => T | undefined,
): ReadonlyMap<string, Resource<T>> {
  const resources = new Map<string, Resource<T>>()
  for (const [name, node] of section?.entries ?? []) {
    if (node.is !== 'table') {
      reportType(report, node, 'a table')
      continue
    }
    const own = report.apart()
    resources.set(name, { node, input: read(name, new Keys(node, report, `[${node.path}]`), own), report: own })
  }
  return resources
}

// ---------------------------------------------------------------------------- commands

function readBot(name: string, keys: Keys, own: Report): CommandInput | undefined {
  const common = readCommandHead(keys, own)
  const args = { ...jsonRest(keys), ...readArgs(keys) }
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
  const platform = required(keys, own, 'platform')
  const command = required(keys, own, 'command')
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
  const key = required(inner, keys.report, 'cache_key')
  const field = inner.string('extract_field') ?? 'id'
  inner.warnOfRest()
  return key === undefined ? undefined : { key, field }
}

// ---------------------------------------------------------------------------- tables

/** A table query, as resource (with its name) or as input. */
export function readTableQuery(keys: Keys, own: Report, ports: Ports, name?: string): TableInput | undefined {
  if (name === undefined) keys.node('type')
  const table = required(keys, own, 'table_name')
  const overridable = readTableOptions(keys, own, ports)
  const query = {
    kind: 'table' as const,
    name,
    columns: keys.strings('columns'),
    sample: keys.count('sample'),
    alias: keys.string('alias'),
    place: own.placeOf(name === undefined ? keys.table : keyOf(keys.table)),
  }
  if (query.sample !== undefined && overridable.orderBy !== undefined) {
    own.warn('ignored-key', keyOf(keys.node('order_by')!), '"order_by" is ignored: "sample" asks for random rows.')
    overridable.orderBy = undefined
  }
  keys.warnOfRest()
  if (table === undefined) return undefined
  return present({
    ...query,
    ...overridable,
    table,
    format: overridable.format ?? 'json',
    pullAndDelete: overridable.pullAndDelete ?? false,
    required: overridable.required ?? false,
    retention: overridable.retention ?? 'full',
  })
}

/** The keys that an act may also give beside a reference to the table (D-11b). */
export function readTableOptions(keys: Keys, own: Report, ports: Ports) {
  return {
    where: readFilter(keys, own, ports),
    orderBy: keys.string('order_by'),
    limit: keys.count('limit'),
    offset: keys.count('offset'),
    format: readFormat(keys, own),
    pullAndDelete: keys.boolean('pull_and_delete'),
    required: keys.boolean('required'),
    retention: readRetention(keys),
  }
}

function readFilter(keys: Keys, own: Report, { checkFilter }: Ports): string | undefined {
  const where = keys.string('where', 'where_clause')
  const problem = where === undefined ? undefined : checkFilter?.(where)
  if (problem !== undefined) {
    own.warn('bad-filter', keys.table.entries.get('where') ?? keys.table.entries.get('where_clause')!, problem)
  }
  return where
}

function readFormat(keys: Keys, own: Report): TableFormat | undefined {
  const format = keys.string('format')
  if (format === undefined) return undefined
  if (format === 'md') return 'markdown'
  if ((TABLE_FORMATS as readonly string[]).includes(format)) return format as TableFormat
  const meant = nearest(format, TABLE_FORMATS)
  own.error('unknown-table-format', keys.node('format')!, `Unknown table format "${format}".`, {
    hint: meant === undefined ? `one of ${TABLE_FORMATS.join(', ')}` : `did you mean "${meant}"?`,
  })
  return undefined
}

// ---------------------------------------------------------------------------- media

function readMedia(keys: Keys, own: Report, ports: Ports): MediaInput | undefined {
  const source = readSource(keys, own, ports, ['url', 'file', 'base64'])
  const mime = keys.string('mime')
  const filename = keys.string('filename')
  keys.warnOfRest()
  if (source === undefined) return undefined
  const guess = guessMedia('url' in source ? source.url : 'file' in source ? source.file : '')
  const kind = mime === undefined ? guess?.kind : kindOfMime(mime)
  if (kind === undefined) {
    const said = mime === undefined ? 'its name does not say' : `"${mime}" does not say`
    own.error(
      'unknown-media-kind',
      keyOf(keys.table),
      `${said} what kind of media "${keys.table.path}" is.`.replace(/^i/, 'I'),
      {
        fix: 'Add a mime type such as mime = "image/png".',
      },
    )
    return undefined
  }
  const base = { kind: 'media' as const, media: kind, source, retention: 'full' as const, filename }
  return present({ ...base, mime: mime ?? guess?.mime, place: own.placeOf(keyOf(keys.table)) })
}

/** An input of type `image`, `audio`, `video` or `document`. */
export function readInlineMedia(
  media: MediaInput['media'],
  keys: Keys,
  own: Report,
  ports: Ports,
): MediaInput | undefined {
  keys.node('type')
  const source = readSource(keys, own, ports, ['url', 'base64', 'file'])
  const filename = keys.string('filename')
  const mime = keys.string('mime')
  readRetention(keys)
  keys.warnOfRest()
  if (source === undefined) return undefined
  const guess = guessMedia('url' in source ? source.url : 'file' in source ? source.file : '')
  const base = { kind: 'media' as const, media, source, retention: 'full' as const, filename }
  return present({ ...base, mime: mime ?? guess?.mime, place: own.placeOf(keys.table) })
}

/** @param order the keys, the one that wins first */
function readSource(
  keys: Keys,
  own: Report,
  ports: Ports,
  order: readonly ('url' | 'file' | 'base64')[],
): MediaInput['source'] | undefined {
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
  if (first === 'file') warnOfMissingFile(value, keys.node('file')!, own, ports)
  return first === 'url' ? { url: value } : first === 'file' ? { file: value } : { base64: value }
}

// ---------------------------------------------------------------------------- shared by all kinds

/** A file whose name is made of environment variables is looked for when the act runs. */
export function warnOfMissingFile(name: string, node: Spot, own: Report, { fileExists }: Ports): void {
  if (fileExists === undefined || name.includes('$') || fileExists(name)) return
  own.warn('missing-file', node, `The file "${name}" was not found; the act that needs it will fail.`)
}

export function readRetention(keys: Keys): Retention | undefined {
  const value = keys.string('history_retention')
  if (value === undefined) return undefined
  if ((RETENTIONS as readonly string[]).includes(value)) return value as Retention
  const meant = nearest(value, RETENTIONS)
  keys.report.warn('bad-type', keys.node('history_retention')!, `Unknown retention "${value}"; "full" is used.`, {
    hint: meant === undefined ? `one of ${RETENTIONS.join(', ')}` : `did you mean "${meant}"?`,
  })
  return undefined
}

function required(keys: Keys, own: Report, name: string): string | undefined {
  const value = keys.string(name)
  if (!keys.has(name)) {
    const path = `${keys.table.path}.${name}`
    own.error('bad-type', keyOf(keys.table), `"${path}" must be a string, found nothing.`, {
      hint: `"${name}" is missing`,
      fix: `Add ${name} = "…".`,
    })
  }
  return value
}
