// Base cell: what actors and supervisors have in common as addresses.
//
// Owns what outlives an incarnation: path, counts, state, watchers, and the failures that the record tells of.

import type { AnyActorRef } from 'xstate'
import { serializeError } from '../errors.ts'
import type { Cell, Host, Runtime, Soon, Watcher } from './cell.ts'
import { type ChildSpec, effectiveSpec, type StartOutcome } from './child-spec.ts'
import type { EventBody } from './event.ts'
import { describeExit, type Exit } from './exit.ts'
import type { Message } from './message.ts'
import type { ActorRecord, CellState } from './record.ts'
import type { ShutdownTime } from './spec-words.ts'

/** Failures that the record of one path tells of. */
const REMEMBERED_FAILURES = 5

export abstract class BaseCell implements Cell {
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

  abstract get alive(): boolean

  get isDetached(): boolean {
    return false
  }

  abstract get ref(): AnyActorRef | undefined

  abstract start(): Soon<StartOutcome>

  abstract stop(exit: Exit, time: ShutdownTime): Soon<void>

  abstract kill(): void

  abstract endNow(exit: Exit): void

  abstract respecify(spec: ChildSpec): void

  abstract record(): ActorRecord

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
