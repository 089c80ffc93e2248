// Runtime: what a cell knows of the system it lives in. system.ts is the one that keeps it.

import type { Tracer } from '@opentelemetry/api'
import type { SerializedError } from '../errors.ts'
import type { ActorCell } from './actor-cell.ts'
import type { Cell, Host } from './cell.ts'
import type { ChildSpec } from './child-spec.ts'
import type { Clock } from './clock.ts'
import type { SupervisionEvent } from './event.ts'
import type { Exit } from './exit.ts'
import type { Fault } from './faults.ts'
import type { InboxStore } from './inbox-store.ts'
import type { AskOptions, DeadLetterReason, Delivered, Message, Meta, NoticeOptions, TellOutcome } from './message.ts'
import type { OwnTimers } from './own-timers.ts'
import type { Turn } from './run-queue.ts'
import type { SnapshotStore } from './snapshot-store.ts'

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
  tell(to: string, message: Message, options?: NoticeOptions, sender?: ActorCell): TellOutcome
  ask<Result>(to: string, message: Message, options: AskOptions, sender?: ActorCell): Promise<Result>
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
