// Actor system: what a running tree of actors offers, and what it can be started with.

import type { AnyActorRef, InspectionEvent } from 'xstate'
import type { ChildSpec, EffectiveSpec, SupervisorSpec } from './child-spec.ts'
import type { Clock } from './clock.ts'
import type { SupervisionEvent } from './event.ts'
import type { Listener } from './event-stream.ts'
import type { Exit } from './exit.ts'
import type { InboxStore } from './inbox-store.ts'
import type { WatchdogOptions } from './loop-watchdog.ts'
import type { CallError, CallOutcome, ChildCounts, ChildStatus, Instance, StartChildOutcome } from './management.ts'
import type { AskOptions, DeadLetter, Delivered, Message, Meta, TellOptions, TellOutcome } from './message.ts'
import type { TimerStore } from './own-timers.ts'
import type { ActorRecord } from './record.ts'
import type { SnapshotStore } from './snapshot-store.ts'

export interface SystemOptions {
  /** Default the system's clock. */
  readonly clock?: Clock
  /** 0 to 1, for jitter. Default Math.random. */
  readonly random?: () => number
  /** Receives every inspection event of XState, from all actors of the tree. */
  readonly inspect?: (event: InspectionEvent) => void
  /** Where the state of actors that ask for it is kept. Default: nowhere. */
  readonly snapshots?: SnapshotStore
  /** Where messages of durable mailboxes are, and dead letters. Default: in memory, they end with the process. */
  readonly inbox?: InboxStore
  /** Where messages go whose path is not in this system. Default: they are dead letters. */
  readonly outside?: Outside
  /** Watches the event loop from a second thread. Default: nobody does. */
  readonly watchdog?: WatchdogOptions
  /** Listeners that hear of the start as well. */
  readonly listen?: Listener | readonly Listener[]
  /** Where own timers are kept. Default: nowhere, they end with the process. */
  readonly timers?: TimerStore
}

/** Another system that this one is a part of: a thread's way out. */
export interface Outside {
  tell(to: string, message: Delivered, options: TellOptions): TellOutcome
  ask(to: string, message: Delivered, options: AskOptions): Promise<unknown>
  reply(meta: Meta, result: unknown): void
}

export interface ActorSystem {
  /** Puts a message into a mailbox; never waits. Throws only what the inbox store of a durable mailbox throws. */
  tell(to: string, message: Message, options?: TellOptions): TellOutcome
  /** @throws AskError `ask-timeout`, `ask-refused` */
  ask<Result>(to: string, message: Message, options: AskOptions): Promise<Result>
  /** Hands over a message that has its meta already, from the system outside. */
  forward(to: string, message: Delivered): TellOutcome
  records(): Iterable<ActorRecord>
  record(path: string): ActorRecord | undefined
  /** Hears of everything that happens to the actors. What the listener throws first, the others hear of. */
  subscribe(listener: (event: SupervisionEvent) => void): () => void
  /** The XState actors of all paths that run now, supervisors as well; of those in another thread what stands for them. */
  actors(): Iterable<RunningActor>
  /** Sees every inspection event of XState from now on; costs nothing once ended. What it throws first, listeners hear of. */
  inspect(observer: (event: InspectionEvent) => void): () => void
  /** Hears that the state of some actor has changed. Unlike an inspector it costs the actors nothing else. */
  onChange(changed: () => void): () => void

  // OTP's management calls. They wait their turn behind whatever the supervisor is doing.
  startChild(supervisor: string, spec: ChildSpec | Instance): Promise<StartChildOutcome>
  restartChild(supervisor: string, id: string): Promise<StartChildOutcome>
  terminateChild(supervisor: string, id: string): Promise<CallOutcome>
  deleteChild(supervisor: string, id: string): Promise<CallOutcome>
  whichChildren(supervisor: string): Promise<readonly ChildStatus[] | CallError>
  countChildren(supervisor: string): Promise<ChildCounts | CallError>
  childSpec(supervisor: string, id: string): Promise<EffectiveSpec | CallError>
  reload(supervisor: string, spec: SupervisorSpec): Promise<CallOutcome>

  /** Ends an actor after the message in hand, before those that wait. Its supervisor sees a normal end, or the exit given. */
  stopActor(path: string, exit?: Exit): Promise<void>
  /** The actor takes nothing more, handles what waits, then ends normally. */
  drainActor(path: string): void
  /** Ends an actor or a supervisor at once, with all that is below it. Its supervisor sees `killed`, an abnormal end. */
  kill(path: string): void
  /** Holds an actor's messages back until `until` (epoch ms), or until `resume`. False: no such actor. */
  pause(path: string, options: { readonly reason: string; readonly until?: number }): boolean
  resume(path: string): boolean

  /** Oldest first; the list is bounded, and forgets the oldest. */
  deadLetters(): readonly DeadLetter[]
  /** Sends a dead letter again, as a first attempt; it leaves the list if it was taken. */
  redrive(id: string): TellOutcome
  /** Takes a dead letter off the list. False: it is not there. */
  dropDeadLetter(id: string): boolean

  /**
   * Stops everything in reverse order, within the shutdown times, then by force. `withinMs` limits the whole; a further
   * call may shorten it.
   */
  stop(options?: { readonly withinMs?: number; readonly exit?: Exit }): Promise<void>
  /** The root gave up, was stopped, or had nothing to do. */
  readonly ended: Promise<{ readonly reason: string }>
}

export interface RunningActor {
  readonly path: string
  readonly ref: AnyActorRef
}
