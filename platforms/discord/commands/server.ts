// Commands on what else a server has: its calendar, emojis, stickers, invites, webhooks, integrations and regions.

import type { Json } from '../../../json.ts'
import { at } from '../answer.ts'
import { id, instant, optional, required, text } from '../arguments.ts'
import { command } from '../command.ts'
import { fieldsOf } from '../overtaken.ts'

const guild = { guild_id: required(id) }
const event = { guild_id: required(id), event_id: required(id) }
const EVENTS = '/guilds/{guild_id}/scheduled-events'
const EVENT = `${EVENTS}/{event_id}` as const
/** Discord's numbers: for members of the server only, and at a place that is no channel. */
const GUILD_ONLY = 2
const EXTERNAL = 3
const DEFAULT_LENGTH_MS = 3_600_000
const STATUSES: Readonly<Record<number, string>> = { 1: 'scheduled', 2: 'active', 3: 'completed', 4: 'canceled' }
const PLACES: Readonly<Record<number, string>> = { 1: 'stage', 2: 'voice', 3: 'external' }

export const serverCommands = [
  command({
    name: 'events.list',
    access: 'read',
    args: guild,
    route: `GET ${EVENTS}`,
    query: () => ({ with_user_count: true }),
    result: {
      each: {
        id: 'id',
        name: 'name',
        description: 'description',
        start_time: 'scheduled_start_time',
        end_time: 'scheduled_end_time',
        status: (answer) => named(STATUSES, at(answer, 'status')),
        kind: (answer) => named(PLACES, at(answer, 'entity_type')),
        user_count: 'user_count',
      },
    },
  }),
  command({
    name: 'events.get',
    access: 'read',
    args: event,
    route: `GET ${EVENT}`,
    result: { id: 'id', name: 'name', start_time: 'scheduled_start_time', description: 'description' },
  }),
  command({
    name: 'events.create',
    access: 'administer',
    permission: 'Create Events',
    args: {
      ...guild,
      name: required(text(100)),
      start_time: required(instant),
      description: optional(text(1_000)),
      end_time: optional(instant),
      location: optional(text(100)),
    },
    route: `POST ${EVENTS}`,
    body: ({ name, description, start_time, end_time, location = 'Discord' }) => ({
      name,
      description,
      privacy_level: GUILD_ONLY,
      entity_type: EXTERNAL,
      entity_metadata: { location },
      scheduled_start_time: start_time,
      // Discord demands an end of an event that has no channel.
      scheduled_end_time: end_time ?? new Date(Date.parse(start_time) + DEFAULT_LENGTH_MS).toISOString(),
    }),
    lookup: { route: `GET ${EVENTS}`, matches: (item, { name }) => at(item, 'name') === name },
    result: { event_id: 'id', name: 'name' },
  }),
  command({
    name: 'events.edit',
    access: 'administer',
    permission: 'Manage Events',
    args: {
      ...event,
      name: optional(text(100)),
      description: optional(text(1_000)),
      start_time: optional(instant),
      location: optional(text(100)),
    },
    route: `PATCH ${EVENT}`,
    sets: ({ guild_id, event_id, ...changes }) => fieldsOf(`guild/${guild_id}/event/${event_id}`, changes),
    body: ({ name, description, start_time, location }) => ({
      name,
      description,
      scheduled_start_time: start_time,
      entity_metadata: location === undefined ? undefined : { location },
    }),
    result: { success: () => true },
  }),
  command({
    name: 'events.delete',
    access: 'administer',
    permission: 'Manage Events',
    args: event,
    route: `DELETE ${EVENT}`,
    ends: ({ guild_id, event_id }) => [`guild/${guild_id}/event/${event_id}`],
    result: { success: () => true },
  }),
  command({
    name: 'emojis.list',
    access: 'read',
    args: guild,
    route: 'GET /guilds/{guild_id}/emojis',
    result: {
      each: {
        id: 'id',
        name: 'name',
        animated: 'animated',
        managed: 'managed',
        require_colons: 'require_colons',
        available: 'available',
      },
    },
  }),
  command({
    name: 'stickers.list',
    access: 'read',
    args: guild,
    route: 'GET /guilds/{guild_id}/stickers',
    result: {
      each: {
        id: 'id',
        name: 'name',
        description: 'description',
        tags: 'tags',
        format_type: 'format_type',
        available: 'available',
      },
    },
  }),
  command({
    name: 'invites.list',
    access: 'read',
    permission: 'Manage Server',
    args: guild,
    route: 'GET /guilds/{guild_id}/invites',
    result: {
      each: {
        code: 'code',
        channel_id: 'channel.id',
        inviter: (answer) => ({ id: at(answer, 'inviter.id'), name: at(answer, 'inviter.username') }),
        uses: 'uses',
        max_uses: 'max_uses',
        max_age: 'max_age',
        temporary: 'temporary',
        created_at: 'created_at',
      },
    },
  }),
  command({
    name: 'webhooks.list',
    access: 'read',
    permission: 'Manage Webhooks',
    args: guild,
    route: 'GET /guilds/{guild_id}/webhooks',
    // Not the token of the webhook, which Discord answers as well: whoever has it can post.
    result: { each: { id: 'id', name: 'name', channel_id: 'channel_id', avatar: 'avatar', guild_id: 'guild_id' } },
  }),
  command({
    name: 'integrations.list',
    access: 'read',
    permission: 'Manage Server',
    args: guild,
    route: 'GET /guilds/{guild_id}/integrations',
    result: {
      each: {
        id: 'id',
        name: 'name',
        type: 'type',
        enabled: 'enabled',
        syncing: 'syncing',
        account: (answer) => ({ id: at(answer, 'account.id'), name: at(answer, 'account.name') }),
      },
    },
  }),
  command({
    name: 'voice_regions.list',
    access: 'read',
    args: guild,
    route: 'GET /guilds/{guild_id}/regions',
    result: { each: { id: 'id', name: 'name', optimal: 'optimal', deprecated: 'deprecated', custom: 'custom' } },
  }),
]

function named(names: Readonly<Record<number, string>>, value: Json): Json {
  return names[Number(value)] ?? value
}
