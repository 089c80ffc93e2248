// Narrative: the model of a narrative file, as the rest of the house sees it.
//
// Owns the shape of what was parsed and the few questions one asks of it. Reading is in parse-file.ts and
// load-file.ts, running is not in this folder.
//
//   N1. Everything here is plain readonly data (the maps of a file apart): it can be stored and compared.
//   N2. Acts are resolved: references are replaced by what they name, overrides are merged, and settings follow the
//       precedence act, act's config, narrative, file. Only the configured default model is missing.
//   N3. Nothing is expanded: placeholders are filled in when an act runs, and no file but the narrative is read.
//
// Neighbours, by what one comes for:
//   choose-narrative.ts  chooseNarrative(file, name?)
//   load-file.ts       loadNarrativeFile(path, options?) · loadNarrative(path, name?, options?)
//                      -> { file, narrative }, follows links · loadNested(file, input, options?) -> the same
//                      · enterNested(chain, file, narrative) -> chain, refuses cycles and depth above 8
//   sources.ts         loadWhole(path, name?, options?) -> the same with the texts that it is made of
//   parse-file.ts      parseNarrativeFile(text, path, options?) -> { file?, diagnostics }
//   placeholders.ts    fillIn(text, values, mode) -> { text, unresolved } · fillInArgs(args, values) · fillInEnv(text, env)
//                      · Values { response(name), state(key), env(name), known?, locals?, callerResponse? }
//   extract-json.ts    extractJson(text) -> { value, repairs }
//   columns.ts         toRows(value) · inferColumns(rows) · jsonSchemaOf(columns)
//   templates.ts       columnsOfTemplate(name) · isContentFocus(text) · assemblePrompt(focus, template)
//   render-rows.ts     renderRows(rows, columns, format)
//   measures.ts        measure(narrative, act, response) -> { measures, problems }
//   retention.ts       retain(input, sizeBytes) -> { keep: 'full' | 'none' } | { keep: 'summary', text }
//   state-captures.ts  commandCaptures(input, result) · actCaptures(act, response): entries of the state
//   format-diagnostics.ts  formatDiagnostics(diagnostics, sourceOf, { color })

import type { Place } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import type { DeclaredMetric } from '../telemetry/declared-metrics.ts'
import type { Condition } from './condition.ts'
import type { Diagnostic } from './diagnostic.ts'

/** A parsed file. What is broken but not reached is only in `diagnostics`. */
export interface NarrativeFile {
  /** As it was given to the loader. */
  readonly path: string
  /** SHA-256 of the text, in hex. */
  readonly hash: string
  /** The older dialect the file is written in, by its section of the format. */
  readonly dialect?: Dialect
  /** By key, in the order of the file. */
  readonly narratives: ReadonlyMap<string, Narrative>
  /** The one of the single form (`[narrative] name = …`): loaded when no name is asked. */
  readonly main?: string
  /** Entries that only name another file. */
  readonly links: ReadonlyMap<string, Link>
  readonly resources: {
    readonly bots: ReadonlyMap<string, CommandInput>
    readonly tables: ReadonlyMap<string, TableInput>
    readonly media: ReadonlyMap<string, MediaInput>
  }
  /** From `[config.*]` and `[shared]`; already part of every act's settings. */
  readonly defaults: ModelSettings
  readonly security?: SecurityPolicy
  /** Warnings; the errors too when parsed rather than loaded. */
  readonly diagnostics: readonly Diagnostic[]
}

export type Dialect = 'array-acts' | 'root-header' | 'steps' | 'array-narratives'

export interface Link {
  readonly name: string
  /** As written: relative to the file, `.toml` optional. */
  readonly path: string
  readonly place: Place
}

export interface Narrative {
  /** The key it is found by in its file; in the single form its name. */
  readonly key: string
  /** For people, and the source of the default table name. Often equal to the key. */
  readonly name: string
  readonly description: string
  /** In the order of the toc; one that the toc repeats is here twice. */
  readonly acts: readonly Act[]
  /** Table whose columns describe the output. */
  readonly template?: string
  /** Table that receives the rows; see `targetTable`. */
  readonly target?: string
  readonly skipContentGeneration: boolean
  /** True: no read of this narrative deletes, whatever its inputs say. */
  readonly preserveSource: boolean
  readonly carousel?: Carousel
  readonly budget?: Budget
  /** How many acts of a group run at the same time at most; the server decides without it. */
  readonly parallel?: number
  /** What the narrative itself says (without the file's defaults). */
  readonly settings: ModelSettings
  /** Local variables, written `{name}` in its prompts; only the dialect of section 24.4 has them. */
  readonly vars?: Readonly<Record<string, string>>
  /** What whoever runs the narrative may set, by name. */
  readonly variables?: Readonly<Record<string, Variable>>
  /** Numbers that its acts give to whoever watches the server. */
  readonly metrics?: readonly Metric[]
  readonly processors: readonly string[]
  readonly info: {
    readonly title?: string
    readonly author?: string
    readonly version?: string
    readonly tags: readonly string[]
  }
  readonly place: Place
}

