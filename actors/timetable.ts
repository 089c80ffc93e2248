// Timetable: when a bot is due, as arithmetic. Knows no clock and keeps nothing.
//
//   T1. Due times follow from the last one, never from when its run took place: they do not drift.
//   T2. Days and hours are those of the timetable's own time zone. A time that a change of the clock skips is due right
//       after the gap; one that comes twice is due once, the first time. What is due in every hour goes on in every hour.
//   T3. A time outside every window of the day is due when the next window opens. Jitter stays within the window, and
//       before the next due time: runs keep their order, and none is late on account of another's jitter.
//   T4. Jitter is a function of bot and time: asked twice, it is the same.

import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Cron } from 'croner'
import { firstShown, offsetAt } from './wall-clock.ts'

export const MISSED_POLICIES = ['skip', 'once', 'catch-up'] as const
/** What becomes of due times that passed while nobody could run: nothing, one run for all of them, or a run for each. */
type MissedPolicy = (typeof MISSED_POLICIES)[number]

/** At most one of `everyMs`, `cron` and `at`; none means that `onStart` is all. */
export interface Timetable {
  readonly everyMs?: number
  /** Five fields, or six with seconds first; also names of days, `L` and `#`. */
  readonly cron?: string
  /** Once, at this time; epoch ms. */
  readonly at?: number
  /** Due at once, the first time that the bot is seen with this timetable. */
  readonly onStart: boolean
  /** IANA name. */
  readonly timeZone: string
  /** Only within these; none means all day. */
  readonly windows: readonly DayWindow[]
  /** Each due time is put off by so much at most. */
  readonly jitterMs: number
  readonly missed: MissedPolicy
}

/** Minutes since midnight; a window that ends before it begins goes over midnight. */
export interface DayWindow {
  readonly from: number
  readonly to: number
}

/** `09:00-17:30`; undefined for anything else. */
export function parseWindow(text: string): DayWindow | undefined {
  const [, ...parts] = /^([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]|24):([0-5]\d)$/.exec(text.trim()) ?? []
  if (parts.length === 0) return undefined
  const [h1, m1, h2, m2] = parts.map(Number) as [number, number, number, number]
  const window = { from: h1 * 60 + m1, to: Math.min(h2 * 60 + m2, MINUTES_OF_DAY) }
  return window.from === window.to ? undefined : window
}

/** What is wrong with a cron expression, if anything. */
export function cronProblem(cron: string): string | undefined {
  try {
    // A year may lie in the past, a day that no year has is a mistake.
    const first = readCron(cron, 'UTC').nextRun(new Date(0))
    return first === null ? 'there is no such day' : undefined
  } catch (error) {
    return (error as Error).message.replace(/^Cron\w*: (Syntax error, )?/, '').replace(/\.$/, '')
  }
}

/** Loaded for the first expression: without a schedule there is none. @throws for one that is wrong */
function readCron(pattern: string, timezone: string): Cron {
  croner ??= createRequire(import.meta.url)('croner') as typeof import('croner')
  return new croner.Cron(pattern, { paused: true, timezone })
}

let croner: typeof import('croner') | undefined

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** The first due time before jitter; undefined when it is never due. */
export function firstDue(table: Timetable, now: number): number | undefined {
  if (table.onStart) return whenOpen(table, now)
  if (table.at !== undefined) return whenOpen(table, table.at)
  return dueAfter(table, now)
}

/** The first due time after the timetable was changed: a start that was due at once already is not due again. */
export function nextDue(table: Timetable, before: string, now: number): number | undefined {
  const hasStarted = (JSON.parse(before) as Partial<Timetable>).onStart === true
  return firstDue({ ...table, onStart: table.onStart && !hasStarted }, now)
}

/** The due time that follows another one, or any time, before jitter. */
export function dueAfter(table: Timetable, time: number): number | undefined {
  const { everyMs, cron, at, timeZone } = table
  if (at !== undefined) return at > time ? whenOpen(table, at) : undefined
  if (everyMs !== undefined) return whenOpen(table, time + everyMs)
  if (cron === undefined) return undefined
  const next = cronAfter(cron, timeZone, time)
  return next === undefined ? undefined : whenOpen(table, next)
}

