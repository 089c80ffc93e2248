// Mailbox: what waits in front of one actor.
//
// Owns the order of delivery and the limit on waiting messages. Knows nothing of what a message means, nor of why an
// actor stops.
//
//   M1. Messages of a lane leave in the order they came; the control lane goes first.
//   M2. The limit binds the normal lane alone: a full mailbox still takes control messages.
//   M3. An empty mailbox costs two fields.

import type { Delivered } from './message.ts'

/** A queue in an array: taking is a step of the head, and the space behind it is given back now and then. */
class Lane {
  #items: (Delivered | undefined)[] = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  first(): Delivered | undefined {
    return this.#items[this.#head]
  }

  has(id: string): boolean {
    return this.#items.some((message) => message?.meta.id === id)
  }

  push(message: Delivered): void {
    this.#items.push(message)
  }

  cutTo(count: number): readonly Delivered[] {
    return this.#items.splice(this.#head + count) as Delivered[]
  }

  drop(matches: (message: Delivered) => boolean): void {
    this.#items = this.#items.slice(this.#head).filter((message) => !matches(message!))
    this.#head = 0
  }

  shift(): Delivered | undefined {
    const message = this.#items[this.#head]
    if (message === undefined) return undefined
    this.#items[this.#head++] = undefined
    if (this.#head === this.#items.length) {
      this.#items.length = 0
      this.#head = 0
    } else if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return message
  }
}

export class Mailbox {
  /** The most that ever waited. */
  highWater = 0
  #normal: Lane | undefined
  #control: Lane | undefined

  get depth(): number {
    return (this.#normal?.length ?? 0) + (this.#control?.length ?? 0)
  }

  /** How many of the waiting messages the limit counts. */
  get bounded(): number {
    return this.#normal?.length ?? 0
  }

  get oldestSentAt(): number | undefined {
    const normal = this.#normal?.first()?.meta.sentAt
    const control = this.#control?.first()?.meta.sentAt
    return normal === undefined || control === undefined ? (normal ?? control) : Math.min(normal, control)
  }

  /** Whether this message waits in the normal lane. */
  has(id: string): boolean {
    return this.#normal?.has(id) ?? false
  }

  push(message: Delivered, control: boolean): void {
    if (control) this.#control ??= new Lane()
    else this.#normal ??= new Lane()
    const lane = control ? this.#control! : this.#normal!
    lane.push(message)
    const depth = this.depth
    if (depth > this.highWater) this.highWater = depth
  }

  /** The next message: of the control lane, else of the normal one unless `controlOnly`. */
  take(controlOnly = false): Delivered | undefined {
    return this.#control?.shift() ?? (controlOnly ? undefined : this.#normal?.shift())
  }

  /** Takes out, in order, what waits in the normal lane behind its first `count` messages. */
  cutTo(count: number): readonly Delivered[] {
    return this.#normal?.cutTo(count) ?? []
  }

  /** Takes the notice of this death out of the control lane. */
  withdrawDeath(path: string): void {
    this.#control?.drop((message) => message.meta.deathOf === path)
  }

  /** Pushes out the oldest message of the normal lane. */
  dropOldest(): Delivered | undefined {
    return this.#normal?.shift()
  }
}
