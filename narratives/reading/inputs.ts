// Inputs: one element of an act's list of inputs, resolved (format, sections 6.3, 7 and 9).

import { INPUT_MEDIA_KINDS, type Input, type InputMediaKind, type Link, type NarrativeInput } from '../narrative.ts'
import { didYouMean } from '../nearest.ts'
import type { TomlNode, TomlTable } from '../toml-tree.ts'
import { readCommand } from './command-input.ts'
import { Keys, reportType } from './keys.ts'
import { readInlineMedia } from './media-input.ts'
import { type Ports, warnOfMissingFile, warnOfUnreadableFile } from './ports.ts'
import { present } from './present.ts'
import { looksLikeReference, parseReference, type Reference, withExtension } from './references.ts'
import { keyOf, type Report, type Spot } from './report.ts'
import type { Resource, ResourceIndex } from './resources.ts'
import { readRetention } from './settings.ts'
import { readTableOptions, readTableQuery } from './table-input.ts'

/** What the inputs of one act are read with. */
export interface InputScope {
  readonly resources: ResourceIndex
  /** Key of the narrative of this file that a name means, if there is one. */
  readonly keyOfNarrative: (name: string) => string | undefined
  readonly links: ReadonlyMap<string, Link>
  readonly narrativeNames: readonly string[]
  /** True if the file holds the narrative of the single form and nothing else that could be run. */
  readonly isAlone: boolean
  readonly ports: Ports
  readonly report: Report
  /** Told of every resource that the act uses. */
  readonly uses: Set<Resource<unknown>>
}

/** Reads a string or a table; undefined when it was neither or was broken, which is then reported. */
export function readInput(node: TomlNode, scope: InputScope): Input | undefined {
  if (node.is === 'string') return readString(node.value, node, scope)
  if (node.is === 'table') return readTable(node, scope)
  scope.report.error('bad-act', node, `"${node.path}" must be a text, a reference or a table of an input.`)
  return undefined
}

/** The reference that the string is, if it is one; a string that only begins like one is warned of. */
export function referenceOf(text: string, spot: Spot, scope: InputScope): Reference | undefined {
  const reference = parseReference(text, isNarrative(scope))
  if (reference === undefined && looksLikeReference(text)) {
    const shown = text.length > 40 ? `${text.slice(0, 37)}…` : text
    scope.report.warn('looks-like-reference', spot, `"${shown}" is sent as text: it is not a whole reference.`)
  }
  return reference
}

function isNarrative({ keyOfNarrative, links }: InputScope): (name: string) => boolean {
  return (name) => keyOfNarrative(name) !== undefined || links.has(name)
}

function readString(text: string, node: TomlNode, scope: InputScope): Input | undefined {
  const reference = referenceOf(text, node, scope)
  if (reference !== undefined) return resolve(reference, text, node, scope)
  return { kind: 'text', source: { text }, retention: 'full', place: scope.report.placeOf(node) }
}

/** The input that a reference stands for; an unknown name is reported. */
function resolve(reference: Reference, written: string, spot: Spot, scope: InputScope): Input | undefined {
  const place = scope.report.placeOf(spot)
  if (reference.to === 'file') {
    const { path } = reference
    warnOfMissingFile(withExtension(path), spot, scope.report, scope.ports)
    return { kind: 'narrative', ref: written, name: path, target: { path }, retention: 'full', place }
  }
  if (reference.to === 'narratives') {
    const target = narrativeTarget(reference.name, scope)
    if (target === undefined) return unknown('narratives', reference.name, scope.narrativeNames, spot, scope)
    return { kind: 'narrative', ref: written, name: reference.name, target, retention: 'full', place }
  }
  const section: ReadonlyMap<string, Resource<Input>> = scope.resources[reference.to]
  const resource = section.get(reference.name)
  if (resource === undefined) return unknown(reference.to, reference.name, [...section.keys()], spot, scope)
  scope.uses.add(resource)
  return resource.input && { ...resource.input, ref: written, place }
}

/** A narrative of this file or, by a link, of another; undefined when the file knows neither. */
function narrativeTarget(name: string, scope: InputScope): NarrativeInput['target'] | undefined {
  const key = scope.keyOfNarrative(name)
  if (key !== undefined) return { key }
  const link = scope.links.get(name)
  return link && { path: link.path }
}

const UNKNOWN_CODES = {
  bots: ['unknown-bot', 'bot command'],
  tables: ['unknown-table', 'table'],
  media: ['unknown-media', 'media'],
  narratives: ['unknown-narrative', 'narrative'],
} as const

function unknown(
  section: keyof typeof UNKNOWN_CODES,
  name: string,
  known: readonly string[],
  spot: Spot,
  scope: InputScope,
): undefined {
  const [code, what] = UNKNOWN_CODES[section]
  scope.report.error(code, spot, `The file defines no ${what} "${name}".`, {
    hint: didYouMean(name, known, (meant) => `${section}.${meant}`),
    fix: known.length === 0 ? `Add [${section}.${name}].` : `Known: ${known.join(', ')}.`,
  })
}

