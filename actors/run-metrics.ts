// Run metrics: turns the stream of progress into numbers, so that nothing that runs has to.
//
//   Q1. An execution counts as active as long as its actor lives: one that was taken down tells no end.
//   Q2. Tokens and money are those of acts that asked: what an act was given by a nested narrative is counted there.

import type { ContentRow, RowRef } from '../store/store.ts'
import { recordDeclared } from '../telemetry/declared-metrics.ts'
import { count, observe, record } from '../telemetry/instruments.ts'
import { log } from '../telemetry/log.ts'
import type { ActPosition, ExecutionPosition, ProgressEvent, ProgressListener } from './progress.ts'

/** What the numbers need to know beside the stream. */
export interface RunMetricsOptions {
  /** Tables of what was generated, and of what was approved. */
  readonly pipeline: { readonly drafts: string; readonly approved: string }
  readonly content: {
    list(filter: { table: string; limit: number }): readonly ContentRow[]
    find(ref: RowRef): ContentRow | undefined
  }
  /** The model that an act names; undefined is the default. */
  readonly modelOf: (name: string | undefined) => { readonly provider: string; readonly name: string }
  /** Whether the actor of a top-level execution lives. */
  readonly isAlive: (executionId: string) => boolean
  /** Bots and their types, so that their counts exist from the beginning. */
  readonly bots: readonly { readonly name: string; readonly type: string }[]
  /** Keys of what they run, so that each is told from the beginning. */
  readonly narratives: readonly string[]
  /** Epoch ms. */
  readonly now: () => number
}

export interface RunMetrics {
  readonly listener: ProgressListener
  stop(): void
}

export function startRunMetrics(options: RunMetricsOptions): RunMetrics {
  const running = new Map<string, Running>()
  const narratives = new Set(options.narratives)
  const approvals = new Map(options.bots.filter(({ type }) => type === 'curation').map(({ name }) => [name, 0]))
  for (const { name: bot } of options.bots) countBot(bot, { inputTokens: 0, outputTokens: 0, costUsd: 0 })

  const ends = [
    observe('botticelli.narrative.active', () => active(running, narratives, options.isAlive)),
    observe('botticelli.content.curated', function* () {
      for (const [bot, value] of approvals) yield { value, labels: { decision: 'approved', bot } }
    }),
  ]
  return {
    listener: (event) => take(event, { ...options, running, known: narratives, approvals }),
    stop: () => {
      for (const end of ends) end()
    },
  }
}

/** An execution between its beginning and its end. */
interface Running extends ExecutionPosition {
  readonly part: 'narrative' | 'carousel' | 'round'
  /** The rows that its acts have read. */
  read: readonly RowRef[]
  /** A command was answered without being sent. */
  rehearsed: boolean
  /** Models that acts named, by the act's key. */
  readonly models: Map<string, string | undefined>
}

interface Books extends RunMetricsOptions {
  readonly running: Map<string, Running>
  /** Every narrative of a bot, and each that was executed since the beginning: one that rests is told as 0. */
  readonly known: Set<string>
  readonly approvals: Map<string, number>
}

