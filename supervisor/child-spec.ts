// Child specification: what a supervisor is told of each of its children.
//
// Owns the words (restart, shutdown, strategy) and their defaults. Checking is check-spec.ts, deciding restart-policy.ts.

import type { AnyActorLogic } from 'xstate'
import type { BreakerOptions } from './breaker.ts'
import type { Scope } from './scope.ts'

export const RESTARTS = ['permanent', 'transient', 'temporary'] as const
/** `permanent` always comes back, `transient` only after a crash, `temporary` never. */
export type Restart = (typeof RESTARTS)[number]

export const STRATEGIES = ['one_for_one', 'one_for_all', 'rest_for_one', 'simple_one_for_one'] as const
/** Which children share a crash: none, all, those started later; `simple_one_for_one` holds instances of one template. */
export type Strategy = (typeof STRATEGIES)[number]

export const AUTO_SHUTDOWNS = ['never', 'any_significant', 'all_significant'] as const
export type AutoShutdown = (typeof AUTO_SHUTDOWNS)[number]

export const CHILD_TYPES = ['worker', 'supervisor'] as const
export type ChildType = (typeof CHILD_TYPES)[number]

export const OVERFLOWS = ['reject', 'drop-oldest', 'drop-newest'] as const
/** What a full mailbox does: refuse the new message, push out the oldest, or drop the new one. All but `reject` leave a dead letter. */
export type Overflow = (typeof OVERFLOWS)[number]

/** Milliseconds a child gets to end when asked, or for ever, or none at all. */
export type ShutdownTime = number | 'infinity' | 'brutal_kill'

/** How long to wait before the n-th restart: `minMs · 2^n`, at most `maxMs`, times `1 + random · jitter`. */
export interface Backoff {
  readonly minMs: number
  readonly maxMs: number
  /** 0 to 1. Default 0.2. */
  readonly jitter?: number
  /** A life of this length starts again from `minMs`. Default half of minimum plus maximum. */
  readonly resetAfterMs?: number
}

export interface RestartLimit {
  readonly maxRestarts: number
  /** Window in ms; without it restarts are counted for ever. */
  readonly withinMs?: number
}

export const POLICY_ACTIONS = ['resume', 'restart', 'stop', 'escalate'] as const
/**
 * `resume`: the same incarnation goes on from the state before the message. `restart`: a fresh incarnation. `stop`: the
 * actor ends with its error. `escalate`: the parent fails with the same error.
 */
export type PolicyAction = (typeof POLICY_ACTIONS)[number]

/** What an actor does about an error of its own, before its supervisor hears of it. The first rule that matches counts. */
export interface PolicyRule {
  /** Names or codes of errors, `*` for all, or a test. */
  readonly on: readonly string[] | ((error: unknown) => boolean)
  readonly do: PolicyAction
  /** After so many restarts the actor is stopped with its error. */
  readonly limit?: RestartLimit
  readonly backoff?: Backoff
  /** False: its children outlive the restart. Default true. */
  readonly stopChildren?: boolean
  /** How many messages may wait while the actor is down. Default: the mailbox's capacity. */
  readonly stash?: number
}

/** What `start` gives back: any XState logic and its input. */
export interface Start {
  readonly logic: AnyActorLogic
  readonly input?: unknown
  /** Passed to whoever called `startChild` or `restartChild`. */
  readonly info?: unknown
}

