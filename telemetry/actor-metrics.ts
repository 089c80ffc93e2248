// Actor metrics: what the supervisor's records say, as series.
//
//   A1. An actor of a kind that lives long has series of its own, under its path. Their number is bounded by
//       configuration; beyond `MAX_PATHS` actors are counted with their kind.
//   A2. The other kinds (executions, acts) have one series a kind, without `actor`, so that sums count nobody twice.
//   A3. A counter never falls while its actor lives, nor when an actor of a summed kind is gone.

import type { BotType } from './instrument-table.ts'
import { type Observation, observe } from './instruments.ts'

/** The part of a supervisor's record that is exported. Times are epoch milliseconds. */
export interface ActorFigures {
  readonly path: string
  readonly kind: string
  readonly incarnation: number
  readonly state: string
  readonly restarts: number
  readonly consecutiveFailures: number
  readonly handled: number
  readonly failed: number
  readonly deadLetters: number
  readonly mailbox: { readonly depth: number; readonly highWater: number; readonly oldestAgeMs: number }
  readonly startedAt: number
  readonly lastSuccessAt?: number | undefined
  readonly lastFailureAt?: number | undefined
}

export interface ActorMetricsOptions {
  /** Every actor that lives now. */
  readonly records: () => Iterable<ActorFigures>
  /** Kinds that are summed instead of named. Default: execution and act. */
  readonly summedKinds?: readonly string[]
  /** The type of the bot behind a record; undefined for an actor that is no bot. */
  readonly botTypeOf?: (record: ActorFigures) => BotType | undefined
}

export interface ActorMetrics {
  /** To be called with the last record of an actor that is removed, so that its counts stay in those of its kind (A3). */
  retire(record: ActorFigures): void
  stop(): void
}

export function startActorMetrics(options: ActorMetricsOptions): ActorMetrics {
  const summedKinds = new Set(options.summedKinds ?? ['execution', 'act'])
  const retired = new Map<string, Totals>()
  const statesSeen = new Map<string, Set<string>>()

  const isSummed = ({ kind }: ActorFigures) => summedKinds.has(kind)
  const named = () => [...options.records()].filter((record) => !isSummed(record)).slice(0, MAX_PATHS)
  function summed(): ReadonlyMap<string, Totals> {
    const kinds = new Map(retired)
    let paths = 0
    for (const record of options.records()) {
      if (!isSummed(record) && paths++ < MAX_PATHS) continue
      kinds.set(record.kind, plus(kinds.get(record.kind) ?? NOTHING, record))
    }
    return kinds
  }

  /** One series a path, and one a kind for those that are summed. */
  function* each<T>(ofPath: (record: ActorFigures) => T, ofKind: (totals: Totals) => T): Iterable<Series<T>> {
    for (const record of named())
      yield { value: ofPath(record), labels: { actor: record.path, actor_kind: record.kind } }
    for (const [actor_kind, totals] of summed()) yield { value: ofKind(totals), labels: { actor_kind } }
  }
  function* eachPath(value: (record: ActorFigures) => number | undefined) {
    for (const record of named()) {
      const figure = value(record)
      if (figure !== undefined) yield { value: figure, labels: { actor: record.path, actor_kind: record.kind } }
    }
  }
  function* eachBot(value: (record: ActorFigures) => number | undefined) {
    for (const record of options.records()) {
      const bot_type = options.botTypeOf?.(record)
      const figure = value(record)
      if (bot_type !== undefined && figure !== undefined)
        yield { value: figure, labels: { bot: nameOf(record), bot_type } }
    }
  }

  const ends = [
    observe('botticelli.actor.live', () => countBy([...options.records()], ({ kind }) => ({ actor_kind: kind }))),
    observe('botticelli.supervisor.children', () =>
      countBy([...options.records()], ({ kind, state }) => ({ kind, state })),
    ),
    observe('botticelli.actor.mailbox.depth', () =>
      each(
        ({ mailbox }) => mailbox.depth,
        ({ depth }) => depth,
      ),
    ),
    observe('botticelli.actor.mailbox.high_water', () => eachPath(({ mailbox }) => mailbox.highWater)),
    observe('botticelli.actor.mailbox.oldest_age', () =>
      each(
        ({ mailbox }) => mailbox.oldestAgeMs / 1_000,
        ({ oldestAgeMs }) => oldestAgeMs / 1_000,
      ),
    ),
    observe('botticelli.actor.restarts', () =>
      each(
        ({ restarts }) => restarts,
        ({ restarts }) => restarts,
      ),
    ),
    observe('botticelli.actor.given_up', () =>
      each(
        ({ deadLetters }) => deadLetters,
        ({ deadLetters }) => deadLetters,
      ),
    ),
    observe('botticelli.actor.handled', () =>
      byOutcome(
        each<{ handled: number; failed: number }>(
          (record) => record,
          (totals) => totals,
        ),
      ),
    ),
    observe('botticelli.actor.consecutive_failures', () => eachPath(({ consecutiveFailures }) => consecutiveFailures)),
    observe('botticelli.actor.incarnation', () => eachPath(({ incarnation }) => incarnation)),
    observe('botticelli.actor.last_success_timestamp', () => eachPath(({ lastSuccessAt }) => seconds(lastSuccessAt))),
    observe('botticelli.actor.last_failure_timestamp', () => eachPath(({ lastFailureAt }) => seconds(lastFailureAt))),
    observe('botticelli.actor.state', () => states(named(), statesSeen)),
    observe('botticelli.bot.consecutive_failures', () => eachBot(({ consecutiveFailures }) => consecutiveFailures)),
    observe('botticelli.bot.restarts', () => eachBot(({ restarts }) => restarts)),
    observe('botticelli.bot.start_time', () => eachBot(({ startedAt }) => seconds(startedAt))),
    observe('botticelli.bot.last_success_timestamp', () =>
      eachBot(({ lastSuccessAt, startedAt }) => seconds(lastSuccessAt ?? startedAt)),
    ),
    observe('botticelli.bot.last_failure_timestamp', () => eachBot(({ lastFailureAt }) => seconds(lastFailureAt))),
  ]

  return {
    retire(record) {
      if (isSummed(record)) retired.set(record.kind, plus(retired.get(record.kind) ?? NOTHING, withoutWaiting(record)))
    },
    stop() {
      for (const end of ends) end()
    },
  }
}

