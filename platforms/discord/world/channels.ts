// Routes of the imaginary Discord on channels, threads and invites.

import type { Json } from '../../../json.ts'
import { isObject } from '../answer.ts'
import { CHANNEL_KINDS, storedName } from '../channel-kind.ts'
import type { Entity, Handler, World } from './world.ts'
import { change, formError } from './world.ts'

const CHANNEL_KEYS = [
  'name',
  'topic',
  'nsfw',
  'position',
  'bitrate',
  'user_limit',
  'rate_limit_per_user',
  'parent_id',
  'archived',
  'locked',
]
const THREAD_TYPES: readonly Json[] = [10, 11, 12]

export const channelRoutes: Readonly<Record<string, Handler>> = {
  'GET /guilds/{}/channels': (world, [id]) => {
    world.guild(id!)
    return ofGuild(world, id!).filter((channel) => !THREAD_TYPES.includes(channel.type!))
  },
  'POST /guilds/{}/channels': (world, [id], { body, newId }) => {
    world.guild(id!)
    const type = body.type ?? 0
    const name = checkName(body.name)
    const position = typeof body.position === 'number' ? body.position : ofGuild(world, id!).length
    const json = { ...body, id: newId(), guild_id: id!, type, position, name: storedName(name, type) }
    return world.addChannel(json).json
  },
  'GET /channels/{}': (world, [id]) => world.channel(id!).json,
  'PATCH /channels/{}': (world, [id], { body }) => {
    const { json } = world.channel(id!)
    if (body.name !== undefined) checkName(body.name)
    change(json, body, CHANNEL_KEYS)
    if (body.archived === true) json.thread_metadata = { archived: true, archive_timestamp: world.timestamp() }
    json.name = storedName(String(json.name), json.type!)
    return json
  },
  'DELETE /channels/{}': (world, [id]) => {
    const { json } = world.channel(id!)
    world.remove(world.channels, id!)
    return json
  },
  'POST /channels/{}/typing': (world, [id]) => {
    world.channel(id!)
    return null
  },
  'POST /channels/{}/invites': (world, [id], { body, newId }) => {
    const { json } = world.channel(id!)
    const invite = {
      max_age: 86_400,
      max_uses: 0,
      temporary: false,
      ...body,
      id: newId(),
      uses: 0,
      channel: { id: json.id, name: json.name! },
      inviter: world.bot,
      created_at: world.timestamp(),
    }
    const made: Entity = { ...invite, code: BigInt(invite.id).toString(36) }
    world.guild(String(json.guild_id)).invites.set(made.id, made)
    return made
  },
  'GET /guilds/{}/threads/active': (world, [id]) => {
    world.guild(id!)
    const threads = ofGuild(world, id!).filter((one) => THREAD_TYPES.includes(one.type!) && one.archived !== true)
    return { threads, members: [] }
  },
  'GET /channels/{}/threads/archived/public': (world, [id], { query }) => {
    const { limit = '50', before = '9999' } = query
    const archived = [...world.channels.values()]
      .map(({ json }) => json)
      .filter((one) => one.parent_id === id && one.archived === true && archivedAt(one) < before)
      .toSorted((one, other) => (archivedAt(one) < archivedAt(other) ? 1 : -1))
    return { threads: archived.slice(0, Number(limit)), members: [], has_more: archived.length > Number(limit) }
  },
  'POST /channels/{}/threads': (world, [id], { body, newId }) => {
    const parent = world.channel(id!).json
    const name = checkName(body.name)
    if (parent.type === CHANNEL_KINDS.forum && body.message === undefined)
      throw formError('message', 'This field is required')
    const threadId = newId()
    const thread = world.addChannel({
      id: threadId,
      guild_id: parent.guild_id!,
      parent_id: parent.id,
      owner_id: world.bot.id,
      name,
      type: body.type ?? 11,
      archived: false,
      locked: false,
      message_count: 0,
    })
    // As on Discord, the first message of a forum's post has the id of the post.
    if (isObject(body.message)) world.addMessage(thread, threadId, body.message)
    return thread.json
  },
  'PUT /channels/{}/thread-members/@me': touch,
  'DELETE /channels/{}/thread-members/@me': touch,
  'PUT /channels/{}/thread-members/{}': touch,
  'DELETE /channels/{}/thread-members/{}': touch,
}

function archivedAt({ thread_metadata }: Entity): string {
  return isObject(thread_metadata) ? String(thread_metadata.archive_timestamp) : ''
}

/** Who takes part in a thread is not kept, only whether there is such a thread. */
function touch(world: World, [id]: readonly string[]): Json {
  world.channel(id!)
  return null
}

function ofGuild(world: World, id: string): Entity[] {
  return [...world.channels.values()].map((channel) => channel.json).filter((json) => json.guild_id === id)
}

function checkName(name: Json | undefined): string {
  if (typeof name !== 'string' || name.length < 1 || name.length > 100) {
    throw formError('name', 'Must be between 1 and 100 in length.')
  }
  return name
}
