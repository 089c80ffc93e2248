// Parse: from the words of the command line to a command and its options.
//
// The flags that every command has may stand anywhere, a command's own behind it. What cannot be understood is one
// `usage` error with the nearest known name.

import { BotticelliError } from '../errors.ts'
import { nearest } from '../narratives/nearest.ts'
import type { CommandSpec, FlagSpec, Options } from './command.ts'
import { COMMANDS, GLOBAL_FLAGS } from './command-table.ts'
import type { Globals } from './globals.ts'
import { namesOf, type ReadFlags, readFlags } from './read-flags.ts'

export type Parsed = { readonly globals: Globals } & (
  | { readonly is: 'command'; readonly spec: CommandSpec; readonly options: Options }
  /** Help for a command, for all below a noun, or for everything; `asked` is false where a verb was forgotten. */
  | { readonly is: 'help'; readonly topic: readonly string[]; readonly asked: boolean }
  | { readonly is: 'version' }
)

/** The command line cannot be understood. */
export class UsageError extends BotticelliError {
  /** The flags that could be read. */
  readonly globals: Globals

  constructor(message: string, fix: string | undefined, globals: Globals) {
    super('usage', message, fix === undefined ? {} : { fix })
    this.globals = globals
  }
}

/** @throws UsageError */
export function parse(words: readonly string[]): Parsed {
  const common = readFlags(words, GLOBAL_FLAGS)
  const globals = globalsOf(common)
  const isHelp = common.values.has('help')
  if (common.values.has('version')) return { is: 'version', globals }
  if (common.fault !== undefined) throw wrong(common.fault, [])

  const [first, ...others] = common.rest[0] === '--' ? common.rest.slice(1) : common.rest
  if (first === undefined) return { is: 'help', topic: [], asked: true, globals }
  const single = commandCalled([first])
  if (single !== undefined) return understood(single, others)
  if (!COMMANDS.some(({ name }) => name.startsWith(`${first} `))) {
    return isHelp ? { is: 'help', topic: [], asked: true, globals } : unknown([first])
  }
  const [second, ...rest] = others
  const double = second === undefined ? undefined : commandCalled([first, second])
  if (double !== undefined) return understood(double, rest)
  if (isHelp || second === undefined) return { is: 'help', topic: [first], asked: isHelp, globals }
  return unknown([first, second])

  function understood(spec: CommandSpec, given: readonly string[]): Parsed {
    const path = spec.name.split(' ')
    if (isHelp) return { is: 'help', topic: path, asked: true, globals }
    const own = readFlags(given, spec.flags ?? [])
    if (own.fault !== undefined) throw wrong(own.fault, path)
    const end = own.rest.indexOf('--')
    const before = end < 0 ? own.rest : own.rest.slice(0, end)
    const stray = before.find(isFlag)
    if (stray !== undefined) throw unknownFlag(stray, path)
    const args = end < 0 ? before : [...before, ...own.rest.slice(end + 1)]
    const problem = argsProblem(spec, args)
    if (problem !== undefined) throw wrong(problem, path)
    return { is: 'command', spec, options: optionsOf(own.values, args), globals }
  }

  function unknown(path: readonly string[]): never {
    const word = path.at(-1)!
    throw isFlag(word) ? unknownFlag(word, path.slice(0, -1)) : unknownCommand(path)
  }

  function unknownCommand(path: readonly string[]): UsageError {
    const where = path.slice(0, -1)
    const known = COMMANDS.flatMap((spec) => {
      const parts = spec.name.split(' ')
      return where.every((one, index) => parts[index] === one) ? (parts[where.length] ?? []) : []
    })
    const meant = nearest(path.at(-1)!, known)
    const call = ['botticelli', ...where].join(' ')
    const fix = meant === undefined ? `See "${call} --help".` : `Did you mean "${call} ${meant}"?`
    return new UsageError(`Nobody knows the command "${path.join(' ')}".`, fix, globals)
  }

  function unknownFlag(word: string, path: readonly string[]): UsageError {
    const flag = word.replace(/(?<=^--.*?)=.*/s, '')
    return wrong(`Unknown option '${word}'.`, path, nearest(flag, flagsOf(path)))
  }

  function wrong(message: string, path: readonly string[], meant?: string): UsageError {
    const fix = meant === undefined ? `See "${['botticelli', ...path].join(' ')} --help".` : `Did you mean "${meant}"?`
    return new UsageError(message, fix, globals)
  }
}

function commandCalled(path: readonly string[]): CommandSpec | undefined {
  const called = path.join(' ')
  return COMMANDS.find(({ name, aliases }: CommandSpec) => name === called || aliases?.includes(called))
}

/** A dash alone and a number below zero are words like others. */
function isFlag(word: string): boolean {
  return /^-\D/.test(word)
}

function argsProblem({ name, args: wanted = [] }: CommandSpec, args: readonly string[]): string | undefined {
  const missing = wanted.find(({ optional }, index) => !optional && args[index] === undefined)
  if (missing !== undefined) return `Missing required argument '${missing.name}'.`
  const most = wanted.length
  if (args.length <= most || wanted.some(({ many }) => many)) return undefined
  const expected = `${most} argument${most === 1 ? '' : 's'}`
  const got = `${args.length}: ${args.join(', ')}`
  return `Too many arguments for '${name.split(' ').at(-1)}'. Expected ${expected} but got ${got}.`
}

function optionsOf(values: ReadFlags['values'], args: readonly string[]): Options {
  return {
    args,
    text: (flag) => values.get(flag) as string | undefined,
    number: (flag) => values.get(flag) as number | undefined,
    list: (flag) => (values.get(flag) as readonly string[] | undefined) ?? [],
    isSet: (flag) => values.get(flag) === true,
  }
}

function globalsOf({ values }: ReadFlags): Globals {
  const { text, number, isSet } = optionsOf(values, [])
  const project = text('project')
  const config = text('config')
  const timeoutMs = number('timeout')
  return {
    ...(project !== undefined && { project }),
    ...(config !== undefined && { config }),
    json: isSet('json'),
    quiet: isSet('quiet'),
    verbose: isSet('verbose'),
    color: isSet('no-color') ? 'never' : ((text('color') ?? 'auto') as Globals['color']),
    input: !isSet('no-input'),
    yes: isSet('yes'),
    ...(timeoutMs !== undefined && { timeoutMs }),
  }
}

function flagsOf(path: readonly string[]): readonly string[] {
  const own = commandCalled(path)?.flags ?? []
  return [...own, ...GLOBAL_FLAGS].flatMap((spec: FlagSpec) => namesOf(spec).filter((name) => name.startsWith('--')))
}
