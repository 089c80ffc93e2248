// JSON wanted: what the answer of an act must hold, what its provider can be held to, and what is wrong with an answer.
//
//   W1. Only an act of which JSON is expected is judged: an answer in prose is fine wherever nobody asked for more.
//   W2. Being judged wrong costs an answer nothing but a question: what can be stored of it, is.

import type { Json, JsonObject } from '../json.ts'
import { inferColumns, jsonSchemaOf, toRows } from '../narratives/columns.ts'
import { extractJson, responseAsJson } from '../narratives/extract-json.ts'
import { schemaProblems } from '../narratives/json-schema.ts'
import { targetTable } from '../narratives/narrative.ts'
import { NarrativeError } from '../narratives/narrative-error.ts'
import { columnsOfTemplate } from '../narratives/templates.ts'
import type { Column } from '../store/store.ts'
import type { ActTask } from './act-task.ts'
import type { RefusalReason } from './progress.ts'
import type { Services } from './services.ts'

export interface JsonWanted {
  /** JSON Schema for the provider. */
  readonly schema?: JsonObject
  /**
   * The answer must fit the schema as it is written. One that was made from columns lists them all, because providers want
   * that; an answer that leaves out what is optional, or writes a number as a text, can be stored all the same.
   */
  readonly isStrict: boolean
  /** The table that the rows are for. */
  readonly rows?: { readonly table: string; readonly columns?: readonly Column[] }
}

type Wanting = Pick<ActTask, 'narrative' | 'act' | 'extracts'>

/** Nothing where no JSON is expected (W1). */
export function jsonWanted(task: Wanting, services: Pick<Services, 'store'>): JsonWanted | undefined {
  const { narrative, act, extracts } = task
  if (!extracts)
    return act.schema === undefined || act.schema === 'table' ? undefined : { schema: act.schema, isStrict: true }
  const expected = act.schema ?? act.extractOutput ?? narrative.target ?? narrative.template
  if (expected === undefined && !speaksOfJson(task)) return undefined
  const table = targetTable(narrative)
  const columns = narrative.template === undefined ? undefined : columnsOfTemplate(narrative.template)
  const schema = schemaFor(task, columns ?? services.store.content.columns(table) ?? [])
  return {
    isStrict: act.schema !== undefined && act.schema !== 'table',
    rows: { table, ...(columns !== undefined && { columns }) },
    ...(schema !== undefined && { schema }),
  }
}

function speaksOfJson({ act }: Wanting): boolean {
  return act.inputs.some(
    (input) => input.kind === 'text' && 'text' in input.source && /\bjson\b/i.test(input.source.text),
  )
}

/** A table that grew from earlier answers binds the next one only where the act says so: prompts change. */
function schemaFor({ act, narrative }: Wanting, columns: readonly Column[]): JsonObject | undefined {
  if (act.schema !== undefined && act.schema !== 'table') return act.schema
  const bound = act.schema === 'table' || narrative.template !== undefined
  return bound && columns.length > 0 ? { type: 'array', items: jsonSchemaOf(columns) } : undefined
}

// ---------------------------------------------------------------------------- judging an answer

export interface Verdict {
  readonly reason: RefusalReason
  /** What is wrong, in sentences that the model can act on. */
  readonly problem: string
}

/** What is wrong with the answer, if anything. */
export function judge(answer: string, wanted: JsonWanted, services: Pick<Services, 'store'>): Verdict | undefined {
  try {
    const problems = problemsOf(answer, wanted, services)
    return problems.length === 0 ? undefined : { reason: 'invalid', problem: problems.slice(0, 10).join(' ') }
  } catch (error) {
    if (!(error instanceof NarrativeError)) throw error
    const { code, message } = error
    return { reason: code === 'no-json' || code === 'bad-json' ? code : 'invalid', problem: message }
  }
}

function problemsOf(answer: string, { schema, isStrict, rows }: JsonWanted, { store }: Pick<Services, 'store'>) {
  const value = rows === undefined ? anyJson(answer) : extractJson(answer).value
  const problems = schema === undefined || !isStrict ? [] : schemaProblems(inSchemaShape(value, schema), schema)
  // An empty list says that there is nothing to store, which may well be so.
  if (problems.length > 0 || rows === undefined || (Array.isArray(value) && value.length === 0)) return problems
  const found = toRows(value)
  return store.content.check({ table: rows.table, columns: rows.columns ?? inferColumns(found), rows: found })
}

function anyJson(answer: string): Json {
  const value = responseAsJson(answer)
  if (value === undefined) throw new NarrativeError('no-json', 'The answer holds no JSON.')
  return value
}

/** One object where a list is asked for is a list of one: so it is stored. */
function inSchemaShape(value: Json, { type }: JsonObject): Json {
  const isOne = typeof value === 'object' && value !== null && !Array.isArray(value)
  return type === 'array' && isOne ? [value] : value
}
