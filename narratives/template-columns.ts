// Template columns: the tables that a narrative may name as its template (format, section 29).
//
//   One line a column: name, type, and what a prompt says of it. `!` marks what the model must give. An id with 64
//   bits is a text: a JavaScript number would round it. Columns with a default are optional.

import type { Column, ColumnType } from './columns.ts'
import { NarrativeError } from './narrative-error.ts'
import { nearest } from './nearest.ts'

export interface TemplateColumn extends Column {
  /** How a prompt describes the type. */
  readonly readable: string
  readonly meaning?: string
}

const TYPES: Readonly<Record<string, readonly [ColumnType, string]>> = {
  id: ['text', '64-bit integer as a string'],
  i: ['integer', 'integer'],
  b: ['boolean', 'boolean'],
  ts: ['timestamp', 'timestamp (ISO 8601)'],
  't[]': ['text-list', 'list of strings'],
  json: ['json', 'JSON'],
  t: ['text', 'text'],
}

const SNOWFLAKE = '18-digit Discord snowflake'
const HASH = '32-character hex hash, or null'
const TIMES = `
created_at ts | when the record was made
updated_at ts | when the record was last changed`

const CHANNEL_TYPES = [
  'guild_text',
  'dm',
  'guild_voice',
  'group_dm',
  'guild_category',
  'guild_announcement',
  'announcement_thread',
  'public_thread',
  'private_thread',
  'guild_stage_voice',
  'guild_directory',
  'guild_forum',
  'guild_media',
].join(', ')

const TEMPLATES: Readonly<Record<string, string>> = {
  discord_guilds: `
id! id key | ${SNOWFLAKE} of the guild
name! t(100) | title of the guild
owner_id! id | ${SNOWFLAKE} of the owner
icon t(255) | ${HASH}
banner t(255) | ${HASH}
splash t(255) | ${HASH}
features t[] | list of feature flags
description t | what the guild is about
vanity_url_code t(50)
member_count i | number of members
approximate_member_count i | number of members
approximate_presence_count i | number of members online
afk_channel_id id | ${SNOWFLAKE} of the channel
afk_timeout i | seconds
system_channel_id id | ${SNOWFLAKE} of the channel
rules_channel_id id | ${SNOWFLAKE} of the channel
public_updates_channel_id id | ${SNOWFLAKE} of the channel
verification_level i | 0 to 4
explicit_content_filter i | 0 to 2
mfa_level i | 0 or 1
premium_tier i | 0 to 3
premium_subscription_count i | number of boosts
max_presences i
max_members i
max_video_channel_users i
large b | default false
unavailable b | default false
joined_at ts | when the bot joined
left_at ts | when the bot left
bot_permissions id
bot_active b | default true${TIMES}`,

  discord_users: `
id! id key | ${SNOWFLAKE} of the user
username! t(32) | name of the user
discriminator t(4) | four digits
global_name t(32) | name that is shown
avatar t(255) | ${HASH}
banner t(255) | ${HASH}
accent_color i | colour as an integer
bot b | default false
system b | default false
mfa_enabled b
verified b
premium_type i
public_flags i
locale t(10) | such as en-US
first_seen ts | when the user was first seen
last_seen ts | when the user was last seen${TIMES}`,

  discord_channels: `
id! id key | ${SNOWFLAKE} of the channel
channel_type! t | one of ${CHANNEL_TYPES}
guild_id id | ${SNOWFLAKE} of the guild
name t(100) | title of the channel
position i
topic t | what the channel is about
nsfw b | default false
rate_limit_per_user i | seconds, default 0
bitrate i
user_limit i
parent_id id | ${SNOWFLAKE} of the category
owner_id id | ${SNOWFLAKE} of the owner
message_count i | number of messages
member_count i | number of members
archived b | default false
auto_archive_duration i | minutes
archive_timestamp ts
locked b | default false
invitable b | default true
available_tags json
default_reaction_emoji json
default_thread_rate_limit i
default_sort_order i
default_forum_layout i
last_message_at ts
last_read_message_id id | ${SNOWFLAKE} of the message
bot_has_access b | default true${TIMES}`,

  discord_guild_members: `
guild_id! id key | ${SNOWFLAKE} of the guild
user_id! id key | ${SNOWFLAKE} of the user
joined_at! ts | when the member joined
nick t(32) | name in this guild
avatar t(255) | ${HASH}
premium_since ts
communication_disabled_until ts
deaf b | default false
mute b | default false
pending b | default false
left_at ts${TIMES}`,

  discord_roles: `
id! id key | ${SNOWFLAKE} of the role
guild_id! id | ${SNOWFLAKE} of the guild
name! t(100) | title of the role
color i | colour as an integer, default 0
position! i
permissions! id | permission bits
hoist b | default false
icon t(255) | ${HASH}
unicode_emoji t(100)
managed b | default false
mentionable b | default false
tags json${TIMES}`,

  discord_member_roles: `
guild_id! id key | ${SNOWFLAKE} of the guild
user_id! id key | ${SNOWFLAKE} of the user
role_id! id key | ${SNOWFLAKE} of the role
assigned_at ts | when the role was assigned
assigned_by id | ${SNOWFLAKE} of the user who assigned it`,
}

/** @throws NarrativeError `prompt-assembly` for a template that is not in the catalogue */
export function columnsOfTemplate(name: string): readonly TemplateColumn[] {
  const lines = Object.hasOwn(TEMPLATES, name) ? TEMPLATES[name] : undefined
  if (lines !== undefined) return lines.trim().split('\n').map(columnOf)
  const known = Object.keys(TEMPLATES)
  const meant = nearest(name, known)
  throw new NarrativeError('prompt-assembly', `The columns of the template "${name}" are not known.`, {
    fix: `${meant === undefined ? '' : `Did you mean "${meant}"? `}Known: ${known.join(', ')}.`,
  })
}

function columnOf(line: string): TemplateColumn {
  const [declaration = '', meaning] = line.split(' | ')
  const [written = '', type = '', key] = declaration.split(' ')
  const limit = /\((\d+)\)/.exec(type)?.[1]
  const [columnType, readable] = TYPES[type.replace(/\(.*/, '')]!
  return {
    name: written.replace('!', ''),
    type: columnType,
    ...(written.endsWith('!') && { required: true }),
    ...(key === 'key' && { key: true }),
    readable: limit === undefined ? readable : `${readable}, at most ${limit} characters`,
    ...(meaning !== undefined && { meaning }),
  }
}
