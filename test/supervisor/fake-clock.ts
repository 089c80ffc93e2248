// Fake clock: time that moves only when a test says so.

import type { Clock } from '../../supervisor/clock.ts'

interface Timer {
  readonly due: number
  readonly order: number
  readonly run: () => void
}

export class FakeClock implements Clock {
  #now: number
  #order = 0
  readonly #timers = new Set<Timer>()

  constructor(startsAt = 0) {
    this.#now = startsAt
  }

  now(): number {
    return this.#now
  }

  setTimeout(run: () => void, ms: number): unknown {
    const timer: Timer = { due: this.#now + Math.max(0, ms), order: this.#order++, run }
    this.#timers.add(timer)
    return timer
  }

  clearTimeout(handle: unknown): void {
    this.#timers.delete(handle as Timer)
  }

  /** How many timers are armed. */
  get pending(): number {
    return this.#timers.size
  }

  /** When the next timer is due; undefined when none is armed. */
  get nextDue(): number | undefined {
    return this.#next()?.due
  }

  /** Moves the time on, timer by timer, and lets everything settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (let timer = this.#next(); timer !== undefined && timer.due <= end; timer = this.#next()) {
      this.#timers.delete(timer)
      this.#now = Math.max(this.#now, timer.due)
      timer.run()
      await settle()
    }
    this.#now = end
  }

  /** Moves the time to the next timer. False: there is none. */
  async advanceToNext(): Promise<boolean> {
    const due = this.nextDue
    if (due === undefined) return false
    await this.advance(due - this.#now)
    return true
  }

  #next(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (next === undefined || timer.due < next.due || (timer.due === next.due && timer.order < next.order))
        next = timer
    }
    return next
  }
}

/** Lets everything happen that needs no time: microtasks, and what the run queue put off. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 4; round++) await new Promise((resolve) => setImmediate(resolve))
}