/** Without a default it must be given. */
export interface Variable {
  readonly default?: string
  readonly description?: string
}

/** A metric that is taken from the JSON of an act, each time the act has run. */
export interface Metric extends DeclaredMetric {
  /** Name of the act. */
  readonly act: string
  /** Path of the number; without it what is found counts 1. */
  readonly value?: string
  /** Path of a list whose elements are measured one by one; the response itself without it. */
  readonly each?: string
  readonly labels: Readonly<Record<string, MetricLabel>>
}

/** A text that is always the same, or what stands at a path; of closed `values` any other is `other`. */
export type MetricLabel = { readonly text: string } | { readonly path: string; readonly values?: readonly string[] }

export interface Act {
  readonly name: string
  /** Empty for a composition act. */
  readonly inputs: readonly Input[]
  /** Key of the narrative of the same file that this act runs in its place. */
  readonly composes?: string
  /** In effect, all levels of the file merged. */
  readonly settings: ModelSettings
  /** System message of the act's question. */
  readonly system?: string
  readonly carousel?: Carousel
  /** Acts next to each other with the same number, from 1, run at the same time. */
  readonly group?: number
  /** What the file says; undefined means the rule of `extractsOutput`. */
  readonly extractOutput?: boolean
  /** What the JSON of the answer must be; see `ActSchema`. */
  readonly schema?: ActSchema
  readonly retry?: Retry
  /** How long an answer is given again to the same question; never without it. */
  readonly cacheMs?: number
  /** The act runs only if this holds when its turn comes. */
  readonly when?: Condition
  /** State key to JSON path (`$.a.b`) in the act's response. */
  readonly stateCapture: Readonly<Record<string, string>>
  readonly place: Place
}

export interface ModelSettings {
  readonly model?: string
  readonly temperature?: number
  readonly maxTokens?: number
  /** Share of the likeliest tokens that are considered, 0 to 1. */
  readonly topP?: number
  /** The answer ends before any of these. */
  readonly stop?: readonly string[]
  /** Equal seeds give equal answers, as far as the provider can. */
  readonly seed?: number
  /** Longest wait for an answer. */
  readonly timeoutMs?: number
}

/** A JSON Schema with an object or array as its root; `table`: rows with the columns of the target table. */
export type ActSchema = JsonObject | 'table'

/** How an act is tried again; what is absent the server decides. */
export interface Retry {
  /** The first one included. */
  readonly attempts?: number
  /** Wait before the second attempt; it doubles with each further one. */
  readonly backoffMs?: number
  /** Codes of errors that bring the act back, of those that may pass; all of them without it. */
  readonly on?: readonly string[]
  /** How often the act is asked again, in the same conversation, when its JSON cannot be used. Default 1. */
  readonly reask?: number
}

export interface Carousel {
  /** 0 means that nothing runs. */
  readonly iterations: number
  readonly estimatedTokensPerIteration: number
  readonly continueOnError: boolean
  readonly budget?: Budget
}

/**
 * Shares of the model's limits on requests a minute, tokens a minute and requests a day: above 0, at most 1. Of all
 * levels that give one the smallest counts.
 */
export interface Budget {
  readonly rpmMultiplier: number
  readonly tpmMultiplier: number
  readonly rpdMultiplier: number
}

export const RETENTIONS = ['full', 'summary', 'drop'] as const
/** What stays of an input in the conversation after its act. */
export type Retention = (typeof RETENTIONS)[number]

export const TABLE_FORMATS = ['json', 'markdown', 'csv'] as const
export type TableFormat = (typeof TABLE_FORMATS)[number]

export const INPUT_MEDIA_KINDS = ['image', 'audio', 'video', 'document'] as const
export type InputMediaKind = (typeof INPUT_MEDIA_KINDS)[number]

export type Input = TextInput | MediaInput | CommandInput | TableInput | NarrativeInput

