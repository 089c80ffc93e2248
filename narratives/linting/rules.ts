// Rules: what lint looks for. Each is a name, which is a code of errors.ts, and a function.

import type { ErrorCode, Place } from '../../errors.ts'
import { isSecretKey, redact } from '../../telemetry/redaction.ts'
import { namesIn } from '../condition.ts'
import {
  type Act,
  type CommandInput,
  extractsOutput,
  type Narrative,
  type NarrativeFile,
  needsModel,
  type TableInput,
  targetTable,
} from '../narrative.ts'
import { placeholdersIn } from '../placeholders.ts'
import type { TomlNode, TomlTable } from '../toml-tree.ts'

interface Subject {
  readonly file: NarrativeFile
  /** The file as it is written. */
  readonly root: TomlTable
  readonly models: LintModels
}

/** What lint has to know of models. */
export interface LintModels {
  /** @param name as a narrative has it; undefined is the configured default */
  facts(name: string | undefined): Promise<{ readonly provider?: string; readonly isPriced: boolean }>
}

export interface Finding {
  readonly at: Place | TomlNode
  readonly message: string
  readonly hint?: string
  readonly fix?: string
}

interface Rule {
  readonly name: ErrorCode
  find(subject: Subject): readonly Finding[] | Promise<readonly Finding[]>
}

export const RULES: readonly Rule[] = [
  { name: 'missing-description', find: ofNarratives(missingDescription) },
  { name: 'awkward-name', find: ofNarratives(awkwardName) },
  { name: 'unused-variable', find: ofNarratives(unusedVariables) },
  { name: 'unused-resource', find: unusedResources },
  { name: 'unread-output', find: ofNarratives(unreadOutputs) },
  { name: 'unpriced-model', find: unpricedModels },
  { name: 'hot-for-provider', find: hotForProvider },
  { name: 'hot-json', find: ofNarratives(hotJson) },
  { name: 'short-answer', find: ofNarratives(shortAnswers) },
  { name: 'carousel-without-budget', find: ofNarratives(carouselsWithoutBudget) },
  { name: 'table-without-limit', find: ofTables(tableWithoutLimit) },
  { name: 'rows-without-order', find: ofTables(rowsWithoutOrder) },
  { name: 'unrequired-command', find: ofNarratives(unrequiredCommands) },
  { name: 'fixed-id', find: fixedIds },
  { name: 'secret-in-file', find: secrets },
]

type OfNarrative = (narrative: Narrative, subject: Subject) => readonly Finding[]

/** An act or resource that several narratives use is told of once. */
function ofNarratives(find: OfNarrative): Rule['find'] {
  return (subject) => once([...subject.file.narratives.values()].flatMap((narrative) => find(narrative, subject)))
}

function once(findings: readonly Finding[]): readonly Finding[] {
  const keyOf = ({ at, message }: Finding) => {
    const { line, column } = 'span' in at ? at.span.start : at
    return `${line}:${column} ${message}`
  }
  return [...new Map(findings.map((one) => [keyOf(one), one])).values()]
}

// ---------------------------------------------------------------------------- names and words

function missingDescription({ key, description, place }: Narrative): readonly Finding[] {
  if (description.trim() !== '') return []
  return [{ at: place, message: `The narrative "${key}" has no description.` }]
}

function awkwardName(narrative: Narrative, { root }: Subject): readonly Finding[] {
  const { key, place, target } = narrative
  if (/^[A-Za-z0-9_-]+$/.test(key)) return []
  const table = target === undefined ? `; its rows go into the table ${targetTable(narrative)}` : ''
  const header = root.entries.get('narrative')
  const name = header?.is === 'table' ? header.entries.get('name') : undefined
  const message = `The name "${key}" has to be quoted wherever it is used${table}.`
  return [{ at: name?.is === 'string' ? name : place, message }]
}

function unusedVariables(narrative: Narrative, { root, file }: Subject): readonly Finding[] {
  const names = Object.keys(narrative.variables ?? {})
  if (names.length === 0 || runsOtherFiles(narrative)) return []
  const used = new Set(narrative.acts.flatMap(namesReadBy))
  const handedOn = narrative.acts.flatMap(({ composes }) =>
    Object.keys(file.narratives.get(composes ?? '')?.variables ?? {}),
  )
  return names
    .filter((name) => !used.has(name) && !handedOn.includes(name))
    .map((name) => ({
      at: variableNode(root, narrative.key, name) ?? narrative.place,
      message: `No act of "${narrative.key}" uses the variable "${name}".`,
    }))
}

