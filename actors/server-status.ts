// Server status: everything worth knowing about a running server at one moment, as plain data.

import { type SerializedError, serializeError } from '../errors.ts'
import type { LedgerTotals, Store, StoredSchedule } from '../store/store.ts'
import type { ActorRecord } from '../supervisor/index.ts'
import type { ProviderHealth } from '../telemetry/provider-health.ts'
import type { BotHealth, BotHealthBook } from './bot-health.ts'
import type { BotSettings } from './bot-runs.ts'
import { pathOfBot } from './roster.ts'
import type { Spending } from './spending.ts'

export interface ServerStatus {
  readonly pid: number
  /** Epoch ms. */
  readonly startedAt: number
  readonly posting: 'dry-run' | 'live'
  readonly bots: readonly BotStatus[]
  readonly pipeline: PipelineStatus
  /** Since midnight UTC. */
  readonly today: LedgerTotals
  readonly actors: readonly ActorRecord[]
  /** Of the providers that were called since the server began. */
  readonly providers: readonly ProviderHealth[]
  readonly deadLetters: number
  /** One for each budget. */
  readonly spending: readonly Spending[]
  /** Why nothing can be written to the database; undefined when all is well. */
  readonly database?: SerializedError
  /**
   * Executions with a command of which nobody knows whether it was carried out, and cancelled ones that keep the row
   * which they were publishing: a person decides.
   */
  readonly inDoubt: readonly string[]
}

export interface BotStatus extends BotHealth {
  readonly type: string
  /** `recovering`, `idle` or `running`; `restarting` or `stopped` when there is no such life. */
  readonly state: string
  readonly incarnation: number
  readonly restarts: number
  readonly mailboxDepth: number
  /** How long the message in hand has been there; undefined for a bot that has nothing to do. */
  readonly busyForMs?: number
  /** Epoch ms; undefined for a bot without a schedule. */
  readonly nextRunAt?: number
  /** Its schedule stands still, by a person's decision; without `until` for as long as nobody says otherwise. */
  readonly paused?: { readonly reason: string; readonly until?: number }
}

export interface PipelineStatus {
  /** Rows of the drafts table that wait for a decision. */
  readonly pending: number
  /** Rows that wait to be posted. */
  readonly approved: number
  readonly posted: number
}

export function serverStatus(
  at: { readonly now: number; readonly startedAt: number; readonly pid: number; readonly posting: 'dry-run' | 'live' },
  server: {
    readonly bots: readonly BotSettings[]
    readonly store: Store
    readonly health: BotHealthBook
    readonly tables: { readonly drafts: string; readonly approved: string }
    readonly records: readonly ActorRecord[]
    readonly providers: readonly ProviderHealth[]
    readonly deadLetters: number
    readonly spending: readonly Spending[]
  },
): ServerStatus {
  const { store, records } = server
  const { now, ...about } = at
  return {
    ...about,
    bots: server.bots.map((bot) => botStatus(bot, server, now)),
    pipeline: pipelineStatus(store, server.tables),
    today: store.ledger.totals({ since: new Date(now).setUTCHours(0, 0, 0, 0) }),
    actors: records,
    providers: server.providers,
    deadLetters: server.deadLetters,
    spending: server.spending,
    inDoubt: inDoubt(store),
    ...(store.trouble !== undefined && { database: serializeError(store.trouble) }),
  }
}

/** Ids of top-level executions: those with a command in doubt, and cancelled ones that keep a row. */
export function inDoubt(store: Store): readonly string[] {
  const doubtful = store.effects.doubtful().map(({ executionId }) => executionId.split('/', 1)[0]!)
  return [...new Set([...doubtful, ...store.executions.keeping()])]
}

function botStatus(
  { name, type }: BotSettings,
  { store, health, records }: Parameters<typeof serverStatus>[1],
  now: number,
): BotStatus {
  const record = records.find(({ path }) => path === pathOfBot(name))
  const schedule = store.schedules.find(name)
  const nextRunAt = schedule?.dueAt
  const busyForMs = record?.busy?.forMs
  return {
    ...health.of(name),
    type,
    state: record?.state === 'running' ? (record.value ?? 'running') : (record?.state ?? 'stopped'),
    incarnation: record?.incarnation ?? 0,
    restarts: record?.restarts ?? 0,
    mailboxDepth: record?.mailbox.depth ?? 0,
    ...(busyForMs !== undefined && { busyForMs }),
    ...(nextRunAt !== undefined && { nextRunAt }),
    ...(schedule !== undefined && pauseOf(schedule, now)),
  }
}

function pauseOf({ pausedAt, pausedUntil: until, pauseReason: reason = '' }: StoredSchedule, now: number) {
  if (pausedAt === undefined || (until !== undefined && until <= now)) return undefined
  return { paused: { reason, ...(until !== undefined && { until }) } }
}

/** What waits and what went out, by the tables of the pipeline; a table that does not exist yet holds nothing. */
export function pipelineStatus(
  store: Store,
  tables: { readonly drafts: string; readonly approved: string },
): PipelineStatus {
  const { content } = store
  return {
    pending: content.countOf(tables.drafts, 'pending'),
    approved: content.countOf(tables.approved, 'pending'),
    posted: content.countOf(tables.approved, 'posted'),
  }
}