export interface ActorSpec<_Output = unknown> {
  readonly id: string
  /** A label from a small set: bot, execution, act, platform, scheduler. */
  readonly kind: string
  /** Default permanent; below an actor (`runChild`, `startChild` of a scope) transient. */
  readonly restart?: Restart
  /** Called for each incarnation. `'ignore'` as in OTP: there is nothing to run, and that is fine. */
  start(scope: Scope, args?: unknown): Start | 'ignore' | Promise<Start | 'ignore'>
  /** Default 5,000 ms. */
  readonly shutdown?: ShutdownTime
  /** Its end may end the supervisor, see `autoShutdown`. Default false. */
  readonly significant?: boolean
  /** How it is counted by `countChildren`. Default worker. */
  readonly type?: ChildType
  /** Wait before restarts. Default: none, OTP's way. */
  readonly backoff?: Backoff
  /** A limit of its own, below the supervisor's: past it the child is given up and stays down, its siblings untouched. */
  readonly limit?: RestartLimit
  /** False: this error is not worth a restart, the child is given up at once with it. Default: always true. */
  restartOn?(error: unknown): boolean
  /** Rules for errors by kind; without them every error is the supervisor's business. */
  readonly policy?: readonly PolicyRule[]
  /** Called when an incarnation has crashed and another will follow. What it throws is told as a `fault`, and hinders nothing. */
  beforeRestart?(error: unknown, incarnation: number): void
  /**
   * Default capacity 1,000, overflow `reject`. The message in hand does not count. `durable`: what waits is kept in the
   * system's `inbox` until it is handled, control messages apart. Default not.
   */
  readonly mailbox?: { readonly capacity?: number; readonly overflow?: Overflow; readonly durable?: boolean }
  /** How often a message that was in hand at a crash is tried; then it is a dead letter. Default 3. False: it is gone with the crash. */
  readonly redeliver?: { readonly maxAttempts: number } | false
  /** Limit on handling one message, in ms: past it the actor crashes with `actor-deadline`. Default none. */
  readonly deadlineMs?: number
  /**
   * The actor counts as hung, and crashes with `actor-hung`, when it is at work this long without a sign of life: a change
   * of its state, a `scope.beat()`, or either of an actor below it. It is at work while a message is in hand, while its
   * state is not tagged `ready`, and, run by `runChild`, until it ends. Default never.
   */
  readonly hungAfterMs?: number
  /** Consecutive failures are forgotten after this long without one. Default: only a handled message forgets them. */
  readonly healthyAfterMs?: number
  /** Holds messages back after so many failures in a row. Default none. */
  readonly breaker?: BreakerOptions
  /** Keeps the state over a restart of the process, under `machine@version`. Needs the system's `snapshots`. Default: not kept. */
  readonly snapshot?: { readonly version: string }
}

export interface SupervisorSpec {
  readonly id: string
  /** Default supervisor. */
  readonly kind?: string
  readonly strategy: Strategy
  /** Restarts allowed within the period; one more ends the supervisor. Default 1. */
  readonly intensity?: number
  /** Default 5,000. */
  readonly periodMs?: number
  /** Default never. */
  readonly autoShutdown?: AutoShutdown
  /** Default permanent. */
  readonly restart?: Restart
  /** Default infinity: a supervisor needs the time its children need. */
  readonly shutdown?: ShutdownTime
  readonly significant?: boolean
  /** Wait before restarts of the supervisor itself. Default none. */
  readonly backoff?: Backoff
  /** In start order. Not for `simple_one_for_one`. */
  readonly children?: readonly ChildSpec[]
  /** What every instance is made from; `simple_one_for_one` only. */
  readonly template?: ChildSpec
  /** Most instances at a time; `simple_one_for_one` only. Default no limit. */
  readonly maxChildren?: number
  /** Called at each start; what it returns replaces the fields above. `'ignore'`: nothing to supervise, and that is fine. */
  init?(): Partial<SupervisorSpec> | 'ignore' | Promise<Partial<SupervisorSpec> | 'ignore'>
}

// biome-ignore lint/suspicious/noExplicitAny: a list of children holds actors of any output
export type ChildSpec = ActorSpec<any> | SupervisorSpec

export function isSupervisorSpec(spec: ChildSpec): spec is SupervisorSpec {
  return 'strategy' in spec
}

const DEFAULT_SHUTDOWN_MS = 5_000
export const DEFAULT_INTENSITY = 1
export const DEFAULT_PERIOD_MS = 5_000
export const DEFAULT_CAPACITY = 1_000
export const DEFAULT_MAX_ATTEMPTS = 3

export function shutdownOf(spec: ChildSpec): ShutdownTime {
  if (spec.shutdown !== undefined) return spec.shutdown
  return typeOf(spec) === 'supervisor' ? 'infinity' : DEFAULT_SHUTDOWN_MS
}

export function restartOf(spec: ChildSpec): Restart {
  return spec.restart ?? 'permanent'
}

export function typeOf(spec: ChildSpec): ChildType {
  return isSupervisorSpec(spec) ? 'supervisor' : (spec.type ?? 'worker')
}

/** A specification with its defaults. */
export interface EffectiveSpec {
  readonly id: string
  readonly restart: Restart
  readonly shutdown: ShutdownTime
  readonly type: ChildType
  readonly significant: boolean
}

export function effectiveSpec(spec: ChildSpec): EffectiveSpec {
  return {
    id: spec.id,
    restart: restartOf(spec),
    shutdown: shutdownOf(spec),
    type: typeOf(spec),
    significant: spec.significant ?? false,
  }
}
