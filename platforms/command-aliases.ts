// Command aliases: spellings of older files, and the commands that they mean (narrative format, section 18.1).

const DISCORD_ALIASES: Readonly<Record<string, string>> = {
  'message.send': 'messages.send',
  'channel.send_message': 'messages.send',
  'channels.send_message': 'messages.send',
  'channels.create_message': 'messages.send',
  'channel.create': 'channels.create',
  'server.get_info': 'server.get_stats',
  'server.get': 'server.get_stats',
  'guilds.get': 'server.get_stats',
}

/** The command that a spelling means; the spelling itself when it is no alias. */
export function canonicalCommand(platform: string, command: string): string {
  return (platform === 'discord' ? DISCORD_ALIASES[command] : undefined) ?? command
}
