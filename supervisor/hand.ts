// Hand: the one message that an actor is working on, or is about to be given.
//
// Owns its attempts, its span and the limit on its time. What a crash over it means for the actor is actor-cell.ts.

import type { ActorSpec } from './child-spec.ts'
import type { Clock } from './clock.ts'
import type { Delivered } from './message.ts'
import { closeHandling, type Handling } from './trace-context.ts'

export class Hand {
  message: Delivered | undefined
  /** Given to the actor, and not handled yet. */
  busy = false
  /** When it was given. Epoch ms. */
  since = 0
  handling: Handling | undefined
  /** What each attempt failed with. */
  thrown: unknown[] | undefined
  #deadline: unknown

  /** Waits to be given. */
  get waiting(): boolean {
    return this.message !== undefined && !this.busy
  }

  begin(now: number): void {
    this.busy = true
    this.since = now
  }

  /** Empties the hand, whatever became of the message. */
  release(clock: Clock, error?: unknown): void {
    this.message = undefined
    this.thrown = undefined
    this.busy = false
    this.clearTimer(clock)
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

  /** Calls back when the message takes longer than it may. */
  limitTime(clock: Clock, spec: ActorSpec, late: (ms: number) => void): void {
    const deadlineMs = this.message?.meta.deadlineMs ?? spec.deadlineMs
    if (deadlineMs !== undefined) this.#deadline = clock.setTimeout(() => late(deadlineMs), deadlineMs)
  }

  clearTimer(clock: Clock): void {
    if (this.#deadline !== undefined) clock.clearTimeout(this.#deadline)
    this.#deadline = undefined
  }
}
