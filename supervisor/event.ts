// Supervision events: what happens to the actors, as one stream that metrics, logs, inspector and tests all read.

import type { SerializedError } from '../errors.ts'
import type { BreakerState } from './breaker.ts'
import type { Fault } from './faults.ts'
import type { DeadLetter } from './message.ts'
import type { PolicyAction } from './spec-words.ts'

export const RESTART_CAUSES = ['own_failure', 'sibling', 'start_retry', 'operator'] as const
export type RestartCause = (typeof RESTART_CAUSES)[number]

export type SupervisionEvent = {
  /** Epoch ms. */
  readonly at: number
  readonly path: string
  readonly kind: string
  readonly incarnation: number
} & (
  | { readonly type: 'started' }
  /** The incarnation takes messages for the first time. */
  | { readonly type: 'ready' }
  | { readonly type: 'ignored' }
  /** A specification that is allowed and almost never meant. */
  | { readonly type: 'doubtful'; readonly doubt: string }
  | { readonly type: 'start-failed'; readonly error: SerializedError }
  | {
      readonly type: 'message'
      readonly messageType: string
      readonly attempt: number
      readonly waitedMs: number
      readonly traceparent?: string
    }
  | { readonly type: 'handled'; readonly messageType: string; readonly durationMs: number; readonly ok: boolean }
  /** Ended by an error. Without `decision` the supervisor decides. */
  | {
      readonly type: 'crashed'
      readonly error: SerializedError
      readonly decision?: PolicyAction
      readonly traceparent?: string
    }
  | { readonly type: 'resumed'; readonly error: SerializedError }
  | { readonly type: 'restarting'; readonly delayMs: number; readonly cause: RestartCause }
  | { readonly type: 'restarted'; readonly restarts: number }
  /** A supervisor gave up, or an actor passed its error to its parent. */
  | { readonly type: 'escalated'; readonly error?: SerializedError }
  /** A child is past its own limit, or its error is not worth a restart: it stays down. */
  | { readonly type: 'given-up'; readonly error: SerializedError }
  /** Ended otherwise than by an error. */
  | { readonly type: 'stopped'; readonly reason: string }
  | { readonly type: 'hung'; readonly busyMs: number; readonly messageType?: string }
  /** The event loop stood still; the path is that of the actor whose turn it was, or the root's. */
  | { readonly type: 'loop-blocked'; readonly noticedAfterMs: number }
  /** A callback, an observer or a store threw where no actor could crash over it. Told once for each path and kind. */
  | { readonly type: 'fault'; readonly what: Fault; readonly error: SerializedError }
  | { readonly type: 'breaker'; readonly state: BreakerState }
  | { readonly type: 'paused'; readonly reason: string; readonly until?: number }
  | { readonly type: 'resumed-by-hand' }
  | { readonly type: 'snapshot-refused'; readonly stored: string; readonly expected: string }
  | { readonly type: 'dead-letter'; readonly letter: DeadLetter }
)

/** What one kind of event says, without the fields that all share. */
export type EventBody = SupervisionEvent extends infer Event
  ? Event extends SupervisionEvent
    ? Omit<Event, 'at' | 'path' | 'kind' | 'incarnation'>
    : never
  : never
