// Thread protocol: what the two sides of an isolated actor say to each other.

import type { SerializedError } from '../errors.ts'
import type { SupervisionEvent } from './event.ts'
import type { Delivered, Message, Meta, TellOptions } from './message.ts'

/** What the thread is started with. */
export interface ThreadData {
  readonly path: string
  readonly incarnation: number
  /** URL of the module, and the name of the function in it that starts the actor. */
  readonly module: string
  readonly name: string
  readonly data: unknown
  /** One counter, raised while the thread's loop turns. */
  readonly beat: SharedArrayBuffer
}

export type ToThread =
  | { readonly type: 'deliver'; readonly message: Delivered }
  | { readonly type: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly type: 'refuse'; readonly id: number; readonly error: SerializedError }
  | { readonly type: 'stop' }

export type FromThread =
  | { readonly type: 'started' }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly error: SerializedError }
  | { readonly type: 'done'; readonly output: unknown }
  | { readonly type: 'stopped' }
  | { readonly type: 'tell'; readonly to: string; readonly message: Message; readonly options: TellOptions }
  | {
      readonly type: 'ask'
      readonly id: number
      readonly to: string
      readonly message: Message
      readonly options: TellOptions & { readonly timeoutMs: number }
    }
  | { readonly type: 'reply'; readonly meta: Meta; readonly result: unknown }
  | { readonly type: 'event'; readonly event: SupervisionEvent }

/** How often the thread's counter is raised, in ms. */
export const THREAD_BEAT_MS = 20

/** An error that crossed a thread, with its name, code and stack as they were. */
export function reviveError({ name, message, code, stack, retryable, cause }: SerializedError): Error {
  const error = new Error(message, cause && { cause: reviveError(cause) })
  error.name = name
  if (stack !== undefined) error.stack = stack
  return Object.assign(error, code !== undefined && { code }, retryable !== undefined && { retryable })
}
