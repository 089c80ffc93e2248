// Origins: where the settings of a narrative's acts come from. Pure.
//
//   O1. The order is that of the reader: act, its config, narrative, [config.<provider>], [config], [shared]. A test
//       holds every origin against the value that the reader found.

import path from 'node:path'
import type { Json } from '../json.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Act, ModelSettings, Narrative } from './narrative.ts'
import { modernise } from './reading/dialects.ts'
import { jsonOf } from './reading/keys.ts'
import { keyOf, Report } from './reading/report.ts'
import { strongestFirst } from './reading/settings.ts'
import { parseToml, type TomlNode, type TomlTable } from './toml-tree.ts'

export interface Origin {
  /** As the file writes it. */
  readonly value: Json
  /** In words: `the act`, `[config.gemini]`. */
  readonly from: string
  readonly place: Diagnostic['place']
}

/** How the file calls each setting. */
const KEYS: Readonly<Record<keyof ModelSettings | 'system', string>> = {
  model: 'model',
  temperature: 'temperature',
  maxTokens: 'max_tokens',
  topP: 'top_p',
  stop: 'stop',
  seed: 'seed',
  timeoutMs: 'timeout',
  system: 'system',
}

export type SettingName = keyof typeof KEYS
export const SETTING_NAMES = Object.keys(KEYS) as readonly SettingName[]

/** The origins of an act's settings; one that nothing gives has none. @param text of the narrative's file */
export function originsOf(
  text: string,
  filePath: string,
  narrative: Pick<Narrative, 'key'>,
  act: Pick<Act, 'name'>,
): Readonly<Partial<Record<SettingName, Origin>>> {
  const parsed = parseToml(text)
  if (!('root' in parsed)) return {}
  const report = new Report(filePath, text.split('\n'))
  const { root } = modernise(parsed.root, path.basename(filePath).replace(/\.toml$/, ''), report)
  const sources = sourcesOf(root, narrative.key, act.name)
  const origins = SETTING_NAMES.flatMap((name) => {
    const from = sources.find(
      ({ table, isForSystem }) => table.entries.has(KEYS[name]) && (name !== 'system' || isForSystem),
    )
    const node = from?.table.entries.get(KEYS[name])
    if (from === undefined || node === undefined) return []
    return [[name, { value: jsonOf(node), from: from.what, place: report.placeOf(keyOf(node)) }] as const]
  })
  return Object.fromEntries(origins)
}

interface Source {
  readonly what: string
  readonly table: TomlTable
  /** Only acts and narratives have a system message. */
  readonly isForSystem?: true
}

function sourcesOf(root: TomlTable, key: string, actName: string): readonly Source[] {
  const narrative = narrativeNode(root, key)
  const act = child(child(narrative, 'acts'), actName) ?? child(child(root, 'acts'), actName)
  const own = [
    ...source('the act', act, true),
    ...source('config of the act', child(act, 'config')),
    ...source('the narrative', narrative, true),
  ]
  const model = own.map(({ table }) => table.entries.get('model')).find((node) => node?.is === 'string')
  const config = child(root, 'config')
  const providers = config?.is === 'table' ? [...config.entries].map(([name, node]) => ({ name, node })) : []
  const sections = providers.filter(({ node }) => node.is === 'table')
  const named = strongestFirst(sections, model?.is === 'string' ? model.value : undefined)
  return [
    ...own,
    ...named.flatMap(({ name, node }) => source(`[config.${name}]`, node)),
    ...source('[config]', config),
    ...source('[shared]', child(root, 'shared')),
  ]
}

function narrativeNode(root: TomlTable, key: string): TomlNode | undefined {
  const section = child(root, 'narrative')
  if (child(section, 'name')?.is === 'string') return section
  return child(section, key) ?? child(child(root, 'narratives'), key)
}

function child(node: TomlNode | undefined, name: string): TomlNode | undefined {
  return node?.is === 'table' ? node.entries.get(name) : undefined
}

function source(what: string, node: TomlNode | undefined, isForSystem?: true): readonly Source[] {
  return node?.is === 'table' ? [{ what, table: node, ...(isForSystem && { isForSystem }) }] : []
}
