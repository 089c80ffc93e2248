// Intake: what waits in front of one actor, in memory and in the inbox store, and what does not fit any more.
//
// Owns the mailbox of a path over all its lives, its limits and its closing. Knows nothing of the message in hand, which
// is delivery.ts, nor of the order in the queue, which is mailbox.ts.
//
//   I1. A durable message is in the store before it is taken. A closed durable mailbox takes it too: it waits for the next
//       life of the path, in this process or another.
//   I2. What does not fit is refused or a dead letter, as the overflow policy says.

import { type ActorSpec, DEFAULT_CAPACITY } from './child-spec.ts'
import type { InboxStore } from './inbox-store.ts'
import { Mailbox } from './mailbox.ts'
import type { DeadLetterReason, Delivered, Refusal } from './message.ts'

/** The actor whose messages wait. */
export interface IntakeOwner {
  readonly path: string
  readonly spec: ActorSpec
  lettersDied(message: Delivered, reason: DeadLetterReason, thrown: readonly unknown[]): void
}

export class Intake {
  readonly mailbox = new Mailbox()
  /** Takes nothing more. */
  closed = false
  /** Closed, and the actor ends when nothing waits any longer. */
  draining = false
  /** How many messages may wait while the actor is down, where its rule says so. */
  stash: number | undefined
  /** Where the messages of a durable mailbox are until they are handled. */
  readonly inbox: InboxStore | undefined
  readonly #owner: IntakeOwner
  /** Whether the mailbox holds what the inbox store has for this path. */
  #loaded = false

  constructor(owner: IntakeOwner, inbox: InboxStore | undefined) {
    this.#owner = owner
    this.inbox = inbox
  }

  /** Takes messages again. Loads what an earlier process, or an earlier holder of the path, left waiting. */
  open(): void {
    this.closed = false
    this.draining = false
    if (this.inbox === undefined || this.#loaded) return
    for (const message of this.inbox.load(this.#owner.path)) this.mailbox.push(message, false)
    this.#loaded = true
  }

  /** Takes over what somebody else has put into the inbox store. @param inHand id of a message that waits no longer */
  look(inHand: string | undefined): void {
    if (this.inbox === undefined || !this.#loaded) return
    for (const message of this.inbox.load(this.#owner.path)) {
      const { id } = message.meta
      if (id !== inHand && !this.mailbox.has(id)) this.mailbox.push(message, false)
    }
  }

  /** Puts a message into the store, and into the mailbox where it is open. */
  store(message: Delivered, inbox: InboxStore): Refusal | undefined {
    if (this.#loaded && !this.#makeRoom(message)) return 'full'
    inbox.append(this.#owner.path, message)
    this.pushStored(message)
    return undefined
  }

  /** Takes a message that the inbox store has already. */
  pushStored(message: Delivered): void {
    if (this.#loaded) this.mailbox.push(message, false)
  }

  push(message: Delivered, control: boolean): Refusal | undefined {
    if (!control && !this.#makeRoom(message)) return 'full'
    this.mailbox.push(message, control)
    return undefined
  }

  /** The actor is down, and no more may wait than its rule says. */
  keepToStash(): void {
    if (this.stash === undefined) return
    for (const message of this.mailbox.cutTo(this.stash)) this.#overflows(message)
  }

  /** The path has ended for good: each message that waits in memory alone is a dead letter. */
  finish(): void {
    this.closed = true
    this.#loaded = false
    for (let next = this.mailbox.take(); next; next = this.mailbox.take()) {
      if (this.inbox === undefined) this.#owner.lettersDied(next, 'stopped', [])
    }
  }

  /** Whether the normal lane has room for one more, after its overflow policy has been applied. */
  #makeRoom(message: Delivered): boolean {
    const { capacity = DEFAULT_CAPACITY, overflow = 'reject' } = this.#owner.spec.mailbox ?? {}
    const waiting = this.mailbox.bounded
    if (this.stash !== undefined && waiting >= this.stash) {
      this.#overflows(message)
      return false
    }
    if (waiting < capacity) return true
    if (overflow === 'reject') return false
    const dropped = overflow === 'drop-oldest' ? (this.mailbox.dropOldest() ?? message) : message
    this.#overflows(dropped)
    return dropped !== message
  }

  #overflows(message: Delivered): void {
    this.#owner.lettersDied(message, 'overflow', [])
  }
}
