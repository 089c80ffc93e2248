// Ignition: how an actor comes to life. Its start is called, and the logic that this gives back is run.
//
// Owns the attempt that is under way, and what every attempt needs: the arguments of the start, the trace it runs in, and
// the state that an earlier process left. What a failed attempt means for the actor is actor-cell.ts.
//
//   N1. One attempt is under way at a time; one that was given up comes to nothing, whatever its start still does.
//   N2. Only the first life in this process begins where the last process ended; after a crash an actor starts fresh.

import type { Context } from '@opentelemetry/api'
import { type AnyActorRef, createActor } from 'xstate'
import type { Host, Soon } from './cell.ts'
import type { ActorSpec, Start, StartOutcome } from './child-spec.ts'
import { fastest } from './flat-run.ts'
import type { KeptSnapshot } from './kept-snapshot.ts'
import { Life, type LifeOwner } from './life.ts'
import { isGated } from './logic-facts.ts'
import { ActorStoppedError, BadStart } from './supervision-error.ts'
import { runInContext } from './trace-context.ts'
import { stopActor } from './xstate-internals.ts'

/** The actor that is started. */
export interface Ignited extends LifeOwner {
  readonly id: string
  readonly spec: ActorSpec
  readonly incarnation: number
  readonly host: Host | undefined
  started(life: Life, ref: AnyActorRef, start: Start): StartOutcome
  ignored(life: Life): StartOutcome
  /** Settles when nothing of the attempt is left. */
  startFailed(life: Life, error: unknown): Soon<StartOutcome>
}

export class Ignition {
  /** The life that is about to begin. */
  life: Life | undefined
  /** Whether a life of this actor has begun in this process. */
  hasStarted = false
  /** The trace that starts run in. Without one they must not run in that of the message whose crash brought them about. */
  context: Context | undefined
  readonly #actor: Ignited
  readonly #args: unknown
  readonly #kept: KeptSnapshot | undefined
  #giveUp: (() => void) | undefined

  constructor(actor: Ignited, args: unknown, kept: KeptSnapshot | undefined) {
    this.#actor = actor
    this.#args = args
    this.#kept = kept
  }

  /** Tries to begin a life, once. */
  attempt(): Soon<StartOutcome> {
    const actor = this.#actor
    const life = new Life(actor, actor.incarnation + 1)
    this.life = life
    try {
      const given = this.#inOwnContext(() => actor.spec.start(life, this.#args))
      if (!(given instanceof Promise)) return this.#begin(life, given)
      const begun = given.then((start) => this.#begin(life, start)).catch((error) => this.#failed(life, error))
      const givenUp = new Promise<StartOutcome>((resolve) => {
        this.#giveUp = () => resolve(this.#stopped())
      })
      return Promise.race([begun, givenUp])
    } catch (error) {
      return this.#failed(life, error)
    }
  }

  /** Ends the attempt that is under way. False: there is none. */
  giveUp(): boolean {
    const { life } = this
    this.life = undefined
    life?.end(undefined)
    this.#giveUp?.()
    return life !== undefined
  }

  /** Creates the XState actor of a life and starts it. What it fails with is then in `life.startError`. */
  run(life: Life, { logic, input }: Start, snapshot: unknown): AnyActorRef {
    const { id, host } = this.#actor
    const parent = host?.parentRef()
    return this.#inOwnContext(() => {
      const options = { id, input, ...(parent && { parent }), ...(snapshot !== undefined && { snapshot }) }
      const ref = createActor(fastest(logic), options as never) as AnyActorRef
      life.ref = ref
      life.subscription = ref.subscribe(life)
      life.gated = isGated(logic)
      life.delivering = true
      ref.start()
      life.delivering = false
      return ref
    })
  }

  #begin(life: Life, start: Start | 'ignore'): Soon<StartOutcome> {
    const actor = this.#actor
    if (this.life !== life) return this.#stopped()
    if (start === 'ignore') {
      this.life = undefined
      return actor.ignored(life)
    }
    if (typeof start?.logic?.transition !== 'function') return this.#failed(life, new BadStart(actor.path, start))
    const stored = this.hasStarted ? undefined : this.#kept?.load(start.logic)
    const ref = this.run(life, start, stored)
    if (life.startError === undefined) {
      this.life = undefined
      return actor.started(life, ref, start)
    }
    stopActor(ref)
    if (stored === undefined) return this.#failed(life, life.startError.error)
    // The stored state does not fit the logic any more: it is refused, and the actor starts fresh.
    this.#kept?.refuse(start.logic)
    life.end(life.startError.error)
    return this.attempt()
  }

  #failed(life: Life, error: unknown): Soon<StartOutcome> {
    // Whoever stopped it meanwhile has had the last word on it.
    if (life.ended) return this.#stopped()
    if (this.life === life) this.life = undefined
    life.end(error)
    return this.#actor.startFailed(life, error)
  }

  #stopped(): StartOutcome {
    const error = new ActorStoppedError('actor-stopped', `${this.#actor.path} was stopped while it started.`)
    return { is: 'failed', error }
  }

  #inOwnContext<Result>(run: () => Result): Result {
    return this.#actor.runtime.tracer === undefined ? run() : runInContext(this.context, run)
  }
}
