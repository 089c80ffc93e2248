// Commands on roles, members and bans.

import type { Json } from '../../../json.ts'
import { at, given, yes } from '../answer.ts'
import { bits, flag, id, ids, integer, optional, preset, required, text } from '../arguments.ts'
import { command } from '../command.ts'
import { fieldsOf } from '../overtaken.ts'

const member = { guild_id: required(id), user_id: required(id) }
const memberFields = {
  user_id: 'user.id',
  username: 'user.username',
  discriminator: 'user.discriminator',
  nickname: 'nick',
  roles: 'roles',
  joined_at: 'joined_at',
  premium_since: 'premium_since',
  avatar: 'avatar',
  pending: 'pending',
  deaf: 'deaf',
  mute: 'mute',
}
const madeRole = {
  id: 'id',
  name: 'name',
  color: 'color',
  hoist: 'hoist',
  position: 'position',
  permissions: 'permissions',
  mentionable: 'mentionable',
}
const roleFields = { ...madeRole, managed: 'managed' }
const roleSettings = {
  color: optional(integer({ min: 0, max: 0xffffff })),
  hoist: optional(flag),
  mentionable: optional(flag),
  permissions: optional(bits),
}
const reason = optional(text(512))
const MEMBER = '/guilds/{guild_id}/members/{user_id}'
const BAN = '/guilds/{guild_id}/bans/{user_id}'
/** 28 days, as Discord has it. */
const MAX_TIMEOUT_SECONDS = 2_419_200

