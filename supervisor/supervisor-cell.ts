// Supervisor cell: starts its children in order, watches them, restarts and stops them, as OTP's supervisor does.
//
// Owns the list of children. It does one thing at a time: what arrives meanwhile (exits, calls, retries, the order to
// stop) waits in line (task-line.ts), so that a start or a stop that takes time is never interleaved with another. How a
// child comes back is restarts.ts, what may be asked by hand management.ts.
//
//   S1. Children stop in reverse start order, one after another; a child keeps its place over restarts.
//   S2. An exit counts only for the start that the supervisor believes the child to be running since.

import { type ActorLogic, type AnyActorRef, createActor, type EventObject, type Snapshot } from 'xstate'
import { serializeError } from '../errors.ts'
import { BaseCell } from './base-cell.ts'
import type { Cell, Escalation, Host, Runtime } from './cell.ts'
import { checkSupervisor, doubtsAbout, SpecError } from './check-spec.ts'
import {
  type ChildSpec,
  DEFAULT_INTENSITY,
  DEFAULT_PERIOD_MS,
  effectiveSpec,
  isSupervisorSpec,
  restartOf,
  type StartOutcome,
  type SupervisorSpec,
  shutdownOf,
} from './child-spec.ts'
import { describeExit, type Exit, KILLED, NORMAL, SHUTDOWN } from './exit.ts'
import { type Managed, Management } from './management.ts'
import type { ActorRecord } from './record.ts'
import { comesBack, endsSupervisor } from './restart-policy.ts'
import { type Restarting, Restarts } from './restarts.ts'
import type { ShutdownTime } from './spec-words.ts'
import { type Child, lastErrorOf, newChild } from './supervised-child.ts'
import { BadInit, FailedToStartChild, StartError } from './supervision-error.ts'
import { TaskLine } from './task-line.ts'
import { stopActor } from './xstate-internals.ts'

export class SupervisorCell extends BaseCell implements Host, Managed, Restarting {
  /** As given, with what `init` returned. */
  spec: SupervisorSpec
  readonly kind: string
  #given: SupervisorSpec
  /** What the next life is given instead. */
  #next: SupervisorSpec | undefined
  readonly #createRoot: ((logic: SupervisorLogic) => AnyActorRef) | undefined
  children = new Map<string, Child>()
  readonly calls: Management
  readonly #restarts: Restarts
  #ref: AnyActorRef | undefined
  /** What there is to do in this life. */
  line: TaskLine
  #startedOnce = false
  #stopping: PromiseWithResolvers<void> | undefined

  constructor(
    runtime: Runtime,
    host: Host | undefined,
    path: string,
    spec: SupervisorSpec,
    createRoot?: (logic: SupervisorLogic) => AnyActorRef,
  ) {
    super(runtime, host, path)
    this.spec = spec
    this.#given = spec
    this.kind = spec.kind ?? 'supervisor'
    this.#createRoot = createRoot
    this.line = this.#newLine()
    this.line.end()
    this.calls = new Management(this)
    this.#restarts = new Restarts(this)
  }

  /** Running, it goes on with the flags and children that it has. */
  respecify(spec: ChildSpec): void {
    this.#next = spec as SupervisorSpec
  }

  get alive(): boolean {
    return this.#ref !== undefined
  }

  get ref(): AnyActorRef | undefined {
    return this.#ref
  }

  parentRef(): AnyActorRef | undefined {
    return this.#ref
  }

  // ------------------------------------------------------------------ start

