// Server status: everything worth knowing about a running server at one moment, as plain data.

import type { LedgerTotals, Store } from '../store/store.ts'
import type { ActorRecord } from '../supervisor/index.ts'
import type { BotHealth, BotHealthBook } from './bot-health.ts'
import type { BotSettings } from './bot-runs.ts'

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
  readonly deadLetters: number
  /** Executions with a command of which nobody knows whether it was carried out: a person decides. */
  readonly inDoubt: readonly string[]
}

export interface BotStatus extends BotHealth {
  readonly type: string
  /** `recovering`, `idle` or `running`; `restarting` or `stopped` when there is no such life. */
  readonly state: string
  readonly incarnation: number
  readonly restarts: number
  readonly mailboxDepth: number
  /** Epoch ms; undefined for a bot without a schedule. */
  readonly nextRunAt?: number
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
    readonly deadLetters: number
  },
): ServerStatus {
  const { store, records } = server
  const { now, ...about } = at
  return {
    ...about,
    bots: server.bots.map((bot) => botStatus(bot, server)),
    pipeline: pipelineStatus(store, server.tables),
    today: store.ledger.totals({ since: new Date(now).setUTCHours(0, 0, 0, 0) }),
    actors: records,
    deadLetters: server.deadLetters,
    inDoubt: inDoubt(store),
  }
}

/** Ids of top-level executions. */
export function inDoubt(store: Store): readonly string[] {
  return [...new Set(store.effects.doubtful().map(({ executionId }) => executionId.split('/', 1)[0]!))]
}

function botStatus(
  { name, type }: BotSettings,
  { store, health, records }: Parameters<typeof serverStatus>[1],
): BotStatus {
  const record = records.find(({ path }) => path === `/bots/${name}`)
  const nextRunAt = store.schedules.next(name)
  return {
    ...health.of(name),
    type,
    state: record?.state === 'running' ? (record.value ?? 'running') : (record?.state ?? 'stopped'),
    incarnation: record?.incarnation ?? 0,
    restarts: record?.restarts ?? 0,
    mailboxDepth: record?.mailbox.depth ?? 0,
    ...(nextRunAt !== undefined && { nextRunAt }),
  }
}

/** What waits and what went out, by the tables of the pipeline; a table that does not exist yet holds nothing. */
export function pipelineStatus(
  store: Store,
  tables: { readonly drafts: string; readonly approved: string },
): PipelineStatus {
  const count = (table: string, status: string) =>
    store.content.exists(table) ? store.content.list({ table, status, limit: 100_000 }).length : 0
  return {
    pending: count(tables.drafts, 'pending'),
    approved: count(tables.approved, 'pending'),
    posted: count(tables.approved, 'posted'),
  }
}
