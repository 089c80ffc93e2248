// Actor metrics: what the supervisor's records say, as series.
//
//   A1. An actor of a kind that lives long has series of its own, under its path. Their number is bounded by
//       configuration; from `MAX_PATHS` on an actor counts with its kind.
//   A2. The other kinds (executions, acts) have one series a kind, without `actor`, so that sums count nobody twice.
//   A3. A counter never falls while its actor lives, nor when an actor of a summed kind is gone.

import { type BotFigures, observeBots } from './bot-metrics.ts'
import type { BotType } from './instrument-table.ts'
import { type Observation, observe } from './instruments.ts'
import { CIRCUIT_VALUES } from './provider-health.ts'

/** The part of a supervisor's record that is exported. Times are epoch milliseconds. */
export interface ActorFigures extends BotFigures {
  readonly path: string
  readonly kind: string
  readonly incarnation: number
  readonly restarts: number
  /** Messages that were handled, those that failed not among them. */
  readonly handled: number
  readonly failed: number
  readonly deadLetters: number
  readonly mailbox: { readonly depth: number; readonly highWater: number; readonly oldestAgeMs: number }
  readonly breaker?: Breaker | undefined
}

interface Breaker {
  readonly state: 'closed' | 'open' | 'half-open'
  readonly trips: number
  readonly recoveries: number
}

export interface ActorMetricsOptions {
  /** Every actor that lives now. */
  readonly records: () => Iterable<ActorFigures>
  /** Kinds that are summed instead of named. Default: run, execution, act. */
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
  const { records, summedKinds = ['run', 'execution', 'act'], botTypeOf = () => undefined } = options
  const retired = new Map<string, Totals>()
  const statesSeen = new Map<string, Set<string>>()

  /** Those with a name, and the sums of the others by their kind. */
  function split() {
    const named: ActorFigures[] = []
    const kinds = new Map(retired)
    for (const record of records()) {
      if (!summedKinds.includes(record.kind) && named.length < MAX_PATHS) named.push(record)
      else kinds.set(record.kind, plus(kinds.get(record.kind), totalsOf(record)))
    }
    return { named, kinds }
  }

  function* ofAll(figure: (totals: Totals) => number): Iterable<Observation<'botticelli.actor.mailbox.depth'>> {
    const { named, kinds } = split()
    for (const record of named) yield { value: figure(totalsOf(record)), labels: labelsOf(record) }
    for (const [actor_kind, totals] of kinds) yield { value: figure(totals), labels: { actor_kind } }
  }
  function* ofNamed(figure: (record: ActorFigures) => number | undefined) {
    for (const record of split().named) {
      const value = figure(record)
      if (value !== undefined) yield { value, labels: labelsOf(record) }
    }
  }
  function* outcomes(): Iterable<Observation<'botticelli.actor.handled'>> {
    for (const { value, labels } of ofAll(({ handled }) => handled))
      yield { value, labels: { ...labels, outcome: 'ok' } }
    for (const { value, labels } of ofAll(({ failed }) => failed))
      yield { value, labels: { ...labels, outcome: 'error' } }
  }

  const ends = [
    observe('botticelli.actor.live', () => countBy(records(), ({ kind }) => ({ actor_kind: kind }))),
    observe('botticelli.supervisor.children', () => countBy(records(), ({ kind, state }) => ({ kind, state }))),
    observe('botticelli.actor.mailbox.depth', () => ofAll(({ depth }) => depth)),
    observe('botticelli.actor.mailbox.oldest_age', () => ofAll(({ oldestAgeMs }) => oldestAgeMs / 1_000)),
    observe('botticelli.actor.mailbox.high_water', () => ofNamed(({ mailbox }) => mailbox.highWater)),
    observe('botticelli.actor.restarts', () => ofAll(({ restarts }) => restarts)),
    observe('botticelli.actor.given_up', () => ofAll(({ deadLetters }) => deadLetters)),
    observe('botticelli.actor.handled', outcomes),
    observe('botticelli.actor.consecutive_failures', () => ofNamed(({ consecutiveFailures }) => consecutiveFailures)),
    observe('botticelli.actor.incarnation', () => ofNamed(({ incarnation }) => incarnation)),
    observe('botticelli.actor.last_success_timestamp', () => ofNamed(({ lastSuccessAt }) => inSeconds(lastSuccessAt))),
    observe('botticelli.actor.last_failure_timestamp', () => ofNamed(({ lastFailureAt }) => inSeconds(lastFailureAt))),
    observe('botticelli.actor.state', () => states(split().named, statesSeen)),
    observe('botticelli.circuit_breaker.state', () => breakers(records(), ({ state }) => CIRCUIT_VALUES[state])),
    observe('botticelli.circuit_breaker.trips', () => breakers(records(), ({ trips }) => trips)),
    observe('botticelli.circuit_breaker.recoveries', () => breakers(records(), ({ recoveries }) => recoveries)),
    observeBots(function* () {
      for (const record of records()) {
        const type = botTypeOf(record)
        if (type !== undefined)
          yield { bot: record.path.slice(record.path.lastIndexOf('/') + 1), type, figures: record }
      }
    }),
  ]

  return {
    retire(record) {
      if (!summedKinds.includes(record.kind)) return
      const gone = { ...totalsOf(record), depth: 0, oldestAgeMs: 0 } // what is gone waits for nothing
      retired.set(record.kind, plus(retired.get(record.kind), gone))
    },
    stop() {
      for (const end of ends) end()
    },
  }
}

const MAX_PATHS = 200

/** What can be added up over actors; of ages the greatest counts. */
interface Totals {
  readonly depth: number
  readonly oldestAgeMs: number
  readonly restarts: number
  readonly handled: number
  readonly failed: number
  readonly deadLetters: number
}

function totalsOf({ mailbox: { depth, oldestAgeMs }, restarts, handled, failed, deadLetters }: ActorFigures): Totals {
  return { depth, oldestAgeMs, restarts, handled, failed, deadLetters }
}

function plus(a: Totals | undefined, b: Totals): Totals {
  if (a === undefined) return b
  return {
    depth: a.depth + b.depth,
    oldestAgeMs: Math.max(a.oldestAgeMs, b.oldestAgeMs),
    restarts: a.restarts + b.restarts,
    handled: a.handled + b.handled,
    failed: a.failed + b.failed,
    deadLetters: a.deadLetters + b.deadLetters,
  }
}

function labelsOf({ path, kind }: ActorFigures) {
  return { actor: path, actor_kind: kind }
}

/** @param seen states that each path was in before; paths that are gone are forgotten */
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

function* breakers(records: Iterable<ActorFigures>, figure: (breaker: Breaker) => number) {
  for (const { path, breaker } of records) {
    if (breaker !== undefined) yield { value: figure(breaker), labels: { target: path } }
  }
}

function countBy<L extends object>(records: Iterable<ActorFigures>, labelsOf: (record: ActorFigures) => L) {
  const groups = new Map<string, { value: number; labels: L }>()
  for (const record of records) {
    const labels = labelsOf(record)
    const key = Object.values(labels).join('\n')
    groups.set(key, { value: (groups.get(key)?.value ?? 0) + 1, labels })
  }
  return groups.values()
}

function inSeconds(epochMs: number | undefined): number | undefined {
  return epochMs === undefined ? undefined : epochMs / 1_000
}
