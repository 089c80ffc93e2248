// Event stream: what happens to the actors, told to whoever listens.
//
// Owns the listeners, and what becomes of their own errors (faults.ts).
//
//   V1. Whoever listens or inspects cannot hurt what it watches, nor whoever else watches.
//   V2. With no listener no event is made.

import type { InspectionEvent } from 'xstate'
import { serializeError } from '../errors.ts'
import type { Clock } from './clock.ts'
import type { SupervisionEvent } from './event.ts'
import { type Fault, Faults } from './faults.ts'

/** What it throws is told to the others, the first time. */
export type Listener = (event: SupervisionEvent) => void

/** The actor that an event is about. */
interface Origin {
  readonly path: string
  readonly kind: string
  readonly incarnation: number
}

/** An event that is about no actor that there is. */
const NOWHERE: Origin = { path: '/', kind: 'unknown', incarnation: 0 }

export class EventStream {
  readonly #clock: Clock
  readonly #listeners: Set<Listener>
  readonly #faults = new Faults()

  constructor(clock: Clock, listeners: readonly Listener[]) {
    this.#clock = clock
    this.#listeners = new Set(listeners)
  }

  /** True while anyone listens. */
  get observed(): boolean {
    return this.#listeners.size > 0
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  publish(event: SupervisionEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        this.#observerThrew('listener', error, listener)
      }
    }
  }

  /** Tells once, for each path and kind, of an error that is nobody's crash. */
  fault(what: Fault, error: unknown, origin: Origin = NOWHERE): void {
    if (this.#faults.isNew(origin.path, what)) this.publish(this.#faultEvent(what, error, origin))
  }

  /** An inspector whose errors do not reach whoever sent the event that it sees. */
  guarded(inspector: (event: InspectionEvent) => void): (event: InspectionEvent) => void {
    return (event) => {
      try {
        inspector(event)
      } catch (error) {
        this.#observerThrew('inspector', error, inspector)
      }
    }
  }

  /** Tells the others of it; where there is nobody, Node prints its warning. */
  #observerThrew(what: 'listener' | 'inspector', error: unknown, observer: object): void {
    if (!this.#faults.isFirstOf(observer)) return
    const others = [...this.#listeners].filter((listener) => listener !== observer)
    if (others.length > 0) this.publish(this.#faultEvent(what, error, NOWHERE))
    else process.emitWarning(`The ${what} of an actor system threw: ${String(error)}`, 'SupervisionWarning')
  }

  #faultEvent(what: Fault, error: unknown, { path, kind, incarnation }: Origin): SupervisionEvent {
    const at = this.#clock.now()
    return { at, path, kind, incarnation, type: 'fault', what, error: serializeError(error) }
  }
}