/** Narratives of other files may declare the same variables. */
function runsOtherFiles({ acts }: Narrative): boolean {
  return acts.some(({ inputs }) => inputs.some(({ kind }) => kind === 'narrative'))
}

function variableNode(root: TomlTable, key: string, name: string): TomlNode | undefined {
  const narrative = child(root, 'narrative')
  return [narrative, child(narrative, key), child(child(root, 'narratives'), key)]
    .map((table) => child(child(table, 'vars'), name))
    .find((node) => node !== undefined)
}

function child(node: TomlNode | undefined, name: string): TomlNode | undefined {
  return node?.is === 'table' ? node.entries.get(name) : undefined
}

function unusedResources({ root }: Subject): readonly Finding[] {
  const written = new Set(stringsIn(root).map(({ value }) => value.trim()))
  return ['bots', 'tables', 'media'].flatMap((section) => {
    const table = child(root, section)
    const entries = table?.is === 'table' ? [...table.entries] : []
    return entries
      .filter(([name]) => !written.has(`${section}.${name}`))
      .map(([name, node]) => ({ at: node, message: `Nothing refers to ${section}.${name}.` }))
  })
}

/** Names that the placeholders and the condition of an act look up. */
function namesReadBy(act: Act): readonly string[] {
  const texts = act.inputs.flatMap((input) => {
    if (input.kind === 'text') return 'text' in input.source ? [input.source.text] : []
    return input.kind === 'command' ? textsIn(input.args) : []
  })
  const conditions = texts.flatMap((text) => [...text.matchAll(/\{%\s*if\s+([\w-]+)/g)].map(([, name]) => name!))
  const names = texts.flatMap((text) => placeholdersIn(text).map(({ name }) => name))
  return [...names, ...conditions, ...(act.when === undefined ? [] : namesIn(act.when))]
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

function unreadOutputs(narrative: Narrative): readonly Finding[] {
  const { acts } = narrative
  return acts.flatMap((act, index) => {
    const later = acts.slice(index + 1)
    const isSeen = later.length === 0 || later.some((one) => needsModel(one) || one.composes !== undefined)
    const isKept = extractsOutput(narrative, index) || Object.keys(act.stateCapture).length > 0
    if (!needsModel(act) || isSeen || isKept || runsOtherFiles(narrative)) return []
    const names = later.flatMap(namesReadBy)
    const isNamed = names.includes(act.name) || (later[0] !== undefined && readsPrevious(later[0]))
    return isNamed ? [] : [{ at: act.place, message: `Nothing reads what the model answers in the act "${act.name}".` }]
  })
}

function readsPrevious(act: Act): boolean {
  return namesReadBy(act).some((name) => name === 'previous' || name === 'prev')
}

// ---------------------------------------------------------------------------- models

async function unpricedModels({ file, models }: Subject): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const act of askingActs(file)) {
    const { model } = act.settings
    const { isPriced } = await models.facts(model)
    if (isPriced || model === undefined) continue
    findings.push({
      at: act.place,
      message: `No price is known for the model "${model}" of the act "${act.name}".`,
      fix: `Set [models.prices."${model}"] in botticelli.toml; a budget cannot hold what has no price.`,
    })
  }
  return once(findings)
}

/** How warm a question may be, where a provider takes less than 2. */
const HOTTEST: Readonly<Record<string, number>> = { anthropic: 1 }

async function hotForProvider({ file, models }: Subject): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const act of askingActs(file)) {
    const { model, temperature } = act.settings
    const { provider } = await models.facts(model)
    const hottest = HOTTEST[provider ?? '']
    if (temperature === undefined || hottest === undefined || temperature <= hottest) continue
    const message = `${provider} refuses a temperature above ${hottest}; the act "${act.name}" asks with ${temperature}.`
    findings.push({ at: act.place, message })
  }
  return once(findings)
}

function askingActs({ narratives }: NarrativeFile): readonly Act[] {
  return [...narratives.values()].flatMap(({ acts }) => acts.filter(needsModel))
}

function hotJson(narrative: Narrative): readonly Finding[] {
  return narrative.acts.flatMap((act, index) => {
    const { temperature = 0 } = act.settings
    const givesJson = act.schema !== undefined || (narrative.target !== undefined && extractsOutput(narrative, index))
    if (!givesJson || temperature <= 1) return []
    return [
      { at: act.place, message: `The act "${act.name}" must give JSON and asks with a temperature of ${temperature}.` },
    ]
  })
}

const SHORT_TOKENS = 500

