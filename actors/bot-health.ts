// Bot health: how the runs of each bot went, kept across restarts of the bot's actor.
//
// Owns the counts, and how often an unfinished run was taken up again. A bot in a thread keeps a book of its own there;
// what happens in it is told to the one of the server as changes.

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

/** Plain data, to be told to another book. */
export type HealthChange = { readonly bot: string } & (
  | { readonly is: 'succeeded'; readonly at: number }
  | { readonly is: 'failed'; readonly at: number; readonly error: SerializedError }
  /** Nothing to do is neither a success nor a failure. */
  | { readonly is: 'skipped' }
  /** An unfinished run is taken up again. */
  | { readonly is: 'resuming'; readonly run: string }
  /** That run has come to an end, or its bot has gone down for a reason that has nothing to do with it. */
  | { readonly is: 'resumed'; readonly run: string }
)

/** All that a book knows of one bot. */
export interface BotMemory {
  readonly health: BotHealth
  /** How often each unfinished run was taken up. */
  readonly resumes: ReadonlyMap<string, number>
}

export interface BotHealthBook {
  of(bot: string): BotHealth
  memoryOf(bot: string): BotMemory
  take(change: HealthChange): void
  succeeded(bot: string, at: number): void
  failed(bot: string, at: number, error: unknown): void
  skipped(bot: string): void
}

/** @param onChange hears of each change that this book was the first to know of */
export function openHealthBook({
  known = [],
  onChange,
}: {
  readonly known?: readonly BotMemory[]
  readonly onChange?: (change: HealthChange) => void
} = {}): BotHealthBook {
  const book = new Map<string, BotMemory>(known.map((memory) => [memory.health.bot, memory]))
  const memoryOf = (bot: string) => book.get(bot) ?? nothingOf(bot)
  const tell = (change: HealthChange) => {
    book.set(change.bot, changed(memoryOf(change.bot), change))
    onChange?.(change)
  }
  return {
    of: (bot) => memoryOf(bot).health,
    memoryOf,
    take: tell,
    succeeded: (bot, at) => tell({ bot, is: 'succeeded', at }),
    failed: (bot, at, error) => tell({ bot, is: 'failed', at, error: serializeError(error) }),
    skipped: (bot) => tell({ bot, is: 'skipped' }),
  }
}

function changed({ health, resumes }: BotMemory, change: HealthChange): BotMemory {
  switch (change.is) {
    case 'succeeded':
      return {
        health: { ...health, succeeded: health.succeeded + 1, consecutiveFailures: 0, lastSuccessAt: change.at },
        resumes,
      }
    case 'failed':
      return {
        health: {
          ...health,
          failed: health.failed + 1,
          consecutiveFailures: health.consecutiveFailures + 1,
          lastFailureAt: change.at,
          lastError: change.error,
        },
        resumes,
      }
    case 'skipped':
      return { health: { ...health, skipped: health.skipped + 1 }, resumes }
    case 'resuming':
      return { health, resumes: new Map(resumes).set(change.run, (resumes.get(change.run) ?? 0) + 1) }
    case 'resumed':
      return { health, resumes: new Map([...resumes].filter(([run]) => run !== change.run)) }
  }
}

function nothingOf(bot: string): BotMemory {
  return { health: { bot, succeeded: 0, failed: 0, skipped: 0, consecutiveFailures: 0 }, resumes: new Map() }
}
