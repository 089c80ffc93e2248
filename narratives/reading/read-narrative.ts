// Read narrative: one `[narrative]` or `[narrative.NAME]` table with its toc (format, sections 3 and 5).

import type { Dialect, ModelSettings, Narrative } from '../narrative.ts'
import { didYouMean } from '../nearest.ts'
import type { TomlNode, TomlTable } from '../toml-tree.ts'
import { type ActDefinition, actOf } from './acts.ts'
import { jsonOf, Keys, reportType } from './keys.ts'
import { readMetrics } from './metrics.ts'
import { present } from './present.ts'
import { keyOf, type Report } from './report.ts'
import { readBudget, readCarousel, readModelSettings } from './settings.ts'
import { readVariables } from './vars.ts'

export interface NarrativeSource {
  readonly key: string
  readonly node: TomlTable
  /** Keys of the root that belong to the narrative of the single form. */
  readonly fromRoot: { readonly toc?: TomlNode | undefined; readonly carousel?: TomlNode | undefined }
  readonly form: 'single' | 'multi'
  readonly dialect: Dialect | undefined
}

export interface NarrativeReading {
  readonly narrative: Narrative
  /** The acts of the toc, each once. */
  readonly definitions: ReadonlySet<ActDefinition>
}

const PROCESSORS = ['content', 'discord']

/**
 * @param definitions the acts that the narrative may name: the shared ones under its own
 * @param defaultsFor settings of the file for acts of a model
 */
export function readNarrative(
  source: NarrativeSource,
  definitions: ReadonlyMap<string, ActDefinition>,
  defaultsFor: (model: string | undefined) => ModelSettings,
  report: Report,
): NarrativeReading {
  const keys = new Keys(source.node, report, source.form === 'single' ? '[narrative]' : `narrative "${source.key}"`)
  const settings = readModelSettings(keys)
  const toc = readToc(source, keys, report)
  const places = findActs(toc.order, definitions, source, report)
  const narrative = {
    key: source.key,
    name: readName(source, keys, report),
    description: keys.string('description') ?? '',
    template: keys.string('template'),
    target: keys.string('target', 'target_table'),
    skipContentGeneration: keys.boolean('skip_content_generation') ?? false,
    preserveSource: keys.boolean('preserve_source') ?? false,
    carousel: setting(
      'carousel',
      [keys.node('carousel'), source.fromRoot.carousel, toc.carousel],
      readCarousel,
      report,
    ),
    budget: setting('budget', [keys.node('budget'), toc.budget], readBudget, report),
    settings,
    parallel: readParallel(keys, report),
    vars: source.dialect === 'array-narratives' ? readVars(keys) : undefined,
    variables: readVariables(keys),
    metrics: readMetrics(
      keys,
      places.map(({ act }) => act.name),
    ),
    processors: readProcessors(keys, report),
    info: readInfo(keys, report),
    place: report.placeOf(keyOf(source.node)),
  }
  const system = keys.string('system')
  keys.node('acts')
  keys.warnOfRest()
  const { preserveSource } = narrative
  return {
    narrative: present({
      ...narrative,
      acts: places.map(({ act, group }) => {
        const own = actOf(act, { settings, preserveSource, system }, defaultsFor)
        return group === undefined ? own : { ...own, group }
      }),
    }),
    definitions: new Set(places.map(({ act }) => act)),
  }
}

function readParallel(keys: Keys, report: Report): number | undefined {
  const limit = keys.count('parallel')
  return limit === 0 ? reportType(report, keys.node('parallel')!, 'an integer from 1') : limit
}

function readName(source: NarrativeSource, keys: Keys, report: Report): string {
  const name = keys.string('name')
  if (name !== undefined && name.trim() === '') {
    report.error('bad-type', keys.node('name')!, `"${source.node.path}.name" must not be empty.`, { hint: 'a name' })
  }
  return name ?? source.key
}

const INFO_KEYS = ['title', 'author', 'version', 'tags']

/** What is only for people cannot make a narrative unusable: a wrong type is a warning here. */
function readInfo(keys: Keys, report: Report): Narrative['info'] {
  const aside = report.apart()
  const own = new Keys(keys.table, aside, '')
  for (const name of INFO_KEYS) keys.node(name)
  const info = {
    title: own.string('title'),
    author: own.string('author'),
    version: own.string('version'),
    tags: own.strings('tags') ?? [],
  }
  report.diagnostics.push(...aside.diagnostics.map((one) => ({ ...one, severity: 'warning' as const })))
  return present(info)
}

