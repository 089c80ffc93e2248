// Actor metrics: what the supervisor's records and events say, as series.
//
//   A1. An actor of a kind that lives long has series of its own, under its path. Their number is bounded by
//       configuration; from `MAX_PATHS` on an actor counts with its kind.
//   A2. The other kinds (executions, acts) have one series a kind, without `actor`, so that sums count nobody twice.
//   A3. A counter never falls while its actor lives, nor when an actor of a summed kind is gone.

import { BOT_STATES, type BotState, type BotType } from './instrument-table.ts'
import { count, record as measure, type Observation, observe } from './instruments.ts'

/** The part of a supervisor's record that is exported. Times are epoch milliseconds. */
export interface ActorFigures {
  readonly path: string
  readonly kind: string
  readonly incarnation: number
  readonly state: string
  readonly restarts: number
  readonly consecutiveFailures: number
  /** Messages that were handled, those that failed not among them. */
  readonly handled: number
  readonly failed: number
  readonly deadLetters: number
  readonly mailbox: { readonly depth: number; readonly highWater: number; readonly oldestAgeMs: number }
  readonly startedAt: number
  readonly lastSuccessAt?: number | undefined
  readonly lastFailureAt?: number | undefined
  /** Present while a message is in hand. */
  readonly busy?: unknown
  readonly paused?: unknown
  readonly breaker?: { readonly state: BreakerState; readonly trips: number; readonly recoveries: number } | undefined
}

type BreakerState = 'closed' | 'open' | 'half-open'

/** The part of a supervisor's events that is counted. */
export type ActorEvent = { readonly kind: string } & (
  | { readonly type: 'message'; readonly waitedMs: number }
  | { readonly type: 'handled'; readonly messageType: string; readonly durationMs: number; readonly ok: boolean }
  | { readonly type: 'dead-letter'; readonly letter: { readonly reason: string } }
)

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
  const summedKinds = new Set(options.summedKinds ?? ['run', 'execution', 'act'])
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

  function* botStates() {
    for (const record of options.records()) {
      if (options.botTypeOf?.(record) === undefined) continue
      const present = botStateOf(record)
      for (const state of BOT_STATES) yield { value: state === present ? 1 : 0, labels: { bot: nameOf(record), state } }
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
    observe('botticelli.circuit_breaker.state', () =>
      breakers(options.records(), ({ state }) => BREAKER_VALUES[state]),
    ),
    observe('botticelli.circuit_breaker.trips', () => breakers(options.records(), ({ trips }) => trips)),
    observe('botticelli.circuit_breaker.recoveries', () => breakers(options.records(), ({ recoveries }) => recoveries)),
    observe('botticelli.bot.consecutive_failures', () => eachBot(({ consecutiveFailures }) => consecutiveFailures)),
    observe('botticelli.bot.state', botStates),
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

/** Counts one event of the supervisor, by the kind of its actor. To be subscribed to the events of a system. */
export function countActorEvent(event: ActorEvent | { readonly type: string; readonly kind: string }): void {
  if (!isCounted(event)) return
  const actor_kind = event.kind
  switch (event.type) {
    case 'message':
      measure('botticelli.actor.mailbox.wait', event.waitedMs / 1_000, { actor_kind })
      break
    case 'handled':
      count('botticelli.actor.messages.processed', {
        actor_kind,
        message_type: event.messageType,
        outcome: event.ok ? 'ok' : 'error',
      })
      measure('messaging.process.duration', event.durationMs / 1_000, {
        'messaging.system': 'botticelli',
        'messaging.destination.template': actor_kind,
        'messaging.operation.name': 'process',
        'error.type': event.ok ? undefined : '_other',
      })
      break
    case 'dead-letter':
      count('botticelli.actor.dead_letters', { actor_kind, reason: event.letter.reason })
      break
  }
}

const MAX_PATHS = 200
const COUNTED = new Set(['message', 'handled', 'dead-letter'])
const BREAKER_VALUES = { closed: 0, open: 1, 'half-open': 2 } as const

function isCounted(event: { readonly type: string }): event is ActorEvent {
  return COUNTED.has(event.type)
}

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

function* breakers(
  records: Iterable<ActorFigures>,
  figure: (breaker: NonNullable<ActorFigures['breaker']>) => number,
): Iterable<Observation<'botticelli.circuit_breaker.state'>> {
  for (const { path, breaker } of records) {
    if (breaker !== undefined) yield { value: figure(breaker), labels: { target: path } }
  }
}

function botStateOf({ state, busy, paused }: ActorFigures): BotState {
  if (paused !== undefined) return 'paused'
  if (state === 'restarting') return 'backoff'
  if (state === 'stopping' || state === 'stopped') return 'stopped'
  return busy === undefined ? 'idle' : 'running'
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
