// Command: one row of the table of Discord commands, and how it runs.
//
//   C1. Arguments are checked before anything is sent.
//   C2. Where an earlier attempt may have had its effect (`attemptedAt`), a command that creates something looks for it
//       before it sends anything, if Discord offers a way to look.

import type { Json, JsonObject } from '../../json.ts'
import type { InDoubt } from '../platform.ts'
import { PlatformError } from '../platform-error.ts'
import type { Fields, Shape } from './answer.ts'
import { listIn, shapeAnswer, textAt } from './answer.ts'
import type { Arguments, Values } from './arguments.ts'
import { readArguments } from './arguments.ts'
import { type Touches, without } from './overtaken.ts'
import { timeOfSnowflake } from './snowflake.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
/** Such as `GET /channels/{channel_id}`; what stands in braces is filled from the arguments of that name. */
export type Route = `${Method} /${string}`

export interface RequestParts {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  /** Undefined values are not sent. */
  readonly body?: Readonly<Record<string, Json | undefined>>
  /** Shown in the audit log of the server. */
  readonly reason?: string | undefined
  /** True for a POST that Discord carries out once only, however often it is sent. */
  readonly repeatable?: boolean
  /** Where this request needs another permission than the rest of its command. */
  readonly permission?: string
}

/** One execution of a command, as the command sees it. */
export interface Call {
  readonly idempotencyKey: string
  /** Epoch ms. */
  readonly now: number
  readonly attemptedAt: number | undefined
  readonly signal: AbortSignal
  /** A person has looked, and says that it is not there: what cannot be looked for is no obstacle. */
  readonly insisted: boolean
  /** Takes things that are on Discord for what this command made, all at once. @returns those that are this command's */
  claim(choose: (isFree: (id: string) => boolean) => readonly string[]): readonly string[]
  /** Those of the names that later commands have set or ended. */
  overtaken(names: readonly string[]): readonly string[]
  send(route: Route, params: object, parts?: RequestParts): Promise<Json>
}

/**
 * `read` changes nothing. `publish` is what a bot is for, and allowed unless a narrative says otherwise. `administer`
 * destroys, or touches people and their rights: live, a narrative has to name it.
 */
export type Access = 'read' | 'publish' | 'administer'

interface CommandRow<A extends Arguments> {
  readonly name: string
  readonly access: Access
  readonly args: A
  /** The permission on Discord that the bot needs. */
  readonly permission?: string
  /** The request, or those of `run` in their order. */
  readonly route: Route | readonly [Route, ...Route[]]
  readonly query?: (values: Values<A>) => RequestParts['query']
  readonly body?: (values: Values<A>, call: Call) => RequestParts['body']
  /** Where a created thing is found again (C2): a list, and which of its items it is. */
  readonly lookup?: {
    readonly route: Route
    readonly matches: (item: Json, values: Values<A>) => boolean
  }
  /** True for a POST that may be sent again and again. */
  readonly repeatable?: boolean
  /** True when `run` looks for what an earlier attempt created (C2). */
  readonly findable?: boolean
  /** What it sets that lasts, by name (overtaken.ts). */
  readonly sets?: (values: Values<A>) => readonly string[]
  /** What it ends, by name. */
  readonly ends?: (values: Values<A>) => readonly string[]
  /** Where what it sets is to be read, and whether it is so already. */
  readonly current?: { readonly route: Route; readonly isSo: (answer: Json, values: Values<A>) => boolean }
  /** Where it does not follow from the rest: what to do when nobody knows the outcome. */
  readonly inDoubt?: InDoubt
  /** Instead of one request to `route`. */
  readonly run?: (values: Values<A>, call: Call) => Promise<Json>
  readonly result: Shape<Values<A>>
}

export interface DiscordCommand {
  readonly name: string
  readonly access: Access
  readonly args: Arguments
  readonly permission: string | undefined
  readonly routes: readonly Route[]
  /** True when its effect can be looked for (C2). */
  readonly findable: boolean
  readonly inDoubt: InDoubt
  readonly result: { readonly each: Fields<never> } | Fields<never>
  /** What it does with these arguments to what lasts. */
  touches(args: JsonObject): Touches
  /** @throws PlatformError `missing-argument`, `invalid-argument`, before `execute` sends anything. */
  prepare(args: JsonObject): { readonly warnings: readonly string[]; execute(call: Call): Promise<Json> }
}

export function command<A extends Arguments>(row: CommandRow<A>): DiscordCommand {
  const routes = typeof row.route === 'string' ? [row.route] : row.route
  const ask = (values: Values<A>, call: Call) => request(row, routes[0]!, values, call)
  const run = row.run ?? (row.lookup ? (values: Values<A>, call: Call) => make(call, () => ask(values, call)) : ask)
  return {
    name: row.name,
    access: row.access,
    args: row.args,
    permission: row.permission,
    routes,
    findable: isFindable(row),
    inDoubt: row.inDoubt ?? inDoubt(row, routes),
    result: row.result as DiscordCommand['result'],
    touches(args) {
      const { values } = readArguments(row.name, row.args, args)
      return { sets: row.sets?.(values) ?? [], ends: row.ends?.(values) ?? [] }
    },
    prepare(args) {
      const { values, warnings } = readArguments(row.name, row.args, args)
      return {
        warnings,
        async execute(call) {
          const answer = (await findEarlier(row, values, call)) ?? (await carryOut(row, run, values, call))
          return shapeAnswer(row.result, answer, values)
        },
      }
    },
  }
}