interface InputBase {
  /** `bots.x`, `tables.x`, `media.x`, `narratives.x`: the reference the input was written as, if it was one. */
  readonly ref?: string
  readonly retention: Retention
  readonly place: Place
}

export interface TextInput extends InputBase {
  readonly kind: 'text'
  /** The text of a file is data: its placeholders are not filled in. */
  readonly source: { readonly text: string } | { readonly file: string }
}

export interface MediaInput extends InputBase {
  readonly kind: 'media'
  readonly media: InputMediaKind
  readonly mime?: string
  readonly source: { readonly url: string } | { readonly file: string } | { readonly base64: string }
  readonly filename?: string
}

export interface CommandInput extends InputBase {
  readonly kind: 'command'
  /** Name below `[bots]`, if it has one. */
  readonly name?: string
  readonly platform: string
  /** As written; the platform knows the older spellings. */
  readonly command: string
  readonly args: JsonObject
  readonly required: boolean
  /** 0 means no cache; undefined the platform's default. */
  readonly cacheSeconds?: number
  /** What to keep of the result in the state, see `commandCaptures`. */
  readonly capture?: { readonly key: string; readonly field: string }
}

export interface TableInput extends InputBase {
  readonly kind: 'table'
  /** Name below `[tables]`, if it has one. */
  readonly name?: string
  readonly table: string
  /** All when absent. */
  readonly columns?: readonly string[]
  readonly where?: string
  readonly orderBy?: string
  readonly limit?: number
  readonly offset?: number
  readonly sample?: number
  readonly format: TableFormat
  readonly alias?: string
  /** The narrative's `preserveSource` is already taken into account. */
  readonly pullAndDelete: boolean
  /** True: a missing table or no rows is an error. */
  readonly required: boolean
}

export interface NarrativeInput extends InputBase {
  readonly kind: 'narrative'
  readonly name: string
  /** A narrative of the same file by key, or another file (as written, `.toml` optional) and a narrative in it. */
  readonly target: { readonly key: string } | { readonly path: string; readonly narrative?: string }
}

export interface SecurityPolicy {
  /** Write commands that the file's narratives may use; undefined leaves it to the server. */
  readonly allowedCommands?: readonly string[]
  readonly requireConfirmation: readonly string[]
  readonly guildId?: string
  readonly channelPrefix?: string
}

/**
 * True if the act asks a model: it has a text that is not blank, or nothing but media. A text from a file counts as
 * one that is not blank. Results of commands and tables do not count (format, section 12.2).
 */
export function needsModel({ inputs }: Pick<Act, 'inputs'>): boolean {
  if (inputs.some((input) => input.kind === 'text' && !isBlankText(input))) return true
  const others = inputs.filter(({ kind }) => kind !== 'text')
  return others.length > 0 && others.every(({ kind }) => kind === 'media')
}

function isBlankText(input: Input): boolean {
  return input.kind === 'text' && 'text' in input.source && input.source.text.trim() === ''
}

/** The acts in the order in which they run, those together that run at the same time. */
export function stagesOf<T extends { readonly group?: number }>(acts: readonly T[]): readonly (readonly T[])[] {
  const stages: T[][] = []
  for (const act of acts) {
    const last = stages.at(-1)
    if (last !== undefined && act.group !== undefined && last[0]!.group === act.group) last.push(act)
    else stages.push([act])
  }
  return stages
}

/** True if JSON is to be looked for in the answer of the act at `index` and stored (format, section 19.1). */
export function extractsOutput(narrative: Narrative, index: number): boolean {
  const act = narrative.acts[index]
  if (act === undefined || act.composes !== undefined || narrative.skipContentGeneration) return false
  if (!narrative.processors.includes('content')) return false
  return act.extractOutput ?? (index === narrative.acts.length - 1 && needsModel(act))
}

/** The names under which placeholders find the rendered table: alias, resource, table. */
export function placeholderNames(input: TableInput): readonly string[] {
  return [...new Set([input.alias, input.name, input.table].filter((name) => name !== undefined))]
}

/** Table that receives the narrative's rows: its `target`, else its name made into an identifier (D-30, D-31). */
export function targetTable(narrative: Pick<Narrative, 'name' | 'target'>): string {
  if (narrative.target !== undefined) return narrative.target
  const plain = narrative.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  if (plain === '') return 'narrative'
  return /^\d/.test(plain) ? `t_${plain}` : plain
}
