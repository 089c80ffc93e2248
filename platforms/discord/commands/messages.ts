// Commands on messages and their reactions.

import type { Json, JsonObject } from '../../../json.ts'
import { PlatformError } from '../../platform-error.ts'
import { at, given, isObject, listIn, textAt, userOf, yes } from '../answer.ts'
import { emoji, flag, id, ids, integer, optional, preset, required, text } from '../arguments.ts'
import type { Call } from '../command.ts'
import { CLOCK_SKEW_MS, command, lookBack, unlessInsisted } from '../command.ts'
import { messageBody, NO_MENTIONS, splitText } from '../message-text.ts'
import { snowflakeAt, timeOfSnowflake } from '../snowflake.ts'

const message = { channel_id: required(id), message_id: required(id) }
const reaction = { ...message, emoji: required(emoji) }
const listed = {
  id: 'id',
  content: 'content',
  author: (answer: Json) => userOf(at(answer, 'author')),
  timestamp: 'timestamp',
  attachments: (answer: Json) => listIn(answer, 'attachments'),
  embeds: (answer: Json) => listIn(answer, 'embeds'),
}
const MESSAGES = '/channels/{channel_id}/messages'
const MESSAGE = `${MESSAGES}/{message_id}` as const
const REACTIONS = `${MESSAGE}/reactions` as const

export const messageCommands = [
  command({
    name: 'messages.get',
    access: 'read',
    permission: 'Read Message History',
    args: message,
    route: `GET ${MESSAGE}`,
    result: {
      ...listed,
      edited_timestamp: 'edited_timestamp',
      tts: 'tts',
      mention_everyone: 'mention_everyone',
      mentions: (answer) => listIn(answer, 'mentions').map(userOf),
      reactions: (answer) => listIn(answer, 'reactions').map(reactionOf),
      pinned: 'pinned',
    },
  }),
  command({
    name: 'messages.list',
    access: 'read',
    permission: 'Read Message History',
    args: {
      channel_id: required(id),
      limit: preset(integer({ min: 1, max: 100, clamp: true }), 50),
      guild_id: optional(id),
    },
    route: `GET ${MESSAGES}`,
    query: ({ limit }) => ({ limit }),
    result: { each: listed },
  }),
  command({
    name: 'messages.send',
    access: 'publish',
    permission: 'Send Messages',
    findable: true,
    args: { channel_id: required(id), content: required(text()), guild_id: optional(id), tts: preset(flag, false) },
    route: `POST ${MESSAGES}`,
    async run({ channel_id, content, tts }, call) {
      const sent = await sendParts(channel_id, splitText(content), { tts }, call)
      return { ...sent[0]!, message_ids: sent.map((one) => at(one, 'id')) }
    },
    result: {
      id: 'id',
      channel_id: given('channel_id'),
      content: 'content',
      timestamp: 'timestamp',
      tts: 'tts',
      split_messages: (answer) => (wasCut(answer) ? listIn(answer, 'message_ids').length : undefined),
      message_ids: (answer) => (wasCut(answer) ? at(answer, 'message_ids') : undefined),
    },
  }),
  command({
    name: 'messages.edit',
    access: 'publish',
    permission: 'Send Messages',
    args: { ...message, content: required(text(2_000)) },
    route: `PATCH ${MESSAGE}`,
    body: ({ content }) => ({ content, allowed_mentions: NO_MENTIONS }),
    result: { id: 'id', content: 'content', edited_timestamp: 'edited_timestamp' },
  }),
  command({
    name: 'messages.delete',
    access: 'administer',
    permission: 'Manage Messages',
    args: { ...message, reason: optional(text(512)) },
    route: `DELETE ${MESSAGE}`,
    result: { deleted: yes, channel_id: given('channel_id'), message_id: given('message_id') },
  }),
  command({
    name: 'messages.clear',
    access: 'administer',
    permission: 'Manage Messages',
    args: {
      channel_id: required(id),
      guild_id: optional(id),
      limit: preset(integer({ min: 1, max: 100, clamp: true }), 100),
    },
    route: [`GET ${MESSAGES}`, `POST ${MESSAGES}/bulk-delete`, `DELETE ${MESSAGE}`],
    async run({ channel_id, limit }, call) {
      const found = listIn(await call.send(`GET ${MESSAGES}`, { channel_id }, { query: { limit } }))
      await deleteMessages(
        channel_id,
        found.map((one) => textAt(one, 'id')),
        call,
      )
      return { cleared: found.length }
    },
    result: { cleared: 'cleared', channel_id: given('channel_id') },
  }),
  command({
    name: 'messages.bulk_delete',
    access: 'administer',
    permission: 'Manage Messages',
    inDoubt: 'repeat',
    args: { channel_id: required(id), message_ids: required(ids) },
    route: [`POST ${MESSAGES}/bulk-delete`, `DELETE ${MESSAGE}`],
    async run({ channel_id, message_ids }, call) {
      await deleteMessages(channel_id, message_ids, call)
      return { deleted_count: new Set(message_ids).size }
    },
    result: { success: yes, deleted_count: 'deleted_count' },
  }),
  command({
    name: 'messages.pin',
    access: 'publish',
    permission: 'Pin Messages',
    args: { ...message, guild_id: optional(id) },
    route: `PUT ${MESSAGES}/pins/{message_id}`,
    result: { channel_id: given('channel_id'), message_id: given('message_id'), pinned: yes },
  }),
  command({
    name: 'messages.unpin',
    access: 'publish',
    permission: 'Pin Messages',
    args: { ...message, guild_id: optional(id) },
    route: `DELETE ${MESSAGES}/pins/{message_id}`,
    result: { channel_id: given('channel_id'), message_id: given('message_id'), pinned: () => false },
  }),
  command({
    name: 'reactions.list',
    access: 'read',
    permission: 'Read Message History',
    args: { ...reaction, limit: preset(integer({ min: 1, max: 100, clamp: true }), 25) },
    route: `GET ${REACTIONS}/{emoji}`,
    query: ({ limit }) => ({ limit }),
    result: { users: (answer) => listIn(answer).map(userOf), count: (answer) => listIn(answer).length },
  }),
  command({
    name: 'reactions.add',
    access: 'publish',
    permission: 'Add Reactions',
    args: reaction,
    route: `PUT ${REACTIONS}/{emoji}/@me`,
    result: {
      added: yes,
      channel_id: given('channel_id'),
      message_id: given('message_id'),
      emoji: given('emoji'),
    },
  }),
  command({
    name: 'reactions.remove',
    access: 'administer',
    permission: 'Manage Messages',
    args: { ...reaction, user_id: optional(id) },
    route: [`DELETE ${REACTIONS}/{emoji}/@me`, `DELETE ${REACTIONS}/{emoji}/{user_id}`],
    run: (values, call) =>
      call.send(`DELETE ${REACTIONS}/{emoji}/${values.user_id === undefined ? '@me' : '{user_id}'}`, values),
    result: {
      removed: yes,
      channel_id: given('channel_id'),
      message_id: given('message_id'),
      emoji: given('emoji'),
    },
  }),
  command({
    name: 'reactions.clear',
    access: 'administer',
    permission: 'Manage Messages',
    args: message,
    route: `DELETE ${REACTIONS}`,
    result: { success: yes },
  }),
  command({
    name: 'reactions.clear_emoji',
    access: 'administer',
    permission: 'Manage Messages',
    args: reaction,
    route: `DELETE ${REACTIONS}/{emoji}`,
    result: { success: yes },
  }),
]