function isFindable<A extends Arguments>(row: CommandRow<A>): boolean {
  return row.findable ?? row.lookup !== undefined
}

/** What only reads, sets or removes may be done again; what creates has to be found. */
function inDoubt<A extends Arguments>(row: CommandRow<A>, routes: readonly Route[]): InDoubt {
  if (isFindable(row)) return 'look'
  const creates = routes.some((route) => route.startsWith('POST '))
  return creates && row.repeatable !== true ? 'ask' : 'repeat'
}

function request<A extends Arguments>(row: CommandRow<A>, route: Route, values: Values<A>, call: Call): Promise<Json> {
  const { reason } = values as { reason?: unknown }
  return call.send(route, values, {
    query: row.query?.(values),
    body: row.body?.(values, call),
    ...(typeof reason === 'string' && { reason }),
    ...(row.repeatable && { repeatable: true }),
  })
}

async function findEarlier<A extends Arguments>(
  row: CommandRow<A>,
  values: Values<A>,
  call: Call,
): Promise<Json | undefined> {
  const { lookup } = row
  if (lookup === undefined || call.attemptedAt === undefined) return undefined
  const items = listIn(await lookBack(call, lookup.route, values).catch(unlessInsisted(call, [])))
  return items.find(
    (item) => isSinceAttempt(item, call) && lookup.matches(item, values) && claims(call, textAt(item, 'id')),
  )
}

/** What a command of unknown outcome would set is looked at first, and left to a later command that has set it. */
async function carryOut<A extends Arguments>(
  { sets, current }: CommandRow<A>,
  run: (values: Values<A>, call: Call) => Promise<Json>,
  values: Values<A>,
  call: Call,
): Promise<Json> {
  if (sets === undefined || call.attemptedAt === undefined) return run(values, call)
  const names = sets(values)
  const gone = call.overtaken(names)
  const left = without(values, gone)
  const isNothingLeft = names.length > 0 && gone.length === names.length
  if (current === undefined) return isNothingLeft ? null : run(left, call)
  // Who may write need not be allowed to read.
  const now = await call.send(current.route, values).catch(unlessRetryable)
  if (isNothingLeft || (now !== undefined && current.isSo(now, left))) return now ?? null
  return run(left, call)
}

function unlessRetryable(thrown: unknown): undefined {
  if (!(thrown instanceof PlatformError) || thrown.retryable) throw thrown
}

/** Takes one thing that was found for what this command made. False where another command has it. */
export function claims(call: Call, id: string): boolean {
  return call.claim((isFree) => (isFree(id) ? [id] : [])).length > 0
}

/**
 * Makes something that is this command's. While the answer was on its way, a command in doubt that is to make the same may
 * have found the thing and taken it for its own; then there is to be one more.
 *
 * @param send is told how many were taken away
 * @throws PlatformError `discord-uncertain` when that has no end
 */
export async function make<T extends Json>(call: Call, send: (taken: number) => Promise<T>): Promise<T> {
  for (let taken = 0; taken < MOST_TAKEN; taken++) {
    const made = await send(taken)
    if (call.claim(() => [textAt(made, 'id')]).length > 0) return made
  }
  throw new PlatformError('discord-uncertain', 'What was made on Discord belongs to other commands, again and again.')
}

/** More commands than this that make the same at one moment are not told apart. */
export const MOST_TAKEN = 20

/** Where nobody could look, and a person has said that nothing is there. */
export function unlessInsisted<T>({ insisted }: Call, nothing: T): (thrown: unknown) => T {
  return (thrown) => {
    if (insisted && thrown instanceof PlatformError && !thrown.retryable) return nothing
    throw thrown
  }
}

/**
 * @throws PlatformError `discord-uncertain` where Discord does not let the bot look: nobody knows then. It may let it
 *   once it has a token again.
 */
export async function lookBack(call: Call, route: Route, params: object, parts: RequestParts = {}): Promise<Json> {
  try {
    return await call.send(route, params, parts)
  } catch (thrown) {
    if (!(thrown instanceof PlatformError) || thrown.retryable) throw thrown
    const message = `An earlier attempt may have had its effect, and the bot cannot look for it. ${thrown.message}`
    const retryable = thrown.code === 'discord-unauthorized'
    throw new PlatformError('discord-uncertain', message, { cause: thrown, retryable })
  }
}

/** True of what Discord made since the attempt of unknown outcome began. */
export function isSinceAttempt(item: Json, call: Call): boolean {
  return call.attemptedAt !== undefined && timeOfSnowflake(textAt(item, 'id')) >= lookFrom(call)
}

/**
 * From when on something may be what the attempt of unknown outcome has made, in epoch ms. A clock that is set back since
 * was wrong at the attempt.
 */
export function lookFrom({ attemptedAt, now }: Call): number {
  return Math.min(attemptedAt ?? now, now) - CLOCK_SKEW_MS
}

/** Our clock and Discord's may differ by so much. What is found is nobody else's, so that it may be generous. */
const CLOCK_SKEW_MS = 5 * 60_000
