// Child specification: what a supervisor is told of each of its children, and what a child is given in return.
//
// Owns the specifications with their defaults, and the scope that a start is called with: each names the other. The words
// are in spec-words.ts, checking is check-spec.ts, deciding restart-policy.ts.

import type { AnyActorLogic } from 'xstate'
import type { BreakerOptions } from './breaker.ts'
import type { Clock } from './clock.ts'
import type { AskOptions, Message, Meta, TellOptions, TellOutcome } from './message.ts'
import type {
  AutoShutdown,
  Backoff,
  ChildType,
  Overflow,
  PolicyRule,
  Restart,
  RestartLimit,
  ShutdownTime,
  Strategy,
} from './spec-words.ts'

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

/** What came of an attempt to start. */
export type StartOutcome =
  | { readonly is: 'started'; readonly info?: unknown }
  | { readonly is: 'ignored' }
  | { readonly is: 'failed'; readonly error: unknown }

/**
 * What an actor is given of its surroundings. One scope belongs to one incarnation: with its end the signal is aborted,
 * its timers are cleared, its watches are gone and its children are stopped. Its members are methods: call them on the
 * scope, don't take them out of it.
 */
export interface Scope {
  readonly path: string
  /** Which life of the path this is, from 1. */
  readonly incarnation: number
  /** Aborted when this incarnation ends, for whatever reason, and when it misses a deadline. */
  readonly signal: AbortSignal
  /** Timers set on it are cleared when this incarnation ends; what they throw crashes the actor, not the process. */
  readonly clock: Clock
  /** Puts a message into a mailbox; never waits. Throws only what the inbox store of a durable mailbox throws. */
  tell(to: string, message: Message, options?: TellOptions): TellOutcome
  /**
   * Sends a message and waits for its answer.
   * @throws AskError `ask-timeout`, or `ask-refused` when nobody will ever answer
   */
  ask<Result>(to: string, message: Message, options: AskOptions): Promise<Result>
  /** Answers an ask that is in hand. */
  reply(meta: Meta, result: unknown): void
  /**
   * Starts a child below this actor and settles with its final outcome: its XState output, or the error it was given up
   * with. Restarts in between don't settle it. A child without a `limit` may restart once in 5 s.
   */
  runChild<Output>(spec: ActorSpec<Output>): Promise<Output>
  /** Starts a child below this actor and settles once it has started or failed to. */
  startChild(spec: ChildSpec): Promise<StartOutcome>
  /** Stops a child of this actor, within its shutdown time. */
  stopChild(id: string): Promise<void>
  /** Ids of the living children, in start order. */
  children(): readonly string[]
  /** Has `onDeath` (default `actor.terminated`, with path and reason) delivered when that actor has ended for good. */
  watch(path: string, onDeath?: Message): void
  /** A notice that has come and is not handled yet is taken back. */
  unwatch(path: string): void
  /** Run when the actor is asked to stop, with the time that its spec gives; the actor ends when it has settled. */
  onShutdown(run: () => Promise<void> | void): void
  /**
   * Detaches this incarnation from its supervisor, as OTP's `unlink`: its end by itself is not heard of there. Nothing is
   * restarted, and it is listed as running until it is terminated; the next incarnation is attached again. It is stopped,
   * waited for and killed like any other. Below an actor it does nothing.
   */
  detach(): void
  /** Tells the watchdog that this actor is alive while it works on one message. */
  beat(): void
  /** A message to itself at `at` (epoch ms), kept over a restart of the process; a second one of the same id replaces the first. */
  setTimer(id: string, at: number, message: Message): void
  clearTimer(id: string): void
}

/** What a watcher receives. */
export interface Terminated extends Message {
  readonly type: 'actor.terminated'
  readonly path: string
  /** `normal`, `shutdown`, `error:Name`, `killed`; `noproc` if it was gone already. */
  readonly reason: string
}

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
