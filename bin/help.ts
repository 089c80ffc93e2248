// Help: the texts of --help, a pure function of the command table.
//
// 80 columns at most; three examples at most, the common one first.

import type { CommandSpec, FlagSpec } from './command.ts'
import { GROUPS } from './command.ts'
import { COMMANDS, GLOBAL_FLAGS } from './command-table.ts'
import { TOPICS } from './topics.ts'
import { rows } from './two-columns.ts'

/** The help for a command, for all commands of a noun, or for everything; undefined for what is none of them. */
export function helpText(words: readonly string[]): string | undefined {
  if (words.length === 0) return overview()
  const name = words.join(' ')
  const spec = COMMANDS.find((one) => one.name === name || one.aliases?.includes(name))
  if (spec !== undefined) return ofCommand(spec)
  const below = COMMANDS.filter((one) => one.name.startsWith(`${name} `))
  if (below.length > 0) return ofNoun(name, below)
  return undefined
}

function overview(): string {
  const width = Math.max(...COMMANDS.map((spec) => spec.name.length))
  const groups = GROUPS.map((group) => {
    const rows = COMMANDS.filter((spec) => spec.group === group)
    return `${group}\n${rows.map((spec) => `  ${spec.name.padEnd(width)}  ${spec.summary}`).join('\n')}`
  })
  const topics = Object.entries(TOPICS).map(([name, topic]) => `  ${name.padEnd(width)}  ${topic.summary}`)
  return [
    'Botticelli runs bots that write, choose and post with language models.',
    'Usage   botticelli <command> [flags]',
    ...groups,
    `Topics  (botticelli help TOPIC)\n${topics.join('\n')}`,
    `Flags of every command\n${flagLines(GLOBAL_FLAGS)}`,
  ].join('\n\n')
}

function ofCommand(spec: CommandSpec): string {
  const args = (spec.args ?? []).map((arg) => {
    const name = arg.many ? `${arg.name}...` : arg.name
    return arg.optional ? `[${name}]` : name
  })
  const flags = (spec.flags ?? []).filter((flag) => flag.hidden !== true)
  return [
    `${spec.summary}.`,
    `Usage   ${['botticelli', spec.name, ...args, flags.length > 0 ? '[flags]' : ''].filter(Boolean).join(' ')}`,
    spec.args === undefined ? '' : rows(spec.args.map((arg) => [arg.name, arg.help])),
    flags.length === 0 ? '' : `Flags\n${flagLines(flags)}`,
    tryLines(spec.examples),
    'Docs    botticelli help        all commands, topics and common flags',
  ]
    .filter(Boolean)
    .join('\n\n')
}

function ofNoun(noun: string, specs: readonly CommandSpec[]): string {
  return [
    `Usage   botticelli ${noun} <command> [flags]`,
    rows(specs.map((spec) => [spec.name.slice(noun.length + 1), spec.summary])),
    tryLines(specs.flatMap((spec) => spec.examples.slice(0, 1))),
    `Docs    botticelli help ${noun} <command>`,
  ].join('\n\n')
}

function tryLines(examples: readonly string[]): string {
  return examples
    .slice(0, 3)
    .map((example, index) => `${index === 0 ? 'Try     ' : '        '}botticelli ${example}`)
    .join('\n')
}

function flagLines(flags: readonly FlagSpec[]): string {
  return rows(flags.flatMap(({ flag, help, hidden }) => (hidden === true ? [] : [[shown(flag), help] as const])))
}

/** `-C, --project DIR`; a flag without a letter is indented to stand below the others. */
function shown(flag: string): string {
  const upper = flag.replace(/<(\w+)>/g, (_, name: string) => name.toUpperCase())
  return upper.startsWith('--') ? `    ${upper}` : upper
}
