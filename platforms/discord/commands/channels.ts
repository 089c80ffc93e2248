// Commands on channels, and on the server that they belong to.

import type { Json, JsonObject } from '../../../json.ts'
import { at, given, isObject, listIn, textAt, yes } from '../answer.ts'
import type { Values } from '../arguments.ts'
import { flag, id, integer, oneOf, optional, preset, required, text } from '../arguments.ts'
import type { ChannelKind } from '../channel-kind.ts'
import { CHANNEL_KINDS, kindOf, storedName } from '../channel-kind.ts'
import { command } from '../command.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { fieldsOf } from '../overtaken.ts'

const kind = oneOf(Object.keys(CHANNEL_KINDS) as ChannelKind[])
const channel = { id: 'id', name: 'name', type: kindOf, position: 'position', topic: 'topic', nsfw: 'nsfw' }
const created = { id: 'id', name: 'name', kind: kindOf, position: 'position' }
const creation = {
  topic: optional(text(1_024)),
  position: optional(integer({ min: 0 })),
  nsfw: optional(flag),
  category_id: optional(id),
}
const createArgs = {
  guild_id: required(id),
  name: required(text(100)),
  kind: required(kind, 'channel_type'),
  ...creation,
}
type NewChannel = Values<typeof createArgs>

export const channelCommands = [
  command({
    name: 'server.get_stats',
    access: 'read',
    args: { guild_id: required(id) },
    route: 'GET /guilds/{guild_id}',
    query: () => ({ with_counts: true }),
    result: {
      guild_id: 'id',
      name: 'name',
      member_count: 'approximate_member_count',
      description: 'description',
      icon_url: (guild) => imageUrl('icons', guild, 'icon'),
      banner_url: (guild) => imageUrl('banners', guild, 'banner'),
      owner_id: 'owner_id',
      verification_level: 'verification_level',
      premium_tier: 'premium_tier',
      premium_subscription_count: 'premium_subscription_count',
    },
  }),
  command({
    name: 'channels.list',
    access: 'read',
    args: { guild_id: required(id) },
    route: 'GET /guilds/{guild_id}/channels',
    result: { each: { ...channel, parent_id: 'parent_id' } },
  }),
  command({
    name: 'channels.get',
    access: 'read',
    args: { channel_id: required(id), guild_id: optional(id) },
    route: 'GET /channels/{channel_id}',
    result: { ...channel, parent_id: 'parent_id', rate_limit_per_user: 'rate_limit_per_user', bitrate: 'bitrate' },
  }),
  command({
    name: 'channels.create',
    access: 'publish',
    permission: 'Manage Channels',
    args: createArgs,
    route: 'POST /guilds/{guild_id}/channels',
    body: newChannel,
    lookup: { route: 'GET /guilds/{guild_id}/channels', matches: isChannel },
    result: created,
  }),
  command({
    name: 'channels.get_or_create',
    access: 'publish',
    permission: 'Manage Channels',
    args: {
      guild_id: required(id),
      name: required(text(100)),
      kind: preset(kind, 'text', 'channel_type'),
      ...creation,
    },
    route: ['GET /guilds/{guild_id}/channels', 'POST /guilds/{guild_id}/channels'],
    findable: true,
    run(values, call) {
      const { guild_id, kind, name } = values
      return oneAtATime([guild_id, kind, storedName(name, CHANNEL_KINDS[kind])], call.signal, async () => {
        const channels = listIn(await call.send('GET /guilds/{guild_id}/channels', values))
        const existing = channels.find((candidate) => isChannel(candidate, values))
        if (isObject(existing)) return { ...existing, existed: true }
        const made = await call.send('POST /guilds/{guild_id}/channels', values, { body: newChannel(values) })
        call.claim(() => [textAt(made, 'id')])
        return { ...(made as JsonObject), existed: false }
      })
    },
    result: { ...created, existed: 'existed' },
  }),
  command({
    name: 'channels.edit',
    access: 'administer',
    permission: 'Manage Channels',
    args: {
      channel_id: required(id),
      name: optional(text(100)),
      topic: optional(text(1_024)),
      nsfw: optional(flag),
      position: optional(integer({ min: 0 })),
      bitrate: optional(integer({ min: 8_000 })),
      user_limit: optional(integer({ min: 0, max: 99 })),
    },
    route: 'PATCH /channels/{channel_id}',
    body: ({ channel_id: _, ...changes }) => changes,
    sets: ({ channel_id, ...changes }) => fieldsOf(`channel/${channel_id}`, changes),
    // Discord lets a channel be renamed, or given a topic, twice in ten minutes.
    current: { route: 'GET /channels/{channel_id}', isSo: isLike },
    result: channel,
  }),
  command({
    name: 'channels.delete',
    access: 'administer',
    permission: 'Manage Channels',
    args: { channel_id: required(id), guild_id: optional(id), reason: optional(text(512)) },
    route: 'DELETE /channels/{channel_id}',
    ends: ({ channel_id }) => [`channel/${channel_id}`],
    result: { id: given('channel_id'), deleted: yes },
  }),
  command({
    name: 'channels.create_invite',
    access: 'administer',
    permission: 'Create Invite',
    args: {
      channel_id: required(id),
      max_age: optional(integer({ min: 0, max: 604_800 })),
      max_uses: optional(integer({ min: 0, max: 100 })),
      temporary: optional(flag),
    },
    route: 'POST /channels/{channel_id}/invites',
    body: ({ channel_id: _, ...invite }) => invite,
    result: {
      code: 'code',
      url: (invite) => `https://discord.gg/${at(invite, 'code')}`,
      channel_id: given('channel_id'),
      max_age: 'max_age',
      max_uses: 'max_uses',
      temporary: 'temporary',
    },
  }),
  command({
    name: 'channels.typing',
    access: 'publish',
    permission: 'Send Messages',
    args: { channel_id: required(id) },
    route: 'POST /channels/{channel_id}/typing',
    repeatable: true,
    result: { channel_id: given('channel_id'), typing: yes },
  }),
]

function newChannel(values: Omit<NewChannel, 'guild_id'>) {
  const { name, kind, topic, position, nsfw, category_id } = values
  return { name, type: CHANNEL_KINDS[kind], topic, position, nsfw, parent_id: category_id }
}

function isChannel(candidate: Json, { name, kind }: Pick<NewChannel, 'name' | 'kind'>): boolean {
  return (
    at(candidate, 'type') === CHANNEL_KINDS[kind] && at(candidate, 'name') === storedName(name, CHANNEL_KINDS[kind])
  )
}

function isLike(
  now: Json,
  { channel_id: _, name, ...others }: { channel_id: string; name?: string | undefined },
): boolean {
  const isNamed = name === undefined || at(now, 'name') === storedName(name, at(now, 'type'))
  return isNamed && Object.entries(others).every(([key, value]) => value === undefined || at(now, key) === value)
}

function imageUrl(folder: string, guild: Json, key: string): Json {
  const hash = at(guild, key)
  return hash === null ? null : `https://cdn.discordapp.com/${folder}/${at(guild, 'id')}/${hash}.png`
}
