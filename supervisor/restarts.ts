// Restarts: how a supervisor brings back a child that has ended, with the children that share its crash.
//
// Owns the history of restarts and the waits before them. Every method runs as a task of the supervisor's line, so that
// nothing else happens in between; what is allowed is arithmetic (restart-policy.ts).
//
//   R1. A restart is counted when it is decided, each retry of a failed start as well. A group counts once.
//   R2. A group stops in reverse start order, and starts in order; the first that fails is tried again with its own group.
//   R3. A failed start is tried again at the end of the line: whoever waits is served first.
//   R4. A supervisor that has ended meanwhile, killed, starts nothing.

import type { Runtime } from './cell.ts'
import type { ActorSpec, StartOutcome, SupervisorSpec } from './child-spec.ts'
import { DEFAULT_INTENSITY, DEFAULT_PERIOD_MS, isSupervisorSpec, restartOf } from './child-spec.ts'
import { type Exit, SHUTDOWN } from './exit.ts'
import { addLimited, addRestart, backoffDelayMs, groupOf, resetAfterMs } from './restart-policy.ts'
import { type Child, lastErrorOf } from './supervised-child.ts'
import type { TaskLine } from './task-line.ts'

/** The supervisor whose children they are. */
export interface Restarting {
  readonly runtime: Runtime
  readonly spec: SupervisorSpec
  /** In start order. */
  readonly children: Map<string, Child>
  readonly line: TaskLine
  startOne(child: Child): Promise<StartOutcome>
  stopOne(child: Child): void | Promise<void>
  /** The child is down and stays so. */
  leave(child: Child, exit: Exit): void
  /** Its place is given up as well. */
  drop(child: Child, exit: Exit): void
  endIfSignificant(child: Child): Promise<void>
  /** Ends: this child was restarted too often. */
  giveUp(child: Child): Promise<void>
}

export class Restarts {
  readonly #supervisor: Restarting
  #history: number[] = []

  constructor(supervisor: Restarting) {
    this.#supervisor = supervisor
  }

  /** A new life begins to count anew. */
  begin(): void {
    this.#history = []
  }

  /** Restarts that the window still has room for. */
  get left(): number {
    const { intensity = DEFAULT_INTENSITY, periodMs = DEFAULT_PERIOD_MS } = this.#supervisor.spec
    const since = this.#supervisor.runtime.clock.now() - periodMs
    return Math.max(0, intensity - this.#history.filter((at) => at >= since).length)
  }

  /** Brings a child back. @param exit how it ended; without one it is a further attempt of a start that failed */
  async restart(child: Child, exit: Exit | undefined): Promise<void> {
    const now = this.#supervisor.runtime.clock.now()
    if (exit && this.#givesUp(child, exit, now)) {
      this.#supervisor.leave(child, exit)
      return this.#supervisor.endIfSignificant(child)
    }
    const { intensity = DEFAULT_INTENSITY, periodMs = DEFAULT_PERIOD_MS } = this.#supervisor.spec
    if (!addRestart(this.#history, now, intensity, periodMs)) return this.#supervisor.giveUp(child)
    const delayMs = this.#backoff(child, now)
    child.cell.state = 'restarting'
    child.cell.publish({ type: 'restarting', delayMs, cause: exit ? 'own_failure' : 'start_retry' })
    const line = this.#supervisor.line
    await this.#stopGroup(child)
    if (line.hasEnded) return
    if (delayMs === 0) return this.#startGroup(child)
    child.restarting = true
    // The restart was counted when it was decided; nothing is left but to start.
    const retry = () =>
      this.#supervisor.line.add(() => (this.#isRestarting(child) ? this.#startGroup(child) : undefined))
    child.timer = this.#supervisor.runtime.clock.setTimeout(retry, delayMs)
  }

  /** Whether the child's own limit, or the kind of its error, ends it here. */
  #givesUp(child: Child, exit: Exit, now: number): boolean {
    const { spec } = child
    if (isSupervisorSpec(spec)) return false
    if (exit.is === 'error' && !this.#isWorthRestart(child, spec, exit.error)) return this.#giveUp(child)
    if (spec.limit === undefined) return false
    return addLimited(child.restarts, now, spec.limit) ? false : this.#giveUp(child)
  }

  /** What `restartOn` says; one that throws says nothing. */
  #isWorthRestart({ cell }: Child, { restartOn }: ActorSpec, error: unknown): boolean {
    try {
      return restartOn?.(error) ?? true
    } catch (thrown) {
      this.#supervisor.runtime.fault('restart-on', thrown, cell)
      return true
    }
  }

  #giveUp(child: Child): true {
    child.cell.publish({ type: 'given-up', error: lastErrorOf(child) })
    return true
  }

  #backoff(child: Child, now: number): number {
    const { backoff } = child.spec
    if (backoff === undefined) return 0
    if (!child.restarting && now - child.cell.startedAt >= resetAfterMs(backoff)) child.backoffAttempt = 0
    return backoffDelayMs(child.backoffAttempt++, backoff, this.#supervisor.runtime.random())
  }

  /** The children that share the crash, in start order. */
  #group(child: Child): readonly Child[] {
    const { strategy } = this.#supervisor.spec
    if (strategy === 'one_for_one' || strategy === 'simple_one_for_one') return [child]
    const all = [...this.#supervisor.children.values()]
    const [from, to] = groupOf(strategy, all.indexOf(child), all.length)
    return all.slice(from, to)
  }

  /** Stops the others of the group. Temporary ones are gone with it. */
  async #stopGroup(child: Child): Promise<void> {
    const group = this.#group(child)
    for (const member of group.toReversed()) {
      this.cancel(member)
      if (member !== child || member.live !== undefined) await this.#supervisor.stopOne(member)
      if (member === child) continue
      if (restartOf(member.spec) === 'temporary') this.#supervisor.drop(member, SHUTDOWN)
      else member.cell.state = 'restarting'
    }
  }

  /** Starts the group again in order. The first that fails is tried again later, with the whole group that is then its own. */
  async #startGroup(child: Child): Promise<void> {
    const line = this.#supervisor.line
    for (const member of this.#group(child)) {
      if (member !== child) member.cell.publish({ type: 'restarting', delayMs: 0, cause: 'sibling' })
      const outcome = await this.#supervisor.startOne(member)
      if (line.hasEnded) return
      if (outcome.is !== 'failed') continue
      member.restarting = true
      // A failed start goes to the end of the line.
      line.add(() => (this.#isRestarting(member) ? this.restart(member, undefined) : undefined))
      return
    }
  }

  /** The child is not to be started again, or not by what was planned. */
  cancel(child: Child): void {
    child.restarting = false
    if (child.timer !== undefined) this.#supervisor.runtime.clock.clearTimeout(child.timer)
    child.timer = undefined
  }

  #isRestarting(child: Child): boolean {
    return child.restarting && this.#supervisor.children.get(child.id) === child
  }
}
