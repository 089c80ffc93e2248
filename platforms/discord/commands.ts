// Commands: the whole table of what a narrative can ask of Discord. docs/platforms.md is printed from it.

import type { DiscordCommand } from './command.ts'
import { channelCommands } from './commands/channels.ts'
import { messageCommands } from './commands/messages.ts'
import { peopleCommands } from './commands/people.ts'
import { serverCommands } from './commands/server.ts'
import { threadCommands } from './commands/threads.ts'

export const DISCORD_COMMANDS: ReadonlyMap<string, DiscordCommand> = new Map(
  [...channelCommands, ...messageCommands, ...threadCommands, ...peopleCommands, ...serverCommands].map((command) => [
    command.name,
    command,
  ]),
)
