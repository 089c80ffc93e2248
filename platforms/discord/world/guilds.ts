// Routes of the imaginary Discord on servers: roles, members, bans, events and lists.

import type { Json } from '../../../json.ts'
import type { Entity, Handler } from './world.ts'
import { change, formError, role, WorldError } from './world.ts'

const EVENT_KEYS = ['name', 'description', 'scheduled_start_time', 'scheduled_end_time', 'entity_metadata']
const ROLE_KEYS = ['name', 'color', 'hoist', 'mentionable', 'permissions']
const MEMBER_KEYS = ['nick', 'mute', 'deaf', 'roles', 'communication_disabled_until']

export const guildRoutes: Readonly<Record<string, Handler>> = {
  'GET /users/@me': (world) => world.bot,
  'GET /guilds/{}': (world, [id]) => world.guild(id!).json,

  'GET /guilds/{}/roles': (world, [id]) => [...world.guild(id!).roles.values()],
  'GET /guilds/{}/roles/{}': (world, [id, roleId]) => world.role(world.guild(id!), roleId!),
  'POST /guilds/{}/roles': (world, [id], { body, newId }) => {
    const { roles } = world.guild(id!)
    const made = role(newId(), String(body.name ?? 'new role'), { ...body, position: roles.size })
    return add(roles, made)
  },
  'PATCH /guilds/{}/roles/{}': (world, [id, roleId], { body }) =>
    change(world.role(world.guild(id!), roleId!), body, ROLE_KEYS),
  'DELETE /guilds/{}/roles/{}': (world, [id, roleId]) => {
    const guild = world.guild(id!)
    world.role(guild, roleId!)
    world.remove(guild.roles, roleId!)
    return null
  },

  'GET /guilds/{}/members': (world, [id], { query }) => firstOf(world.guild(id!).members, query.limit ?? '1', 1_000),
  'GET /guilds/{}/members/{}': (world, [id, userId]) => world.member(world.guild(id!), userId!),
  'PATCH /guilds/{}/members/{}': (world, [id, userId], { body }) =>
    change(world.member(world.guild(id!), userId!), body, MEMBER_KEYS),
  'DELETE /guilds/{}/members/{}': (world, [id, userId]) => {
    const guild = world.guild(id!)
    world.member(guild, userId!)
    guild.members.delete(userId!)
    return null
  },
  'PUT /guilds/{}/members/{}/roles/{}': (world, [id, userId, roleId]) => {
    const guild = world.guild(id!)
    const { id: existing } = world.role(guild, roleId!)
    const subject = world.member(guild, userId!)
    subject.roles = [...new Set([...(subject.roles as string[]), existing])]
    return null
  },
  'DELETE /guilds/{}/members/{}/roles/{}': (world, [id, userId, roleId]) => {
    const subject = world.member(world.guild(id!), userId!)
    subject.roles = (subject.roles as string[]).filter((one) => one !== roleId)
    return null
  },

  'GET /guilds/{}/bans': (world, [id], { query }) => firstOf(world.guild(id!).bans, query.limit ?? '1000', 1_000),
  'PUT /guilds/{}/bans/{}': (world, [id, userId]) => {
    const guild = world.guild(id!)
    const known = guild.members.get(userId!)?.user ?? { id: userId!, username: `user-${userId}` }
    guild.bans.set(userId!, { id: userId!, user: known, reason: null })
    guild.members.delete(userId!)
    return null
  },
  'DELETE /guilds/{}/bans/{}': (world, [id, userId]) => {
    world.guild(id!).bans.delete(userId!)
    return null
  },

  'GET /guilds/{}/scheduled-events': (world, [id]) => [...world.guild(id!).events.values()],
  'GET /guilds/{}/scheduled-events/{}': (world, [id, eventId]) => world.event(world.guild(id!), eventId!),
  'POST /guilds/{}/scheduled-events': (world, [id], { body, newId }) => {
    if (body.entity_type === 3 && body.scheduled_end_time === undefined) {
      throw formError('scheduled_end_time', 'This field is required')
    }
    return add(world.guild(id!).events, { description: null, ...body, id: newId(), status: 1, user_count: 0 })
  },
  'PATCH /guilds/{}/scheduled-events/{}': (world, [id, eventId], { body }) =>
    change(world.event(world.guild(id!), eventId!), body, EVENT_KEYS),
  'DELETE /guilds/{}/scheduled-events/{}': (world, [id, eventId]) => {
    const guild = world.guild(id!)
    world.event(guild, eventId!)
    world.remove(guild.events, eventId!)
    return null
  },

  'GET /guilds/{}/invites': (world, [id]) => [...world.guild(id!).invites.values()],
  'GET /guilds/{}/emojis': (world, [id]) => world.guild(id!).json.emojis ?? [],
  'GET /guilds/{}/stickers': (world, [id]) => world.guild(id!).json.stickers ?? [],
  'GET /guilds/{}/webhooks': (world, [id]) => emptyListOf(world.guild(id!).json),
  'GET /guilds/{}/integrations': (world, [id]) => emptyListOf(world.guild(id!).json),
  'GET /guilds/{}/regions': (world, [id]) => {
    world.guild(id!)
    return [{ id: 'rotterdam', name: 'Rotterdam', optimal: true, deprecated: false, custom: false }]
  },
}

/** W3. */
function add(all: Map<string, Entity>, made: Entity): Entity {
  const known = all.get(made.id)
  if (known !== undefined) return known
  all.set(made.id, made)
  return made
}

function firstOf(all: ReadonlyMap<string, Entity>, limit: string, max: number): Json {
  const count = Number(limit)
  if (!(count >= 1 && count <= max)) throw new WorldError(400, 50_035, `Invalid Form Body limit: 1 to ${max}`)
  return [...all.values()].slice(0, count)
}

/** The imaginary Discord has none of these, but only of a server that it knows. */
function emptyListOf(_guild: Entity): Json {
  return []
}
