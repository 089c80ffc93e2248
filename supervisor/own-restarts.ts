// Own restarts: what an actor has used up of the limits in its policy.
//
// Owns the history and the place in the back-off. The arithmetic is restart-policy.ts.

import { addLimited, backoffDelayMs, resetAfterMs } from './restart-policy.ts'
import type { PolicyRule } from './spec-words.ts'

/** Where no rule sets a limit and nothing slows restarts down, a storm of them still ends. */
const STORM = { maxRestarts: 1_000, withinMs: 1_000 } as const

export class OwnRestarts {
  readonly #history: number[] = []
  #attempt = 0

  /** After a healthy life the delays, and a limit that has no window of its own, begin anew. */
  forgetAfter(lifeMs: number, { backoff, limit }: PolicyRule): void {
    if (backoff === undefined || lifeMs < resetAfterMs(backoff)) return
    this.#attempt = 0
    if (limit?.withinMs === undefined) this.#history.length = 0
  }

  /** Counts one more. False: the rule allows no more. */
  allow({ limit, backoff }: PolicyRule, now: number): boolean {
    if (limit === undefined && backoff !== undefined) return true
    return addLimited(this.#history, now, limit ?? STORM)
  }

  nextDelayMs({ backoff }: PolicyRule, random: () => number): number {
    return backoff === undefined ? 0 : backoffDelayMs(this.#attempt++, backoff, random())
  }
}
