// narratives show --resolved: one narrative as it would run: every setting with where it came from, references replaced
// by what they name, prompts with what a template adds.

import { relative } from 'node:path'
import type { Resolved } from '../../config/layers.ts'
import type { Place } from '../../errors.ts'
import type { Json } from '../../json.ts'
import type { LoadedNarrative } from '../../narratives/load-file.ts'
import {
  type Act,
  extractsOutput,
  type Input,
  type Narrative,
  type NarrativeFile,
  needsModel,
  targetTable,
} from '../../narratives/narrative.ts'
import { originsOf, SETTING_NAMES, type SettingName } from '../../narratives/origins.ts'
import { assemblePrompt, isContentFocus } from '../../narratives/templates.ts'
import type { Io } from '../io.ts'
import { originText } from '../origin-text.ts'
import { oneLine, plainText } from '../plain-text.ts'

interface Value {
  readonly value: Json
  /** In words, such as `the act` or `default of the server`. */
  readonly from: string
  readonly place?: Place
}

interface ResolvedAct {
  readonly name: string
  readonly place: Place
  readonly asksModel: boolean
  readonly composes?: string
  readonly settings: Readonly<Partial<Record<SettingName | 'attempts', Value>>>
  readonly storesIn: string | null
  readonly inputs: readonly ResolvedInput[]
}

interface ResolvedInput {
  readonly input: Input
  /** What a template makes of its text. */
  readonly assembled?: string
  /** Where what its reference names is written. */
  readonly resource?: Place
}

/** @param text of the narrative's file */
export function showResolved(
  { file, narrative }: LoadedNarrative,
  text: string,
  server: readonly Resolved[],
  io: Io,
): void {
  const acts = narrative.acts.map((act, index) => resolveAct(act, index, { file, narrative, text, server, io }))
  const target = targetOf(narrative)
  if (io.json) {
    const { acts: _, ...rest } = narrative
    io.printJson({ file: file.path, dialect: file.dialect ?? null, ...rest, targetTable: target, acts })
    return
  }
  io.print(`${io.paint('bold', oneLine(narrative.key, 100))}  ${placeText(narrative.place, io)}`)
  if (file.dialect !== undefined) io.print(`written in the older dialect ${file.dialect}, shown as today`)
  if (narrative.description !== '') line('description', oneLine(narrative.description, 200), '', io)
  if (narrative.template !== undefined) line('template', narrative.template, 'the narrative', io)
  if (target !== null) {
    line('target', target, narrative.target === undefined ? 'its name' : 'the narrative', io)
  }
  if (narrative.carousel !== undefined) line('carousel', JSON.stringify(narrative.carousel), 'the narrative', io)
  if (narrative.budget !== undefined) line('budget', JSON.stringify(narrative.budget), 'the narrative', io)
  for (const [name, { default: fallback }] of Object.entries(narrative.variables ?? {})) {
    line(`vars.${name}`, fallback ?? 'has to be given', fallback === undefined ? '' : 'its default', io)
  }
  for (const [index, act] of acts.entries()) printAct(act, index, narrative.acts[index]!, io)
}

interface Around {
  readonly file: NarrativeFile
  readonly narrative: Narrative
  readonly text: string
  readonly server: readonly Resolved[]
  readonly io: Io
}

function resolveAct(act: Act, index: number, { file, narrative, text, server, io }: Around): ResolvedAct {
  const asksModel = needsModel(act)
  const own = originsOf(text, file.path, narrative, act)
  const settings: Partial<Record<SettingName | 'attempts', Value>> = {}
  // Without a model they have no effect.
  for (const name of asksModel ? SETTING_NAMES : []) {
    const value = name === 'system' ? act.system : act.settings[name]
    if (value !== undefined) settings[name] = { ...own[name]!, value: value as Json }
  }
  if (asksModel) {
    settings.model ??= ofServer('models.default')
    settings.timeoutMs ??= ofServer('models.timeout')
    const attempts = act.retry?.attempts
    settings.attempts =
      attempts === undefined
        ? { ...ofServer('models.retries'), value: Number(ofServer('models.retries').value) + 1 }
        : { value: attempts, from: 'the act' }
  }
  const stores = extractsOutput(narrative, index)
  return {
    name: act.name,
    place: act.place,
    asksModel,
    ...(act.composes !== undefined && { composes: act.composes }),
    settings,
    storesIn: stores ? targetTable(narrative) : null,
    inputs: act.inputs.map((input, at) => resolveInput(input, at, narrative, file)),
  }

  function ofServer(key: Resolved['key']): Value {
    const setting = server.find((one) => one.key === key)
    const from =
      setting === undefined || setting.origin.layer === 'default'
        ? 'default of the server'
        : originText(setting.origin, io)
    return { value: (setting?.value ?? null) as Json, from }
  }
}

