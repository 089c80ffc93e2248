// Actor system: the tree, its addresses, and the ways in from outside.
//
// Owns the table of paths, the events, the dead letters and the asks. The cells do the rest.

import type { Tracer } from '@opentelemetry/api'
import { type AnyActorRef, createActor, type InspectionEvent } from 'xstate'
import { type SerializedError, serializeError } from '../errors.ts'
import { ActorCell } from './actor-cell.ts'
import { Asks } from './asks.ts'
import type { Cell, Host, Runtime, Sender } from './cell.ts'
import { type ChildSpec, type EffectiveSpec, isSupervisorSpec, type SupervisorSpec, shutdownOf } from './child-spec.ts'
import { type Clock, systemClock } from './clock.ts'
import { DeadLetters } from './dead-letters.ts'
import type { SupervisionEvent } from './event.ts'
import { describeExit, type Exit, NORMAL, SHUTDOWN } from './exit.ts'
import { type Fault, Faults } from './faults.ts'
import type { InboxStore } from './inbox-store.ts'
import type { Beyond } from './life.ts'
import { type LoopBlock, LoopWatchdog, type WatchdogOptions } from './loop-watchdog.ts'
import type {
  CallError,
  CallOutcome,
  ChildCounts,
  ChildStatus,
  Instance,
  Management,
  StartChildOutcome,
} from './management.ts'
import type {
  AskOptions,
  DeadLetter,
  DeadLetterReason,
  Delivered,
  Message,
  Meta,
  NoticeOptions,
  TellOptions,
  TellOutcome,
} from './message.ts'
import { OwnTimers, type StoredTimer, type TimerStore } from './own-timers.ts'
import type { ActorRecord } from './record.ts'
import { RunQueue, type Turn } from './run-queue.ts'
import type { SnapshotStore } from './snapshot-store.ts'
import { SupervisorCell } from './supervisor-cell.ts'
import { activeTracer, injectActive } from './trace-context.ts'
import { prepareSystem } from './xstate-internals.ts'

/** What it throws is told to the others, the first time. */
type Listener = (event: SupervisionEvent) => void

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
  /** The XState actors of all paths that run now, supervisors as well. */
  actors(): Iterable<RunningActor>
  /** Sees every inspection event of XState from now on; costs nothing once ended. What it throws first, listeners hear of. */
  inspect(observer: (event: InspectionEvent) => void): () => void

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

/**
 * Starts a tree of actors and settles when all of it has started.
 * @throws SpecError for a specification that is not valid, FailedToStartChild when a start fails; nothing is left running
 */
export async function startSystem(root: SupervisorSpec, options: SystemOptions = {}): Promise<ActorSystem> {
  const system = new System(options)
  await system.start(root)
  return system
}

/** Ended paths whose last incarnation is remembered, so that numbers are not used twice soon. */
const REMEMBERED_PATHS = 10_000
const FORGOTTEN_AT_ONCE = 1_000

class System implements ActorSystem, Runtime {
  readonly clock: Clock
  readonly random: () => number
  readonly tracer: Tracer | undefined
  readonly snapshots: SnapshotStore | undefined
  readonly inbox: InboxStore | undefined
  readonly timers: OwnTimers
  readonly ended: Promise<{ readonly reason: string }>
  readonly #ended = Promise.withResolvers<{ readonly reason: string }>()
  readonly #inspect: ((event: InspectionEvent) => void) | undefined
  readonly #cells = new Map<string, Cell>()
  readonly #past = new Map<string, number>()
  readonly #listeners = new Set<(event: SupervisionEvent) => void>()
  readonly #faults = new Faults()
  readonly #letters = new DeadLetters()
  readonly #asks: Asks
  readonly #queue: RunQueue
  readonly #outside: Outside | undefined
  readonly #watchdog: LoopWatchdog | undefined
  readonly #idPrefix: string
  #ids = 0
  #root: SupervisorCell | undefined
  #stopped: Promise<void> | undefined

