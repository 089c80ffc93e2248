// Command docs: the table of commands as Markdown, for docs/platforms.md.

import { keysOf } from './answer.ts'
import type { Argument } from './arguments.ts'
import type { Access, DiscordCommand } from './command.ts'
import { DISCORD_COMMANDS } from './commands.ts'

const ACCESS: Readonly<Record<Access, string>> = { read: 'read', publish: 'publish', administer: '**administer**' }

/** One table with a line for each command, in the order of the code. */
export function commandTable(): string {
  const lines = [...DISCORD_COMMANDS.values()].map(lineOf)
  return ['| Command | Access | Arguments | Result | Permission of the bot |', '|---|---|---|---|---|', ...lines].join(
    '\n',
  )
}

function lineOf(command: DiscordCommand): string {
  const { list, keys } = keysOf(command.result)
  const cells = [
    `\`${command.name}\``,
    ACCESS[command.access],
    Object.entries(command.args).map(argumentOf).join('<br>'),
    `${list ? 'array of ' : ''}${keys.join(', ')}`,
    command.permission ?? '',
  ]
  return `| ${cells.join(' | ')} |`
}

function argumentOf([name, argument]: readonly [string, Argument]): string {
  const spellings = [name, ...argument.aliases].map((spelling) => `\`${spelling}\``).join(' or ')
  const preset = argument.preset === undefined ? '' : `, default ${argument.preset}`
  return `${argument.required ? `**${spellings}**` : spellings}: ${argument.type}${preset}`
}
