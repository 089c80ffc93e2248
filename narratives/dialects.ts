// Dialects: turns a file in an older dialect into the tree that the present one would have (format, section 24).
//
//   Nodes are moved, never copied: what is later found wrong with one still points at where the file has it.

import { reportType } from './keys.ts'
import type { Dialect } from './narrative.ts'
import { keyOf, type Report } from './report.ts'
import type { Span, TomlArray, TomlNode, TomlTable } from './toml-tree.ts'

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
    const name = given?.is === 'string' ? given.value : `act_${index + 1}`
    if (named.has(name)) report.error('bad-act', given ?? item, `Two acts are called "${name}".`)
    named.set(name, tableLike(item, without(item.entries, ['name'])))
    order.push(stringLike(given ?? item, name))
  }
  const entries = new Map(root.entries).set('acts', tableLike(acts, named))
  const narrative = root.entries.get('narrative')
  const hasToc = entries.has('toc') || (narrative?.is === 'table' && narrative.entries.has('toc'))
  if (!hasToc) entries.set('toc', { is: 'array', path: acts.path, span: acts.span, items: order })
  return tableLike(root, entries)
}

// ---------------------------------------------------------------------------- 24.2: a header at the root

const HEADER_KEYS = [
  'name',
  'description',
  'template',
  'target',
  'target_table',
  'skip_content_generation',
  'preserve_source',
  'model',
  'temperature',
  'max_tokens',
  'budget',
  'processors',
  'system',
  'title',
  'author',
  'version',
  'tags',
]

function fromRootHeader(root: TomlTable, stem: string): TomlTable {
  const metadata = root.entries.get('metadata')
  const header = new Map([...root.entries].filter(([name]) => HEADER_KEYS.includes(name)))
  if (metadata?.is === 'table') for (const [name, node] of metadata.entries) header.set(name, node)
  const narrative = withName(tableLike(metadata ?? root.entries.get('name')!, header), stem)
  return tableLike(root, without(root.entries, ['metadata', ...HEADER_KEYS]).set('narrative', narrative))
}

/** The name is `name`, else made of `title`, else the file's. */
function withName(header: TomlTable, stem: string): TomlTable {
  if (header.entries.has('name')) return header
  const title = header.entries.get('title')
  const slug = title?.is === 'string' ? slugOf(title.value) : ''
  return tableLike(header, new Map(header.entries).set('name', stringLike(title ?? header, slug || stem)))
}

function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
}

// ---------------------------------------------------------------------------- 24.3: steps

function fromSteps(root: TomlTable, steps: TomlArray, stem: string, report: Report): TomlTable {
  const acts = new Map<string, TomlNode>()
  const order: TomlNode[] = []
  let system: TomlNode | undefined
  for (const [index, step] of steps.items.entries()) {
    if (step.is !== 'table') {
      reportType(report, step, 'a table')
      continue
    }
    if (isSystemStep(step)) {
      system = contentOf(step)
      continue
    }
    const name = `step_${index}`
    acts.set(
      name,
      fromStep(step, system, (text) => nameSteps(text, steps)),
    )
    order.push(stringLike(step, name))
  }
  const headed = fromRootHeader(
    root.entries.has('metadata')
      ? root
      : tableLike(root, new Map(root.entries).set('metadata', tableLike(steps, new Map()))),
    stem,
  )
  const narrative = headed.entries.get('narrative') as TomlTable
  const quiet = new Map(narrative.entries)
  if (!quiet.has('skip_content_generation')) {
    quiet.set('skip_content_generation', { is: 'boolean', value: true, path: narrative.path, span: narrative.span })
  }
  const entries = without(headed.entries, ['steps'])
    .set('narrative', tableLike(narrative, quiet))
    .set('acts', tableLike(steps, acts))
    .set('toc', { is: 'array', path: steps.path, span: steps.span, items: order })
  return tableLike(root, entries)
}

function isSystemStep(step: TomlTable): boolean {
  const context = step.entries.get('context')
  const role = context?.is === 'table' ? context.entries.get('role') : undefined
  return role?.is === 'string' && role.value === 'system'
}

function contentOf(step: TomlTable): TomlNode | undefined {
  const context = step.entries.get('context')
  return context?.is === 'table' ? context.entries.get('content') : undefined
}

/** The keys of a step that are not those of an act. */
const STEP_KEYS = ['name', 'description', 'context', 'bot_commands', 'processor', 'platform', 'command', 'args']

function fromStep(step: TomlTable, system: TomlNode | undefined, rename: (text: string) => string): TomlTable {
  const inputs: TomlNode[] = []
  const context = step.entries.get('context')
  if (context?.is === 'table') {
    inputs.push(tableLike(context, without(context.entries, ['role']).set('type', stringLike(context, 'text'))))
  }
  const commands = step.entries.get('bot_commands')
  for (const command of commands?.is === 'array' ? commands.items : [commands]) {
    if (command?.is === 'table') inputs.push(commandOf(command, command.entries))
  }
  if (step.entries.has('command')) {
    const own = [...step.entries].filter(([name]) => ['platform', 'command', 'args', 'required'].includes(name))
    inputs.push(commandOf(step, new Map(own)))
  }
  const entries = without(step.entries, [...STEP_KEYS, 'required'])
  const items = inputs.map((input) => mapStrings(input, rename))
  entries.set('input', { is: 'array', path: step.path, span: step.span, items })
  if (system !== undefined) entries.set('system', system)
  return tableLike(step, entries)
}

function commandOf(source: TomlTable, entries: ReadonlyMap<string, TomlNode>): TomlTable {
  const full = new Map(entries).set('type', stringLike(source, 'bot_command'))
  if (!full.has('platform')) full.set('platform', stringLike(source, 'discord'))
  return tableLike(source, full)
}

/** `steps[N].result.text` is the answer of step N; of a system step, that of the first after it that asks a model. */
function nameSteps(text: string, steps: TomlArray): string {
  return text.replace(/steps\[(\d+)\]\.result(?:\.text)?/g, (_, digits: string) => {
    const from = Number(digits)
    const answering = steps.items.findIndex(
      (step, index) =>
        index >= from &&
        step.is === 'table' &&
        !isSystemStep(step) &&
        (index === from || contentOf(step) !== undefined),
    )
    return `step_${answering < 0 ? from : answering}`
  })
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

// ---------------------------------------------------------------------------- building nodes

/** A table in the place of another node. */
function tableLike(source: TomlNode, entries: ReadonlyMap<string, TomlNode>): TomlTable {
  const { path, span, keySpan } = source
  return { is: 'table', path, span, ...(keySpan !== undefined && { keySpan }), entries }
}

function stringLike(source: { path: string; span: Span; keySpan?: Span }, value: string): TomlNode {
  return {
    is: 'string',
    value,
    path: source.path,
    span: source.span,
    ...(source.keySpan && { keySpan: source.keySpan }),
  }
}

function without(entries: ReadonlyMap<string, TomlNode>, names: readonly string[]): Map<string, TomlNode> {
  return new Map([...entries].filter(([name]) => !names.includes(name)))
}

function mapStrings(node: TomlNode, change: (text: string) => string): TomlNode {
  if (node.is === 'string') return { ...node, value: change(node.value) }
  if (node.is === 'array') return { ...node, items: node.items.map((item) => mapStrings(item, change)) }
  if (node.is !== 'table') return node
  return { ...node, entries: new Map([...node.entries].map(([name, value]) => [name, mapStrings(value, change)])) }
}
