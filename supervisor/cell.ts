// Cell: one address in the tree, over all the lives it has.
//
// Owns what outlives an incarnation and is common to actors and supervisors: path, counts, state, watchers. What runs in
// it is actor-cell.ts or supervisor-cell.ts; who is told of its end is its host.

import type { AnyActorRef } from 'xstate'
import { serializeError } from '../errors.ts'
import { type ChildSpec, effectiveSpec, type ShutdownTime } from './child-spec.ts'
import type { EventBody } from './event.ts'
import { describeExit, type Exit } from './exit.ts'
import type { Message } from './message.ts'
import type { ActorRecord } from './record.ts'
import type { Runtime } from './runtime.ts'

export const CELL_STATES = ['starting', 'running', 'restarting', 'stopping', 'stopped'] as const
export type CellState = (typeof CELL_STATES)[number]

/** What came of an attempt to start. */
export type StartOutcome =
  | { readonly is: 'started'; readonly info?: unknown }
  | { readonly is: 'ignored' }
  | { readonly is: 'failed'; readonly error: unknown }

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

/** Something that may be known at once or take a while. Most starts and stops need no time, and then cost no promise. */
export type Soon<Value> = Value | Promise<Value>

/** Failures that the record of one path tells of. */
const REMEMBERED_FAILURES = 5

export abstract class Cell {
  abstract readonly spec: ChildSpec
  abstract readonly kind: string
  readonly runtime: Runtime
  readonly host: Host | undefined
  readonly path: string
  state: CellState = 'starting'
  incarnation = 0
  restarts = 0
  deadLetters = 0
  startedAt = 0
  lastFailureAt: number | undefined
  /** The newest last. As they were thrown: their stacks are worked out only for those who ask. */
  #failures: { readonly at: number; readonly error: unknown }[] | undefined
  #watchers: Map<Watcher, Message | undefined> | undefined

  constructor(runtime: Runtime, host: Host | undefined, path: string) {
    this.runtime = runtime
    this.host = host
    this.path = path
    this.incarnation = runtime.lastIncarnation(path)
  }

  get id(): string {
    return this.spec.id
  }

  /** True while an incarnation runs. */
  abstract get alive(): boolean

  /** True when the last incarnation does not want its supervisor to hear of its end. */
  get isDetached(): boolean {
    return false
  }

  /** The XState actor of the incarnation that runs. */
  abstract get ref(): AnyActorRef | undefined

  /** Tries to start an incarnation, once. */
  abstract start(): Soon<StartOutcome>

  /** Ends the incarnation in order, within the time given, then by force. Settles when nothing of it is left. */
  abstract stop(exit: Exit, time: ShutdownTime): Soon<void>

  /** Ends the incarnation and all below it now. */
  abstract kill(): void

  /** Ends the incarnation now: in order, with this exit, as far as that takes no time, and what is left by force. */
  abstract endNow(exit: Exit): void

  /** Another specification for the lives to come. */
  abstract respecify(spec: ChildSpec): void

  abstract record(): ActorRecord

  /** Takes nothing more: it is about to end for good. */
  close(): void {}

  publish(body: EventBody): void {
    const { runtime } = this
    if (!runtime.observed) return
    runtime.publish({
      at: runtime.clock.now(),
      path: this.path,
      kind: this.kind,
      incarnation: this.incarnation,
      ...body,
    })
  }

  /** Notes a failure in the record. */
  failedWith(error: unknown): void {
    this.lastFailureAt = this.runtime.clock.now()
    this.#failures ??= []
    this.#failures.push({ at: this.lastFailureAt, error })
    if (this.#failures.length > REMEMBERED_FAILURES) this.#failures.shift()
  }

  get lastFailure(): { readonly at: number; readonly error: unknown } | undefined {
    return this.#failures?.at(-1)
  }

  /** What the records of actors and supervisors have in common. */
  protected commonRecord() {
    return {
      path: this.path,
      kind: this.kind,
      ...(this.host && { parent: this.host.path }),
      incarnation: this.incarnation,
      state: this.state,
      restarts: this.restarts,
      deadLetters: this.deadLetters,
      startedAt: this.startedAt,
      ...(this.lastFailureAt !== undefined && { lastFailureAt: this.lastFailureAt }),
      spec: effectiveSpec(this.spec),
      ...(this.#failures && this.#describeFailures(this.#failures)),
    }
  }

  #describeFailures(failures: readonly { readonly at: number; readonly error: unknown }[]) {
    const recentErrors = failures.map(({ at, error }) => ({ at, error: serializeError(error) }))
    return { recentErrors, lastError: recentErrors.at(-1)!.error }
  }

  watchedBy(watcher: Watcher, onDeath: Message | undefined): void {
    this.#watchers ??= new Map()
    this.#watchers.set(watcher, onDeath)
  }

  unwatchedBy(watcher: Watcher): void {
    this.#watchers?.delete(watcher)
  }

  /** The path has ended for good, or until someone starts it by hand: nobody is left waiting for it. */
  finish(exit: Exit): void {
    this.state = 'stopped'
    const watchers = this.#watchers
    this.#watchers = undefined
    if (watchers) for (const [watcher, onDeath] of watchers) watcher.terminated(this.path, describeExit(exit), onDeath)
  }

  /** `finish`, and the address itself is given up. */
  remove(exit: Exit): void {
    this.finish(exit)
    this.runtime.forget(this)
  }
}

/** Who watches a cell: one incarnation of an actor. */
export interface Watcher {
  terminated(path: string, reason: string, onDeath: Message | undefined): void
}
