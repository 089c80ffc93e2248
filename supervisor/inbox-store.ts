// Inbox store: where messages of durable mailboxes are until they are handled. A port; the adapter is the store's.
//
//   I1. A message is in the store before `tell` says that it was accepted.
//   I2. It leaves the store when it was handled, or as a dead letter; the end of an actor or of the process takes none.
//   I3. Each delivery is counted in the store before it is made, so that a message that ends the process is given up too.

import type { DeadLetter, Delivered } from './message.ts'

/** What these throw is thrown by `tell`, or crashes the actor whose message it was. */
export interface InboxStore {
  append(path: string, message: Delivered): void
  /** What waits for a path, oldest first. `meta.attempt` is the attempt that comes next. */
  load(path: string): readonly Delivered[]
  /** Counts a delivery. False: the message is not there (any more), and is not to be delivered. */
  attempt(id: string): boolean
  /** The message was handled. One that is not there was acknowledged by whoever handled it. */
  ack(id: string): void
  /** Keeps a dead letter, instead of the message. */
  giveUp(letter: DeadLetter): void
  /** Makes a message of a kept dead letter again. Undefined: there is none of this id. */
  redrive(id: string): { readonly to: string; readonly message: Delivered } | undefined
  /** Forgets a kept dead letter. False: there is none of this id. */
  drop(id: string): boolean
  /** Whether somebody is to have this path whom nobody has started yet: what he is sent waits here. Nobody is without it. */
  readonly expects?: (path: string) => boolean
}