function shortAnswers({ acts }: Narrative): readonly Finding[] {
  return acts.flatMap((act) => {
    const { maxTokens } = act.settings
    const readsTable = act.inputs.some(({ kind }) => kind === 'table')
    if (maxTokens === undefined || maxTokens >= SHORT_TOKENS || !readsTable || !needsModel(act)) return []
    const message = `The act "${act.name}" reads a table and may answer with ${maxTokens} tokens: such answers often come out empty.`
    return [{ at: act.place, message }]
  })
}

function carouselsWithoutBudget({ key, carousel, budget, acts, place }: Narrative): readonly Finding[] {
  const isOpen = (one: Narrative['carousel']) => (one?.iterations ?? 0) > 1 && one?.budget === undefined
  if (budget !== undefined) return []
  const own = isOpen(carousel)
    ? [{ at: place, message: `The narrative "${key}" repeats itself without a budget.` }]
    : []
  const inner = isOpen(carousel) || carousel?.budget === undefined ? acts.filter((act) => isOpen(act.carousel)) : []
  return [
    ...own,
    ...inner.map(({ name, place: at }) => ({ at, message: `The act "${name}" repeats itself without a budget.` })),
  ]
}

// ---------------------------------------------------------------------------- tables and commands

function ofTables(find: (input: TableInput) => string | undefined): Rule['find'] {
  return ofNarratives(({ acts }) =>
    acts.flatMap(({ inputs }) =>
      inputs.flatMap((input) => {
        const message = input.kind === 'table' ? find(input) : undefined
        return message === undefined ? [] : [{ at: input.place, message }]
      }),
    ),
  )
}

function tableWithoutLimit({ table, limit, sample, where }: TableInput): string | undefined {
  // A filter that nothing passes is somebody's way to ask for no rows.
  if (limit !== undefined || sample !== undefined || where?.replaceAll(' ', '') === '1=0') return undefined
  return `The table "${table}" is read whole: its prompt grows with it.`
}

function rowsWithoutOrder({ table, limit, orderBy, sample }: TableInput): string | undefined {
  if (limit === undefined || orderBy !== undefined || sample !== undefined) return undefined
  return `Which ${limit} rows of "${table}" are read is left to the database.`
}

/** A command whose result another command needs, and which may fail unnoticed. */
function unrequiredCommands({ acts }: Narrative): readonly Finding[] {
  return acts.flatMap((act, index) => {
    if (needsModel(act)) return []
    const readers = acts
      .slice(index + 1)
      .filter((later) => commandsOf(later).some(({ args }) => names(args).includes(act.name)))
    if (readers.length === 0) return []
    return commandsOf(act)
      .filter(({ required }) => !required)
      .map(({ place, command }) => ({
        at: place,
        message: `"${readers[0]!.name}" needs the result of ${command}, which may fail without an error.`,
      }))
  })
}

function commandsOf({ inputs }: Act): readonly CommandInput[] {
  return inputs.filter((input) => input.kind === 'command')
}

function names(args: unknown): readonly string[] {
  return textsIn(args).flatMap((text) => placeholdersIn(text).map(({ name }) => name))
}

// ---------------------------------------------------------------------------- strings

type StringNode = Extract<TomlNode, { is: 'string' }>

function stringsIn(node: TomlNode): readonly StringNode[] {
  if (node.is === 'string') return [node]
  if (node.is === 'array') return node.items.flatMap(stringsIn)
  return node.is === 'table' ? [...node.entries.values()].flatMap(stringsIn) : []
}

function fixedIds({ root }: Subject): readonly Finding[] {
  const sections = [...root.entries].filter(([name]) => name !== 'security')
  return sections
    .flatMap(([, node]) => stringsIn(node))
    .filter(({ value }) => /^\d{17,20}$/.test(value))
    .map((node) => ({ at: node, message: `The id of one server or channel is fixed in "${node.path}".` }))
}

const PLACEHOLDERS = /\$\{[^}]*\}|\{\{[^}]*\}\}|\$[A-Z][A-Z0-9_]*/g

/** The message does not repeat it. */
function secrets({ root }: Subject): readonly Finding[] {
  return stringsIn(root)
    .filter(({ value, path }) => {
      // A slash is part of no secret and ends the user of an address.
      const literal = value.replace(PLACEHOLDERS, '/')
      const key = /[^.[\]]+$/.exec(path)?.[0] ?? ''
      const isKept = isSecretKey(key) && literal.length >= 8 && !/\s/.test(literal)
      return isKept || redact(literal) !== literal
    })
    .map((node) => ({ at: node, message: `"${node.path}" holds what looks like a key, a token or a password.` }))
}
