// Steps dialect: acts written as `[[steps]]`, each with a context or a command (format, section 24.3).

import type { TomlArray, TomlNode, TomlTable } from '../toml-tree.ts'
import { fromRootHeader } from './header-dialect.ts'
import { reportType } from './keys.ts'
import { mapStrings, stringLike, tableLike, without } from './moved-nodes.ts'
import type { Report } from './report.ts'

export function fromSteps(root: TomlTable, steps: TomlArray, stem: string, report: Report): TomlTable {
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
export function nameSteps(text: string, steps: TomlArray): string {
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
