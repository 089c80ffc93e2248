// Store metrics: what waits in the database, what was spent, and how long its calls take.

import { errorTypeOf } from './error-type.ts'
import { count, counter, type Observation, observe, record, recorder } from './instruments.ts'
import { log } from './log.ts'
import { pastSpan } from './spans.ts'

export interface StoreFigures {
  /** Rows that wait for curation, and for being posted. */
  readonly potentialPosts: number
  readonly approvedPosts: number
  /** Age of the oldest of each, in ms; undefined when none waits. */
  readonly oldestPotentialMs?: number | undefined
  readonly oldestApprovedMs?: number | undefined
  /** What waits for each bot that works on a table. */
  readonly queues: readonly { readonly bot: string; readonly queue: string; readonly depth: number }[]
  /** Rows of the tables that narratives produced. */
  readonly tables: readonly { readonly table: string; readonly rows: number }[]
  /** Cost of this day and of this month, in UTC. */
  readonly costTodayUsd: number
  readonly costThisMonthUsd: number
  /** Undefined before the first post. */
  readonly costPer1000PostsUsd?: number | undefined
  readonly databaseBytes: number
  readonly walBytes: number
}

/**
 * Exports the figures. They are read no more often than every `freshMs`, however often the metrics are.
 *
 * @param now milliseconds, of any beginning
 * @returns the end of it
 */
export function observeStore(read: () => StoreFigures, now: () => number, freshMs: number): () => void {
  let figures: StoreFigures | undefined
  let readAt = Number.NEGATIVE_INFINITY
  const fresh = () => {
    if (figures === undefined || now() - readAt >= freshMs) {
      figures = read()
      readAt = now()
    }
    return figures
  }
  const one = (figure: (figures: StoreFigures) => number) => () => [{ value: figure(fresh()), labels: {} }] as const
  const ends = [
    observe(
      'botticelli.potential_posts.size',
      one(({ potentialPosts }) => potentialPosts),
    ),
    observe(
      'botticelli.approved_posts.size',
      one(({ approvedPosts }) => approvedPosts),
    ),
    observe('botticelli.pipeline.oldest_age', () => oldestAges(fresh())),
    observe('botticelli.bot.queue_depth', () =>
      fresh().queues.map(({ bot, queue, depth }) => ({ value: depth, labels: { bot, queue } })),
    ),
    observe('botticelli.table.rows', () =>
      fresh().tables.map(({ table, rows }) => ({ value: rows, labels: { table } })),
    ),
    observe(
      'botticelli.daily_cost_dollars',
      one(({ costTodayUsd }) => costTodayUsd),
    ),
    observe(
      'botticelli.monthly_cost_dollars',
      one(({ costThisMonthUsd }) => costThisMonthUsd),
    ),
    observe('botticelli.cost_per_1000_posts_dollars', () => {
      const { costPer1000PostsUsd: value } = fresh()
      return value === undefined ? [] : [{ value, labels: {} }]
    }),
    observe(
      'botticelli.db.size',
      one(({ databaseBytes }) => databaseBytes),
    ),
    observe(
      'botticelli.db.wal_size',
      one(({ walBytes }) => walBytes),
    ),
  ]
  return () => {
    for (const end of ends) end()
  }
}

function* oldestAges(figures: StoreFigures): Iterable<Observation<'botticelli.pipeline.oldest_age'>> {
  const { oldestPotentialMs, oldestApprovedMs } = figures
  if (oldestPotentialMs !== undefined) yield { value: oldestPotentialMs / 1_000, labels: { stage: 'generated' } }
  if (oldestApprovedMs !== undefined) yield { value: oldestApprovedMs / 1_000, labels: { stage: 'approved' } }
}

/** Handles that this process holds. To be given to the store as its hook. */
export function countConnection(change: 'opened' | 'closed'): void {
  if (change === 'opened') count('botticelli.db.connections_opened', {})
  connections += change === 'opened' ? 1 : -1
}

let connections = 0

observe('botticelli.db.connections', () =>
  (['idle', 'used'] as const).map((state) => ({
    value: state === 'idle' ? connections : 0,
    labels: { state },
  })),
)

interface QueryOutcome {
  readonly transaction?: 'commit' | 'rollback'
  readonly error?: unknown
}

/**
 * Counts each call of the store, by its name such as `journal.complete`. To be given to the store as its hook.
 *
 * @param spanFromMs a call that takes longer is a span
 */
export function queryRecorder(spanFromMs: number) {
  return (name: string, durationMs: number, outcome: QueryOutcome) => recordQuery(name, durationMs, outcome, spanFromMs)
}

function recordQuery(name: string, durationMs: number, { transaction, error }: QueryOutcome, spanFromMs: number): void {
  const errorType = error === undefined ? undefined : errorTypeOf(error)
  if (errorType === undefined) durationOf(name)(durationMs / 1_000)
  else record('db.client.operation.duration', durationMs / 1_000, labelsOf(name, errorType))
  if (errorType === 'store-busy') count('botticelli.db.busy', {})
  if (transaction !== undefined) TRANSACTIONS[transaction]()
  if (durationMs > spanFromMs) pastSpan(`store ${name}`, durationMs, labelsOf(name, errorType))
  if (durationMs > SLOW_MS) log('db.slow', { name, duration_ms: durationMs })
  if (transaction === 'commit') record('botticelli.state.write.duration', durationMs / 1_000, { kind: partOf(name) })
  if (transaction === 'commit') log('db.commit', { name, duration_ms: durationMs })
  log('db.query', { name, duration_ms: durationMs })
}

/** `journal` of `journal.complete`. */
function partOf(name: string): string {
  return name.split('.', 1)[0] ?? name
}

function labelsOf(name: string, errorType: string | undefined) {
  return { 'db.system.name': 'sqlite', 'db.operation.name': name, 'error.type': errorType } as const
}

/** Of the calls of this name that succeed. Names are those of the code. */
function durationOf(name: string): (seconds: number) => void {
  const known = durations.get(name)
  if (known !== undefined) return known
  const duration = recorder('db.client.operation.duration', labelsOf(name, undefined))
  durations.set(name, duration)
  return duration
}

const durations = new Map<string, (seconds: number) => void>()

const TRANSACTIONS = {
  commit: counter('botticelli.db.transactions', { outcome: 'commit' }),
  rollback: counter('botticelli.db.transactions', { outcome: 'rollback' }),
}

const SLOW_MS = 1_000
