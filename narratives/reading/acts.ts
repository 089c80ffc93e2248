// Acts: reads one act in any of its four shapes (format, section 6).
//
//   An act is read once, however many narratives run it; its own report keeps what is wrong with it.

import type { Condition } from '../condition.ts'
import {
  type Act,
  type ActSchema,
  type Carousel,
  type Input,
  type ModelSettings,
  needsModel,
  type Retry,
} from '../narrative.ts'
import { didYouMean } from '../nearest.ts'
import type { TomlNode, TomlTable } from '../toml-tree.ts'
import { readDuration } from './duration.ts'
import { type InputScope, inputNodes, readInput, referenceOf } from './inputs.ts'
import { Keys, reportType } from './keys.ts'
import { warnOfMissingFile } from './ports.ts'
import { present } from './present.ts'
import { looksLikeReference, withExtension } from './references.ts'
import { keyOf, type Report, type Spot } from './report.ts'
import type { Resource } from './resources.ts'
import { readRetry } from './retry.ts'
import { readSchema } from './schema.ts'
import { readCarousel, readModelSettings } from './settings.ts'
import { readWhen } from './when.ts'

export interface ActDefinition {
  readonly name: string
  readonly node: TomlNode
  readonly inputs: readonly Input[]
  readonly composes?: string
  /** What the act says itself, over what its `config` says. */
  readonly settings: ModelSettings
  readonly system?: string
  readonly carousel?: Carousel
  readonly extractOutput?: boolean
  readonly schema?: ActSchema
  readonly retry?: Retry
  readonly cacheMs?: number
  readonly when?: Condition
  readonly stateCapture: Readonly<Record<string, string>>
  readonly report: Report
  readonly uses: ReadonlySet<Resource<unknown>>
}

export function readAct(
  name: string,
  node: TomlNode,
  surroundings: Omit<InputScope, 'report' | 'uses'>,
  report: Report,
): ActDefinition {
  const scope: InputScope = { ...surroundings, report, uses: new Set() }
  if (!/^[A-Za-z0-9_-]+$/.test(name)) {
    report.warn(
      'odd-act-name',
      keyOf(node),
      `Placeholders may not find the act "${name}": its name is not of A to Z, digits, "_" and "-" alone.`,
    )
  }
  return { ...readShape(name, node, scope), name, node, report, uses: scope.uses }
}

type ActBody = Omit<ActDefinition, 'name' | 'node' | 'report' | 'uses'>

function readShape(name: string, node: TomlNode, scope: InputScope): ActBody {
  const nothing: ActBody = { inputs: [], settings: {}, stateCapture: {} }
  switch (node.is) {
    case 'string':
      return { ...nothing, ...readText(name, node.value, node, scope) }
    case 'array':
      if (node.items.length === 0) reportEmpty(name, node, scope)
      return { ...nothing, inputs: readInputs(node.items, scope) }
    case 'table':
      return readTable(name, node, scope)
    default:
      scope.report.error('bad-act', node, `The act "${name}" must be a text, an array or a table.`)
      return nothing
  }
}

/** A prompt, or a reference; a narrative of the same file makes it a composition act. */
function readText(name: string, text: string, node: TomlNode, scope: InputScope): Partial<ActBody> {
  if (text.trim() === '') {
    reportEmpty(name, node, scope)
    return {}
  }
  const reference = referenceOf(text, node, { ...scope, report: scope.report.apart() })
  const key = reference?.to === 'narratives' ? scope.keyOfNarrative(reference.name) : undefined
  return key === undefined ? { inputs: readInputs([node], scope) } : { composes: key }
}

function readInputs(nodes: readonly TomlNode[], scope: InputScope): readonly Input[] {
  return nodes.map((item) => readInput(item, scope)).filter((input) => input !== undefined)
}

function reportEmpty(name: string, spot: Spot, { report }: InputScope): void {
  report.error('empty-prompt', spot, `The act "${name}" has nothing to do.`)
}

// ---------------------------------------------------------------------------- table form

function readTable(name: string, table: TomlTable, scope: InputScope): ActBody {
  const keys = new Keys(table, scope.report, `act "${name}"`)
  const carousel = keys.node('carousel')
  const common = {
    settings: readSettings(keys),
    system: keys.string('system'),
    carousel: carousel && readCarousel(carousel, scope.report),
    stateCapture: readStateCapture(keys),
    retry: readRetry(keys),
    when: readWhen(keys, scope.ports),
  }
  const target = keys.node('narrative', 'narrative_ref')
  const body = target === undefined ? readContent(name, keys, scope) : readComposition(target, keys, scope)
  keys.warnOfRest()
  return present({ ...common, ...body })
}

function readSettings(keys: Keys): ModelSettings {
  const own = readModelSettings(keys)
  const config = keys.tableAt('config')
  if (config === undefined) return own
  const inner = new Keys(config, keys.report, `[${config.path}]`)
  const weaker = readModelSettings(inner)
  inner.warnOfRest()
  return { ...weaker, ...own }
}

