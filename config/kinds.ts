// Kinds: what a setting may be, and how a value of it is read from TOML and from text.
//
// Text is what the environment and flags hold. `undefined` means that it is none; `expected` completes "must be …".

import { cronProblem, type DayWindow, isTimeZone, parseWindow } from '../actors/timetable.ts'
import { CODES } from '../errors.ts'
import { didYouMean } from '../narratives/nearest.ts'
import { LOG_TARGETS } from '../telemetry/log-event-table.ts'
import { LOG_LEVELS, type LogLevel } from './config.ts'

export interface Kind<T> {
  readonly expected: string
  fromToml(value: unknown): T | undefined
  fromText(text: string): T | undefined
  /** As a person would write it; without it, as it is. */
  show?(value: T): string
  /** Of a text that is none: why, or what may have been meant. */
  hint?(text: string): string | undefined
}

export const text: Kind<string> = {
  expected: 'a text that is not empty',
  fromToml: (value) => (typeof value === 'string' && value.trim() !== '' ? value : undefined),
  fromText: (value) => value,
}

export const boolean: Kind<boolean> = {
  expected: 'true or false',
  fromToml: (value) => (typeof value === 'boolean' ? value : undefined),
  fromText: (value) => ({ true: true, '1': true, yes: true, false: false, '0': false, no: false })[value.toLowerCase()],
}