function wasCut(answer: Json): boolean {
  return listIn(answer, 'message_ids').length > 1
}

interface PartsOptions {
  readonly tts?: boolean
  /** Something of the text is there before the first part. */
  readonly isBegun?: boolean
}

/**
 * Sends the parts in order. What an attempt of unknown outcome has sent already is found and not sent again; what comes
 * before a part that is found was sent as well, and somebody has deleted it.
 *
 * @throws PlatformError `discord-incomplete` when Discord refuses a part after others of the text are there
 */
export async function sendParts(
  channel_id: string,
  parts: readonly string[],
  { tts = false, isBegun = false }: PartsOptions,
  call: Call,
): Promise<readonly JsonObject[]> {
  const bodies = parts.map((part, index) => ({ ...messageBody(part, call.idempotencyKey, index), tts }))
  const earlier = await sentEarlier(channel_id, bodies, call)
  const sent = [...earlier.messages]
  for (const body of bodies.slice(earlier.count)) {
    const begun = isBegun || sent.length > 0
    const answer = call.send(`POST ${MESSAGES}`, { channel_id }, { body, repeatable: true })
    const one = await answer.catch((thrown) => Promise.reject(begun ? incomplete(thrown) : thrown))
    call.claim(textAt(one, 'id'))
    sent.push(one as JsonObject)
  }
  return sent
}

function incomplete(thrown: unknown): unknown {
  if (!(thrown instanceof PlatformError) || thrown.retryable) return thrown
  const message = `A part of the text is on Discord, and what comes next was refused. ${thrown.message}`
  const retryable = thrown.code === 'discord-unauthorized'
  return new PlatformError('discord-incomplete', message, { cause: thrown, retryable })
}

