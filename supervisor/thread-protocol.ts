// Thread protocol: what the two sides of an isolated actor say to each other.

import type { SerializedError } from '../errors.ts'
import type { SupervisionEvent } from './event.ts'
import type { Exit } from './exit.ts'
import type { InboxStore } from './inbox-store.ts'
import type { Delivered, Message, Meta, TellOptions } from './message.ts'
import type { ActorRecord } from './record.ts'

/** What the thread is started with. */
export interface ThreadData {
  readonly path: string
  readonly incarnation: number
  /** URL of the module, and the name of the function in it that starts the actor. */
  readonly module: string
  readonly name: string
  readonly data: unknown
  readonly hungAfterMs: number | undefined
  /** One counter, raised while the thread's loop turns. */
  readonly beat: SharedArrayBuffer
}

export type ToThread =
  | { readonly type: 'deliver'; readonly message: Delivered }
  | { readonly type: 'note'; readonly note: unknown }
  | { readonly type: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly type: 'refuse'; readonly id: number; readonly error: SerializedError }
  /** To the actor itself, or with a path to one below it. */
  | { readonly type: 'stop'; readonly id: number; readonly path: string; readonly exit: Exit }
  | { readonly type: 'kill'; readonly path: string }

/** What of the actor's XState snapshot is shown on the other side. */
export interface FarState {
  readonly value?: unknown
  readonly context?: unknown
}

export type FromThread =
  | { readonly type: 'started' }
  /** It takes the next message. */
  | { readonly type: 'ready' }
  | { readonly type: 'state'; readonly state: FarState }
  /** Of all actors below it. */
  | { readonly type: 'records'; readonly records: readonly ActorRecord[] }
  /** A message is in the inbox store, for a path on the other side. */
  | { readonly type: 'stored'; readonly to: string }
  /** What the module has to say to whoever started the thread. */
  | { readonly type: 'note'; readonly note: unknown }
  /** What the module asks whoever started the thread. */
  | { readonly type: 'question'; readonly id: number; readonly question: unknown }
  | { readonly type: 'failed'; readonly error: SerializedError }
  | { readonly type: 'done'; readonly output: unknown }
  | { readonly type: 'stopped'; readonly id: number }
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

/** What a module in a thread is given beside its scope. */
export interface ThreadPort {
  /** Says something to `onNote` on the other side. Must survive a structured clone. */
  note(note: unknown): void
  /** Asks `onAsk` on the other side. Question and answer must survive a structured clone. @throws what it throws */
  ask(question: unknown): Promise<unknown>
  /** Hears what the other side has to say beside messages. */
  onNote(hear: (note: unknown) => void): void
  /**
   * Messages to these paths are appended to the store here, in whatever transaction is open, and the other side is told
   * to look. Theirs must be durable mailboxes on the same store.
   */
  storeMessages(to: (path: string) => boolean, inbox: Pick<InboxStore, 'append'>): void
  /** Run when the actor has ended or crashed, before the other side hears of it. Not when the thread is killed. */
  onEnd(run: () => Promise<void>): void
}

/** How often the thread's counter is raised, in ms. */
export const THREAD_BEAT_MS = 20

/** How often the states of the actors below are told at most, in ms. */
export const STATES_MS = 50

/** An error that crossed a thread, with its name, code and stack as they were. */
export function reviveError({ name, message, code, stack, retryable, cause }: SerializedError): Error {
  const error = new Error(message, cause && { cause: reviveError(cause) })
  error.name = name
  if (stack !== undefined) error.stack = stack
  return Object.assign(error, code !== undefined && { code }, retryable !== undefined && { retryable })
}