  async start(): Promise<StartOutcome> {
    const refused = await this.#resolveSpec()
    if (refused) return refused
    const line = this.#newLine()
    this.line = line
    this.incarnation++
    this.state = 'starting'
    this.startedAt = this.runtime.clock.now()
    this.#restarts.begin()
    this.children = new Map()
    const parent = this.host?.parentRef()
    this.#ref =
      this.#createRoot?.(supervisorLogic) ??
      (createActor(supervisorLogic, { id: this.id, ...(parent && { parent }) } as never) as AnyActorRef)
    this.#ref.start()
    this.publish({ type: 'started' })
    for (const doubt of doubtsAbout(this.spec)) this.publish({ type: 'doubtful', doubt })
    for (const spec of this.spec.strategy === 'simple_one_for_one' ? [] : (this.spec.children ?? [])) {
      const child = this.add(spec)
      const outcome = child === undefined ? taken(this.path, spec.id) : await this.startOne(child)
      if (line.hasEnded) return killedWhileStarting(this.path)
      if (outcome.is === 'failed') return this.#rollBack(spec.id, outcome.error)
    }
    this.state = 'running'
    if (this.#startedOnce) this.publish({ type: 'restarted', restarts: ++this.restarts })
    this.#startedOnce = true
    this.publish({ type: 'ready' })
    line.open()
    return { is: 'started' }
  }

  /** Asks `init` and checks what is to be supervised, before anything starts. */
  async #resolveSpec(): Promise<StartOutcome | undefined> {
    if (this.#next) {
      this.#given = this.#next
      this.spec = this.#next
      this.#next = undefined
    }
    if (this.#given.init) {
      try {
        const given = await this.#given.init()
        if (given === 'ignore') {
          this.state = 'stopped'
          if (this.host) this.publish({ type: 'ignored' })
          return { is: 'ignored' }
        }
        if (typeof given !== 'object' || given === null) return { is: 'failed', error: new BadInit(this.path, given) }
        this.spec = { ...this.#given, ...given }
      } catch (error) {
        return { is: 'failed', error }
      }
    }
    const problem = checkSupervisor(this.spec)
    return problem && { is: 'failed', error: new SpecError(this.path, problem) }
  }

  /** Stops, in reverse, what was started before the child that failed. */
  async #rollBack(id: string, reason: unknown): Promise<StartOutcome> {
    const line = this.line
    await this.#stopAll([...this.children.values()])
    if (line.hasEnded) return killedWhileStarting(this.path)
    this.#clear()
    const error = new FailedToStartChild(this.path, id, reason)
    this.publish({ type: 'stopped', reason: error.exit })
    this.state = 'restarting'
    this.#answerStop()
    return { is: 'failed', error }
  }

  add(spec: ChildSpec, args?: unknown): Child | undefined {
    const cell = this.runtime.create(this, spec, args)
    if (cell === undefined) return undefined
    const child = newChild(spec, cell)
    this.children.set(spec.id, child)
    return child
  }

