// Run queue: the actors that have a message in hand.
//
// Owns the turn-taking. Nothing is delivered on the sender's stack: the queue is worked off in a microtask, so that a
// chain of actors does not nest, and it yields to timers and sockets after a while, so that a flood does not starve them.

import { AsyncLocalStorage } from 'node:async_hooks'
import { keepsLoopWaiting } from './event-loop.ts'

/** Turns between two looks at the time. */
const TURNS_A_LOOK = 8

/** What takes turns: the delivery of one actor. */
export interface Turn {
  readonly path: string
  turn(): void
  /** Its turn threw. */
  failed(error: unknown): void
}

/** Who is to know whose turn it is. */
export interface TurnWatcher {
  enter(path: string): void
  leave(): void
}

export class RunQueue {
  #due: Turn[] = []
  #scheduled = false
  readonly #watcher: TurnWatcher | undefined

  constructor(watcher?: TurnWatcher) {
    this.#watcher = watcher
  }

  add(turn: Turn): void {
    this.#due.push(turn)
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(this.#run)
  }

  /** In the context that the system was started in: what the sender is bound to must not reach who is told. */
  readonly #run = AsyncLocalStorage.bind((): void => {
    for (let next = 0; next < this.#due.length; next++) {
      if (next % TURNS_A_LOOK === 0 && keepsLoopWaiting()) {
        this.#due = this.#due.slice(next)
        setImmediate(this.#run)
        return
      }
      this.#take(this.#due[next]!)
    }
    this.#due.length = 0
    this.#scheduled = false
  })

  #take(turn: Turn): void {
    this.#watcher?.enter(turn.path)
    try {
      turn.turn()
    } catch (error) {
      // Whatever is wrong with one actor is that actor's crash; the others have their turns.
      turn.failed(error)
    }
    this.#watcher?.leave()
  }
}
