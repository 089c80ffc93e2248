// Model: what the rest of the house knows of a language model.
//
// One question, one answer. Which company answers, over which wire, at which price, stays behind this file.

/** A piece of a message. */
export type Part =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'media'
      readonly kind: MediaKind
      /** Media type, such as `image/png`. */
      readonly mime: string
      readonly bytes: Uint8Array
      /** Where the bytes were fetched from, without query and user; none for a file. Not sent. */
      readonly address?: string
      readonly filename?: string
    }

/** As in media/media.ts. */
export type MediaKind = 'image' | 'audio' | 'video' | 'document'

export interface ChatMessage {
  readonly role: 'user' | 'assistant'
  readonly parts: readonly Part[]
}

export interface Question {
  readonly system?: string
  readonly messages: readonly ChatMessage[]
  /** 0 to 2; the provider's default without it. */
  readonly temperature?: number
  /** Limit of the answer, in tokens. */
  readonly maxTokens?: number
  /** Share of the likeliest tokens that are considered, 0 to 1. */
  readonly topP?: number
  /** The answer ends before any of these. */
  readonly stop?: readonly string[]
  /** Equal seeds give equal answers, as far as the provider can. */
  readonly seed?: number
  /** Ask for JSON of this shape, where the provider can be held to it. */
  readonly json?: { readonly schema: Readonly<Record<string, unknown>> }
  /** Where the question comes from: for the scripted model and for telemetry, never sent to a provider. */
  readonly origin: {
    readonly narrative: string
    readonly act: string
    /** Which turn of a series this is, such as the round of a carousel: keeps a rehearsed answer varied over restarts. */
    readonly turn?: number
  }
}

export const FINISH_REASONS = ['stop', 'length', 'content-filter', 'error', 'other'] as const
export type FinishReason = (typeof FINISH_REASONS)[number]

/** Tokens as the provider counted them. `input` includes the cached ones. */
export interface Usage {
  readonly input: number
  readonly output: number
  readonly cachedInput?: number
  readonly reasoning?: number
}

export interface Answer {
  readonly text: string
  readonly finishReason: FinishReason
  readonly usage: Usage
  /** US dollars; undefined when no price is known for the model. */
  readonly costUsd: number | undefined
  /** The model that answered, as the provider names it. */
  readonly model: string
  readonly provider: string
  /** The provider's id of the answer, where it gives one. */
  readonly responseId?: string
  readonly durationMs: number
}

/** What a failed call had brought, and what is paid all the same: a ModelError may carry it. */
export function paidAnswer(error: unknown): Answer | undefined {
  return error instanceof Error ? (error as { readonly answer?: Answer }).answer : undefined
}

/** One language model, ready to be asked. */
export interface Model {
  /** `gemini`, `openai`, `anthropic`, `ollama`, `scripted` or the name of a configured server. */
  readonly provider: string
  /** The name the provider knows it by, such as `gemini-2.5-flash`. */
  readonly name: string
  /** Whether the provider takes media of a type; if not, what it takes, in words. Without it, it takes everything. */
  takes?(type: { readonly kind: MediaKind; readonly mime: string }): true | string
  /**
   * Asks once. No retries here: whoever asks decides.
   * @throws ModelError with `retryable` and, where the provider said so, `retryAfterMs`
   */
  ask(question: Question, options: AskOptions): Promise<Answer>
}

export interface AskOptions {
  /** Aborted, it ends the call down to the connection. */
  readonly signal: AbortSignal
  /** Given each piece of the answer as it comes. With it the answer is streamed, and one that breaks off is in the error. */
  readonly onText?: (piece: string) => void
}

/** Finds the model that a narrative names. */
export interface Models {
  /**
   * @param name `gemini-2.5-flash`, `openai:gpt-4`, `gemini/gemini-2.5-pro`; undefined means the configured default
   * @throws ModelError `provider-not-configured` when the provider has no key
   */
  find(name: string | undefined): Model
}