// ---------------------------------------------------------------------------- tables

const INPUT_TYPES = ['text', ...INPUT_MEDIA_KINDS, 'bot_command', 'table', 'narrative'] as const

function readTable(table: TomlTable, scope: InputScope): Input | undefined {
  const keys = new Keys(table, scope.report, `input "${table.path}"`)
  if (keys.has('ref')) return readRef(keys, scope)
  const type = keys.has('type') ? keys.string('type') : 'text'
  switch (type) {
    case undefined:
      return undefined
    case 'text':
      return readText(keys, scope)
    case 'bot_command':
      return readCommand(keys, scope.report)
    case 'table':
      return readTableQuery(keys, scope.report, scope.ports)
    case 'narrative':
      return readNarrative(keys, scope)
    default:
      if ((INPUT_MEDIA_KINDS as readonly string[]).includes(type)) {
        return readInlineMedia(type as InputMediaKind, keys, scope.report, scope.ports)
      }
      return unknownType(type, keys.node('type')!, scope)
  }
}

function unknownType(type: string, node: TomlNode, { report }: InputScope): undefined {
  report.error('unknown-input-type', node, `Unknown input type "${type}".`, {
    hint: didYouMean(type, INPUT_TYPES),
    fix: `Use one of ${INPUT_TYPES.join(', ')}.`,
  })
}

function readText(keys: Keys, scope: InputScope): Input | undefined {
  keys.node('type')
  const text = keys.string('content', 'text')
  const file = keys.string('file')
  readRetention(keys)
  const place = scope.report.placeOf(keys.node('content', 'text') ?? keys.table)
  if (text === undefined && !keys.has('content') && !keys.has('text') && !keys.has('file')) {
    const isMedia = keys.has('url') || keys.has('base64')
    for (const [name, node] of keys.rest()) keys.noteMeant(name, node, ['content', 'file'])
    scope.report.error('text-without-content', keys.table, `"${keys.table.path}" has neither content nor a file.`, {
      hint: isMedia ? 'add a type, such as type = "image"' : undefined,
      fix: isMedia ? 'Add type = "image", "audio", "video" or "document".' : undefined,
    })
    return undefined
  }
  keys.warnOfRest()
  if (text !== undefined) return { kind: 'text', source: { text }, retention: 'full', place }
  if (file === undefined) return undefined
  warnOfUnreadableFile(file, keys.node('file')!, scope.report, scope.ports)
  return { kind: 'text', source: { file }, retention: 'full', place }
}

function readNarrative(keys: Keys, scope: InputScope): Input | undefined {
  keys.node('type')
  const name = keys.required('name')
  const path = keys.string('path')
  const retention = readRetention(keys) ?? 'full'
  keys.warnOfRest()
  if (name === undefined) return undefined
  const target = path === undefined ? (narrativeTarget(name, scope) ?? { path: name }) : { path, narrative: name }
  if ('path' in target) warnOfMissingFile(withExtension(target.path), keys.table, scope.report, scope.ports)
  return { kind: 'narrative', name, target, retention, place: scope.report.placeOf(keys.table) }
}

/** `ref = "tables.x"` and what may stand beside it (D-11b). */
function readRef(keys: Keys, scope: InputScope): Input | undefined {
  const written = keys.string('ref')
  const node = keys.node('ref')!
  if (written === undefined) return undefined
  const reference = parseReference(written, isNarrative(scope))
  if (reference === undefined) {
    scope.report.error('bad-reference', node, `"${written}" is not a reference.`, {
      hint: 'such as "bots.x", "tables.x" or "media.x"',
    })
    return undefined
  }
  const input = resolve(reference, written, node, scope)
  const overrides = readOverrides(input, keys, scope)
  keys.node('type')
  for (const [name, extra] of keys.rest()) {
    scope.report.warn('ignored-key', keyOf(extra), `"${name}" has no effect beside "ref".`)
  }
  return input && ({ ...input, ...overrides } as Input)
}

function readOverrides(input: Input | undefined, keys: Keys, scope: InputScope): object {
  if (input?.kind === 'table') return present(readTableOptions(keys, scope.report, scope.ports))
  if (input?.kind === 'command') {
    return present({ required: keys.boolean('required'), retention: readRetention(keys) })
  }
  return present({ retention: input?.kind === 'narrative' ? readRetention(keys) : undefined })
}

/** The elements of `input = [...]`, or its single table (D-19b). */
export function inputNodes(node: TomlNode, report: Report): readonly TomlNode[] {
  if (node.is === 'array') return node.items
  if (node.is === 'table') return [node]
  reportType(report, node, 'an array of inputs')
  return []
}