const MAX_PATHS = 200

interface Series<T> {
  readonly value: T
  readonly labels: { readonly actor?: string; readonly actor_kind: string }
}

interface Totals {
  readonly depth: number
  readonly oldestAgeMs: number
  readonly restarts: number
  readonly handled: number
  readonly failed: number
  readonly deadLetters: number
}

const NOTHING: Totals = { depth: 0, oldestAgeMs: 0, restarts: 0, handled: 0, failed: 0, deadLetters: 0 }

function plus(totals: Totals, { mailbox, restarts, handled, failed, deadLetters }: ActorFigures): Totals {
  return {
    depth: totals.depth + mailbox.depth,
    oldestAgeMs: Math.max(totals.oldestAgeMs, mailbox.oldestAgeMs),
    restarts: totals.restarts + restarts,
    handled: totals.handled + handled,
    failed: totals.failed + failed,
    deadLetters: totals.deadLetters + deadLetters,
  }
}

/** What is gone waits for nothing. */
function withoutWaiting(record: ActorFigures): ActorFigures {
  return { ...record, mailbox: { depth: 0, highWater: 0, oldestAgeMs: 0 } }
}

function* byOutcome(
  series: Iterable<Series<{ readonly handled: number; readonly failed: number }>>,
): Iterable<Observation<'botticelli.actor.handled'>> {
  for (const { value, labels } of series) {
    yield { value: value.handled, labels: { ...labels, outcome: 'ok' } }
    yield { value: value.failed, labels: { ...labels, outcome: 'error' } }
  }
}

function* states(
  records: readonly ActorFigures[],
  seen: Map<string, Set<string>>,
): Iterable<Observation<'botticelli.actor.state'>> {
  const paths = new Set(records.map(({ path }) => path))
  for (const path of seen.keys()) if (!paths.has(path)) seen.delete(path)
  for (const { path, kind, state: present } of records) {
    const known = seen.get(path) ?? new Set()
    seen.set(path, known.add(present))
    for (const state of known) {
      yield { value: state === present ? 1 : 0, labels: { actor: path, actor_kind: kind, state } }
    }
  }
}

function countBy<L extends object>(records: readonly ActorFigures[], labelsOf: (record: ActorFigures) => L) {
  const groups = new Map<string, { value: number; labels: L }>()
  for (const record of records) {
    const labels = labelsOf(record)
    const key = Object.values(labels).join('\n')
    groups.set(key, { value: (groups.get(key)?.value ?? 0) + 1, labels })
  }
  return groups.values()
}

/** The last part of its path. */
function nameOf({ path }: ActorFigures): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function seconds(epochMs: number | undefined): number | undefined {
  return epochMs === undefined ? undefined : epochMs / 1_000
}
