// Family: the children that an actor has started itself.
//
// Owns their list. They restart by rules of their own (`rulesBelowActor` in actor-cell.ts), so that whatever ends here
// has ended for good.
//
//   F1. Children stop in reverse start order, one after another.
//   F2. The promise of `runChild` settles once, with the child's final outcome.

import type { Context } from '@opentelemetry/api'
import type { Cell, Host, Runtime, Soon } from './cell.ts'
import { type ActorSpec, type ChildSpec, type StartOutcome, shutdownOf } from './child-spec.ts'
import { describeExit, type Exit, NORMAL, SHUTDOWN } from './exit.ts'
import { ActorStoppedError, StartError } from './supervision-error.ts'

/** What a child cell is told by the family it belongs to. */
interface Kin extends Cell {
  inContext?(context: Context | undefined, isTask: boolean): void
}

export class Family {
  readonly #runtime: Runtime
  readonly #parent: Host
  readonly #children = new Map<string, Cell>()
  readonly #settlers = new Map<Cell, (exit: Exit) => void>()

  constructor(runtime: Runtime, parent: Host) {
    this.#runtime = runtime
    this.#parent = parent
  }

  get size(): number {
    return this.#children.size
  }

  ids(): readonly string[] {
    return [...this.#children.keys()]
  }

  /** Starts a child and settles with what finally became of it. */
  run(spec: ActorSpec, context: Context | undefined): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    // Whoever asked may have ended; its promise is then nobody's, and must not end the process.
    promise.catch(() => {})
    const settle = (exit: Exit) => {
      if (exit.is === 'normal') resolve(exit.output)
      else if (exit.is === 'error') reject(exit.error)
      else reject(endedEarly(`${this.#parent.path}/${spec.id}`, exit))
    }
    void this.start(spec, context, settle).then((outcome) => {
      if (outcome.is === 'failed') reject(outcome.error)
      if (outcome.is === 'ignored') resolve(undefined)
    })
    return promise
  }

  async start(spec: ChildSpec, context: Context | undefined, settle?: (exit: Exit) => void): Promise<StartOutcome> {
    const child: Kin | undefined = this.#runtime.create(this.#parent, spec)
    if (child === undefined) return { is: 'failed', error: duplicate(this.#parent.path, spec.id) }
    this.#children.set(spec.id, child)
    if (settle) this.#settlers.set(child, settle)
    child.inContext?.(context, settle !== undefined)
    // Not on the caller's stack: an actor may start children while it is being started itself.
    await undefined
    if (this.#children.get(spec.id) !== child) return { is: 'failed', error: endedEarly(child.path, SHUTDOWN) }
    const outcome = await child.start()
    if (outcome.is === 'failed') this.ended(child, { is: 'error', error: outcome.error })
    if (outcome.is === 'ignored') this.ended(child, NORMAL)
    return outcome
  }

  /** A child has ended for good. */
  ended(child: Cell, exit: Exit): void {
    if (this.#children.get(child.id) !== child) return
    this.#children.delete(child.id)
    child.remove(exit)
    this.#settlers.get(child)?.(exit)
    this.#settlers.delete(child)
  }

  async stop(id: string): Promise<void> {
    const child = this.#children.get(id)
    if (child === undefined) return
    child.close()
    await child.stop(SHUTDOWN, shutdownOf(child.spec))
    this.ended(child, SHUTDOWN)
  }

  stopAll(): Soon<void> {
    if (this.#children.size > 0) return this.#stopInReverse()
  }

  async #stopInReverse(): Promise<void> {
    for (const id of this.ids().toReversed()) await this.stop(id)
  }

  killAll(): void {
    for (const child of [...this.#children.values()].reverse()) {
      child.kill()
      this.ended(child, { is: 'killed' })
    }
  }
}

function duplicate(path: string, id: string): StartError {
  return new StartError('child-start', `${path} has a child ${id} already.`)
}

function endedEarly(path: string, exit: Exit): ActorStoppedError {
  return new ActorStoppedError('actor-stopped', `${path} ended before its work was done: ${describeExit(exit)}.`)
}
