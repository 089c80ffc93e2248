// Own timers: messages due at an absolute time, kept over a restart of the process.
//
// Owns the armed ones; what is stored goes through the port. XState's own delays are lost when a process ends.
//
//   T1. A timer is stored before it is armed, and removed when it has fired: it fires at least once.
//   T2. One that fell due while the process was down fires at boot.
//   T3. A timer belongs to a path, not to an incarnation: it outlives a restart of the actor.

import type { Clock } from './clock.ts'
import type { Message } from './message.ts'

export interface StoredTimer {
  readonly path: string
  readonly id: string
  /** Epoch ms. */
  readonly at: number
  readonly message: Message
  readonly traceparent?: string
}

/** Where timers wait for the next process. A port; the adapter is the store's. */
export interface TimerStore {
  save(timer: StoredTimer): void
  remove(path: string, id: string): void
  list(): readonly StoredTimer[]
}

/** How long a timer waits that a store kept from firing, in ms. */
const RETRY_MS = 1_000

export class OwnTimers {
  readonly #clock: Clock
  readonly #store: TimerStore | undefined
  readonly #fire: (timer: StoredTimer) => void
  readonly #threw: (error: unknown, path: string) => void
  readonly #armed = new Map<string, Map<string, unknown>>()

  /** @param threw hears of a store that keeps a timer of this path from firing */
  constructor(
    clock: Clock,
    store: TimerStore | undefined,
    fire: (timer: StoredTimer) => void,
    threw: (error: unknown, path: string) => void,
  ) {
    this.#clock = clock
    this.#store = store
    this.#fire = fire
    this.#threw = threw
  }

  /** Arms what an earlier process left behind. */
  rearm(): void {
    for (const timer of this.#store?.list() ?? []) this.#arm(timer)
  }

  set(timer: StoredTimer): void {
    this.#store?.save(timer)
    this.#arm(timer)
  }

  clear(path: string, id: string): void {
    this.#disarm(path, id)
    this.#store?.remove(path, id)
  }

  /** Clears all timers of a path that is given up. */
  clearAll(path: string): void {
    for (const id of [...(this.#armed.get(path)?.keys() ?? [])]) this.clear(path, id)
  }

  /** Disarms everything and leaves the store as it is: the next process takes over. */
  close(): void {
    for (const timers of this.#armed.values()) for (const handle of timers.values()) this.#clock.clearTimeout(handle)
    this.#armed.clear()
  }

  #arm(timer: StoredTimer): void {
    const { path, id, at } = timer
    this.#disarm(path, id)
    const timers = this.#armed.get(path) ?? new Map<string, unknown>()
    this.#armed.set(path, timers)
    const ring = () => {
      // The clock may not hold a wait this long in one piece.
      if (this.#clock.now() < at) return this.#arm(timer)
      try {
        this.#fire(timer)
        this.clear(path, id)
      } catch (error) {
        this.#threw(error, path)
        // The store is not there just now. The timer stays, and fires when it can: late rather than never.
        this.#armed.set(path, timers)
        timers.set(id, this.#clock.setTimeout(ring, RETRY_MS))
      }
    }
    timers.set(id, this.#clock.setTimeout(ring, Math.max(0, at - this.#clock.now())))
  }

  #disarm(path: string, id: string): void {
    const timers = this.#armed.get(path)
    const handle = timers?.get(id)
    if (timers === undefined || handle === undefined) return
    this.#clock.clearTimeout(handle)
    timers.delete(id)
    if (timers.size === 0) this.#armed.delete(path)
  }
}