function readContent(name: string, keys: Keys, scope: InputScope) {
  const list = keys.node('input', 'inputs')
  const prompt = keys.string('prompt')
  const nodes = list === undefined ? [] : inputNodes(list, scope.report)
  const inputs = [...readInputs(nodes, scope)]
  if (prompt !== undefined && prompt.trim() !== '') inputs.push(promptInput(prompt, keys.node('prompt')!, scope))
  if (nodes.length === 0 && inputs.length === 0 && !scope.report.hasErrors) {
    reportEmpty(name, keyOf(keys.table), scope)
  }
  const schema = keys.node('schema')
  return {
    inputs,
    extractOutput: readExtract(keys),
    schema: schema && readSchema(schema, scope.report),
    cacheMs: readCache(keys, inputs),
  }
}

/** What has an effect is done each time it is asked for. */
function readCache(keys: Keys, inputs: readonly Input[]): number | undefined {
  const cacheMs = readDuration(keys, 'cache')
  if (cacheMs === undefined) return undefined
  const reason = !needsModel({ inputs })
    ? 'the act asks no model'
    : inputs.some((input) => input.kind === 'table' && input.pullAndDelete)
      ? 'the act takes rows out of a table'
      : undefined
  if (reason === undefined) return cacheMs
  keys.report.warn('ignored-key', keyOf(keys.node('cache')!), `"cache" has no effect: ${reason}.`)
  return undefined
}

/** A prompt is always a text, also where it reads like a reference. */
function promptInput(text: string, node: TomlNode, { report }: InputScope): Input {
  if (looksLikeReference(text)) {
    report.warn('looks-like-reference', node, `"${text}" is sent as text: a prompt is no reference.`, {
      fix: `Write it as input = ["${text}"].`,
    })
  }
  return { kind: 'text', source: { text }, retention: 'full', place: report.placeOf(node) }
}

/** `skip_content_generation = true` says the same as `extract_output = false` (D-26). */
function readExtract(keys: Keys): boolean | undefined {
  const extract = keys.boolean('extract_output')
  const skip = keys.boolean('skip_content_generation')
  if (extract !== undefined && skip !== undefined && extract === skip) {
    const spot = keyOf(keys.node('skip_content_generation')!)
    keys.report.warn(
      'duplicate-setting',
      spot,
      '"skip_content_generation" is ignored: "extract_output" says otherwise.',
    )
  }
  return extract ?? (skip === true ? false : undefined)
}

const NOT_IN_COMPOSITION = [
  'input',
  'inputs',
  'prompt',
  'schema',
  'cache',
  'extract_output',
  'skip_content_generation',
] as const

/** `narrative = "x"`: the act runs that narrative and has no content of its own (format, section 13.1). */
function readComposition(target: TomlNode, keys: Keys, scope: InputScope): Pick<ActBody, 'inputs' | 'composes'> {
  for (const name of NOT_IN_COMPOSITION) {
    const extra = keys.node(name)
    if (extra === undefined) continue
    scope.report.warn('ignored-key', keyOf(extra), `"${name}" has no effect: the act runs a narrative.`)
  }
  if (target.is !== 'string') {
    reportType(scope.report, target, 'the name of a narrative')
    return { inputs: [] }
  }
  const key = scope.keyOfNarrative(target.value)
  if (key !== undefined) return { inputs: [], composes: key }
  const path = scope.isAlone ? target.value : scope.links.get(target.value)?.path
  if (path === undefined) {
    scope.report.error('unknown-narrative', target, `The file defines no narrative "${target.value}".`, {
      hint: didYouMean(target.value, scope.narrativeNames),
      fix: `Known: ${scope.narrativeNames.join(', ')}.`,
    })
    return { inputs: [] }
  }
  if (scope.isAlone) {
    // A file of one narrative can only mean another file.
    scope.report.warn(
      'unknown-narrative',
      target,
      `The file defines no narrative "${path}": the file ${withExtension(path)} is run.`,
    )
    warnOfMissingFile(withExtension(path), target, scope.report, scope.ports)
  }
  const place = scope.report.placeOf(target)
  return { inputs: [{ kind: 'narrative', name: target.value, target: { path }, retention: 'full', place }] }
}

function readStateCapture(keys: Keys): Readonly<Record<string, string>> {
  const table = keys.tableAt('state_capture')
  const captures: [string, string][] = []
  for (const [key, node] of table?.entries ?? []) {
    if (node.is === 'string') captures.push([key, node.value])
    else reportType(keys.report, node, 'a JSON path such as "$.id"')
  }
  return Object.fromEntries(captures)
}

/** The act as one narrative runs it. */
export function actOf(
  definition: ActDefinition,
  narrative: {
    readonly settings: ModelSettings
    readonly preserveSource: boolean
    readonly system?: string | undefined
  },
  defaultsFor: (model: string | undefined) => ModelSettings,
): Act {
  const { name, inputs, composes, system, carousel, extractOutput, schema, retry, cacheMs, when } = definition
  const { stateCapture, report, node } = definition
  const own = { ...narrative.settings, ...definition.settings }
  return present({
    name,
    inputs: narrative.preserveSource ? inputs.map(withoutDeletion) : inputs,
    composes,
    settings: { ...defaultsFor(own.model), ...own },
    system: system ?? narrative.system,
    carousel,
    extractOutput,
    schema,
    retry,
    cacheMs,
    when,
    stateCapture,
    place: report.placeOf(keyOf(node)),
  })
}

function withoutDeletion(input: Input): Input {
  return input.kind === 'table' ? { ...input, pullAndDelete: false } : input
}
