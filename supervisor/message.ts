// Message: what actors say to each other, and the meta that travels with it.
//
// Owns the shape of a message and of the answer to sending one. Messages are plain readonly data: they can be
// logged, stored and replayed.

import type { SerializedError } from '../errors.ts'

export interface Message {
  readonly type: string
}

export interface Meta {
  readonly id: string
  /** W3C trace context of the sender. */
  readonly traceparent?: string
  readonly tracestate?: string
  readonly baggage?: string
  /** Shared by everything that one first message brought about. */
  readonly correlationId: string
  /** The message in hand when this one was sent. */
  readonly causationId?: string
  /** Path of the sender, when an actor sent it. */
  readonly from?: string
  /** Epoch ms. */
  readonly sentAt: number
  /** From 1; one more with each redelivery. */
  readonly attempt: number
  /** Epoch ms after which it is a dead letter instead of being handed over. */
  readonly expiresAt?: number
  /** Limit on handling it, in ms. */
  readonly deadlineMs?: number
  /** Path of the watched actor whose end it tells of. */
  readonly deathOf?: string
}

/** A message as an actor receives it. */
export type Delivered<M extends Message = Message> = M & { readonly meta: Meta }

export interface TellOptions {
  /** Goes before everything that waits, and is taken however full the mailbox is. Default false. */
  readonly control?: boolean
  /** Limit on handling this message, in ms; past it the actor crashes with `actor-deadline`. Default: the spec's. */
  readonly deadlineMs?: number
  /** Milliseconds it may wait; past them it is a dead letter. Default: for ever. */
  readonly expiresInMs?: number
  /** Trace context to continue, for a message that comes from a store instead of from running code. */
  readonly traceparent?: string
  readonly tracestate?: string
  readonly correlationId?: string
  readonly causationId?: string
}

/** What the runtime itself sends with. */
export interface NoticeOptions extends TellOptions {
  readonly deathOf?: string
}

export interface AskOptions extends TellOptions {
  readonly timeoutMs: number
}

export const REFUSALS = ['unknown', 'stopped', 'full'] as const
/** `unknown`: no actor ever had that path. `stopped`: it has ended or is about to. `full`: its mailbox takes no more. */
export type Refusal = (typeof REFUSALS)[number]

export type TellOutcome =
  | { readonly accepted: true; readonly id: string }
  | { readonly accepted: false; readonly reason: Refusal }

export const DEAD_LETTER_REASONS = ['unknown', 'stopped', 'overflow', 'poison', 'unhandled', 'expired'] as const
/**
 * `unknown`, `stopped`: nobody there. `overflow`: pushed out of, or kept out of, a full mailbox. `poison`: every attempt
 * crashed the actor. `unhandled`: the machine has no transition for it. `expired`: waited too long.
 */
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number]

/** A message that was given up, with every error it met. */
export interface DeadLetter {
  readonly id: string
  readonly at: number
  readonly to: string
  readonly reason: DeadLetterReason
  readonly message: Delivered
  readonly errors: readonly SerializedError[]
}
