// Parse: from the words of the command line to a command and its options.
//
// commander reads the words; what it cannot read comes back as one `usage` error with the nearest known name.

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { duration, type Kind } from '../config/kinds.ts'
import { BotticelliError } from '../errors.ts'
import { nearest } from '../narratives/nearest.ts'
import type { CommandSpec, FlagSpec, Options } from './command.ts'
import { COMMANDS, GLOBAL_FLAGS } from './command-table.ts'
import type { Globals } from './globals.ts'

export type Parsed = { readonly globals: Globals } & (
  | { readonly is: 'command'; readonly spec: CommandSpec; readonly options: Options }
  /** Help for a command, for all below a noun, or for everything; `asked` is false where a verb was forgotten. */
  | { readonly is: 'help'; readonly topic: readonly string[]; readonly asked: boolean }
  | { readonly is: 'version' }
)
type Found =
  | { is: 'command'; spec: CommandSpec; options: Options }
  | { is: 'help'; topic: readonly string[]; asked: boolean }
  | { is: 'version' }

/** The command line cannot be understood. */
export class UsageError extends BotticelliError {
  /** The flags that could be read before the fault. */
  readonly globals: Globals

  constructor(message: string, fix: string | undefined, globals: Globals) {
    super('usage', message, fix === undefined ? {} : { fix })
    this.globals = globals
  }
}

/** @throws UsageError */
export function parse(words: readonly string[]): Parsed {
  let found: Found = { is: 'help', topic: [], asked: true }
  let at: readonly string[] = []
  const program = make(new Command('botticelli'), [], GLOBAL_FLAGS).version('-', '--version')
  const nouns = new Map<string, Command>()
  program.argument('[command]').action((word?: string) => {
    if (word !== undefined) throw unknownCommand([word])
  })

  for (const spec of COMMANDS.filter((each) => mayBeMeant(each, words))) {
    const path = spec.name.split(' ')
    const parent = path.length === 1 ? program : noun(path[0] ?? '')
    const command = make(parent.command(path.at(-1) ?? ''), path, spec.flags ?? [])
    for (const { name, many, optional } of spec.args ?? []) {
      const inner = many ? `${name}...` : name
      command.argument(optional ? `[${inner}]` : `<${inner}>`)
    }
    command.aliases([...(spec.aliases ?? [])])
    command.action(() => {
      found = { is: 'command', spec, options: optionsOf(command) }
    })
  }

  try {
    program.parse(words, { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.code === 'commander.helpDisplayed') found = { is: 'help', topic: at, asked: true }
    else if (thrown.code === 'commander.version') found = { is: 'version' }
    else throw asUsage(thrown)
  }
  return { ...found, globals: globalsOf(program) }

  function make(command: Command, path: readonly string[], flags: readonly FlagSpec[]): Command {
    for (const flag of flags) if (!/--(help|version)\b/.test(flag.flag)) command.addOption(optionOf(flag))
    return command
      .helpOption('-h, --help')
      .helpCommand(false)
      .showSuggestionAfterError(false)
      .configureOutput({ writeErr: () => {}, writeOut: () => {} })
      .exitOverride((error) => {
        at = path
        throw error
      })
  }

  function noun(name: string): Command {
    const known = nouns.get(name)
    if (known !== undefined) return known
    const command = make(program.command(name), [name], [])
    command.argument('[command]').action((word?: string) => {
      if (word !== undefined) throw unknownCommand([name, word])
      found = { is: 'help', topic: [name], asked: false }
    })
    nouns.set(name, command)
    return command
  }

  function unknownCommand(path: readonly string[]): UsageError {
    const word = path.at(-1) ?? ''
    const where = path.slice(0, -1)
    const known = COMMANDS.flatMap((spec) => {
      const parts = spec.name.split(' ')
      return where.every((one, index) => parts[index] === one) ? (parts[where.length] ?? []) : []
    })
    const meant = nearest(word, known)
    const call = ['botticelli', ...where].join(' ')
    const fix = meant === undefined ? `See "${call} --help".` : `Did you mean "${call} ${meant}"?`
    return new UsageError(`Nobody knows the command "${[...where, word].join(' ')}".`, fix, globalsOf(program))
  }

  function asUsage(error: CommanderError): UsageError {
    const words = program.args.filter((word) => !word.startsWith('-'))
    const isNoun = nouns.has(words[0] ?? '')
    // A flag of a mistyped command is unknown as well; the command is what the person needs to hear of.
    if (at.length === 0 && words[0] !== undefined) return unknownCommand([words[0]])
    if (at.length === 1 && isNoun && words[1] !== undefined) return unknownCommand([at[0] ?? '', words[1]])
    const said = error.message.replace(/^error: /, '')
    const flag = /unknown option '(-[^']*)'/.exec(said)?.[1]
    const meant = flag === undefined ? undefined : nearest(flag, flagsOf(at))
    const fix = meant === undefined ? `See "${['botticelli', ...at].join(' ')} --help".` : `Did you mean "${meant}"?`
    return new UsageError(sentence(said), fix, globalsOf(program))
  }
}

/** Of eighty commands commander is told of few: all would be a twentieth of a start's time. */
function mayBeMeant({ name, aliases = [] }: CommandSpec, words: readonly string[]): boolean {
  const [first = name, second] = name.split(' ')
  return words.includes(first) || (second === undefined && aliases.some((alias) => words.includes(alias)))
}

function optionOf({ flag, kind, many, hidden }: FlagSpec): Option {
  const option = new Option(flag)
  const wanted: Kind<string | number> | undefined = flag.startsWith('--timeout') ? duration : kind
  if (wanted !== undefined) {
    option.argParser((text) => {
      const value = wanted.fromText(text)
      if (value === undefined) throw new InvalidArgumentError(`It must be ${wanted.expected}.`)
      return value
    })
  }
  if (many) option.argParser((text, earlier: readonly string[] | undefined) => [...(earlier ?? []), text])
  return option.hideHelp(hidden === true)
}

function optionsOf(command: Command): Options {
  const values = command.opts<Record<string, unknown>>()
  const read = (flag: string) => values[flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())]
  return {
    args: command.args,
    text: (flag) => read(flag) as string | undefined,
    number: (flag) => read(flag) as number | undefined,
    list: (flag) => (read(flag) as readonly string[] | undefined) ?? [],
    isSet: (flag) => (flag.startsWith('no-') ? read(flag.slice(3)) === false : read(flag) === true),
  }
}

function globalsOf(program: Command): Globals {
  const { project, config, json, quiet, verbose, color, input, yes, timeout } = program.opts()
  return {
    ...(project !== undefined && { project }),
    ...(config !== undefined && { config }),
    json: json === true,
    quiet: quiet === true,
    verbose: verbose === true,
    color: color === false ? 'never' : typeof color === 'string' ? (color as Globals['color']) : 'auto',
    input: input !== false,
    yes: yes === true,
    ...(timeout !== undefined && { timeoutMs: timeout }),
  }
}

function flagsOf(path: readonly string[]): string[] {
  const spec = COMMANDS.find((one) => one.name === path.join(' '))
  return [...(spec?.flags ?? []), ...GLOBAL_FLAGS].flatMap(({ flag }) => flag.match(/--[\w-]+/g) ?? [])
}

function sentence(text: string): string {
  const upper = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.?]$/.test(upper) ? upper : `${upper}.`
}
