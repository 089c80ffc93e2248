// Commands on threads, and on the posts of forums, which are threads too.

import type { Json, JsonObject } from '../../../json.ts'
import { PlatformError } from '../../platform-error.ts'
import { at, listIn, textAt, yes } from '../answer.ts'
import { flag, id, oneOfNumbers, optional, required, text } from '../arguments.ts'
import { kindOf } from '../channel-kind.ts'
import type { Call } from '../command.ts'
import { claims, command, isSinceAttempt, lookBack, lookFrom, make, unlessInsisted } from '../command.ts'
import { NO_MENTIONS, splitText } from '../message-text.ts'
import { fieldsOf } from '../overtaken.ts'
import { sendParts } from '../send-parts.ts'

const PUBLIC_THREAD = 11
const thread = { id: 'id', name: 'name', type: kindOf, parent_id: 'parent_id' }
const threadId = { thread_id: required(id) }
const threadMember = { thread_id: required(id), user_id: required(id) }
const newThread = {
  channel_id: required(id),
  name: required(text(100)),
  /** Minutes. */
  auto_archive_duration: optional(oneOfNumbers([60, 1_440, 4_320, 10_080])),
}
const CREATE = 'POST /channels/{channel_id}/threads'
const ACTIVE = 'GET /guilds/{guild_id}/threads/active'
const ARCHIVED = 'GET /channels/{channel_id}/threads/archived/public'

export const threadCommands = [
  command({
    name: 'threads.list',
    access: 'read',
    args: { guild_id: required(id), channel_id: optional(id) },
    route: ACTIVE,
    async run(values, call) {
      const threads = listIn(await call.send(ACTIVE, values), 'threads')
      return values.channel_id === undefined ? threads : threads.filter((one) => isBelow(one, values.channel_id))
    },
    result: { threads: (answer) => listIn(answer).map(threadOf), count: (answer) => listIn(answer).length },
  }),
  command({
    name: 'threads.get',
    access: 'read',
    args: { thread_id: required(id, 'channel_id') },
    route: 'GET /channels/{thread_id}',
    result: thread,
  }),
  command({
    name: 'threads.create',
    access: 'publish',
    permission: 'Create Public Threads',
    args: newThread,
    route: [CREATE, 'GET /users/@me', 'GET /channels/{channel_id}', ACTIVE, ARCHIVED],
    findable: true,
    async run(values, call) {
      const found = await findThread(values, call)
      if (found !== undefined) return found
      const { name, auto_archive_duration } = values
      const body = { name, auto_archive_duration, type: PUBLIC_THREAD }
      return make(call, () => call.send(CREATE, values, { body }))
    },
    result: { thread_id: 'id', name: 'name', type: kindOf },
  }),
  command({
    name: 'threads.edit',
    access: 'administer',
    permission: 'Manage Threads',
    args: { ...threadId, name: optional(text(100)), archived: optional(flag), locked: optional(flag) },
    route: 'PATCH /channels/{thread_id}',
    body: ({ thread_id: _, ...changes }) => changes,
    sets: ({ thread_id, ...changes }) => fieldsOf(`channel/${thread_id}`, changes),
    result: { success: yes },
  }),
  command({
    name: 'threads.delete',
    access: 'administer',
    permission: 'Manage Threads',
    args: threadId,
    route: 'DELETE /channels/{thread_id}',
    ends: ({ thread_id }) => [`channel/${thread_id}`],
    result: { success: yes },
  }),
  command({
    name: 'threads.join',
    access: 'publish',
    args: threadId,
    route: 'PUT /channels/{thread_id}/thread-members/@me',
    sets: ({ thread_id }) => [`channel/${thread_id}/member/@me`],
    result: { success: yes },
  }),
  command({
    name: 'threads.leave',
    access: 'publish',
    args: threadId,
    route: 'DELETE /channels/{thread_id}/thread-members/@me',
    sets: ({ thread_id }) => [`channel/${thread_id}/member/@me`],
    result: { success: yes },
  }),
  command({
    name: 'threads.add_member',
    access: 'administer',
    permission: 'Send Messages in Threads',
    args: threadMember,
    route: 'PUT /channels/{thread_id}/thread-members/{user_id}',
    sets: ({ thread_id, user_id }) => [`channel/${thread_id}/member/${user_id}`],
    result: { success: yes },
  }),
  command({
    name: 'threads.remove_member',
    access: 'administer',
    permission: 'Manage Threads',
    args: threadMember,
    route: 'DELETE /channels/{thread_id}/thread-members/{user_id}',
    sets: ({ thread_id, user_id }) => [`channel/${thread_id}/member/${user_id}`],
    result: { success: yes },
  }),
  command({
    name: 'forum.create_post',
    access: 'publish',
    permission: 'Send Messages, Send Messages in Threads',
    args: { ...newThread, content: required(text()) },
    route: [
      CREATE,
      'POST /channels/{thread_id}/messages',
      'GET /users/@me',
      'GET /channels/{channel_id}',
      ACTIVE,
      ARCHIVED,
    ],
    findable: true,
    async run(values, call) {
      const { name, auto_archive_duration } = values
      const [first, ...others] = splitText(values.content)
      const found = await findThread(values, call)
      const body = { name, auto_archive_duration, message: { content: first!, allowed_mentions: NO_MENTIONS } }
      const post = found ?? (await make(call, () => call.send(CREATE, values, { body })))
      await sendParts(textAt(post, 'id'), others, { isBegun: true }, call)
      return post
    },
    result: { thread_id: 'id', name: 'name' },
  }),
  command({
    name: 'forum.get_post',
    access: 'read',
    args: { thread_id: required(id, 'channel_id') },
    route: 'GET /channels/{thread_id}',
    result: { id: 'id', name: 'name', message_count: 'message_count' },
  }),
  command({
    name: 'forum.list_posts',
    access: 'read',
    args: { channel_id: required(id) },
    route: ['GET /channels/{channel_id}', ACTIVE],
    async run(values, call) {
      const guild_id = textAt(await call.send('GET /channels/{channel_id}', values), 'guild_id')
      return listIn(await call.send(ACTIVE, { guild_id }), 'threads').filter((one) => isBelow(one, values.channel_id))
    },
    result: { each: { id: 'id', name: 'name', message_count: 'message_count' } },
  }),
]

