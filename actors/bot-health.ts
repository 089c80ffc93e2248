// Bot health: how the runs of each bot went, kept across restarts of the bot's actor.

import { type SerializedError, serializeError } from '../errors.ts'

export interface BotHealth {
  readonly bot: string
  readonly succeeded: number
  readonly failed: number
  readonly skipped: number
  readonly consecutiveFailures: number
  /** Epoch ms. */
  readonly lastSuccessAt?: number
  readonly lastFailureAt?: number
  readonly lastError?: SerializedError
}

export interface BotHealthBook {
  of(bot: string): BotHealth
  succeeded(bot: string, at: number): void
  failed(bot: string, at: number, error: unknown): void
  /** Nothing to do is neither a success nor a failure. */
  skipped(bot: string): void
}

export function openHealthBook(): BotHealthBook {
  const book = new Map<string, BotHealth>()
  const change = (bot: string, next: (was: BotHealth) => BotHealth) =>
    book.set(bot, next(book.get(bot) ?? unknown(bot)))
  return {
    of: (bot) => book.get(bot) ?? unknown(bot),
    succeeded: (bot, at) =>
      change(bot, (was) => ({ ...was, succeeded: was.succeeded + 1, consecutiveFailures: 0, lastSuccessAt: at })),
    failed: (bot, at, error) =>
      change(bot, (was) => ({
        ...was,
        failed: was.failed + 1,
        consecutiveFailures: was.consecutiveFailures + 1,
        lastFailureAt: at,
        lastError: serializeError(error),
      })),
    skipped: (bot) => change(bot, (was) => ({ ...was, skipped: was.skipped + 1 })),
  }
}

function unknown(bot: string): BotHealth {
  return { bot, succeeded: 0, failed: 0, skipped: 0, consecutiveFailures: 0 }
}
