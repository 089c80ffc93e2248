// Management: the calls to a running supervisor. OTP's outcomes, as values.
//
// Owns what each call is allowed to do in which state of a child. A call waits its turn behind whatever the supervisor is
// doing, and never counts towards its intensity.

import type { Cell } from './cell.ts'
import { checkChild, checkSupervisor, type SpecProblem } from './check-spec.ts'
import {
  type ChildSpec,
  type EffectiveSpec,
  effectiveSpec,
  type StartOutcome,
  type SupervisorSpec,
  typeOf,
} from './child-spec.ts'
import { type Exit, NORMAL, SHUTDOWN } from './exit.ts'
import type { ChildType } from './spec-words.ts'
import type { Child } from './supervised-child.ts'
import type { TaskLine } from './task-line.ts'

export type CallError =
  | { readonly error: 'not_found' | 'running' | 'restarting' | 'already_present' | 'max_children' | 'noproc' }
  | { readonly error: 'already_started'; readonly incarnation: number }
  /** The call makes no sense for instances of a template. */
  | { readonly error: 'simple_one_for_one' }
  | { readonly error: 'start_failed'; readonly reason: unknown }
  | { readonly error: 'spec'; readonly problem: SpecProblem }

export type StartChildOutcome =
  | { readonly ok: 'child'; readonly path: string; readonly incarnation: number; readonly info?: unknown }
  | { readonly ok: 'ignored' }
  | CallError

export type CallOutcome = { readonly ok: true } | CallError

export interface ChildStatus {
  readonly id: string
  readonly is: 'running' | 'stopped' | 'restarting'
  readonly incarnation?: number
  readonly type: ChildType
}

/** `supervisors` and `workers` count specifications; under `simple_one_for_one`, where `specs` is 1, instances. */
export interface ChildCounts {
  readonly specs: number
  readonly active: number
  readonly supervisors: number
  readonly workers: number
}

/** What `startChild` takes for a `simple_one_for_one` supervisor: the instance's name, and what its start is called with. */
export interface Instance {
  readonly id: string
  readonly args?: unknown
}

/** The supervisor that the calls are for. */
export interface Managed {
  spec: SupervisorSpec
  /** In start order. */
  children: Map<string, Child>
  readonly line: TaskLine
  add(spec: ChildSpec, args?: unknown): Child | undefined
  startOne(child: Child): Promise<StartOutcome>
  stopOne(child: Child): void | Promise<void>
  /** The child is down and stays so: its place is kept unless it is temporary. */
  leave(child: Child, exit: Exit): void
  /** Its place is given up as well. */
  drop(child: Child, exit: Exit): void
  /** Whether a child of this name ever ran. */
  hasHad(id: string): boolean
}

export class Management {
  readonly #supervisor: Managed

  constructor(supervisor: Managed) {
    this.#supervisor = supervisor
  }

  startChild(given: ChildSpec | Instance): Promise<StartChildOutcome> {
    return this.#supervisor.line.call(async () => {
      if (this.#isSimple) return this.#startInstance(given as Instance)
      const problem = checkChild(given, this.#supervisor.spec.autoShutdown ?? 'never')
      if (problem) return { error: 'spec', problem }
      const spec = given as ChildSpec
      const known = this.#supervisor.children.get(spec.id)
      if (known?.live !== undefined) return { error: 'already_started', incarnation: known.cell.incarnation }
      if (known) return { error: 'already_present' }
      return this.#startNew(spec, undefined)
    })
  }

  async #startInstance({ id, args }: Instance): Promise<StartChildOutcome> {
    const template = this.#supervisor.spec.template!
    if (this.#supervisor.children.size >= (this.#supervisor.spec.maxChildren ?? Number.POSITIVE_INFINITY))
      return { error: 'max_children' }
    const known = this.#supervisor.children.get(id)
    if (known) return { error: 'already_started', incarnation: known.cell.incarnation }
    return this.#startNew({ ...template, id }, args)
  }

