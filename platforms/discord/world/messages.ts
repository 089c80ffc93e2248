// Routes of the imaginary Discord on messages, pins and reactions.

import type { Json, JsonObject } from '../../../json.ts'
import { forgetOldest } from '../../forget-oldest.ts'
import { timeOfSnowflake } from '../snowflake.ts'
import type { Channel, Handler, Message, World, WorldRequest } from './world.ts'
import { formError, MAX_MESSAGES, WorldError } from './world.ts'

const MAX_CHARACTERS = 2_000
const MAX_NONCE = 25
const BULK_DELETE_MAX_AGE_MS = 14 * 24 * 3_600_000
/** Discord says "the past few minutes". */
const NONCE_KEPT_MS = 3 * 60_000

export const messageRoutes: Readonly<Record<string, Handler>> = {
  'GET /channels/{}/messages': (world, [id], { query }) => list(world.channel(id!), query),
  'POST /channels/{}/messages': (world, [id], request) => create(world, world.channel(id!), request),
  'POST /channels/{}/messages/bulk-delete': (world, [id], { body }) => bulkDelete(world, world.channel(id!), body),
  'GET /channels/{}/messages/{}': (world, [id, messageId]) => world.message(world.channel(id!), messageId!).json,
  'PATCH /channels/{}/messages/{}': (world, [id, messageId], { body }) => {
    const { json } = world.message(world.channel(id!), messageId!)
    return Object.assign(json, checkContent(body), { edited_timestamp: world.timestamp() })
  },
  'DELETE /channels/{}/messages/{}': (world, [id, messageId]) => {
    const channel = world.channel(id!)
    world.message(channel, messageId!)
    world.remove(channel.messages, messageId!)
    return null
  },
  'PUT /channels/{}/messages/pins/{}': (world, [id, messageId]) => pin(world, id!, messageId!, true),
  'DELETE /channels/{}/messages/pins/{}': (world, [id, messageId]) => pin(world, id!, messageId!, false),

  'GET /channels/{}/messages/{}/reactions/{}': (world, [id, messageId, emoji], { query }) => {
    const users = world.message(world.channel(id!), messageId!).reactions.get(emoji!) ?? new Set()
    return [...users].slice(0, Number(query.limit ?? 25)).map((user) => userOf(world, user))
  },
  'PUT /channels/{}/messages/{}/reactions/{}/@me': (world, [id, messageId, emoji]) => {
    const message = world.message(world.channel(id!), messageId!)
    const users = message.reactions.get(emoji!) ?? new Set()
    message.reactions.set(emoji!, users.add(world.bot.id))
    return countReactions(message)
  },
  'DELETE /channels/{}/messages/{}/reactions/{}/@me': (world, [id, messageId, emoji]) =>
    withdraw(world, [id!, messageId!, emoji!, world.bot.id]),
  'DELETE /channels/{}/messages/{}/reactions/{}/{}': (world, ids) => withdraw(world, ids),
  'DELETE /channels/{}/messages/{}/reactions/{}': (world, [id, messageId, emoji]) => {
    const message = world.message(world.channel(id!), messageId!)
    message.reactions.delete(emoji!)
    return countReactions(message)
  },
  'DELETE /channels/{}/messages/{}/reactions': (world, [id, messageId]) => {
    const message = world.message(world.channel(id!), messageId!)
    message.reactions.clear()
    return countReactions(message)
  },
}

/** Newest first, as Discord answers them; of those after an id, the ones next to it. */
function list(channel: Channel, query: WorldRequest['query']): Json {
  const limit = Number(query.limit ?? 50)
  if (!(limit >= 1 && limit <= 100)) throw formError('limit', 'int value should be between 1 and 100.')
  const { after, before } = query
  const messages = [...channel.messages.values()]
    .map((message) => message.json)
    .filter(({ id }) => after === undefined || BigInt(id) > BigInt(after))
    .filter(({ id }) => before === undefined || BigInt(id) < BigInt(before))
  const chosen = after === undefined ? messages.slice(-limit) : messages.slice(0, limit)
  // A nonce is told to whoever sends the message; a list does not have it.
  return chosen.map(({ nonce: _, ...json }) => json).toReversed()
}