  async startOne(child: Child): Promise<StartOutcome> {
    const start = ++child.starts
    const outcome = await child.cell.start()
    child.restarting = false
    // A child may have ended while it was starting; its exit waits in line, for this start.
    child.live = outcome.is === 'started' ? start : undefined
    if (outcome.is === 'ignored') {
      if (restartOf(child.spec) === 'temporary' || this.#simple) this.drop(child, NORMAL)
      else child.cell.finish(NORMAL)
    }
    return outcome
  }

  // ------------------------------------------------------------------ exits

  childEnded(cell: Cell, exit: Exit): void {
    const child = this.children.get(cell.id)
    if (child?.cell !== cell || (child.live === undefined && !this.line.isBusy)) return
    if (cell.isDetached) {
      // Nobody will restart it; its place is kept as it is until somebody terminates it.
      if (child.live !== undefined) cell.finish(exit)
      return
    }
    const { starts } = child
    this.line.add(() => (child.live === starts ? this.#exited(child, exit) : undefined))
  }

  /** A supervisor takes no errors over: the child ends with its own. */
  childEscalated(): Escalation {
    return 'refused'
  }

  async #exited(child: Child, exit: Exit): Promise<void> {
    child.live = undefined
    if (comesBack(restartOf(child.spec), exit)) return this.#restarts.restart(child, exit)
    this.leave(child, exit)
    return this.endIfSignificant(child)
  }

  /** The end of a significant child may be the supervisor's. */
  async endIfSignificant(child: Child): Promise<void> {
    const others = () =>
      [...this.children.values()].some((c) => (c.live !== undefined || c.restarting) && c.spec.significant)
    const ends = endsSupervisor(this.spec.autoShutdown ?? 'never', child.spec.significant ?? false, others)
    if (ends) await this.#end(SHUTDOWN)
  }

  /** A child is down and stays so: its place is kept unless it is temporary. */
  leave(child: Child, exit: Exit): void {
    child.live = undefined
    this.#restarts.cancel(child)
    if (restartOf(child.spec) === 'temporary' || this.#simple) this.drop(child, exit)
    else child.cell.finish(exit)
  }

  drop(child: Child, exit: Exit): void {
    this.children.delete(child.id)
    child.cell.remove(exit)
  }

  /** Too many restarts: it ends, and its host hears of that. */
  async giveUp(child: Child): Promise<void> {
    if (child.cell.lastFailure) this.failedWith(child.cell.lastFailure.error)
    if (this.runtime.observed) this.publish({ type: 'escalated', error: lastErrorOf(child) })
    child.restarting = false
    await this.#end(SHUTDOWN)
  }

  // ------------------------------------------------------------------ end

  stop(exit: Exit, time: ShutdownTime): void | Promise<void> {
    if (!this.alive) return undefined
    if (time === 'brutal_kill') return this.kill()
    if (this.#stopping) return this.#stopping.promise
    const done = Promise.withResolvers<void>()
    this.#stopping = done
    this.state = 'stopping'
    const { clock } = this.runtime
    const timer = time === 'infinity' ? undefined : clock.setTimeout(() => this.kill(), time)
    this.line.add(() => this.#end(exit))
    return done.promise.finally(() => clock.clearTimeout(timer))
  }

  /** Workers are killed with it. Supervisors stop what they have, as OTP's do when the one above them is gone, but at once. */
  kill(): void {
    if (!this.alive) return
    const children = [...this.children.values()]
    this.#clear()
    this.publish({ type: 'stopped', reason: 'killed' })
    for (const { cell, spec } of children) {
      if (isSupervisorSpec(spec)) cell.endNow(KILLED)
      else cell.kill()
      cell.remove(KILLED)
    }
    this.#ended(KILLED)
  }

  endNow(exit: Exit): void {
    if (!this.alive) return
    const children = [...this.children.values()].reverse()
    this.#clear()
    for (const { cell } of children) {
      cell.endNow(SHUTDOWN)
      cell.remove(SHUTDOWN)
    }
    this.publish({ type: 'stopped', reason: describeExit(exit) })
    this.#ended(exit)
  }

  /** Stops everything in reverse and ends. */
  async #end(exit: Exit): Promise<void> {
    const line = this.line
    this.state = 'stopping'
    await this.#stopAll([...this.children.values()])
    if (line.hasEnded) return
    this.#clear()
    this.publish({ type: 'stopped', reason: describeExit(exit) })
    this.#ended(exit)
  }

  #ended(exit: Exit): void {
    this.state = 'restarting'
    this.host?.childEnded(this, exit)
    this.runtime.rootEnded(this, exit)
    this.#answerStop()
  }

  #answerStop(): void {
    this.#stopping?.resolve()
    this.#stopping = undefined
  }

  #clear(): void {
    this.line.end()
    for (const child of this.children.values()) this.#restarts.cancel(child)
    this.children = new Map()
    if (this.#ref) stopActor(this.#ref)
    this.#ref = undefined
  }

  async #stopAll(children: readonly Child[]): Promise<void> {
    if (this.#simple) {
      await Promise.all(children.map((child) => this.#stopForGood(child)))
      return
    }
    for (const child of children.toReversed()) await this.#stopForGood(child)
  }

  async #stopForGood(child: Child): Promise<void> {
    child.cell.close()
    await this.stopOne(child)
    child.cell.remove(SHUTDOWN)
  }

  stopOne(child: Child): void | Promise<void> {
    child.live = undefined
    return child.cell.stop(SHUTDOWN, shutdownOf(child.spec))
  }

  /** A task threw, which only a fault of ours or of a callback can bring about: this life ends with it, as a crash. */
  #newLine(): TaskLine {
    return new TaskLine((error) => {
      this.failedWith(error)
      const children = [...this.children.values()].reverse()
      this.#clear()
      for (const { cell } of children) {
        cell.kill()
        cell.remove(KILLED)
      }
      if (this.runtime.observed) this.publish({ type: 'crashed', error: serializeError(error) })
      this.#ended({ is: 'error', error })
    })
  }

  hasHad(id: string): boolean {
    return this.runtime.lastIncarnation(`${this.path === '/' ? '' : this.path}/${id}`) > 0
  }

  get #simple(): boolean {
    return this.spec.strategy === 'simple_one_for_one'
  }

  // ------------------------------------------------------------------ introspection

  record(): ActorRecord {
    const { strategy, intensity = DEFAULT_INTENSITY, periodMs = DEFAULT_PERIOD_MS } = this.spec
    const left = this.#restarts.left
    return {
      ...this.commonRecord(),
      spec: effectiveSpec(this.#next ?? this.#given),
      consecutiveFailures: 0,
      handled: 0,
      failed: 0,
      mailbox: { depth: 0, highWater: 0, oldestAgeMs: 0, capacity: 0 },
      supervisor: { strategy, intensity, periodMs, left, children: this.children.size },
    }
  }
}

type SupervisorLogic = ActorLogic<Snapshot<undefined>, EventObject, undefined>

/** Logic of a supervisor's XState actor: it is the parent in the inspector's tree, and the ends of its children are shown to arrive there. */
const supervisorLogic: SupervisorLogic = {
  transition: (snapshot) => snapshot,
  getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined }),
  getPersistedSnapshot: (snapshot) => snapshot,
}

function killedWhileStarting(path: string): StartOutcome {
  return { is: 'failed', error: new StartError('child-start', `${path} was killed while it started.`) }
}

function taken(path: string, id: string): StartOutcome {
  return { is: 'failed', error: new StartError('child-start', `${path} has a child ${id} already.`) }
}
