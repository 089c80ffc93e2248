// Arguments: what a command accepts, and how what a narrative wrote becomes that.
//
//   A1. Everything is checked before anything is sent.
//   A2. Narratives write text: numbers, truth values and ids are accepted as strings, ids also as exact integers.
//   A3. An argument that the command does not know is ignored, with a warning that says so. Only `guild_id` may always
//       be given: where Discord does not need it, the policy's constraint still looks at it.

import type { Json, JsonObject } from '../../json.ts'
import { didYouMean } from '../nearest-name.ts'
import { PlatformError } from '../platform-error.ts'

/** How one kind of value is read; undefined says that the given one is not of this kind. */
interface Kind<T> {
  /** In a few words, for tables. */
  readonly type: string
  /** As an error and the documentation say it: "must be …". */
  readonly expected: string
  read(value: Json): T | undefined
}

export interface Argument<T = unknown> extends Kind<T> {
  readonly required: boolean
  /** Other spellings of its name, used when the name itself is absent. */
  readonly aliases: readonly string[]
  readonly preset?: T
}

export type Arguments = Readonly<Record<string, Argument>>
export type Values<A extends Arguments> = { readonly [K in keyof A]: A[K] extends Argument<infer T> ? T : never }

export function required<T>(kind: Kind<T>, ...aliases: readonly string[]): Argument<T> {
  return { ...kind, required: true, aliases }
}

export function optional<T>(kind: Kind<T>, ...aliases: readonly string[]): Argument<T | undefined> {
  return { ...kind, required: false, aliases }
}

export function preset<T>(kind: Kind<T>, value: T, ...aliases: readonly string[]): Argument<T> {
  return { ...kind, required: false, aliases, preset: value }
}

/**
 * The values that a command runs with.
 *
 * @throws PlatformError `missing-argument`, `invalid-argument`
 */
export function readArguments<A extends Arguments>(
  command: string,
  spec: A,
  given: JsonObject,
): { values: Values<A>; warnings: readonly string[] } {
  const values: Record<string, unknown> = {}
  const used = new Set(['guild_id'])
  for (const [name, argument] of Object.entries(spec)) {
    const names = [name, ...argument.aliases]
    for (const spelling of names) used.add(spelling)
    const spelling = names.find((candidate) => given[candidate] !== undefined && given[candidate] !== null)
    if (spelling === undefined) {
      if (argument.required) throw missing(command, name, spec)
      values[name] = argument.preset
      continue
    }
    const value = argument.read(given[spelling]!)
    if (value === undefined) throw invalid(command, spelling, argument.expected, given[spelling]!)
    values[name] = value
  }
  const warnings = Object.keys(given)
    .filter((name) => !used.has(name))
    .map((name) => `${command} does not know the argument '${name}' and ignores it.${didYouMean(name, used)}`)
  return { values: values as Values<A>, warnings }
}

function missing(command: string, name: string, spec: Arguments): PlatformError {
  const names = Object.entries(spec).flatMap(([key, argument]) => (argument.required ? [key] : []))
  return new PlatformError(
    'missing-argument',
    `${command} lacks the argument '${name}'. It requires ${names.join(', ')}.`,
  )
}

function invalid(command: string, name: string, expected: string, value: Json): PlatformError {
  const shown = JSON.stringify(value)
  const got = shown.length > 60 ? `${shown.slice(0, 57)}…` : shown
  return new PlatformError('invalid-argument', `${command}: '${name}' must be ${expected}, got ${got}.`)
}

// ---------------------------------------------------------------------------- kinds of values

const INTEGER = /^[+-]?\d+$/

/** A snowflake, always as a string: a JavaScript number does not hold all of its digits. */
export const id: Kind<string> = {
  type: 'id',
  expected: 'an id: the digits that Discord shows under "Copy ID", as a string',
  read: (value) => {
    if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? String(value) : undefined
    return typeof value === 'string' && /^\d{1,20}$/.test(value.trim()) ? value.trim() : undefined
  },
}

export const ids: Kind<readonly string[]> = {
  type: 'array of ids',
  expected: 'an array of ids',
  read: (value) => {
    if (!Array.isArray(value)) return undefined
    const read = value.map((item: Json) => id.read(item))
    return read.every((item) => item !== undefined) ? read : undefined
  },
}

/** Not blank; at most so many characters, counted as Discord does (code points). */
export function text(max = Number.POSITIVE_INFINITY): Kind<string> {
  return {
    type: Number.isFinite(max) ? `text up to ${max}` : 'text',
    expected: Number.isFinite(max) ? `text of 1 to ${max} characters` : 'text that is not blank',
    read: (value) => {
      const read = typeof value === 'number' ? String(value) : value
      return typeof read === 'string' && read.trim() !== '' && [...read].length <= max ? read : undefined
    },
  }
}

export function integer(range: { min?: number; max?: number; clamp?: boolean } = {}): Kind<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER, clamp = false } = range
  return {
    type: describeRange(range).replace(/^an /, ''),
    expected: describeRange(range),
    read: (value) => {
      const read = typeof value === 'string' && INTEGER.test(value.trim()) ? Number(value) : value
      if (typeof read !== 'number' || !Number.isSafeInteger(read)) return undefined
      if (clamp) return Math.min(max, Math.max(min, read))
      return read >= min && read <= max ? read : undefined
    },
  }
}

function describeRange({ min, max }: { min?: number; max?: number }): string {
  if (min !== undefined && max !== undefined) return `an integer from ${min} to ${max}`
  return min === undefined ? 'an integer' : `an integer from ${min}`
}

export const flag: Kind<boolean> = {
  type: 'true or false',
  expected: 'true or false',
  read: (value) => {
    if (typeof value === 'boolean') return value
    if (value === 'true') return true
    return value === 'false' ? false : undefined
  },
}

/** A set of bits that may not fit a number, such as permissions: digits, kept as a string. */
export const bits: Kind<string> = { type: 'bits', expected: 'an integer, as a string of digits', read: id.read }

export function oneOf<const T extends string>(values: readonly T[]): Kind<T> {
  return {
    type: values.join(', '),
    expected: `one of ${values.join(', ')}`,
    read: (value) => values.find((known) => known === value),
  }
}

export function oneOfNumbers(values: readonly number[]): Kind<number> {
  return {
    type: values.join(', '),
    expected: `one of ${values.join(', ')}`,
    read: (value) => values.find((known) => known === value || String(known) === value),
  }
}

export const instant: Kind<string> = {
  type: 'time (ISO 8601)',
  expected: 'a time such as 2026-05-01T18:00:00Z',
  read: (value) => {
    const at = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN
    return Number.isNaN(at) ? undefined : new Date(at).toISOString()
  },
}

/** A Unicode emoji as such; one of a server as `custom:ID`, in which form Discord's routes take any name. */
export const emoji: Kind<string> = {
  type: 'emoji',
  expected: "an emoji, or 'custom:ID' for one of the server's own",
  read: (value) => {
    if (typeof value !== 'string' || [...value].length > 64) return undefined
    const own = /^<?a?:?\w+:(\d{1,20})>?$/.exec(value.trim())
    if (own !== null) return `custom:${own[1]}`
    // No emoji is plain ASCII, but `..` is, and would climb in the path of the request.
    return /\P{ASCII}/u.test(value) ? value.trim() : undefined
  },
}
