// Watch: looks at the server every few seconds and tells people what they should know.
//
//   W1. It only reads; whoever it tells cannot hold it up.
//   W2. While the database takes nothing, it goes on with what it remembers, and says that too.

import { fromCallback } from 'xstate'
import type { Store } from '../store/store.ts'
import type { ActorSpec, ActorSystem, Clock, SupervisionEvent } from '../supervisor/index.ts'
import type { Condition } from '../telemetry/notification.ts'
import { type Notifier, type NotifierOptions, openNotifier } from '../telemetry/notifier.ts'
import type { OpenConditions } from '../telemetry/open-conditions.ts'
import { providerHealth } from '../telemetry/provider-health.ts'
import type { BotHealthBook } from './bot-health.ts'
import type { BotSettings } from './bot-runs.ts'
import { type ConditionLimits, conditionsOf, type ServerFacts, unknownOf } from './conditions.ts'
import { isStoreTrouble } from './insist.ts'
import { pathOfBot } from './roster.ts'
import { summarize, summaryFacts, summaryText } from './run-summary.ts'
import { inDoubt } from './server-status.ts'
import { type Budgets, type Denied, spendingOf } from './spending.ts'
import { dueAfter, type Timetable } from './timetable.ts'

export interface WatchOptions extends ConditionLimits {
  readonly store: Store
  readonly clock: Clock
  readonly health: BotHealthBook
  /** What may change while the server runs. Unless posts are live, nobody misses them. */
  readonly now: () => { readonly bots: readonly BotSettings[]; readonly budgets: Budgets; readonly postsLive: boolean }
  /** The last call that a budget did not allow, by its period. */
  readonly denied: Denied
  /** When the report of the last day is told, once a day; undefined: never. */
  readonly report?: Timetable
  readonly notifier: Omit<NotifierOptions, 'timers' | 'settleMs' | 'book' | 'onChange'>
}

export interface Watch {
  readonly spec: ActorSpec
  /** To be given the events of the system that the spec is part of. */
  hear(event: SupervisionEvent): void
  /** Goes on with other channels and limits; what was told as begun stays so. The words to the old channels get so long, in ms. */
  change(options: WatchOptions, limitMs: number): void
  /** The last words get so long, in ms. */
  close(limitMs: number): Promise<void>
}

const LOOK_MS = 3_000
const SETTLE_MS = 30_000
const DAY_MS = 86_400_000
const BOOK = 'botticelli.notifications.open'
const REPORTED = 'botticelli.notifications.reported_at'

/** @param system as soon as there is one */
export function openWatch(first: WatchOptions, system: () => ActorSystem | undefined): Watch {
  const startedAt = first.clock.now()
  let options = first
  let notifier = notifierOf(first)
  const closing = new Set<Promise<void>>()
  return {
    spec: {
      id: 'watch',
      kind: 'watch',
      start: (scope) => ({
        logic: fromCallback(() => {
          let timer = scope.clock.setTimeout(look, LOOK_MS)
          function look(): void {
            timer = scope.clock.setTimeout(look, LOOK_MS)
            const running = system()
            if (running === undefined) return
            const facts = factsOf(options, running, startedAt)
            notifier.see(conditionsOf(facts, options), unknownOf(facts))
            reportIfDue(options, notifier)
          }
          return () => scope.clock.clearTimeout(timer)
        }),
      }),
    },
    hear: (event) => {
      const condition = gaveUp(event)
      if (condition === undefined) return
      const { name, of, severity, title, text, facts } = condition
      notifier.tell({ kind: 'raised', condition: name, of, severity, title, text, facts, at: event.at })
    },
    change(next, limitMs) {
      const closed = notifier.close(limitMs).finally(() => closing.delete(closed))
      closing.add(closed)
      options = next
      notifier = notifierOf(next)
    },
    async close(limitMs) {
      await Promise.all([notifier.close(limitMs), ...closing])
    },
  }
}