export function integer(min: number, max = Number.MAX_SAFE_INTEGER): Kind<number> {
  const check = (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : undefined
  return {
    expected: max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`,
    fromToml: check,
    fromText: (value) => (/^\d+$/.test(value) ? check(Number(value)) : undefined),
  }
}

export function number(min: number, max = Number.POSITIVE_INFINITY): Kind<number> {
  const check = (value: unknown) => (typeof value === 'number' && value >= min && value <= max ? value : undefined)
  return {
    expected: max === Number.POSITIVE_INFINITY ? `a number from ${min}` : `a number from ${min} to ${max}`,
    fromToml: check,
    fromText: (value) => (value.trim() === '' ? undefined : check(Number(value))),
  }
}

export function choice<const T extends string>(choices: readonly T[]): Kind<T> {
  const check = (value: unknown) => choices.find((one) => one === value)
  return { expected: choices.map((one) => `"${one}"`).join(' or '), fromToml: check, fromText: check }
}

/** One text or a list of them; in the environment separated by colons, as in PATH. */
export const pathList: Kind<readonly string[]> = {
  expected: 'a path or a list of paths',
  fromToml: listOf,
  fromText: (value) => value.split(process.platform === 'win32' ? ';' : ':').filter((path) => path !== ''),
}

/** Levels of log lines by the part of the program they come from. In the environment separated by commas. */
export const levelList: Kind<readonly (readonly [part: string, level: LogLevel])[]> = {
  expected: `a list such as ["llm=debug", "db=warn"], of the parts ${LOG_TARGETS.join(', ')}`,
  fromToml: (value) => levelsOf(listOf(value)),
  fromText: (value) => levelsOf(value.split(',')),
  show: (levels) => levels.map((pair) => pair.join('=')).join(', '),
}

function levelsOf(texts: readonly string[] | undefined): readonly (readonly [string, LogLevel])[] | undefined {
  const pairs = texts?.map((each) => {
    const [part = '', word = ''] = each.trim().split('=')
    const level = LOG_LEVELS.find((known) => known === word.toLowerCase())
    return LOG_TARGETS.includes(part) && level !== undefined ? ([part, level] as const) : undefined
  })
  return pairs?.every((pair) => pair !== undefined) ? pairs : undefined
}

/** The path of a page: `/metrics`. */
export const urlPath: Kind<string> = {
  expected: 'a path such as "/metrics"',
  fromToml: (value) => (typeof value === 'string' ? urlPath.fromText(value) : undefined),
  fromText: (value) => (/^(\/[\w.~-]+)+$/.test(value) ? value : undefined),
}

/** One text or a list of them; in the environment separated by commas. */
export const textList: Kind<readonly string[]> = {
  expected: 'a list of texts',
  fromToml: listOf,
  fromText: (value) => value.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()])),
}

/** Names of things that can be wrong with a narrative. */
export const ruleList: Kind<readonly string[]> = {
  expected: 'a list of rules, as "botticelli narratives lint --rules" names them',
  fromToml: (value) => rulesOf(listOf(value)),
  fromText: (value) => rulesOf(textList.fromText(value)),
}

function rulesOf(names: readonly string[] | undefined): readonly string[] | undefined {
  return names?.every((name) => Object.hasOwn(CODES, name)) ? names : undefined
}

/** Texts by names that the person chooses; what is no text is given as JSON. In a flag: `name=value`, separated by commas. */
export const textTable: Kind<Readonly<Record<string, string>>> = {
  expected: 'a table of values',
  fromToml: (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
      ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, textOf(one)]))
      : undefined,
  fromText: (value) => {
    const pairs = value.split(',').map((pair) => /^\s*([^=\s]+)\s*=(.*)$/s.exec(pair))
    return pairs.every((pair) => pair !== null)
      ? Object.fromEntries(pairs.map(([, name, text]) => [name!, text!]))
      : undefined
  },
  show: (values) =>
    Object.entries(values)
      .map((pair) => pair.join('='))
      .join(', ') || '-',
}

function textOf(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'bigint') return String(value)
  return value instanceof Date
    ? value.toISOString()
    : JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner))
}

/** An identifier of Discord: digits, which TOML may hold as a number where no digit is lost. */
export const snowflake: Kind<string> = {
  expected: 'an id of Discord (a text of digits)',
  fromToml: (value) => (/^\d+$/.test(String(value)) ? String(value) : undefined),
  fromText: (value) => (/^\d+$/.test(value) ? value : undefined),
}

export const url: Kind<string> = {
  expected: 'a URL that starts with http:// or https://',
  fromToml: (value) => (typeof value === 'string' ? httpUrl(value) : undefined),
  fromText: httpUrl,
}

/** A URL, or a host with a port as Ollama writes it in OLLAMA_HOST. */
export const hostOrUrl: Kind<string> = {
  expected: 'a URL, or a host and port such as 127.0.0.1:11434',
  fromToml: (value) => (typeof value === 'string' ? hostOrUrl.fromText(value) : undefined),
  fromText: (value) => {
    if (value.includes('://')) return httpUrl(value)
    // 0.0.0.0 is where the server listens; a client cannot go there everywhere.
    const host = value.replace(/^0\.0\.0\.0/, '127.0.0.1')
    return httpUrl(`http://${/:\d+$/.test(host) ? host : `${host}:11434`}`)
  },
}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds, written with their unit: `500ms`, `90s`, `30m`, `1h30m`, `2d`. At least one, at most a century. */
export const duration: Kind<number> = {
  expected: 'a duration such as "90s", "30m", "12h" or "1d"',
  fromToml: (value) => (typeof value === 'string' ? parseDuration(value) : undefined),
  fromText: parseDuration,
  show: showDuration,
  hint: (text) => (durationIn(text) > LONGEST_MS ? `the longest is ${showDuration(LONGEST_MS)}` : undefined),
}

/** As `duration`, and no shorter than the given one. */
export function durationFrom(shortest: string): Kind<number> {
  const leastMs = parseDuration(shortest)!
  const enough = (ms: number | undefined) => (ms !== undefined && ms >= leastMs ? ms : undefined)
  return {
    expected: `a duration of at least "${shortest}"`,
    fromToml: (value) => enough(duration.fromToml(value)),
    fromText: (value) => enough(parseDuration(value)),
    show: showDuration,
  }
}

/** As `duration`, or none at all: `0s`. */
export const duration0: Kind<number> = {
  ...duration,
  fromToml: (value) => (value === '0s' || value === 0 ? 0 : duration.fromToml(value)),
  fromText: (value) => (/^0s?$/.test(value) ? 0 : parseDuration(value)),
}

/** As `duration`; in the environment also a bare number of ms, as the variables of OpenTelemetry have it. */
export const msDuration: Kind<number> = {
  ...duration,
  fromText: (value) => (/^[1-9]\d*$/.test(value) ? Number(value) : parseDuration(value)),
}

const SIZES = { B: 1, KB: 1_000, MB: 1_000_000, GB: 1_000_000_000 } as const

/** Bytes, written with their unit: `500KB`, `20MB`. At least one, at most 1 GB: they are held in memory. */
export const size: Kind<number> = {
  expected: 'a size up to 1GB, such as "500KB" or "20MB"',
  fromToml: (value) => (typeof value === 'string' ? parseSize(value) : undefined),
  fromText: parseSize,
  show: (bytes) => {
    const unit = (['GB', 'MB', 'KB'] as const).find((each) => bytes % SIZES[each] === 0) ?? 'B'
    return `${bytes / SIZES[unit]}${unit}`
  },
}

function parseSize(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+) ?(B|KB|MB|GB)$/i.exec(text.trim()) ?? []
  const bytes = Number(number) * SIZES[unit.toUpperCase() as keyof typeof SIZES]
  return bytes >= 1 && bytes <= SIZES.GB ? bytes : undefined
}

