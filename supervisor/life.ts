// Life: one incarnation of an actor, from its start to its end. It is the scope that the actor is given, and it observes
// the XState actor.
//
// Owns what must not outlive the incarnation: the abort signal, timers, watches, shutdown hooks. They are made when they
// are first asked for: most actors never need them.

import type { Context } from '@opentelemetry/api'
import type { AnyActorRef, AnyMachineSnapshot, Observer, Snapshot, Subscription } from 'xstate'
import type { RunningActor } from './actor-system.ts'
import type { Cell, Runtime, Sender, Watcher } from './cell.ts'
import type { ActorSpec, ChildSpec, Scope, StartOutcome, Terminated } from './child-spec.ts'
import type { Clock } from './clock.ts'
import type { EventBody, SupervisionEvent } from './event.ts'
import type { Exit } from './exit.ts'
import type { AskOptions, Message, Meta, TellOptions, TellOutcome } from './message.ts'
import type { ActorRecord, CellState } from './record.ts'
import { ActorStoppedError } from './supervision-error.ts'
import { activeContext } from './trace-context.ts'

/** Actors below one of this system that live in another: in a thread. */
export interface Beyond {
  /** As they were last told. */
  records(): readonly ActorRecord[]
  /** What stands for them on this side. */
  actors(): Iterable<RunningActor>
  /** Asks one of them to end in order. */
  stop(path: string, exit: Exit): Promise<void>
  kill(path: string): void
}

/** The actor whose life it is. */
export interface LifeOwner extends Sender {
  readonly runtime: Runtime
  readonly state: CellState
  readonly life: Life | undefined
  /** The last incarnation that detached itself from the supervisor. */
  detached: number | undefined
  readonly delivery: {
    readonly traceparent: string | undefined
    beat(): void
    withdrawDeath(path: string): void
  }
  readonly family: { stop(id: string): Promise<void> }
  childIds(): readonly string[]
  runChild(life: Life, spec: ActorSpec, context: Context | undefined): Promise<unknown>
  startChild(life: Life, spec: ChildSpec, context: Context | undefined): Promise<StartOutcome>
  publish(body: EventBody): void
  /** The XState actor has a new snapshot, and nobody is sending to it. */
  changed(life: Life, snapshot: Snapshot<unknown>): void
  /** The XState actor has reached its end. */
  done(life: Life, output: unknown): void
  /** The XState actor has failed by itself. */
  failed(life: Life, error: unknown): void
  /** Crashes the actor for a reason outside its own logic: a deadline, a hang, a death pact, a child's error. */
  fail(life: Life, error: unknown): void
}

export class Life implements Scope, Watcher, Observer<Snapshot<unknown>> {
  readonly incarnation: number
  ref: AnyActorRef | undefined
  subscription: Subscription | undefined
  /** Whether only states tagged `ready` take messages. */
  gated = false
  /** Whether a message may be handed over now. */
  ready = false
  wasReady = false
  /** True while an event is being sent: what is observed meanwhile is looked at afterwards, once. */
  delivering = false
  ended = false
  /** What the XState actor failed with while it was being started. */
  startError: { readonly error: unknown } | undefined
  shutdownHooks: (() => Promise<void> | void)[] | undefined
  /** Where it has children that are not in this system. */
  beyond: Beyond | undefined
  readonly #cell: LifeOwner
  #controller: AbortController | undefined
  #clock: OwnedClock | undefined
  #watching: Set<Cell> | undefined

  constructor(cell: LifeOwner, incarnation: number) {
    this.#cell = cell
    this.incarnation = incarnation
  }

  // ------------------------------------------------------------------ scope

