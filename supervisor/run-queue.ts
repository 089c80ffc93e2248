// Run queue: the actors that have a message in hand.
//
// Owns the turn-taking. Nothing is delivered on the sender's stack: the queue is worked off in a microtask, so that a
// chain of actors does not nest, and it yields to timers and sockets after a while, so that a flood does not starve them.

import type { ActorCell } from './actor-cell.ts'

/** Turns between two looks at the time, and the longest run without a look at timers and sockets. */
const TURNS_A_LOOK = 32
const LONGEST_RUN_MS = 8

/** Who is to know whose turn it is. */
export interface TurnWatcher {
  enter(path: string): void
  leave(): void
}

export class RunQueue {
  #cells: ActorCell[] = []
  #scheduled = false
  readonly #watcher: TurnWatcher | undefined

  constructor(watcher?: TurnWatcher) {
    this.#watcher = watcher
  }

  add(cell: ActorCell): void {
    this.#cells.push(cell)
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(this.#run)
  }

  readonly #run = (): void => {
    const begun = performance.now()
    for (let next = 0; next < this.#cells.length; next++) {
      this.#turn(this.#cells[next]!)
      if (next % TURNS_A_LOOK === TURNS_A_LOOK - 1 && performance.now() - begun > LONGEST_RUN_MS) {
        this.#cells = this.#cells.slice(next + 1)
        setImmediate(this.#run)
        return
      }
    }
    this.#cells.length = 0
    this.#scheduled = false
  }

  #turn(cell: ActorCell): void {
    this.#watcher?.enter(cell.path)
    cell.turn()
    this.#watcher?.leave()
  }
}