/** Upper bounds of the buckets of a histogram. */
export const bucketList: Kind<readonly number[]> = {
  expected: 'a list of rising numbers such as [0.1, 1, 10]',
  fromToml: (value) => (Array.isArray(value) ? risingOf(value) : undefined),
  fromText: (value) => risingOf(value.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))),
}

function risingOf(values: readonly unknown[]): readonly number[] | undefined {
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[]
  const rises = numbers.every((value, index) => index === 0 || value > numbers[index - 1]!)
  return numbers.length === values.length && numbers.length > 0 && numbers.length <= 50 && rises ? numbers : undefined
}

/** Names with values: a list of `name=value`; in the environment separated by commas and percent-encoded. */
export const pairList: Kind<readonly (readonly [name: string, value: string])[]> = {
  expected: 'a list such as ["team=content", "region=eu"]',
  fromToml: (value) => pairsOf(listOf(value)),
  fromText: (value) => pairsOf(value.split(',').map(decoded)),
  show: (pairs) => pairs.map((pair) => pair.join('=')).join(', '),
}

function pairsOf(texts: readonly string[] | undefined): readonly (readonly [string, string])[] | undefined {
  const pairs = texts?.map((each) => /^\s*([\w.-]+)\s*=\s*(.*?)\s*$/.exec(each))
  return pairs?.every((match) => match !== null) ? pairs.map((match) => [match[1]!, match[2]!]) : undefined
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // taken as it stands
  }
}

/** A time of the day, as minutes since midnight. */
export const timeOfDay: Kind<number> = {
  expected: 'a time of the day such as "09:00"',
  fromToml: (value) => (typeof value === 'string' ? timeOfDay.fromText(value) : undefined),
  fromText: (value) => {
    const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(value) ?? []
    return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes)
  },
  show: clockTime,
}

/** Any of some words: a list, in the environment separated by commas. */
export function choices<const T extends string>(known: readonly T[]): Kind<readonly T[]> {
  const check = (words: readonly string[] | undefined) =>
    words?.every((word): word is T => known.some((one) => one === word)) ? (words as readonly T[]) : undefined
  return {
    expected: `a list of ${known.map((one) => `"${one}"`).join(', ')}`,
    fromToml: (value) => check(Array.isArray(value) && value.length === 0 ? [] : listOf(value)),
    fromText: (value) => check(textList.fromText(value)),
  }
}

/** Where Sentry takes events: `https://KEY@HOST/PROJECT`. Shown without its key. */
export const sentryDsn: Kind<string> = {
  expected: 'a DSN such as "https://KEY@HOST/PROJECT"',
  fromToml: (value) => (typeof value === 'string' ? sentryDsn.fromText(value) : undefined),
  fromText: (value) => {
    const url = URL.parse(value)
    const isWhole = url !== null && /^https?:$/.test(url.protocol) && url.username !== '' && /\/\d+$/.test(url.pathname)
    return isWhole ? value : undefined
  },
  show: (value) => value.replace(/\/\/[^@]*@/, '//***@'),
}