function create(world: World, channel: Channel, { body, newId }: WorldRequest): Json {
  const content = checkContent(body)
  const nonce = body.nonce === undefined ? undefined : String(body.nonce)
  if (nonce !== undefined && nonce.length > MAX_NONCE) throw formError('nonce', 'Must be 25 or fewer in length.')
  const existing =
    nonce !== undefined && body.enforce_nonce === true ? sentWith(nonce, channel, world.now()) : undefined
  if (existing !== undefined) return existing.json
  const message = world.addMessage(channel, newId(), { ...content, tts: body.tts ?? false, ...(nonce && { nonce }) })
  channel.json.last_message_id = message.json.id
  if (nonce !== undefined) remember(channel, nonce, { messageId: message.json.id, at: world.now() })
  if (typeof channel.json.message_count === 'number') channel.json.message_count += 1
  return message.json
}

function sentWith(nonce: string, { nonces, messages }: Channel, now: number): Message | undefined {
  const first = nonces.get(nonce)
  return first === undefined || first.at < now - NONCE_KEPT_MS ? undefined : messages.get(first.messageId)
}

function remember(channel: Channel, nonce: string, first: { messageId: string; at: number }): void {
  channel.nonces.set(nonce, first)
  forgetOldest(channel.nonces, MAX_MESSAGES)
}

function checkContent(body: JsonObject): JsonObject {
  const { content, allowed_mentions } = body
  if (typeof content !== 'string' || content.trim() === '') {
    throw new WorldError(400, 50_006, 'Cannot send an empty message')
  }
  if ([...content].length > MAX_CHARACTERS) throw formError('content', 'Must be 2000 or fewer in length.')
  return { content, mention_everyone: /@(everyone|here)\b/.test(content) && letsEveryoneIn(allowed_mentions) }
}

/** Without `allowed_mentions` Discord notifies whomever the text names. */
function letsEveryoneIn(allowed: Json | undefined): boolean {
  if (typeof allowed !== 'object' || allowed === null || Array.isArray(allowed)) return true
  const { parse } = allowed as JsonObject
  return Array.isArray(parse) && parse.includes('everyone')
}

function bulkDelete(world: World, channel: Channel, body: JsonObject): Json {
  const ids = Array.isArray(body.messages) ? (body.messages as string[]) : []
  if (ids.length < 2 || ids.length > 100) throw formError('messages', 'Must be between 2 and 100 in length.')
  if (ids.some((id) => timeOfSnowflake(id) < world.now() - BULK_DELETE_MAX_AGE_MS)) {
    throw new WorldError(400, 50_034, 'You can only bulk delete messages that are under 14 days old.')
  }
  for (const id of ids) world.remove(channel.messages, id)
  return null
}

function pin(world: World, channelId: string, messageId: string, pinned: boolean): Json {
  world.message(world.channel(channelId), messageId).json.pinned = pinned
  return null
}

function withdraw(world: World, [id, messageId, emoji, user]: readonly string[]): Json {
  const message = world.message(world.channel(id!), messageId!)
  message.reactions.get(emoji!)?.delete(user!)
  return countReactions(message)
}

/** Writes the counts into the message, as whoever reads it sees them. */
function countReactions(message: Message): Json {
  message.json.reactions = [...message.reactions]
    .filter(([, users]) => users.size > 0)
    .map(([emoji, users]) => ({ emoji: { id: null, name: emoji }, count: users.size }))
  return null
}

function userOf(world: World, id: string): JsonObject {
  return id === world.bot.id ? world.bot : { id, username: `user-${id}`, discriminator: '0000' }
}