function readVars(keys: Keys): Readonly<Record<string, string>> {
  const context = keys.tableAt('context')
  const vars = [...(context?.entries ?? [])].map(([name, node]) => {
    const value = jsonOf(node)
    return [name, typeof value === 'string' ? value : JSON.stringify(value)] as const
  })
  return Object.fromEntries(vars)
}

function readProcessors(keys: Keys, report: Report): readonly string[] {
  const names = keys.strings('processors')
  for (const name of names ?? []) {
    if (PROCESSORS.includes(name)) continue
    const hint = didYouMean(name, PROCESSORS) ?? `one of ${PROCESSORS.join(', ')}`
    report.warn('unknown-key', keys.node('processors')!, `Unknown processor "${name}".`, { hint })
  }
  return names ?? ['content']
}

/** Of a setting that several places may give the first counts, and the others are reported. */
function setting<T>(
  name: string,
  nodes: readonly (TomlNode | undefined)[],
  read: (node: TomlNode, report: Report) => T | undefined,
  report: Report,
): T | undefined {
  const [first, ...others] = nodes.filter((node) => node !== undefined)
  for (const node of others) {
    report.warn('duplicate-setting', keyOf(node), `"${name}" is ignored: "${first!.path}" is given as well.`)
  }
  return first && read(first, report)
}

// ---------------------------------------------------------------------------- toc

interface Toc {
  readonly order: readonly Entry[]
  readonly carousel?: TomlNode | undefined
  readonly budget?: TomlNode | undefined
}

/** A name of the toc; with the others of its group its act runs at the same time. */
interface Entry {
  readonly node: Extract<TomlNode, { is: 'string' }>
  /** Counted from 1. */
  readonly group?: number
}

/** An array of names, or a table with `order`; in the narrative or, in the single form, at the root. */
function readToc(source: NarrativeSource, keys: Keys, report: Report): Toc {
  const own = keys.node('toc')
  const root = source.fromRoot.toc
  if (own !== undefined && root !== undefined) {
    report.warn('duplicate-setting', keyOf(root), `"toc" is ignored: "${own.path}" is given as well.`)
  }
  const node = own ?? root
  if (node === undefined) {
    report.error('empty-toc', keyOf(source.node), `The narrative "${source.key}" has no toc.`)
    return { order: [] }
  }
  if (node.is === 'array') return { order: readOrder(node, source, report) }
  if (node.is !== 'table') {
    reportType(report, node, 'an array of act names, or a table with order')
    return { order: [] }
  }
  const inner = new Keys(node, report, `[${node.path}]`)
  const order = inner.node('order')
  const toc = { carousel: inner.node('carousel'), budget: inner.node('budget') }
  inner.warnOfRest()
  if (order === undefined) {
    report.error('empty-toc', keyOf(node), `The toc of "${source.key}" has no order.`)
    return { ...toc, order: [] }
  }
  return { ...toc, order: readOrder(order, source, report) }
}

/** Names in order. An array of names among them is a group, whose acts run at the same time. */
function readOrder(node: TomlNode, source: NarrativeSource, report: Report): readonly Entry[] {
  if (node.is !== 'array') {
    reportType(report, node, 'an array of act names')
    return []
  }
  if (node.items.length === 0) {
    report.error('empty-toc', node, `The toc of "${source.key}" names no act.`)
  }
  let groups = 0
  return node.items.flatMap((item): readonly Entry[] => {
    if (item.is === 'string') return [{ node: item }]
    if (item.is !== 'array') {
      reportType(report, item, 'the name of an act, or an array of names')
      return []
    }
    if (item.items.length === 0) report.error('bad-group', item, `A group of the toc of "${source.key}" names no act.`)
    groups += 1
    return item.items.flatMap((inner): readonly Entry[] => {
      if (inner.is === 'string') return [item.items.length === 1 ? { node: inner } : { node: inner, group: groups }]
      reportType(report, inner, 'the name of an act')
      return []
    })
  })
}

interface ActPlace {
  readonly act: ActDefinition
  readonly group: number | undefined
}

function findActs(
  order: readonly Entry[],
  definitions: ReadonlyMap<string, ActDefinition>,
  source: NarrativeSource,
  report: Report,
): readonly ActPlace[] {
  return order.flatMap(({ node, group }): readonly ActPlace[] => {
    const act = definitions.get(node.value)
    if (act !== undefined) return [{ act, group }]
    report.error('missing-act', node, `The toc of "${source.key}" names "${node.value}", but there is no such act.`, {
      hint: didYouMean(node.value, definitions.keys()),
      fix: `Correct the name, or add the act "${node.value}".`,
    })
    return []
  })
}