function take(event: ProgressEvent, books: Books): void {
  switch (event.type) {
    case 'execution.started':
      began(event, books)
      break
    case 'execution.completed':
      ended(event, books, 'ok')
      break
    case 'execution.failed':
      count('botticelli.narrative.failures', { narrative: event.narrative, error_type: event.errorType })
      ended(event, books, 'error', event.errorType)
      break
    case 'act.started':
      books.running.get(event.executionId)?.models.set(event.key, event.model)
      if (event.attempt === 1) count('botticelli.act.started', labels(event))
      break
    case 'act.completed':
      actCompleted(event, books)
      break
    case 'act.skipped':
    case 'answer.text':
      break
    case 'act.failed':
      if (event.errorType === 'model-content-filter') count('botticelli.content.flagged', { reason: 'content_filter' })
      if (event.willRetry) countRetry(event, books)
      else actEnded(event, 'error')
      break
    case 'answer.processed':
      processed(event)
      break
    case 'answer.accepted':
      validated(event.bySchema ? 'schema' : 'json', 'success')
      break
    case 'content.stored':
      contentStored(event)
      break
    case 'answer.refused': {
      const { narrative, reason } = event
      validated(reason === 'invalid' ? 'schema' : 'json', 'failure')
      count('botticelli.json.refusals', { narrative, reason })
      if (event.asksAgain) count('botticelli.json.retries', { narrative, reason })
      break
    }
    case 'answer.looked_up':
      count('botticelli.cache.requests', { cache: 'answers', result: event.found ? 'hit' : 'miss' })
      break
    case 'act.measured':
      for (const { metric, value, labels } of event.measures) {
        const { narrative } = event
        if (!recordDeclared(metric, value, labels, narrative)) {
          log('metric.conflict', { narrative, metric: metric.name })
        }
      }
      break
    case 'command.done': {
      const execution = books.running.get(event.executionId)
      if (execution !== undefined) execution.rehearsed ||= event.dryRun
      break
    }
  }
}

// ---------------------------------------------------------------------------- executions

function began(event: Extract<ProgressEvent, { type: 'execution.started' }>, { running, known }: Books): void {
  const { id, narrative, bot, trigger } = event
  known.add(narrative)
  const part = event.iteration !== undefined ? 'round' : event.acts.length === 0 ? 'carousel' : 'narrative'
  running.set(id, {
    id,
    narrative,
    part,
    read: [],
    rehearsed: false,
    models: new Map(),
    ...(bot !== undefined && { bot }),
  })
  count('botticelli.narrative.started', { narrative, trigger })
  if (part === 'carousel') count('botticelli.carousel.started', { narrative })
}

function ended(
  event: ExecutionPosition & { readonly durationMs: number },
  books: Books,
  outcome: 'ok' | 'error',
  errorType?: string,
): void {
  const { id, narrative } = event
  const seconds = event.durationMs / 1_000
  const execution = books.running.get(id)
  books.running.delete(id)
  count('botticelli.narrative.executions', { narrative, outcome })
  record('botticelli.narrative.duration', seconds, { narrative, outcome })
  record('gen_ai.invoke_workflow.duration', seconds, { 'gen_ai.workflow.name': narrative, 'error.type': errorType })
  if (execution?.part === 'carousel') count('botticelli.carousel.completed', { narrative, outcome })
  if (execution?.part === 'round') {
    count('botticelli.carousel.iterations', { narrative, outcome })
    record('botticelli.carousel.iteration.duration', seconds, { narrative })
  }
  if (outcome === 'ok' && execution !== undefined) recordPosted(execution, books)
}

/** Q1. */
function active(
  running: Map<string, Running>,
  narratives: ReadonlySet<string>,
  isAlive: (executionId: string) => boolean,
) {
  const counts = new Map(Array.from(narratives, (narrative) => [narrative, 0]))
  for (const { id, narrative } of running.values()) {
    if (isAlive(id.split('/', 1)[0] ?? id)) counts.set(narrative, (counts.get(narrative) ?? 0) + 1)
    else running.delete(id)
  }
  return Array.from(counts, ([narrative, value]) => ({ value, labels: { narrative } }))
}

// ---------------------------------------------------------------------------- acts

type ActCompleted = Extract<ProgressEvent, { type: 'act.completed' }>

function actCompleted(event: ActCompleted, books: Books): void {
  const execution = books.running.get(event.executionId)
  if (execution !== undefined) execution.read = event.read
  if (event.replayed) return
  const { narrative, bot, actType, table, rowsStored } = event
  actEnded(event, 'ok')
  record('botticelli.act.output.length.chars', event.outputChars, { act_type: actType })
  if (actType !== 'narrative') {
    if (bot !== undefined) countBot(bot, event)
    count('botticelli.narrative.cost.usd', { narrative }, event.costUsd ?? 0)
  }
  if (table === undefined || rowsStored === 0) return
  if (table !== books.pipeline.approved) {
    count('botticelli.content.generated', { narrative, bot: bot ?? 'none' }, rowsStored)
    return
  }
  const curator = bot ?? 'none'
  books.approvals.set(curator, (books.approvals.get(curator) ?? 0) + rowsStored)
  recordCurated(rowsStored, books)
}

