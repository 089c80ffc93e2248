// Asks: the questions that wait for an answer.
//
// Owns their time limits. An ask whose message has become a dead letter is answered at once, with a refusal.

import type { Clock } from './clock.ts'
import { AskError } from './supervision-error.ts'

interface Waiting {
  readonly to: string
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
  readonly timer: unknown
}

export class Asks {
  readonly #clock: Clock
  readonly #waiting = new Map<string, Waiting>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#waiting.size
  }

  wait(id: string, to: string, messageType: string, timeoutMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => {
        this.#waiting.delete(id)
        const text = `${to} did not answer ${messageType} within ${timeoutMs} ms.`
        reject(new AskError('ask-timeout', text, { retryable: true }))
      }, timeoutMs)
      this.#waiting.set(id, { to, resolve, reject, timer })
    })
  }

  /** False: nobody waits for it here. */
  answer(id: string, result: unknown): boolean {
    const waiting = this.#take(id)
    waiting?.resolve(result)
    return waiting !== undefined
  }

  refuse(id: string, why: string): void {
    const waiting = this.#take(id)
    waiting?.reject(
      new AskError('ask-refused', `${waiting.to} will not answer: ${why}.`, { retryable: why === 'full' }),
    )
  }

  #take(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return undefined
    this.#waiting.delete(id)
    this.#clock.clearTimeout(waiting.timer)
    return waiting
  }
}