export const peopleCommands = [
  command({
    name: 'roles.list',
    access: 'read',
    args: { guild_id: required(id) },
    route: 'GET /guilds/{guild_id}/roles',
    result: { each: roleFields },
  }),
  command({
    name: 'roles.get',
    access: 'read',
    args: { guild_id: required(id), role_id: required(id) },
    route: 'GET /guilds/{guild_id}/roles/{role_id}',
    result: { ...roleFields, icon: 'icon', unicode_emoji: 'unicode_emoji' },
  }),
  command({
    name: 'roles.create',
    access: 'administer',
    permission: 'Manage Roles',
    args: { guild_id: required(id), name: required(text(100)), ...roleSettings },
    route: 'POST /guilds/{guild_id}/roles',
    body: ({ guild_id: _, ...role }) => role,
    lookup: { route: 'GET /guilds/{guild_id}/roles', matches: (role, { name }) => at(role, 'name') === name },
    result: madeRole,
  }),
  command({
    name: 'roles.edit',
    access: 'administer',
    permission: 'Manage Roles',
    args: { guild_id: required(id), role_id: required(id), name: optional(text(100)), ...roleSettings },
    route: 'PATCH /guilds/{guild_id}/roles/{role_id}',
    body: ({ guild_id: _guild, role_id: _role, ...changes }) => changes,
    sets: ({ guild_id, role_id, ...changes }) => fieldsOf(`guild/${guild_id}/role/${role_id}`, changes),
    result: madeRole,
  }),
  command({
    name: 'roles.delete',
    access: 'administer',
    permission: 'Manage Roles',
    args: { guild_id: required(id), role_id: required(id) },
    route: 'DELETE /guilds/{guild_id}/roles/{role_id}',
    ends: ({ guild_id, role_id }) => [`guild/${guild_id}/role/${role_id}`],
    result: { deleted: yes, guild_id: given('guild_id'), role_id: given('role_id') },
  }),
  command({
    name: 'roles.assign',
    access: 'administer',
    permission: 'Manage Roles',
    args: { ...member, role_id: required(id) },
    route: `PUT ${MEMBER}/roles/{role_id}`,
    sets: (values) => [`${nameOf(values)}/roles/${values.role_id}`],
    result: { assigned: yes, guild_id: given('guild_id'), user_id: given('user_id'), role_id: given('role_id') },
  }),
  command({
    name: 'roles.remove',
    access: 'administer',
    permission: 'Manage Roles',
    args: { ...member, role_id: required(id) },
    route: `DELETE ${MEMBER}/roles/{role_id}`,
    sets: (values) => [`${nameOf(values)}/roles/${values.role_id}`],
    result: { removed: yes, guild_id: given('guild_id'), user_id: given('user_id'), role_id: given('role_id') },
  }),
  command({
    name: 'members.list',
    access: 'read',
    permission: 'Server Members Intent (developer portal)',
    args: { guild_id: required(id), limit: preset(integer({ min: 1, max: 1_000, clamp: true }), 100) },
    route: 'GET /guilds/{guild_id}/members',
    query: ({ limit }) => ({ limit }),
    result: { each: memberFields },
  }),
  command({
    name: 'members.get',
    access: 'read',
    args: member,
    route: `GET ${MEMBER}`,
    result: { ...memberFields, communication_disabled_until: 'communication_disabled_until' },
  }),
  command({
    name: 'members.edit',
    access: 'administer',
    permission: 'Manage Nicknames, Mute Members, Deafen Members, Manage Roles',
    args: {
      ...member,
      nickname: optional(text(32)),
      mute: optional(flag),
      deafen: optional(flag),
      roles: optional(ids),
    },
    route: `PATCH ${MEMBER}`,
    sets: ({ nickname, mute, deafen, roles, ...who }) => fieldsOf(nameOf(who), { nickname, mute, deafen, roles }),
    body: ({ nickname, mute, deafen, roles }) => ({ nick: nickname, mute, deaf: deafen, roles }),
    result: { guild_id: given('guild_id'), user_id: given('user_id'), changes: (_, values) => changesIn(values) },
  }),
  command({
    name: 'members.timeout',
    access: 'administer',
    permission: 'Moderate Members',
    args: { ...member, duration_seconds: required(integer({ min: 1, max: MAX_TIMEOUT_SECONDS })), reason },
    route: `PATCH ${MEMBER}`,
    sets: (values) => [`${nameOf(values)}/timeout`],
    body: ({ duration_seconds }, { now }) => ({
      communication_disabled_until: new Date(now + duration_seconds * 1_000).toISOString(),
    }),
    result: {
      timed_out: yes,
      guild_id: given('guild_id'),
      user_id: given('user_id'),
      duration_seconds: given('duration_seconds'),
      timeout_until: (answer) => Math.floor(Date.parse(String(at(answer, 'communication_disabled_until'))) / 1_000),
    },
  }),
  command({
    name: 'members.remove_timeout',
    access: 'administer',
    permission: 'Moderate Members',
    args: member,
    route: `PATCH ${MEMBER}`,
    sets: (values) => [`${nameOf(values)}/timeout`],
    body: () => ({ communication_disabled_until: null }),
    result: { guild_id: given('guild_id'), user_id: given('user_id'), timeout_removed: yes },
  }),
  command({
    name: 'members.kick',
    access: 'administer',
    permission: 'Kick Members',
    args: { ...member, reason },
    route: `DELETE ${MEMBER}`,
    result: { kicked: yes, guild_id: given('guild_id'), user_id: given('user_id') },
  }),
  command({
    name: 'members.ban',
    access: 'administer',
    permission: 'Ban Members',
    args: { ...member, delete_message_days: optional(integer({ min: 0, max: 7, clamp: true })), reason },
    route: `PUT ${BAN}`,
    sets: (values) => [`${nameOf(values)}/banned`],
    body: ({ delete_message_days: days }) => ({
      delete_message_seconds: days === undefined ? undefined : days * 86_400,
    }),
    result: { user_id: given('user_id'), banned: yes },
  }),
  command({
    name: 'members.unban',
    access: 'administer',
    permission: 'Ban Members',
    args: member,
    route: `DELETE ${BAN}`,
    sets: (values) => [`${nameOf(values)}/banned`],
    result: { unbanned: yes, guild_id: given('guild_id'), user_id: given('user_id') },
  }),
  command({
    name: 'bans.list',
    access: 'read',
    permission: 'Ban Members',
    args: { guild_id: required(id), limit: preset(integer({ min: 1, max: 1_000, clamp: true }), 100) },
    route: 'GET /guilds/{guild_id}/bans',
    query: ({ limit }) => ({ limit }),
    result: { each: { user_id: 'user.id', username: 'user.username', reason: 'reason' } },
  }),
]

function nameOf({ guild_id, user_id }: { readonly guild_id: string; readonly user_id: string }): string {
  return `guild/${guild_id}/member/${user_id}`
}

function changesIn(values: { nickname?: unknown; mute?: unknown; deafen?: unknown; roles?: unknown }): Json {
  const { nickname, mute, deafen, roles } = values
  return Object.entries({ nickname, mute, deafen, roles }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  )
}