function actEnded(event: ActPosition & { readonly durationMs: number }, outcome: 'ok' | 'error'): void {
  count('botticelli.act.completed', { ...labels(event), outcome })
  record('botticelli.act.duration', event.durationMs / 1_000, { act_type: event.actType, outcome })
}

/** Q2. */
function countBot(
  bot: string,
  used: { readonly inputTokens: number; readonly outputTokens: number; readonly costUsd?: number },
): void {
  count('botticelli.bot.tokens', { bot, type: 'input' }, used.inputTokens)
  count('botticelli.bot.tokens', { bot, type: 'output' }, used.outputTokens)
  count('botticelli.bot.cost.usd', { bot }, used.costUsd ?? 0)
}

/** An act that is tried again because of its model asks the model again. */
function countRetry(event: Extract<ProgressEvent, { type: 'act.failed' }>, { running, modelOf }: Books): void {
  if (!event.errorType.startsWith('model-')) return
  const { provider, name } = modelOf(running.get(event.executionId)?.models.get(event.key))
  count('botticelli.llm.retries', { provider, model: name, reason: event.errorType })
}

function processed({ narrative, outcome, durationMs }: Extract<ProgressEvent, { type: 'answer.processed' }>): void {
  count('botticelli.json.extractions', { narrative, outcome })
  const run = { processor_type: 'content', outcome: outcome === 'failure' ? 'error' : 'ok' } as const
  count('botticelli.processor.runs', run)
  record('botticelli.processor.duration', durationMs / 1_000, run)
}

type Rule = 'json' | 'schema' | 'columns'

function validated(rule: Rule, result: 'success' | 'warning' | 'failure'): void {
  count('botticelli.act.output.validations', { act_type: 'model', rule, result })
}

function contentStored({ scores, flagged, warnings }: Extract<ProgressEvent, { type: 'content.stored' }>): void {
  for (const { kind, value } of scores) record('botticelli.content.score', value, { kind })
  for (const reason of flagged) count('botticelli.content.flagged', { reason })
  const isFine = warnings === 0 && !flagged.includes('invalid')
  validated('columns', isFine ? 'success' : warnings > 0 ? 'warning' : 'failure')
}

function labels({ narrative, act, actType }: ActPosition) {
  return { narrative, act, act_type: actType }
}

// ---------------------------------------------------------------------------- the pipeline, from the times of its rows

/** The rows that were stored last in the table of what was approved, each with the draft it was made from. */
function recordCurated(rows: number, { content, pipeline }: Books): void {
  for (const row of content.list({ table: pipeline.approved, limit: rows })) {
    const draft = row.source === undefined ? undefined : content.find(row.source)
    if (draft !== undefined) {
      const seconds = (row.generatedAt - draft.generatedAt) / 1_000
      record('botticelli.pipeline.latency', seconds, { stage: 'generation_to_curation' })
    }
  }
}

/** An execution that read one approved row which is posted by now has posted it. */
function recordPosted({ read, rehearsed }: Running, { content, pipeline, now }: Books): void {
  const ids = new Set(read.filter(({ table }) => table === pipeline.approved).map(({ id }) => id))
  const [id] = ids
  const row = id === undefined || ids.size > 1 ? undefined : content.find({ table: pipeline.approved, id })
  if (row?.reviewStatus !== 'posted' || rehearsed) return
  const draft = row.source === undefined ? undefined : content.find(row.source)
  const at = now()
  record('botticelli.pipeline.latency', (at - row.generatedAt) / 1_000, { stage: 'curation_to_posting' })
  record('botticelli.pipeline.latency', (at - (draft ?? row).generatedAt) / 1_000, { stage: 'end_to_end' })
}
