// Progress watch: notices an actor that neither finishes nor fails.
//
// Owns the time of the last sign of life, and the timer that looks at it.

import type { Clock } from './clock.ts'

export class ProgressWatch {
  readonly #clock: Clock
  readonly #limitMs: number
  readonly #hung: (idleMs: number) => void
  #progressAt = 0
  #timer: unknown

  /** @param hung is called once for each `start`, when there was no `beat` for `limitMs` */
  constructor(clock: Clock, limitMs: number, hung: (idleMs: number) => void) {
    this.#clock = clock
    this.#limitMs = limitMs
    this.#hung = hung
  }

  beat(): void {
    this.#progressAt = this.#clock.now()
  }

  start(): void {
    this.stop()
    this.beat()
    this.#lookIn(this.#limitMs)
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #lookIn(ms: number): void {
    this.#timer = this.#clock.setTimeout(() => {
      const idleMs = this.#clock.now() - this.#progressAt
      if (idleMs < this.#limitMs) this.#lookIn(this.#limitMs - idleMs)
      else this.#hung(idleMs)
    }, ms)
  }
}