export const cron: Kind<string> = {
  expected: 'a cron expression such as "0 9 * * 1-5"',
  fromToml: (value) => (typeof value === 'string' ? cron.fromText(value) : undefined),
  fromText: (value) => (cronProblem(value) === undefined ? value : undefined),
  hint: cronProblem,
}

export const timeZone: Kind<string> = {
  expected: 'a time zone such as "Europe/Vienna" or "UTC"',
  fromToml: (value) => (typeof value === 'string' && isTimeZone(value) ? value : undefined),
  fromText: (value) => (isTimeZone(value) ? value : undefined),
  hint: (text) => didYouMean(text, Intl.supportedValuesOf('timeZone')),
}

/** Epoch ms; of a time without an offset, as a clock on the wall shows it, as if it were one of UTC. */
export interface Time {
  readonly ms: number
  readonly isLocal: boolean
}

/** A text in ISO 8601, or a date and time of TOML. */
export const time: Kind<Time> = {
  expected: 'a time such as "2027-01-31T09:00:00+01:00" or "2027-01-31T09:00"',
  fromToml: (value) => (typeof value === 'string' ? parseTime(value) : undefined),
  fromText: parseTime,
  show: ({ ms, isLocal }) => new Date(ms).toISOString().slice(0, isLocal ? -1 : undefined),
  hint: (text) => (isNoDay(TIME.exec(text)?.[1]) ? 'there is no such day' : undefined),
}

function parseTime(value: string): Time | undefined {
  const [, day, clock, offset] = TIME.exec(value) ?? []
  const ms = Date.parse(`${day}T${clock}${offset ?? 'Z'}`)
  return Number.isNaN(ms) || isNoDay(day) ? undefined : { ms, isLocal: offset === undefined }
}

/** Dates take the 30th of February for the 2nd of March. */
function isNoDay(day: string | undefined): boolean {
  const midnight = Date.parse(`${day}T00:00Z`)
  return day !== undefined && (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day)
}

const TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?$/

export const windowList: Kind<readonly DayWindow[]> = {
  expected: 'a list of parts of the day such as ["09:00-12:00", "14:00-18:00"]',
  fromToml: (value) => windowsOf(listOf(value)),
  fromText: (value) => windowsOf(value.split(',')),
  show: (windows) => windows.map(({ from, to }) => `${clockTime(from)}-${clockTime(to)}`).join(', '),
}

function windowsOf(texts: readonly string[] | undefined): readonly DayWindow[] | undefined {
  const windows = texts?.map(parseWindow)
  return windows?.every((window) => window !== undefined) ? windows : undefined
}

function clockTime(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

function parseDuration(value: string): number | undefined {
  const ms = durationIn(value)
  return ms >= 1 && ms <= LONGEST_MS ? Math.round(ms) : undefined
}

/** A century: a time that is so far ahead can still be written down. */
const LONGEST_MS = 36_525 * UNITS.d

function durationIn(text: string): number {
  if (!/^\s*(\d+(\.\d+)?\s*(ms|s|m|h|d)\s*)+$/.test(text)) return Number.NaN
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)/g)]
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit as keyof typeof UNITS], 0)
}

/** In the largest unit that needs no decimals. */
function showDuration(ms: number): string {
  const unit = (['d', 'h', 'm', 's', 'ms'] as const).find((one) => ms % UNITS[one] === 0) ?? 'ms'
  return ms === 0 ? '0s' : `${ms / UNITS[unit]}${unit}`
}

function httpUrl(value: string): string | undefined {
  return /^https?:$/.test(URL.parse(value)?.protocol ?? '') ? value.replace(/\/+$/, '') : undefined
}

function listOf(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string' && value.trim() !== '') return [value]
  return Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '') ? value : undefined
}
