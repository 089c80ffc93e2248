// Content rows: finds the rows in an act's answer and gives each the trace that it will carry for life.
//
//   C1. An answer without the JSON that was hoped for does not fail the act: it is told, and the narrative goes on.
//   C2. A row made from one that was read goes on in that one's trace. Any other begins here: alone in the trace of the
//       act that made it, with others in a trace of its own (P5).

import { serializeError } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import { inferColumns, toRows } from '../narratives/columns.ts'
import { discordTableOf } from '../narratives/discord-processor.ts'
import { extractJson } from '../narratives/extract-json.ts'
import { targetTable } from '../narratives/narrative.ts'
import { NarrativeError } from '../narratives/narrative-error.ts'
import { columnsOfTemplate } from '../narratives/templates.ts'
import type { NewRow, NewRows } from '../store/store.ts'
import { inSpan } from '../telemetry/spans.ts'
import type { ActTask, Gathered } from './act-task.ts'
import { beginItem, continueItem } from './item-trace.ts'
import { type SourceRow, sourceOf } from './lineage.ts'
import type { Services } from './services.ts'

/** The table that the rows of an act's answer go to: that of the narrative, or of Discord; undefined when they go nowhere. */
export function tableFor(
  { narrative, act, extracts }: Pick<ActTask, 'narrative' | 'act' | 'extracts'>,
  response: string,
): string | undefined {
  if (extracts) return targetTable(narrative)
  return narrative.processors.includes('discord') ? discordTableOf(act.name, response) : undefined
}

/** The rows of the answer, or nothing when they go nowhere or it holds no usable JSON. */
export function contentRows(
  task: ActTask,
  gathered: Gathered,
  response: string,
  model: string | undefined,
  services: Services,
): NewRows | undefined {
  const { narrative, act, executionId } = task
  const table = tableFor(task, response)
  if (table === undefined) return undefined
  const template = task.extracts ? narrative.template : table
  const attributes = { 'botticelli.processor.type': 'content', 'botticelli.table': table }
  return inSpan('processor content', { attributes }, (span) => {
    const values = rowsIn(response, table, task, services)
    span.setAttribute('botticelli.rows', values?.length ?? 0)
    if (values === undefined) return undefined
    const birth = { table, alone: values.length === 1, around: traceAround(task, services) }
    const sources = rowsRead(task, gathered, services).filter(({ ref }) => ref.table !== table)
    return {
      table,
      columns: template === undefined ? inferColumns(values) : columnsOfTemplate(template),
      rows: values.map((each) => withTrace(each, sourceOf(each, sources), birth)),
      narrative: narrative.name,
      act: act.name,
      executionId,
      ...(narrative.description !== '' && { description: narrative.description }),
      ...(model !== undefined && { model }),
    }
  })
}

function rowsIn(response: string, table: string, task: ActTask, services: Services): readonly JsonObject[] | undefined {
  const { clock, onProgress } = services
  const startedAt = clock.now()
  const { executionId, narrative, act } = task
  const told = { type: 'answer.processed', executionId, narrative: narrative.key, act: act.name, table } as const
  try {
    const { value, repairs } = extractJson(response)
    const rows = toRows(value)
    const outcome = repairs.length > 0 ? 'repaired' : 'success'
    onProgress({ ...told, outcome, durationMs: clock.now() - startedAt, repairs })
    return rows
  } catch (error) {
    if (!(error instanceof NarrativeError)) throw error
    const run = { table, narrative: task.narrative.name, executionId: task.executionId }
    services.store.content.noteFailure(run, error.message, services.clock.now())
    const durationMs = clock.now() - startedAt
    onProgress({ ...told, outcome: 'failure', durationMs, repairs: [], error: serializeError(error) })
    return undefined
  }
}

function rowsRead(task: ActTask, gathered: Gathered, services: Services): SourceRow[] {
  return [...task.knowledge.read, ...gathered.read].flatMap((row) => {
    const content = services.store.content.find(row.ref)
    return content === undefined ? [] : [{ ...row, values: content.values }]
  })
}

function traceAround({ traceparent, executionId }: ActTask, { store }: Services): string | undefined {
  return traceparent ?? store.executions.find(executionId)?.traceparent
}

interface Birth {
  readonly table: string
  /** It is the only one that the act made. */
  readonly alone: boolean
  readonly around: string | undefined
}

function withTrace(values: JsonObject, source: SourceRow | undefined, { table, alone, around }: Birth): NewRow {
  const traceparent =
    source?.traceparent === undefined
      ? beginItem(table, alone, around)
      : continueItem(source.ref.table, source.traceparent)
  return {
    values,
    traceparent,
    ...(source !== undefined && { source: source.ref }),
  }
}
