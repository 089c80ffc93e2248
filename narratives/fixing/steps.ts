// Steps: writes `[[steps]]` as acts, and what only steps have as keys of acts (format, section 24.3).

import { nameSteps } from '../reading/steps-dialect.ts'
import { parseToml } from '../toml-tree.ts'
import type { Edit } from './edits.ts'
import { fixRootHeader } from './root-header.ts'
import { type Block, isNamed, type Pair, pairOf, stringIn, type TomlText, writeStrings } from './toml-text.ts'

interface Step {
  readonly index: number
  readonly blocks: readonly Block[]
  /** What the model is told beforehand, as it is written; a step that says it is no act. */
  readonly system: string | undefined
}

/** Undefined where the steps are written in a way that is not rewritten. */
export function fixSteps(document: TomlText, stem: string): readonly Edit[] | undefined {
  const isInline = document.root.pairs.some(({ key }) => ['steps', 'acts', 'toc'].includes(key[0]!.name))
  const hasActs = document.blocks.some(({ header }) => ['acts', 'toc'].includes(header?.parts[0]?.name ?? ''))
  const steps = stepsOf(document)
  if (isInline || hasActs || steps.length === 0) return undefined
  const systems = steps.filter(({ system }) => system !== undefined)
  const isShared = systems.length === 1 && systems[0] === steps[0]
  const acts = steps.filter(({ system }) => system === undefined)
  const edits: Edit[] = []
  let system: string | undefined
  for (const step of steps) {
    if (step.system !== undefined) {
      if (!isShared) system = step.system
      edits.push(...removeStep(document, step))
      continue
    }
    const written = fixStep(document, step, system)
    if (written === undefined) return undefined
    edits.push(...written)
  }
  const isQuiet = document.blocks.some((block) => isHeader(block) && pairOf(block, 'skip_content_generation'))
  const header = fixRootHeader(document, stem, [
    ...(isQuiet ? [] : ['skip_content_generation = true']),
    ...(isShared ? [`system = ${systems[0]!.system}`] : []),
    ...writeStrings(
      'toc',
      acts.map(({ index }) => `step_${index}`),
    ),
  ])
  return header && [...edits, ...header, ...renameReferences(document)]
}

function isHeader({ header }: Block): boolean {
  return header === undefined || isNamed(header.parts, ['metadata'])
}

function stepsOf(document: TomlText): Step[] {
  const groups: Block[][] = []
  for (const block of document.blocks) {
    const { header } = block
    if (header?.parts[0]?.name !== 'steps') continue
    if (header.isArray && header.parts.length === 1) groups.push([block])
    else groups.at(-1)?.push(block)
  }
  return groups.map((blocks, index) => ({ index, blocks, system: systemOf(document, blocks) }))
}

function systemOf(document: TomlText, blocks: readonly Block[]): string | undefined {
  const context = blocks.find(({ header }) => isNamed(header!.parts, ['steps', 'context']))
  if (context === undefined || stringIn(pairOf(context, 'role')) !== 'system') return undefined
  const content = pairOf(context, 'content')
  return content && document.sourceOf(content.value)
}

/** Comments between its lines stay, a blank line behind it does not. */
function removeStep(document: TomlText, { blocks }: Step): readonly Edit[] {
  const statements = blocks.flatMap(({ header, pairs }) => [header!, ...pairs])
  const { to } = document.lineOf(statements.at(-1)!)
  const next = document.lineOf({ from: to, to })
  const isBlank = next.to > next.from && document.textOf(next).trim() === ''
  return [...statements.map((statement) => document.remove(statement)), ...(isBlank ? [{ ...next, text: '' }] : [])]
}

/** Keys of a command that stand in the step itself. */
const COMMAND_KEYS = ['platform', 'command', 'required']
const DROPPED_KEYS = ['name', 'processor']

function fixStep(document: TomlText, { index, blocks }: Step, system: string | undefined): readonly Edit[] | undefined {
  const name = `step_${index}`
  const [own, ...below] = blocks as [Block, ...Block[]]
  const isCommand = pairOf(own, 'command') !== undefined
  const kept = own.pairs.filter(({ key }) => !DROPPED_KEYS.includes(key[0]!.name))
  const ofAct = kept.filter(({ key }) => !COMMAND_KEYS.includes(key[0]!.name))
  const description = pairOf(own, 'description')
  const edits = own.pairs.filter((pair) => !kept.includes(pair)).map((pair) => document.remove(pair))
  if (description !== undefined) edits.push(asComment(document, description))
  const settings = ofAct.filter((pair) => pair !== description)
  if (isCommand && settings.length > 0) return undefined
  edits.push(document.rename(own.header!, ['acts', name], false))
  const lines = [
    ...(system === undefined ? [] : [`system = ${system}`]),
    ...(isCommand ? ['', `[[acts.${name}.input]]`, ...commandLines(own)] : []),
  ]
  if (lines.length > 0) edits.push(document.insertAfter(own.header!, lines))
  for (const block of below) {
    const written = fixBelow(document, block, name)
    if (written === undefined) return undefined
    edits.push(...written)
  }
  return edits
}

function commandLines(block: Block): readonly string[] {
  const platform = pairOf(block, 'platform') === undefined ? ['platform = "discord"'] : []
  return ['type = "bot_command"', ...platform]
}

function fixBelow(document: TomlText, block: Block, name: string): readonly Edit[] | undefined {
  const header = block.header!
  const [kind, ...rest] = header.parts.slice(1).map((part) => part.name)
  if (kind === 'context' && rest.length === 0) {
    const role = pairOf(block, 'role')
    const edits = role === undefined ? [] : [document.remove(role)]
    return [...edits, document.rename(header, ['acts', name, 'input'], true)]
  }
  if (kind === 'bot_commands' && rest.length === 0) {
    const renamed = document.rename(header, ['acts', name, 'input'], true)
    return [renamed, document.insertAfter(header, commandLines(block))]
  }
  if (kind === 'bot_commands') return [document.rename(header, ['acts', name, 'input', ...rest])]
  if (kind === 'args') return [document.rename(header, ['acts', name, 'input', 'args', ...rest])]
  return undefined
}

function asComment(document: TomlText, pair: Pair): Edit {
  const lines = (stringIn(pair) ?? '').trim().split(/\r?\n/)
  return { from: pair.from, to: pair.to, text: lines.map((line) => `# ${line}`.trimEnd()).join(document.newline) }
}

/** `steps[N].result.text` in the texts of the acts. */
function renameReferences(document: TomlText): readonly Edit[] {
  const parsed = parseToml(document.text)
  const steps = 'root' in parsed ? parsed.root.entries.get('steps') : undefined
  if (steps?.is !== 'array') return []
  const values = document.blocks.flatMap(({ header, pairs }) =>
    header?.parts[0]?.name === 'steps' ? pairs.map(({ value }) => value) : [],
  )
  return values.flatMap((value) => {
    const source = document.sourceOf(value)
    const text = nameSteps(source, steps)
    return text === source ? [] : [{ from: value.range[0], to: value.range[1], text }]
  })
}
