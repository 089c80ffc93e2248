// Discord processor: which table of Discord an answer belongs to, where a narrative has the processor "discord" (format, section
// 20). The name of the act is asked first, then the keys that tell one thing from another. Pure.

const BY_NAME: readonly (readonly [RegExp, string])[] = [
  [/member.?role/i, 'discord_member_roles'],
  [/guild.?member|server.?member|member/i, 'discord_guild_members'],
  [/channel/i, 'discord_channels'],
  [/role/i, 'discord_roles'],
  [/user/i, 'discord_users'],
  [/guild|server/i, 'discord_guilds'],
]

const BY_KEYS: readonly (readonly [readonly string[], string])[] = [
  [['channel_type'], 'discord_channels'],
  [['owner_id'], 'discord_guilds'],
  [['user_id', 'role_id'], 'discord_member_roles'],
  [['user_id', 'joined_at'], 'discord_guild_members'],
  [['permissions', 'position'], 'discord_roles'],
  [['username'], 'discord_users'],
]

/** Undefined where nothing speaks for a table, or the answer holds nothing like JSON. */
export function discordTableOf(act: string, response: string): string | undefined {
  if (!response.includes('{')) return undefined
  const byKeys = BY_KEYS.find(([keys]) => keys.every((key) => response.includes(`"${key}"`)))
  return BY_NAME.find(([name]) => name.test(act))?.[1] ?? byKeys?.[1]
}
