// Send parts: a text as messages of a channel, each of them there once.
//
//   S1. What an attempt of unknown outcome has sent is found and not sent again. What comes before a part that is found
//       was sent as well, and somebody has deleted it.
//   S2. Each message is for one command. Where equal texts are in doubt at once, which of them a message is for does not
//       matter; one is sent for each that gets none.
//   S3. What is found is taken all at once, so that two texts that are alike do not each get a part of the other.

import type { JsonObject } from '../../json.ts'
import { PlatformError } from '../platform-error.ts'
import { at, isObject, listIn, textAt } from './answer.ts'
import type { Call } from './command.ts'
import { lookBack, lookFrom, MOST_TAKEN, make, unlessInsisted } from './command.ts'
import { messageBody, nonceOf } from './message-text.ts'
import { snowflakeAt, timeOfSnowflake } from './snowflake.ts'

interface PartsOptions {
  readonly tts?: boolean
  /** Something of the text is there before the first part. */
  readonly isBegun?: boolean
}

const MESSAGES = '/channels/{channel_id}/messages'
/** More messages than these pages hold are not searched. */
const LOOK_BACK_PAGES = 20

/**
 * Sends the parts in order, but for those that are there already.
 *
 * @returns the messages, those that were found included
 * @throws PlatformError `discord-incomplete` when Discord refuses a part after others of the text are there
 */
export async function sendParts(
  channel_id: string,
  parts: readonly string[],
  { tts = false, isBegun = false }: PartsOptions,
  call: Call,
): Promise<readonly JsonObject[]> {
  const earlier = await sentEarlier(channel_id, parts, call)
  const sent = [...earlier.messages]
  for (const [index, part] of [...parts.entries()].slice(earlier.count)) {
    const begun = isBegun || sent.length > 0
    const answer = make(call, (taken) => {
      const body = { ...messageBody(part, nonceOf(call.idempotencyKey, index, taken)), tts }
      return call.send(`POST ${MESSAGES}`, { channel_id }, { body, repeatable: true })
    })
    sent.push((await answer.catch((thrown) => Promise.reject(begun ? incomplete(thrown) : thrown))) as JsonObject)
  }
  return sent
}

function incomplete(thrown: unknown): unknown {
  if (!(thrown instanceof PlatformError) || thrown.retryable) return thrown
  const message = `A part of the text is on Discord, and what comes next was refused. ${thrown.message}`
  const retryable = thrown.code === 'discord-unauthorized'
  return new PlatformError('discord-incomplete', message, { cause: thrown, retryable })
}

/**
 * Of the parts, those that an attempt of unknown outcome has sent: how many, and the messages that are there of them.
 * None when there was no such attempt.
 *
 * @throws PlatformError `discord-uncertain` where it cannot be said
 */
async function sentEarlier(
  channel_id: string,
  parts: readonly string[],
  call: Call,
): Promise<{ readonly count: number; readonly messages: readonly JsonObject[] }> {
  if (call.attemptedAt === undefined || parts.length === 0) return { count: 0, messages: [] }
  const found = await look(channel_id, parts, call).catch(unlessInsisted(call, NOTHING_FOUND))
  const count = found.parts.findLastIndex((one) => one !== undefined) + 1
  if (found.isLastGone && count < parts.length && !call.insisted) {
    throw nobodyKnows('a message that was sent to the channel since is deleted')
  }
  return { count, messages: found.parts.filter((one) => one !== undefined) }
}

interface Found {
  /** The message of each part. */
  readonly parts: readonly (JsonObject | undefined)[]
  /** The newest message of the channel, as it was before, is one that was sent since and is gone. */
  readonly isLastGone: boolean
}

const NOTHING_FOUND: Found = { parts: [], isLastGone: false }

/** Looks at what was sent to the channel since the attempt, up to where all of the text is. */
async function look(channel_id: string, parts: readonly string[], call: Call): Promise<Found> {
  const me = at(await lookBack(call, 'GET /users/@me', {}), 'id')
  const last = textAt(await lookBack(call, 'GET /channels/{channel_id}', { channel_id }), 'last_message_id')
  let after = snowflakeAt(lookFrom(call))
  let isLastGone = timeOfSnowflake(last) >= lookFrom(call)
  const ours: JsonObject[] = []
  for (let page = 0; page < LOOK_BACK_PAGES; page++) {
    const query = { query: { after, limit: 100 }, permission: 'Read Message History' }
    const answer = listIn(await lookBack(call, `GET ${MESSAGES}`, { channel_id }, query))
    const messages = answer.filter(isObject).toSorted(byAge)
    if (messages.some(({ id }) => id === last)) isLastGone = false
    ours.push(...messages.filter((one) => at(one, 'author.id') === me))
    const isEnd = messages.length < 100
    const found = takeParts(parts, ours, call, isEnd)
    if (found !== undefined) return { parts: found, isLastGone }
    after = textAt(messages.at(-1)!, 'id')
  }
  throw nobodyKnows(`more than ${LOOK_BACK_PAGES * 100} messages have been sent to the channel since`)
}

/** S3. @returns undefined where some are missing, and there is more to look at: nothing is taken then */
function takeParts(
  parts: readonly string[],
  messages: readonly JsonObject[],
  call: Call,
  isEnd: boolean,
): readonly (JsonObject | undefined)[] | undefined {
  const found: (JsonObject | undefined)[] = []
  const isAll = () => isEnd || !found.includes(undefined)
  call.claim((isFree) => {
    found.splice(0, found.length, ...parts.map(() => undefined))
    for (const one of messages) {
      const index = parts.findIndex((part, index) => found[index] === undefined && isMessage(one, part, index, call))
      if (index >= 0 && isFree(textAt(one, 'id'))) found[index] = one
    }
    return isAll() ? found.flatMap((one) => (one ? [textAt(one, 'id')] : [])) : []
  })
  return isAll() ? found : undefined
}

function byAge(one: JsonObject, other: JsonObject): number {
  return BigInt(textAt(one, 'id')) < BigInt(textAt(other, 'id')) ? -1 : 1
}

function nobodyKnows(why: string): PlatformError {
  return new PlatformError('discord-uncertain', `Discord may or may not have the message: ${why}.`)
}

/** By its nonce where Discord tells it, else by its text. */
function isMessage(one: JsonObject, part: string, index: number, { idempotencyKey }: Call): boolean {
  if (typeof one.nonce !== 'string') return one.content === part
  return Array.from({ length: MOST_TAKEN }, (_, taken) => nonceOf(idempotencyKey, index, taken)).includes(one.nonce)
}
