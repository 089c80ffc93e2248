// Actor system: the tree, its addresses, and the ways in from outside.
//
// Puts together what the cells need: addresses (address-book.ts), messages (post-office.ts), events (event-stream.ts),
// timers, the run queue and the watchdog. What happens to an actor is its cell's business.

import type { Tracer } from '@opentelemetry/api'
import { type AnyActorRef, createActor, type InspectionEvent } from 'xstate'
import type { SerializedError } from '../errors.ts'
import { ActorCell } from './actor-cell.ts'
import type { ActorSystem, RunningActor, SystemOptions } from './actor-system.ts'
import { AddressBook } from './address-book.ts'
import type { Cell, Host, Runtime, Sender } from './cell.ts'
import { type ChildSpec, isSupervisorSpec, type SupervisorSpec, shutdownOf } from './child-spec.ts'
import { type Clock, systemClock } from './clock.ts'
import type { SupervisionEvent } from './event.ts'
import { EventStream, type Listener } from './event-stream.ts'
import { describeExit, type Exit, NORMAL, SHUTDOWN } from './exit.ts'
import type { Fault } from './faults.ts'
import type { InboxStore } from './inbox-store.ts'
import { type LoopBlock, LoopWatchdog } from './loop-watchdog.ts'
import type { CallError, Instance, Management } from './management.ts'
import type {
  AskOptions,
  DeadLetter,
  DeadLetterReason,
  Delivered,
  Message,
  Meta,
  NoticeOptions,
  TellOutcome,
} from './message.ts'
import { OwnTimers, type StoredTimer } from './own-timers.ts'
import { PostOffice } from './post-office.ts'
import type { ActorRecord } from './record.ts'
import { RunQueue, type Turn } from './run-queue.ts'
import type { SnapshotStore } from './snapshot-store.ts'
import { SupervisorCell } from './supervisor-cell.ts'
import { activeTracer } from './trace-context.ts'
import { prepareSystem, watchSnapshots } from './xstate-internals.ts'

/**
 * Starts a tree of actors and settles when all of it has started.
 * @throws SpecError for a specification that is not valid, FailedToStartChild when a start fails; nothing is left running
 */