  async #startNew(spec: ChildSpec, args: unknown): Promise<StartChildOutcome> {
    const child = this.#supervisor.add(spec, args)
    if (child === undefined) return { error: 'already_present' }
    const outcome = await this.#supervisor.startOne(child)
    if (outcome.is === 'failed') this.#supervisor.drop(child, { is: 'error', error: outcome.error })
    return startOutcome(child, outcome)
  }

  restartChild(id: string): Promise<StartChildOutcome> {
    return this.#supervisor.line.call(async () => {
      if (this.#isSimple) return { error: 'simple_one_for_one' }
      const child = this.#supervisor.children.get(id)
      if (child === undefined) return { error: 'not_found' }
      if (child.restarting) return { error: 'restarting' }
      if (child.live !== undefined) return { error: 'running' }
      child.cell.publish({ type: 'restarting', delayMs: 0, cause: 'operator' })
      const outcome = await this.#supervisor.startOne(child)
      if (outcome.is === 'failed') child.cell.finish({ is: 'error', error: outcome.error })
      return startOutcome(child, outcome)
    })
  }

  terminateChild(id: string): Promise<CallOutcome> {
    return this.#supervisor.line.call(async () => {
      const child = this.#supervisor.children.get(id)
      if (this.#isSimple && child === undefined) {
        if (id === this.#supervisor.spec.template?.id) return { error: 'simple_one_for_one' }
        return this.#supervisor.hasHad(id) ? { ok: true } : { error: 'not_found' }
      }
      if (child === undefined) return { error: 'not_found' }
      child.cell.close()
      await this.#supervisor.stopOne(child)
      this.#supervisor.leave(child, SHUTDOWN)
      return { ok: true }
    })
  }

  deleteChild(id: string): Promise<CallOutcome> {
    return this.#supervisor.line.call(() => {
      if (this.#isSimple) return { error: 'simple_one_for_one' }
      const child = this.#supervisor.children.get(id)
      if (child === undefined) return { error: 'not_found' }
      if (child.restarting) return { error: 'restarting' }
      if (child.live !== undefined) return { error: 'running' }
      this.#supervisor.drop(child, SHUTDOWN)
      return { ok: true }
    })
  }

  whichChildren(): Promise<readonly ChildStatus[] | CallError> {
    return this.#supervisor.line.call(() => [...this.#supervisor.children.values()].map(statusOf))
  }

  countChildren(): Promise<ChildCounts | CallError> {
    return this.#supervisor.line.call(() => this.#counts())
  }

  #counts(): ChildCounts {
    const children = [...this.#supervisor.children.values()]
    const supervisors = children.filter(({ spec }) => typeOf(spec) === 'supervisor').length
    return {
      specs: this.#isSimple ? 1 : children.length,
      active: children.filter(({ live, cell }) => live !== undefined && (this.#isSimple || !hasEndedDetached(cell)))
        .length,
      supervisors,
      workers: children.length - supervisors,
    }
  }

  childSpec(id: string): Promise<EffectiveSpec | CallError> {
    return this.#supervisor.line.call(() => {
      const child = this.#supervisor.children.get(id)
      const spec =
        this.#isSimple &&
        (child !== undefined || id === this.#supervisor.spec.template?.id || this.#supervisor.hasHad(id))
          ? this.#supervisor.spec.template
          : child?.spec
      if (spec === undefined) return { error: 'not_found' }
      return effectiveSpec(spec)
    })
  }

  /**
   * New flags and specs for a running supervisor. New children are known but not started, running ones run on; what they
   * are started with, and how they restart and stop, is from now on as the new spec says.
   */
  reload(next: SupervisorSpec): Promise<CallOutcome> {
    return this.#supervisor.line.call(() => {
      const problem = this.#checkReload(next)
      if (problem) return { error: 'spec', problem: { ...problem, in: 'reload' } }
      this.#supervisor.spec = { ...next, id: this.#supervisor.spec.id }
      if (this.#isSimple) {
        for (const child of this.#supervisor.children.values()) respecify(child, { ...next.template!, id: child.id })
        return { ok: true }
      }
      const old = this.#supervisor.children
      const children = new Map<string, Child>()
      this.#supervisor.children = children
      for (const spec of next.children ?? []) {
        const known = old.get(spec.id)
        if (known) children.set(spec.id, respecify(known, spec))
        else this.#supervisor.add(spec)?.cell.finish(NORMAL)
      }
      for (const [id, child] of old) if (!children.has(id)) children.set(id, child)
      return { ok: true }
    })
  }

  #checkReload(next: SupervisorSpec): SpecProblem | undefined {
    const problem = checkSupervisor(next)
    if (problem?.problem === 'bad_start_spec') return { ...problem, problem: 'simple_needs_exactly_one_template' }
    return problem
  }

  get #isSimple(): boolean {
    return this.#supervisor.spec.strategy === 'simple_one_for_one'
  }
}

function respecify(child: Child, spec: ChildSpec): Child {
  child.spec = spec
  child.cell.respecify(spec)
  return child
}

function startOutcome(child: Child, outcome: StartOutcome): StartChildOutcome {
  if (outcome.is === 'failed') return { error: 'start_failed', reason: outcome.error }
  if (outcome.is === 'ignored') return { ok: 'ignored' }
  const { path, incarnation } = child.cell
  return { ok: 'child', path, incarnation, ...('info' in outcome && { info: outcome.info }) }
}

/** OTP's count looks whether a child lives, except for instances; its list shows what the supervisor was told. */
function hasEndedDetached(cell: Cell): boolean {
  return cell.isDetached && !cell.alive
}

function statusOf({ id, spec, cell, live, restarting }: Child): ChildStatus {
  const type = typeOf(spec)
  if (restarting) return { id, is: 'restarting', type }
  return live === undefined ? { id, is: 'stopped', type } : { id, is: 'running', incarnation: cell.incarnation, type }
}