function resolveInput(input: Input, at: number, { template }: Narrative, file: NarrativeFile): ResolvedInput {
  const isFocus = input.kind === 'text' && 'text' in input.source && at === 0 && template !== undefined
  const assembled =
    isFocus && isContentFocus(input.source.text) ? assemblePrompt(input.source.text, template) : undefined
  const resource = resourcePlace(input, file)
  return { input, ...(assembled !== undefined && { assembled }), ...(resource !== undefined && { resource }) }
}

function resourcePlace({ ref = '' }: Input, { resources }: NarrativeFile): Place | undefined {
  const [section, name = ''] = ref.split('.')
  if (section !== 'bots' && section !== 'tables' && section !== 'media') return undefined
  return resources[section].get(name)?.place
}

function targetOf(narrative: Narrative): string | null {
  return narrative.acts.some((_, index) => extractsOutput(narrative, index)) ? targetTable(narrative) : null
}

// ---------------------------------------------------------------------------- as text

function printAct(
  { name, place, composes, settings, storesIn, inputs }: ResolvedAct,
  index: number,
  act: Act,
  io: Io,
): void {
  io.print(`\n${String(index + 1).padStart(2)}  ${io.paint('bold', oneLine(name, 100))}  ${placeText(place, io)}`)
  if (composes !== undefined) line('runs', composes, '', io)
  for (const [key, value] of Object.entries(settings)) {
    const where = value.place === undefined ? value.from : `${value.from}, ${placeText(value.place, io)}`
    const shown = typeof value.value === 'string' ? value.value : JSON.stringify(value.value)
    line(KEY_WORDS[key] ?? key, oneLine(shown, 60), where, io)
  }
  for (const key of ['when', 'retry', 'carousel', 'schema', 'stateCapture'] as const) {
    const value = act[key]
    const isEmpty = value === undefined || (key === 'stateCapture' && Object.keys(value).length === 0)
    if (!isEmpty) line(KEY_WORDS[key] ?? key, oneLine(JSON.stringify(value), 200), 'the act', io)
  }
  if (act.cacheMs !== undefined) line('cache', `${act.cacheMs} ms`, 'the act', io)
  if (storesIn !== null) line('stores in', storesIn, act.extractOutput === true ? 'the act' : 'the last act', io)
  for (const each of inputs) printInput(each, io)
}

const KEY_WORDS: Readonly<Record<string, string>> = {
  maxTokens: 'max_tokens',
  topP: 'top_p',
  timeoutMs: 'timeout (ms)',
  stateCapture: 'state_capture',
}

function printInput({ input, assembled, resource }: ResolvedInput, io: Io): void {
  const where = [
    input.ref,
    resource && placeText(resource, io),
    resource === undefined ? placeText(input.place, io) : '',
  ]
  const { kind, ref: _, place: __, retention, ...rest } = input
  const from = where.filter(Boolean).join(', ')
  if (input.kind === 'text' && 'text' in input.source) {
    line('text', assembled === undefined ? '' : 'with what the template adds', from, io)
    for (const each of plainText(assembled ?? input.source.text)
      .trimEnd()
      .split('\n'))
      io.print(`        ${each}`.trimEnd())
    return
  }
  line(kind, retention === 'full' ? '' : `later acts see: ${retention}`, from, io)
  for (const [key, value] of Object.entries(rest)) {
    const shown = typeof value === 'string' ? value : JSON.stringify(value)
    io.print(`        ${key.padEnd(14)} ${oneLine(shown, 1_000)}`)
  }
}

function line(name: string, value: string, from: string, io: Io): void {
  const origin = from === '' ? '' : `  ${io.paint('dim', oneLine(from, 200))}`
  io.print(`    ${name.padEnd(14)} ${oneLine(value, 200)}${origin}`.trimEnd())
}

function placeText({ file, line: row, column }: Place, io: Io): string {
  return `${relative(io.cwd, file)}:${row}:${column}`
}
