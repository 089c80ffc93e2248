// Read flags: takes the flags that somebody knows, with their values, out of the words of a command line.
//
//   F1. `--name value`, `--name=value`, `-n value` and `-nvalue`; flags without a value may be written in one, `-qv`.
//   F2. After `--` nothing is a flag.
//   F3. What is not known stays among the words, in its place; a flag with a faulty value is read as if it were not there.

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
  const known = new Map(specs.flatMap((spec) => namesOf(spec).map((name) => [name, spec] as const)))
  const values = new Map<string, FlagValue>()
  const rest: string[] = []
  let fault: string | undefined
  const left = [...words]
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--') {
      rest.push(word, ...left)
      break
    }
    const [name, given] = apart(word)
    const spec = known.get(name)
    const takesValue = spec?.flag.endsWith('>') === true
    // `--json=yes` is no way to write a flag without a value.
    if (spec === undefined || (!takesValue && given !== undefined && word.startsWith('--'))) rest.push(word)
    else if (takesValue) take(spec, given ?? left.shift())
    else {
      values.set(longNameOf(spec), true)
      if (given !== undefined) left.unshift(`-${given}`)
    }
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

function longNameOf(spec: FlagSpec): string {
  return namesOf(spec).at(-1)!.slice('--'.length)
}

/** The name of the flag, and what is written in one with it. */
function apart(word: string): readonly [name: string, given: string | undefined] {
  const isShort = /^-[^-]./.test(word)
  const end = isShort ? 2 : word.indexOf('=')
  if (end < 0 || !word.startsWith('-')) return [word, undefined]
  return [word.slice(0, end), word.slice(isShort ? end : end + 1)]
}
