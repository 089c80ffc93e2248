// Hand: the one message that an actor is working on, or is about to be given.
//
// Owns its attempts, its span and the two limits on its time. What a crash over it means for the actor is actor-cell.ts.

import type { ActorSpec } from './child-spec.ts'
import type { Clock } from './clock.ts'
import type { Delivered } from './message.ts'
import { closeHandling, type Handling } from './trace-context.ts'

export class Hand {
  message: Delivered | undefined
  /** Given to the actor, and not handled yet. */
  busy = false
  /** When it was given, and when the actor last showed that it was working on it. Epoch ms. */
  since = 0
  progressAt = 0
  handling: Handling | undefined
  /** What each attempt failed with. */
  thrown: unknown[] | undefined
  #deadline: unknown
  #look: unknown

  /** Waits to be given. */
  get waiting(): boolean {
    return this.message !== undefined && !this.busy
  }

  begin(now: number): void {
    this.busy = true
    this.since = now
    this.progressAt = now
  }

  /** Empties the hand, whatever became of the message. */
  release(clock: Clock, error?: unknown): void {
    this.message = undefined
    this.thrown = undefined
    this.busy = false
    this.clearTimers(clock)
    if (this.handling === undefined) return
    closeHandling(this.handling, error)
    this.handling = undefined
  }

  /** Keeps the message for another attempt. */
  keep(error: unknown): void {
    const message = this.message!
    this.message = { ...message, meta: { ...message.meta, attempt: message.meta.attempt + 1 } }
    this.busy = false
    // The span is ended but remembered, so that the next attempt links to it.
    if (this.handling) closeHandling(this.handling, error)
  }

  /** Calls back when the message takes longer than it may, or when the actor shows no sign of life over it. */
  limitTime(clock: Clock, spec: ActorSpec, late: (ms: number) => void, hung: (idleMs: number) => void): void {
    const deadlineMs = this.message?.meta.deadlineMs ?? spec.deadlineMs
    const { hungAfterMs } = spec
    if (deadlineMs !== undefined) this.#deadline = clock.setTimeout(() => late(deadlineMs), deadlineMs)
    if (hungAfterMs === undefined) return
    const look = () => {
      const idleMs = clock.now() - this.progressAt
      if (idleMs >= hungAfterMs) hung(idleMs)
      else this.#look = clock.setTimeout(look, hungAfterMs - idleMs)
    }
    this.#look = clock.setTimeout(look, hungAfterMs)
  }

  clearTimers(clock: Clock): void {
    if (this.#deadline !== undefined) clock.clearTimeout(this.#deadline)
    if (this.#look !== undefined) clock.clearTimeout(this.#look)
    this.#deadline = undefined
    this.#look = undefined
  }
}