function notifierOf({ notifier, store, clock }: WatchOptions): Notifier {
  return openNotifier({
    ...notifier,
    timers: clock,
    settleMs: SETTLE_MS,
    book: remembered(store),
    onChange: (book) => keep(store, BOOK, JSON.stringify(book), clock.now()),
  })
}

// ---------------------------------------------------------------------------- what is looked at

function factsOf(options: WatchOptions, system: ActorSystem, startedAt: number): ServerFacts {
  const { store, clock, health, denied } = options
  const { bots, budgets, postsLive } = options.now()
  const now = clock.now()
  const openBreakers = Array.from(system.records(), ({ path, breaker }) => ({ path, breaker })).flatMap(
    ({ path, breaker }) =>
      breaker === undefined || breaker.state === 'closed' ? [] : [{ path, trips: breaker.trips }],
  )
  const known = {
    now,
    bots: bots.map(({ name }) => ({ ...health.of(name), lives: isAlive(system, name) })),
    openBreakers,
    providers: providerHealth(),
  }
  try {
    const posts = postsLive && bots.some(({ type }) => type === 'posting')
    return {
      ...known,
      inDoubt: inDoubt(store),
      deadLetters: store.deadLetters.count(),
      spending: spendingOf(budgets, store.ledger, now, denied),
      ...(posts && { postedAt: lastPostAt(store) ?? startedAt }),
      ...(store.trouble !== undefined && { databaseTrouble: sentence(store.trouble) }),
    }
  } catch (error) {
    if (!isStoreTrouble(error)) throw error
    return { ...known, inDoubt: [], deadLetters: 0, spending: [], databaseTrouble: sentence(error as Error) }
  }
}

/** Something follows it. */
function sentence({ message }: Error): string {
  return message.replace(/\.$/, '')
}

function isAlive(system: ActorSystem, bot: string): boolean {
  const record = system.record(pathOfBot(bot))
  return record !== undefined && record.state !== 'stopped'
}

function lastPostAt(store: Store): number | undefined {
  return store.events.list({ type: 'content.published', limit: 50 }).findLast(({ data }) => data.dry_run !== true)?.at
}

/** A supervisor that gives up is told at once: the server may not live to be looked at. */
function gaveUp(event: SupervisionEvent): Condition | undefined {
  if (event.type !== 'escalated') return undefined
  const { path: of, error } = event
  const title = `The supervisor of ${of} gave up`
  const text = `Too many restarts.${error === undefined ? '' : ` The last error: ${error.message}`}`
  const facts = { actor: of, error: error?.code ?? error?.name ?? null }
  return { name: 'actor-gave-up', of, severity: 'critical', title, text, facts }
}

// ---------------------------------------------------------------------------- the report

/** Once a day at its time; one that was due while nothing ran is told at the next start, unless it is a day old. */
function reportIfDue({ store, clock, report }: WatchOptions, notifier: Notifier): void {
  if (report === undefined) return
  const now = clock.now()
  const dueAt = dueAfter(report, now - DAY_MS)
  try {
    const reportedAt = Number(store.state.get(REPORTED) ?? Number.NaN)
    // A server that was never asked before has no day to report on yet.
    if (Number.isNaN(reportedAt)) keep(store, REPORTED, String(now), now)
    if (dueAt === undefined || dueAt > now || !(reportedAt < dueAt)) return
    const summary = summarize(store, dueAt - DAY_MS, now)
    keep(store, REPORTED, String(now), now)
    notifier.tell({
      kind: 'report',
      severity: 'info',
      title: 'The last day',
      text: summaryText(summary),
      facts: summaryFacts(summary),
      at: now,
    })
  } catch (error) {
    if (!isStoreTrouble(error)) throw error
  }
}

// ---------------------------------------------------------------------------- over restarts of the process

function remembered(store: Store): OpenConditions {
  try {
    return JSON.parse(store.state.get(BOOK) ?? '{}') as OpenConditions
  } catch {
    return {} // what was told before is told once more
  }
}

function keep(store: Store, key: string, value: string, now: number): void {
  try {
    store.state.set(key, value, now)
  } catch (error) {
    if (!isStoreTrouble(error)) throw error // at worst a person is told twice
  }
}