/** The thread that an attempt of unknown outcome has made already, if it has; it may be archived since. */
async function findThread(values: { channel_id: string; name: string }, call: Call): Promise<Json | undefined> {
  if (call.attemptedAt === undefined) return undefined
  return await look(values, call).catch(unlessInsisted(call, undefined))
}

async function look(values: { channel_id: string; name: string }, call: Call): Promise<Json | undefined> {
  const me = at(await lookBack(call, 'GET /users/@me', {}), 'id')
  const guild_id = textAt(await lookBack(call, 'GET /channels/{channel_id}', values), 'guild_id')
  const active = listIn(await lookBack(call, ACTIVE, { guild_id }), 'threads')
  return active.find(isOurs) ?? (await archived(values, call)).find(isOurs)

  function isOurs(one: Json): boolean {
    const isAlike = isBelow(one, values.channel_id) && at(one, 'name') === values.name && at(one, 'owner_id') === me
    return isAlike && isSinceAttempt(one, call) && claims(call, textAt(one, 'id'))
  }
}

/** All that were archived since the attempt, latest first. @throws PlatformError `discord-uncertain` for too many */
async function archived({ channel_id }: { channel_id: string }, call: Call): Promise<readonly Json[]> {
  const threads: Json[] = []
  let before: string | undefined
  for (let page = 0; page < ARCHIVE_PAGES; page++) {
    const parts = { query: { limit: 100, before }, permission: 'Read Message History' }
    const answer = await lookBack(call, ARCHIVED, { channel_id }, parts)
    threads.push(...listIn(answer, 'threads'))
    before = textAt(threads.at(-1) ?? null, 'thread_metadata.archive_timestamp')
    if (at(answer, 'has_more') !== true || Date.parse(before) < lookFrom(call)) return threads
  }
  const message = 'Discord may or may not have the thread: too many have been archived since.'
  throw new PlatformError('discord-uncertain', message)
}

/** More archived threads than these pages hold are not searched. */
const ARCHIVE_PAGES = 10

function threadOf(answer: Json): JsonObject {
  return { id: at(answer, 'id'), name: at(answer, 'name'), type: kindOf(answer), parent_id: at(answer, 'parent_id') }
}

function isBelow(one: Json, channelId: string | undefined): boolean {
  return at(one, 'parent_id') === channelId
}