export async function startSystem(root: SupervisorSpec, options: SystemOptions = {}): Promise<ActorSystem> {
  const system = new System(options)
  await system.start(root)
  return system
}

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
  readonly #book = new AddressBook()
  readonly #events: EventStream
  readonly #post: PostOffice
  readonly #queue: RunQueue
  readonly #watchdog: LoopWatchdog | undefined
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
      (error, path) => this.fault('timers', error, this.#book.find(path)),
    )
    this.ended = this.#ended.promise
    this.#inspect = options.inspect
    this.#events = new EventStream(this.clock, [options.listen ?? []].flat() as Listener[])
    const { clock, random, tracer, inbox } = this
    this.#post = new PostOffice(this.#book, this.#events, { clock, random, tracer, inbox, outside: options.outside })
    this.#watchdog =
      options.watchdog &&
      new LoopWatchdog(
        options.watchdog,
        (block) => this.#blocked(block),
        (error) => this.fault('watchdog', error),
      )
    this.#queue = new RunQueue(this.#watchdog)
  }

  async start(spec: SupervisorSpec): Promise<void> {
    const root = new SupervisorCell(this, undefined, '/', spec, (logic) => this.#createRoot(spec.id, logic))
    this.#root = root
    this.#book.add(root)
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
      ...(inspect && { inspect: this.#events.guarded(inspect) }),
    } as never) as AnyActorRef
    prepareSystem(ref, this.clock, inspect ? 1 : 0)
    return ref
  }

  // ------------------------------------------------------------------ messages

  tell(to: string, message: Message, options?: NoticeOptions, sender?: Sender): TellOutcome {
    return this.#post.tell(to, message, options, sender)
  }

  ask<Result>(to: string, message: Message, options: AskOptions, sender?: Sender): Promise<Result> {
    return this.#post.ask(to, message, options, sender)
  }

  reply(meta: Meta, result: unknown): void {
    this.#post.reply(meta, result)
  }

  forward(to: string, message: Delivered): TellOutcome {
    return this.#post.forward(to, message)
  }

  storedElsewhere(to: string | undefined): void {
    this.#post.storedElsewhere(to)
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
    this.#post.deadLetter(to, message, reason, errors, cell)
  }

  deadLetters(): readonly DeadLetter[] {
    return this.#post.deadLetters()
  }

  redrive(id: string): TellOutcome {
    return this.#post.redrive(id)
  }

  dropDeadLetter(id: string): boolean {
    return this.#post.dropDeadLetter(id)
  }

  // ------------------------------------------------------------------ events and records

  #blocked({ path = '/', noticedAfterMs }: LoopBlock): void {
    const { kind = 'unknown', incarnation = 0 } = this.#book.find(path) ?? {}
    this.publish({ at: this.clock.now(), path, kind, incarnation, type: 'loop-blocked', noticedAfterMs })
  }

  get observed(): boolean {
    return this.#events.observed
  }

  publish(event: SupervisionEvent): void {
    this.#events.publish(event)
  }

  fault(what: Fault, error: unknown, cell: Cell | undefined = this.#root): void {
    this.#events.fault(what, error, cell)
  }

  subscribe(listener: Listener): () => void {
    return this.#events.subscribe(listener)
  }

  actors(): Iterable<RunningActor> {
    return this.#book.actors()
  }

  inspect(observer: (event: InspectionEvent) => void): () => void {
    const subscription = this.#root?.ref?.system.inspect(this.#events.guarded(observer))
    return () => subscription?.unsubscribe()
  }

  onChange(changed: () => void): () => void {
    const root = this.#root?.ref
    return root ? watchSnapshots(root.system, this.#events.guarded(changed)) : () => {}
  }

  records(): Iterable<ActorRecord> {
    return this.#book.records()
  }

  record(path: string): ActorRecord | undefined {
    return this.#book.record(path)
  }

  // ------------------------------------------------------------------ addresses

  find(path: string): Cell | undefined {
    return this.#book.find(path)
  }

  lastIncarnation(path: string): number {
    return this.#book.lastIncarnation(path)
  }

  create(host: Host, spec: ChildSpec, args?: unknown): Cell | undefined {
    const path = host.path === '/' ? `/${spec.id}` : `${host.path}/${spec.id}`
    if (this.#book.find(path)) return undefined
    const cell = isSupervisorSpec(spec)
      ? new SupervisorCell(this, host, path, spec)
      : new ActorCell(this, host, path, spec, args)
    this.#book.add(cell)
    return cell
  }

  forget(cell: Cell): void {
    this.#book.forget(cell)
  }

  // ------------------------------------------------------------------ calls

  async #supervisor<Result>(path: string, call: (calls: Management) => Promise<Result>): Promise<Result | CallError> {
    const cell = this.#book.find(path)
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
    const cell = this.#book.find(path)
    if (cell === undefined) return this.#book.beyond(path)?.stop(path, exit)
    cell.close()
    await cell.stop(exit, shutdownOf(cell.spec))
  }

  drainActor(path: string): void {
    const cell = this.#book.find(path)
    if (cell instanceof ActorCell) cell.delivery.drain()
  }

  kill(path: string): void {
    const cell = this.#book.find(path)
    if (cell === undefined) this.#book.beyond(path)?.kill(path)
    else cell.kill()
  }

  pause(path: string, { reason, until }: { readonly reason: string; readonly until?: number }): boolean {
    const cell = this.#book.find(path)
    if (!(cell instanceof ActorCell)) return false
    cell.delivery.pause({ reason, ...(until !== undefined && { until }) })
    return true
  }

  resume(path: string): boolean {
    const cell = this.#book.find(path)
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