/** The first due time after `now` in the row that `due` belongs to, and how many of the row lie in between. */
export function dueAfterNow(table: Timetable, due: number, now: number): { next: number | undefined; missed: number } {
  let next = dueAfter(table, due)
  // Whole periods are jumped over; with windows, or after a long time, the exact number is not worth the search.
  if (table.everyMs !== undefined && table.windows.length === 0 && next !== undefined && next <= now) {
    const periods = Math.floor((now - due) / table.everyMs)
    return { next: due + (periods + 1) * table.everyMs, missed: periods }
  }
  let missed = 0
  while (next !== undefined && next <= now && missed < MOST_MISSED) {
    missed++
    next = dueAfter(table, next)
  }
  return { next: next !== undefined && next <= now ? dueAfter(table, now) : next, missed }
}

/** T3: the time itself, or when the next window opens. */
export function whenOpen(table: Timetable, time: number): number {
  if (isOpen(table, time)) return time
  return Math.min(...table.windows.map(({ from }) => clockShows(from, table, time)))
}

/** How much later than its due time a bot runs. */
export function jitterOf(table: Timetable, bot: string, due: number): number {
  if (table.jitterMs === 0) return 0
  const next = dueAfter(table, due) ?? Number.POSITIVE_INFINITY
  const mostMs = Math.min(table.jitterMs, openFor(table, due) - 1, next - due - 1)
  if (mostMs <= 0) return 0
  const digest = createHash('sha256').update(`${bot} ${due}`).digest()
  return Math.floor((digest.readUInt32BE(0) / 2 ** 32) * (mostMs + 1))
}

/** A text that changes when the due times do, and with nothing else that the object may have. */
export function definitionOf({ everyMs, cron, at, onStart, timeZone, windows, jitterMs }: Timetable): string {
  return JSON.stringify({ onStart, everyMs, cron, at, timeZone, windows, jitterMs })
}

/** @param definition as it was kept, by whatever version */
export function isDefinedBy(table: Timetable, definition: string | undefined): boolean {
  return definition !== undefined && definitionOf(JSON.parse(definition)) === definitionOf(table)
}

/** T2. */
function cronAfter(pattern: string, timeZone: string, time: number): number | undefined {
  if (isOfEveryHour(pattern)) {
    return readCron(pattern, timeZone).nextRun(new Date(time))?.getTime()
  }
  // The times as a clock on the wall shows them, each as if it were one of UTC.
  const wall = readCron(pattern, 'UTC')
  for (
    let shown = wall.nextRun(new Date(time + offsetAt(time, timeZone)));
    shown !== null;
    shown = wall.nextRun(shown)
  ) {
    const due = firstShown(shown.getTime(), timeZone)
    if (due > time) return due
  }
  return undefined
}

/** Five fields begin with the minute, six and seven with the second. */
function isOfEveryHour(pattern: string): boolean {
  const fields = pattern.trim().split(/\s+/)
  return fields[0] === '@hourly' || ['*', '?', '*/1', '0-23'].includes(fields[fields.length === 5 ? 1 : 2] ?? '')
}

const MINUTES_OF_DAY = 24 * 60
const MOST_MISSED = 10_000

function isOpen({ windows, timeZone }: Timetable, time: number): boolean {
  if (windows.length === 0) return true
  const minute = minuteOfDay(time, timeZone)
  return windows.some((window) => contains(window, minute))
}

/** Ms until no window is open; windows that meet are one. Not looked for further ahead than jitter can reach. */
function openFor(table: Timetable, time: number): number {
  if (table.windows.length === 0) return Number.POSITIVE_INFINITY
  let end = time
  while (end - time <= table.jitterMs && isOpen(table, end)) {
    const minute = minuteOfDay(end, table.timeZone)
    const closings = table.windows.filter((window) => contains(window, minute))
    end = Math.max(...closings.map(({ to }) => clockShows(to % MINUTES_OF_DAY, table, end)))
  }
  return end - time
}

/** The next time after another one at which it is so late on the clock. */
function clockShows(minutes: number, { timeZone }: Timetable, after: number): number {
  return cronAfter(`${minutes % 60} ${Math.floor(minutes / 60)} * * *`, timeZone, after)!
}

function contains({ from, to }: DayWindow, minute: number): boolean {
  return from < to ? minute >= from && minute < to : minute >= from || minute < to
}

function minuteOfDay(time: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const [hour = 0, minute = 0] = parts.format(time).split(':').map(Number)
  return hour * 60 + minute
}