  get path(): string {
    return this.#cell.path
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.ended) this.#controller.abort(OVER)
    return this.#controller.signal
  }

  get clock(): Clock {
    this.#clock ??= new OwnedClock(this.#cell.runtime.clock, (error) => this.fail(error))
    return this.#clock
  }

  tell(to: string, message: Message, options?: TellOptions): TellOutcome {
    return this.#cell.runtime.tell(to, message, options, this.#cell)
  }

  ask<Result>(to: string, message: Message, options: AskOptions): Promise<Result> {
    return this.#cell.runtime.ask(to, message, options, this.#cell)
  }

  reply(meta: Meta, result: unknown): void {
    this.#cell.runtime.reply(meta, result)
  }

  runChild<Output>(spec: ActorSpec<Output>): Promise<Output> {
    return this.#cell.runChild(this, spec, this.#callersContext()) as Promise<Output>
  }

  startChild(spec: ChildSpec): Promise<StartOutcome> {
    return this.#cell.startChild(this, spec, this.#callersContext())
  }

  stopChild(id: string): Promise<void> {
    return this.#cell.family.stop(id)
  }

  children(): readonly string[] {
    return this.#cell.childIds()
  }

  watch(path: string, onDeath?: Message): void {
    if (this.ended) return
    const watched = this.#cell.runtime.find(path)
    if (watched === undefined || watched.state === 'stopped') {
      this.terminated(path, 'noproc', onDeath)
      return
    }
    this.#watching ??= new Set()
    this.#watching.add(watched)
    watched.watchedBy(this, onDeath)
  }

  unwatch(path: string): void {
    this.#cell.delivery.withdrawDeath(path)
    const watched = this.#cell.runtime.find(path)
    if (watched === undefined) return
    this.#watching?.delete(watched)
    watched.unwatchedBy(this)
  }

  onShutdown(run: () => Promise<void> | void): void {
    this.shutdownHooks ??= []
    this.shutdownHooks.push(run)
  }

  detach(): void {
    this.#cell.detached = this.incarnation
  }

  beat(): void {
    if (this.#cell.life === this) this.#cell.delivery.beat()
  }

  setTimer(id: string, at: number, message: Message): void {
    const { traceparent } = this.#cell.delivery
    this.#cell.runtime.timers.set({
      path: this.path,
      id,
      at,
      message,
      ...(traceparent !== undefined && { traceparent }),
    })
  }

  clearTimer(id: string): void {
    this.#cell.runtime.timers.clear(this.path, id)
  }

  /** Takes over what happened to something below this actor that runs in another thread. */
  report(event: SupervisionEvent): void {
    const { runtime } = this.#cell
    if (event.type !== 'dead-letter') runtime.publish(event)
    else {
      const { to, message, reason, errors } = event.letter
      runtime.deadLetter(to, message, reason, errors, runtime.find(to))
    }
  }

  /** Messages have been put into the inbox store from elsewhere: for this path, or for whom is not known. */
  stored(to?: string): void {
    this.#cell.runtime.storedElsewhere(to)
  }

  /** Tells that this actor's thread stands still. */
  hung(busyMs: number): void {
    this.#cell.publish({ type: 'hung', busyMs })
  }

  // ------------------------------------------------------------------ death watch

  terminated(path: string, reason: string, onDeath: Message | undefined): void {
    // Who is about to end is told of nobody's end.
    if (this.ended || this.#cell.state === 'stopping') return
    const notice: Terminated = { type: 'actor.terminated', path, reason }
    // In the control lane: a full mailbox must not lose a death.
    this.#cell.runtime.tell(this.path, onDeath ?? notice, { control: true, deathOf: path })
  }

  // ------------------------------------------------------------------ observer of the XState actor

  next(snapshot: Snapshot<unknown>): void {
    if (!this.delivering && !this.ended && snapshot.status === 'active') this.#cell.changed(this, snapshot)
  }

  error(error: unknown): void {
    if (this.ended) return
    if (this.#cell.life === this) this.#cell.failed(this, error)
    else this.startError = { error }
  }

  complete(): void {
    const snapshot = this.ref?.getSnapshot() as Snapshot<unknown> | undefined
    if (!this.ended && snapshot?.status === 'done' && this.#cell.life === this) this.#cell.done(this, snapshot.output)
  }

  /** Whether the actor takes a message in this state. */
  takesMessagesIn(snapshot: Snapshot<unknown>): boolean {
    return !this.gated || (snapshot as AnyMachineSnapshot).tags.has('ready')
  }

  /** Crashes the actor from outside its own logic. */
  fail(error: unknown): void {
    if (!this.ended) this.#cell.fail(this, error)
  }

  /** Takes nothing more for now, and hears no more of the XState actor it had. */
  leave(): void {
    this.ready = false
    this.startError = undefined
    this.subscription?.unsubscribe()
  }

  /** Lets go of everything that was this incarnation's. */
  end(reason: unknown): void {
    if (this.ended) return
    this.leave()
    this.ended = true
    this.#clock?.clearAll()
    if (this.#watching) for (const cell of this.#watching) cell.unwatchedBy(this)
    this.#watching = undefined
    this.#controller?.abort(reason ?? OVER)
  }

  #callersContext(): Context | undefined {
    return this.#cell.runtime.tracer === undefined ? undefined : activeContext()
  }
}

/** Why the signal of an actor that reached its end is aborted: made once, since an error with its stack takes long. */
const OVER = new ActorStoppedError('actor-stopped', 'The actor has reached its end.')

/** The system's clock, with timers that end with their owner and whose errors are the owner's. */
class OwnedClock implements Clock {
  readonly #clock: Clock
  readonly #fail: (error: unknown) => void
  readonly #handles = new Set<unknown>()

  constructor(clock: Clock, fail: (error: unknown) => void) {
    this.#clock = clock
    this.#fail = fail
  }

  now(): number {
    return this.#clock.now()
  }

  setTimeout(run: () => void, ms: number): unknown {
    const handle = this.#clock.setTimeout(() => {
      this.#handles.delete(handle)
      try {
        run()
      } catch (error) {
        this.#fail(error)
      }
    }, ms)
    this.#handles.add(handle)
    return handle
  }

  clearTimeout(handle: unknown): void {
    this.#handles.delete(handle)
    this.#clock.clearTimeout(handle)
  }

  clearAll(): void {
    for (const handle of this.#handles) this.#clock.clearTimeout(handle)
    this.#handles.clear()
  }
}
