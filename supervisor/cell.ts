// Cell: one address in the tree, over all the lives it has, and what the cells of a tree know of each other.
//
// Owns the contracts alone. What all cells have in common is base-cell.ts; what runs in one is actor-cell.ts or
// supervisor-cell.ts; the system around them is system.ts.

import type { Tracer } from '@opentelemetry/api'
import type { AnyActorRef } from 'xstate'
import type { SerializedError } from '../errors.ts'
import type { ChildSpec, StartOutcome } from './child-spec.ts'
import type { Clock } from './clock.ts'
import type { EventBody, SupervisionEvent } from './event.ts'
import type { Exit } from './exit.ts'
import type { Fault } from './faults.ts'
import type { InboxStore } from './inbox-store.ts'
import type { AskOptions, DeadLetterReason, Delivered, Message, Meta, NoticeOptions, TellOutcome } from './message.ts'
import type { OwnTimers } from './own-timers.ts'
import type { ActorRecord, CellState } from './record.ts'
import type { Turn } from './run-queue.ts'
import type { SnapshotStore } from './snapshot-store.ts'
import type { ShutdownTime } from './spec-words.ts'

/** Something that may be known at once or take a while. Most starts and stops need no time, and then cost no promise. */
export type Soon<Value> = Value | Promise<Value>

export interface Cell {
  readonly id: string
  readonly path: string
  readonly kind: string
  readonly spec: ChildSpec
  state: CellState
  readonly incarnation: number
  readonly startedAt: number
  /** True while an incarnation runs. */
  readonly alive: boolean
  /** True when the last incarnation does not want its supervisor to hear of its end. */
  readonly isDetached: boolean
  /** The XState actor of the incarnation that runs. */
  readonly ref: AnyActorRef | undefined
  /** The failure that was noted last, as it was thrown. */
  readonly lastFailure: { readonly at: number; readonly error: unknown } | undefined
  deadLetters: number
  /** Tries to start an incarnation, once. */
  start(): Soon<StartOutcome>
  /** Ends the incarnation in order, within the time given, then by force. Settles when nothing of it is left. */
  stop(exit: Exit, time: ShutdownTime): Soon<void>
  /** Ends the incarnation and all below it now. */
  kill(): void
  /** Ends the incarnation now: in order, with this exit, as far as that takes no time, and what is left by force. */
  endNow(exit: Exit): void
  /** Another specification for the lives to come. */
  respecify(spec: ChildSpec): void
  /** Takes nothing more: it is about to end for good. */
  close(): void
  /** The path has ended for good, or until someone starts it by hand: nobody is left waiting for it. */
  finish(exit: Exit): void
  /** `finish`, and the address itself is given up. */
  remove(exit: Exit): void
  publish(body: EventBody): void
  record(): ActorRecord
  watchedBy(watcher: Watcher, onDeath: Message | undefined): void
  unwatchedBy(watcher: Watcher): void
}

/** Who watches a cell: one incarnation of an actor. */
export interface Watcher {
  terminated(path: string, reason: string, onDeath: Message | undefined): void
}

/** An actor that sends: where from, and because of what. */
export interface Sender {
  readonly path: string
  /** Meta of the message in its hand. */
  readonly cause: Meta | undefined
}

/** Who holds a child: a supervisor, or an actor. */
export interface Host {
  readonly path: string
  /** Parent of the child's XState actor. */
  parentRef(): AnyActorRef | undefined
  /** An incarnation of the child has ended by itself. */
  childEnded(child: Cell, exit: Exit): void
  /** The child passes its error up. */
  childEscalated(child: Cell, error: unknown): Escalation
}

/** What a host does about an error passed up: fails with it, lets the child go on, or takes no errors over. */
export type Escalation = 'failed' | 'resume' | 'refused'

/** What a cell knows of the system it lives in. */
export interface Runtime {
  readonly clock: Clock
  readonly random: () => number
  /** Undefined when nobody collects spans. */
  readonly tracer: Tracer | undefined
  readonly snapshots: SnapshotStore | undefined
  readonly inbox: InboxStore | undefined
  readonly timers: OwnTimers
  /** True while anyone listens to events. */
  readonly observed: boolean
  publish(event: SupervisionEvent): void
  /** Tells that something threw which is nobody's crash. Without a cell it is the system's own. */
  fault(what: Fault, error: unknown, cell?: Cell): void
  tell(to: string, message: Message, options?: NoticeOptions, sender?: Sender): TellOutcome
  ask<Result>(to: string, message: Message, options: AskOptions, sender?: Sender): Promise<Result>
  reply(meta: Meta, result: unknown): void
  /** Puts an actor with a message in hand into the run queue. */
  schedule(turn: Turn): void
  deadLetter(
    to: string,
    message: Delivered,
    reason: DeadLetterReason,
    errors: readonly SerializedError[],
    cell?: Cell,
  ): void
  /** Messages have been put into the inbox store by somebody else: for this path, or for any. */
  storedElsewhere(to: string | undefined): void
  find(path: string): Cell | undefined
  /** The incarnation a path had when it was given up; 0 for a new one. */
  lastIncarnation(path: string): number
  /** Creates and registers a cell below its host; undefined when the path is taken. */
  create(host: Host, spec: ChildSpec, args?: unknown): Cell | undefined
  forget(cell: Cell): void
  /** Called by every supervisor that ends; the root's end is the system's. */
  rootEnded(cell: Cell, exit: Exit): void
}
