// Conditions: what of a running server is worth telling a person who looks at no screen. Pure.

import type { Condition, ConditionName } from '../telemetry/notification.ts'
import type { ProviderHealth } from '../telemetry/provider-health.ts'
import type { BotHealth } from './bot-health.ts'
import { isReached, type Spending } from './spending.ts'

/** Times are epoch ms. */
export interface ServerFacts {
  readonly now: number
  readonly bots: readonly (BotHealth & { readonly lives: boolean })[]
  /** Actors whose circuit breaker is not closed. */
  readonly openBreakers: readonly { readonly path: string; readonly trips: number }[]
  readonly providers: readonly ProviderHealth[]
  /** Top-level executions with a command of which nobody knows whether it was carried out. */
  readonly inDoubt: readonly string[]
  readonly deadLetters: number
  readonly spending: readonly Spending[]
  /** Why the database does not work; undefined when it does. */
  readonly databaseTrouble?: string
  /** When something was posted last, or the server started; undefined where no bot posts. */
  readonly postedAt?: number
}

export interface ConditionLimits {
  /** Failures in a row from which on a bot or a provider is worth a word. */
  readonly afterFailures: number
  /** Longest time without a post; undefined: any. */
  readonly noPostAfterMs?: number
}

export function conditionsOf(facts: ServerFacts, limits: ConditionLimits): Condition[] {
  return [
    ...facts.bots.flatMap((bot) => ofBot(bot, limits)),
    ...facts.openBreakers.map(ofBreaker),
    ...facts.providers.flatMap((provider) => ofProvider(provider, limits)),
    ...facts.inDoubt.map(ofDoubt),
    ...ofDeadLetters(facts.deadLetters),
    ...facts.spending.flatMap(ofSpending),
    ...ofDatabase(facts.databaseTrouble),
    ...ofPosts(facts, limits),
  ]
}

/** With a database that cannot be read nobody knows of these whether they hold. */
export function unknownOf({ databaseTrouble }: ServerFacts): readonly ConditionName[] {
  return databaseTrouble === undefined ? [] : ['in-doubt', 'dead-letters', 'budget-near', 'budget-reached', 'no-post']
}

function ofBot(bot: ServerFacts['bots'][number], { afterFailures }: ConditionLimits): Condition[] {
  const { bot: of, lives, consecutiveFailures, lastError } = bot
  const error = lastError?.code ?? lastError?.name ?? null
  const facts = { bot: of, consecutive_failures: consecutiveFailures, error }
  const why = lastError === undefined ? '' : ` The last error: ${lastError.message}`
  if (!lives) {
    const text = `Its supervisor gave it up; it does not run any more.${why} See "botticelli actors show ${of}".`
    return [{ name: 'bot-down', of, severity: 'critical', title: `Bot ${of} is down`, text, facts }]
  }
  if (consecutiveFailures < afterFailures) return []
  const title = `Bot ${of} has failed ${consecutiveFailures} times in a row`
  const text = `${why.trim()} See "botticelli executions list --bot ${of}".`.trim()
  return [{ name: 'bot-failing', of, severity: 'critical', title, text, facts }]
}

function ofBreaker({ path, trips }: ServerFacts['openBreakers'][number]): Condition {
  return {
    name: 'breaker-open',
    of: path,
    severity: 'warning',
    title: `Circuit breaker of ${path} is open`,
    text: 'It takes no messages until a trial succeeds.',
    facts: { actor: path, trips },
  }
}

function ofProvider(provider: ProviderHealth, { afterFailures }: ConditionLimits): Condition[] {
  const { provider: of, consecutiveFailures, limited, lastError, circuit } = provider
  if (consecutiveFailures < afterFailures) return []
  const title = `${of} has refused ${consecutiveFailures} calls in a row`
  const why = limited ? 'A rate limit or a quota is spent.' : `The last error: ${lastError ?? 'unknown'}.`
  const text = circuit === 'open' ? `${why} It is not asked for a while.` : why
  const facts = { provider: of, consecutive_failures: consecutiveFailures, error: lastError ?? null }
  return [{ name: 'provider-failing', of, severity: 'warning', title, text, facts }]
}

function ofDoubt(execution: string): Condition {
  return {
    name: 'in-doubt',
    of: execution,
    severity: 'critical',
    title: 'A publication waits for you',
    text: `Nobody knows whether a command of execution ${execution} was carried out. See "botticelli executions show ${execution}".`,
    facts: { execution },
  }
}

function ofDeadLetters(deadLetters: number): Condition[] {
  if (deadLetters === 0) return []
  const title = deadLetters === 1 ? 'A message was given up' : `${deadLetters} messages were given up`
  const text = 'See "botticelli dead-letters list"; they are redriven or dropped there.'
  const facts = { dead_letters: deadLetters }
  return [{ name: 'dead-letters', of: 'server', severity: 'warning', title, text, facts }]
}

/** From this share of a budget on, a person is told. */
const NEAR = 0.8

function ofSpending(spending: Spending): Condition[] {
  const { period, spentUsd, limitUsd, until } = spending
  const facts = { period, spent_usd: spentUsd, limit_usd: limitUsd }
  const spent = `$${spentUsd.toFixed(2)} of $${limitUsd.toFixed(2)}`
  const end = new Date(until).toISOString().slice(0, 16).replace('T', ' ')
  if (isReached(spending)) {
    const title = `The budget of the ${period} is reached`
    const text = `${spent} are spent. Calls that could cost more than is left wait until ${end} UTC, unless models.${KEYS[period]} is raised.`
    return [{ name: 'budget-reached', of: period, severity: 'critical', title, text, facts }]
  }
  if (spentUsd < limitUsd * NEAR) return []
  const title = `The budget of the ${period} is nearly spent`
  const text = `${spent}, until ${end} UTC.`
  return [{ name: 'budget-near', of: period, severity: 'warning', title, text, facts }]
}

const KEYS = { day: 'daily_budget_usd', month: 'monthly_budget_usd' } as const

function ofDatabase(trouble: string | undefined): Condition[] {
  if (trouble === undefined) return []
  const title = 'The database does not work'
  const text = `${trouble}. Bots wait until it does. See "botticelli db check".`
  return [{ name: 'database-down', of: 'server', severity: 'critical', title, text, facts: { error: trouble } }]
}

function ofPosts({ now, postedAt }: ServerFacts, { noPostAfterMs }: ConditionLimits): Condition[] {
  if (postedAt === undefined || noPostAfterMs === undefined || now - postedAt < noPostAfterMs) return []
  const hours = Math.floor((now - postedAt) / 3_600_000)
  const title = hours === 0 ? 'Nothing was posted for a while' : `Nothing was posted for ${hours} h`
  const text = `The last time was ${new Date(postedAt).toISOString()}. See "botticelli status".`
  const facts = { last_post: new Date(postedAt).toISOString() }
  return [{ name: 'no-post', of: 'server', severity: 'warning', title, text, facts }]
}
