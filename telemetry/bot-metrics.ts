// Bot metrics: the health of each bot, under the names that alerts are written on.

import { BOT_STATES, type BotState, type BotType, RESTART_REASONS } from './instrument-table.ts'
import { count, observe } from './instruments.ts'

/** The part of a supervisor's record that says how a bot is. Times are epoch milliseconds. */
export interface BotFigures {
  readonly state: string
  readonly consecutiveFailures: number
  readonly startedAt: number
  readonly lastSuccessAt?: number | undefined
  readonly lastFailureAt?: number | undefined
  /** Present while a message is in hand. */
  readonly busy?: unknown
  readonly paused?: unknown
}

interface Bot {
  readonly bot: string
  readonly type: BotType
  readonly figures: BotFigures
}

/** Exports the bots whenever metrics are read, and makes the counts of their runs exist. @returns the end of it */
export function observeBots(bots: () => Iterable<Bot>): () => void {
  for (const { bot, type: bot_type } of bots()) {
    for (const outcome of ['ok', 'error', 'skipped', 'cancelled'] as const) {
      count('botticelli.bot.executions', { bot, bot_type, outcome }, 0)
    }
    for (const reason of RESTART_REASONS) count('botticelli.bot.restarts', { bot, bot_type, reason }, 0)
  }

  function* each(figure: (figures: BotFigures) => number | undefined) {
    for (const { bot, type: bot_type, figures } of bots()) {
      const value = figure(figures)
      if (value !== undefined) yield { value, labels: { bot, bot_type } }
    }
  }
  function* states() {
    for (const { bot, figures } of bots()) {
      const present = stateOf(figures)
      for (const state of BOT_STATES) yield { value: state === present ? 1 : 0, labels: { bot, state } }
    }
  }

  const ends = [
    observe('botticelli.bot.consecutive_failures', () => each(({ consecutiveFailures }) => consecutiveFailures)),
    observe('botticelli.bot.start_time', () => each(({ startedAt }) => startedAt / 1_000)),
    observe('botticelli.bot.last_success_timestamp', () =>
      each(({ lastSuccessAt, startedAt }) => (lastSuccessAt ?? startedAt) / 1_000),
    ),
    observe('botticelli.bot.last_failure_timestamp', () =>
      each(({ lastFailureAt }) => (lastFailureAt === undefined ? undefined : lastFailureAt / 1_000)),
    ),
    observe('botticelli.bot.state', states),
  ]
  return () => {
    for (const end of ends) end()
  }
}

function stateOf({ state, busy, paused }: BotFigures): BotState {
  if (paused !== undefined) return 'paused'
  if (state === 'restarting') return 'backoff'
  if (state === 'stopping' || state === 'stopped') return 'stopped'
  return busy === undefined ? 'idle' : 'running'
}
