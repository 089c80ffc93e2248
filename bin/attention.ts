// Attention: what of a running server a person should look at, and the command that helps. Pure.

import type { BotStatus, ServerStatus } from '../actors/server-status.ts'
import { isReached, type Spending } from '../actors/spending.ts'
import type { Place } from '../errors.ts'
import type { ActorRecord } from '../supervisor/index.ts'
import { money, plural } from './figures.ts'
import type { Reloaded } from './hot-reload.ts'
import { oneLine } from './plain-text.ts'

/** One line for a person. A command in it begins with `botticelli`. */
export type Worry = string

/** @param placed how a place in a file is written, such as `botticelli.toml:3:1` */
export function attention(
  { bots, actors, providers, deadLetters, inDoubt, spending, database }: ServerStatus,
  reload: Reloaded | undefined,
  placed: (place: Place) => string,
): readonly Worry[] {
  const disk = database === undefined ? [] : [oneLine(database.message, 300), ...(database.fix ? [database.fix] : [])]
  const failing = bots
    .filter((bot) => bot.consecutiveFailures > 0)
    .map((bot) => `${bot.bot}: ${plural(bot.consecutiveFailures, 'failure')} in a row${whyOf(bot)}`)
  const down = bots.filter((bot) => bot.state === 'stopped').map((bot) => `${bot.bot} is stopped`)
  const refusing = providers
    .filter(({ consecutiveFailures }) => consecutiveFailures > 0)
    .map(({ provider, consecutiveFailures, lastError }) => {
      const calls = `${plural(consecutiveFailures, 'call')} failed in a row`
      return `${provider}: ${calls} (${lastError}): botticelli explain ${lastError}`
    })
  return [
    ...disk,
    ...failing,
    ...down,
    ...actors.flatMap(troubleOf),
    ...refusing,
    ...spentOf(spending),
    ...lettersOf(deadLetters),
    ...inDoubt.map(doubtOf),
    ...notInEffect(reload, placed),
  ]
}

/** What no run of a bot tells: that an actor is down, lets nothing through, or has more to do than it takes in. */
function troubleOf({ path, state, spec, breaker, mailbox, lastError }: ActorRecord): Worry[] {
  const look = `botticelli actors show ${path}`
  const why =
    lastError === undefined ? '' : ` (${lastError.code ?? lastError.name}: ${oneLine(lastError.message, 120)})`
  const isBot = /^\/bots\/[^/]+$/.test(path)
  const isDown = state === 'restarting' || (state === 'stopped' && !isBot && spec.restart !== 'temporary')
  const isFull = mailbox.capacity > 0 && mailbox.depth >= mailbox.capacity * NEARLY_FULL
  return [
    ...(isDown ? [`${path} is ${state}${why}: ${look}`] : []),
    ...(breaker !== undefined && breaker.state !== 'closed'
      ? [`the circuit breaker of ${path} is ${breaker.state}: ${look}`]
      : []),
    ...(isFull ? [`${mailbox.depth} of ${plural(mailbox.capacity, 'message')} wait for ${path}: ${look}`] : []),
  ]
}

const NEARLY_FULL = 0.8

/** Budgets that are spent; bots go on by themselves when the period is over. */
export function spentOf(spending: readonly Spending[]): Worry[] {
  return spending.filter(isReached).map(({ period, spentUsd, limitUsd, until }) => {
    const end = new Date(until).toISOString().slice(0, 16).replace('T', ' ')
    const reached = `the budget of the ${period} is reached, ${money(spentUsd)} of ${money(limitUsd)}`
    return `${reached}; calls that could cost more than is left wait until ${end} UTC: botticelli costs`
  })
}

/** @param count of dead letters */
export function lettersOf(count: number): Worry[] {
  return count > 0 ? [`${plural(count, 'dead letter')}: botticelli dead-letters list`] : []
}

/** Of an execution by its id. */
export function doubtOf(id: string): Worry {
  return `nobody knows whether a command had its effect: botticelli executions show ${id}`
}

/** Of a command that failed, what the platform said of it. */
function whyOf({ lastError }: BotStatus): string {
  if (lastError === undefined) return ''
  const { code, message } = (lastError.code === 'bot-command-failed' && lastError.cause) || lastError
  return `${code === undefined ? '' : ` (${code})`}: ${oneLine(message, 120)}`
}

/** What a person changed, and the server does not work with. */
function notInEffect(reload: Reloaded | undefined, placed: (place: Place) => string): Worry[] {
  if (reload === undefined) return []
  const at = (place: Place | undefined) => (place === undefined ? '' : `${placed(place)}: `)
  if (reload.outcome === 'refused') {
    const { place, message } = reload.error
    return [`a change is not in effect: ${at(place)}${oneLine(message, 200)}`]
  }
  return reload.atNextStart.map(({ path, place }) => `${at(place)}${path} takes effect at the next start`)
}
