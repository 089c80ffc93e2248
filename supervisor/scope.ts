// Scope: what an actor is given of its surroundings.
//
// One scope belongs to one incarnation: with its end the signal is aborted, its timers are cleared, its watches are
// gone and its children are stopped. Its members are methods: call them on the scope, don't take them out of it.

import type { StartOutcome } from './cell.ts'
import type { ActorSpec, ChildSpec } from './child-spec.ts'
import type { Clock } from './clock.ts'
import type { AskOptions, Message, Meta, TellOptions, TellOutcome } from './message.ts'

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
