// Dialects: turns a file in an older dialect into the tree that the present one would have (format, section 24).
//
//   Nodes are moved, never copied: what is later found wrong with one still points at where the file has it.

import type { Dialect } from '../narrative.ts'
import type { TomlArray, TomlNode, TomlTable } from '../toml-tree.ts'
import { fromRootHeader } from './header-dialect.ts'
import { reportType } from './keys.ts'
import { stringLike, tableLike, without } from './moved-nodes.ts'
import { keyOf, type Report } from './report.ts'
import { fromSteps } from './steps-dialect.ts'

export interface Modern {
  readonly root: TomlTable
  readonly dialect?: Dialect
}

/** @param stem name of the file without folder and extension: the last resort for a narrative's name */
export function modernise(root: TomlTable, stem: string, report: Report): Modern {
  const { narrative, acts, steps, name, metadata } = Object.fromEntries(root.entries) as Record<
    string,
    TomlNode | undefined
  >
  if (narrative?.is === 'table' && acts?.is === 'array') {
    warn(report, acts, 'acts as an array')
    return { root: fromArrayActs(root, acts, report), dialect: 'array-acts' }
  }
  if (narrative === undefined && steps?.is === 'array') {
    warn(report, steps, 'steps')
    return { root: fromSteps(root, steps, stem, report), dialect: 'steps' }
  }
  const header = metadata?.is === 'table' ? metadata : name?.is === 'string' ? name : undefined
  if (narrative === undefined && header !== undefined && !root.entries.has('narratives')) {
    warn(report, header, 'a header outside of [narrative]')
    const headed = fromRootHeader(root, stem)
    return { root: acts?.is === 'array' ? fromArrayActs(headed, acts, report) : headed, dialect: 'root-header' }
  }
  if (narrative?.is === 'array') {
    warn(report, narrative, 'narratives as an array')
    return { root: fromArrayNarratives(root, narrative, report), dialect: 'array-narratives' }
  }
  const named = root.entries.get('narratives')
  const older = named?.is === 'table' ? [...named.entries.values()].find(isOlderEntry) : undefined
  if (older !== undefined) warn(report, older, '[narratives.NAME] with target_table or toc.order')
  return { root }
}

function warn(report: Report, node: TomlNode, what: string): void {
  report.warn('old-dialect', keyOf(node), `The file is written in an older dialect: ${what}.`)
}

function isOlderEntry(node: TomlNode): boolean {
  return node.is === 'table' && (node.entries.has('target_table') || node.entries.get('toc')?.is === 'table')
}

// ---------------------------------------------------------------------------- 24.1: acts as an array

function fromArrayActs(root: TomlTable, acts: TomlArray, report: Report): TomlTable {
  const named = new Map<string, TomlNode>()
  const order: TomlNode[] = []
  for (const [index, item] of acts.items.entries()) {
    if (item.is !== 'table') {
      reportType(report, item, 'a table')
      continue
    }
    const given = item.entries.get('name')
    if (given !== undefined && given.is !== 'string') reportType(report, given, 'a string')
    const wanted = given?.is === 'string' ? given.value : `act_${index + 1}`
    const name = unusedName(wanted, named)
    if (name !== wanted) {
      report.warn('duplicate-setting', given ?? item, `Two acts are called "${wanted}"; this one runs as "${name}".`)
    }
    named.set(name, tableLike(item, without(item.entries, ['name'])))
    order.push(stringLike(given ?? item, name))
  }
  const entries = new Map(root.entries).set('acts', tableLike(acts, named))
  const narrative = root.entries.get('narrative')
  const hasToc = entries.has('toc') || (narrative?.is === 'table' && narrative.entries.has('toc'))
  if (!hasToc) entries.set('toc', { is: 'array', path: acts.path, span: acts.span, items: order })
  return tableLike(root, entries)
}

export function unusedName(name: string, used: ReadonlyMap<string, unknown>): string {
  let unused = name
  for (let number = 2; used.has(unused); number += 1) unused = `${name}_${number}`
  return unused
}

// ---------------------------------------------------------------------------- 24.4: narratives as an array

function fromArrayNarratives(root: TomlTable, narratives: TomlArray, report: Report): TomlTable {
  const named = new Map<string, TomlNode>()
  for (const [index, item] of narratives.items.entries()) {
    if (item.is !== 'table') {
      reportType(report, item, 'a table')
      continue
    }
    const name = item.entries.get('name')
    if (name?.is !== 'string') {
      report.error('bad-type', name ?? keyOf(item), `"${item.path}.name" must be a string.`, { hint: 'a name' })
    }
    const key = name?.is === 'string' ? name.value : `narrative_${index + 1}`
    if (named.has(key)) report.error('duplicate-narrative', name ?? item, `Two narratives are called "${key}".`)
    named.set(key, fromElement(item, report))
  }
  const acts = new Map<string, TomlNode>()
  for (const section of ['acts', 'act']) {
    const table = root.entries.get(section)
    if (table?.is === 'table') for (const [name, act] of table.entries) acts.set(name, withoutGenerate(act))
  }
  const entries = without(root.entries, ['act'])
    .set('narrative', tableLike(narratives, named))
    .set('acts', tableLike(root.entries.get('act') ?? narratives, acts))
  return tableLike(root, entries)
}

/** `output` says where the rows go; `context` stays for the reader of narratives. */
function fromElement(element: TomlTable, report: Report): TomlTable {
  const output = element.entries.get('output')
  if (output === undefined) return element
  if (output.is !== 'table') {
    reportType(report, output, 'a table')
    return element
  }
  const mode = output.entries.get('mode')
  const entries = without(element.entries, ['output'])
  for (const [name, node] of output.entries) if (name !== 'mode') entries.set(name, node)
  const said = mode?.is === 'string' ? mode.value : 'inference'
  if (mode !== undefined && said !== 'inference' && said !== 'template')
    reportType(report, mode, '"inference" or "template"')
  if (said === 'inference') entries.delete('template')
  else if (!entries.has('template')) {
    report.error('bad-type', mode!, `"${output.path}.template" must be a string, found nothing.`, {
      hint: 'needs a template',
    })
  }
  return tableLike(element, entries)
}

function withoutGenerate(act: TomlNode): TomlNode {
  return act.is === 'table' ? tableLike(act, without(act.entries, ['type'])) : act
}
