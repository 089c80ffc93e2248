// Read flags: takes the flags that somebody knows, with their values, out of the words of a command line.
//
// Node reads the words, see `parseArgs` of node:util.
//
//   F1. `--name value`, `--name=value`, `-n value` and `-nvalue`; flags without a value may be written in one, `-qv`.
//   F2. After `--` nothing is a flag.
//   F3. What is not known stays among the words, in its place; a flag with a faulty value is read as if it were not there.

import { type ParseArgsOptionDescriptor, parseArgs } from 'node:util'
import type { FlagSpec } from './command.ts'

export interface ReadFlags {
  /** By the long name as the table writes it, without dashes: `no-color`. Of one that was given twice the last value. */
  readonly values: ReadonlyMap<string, FlagValue>
  /** The other words, `--` among them. */
  readonly rest: readonly string[]
  /** What is wrong with the first value that is; a sentence. */
  readonly fault: string | undefined
}

/** True of a flag without a value, a list of one that may be given several times. */
type FlagValue = true | string | number | readonly string[]

export function readFlags(words: readonly string[], specs: readonly FlagSpec[]): ReadFlags {
  const known = new Map(specs.map((spec) => [longNameOf(spec), spec]))
  const options = Object.fromEntries(specs.map((spec) => [longNameOf(spec), descriptorOf(spec)]))
  const { tokens } = parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true })
  const values = new Map<string, FlagValue>()
  const rest: string[] = []
  let fault: string | undefined
  let at = -1
  /** How many letters of the word at that place were flags; undefined when no more of them are. */
  let letters: number | undefined
  for (const token of tokens) {
    if (token.index !== at) letters = 0
    at = token.index
    if (letters === undefined) continue
    const word = words[at]!
    const spec = token.kind === 'option' ? known.get(token.name) : undefined
    if (token.kind !== 'option' || spec === undefined) {
      rest.push(letters === 0 ? word : `-${word.slice(1 + letters)}`)
      letters = undefined
      continue
    }
    letters++
    if (takesValue(spec)) take(spec, token.value)
    // `--json=yes` is no way to write a flag without a value.
    else if (token.value !== undefined) rest.push(word)
    else values.set(token.name, true)
  }
  return { values, rest, fault }

  function take(spec: FlagSpec, text: string | undefined): void {
    const name = longNameOf(spec)
    const value = text === undefined || spec.kind === undefined ? text : spec.kind.fromText(text)
    if (text === undefined) fault ??= `Option '${spec.flag}' argument missing.`
    else if (value === undefined) {
      fault ??= `Option '${spec.flag}' argument '${text}' is invalid. It must be ${spec.kind?.expected}.`
    } else if (spec.many) values.set(name, [...((values.get(name) as readonly string[] | undefined) ?? []), text])
    else values.set(name, value)
  }
}

/** As it can be written: `-f`, `--follow`. */
export function namesOf({ flag }: FlagSpec): readonly string[] {
  return flag.replace(/ <.*/, '').split(', ')
}

function descriptorOf(spec: FlagSpec): ParseArgsOptionDescriptor {
  const short = namesOf(spec)
    .find((name) => !name.startsWith('--'))
    ?.slice(1)
  return { type: takesValue(spec) ? 'string' : 'boolean', ...(short !== undefined && { short }) }
}

function takesValue({ flag }: FlagSpec): boolean {
  return flag.endsWith('>')
}

function longNameOf(spec: FlagSpec): string {
  return namesOf(spec).at(-1)!.slice('--'.length)
}