type Body = Pick<ReturnType<typeof messageBody>, 'content' | 'nonce'>

/**
 * Of the parts, those that an attempt of unknown outcome has sent: how many, and the messages that are there of them.
 * None when there was no such attempt.
 *
 * @throws PlatformError `discord-uncertain` where it cannot be said
 */
async function sentEarlier(
  channel_id: string,
  parts: readonly Body[],
  call: Call,
): Promise<{ readonly count: number; readonly messages: readonly JsonObject[] }> {
  const found: (JsonObject | undefined)[] = parts.map(() => undefined)
  if (call.attemptedAt === undefined || parts.length === 0) return { count: 0, messages: [] }
  const isLastGone = await look().catch(unlessInsisted(call, false))
  const count = found.findLastIndex((one) => one !== undefined) + 1
  if (isLastGone && count < parts.length && !call.insisted) {
    throw nobodyKnows('a message that was sent to the channel since is deleted')
  }
  return { count, messages: found.filter((one) => one !== undefined) }

  /** @returns whether the newest message of the channel, as it was before, is one that was sent since and is gone */
  async function look(): Promise<boolean> {
    const me = at(await lookBack(call, 'GET /users/@me', {}), 'id')
    const last = textAt(await lookBack(call, 'GET /channels/{channel_id}', { channel_id }), 'last_message_id')
    let after = snowflakeAt(call.attemptedAt! - CLOCK_SKEW_MS)
    let isMissing = timeOfSnowflake(last) >= call.attemptedAt! - CLOCK_SKEW_MS
    for (let page = 0; page < LOOK_BACK_PAGES; page++) {
      const query = { query: { after, limit: 100 }, permission: 'Read Message History' }
      const messages = listIn(await lookBack(call, `GET ${MESSAGES}`, { channel_id }, query)).filter(isObject)
      for (const one of messages.toSorted(byAge)) {
        if (one.id === last) isMissing = false
        if (at(one, 'author.id') === me) take(one)
      }
      if (found.every((one) => one !== undefined) || messages.length < 100) return isMissing
      after = messages
        .toSorted(byAge)
        .map((one) => textAt(one, 'id'))
        .at(-1)!
    }
    throw nobodyKnows(`more than ${LOOK_BACK_PAGES * 100} messages have been sent to the channel since`)
  }

  function take(one: JsonObject): void {
    const index = parts.findIndex((part, index) => found[index] === undefined && isMessage(one, part))
    if (index >= 0 && call.claim(textAt(one, 'id'))) found[index] = one
  }
}

function byAge(one: JsonObject, other: JsonObject): number {
  return BigInt(textAt(one, 'id')) < BigInt(textAt(other, 'id')) ? -1 : 1
}

function nobodyKnows(why: string): PlatformError {
  return new PlatformError('discord-uncertain', `Discord may or may not have the message: ${why}.`)
}

/** More messages than these pages hold are not searched. */
const LOOK_BACK_PAGES = 20

/** By its nonce where Discord tells it, else by its text. */
function isMessage(one: JsonObject, { nonce, content }: { readonly nonce: string; readonly content: string }): boolean {
  return typeof one.nonce === 'string' ? one.nonce === nonce : one.content === content
}

const BULK_DELETE_MAX = 100
// Discord refuses older ones in bulk. A margin of an hour, since it looks at its own clock.
const BULK_DELETE_MAX_AGE_MS = (14 * 24 - 1) * 3_600_000

/** In bulk where Discord takes them so (2 to 100 messages, younger than two weeks), else one by one. */
async function deleteMessages(channel_id: string, message_ids: readonly string[], call: Call): Promise<void> {
  const unique = [...new Set(message_ids)]
  const isYoung = (message_id: string) => timeOfSnowflake(message_id) > call.now - BULK_DELETE_MAX_AGE_MS
  const young = unique.filter(isYoung)
  const single = unique.filter((message_id) => !isYoung(message_id))
  for (let from = 0; from < young.length; from += BULK_DELETE_MAX) {
    const messages = young.slice(from, from + BULK_DELETE_MAX)
    if (messages.length === 1) single.push(messages[0]!)
    else await call.send(`POST ${MESSAGES}/bulk-delete`, { channel_id }, { body: { messages }, repeatable: true })
  }
  for (const message_id of single) await call.send(`DELETE ${MESSAGE}`, { channel_id, message_id })
}

function reactionOf(reaction: Json): JsonObject {
  return { emoji: at(reaction, 'emoji.name'), count: at(reaction, 'count') }
}
