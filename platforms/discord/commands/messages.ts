// Commands on messages and their reactions.

import type { Json, JsonObject } from '../../../json.ts'
import { at, given, listIn, textAt, userOf, yes } from '../answer.ts'
import { emoji, flag, id, ids, integer, optional, preset, required, text } from '../arguments.ts'
import type { Call } from '../command.ts'
import { command } from '../command.ts'
import { NO_MENTIONS, splitText } from '../message-text.ts'
import { sendParts } from '../send-parts.ts'
import { timeOfSnowflake } from '../snowflake.ts'

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
    sets: (values) => [`${nameOf(values)}/content`],
    current: { route: `GET ${MESSAGE}`, isSo: (now, { content }) => at(now, 'content') === content },
    result: { id: 'id', content: 'content', edited_timestamp: 'edited_timestamp' },
  }),
  command({
    name: 'messages.delete',
    access: 'administer',
    permission: 'Manage Messages',
    args: { ...message, reason: optional(text(512)) },
    route: `DELETE ${MESSAGE}`,
    ends: (values) => [nameOf(values)],
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
    ends: ({ channel_id, message_ids }) => message_ids.map((message_id) => nameOf({ channel_id, message_id })),
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
    sets: (values) => [`${nameOf(values)}/pinned`],
    result: { channel_id: given('channel_id'), message_id: given('message_id'), pinned: yes },
  }),
  command({
    name: 'messages.unpin',
    access: 'publish',
    permission: 'Pin Messages',
    args: { ...message, guild_id: optional(id) },
    route: `DELETE ${MESSAGES}/pins/{message_id}`,
    sets: (values) => [`${nameOf(values)}/pinned`],
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
    sets: (values) => [`${nameOf(values)}/reactions/${values.emoji}/@me`],
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
    sets: (values) => [`${nameOf(values)}/reactions/${values.emoji}/${values.user_id ?? '@me'}`],
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
    sets: (values) => [`${nameOf(values)}/reactions`],
    result: { success: yes },
  }),
  command({
    name: 'reactions.clear_emoji',
    access: 'administer',
    permission: 'Manage Messages',
    args: reaction,
    route: `DELETE ${REACTIONS}/{emoji}`,
    sets: (values) => [`${nameOf(values)}/reactions/${values.emoji}`],
    result: { success: yes },
  }),
]

function nameOf({ channel_id, message_id }: { readonly channel_id: string; readonly message_id: string }): string {
  return `channel/${channel_id}/message/${message_id}`
}

function wasCut(answer: Json): boolean {
  return listIn(answer, 'message_ids').length > 1
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