  constructor(options: SystemOptions) {
    this.clock = options.clock ?? systemClock
    this.random = options.random ?? Math.random
    this.snapshots = options.snapshots
    this.inbox = options.inbox
    this.tracer = activeTracer()
    this.timers = new OwnTimers(
      this.clock,
      options.timers,
      (timer) => this.#ring(timer),
      (error, path) => this.fault('timers', error, this.#cells.get(path)),
    )
    this.ended = this.#ended.promise
    this.#inspect = options.inspect
    this.#outside = options.outside
    this.#watchdog =
      options.watchdog &&
      new LoopWatchdog(
        options.watchdog,
        (block) => this.#blocked(block),
        (error) => this.fault('watchdog', error),
      )
    this.#queue = new RunQueue(this.#watchdog)
    for (const listener of [options.listen ?? []].flat() as Listener[]) this.#listeners.add(listener)
    this.#asks = new Asks(this.clock)
    // Ids must not repeat over restarts of the process: they end up in stores.
    this.#idPrefix = `${this.clock.now().toString(36)}${Math.floor(this.random() * 2 ** 32).toString(36)}-`
  }

  async start(spec: SupervisorSpec): Promise<void> {
    const root = new SupervisorCell(this, undefined, '/', spec, (logic) => this.#createRoot(spec.id, logic))
    this.#root = root
    this.#cells.set('/', root)
    const outcome = await root.start()
    if (outcome.is === 'failed') {
      this.#close('failed to start')
      throw outcome.error
    }
    if (outcome.is === 'ignored') this.#close('ignored')
    else this.timers.rearm()
  }

  #createRoot(id: string, logic: Parameters<typeof createActor>[0]): AnyActorRef {
    const inspect = this.#inspect
    const ref = createActor(logic, {
      id,
      clock: this.clock as never,
      logger: () => {},
      ...(inspect && { inspect: this.#guarded(inspect) }),
    } as never) as AnyActorRef
    prepareSystem(ref, this.clock)
    return ref
  }

  // ------------------------------------------------------------------ messages

  tell(to: string, message: Message, options?: NoticeOptions, sender?: Sender): TellOutcome {
    const delivered = this.#address(message, options, sender)
    return this.#post(to, delivered, options?.control ?? false)
  }

  #post(to: string, message: Delivered, control: boolean): TellOutcome {
    const { id } = message.meta
    const cell = this.#cells.get(to)
    if (cell instanceof ActorCell) {
      const refusal = cell.delivery.accept(message, control)
      if (refusal === undefined) return { accepted: true, id }
      if (refusal === 'stopped') this.deadLetter(to, message, 'stopped', [], cell)
      return { accepted: false, reason: refusal }
    }
    if (cell !== undefined) {
      // A supervisor has no mailbox: what it is asked to do comes as a call.
      this.deadLetter(to, message, 'unhandled', [], cell)
      return { accepted: false, reason: 'unknown' }
    }
    if (this.#outside) return this.#outside.tell(to, message, { control })
    const reason = this.#past.has(to) ? 'stopped' : 'unknown'
    this.deadLetter(to, message, reason, [])
    return { accepted: false, reason }
  }

  #address(message: Message, options: NoticeOptions | undefined, sender: Sender | undefined): Delivered {
    const id = this.#idPrefix + (this.#ids++).toString(36)
    const cause = sender?.cause
    const meta: { -readonly [Key in keyof Meta]: Meta[Key] } = {
      id,
      correlationId: options?.correlationId ?? cause?.correlationId ?? id,
      sentAt: this.clock.now(),
      attempt: 1,
    }
    const causationId = options?.causationId ?? cause?.id
    if (causationId !== undefined) meta.causationId = causationId
    if (sender) meta.from = sender.path
    if (options?.traceparent !== undefined) {
      meta.traceparent = options.traceparent
      if (options.tracestate !== undefined) meta.tracestate = options.tracestate
    } else if (this.tracer) {
      Object.assign(meta, injectActive())
    } else if (cause?.traceparent !== undefined) {
      meta.traceparent = cause.traceparent
      if (cause.tracestate !== undefined) meta.tracestate = cause.tracestate
    }
    if (options?.deathOf !== undefined) meta.deathOf = options.deathOf
    if (options?.deadlineMs !== undefined) meta.deadlineMs = options.deadlineMs
    if (options?.expiresInMs !== undefined) meta.expiresAt = meta.sentAt + options.expiresInMs
    return { ...message, meta }
  }

  ask<Result>(to: string, message: Message, options: AskOptions, sender?: Sender): Promise<Result> {
    const delivered = this.#address(message, options, sender)
    if (this.#outside && !this.#cells.has(to)) return this.#outside.ask(to, delivered, options) as Promise<Result>
    const answer = this.#asks.wait(delivered.meta.id, to, message.type, options.timeoutMs)
    const outcome = this.#post(to, delivered, options.control ?? false)
    if (!outcome.accepted) this.#asks.refuse(delivered.meta.id, outcome.reason)
    return answer as Promise<Result>
  }

  reply(meta: Meta, result: unknown): void {
    if (!this.#asks.answer(meta.id, result)) this.#outside?.reply(meta, result)
  }

  forward(to: string, message: Delivered): TellOutcome {
    return this.#post(to, message, false)
  }

  storedElsewhere(to: string | undefined): void {
    for (const cell of to === undefined ? this.#cells.values() : [this.#cells.get(to)]) {
      if (cell instanceof ActorCell) cell.delivery.look()
    }
  }

  schedule(turn: Turn): void {
    this.#queue.add(turn)
  }

  #ring({ path, message, traceparent }: StoredTimer): void {
    this.tell(path, message, { ...(traceparent !== undefined && { traceparent }) })
  }

  // ------------------------------------------------------------------ dead letters

  deadLetter(
    to: string,
    message: Delivered,
    reason: DeadLetterReason,
    errors: readonly SerializedError[],
    cell?: Cell,
  ): void {
    const letter: DeadLetter = { id: message.meta.id, at: this.clock.now(), to, reason, message, errors }
    this.#letters.add(letter)
    this.#keep(letter)
    if (cell) cell.deadLetters++
    if (this.#asks.size > 0) this.#asks.refuse(letter.id, reason)
    if (!this.observed) return
    const { kind = 'unknown', incarnation = this.lastIncarnation(to) } = cell ?? {}
    this.publish({ at: letter.at, path: to, kind, incarnation, type: 'dead-letter', letter })
  }

  /** Where it cannot be kept, a durable message stays in the inbox store and is given up again later. */
  #keep(letter: DeadLetter): void {
    try {
      this.inbox?.giveUp(letter)
    } catch (error) {
      // The event of the letter tells of it too, and the list in memory has it.
      this.fault('inbox', error, this.#cells.get(letter.to))
    }
  }

  deadLetters(): readonly DeadLetter[] {
    return this.#letters.list()
  }

  redrive(id: string): TellOutcome {
    const letter = this.#letters.take(id)
    const kept = this.inbox?.redrive(id)
    if (kept !== undefined) return this.#deliverStored(kept.to, kept.message)
    if (letter === undefined) return { accepted: false, reason: 'unknown' }
    const { expiresAt: _, ...meta } = letter.message.meta
    return this.#post(letter.to, { ...letter.message, meta: { ...meta, sentAt: this.clock.now(), attempt: 1 } }, false)
  }

  /** A message that the inbox store has. Where nobody has that path now, it waits there. */
  #deliverStored(to: string, message: Delivered): TellOutcome {
    const cell = this.#cells.get(to)
    if (cell instanceof ActorCell && !cell.delivery.isDurable) {
      this.inbox?.ack(message.meta.id)
      return this.#post(to, message, false)
    }
    if (cell instanceof ActorCell) cell.delivery.deliverStored(message)
    return { accepted: true, id: message.meta.id }
  }

  dropDeadLetter(id: string): boolean {
    const kept = this.inbox?.drop(id) ?? false
    return this.#letters.take(id) !== undefined || kept
  }

  // ------------------------------------------------------------------ events and records

  #blocked({ path = '/', noticedAfterMs }: LoopBlock): void {
    const { kind = 'unknown', incarnation = 0 } = this.#cells.get(path) ?? {}
    this.publish({ at: this.clock.now(), path, kind, incarnation, type: 'loop-blocked', noticedAfterMs })
  }

  get observed(): boolean {
    return this.#listeners.size > 0
  }

  publish(event: SupervisionEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        // Whoever watches must not hurt what is watched, nor whoever else watches.
        if (this.#faults.isFirstOf(listener)) this.#observerThrew('listener', error, listener)
      }
    }
  }

  fault(what: Fault, error: unknown, cell: Cell | undefined = this.#root): void {
    if (!this.#faults.isNew(cell?.path ?? '/', what)) return
    this.publish(this.#faultEvent(what, error, cell))
  }

  #faultEvent(what: Fault, error: unknown, cell: Cell | undefined): SupervisionEvent {
    const { path = '/', kind = 'unknown', incarnation = 0 } = cell ?? {}
    return { at: this.clock.now(), path, kind, incarnation, type: 'fault', what, error: serializeError(error) }
  }

  /** Tells the others of it; where there is nobody, Node prints its warning. */
  #observerThrew(what: 'listener' | 'inspector', error: unknown, observer: object): void {
    const others = [...this.#listeners].filter((listener) => listener !== observer)
    if (others.length > 0) this.publish(this.#faultEvent(what, error, this.#root))
    else process.emitWarning(`The ${what} of an actor system threw: ${String(error)}`, 'SupervisionWarning')
  }

  /** What an inspector throws would reach whoever sent the event. */
  #guarded(observer: (event: InspectionEvent) => void): (event: InspectionEvent) => void {
    return (event) => {
      try {
        observer(event)
      } catch (error) {
        if (this.#faults.isFirstOf(observer)) this.#observerThrew('inspector', error, observer)
      }
    }
  }

  subscribe(listener: (event: SupervisionEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  *actors(): Iterable<RunningActor> {
    for (const { path, ref } of this.#cells.values()) if (ref !== undefined) yield { path, ref }
  }

  inspect(observer: (event: InspectionEvent) => void): () => void {
    const subscription = this.#root?.ref?.system.inspect(this.#guarded(observer))
    return () => subscription?.unsubscribe()
  }

  *records(): Iterable<ActorRecord> {
    for (const cell of this.#cells.values()) {
      yield cell.record()
      const beyond = beyondOf(cell)
      if (beyond) yield* beyond.records()
    }
  }

  record(path: string): ActorRecord | undefined {
    const cell = this.#cells.get(path)
    if (cell !== undefined) return cell.record()
    return this.#beyond(path)
      ?.records()
      .find((record) => record.path === path)
  }

  /** Where an actor lives that is in no cell of this system, but below one. */
  #beyond(path: string): Beyond | undefined {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const cell = this.#cells.get(path.slice(0, end))
      if (cell !== undefined) return beyondOf(cell)
    }
    return undefined
  }

  // ------------------------------------------------------------------ addresses

  find(path: string): Cell | undefined {
    return this.#cells.get(path)
  }

  lastIncarnation(path: string): number {
    return this.#cells.get(path)?.incarnation ?? this.#past.get(path) ?? 0
  }

  create(host: Host, spec: ChildSpec, args?: unknown): Cell | undefined {
    const path = host.path === '/' ? `/${spec.id}` : `${host.path}/${spec.id}`
    if (this.#cells.has(path)) return undefined
    const cell = isSupervisorSpec(spec)
      ? new SupervisorCell(this, host, path, spec)
      : new ActorCell(this, host, path, spec, args)
    this.#cells.set(path, cell)
    return cell
  }

  forget(cell: Cell): void {
    if (this.#cells.get(cell.path) !== cell) return
    this.#cells.delete(cell.path)
    this.#past.delete(cell.path)
    this.#past.set(cell.path, cell.incarnation)
    if (this.#past.size < REMEMBERED_PATHS + FORGOTTEN_AT_ONCE) return
    // A map looks for its first key among all that were deleted before: one by one would cost a walk each.
    for (const path of this.#past.keys()) {
      this.#past.delete(path)
      if (this.#past.size === REMEMBERED_PATHS) return
    }
  }

  // ------------------------------------------------------------------ calls

  async #supervisor<Result>(path: string, call: (calls: Management) => Promise<Result>): Promise<Result | CallError> {
    const cell = this.#cells.get(path)
    return cell instanceof SupervisorCell ? call(cell.calls) : { error: 'noproc' }
  }

  startChild(supervisor: string, spec: ChildSpec | Instance) {
    return this.#supervisor(supervisor, (calls) => calls.startChild(spec))
  }

  restartChild(supervisor: string, id: string) {
    return this.#supervisor(supervisor, (calls) => calls.restartChild(id))
  }

  terminateChild(supervisor: string, id: string) {
    return this.#supervisor(supervisor, (calls) => calls.terminateChild(id))
  }

  deleteChild(supervisor: string, id: string) {
    return this.#supervisor(supervisor, (calls) => calls.deleteChild(id))
  }

  whichChildren(supervisor: string) {
    return this.#supervisor(supervisor, (calls) => calls.whichChildren())
  }

  countChildren(supervisor: string) {
    return this.#supervisor(supervisor, (calls) => calls.countChildren())
  }

  childSpec(supervisor: string, id: string) {
    return this.#supervisor(supervisor, (calls) => calls.childSpec(id))
  }

  reload(supervisor: string, spec: SupervisorSpec) {
    return this.#supervisor(supervisor, (calls) => calls.reload(spec))
  }

  // ------------------------------------------------------------------ orders to one actor

  async stopActor(path: string, exit: Exit = NORMAL): Promise<void> {
    const cell = this.#cells.get(path)
    if (cell === undefined) return this.#beyond(path)?.stop(path)
    cell.close()
    await cell.stop(exit, shutdownOf(cell.spec))
  }

  drainActor(path: string): void {
    const cell = this.#cells.get(path)
    if (cell instanceof ActorCell) cell.delivery.drain()
  }

  kill(path: string): void {
    const cell = this.#cells.get(path)
    if (cell === undefined) this.#beyond(path)?.kill(path)
    else cell.kill()
  }

  pause(path: string, { reason, until }: { readonly reason: string; readonly until?: number }): boolean {
    const cell = this.#cells.get(path)
    if (!(cell instanceof ActorCell)) return false
    cell.delivery.pause({ reason, ...(until !== undefined && { until }) })
    return true
  }

  resume(path: string): boolean {
    const cell = this.#cells.get(path)
    if (!(cell instanceof ActorCell)) return false
    cell.delivery.resume()
    return true
  }

  // ------------------------------------------------------------------ end

  stop({ withinMs, exit = SHUTDOWN }: { readonly withinMs?: number; readonly exit?: Exit } = {}): Promise<void> {
    if (this.#stopped === undefined) this.#stopped = this.#stop(exit, withinMs)
    else if (withinMs !== undefined) this.#hurry(this.#stopped, withinMs)
    return this.#stopped
  }

  /** A further call gives less time than the first. */
  #hurry(stopped: Promise<void>, withinMs: number): void {
    const timer = this.clock.setTimeout(() => this.#root?.kill(), withinMs)
    void stopped.finally(() => this.clock.clearTimeout(timer))
  }

  async #stop(exit: Exit, withinMs: number | undefined): Promise<void> {
    await this.#root?.stop(exit, withinMs ?? 'infinity')
  }

  rootEnded(cell: Cell, exit: Exit): void {
    if (cell !== this.#root) return
    cell.finish(exit)
    this.#close(describeExit(exit))
  }

  #close(reason: string): void {
    this.timers.close()
    void this.#watchdog?.close()
    this.#ended.resolve({ reason })
  }
}

function beyondOf(cell: Cell): Beyond | undefined {
  return cell instanceof ActorCell ? cell.life?.beyond : undefined
}
