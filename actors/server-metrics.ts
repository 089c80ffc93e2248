// Server metrics: the figures of a running server that are looked up when the metrics are read.
//
// Reads the supervisor's records, the store and the book of bot health. Counts nothing itself.

import type { Store } from '../store/store.ts'
import type { ActorRecord, ActorSystem } from '../supervisor/index.ts'
import { startActorMetrics } from '../telemetry/actor-metrics.ts'
import { observe } from '../telemetry/instruments.ts'
import { observeStore, type StoreFigures } from '../telemetry/store-metrics.ts'
import type { BotHealthBook } from './bot-health.ts'
import { recordsOf } from './bot-records.ts'
import type { BotSettings } from './bot-runs.ts'
import { pathOfBot } from './roster.ts'
import type { Schedule } from './scheduler.ts'
import type { Budgets } from './spending.ts'

export interface ObservedServer {
  readonly system: ActorSystem
  readonly store: Store
  /** The bots and schedules as they are now. */
  readonly roster: { readonly bots: readonly BotSettings[]; readonly schedules: readonly Schedule[] }
  /** Tables of what was generated, and of what was approved. */
  readonly pipeline: { readonly drafts: string; readonly approved: string }
  readonly health: BotHealthBook
  /** Epoch ms. */
  readonly now: () => number
  /** Figures of the database are read no more often than that. */
  readonly collectEveryMs: number
  readonly budgets: () => Budgets
}

/** @returns the end of it */
export function observeServer(server: ObservedServer): () => void {
  const { store, now } = server
  const ends = [
    observeActors(server),
    observeStore(() => figuresOf(server), now, server.collectEveryMs),
    observe('botticelli.content.curated', () => {
      const { approved, rejected } = store.figures.reviews()
      return [
        { value: approved, labels: { decision: 'approved', bot: 'none' } },
        { value: rejected, labels: { decision: 'rejected', bot: 'none' } },
      ]
    }),
    observe('botticelli.budget.limit.usd', () => {
      const { dailyUsd, monthlyUsd } = server.budgets()
      return [
        ...(dailyUsd === undefined ? [] : [{ value: dailyUsd, labels: { period: 'day' as const } }]),
        ...(monthlyUsd === undefined ? [] : [{ value: monthlyUsd, labels: { period: 'month' as const } }]),
      ]
    }),
    observe('botticelli.worker_pool.size', () => ofThreads(server, () => 1)),
    observe('botticelli.worker_pool.active', () => ofThreads(server, ({ busy }) => (busy === undefined ? 0 : 1))),
    observe('botticelli.worker_pool.queued', () => ofThreads(server, ({ mailbox }) => mailbox.depth)),
    observe('botticelli.bot.schedule_interval', () =>
      server.roster.schedules.flatMap(({ bot, everyMs }) =>
        everyMs === undefined ? [] : [{ value: everyMs / 1_000, labels: { bot } }],
      ),
    ),
    observe('botticelli.bot.next_run_timestamp', () =>
      store.schedules.all().map(({ bot, dueAt }) => ({ value: dueAt / 1_000, labels: { bot } })),
    ),
  ]
  return () => {
    for (const end of ends) end()
  }
}

/** Over the bots that have a thread of their own. */
function ofThreads({ roster, system }: ObservedServer, figure: (record: ActorRecord) => number) {
  const records = roster.bots.flatMap(({ name, thread }) => {
    const record = thread === undefined ? undefined : system.record(pathOfBot(name))
    return record === undefined ? [] : [record]
  })
  return [{ value: records.reduce((sum, record) => sum + figure(record), 0), labels: { pool: 'bots' as const } }]
}

/** A bot's failures are those of its runs and of its own life together. */
function observeActors(server: ObservedServer): () => void {
  const { system, health, roster } = server
  const botOf = (path: string) => roster.bots.find(({ name }) => path === pathOfBot(name))
  const metrics = startActorMetrics({
    records: () => recordsOf(system, health),
    botTypeOf: ({ path }) => botOf(path)?.type,
  })
  const unsubscribe = system.subscribe(({ type, path }) => {
    const ended = type === 'stopped' || type === 'given-up' ? system.record(path) : undefined
    if (ended !== undefined) metrics.retire(ended)
  })
  return () => {
    unsubscribe()
    metrics.stop()
  }
}

function figuresOf({ store, roster, pipeline, now }: ObservedServer): StoreFigures {
  const at = now()
  const tables = store.figures.tables()
  const figures = (name: string) => tables.find(({ table }) => table.toLowerCase() === name.toLowerCase())
  const ageOf = (since: number | undefined) => (since === undefined ? undefined : at - since)
  const drafts = figures(pipeline.drafts)
  const approved = figures(pipeline.approved)
  const { databaseBytes, walBytes } = store.maintenance.sizes()
  return {
    potentialPosts: drafts?.pending ?? 0,
    approvedPosts: approved?.pending ?? 0,
    oldestPotentialMs: ageOf(drafts?.oldestPendingAt),
    oldestApprovedMs: ageOf(approved?.oldestPendingAt),
    queues: roster.bots.flatMap(({ name, worksOn }) =>
      worksOn === undefined ? [] : [{ bot: name, queue: worksOn, depth: figures(worksOn)?.pending ?? 0 }],
    ),
    tables,
    costTodayUsd: store.ledger.totals({ since: new Date(at).setUTCHours(0, 0, 0, 0) }).costUsd,
    costPer1000PostsUsd: costPer1000(store, approved?.posted ?? 0),
    costThisMonthUsd: store.ledger.totals({ since: startOfMonth(at) }).costUsd,
    databaseBytes,
    walBytes,
  }
}

/** All that was paid, for the posts that are out. */
function costPer1000({ ledger }: Store, posted: number): number | undefined {
  return posted === 0 ? undefined : (ledger.totals().costUsd / posted) * 1_000
}

function startOfMonth(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
}
