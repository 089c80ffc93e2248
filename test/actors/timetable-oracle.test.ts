// Schedules against an oracle that knows no arithmetic: it looks at what the clock shows in each minute of two years.

import { expect, test } from 'vitest'
import { dueAfter, type Timetable } from '../../actors/timetable.ts'

const MINUTE = 60_000
const FROM = Date.UTC(2026, 11, 31)
const MINUTES = 2 * 365 * 24 * 60

/** Changes of an hour, of half an hour, of two hours, at midnight, in the other half of the year, and none. */
const ZONES = [
  'Europe/Vienna',
  'America/New_York',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Africa/Cairo',
  'Asia/Kolkata',
] as const

/** Minutes, hours, days of the week that a pattern means; no days of the month. */
interface Pattern {
  readonly cron: string
  readonly minutes: readonly number[]
  readonly hours: readonly number[] | 'every'
  readonly days?: readonly number[]
}

/** Clocks change on Sundays, in Cairo on Fridays. */
const PATTERNS: readonly Pattern[] = [
  { cron: '30 2 * * *', minutes: [30], hours: [2] },
  { cron: '0 0 * * *', minutes: [0], hours: [0] },
  { cron: '15 0,1,2,3 * * 0,5', minutes: [15], hours: [0, 1, 2, 3], days: [0, 5] },
  { cron: '*/20 1-3 * * 0', minutes: [0, 20, 40], hours: [1, 2, 3], days: [0] },
  { cron: '5,50 */3 * * 5', minutes: [5, 50], hours: [0, 3, 6, 9, 12, 15, 18, 21], days: [5] },
  { cron: '0 9 * * 1-5', minutes: [0], hours: [9], days: [1, 2, 3, 4, 5] },
  { cron: '7 * * * 0', minutes: [7], hours: 'every', days: [0] },
]

/** What a clock of the zone shows in each minute, as minutes since 1970. */
function shownIn(timeZone: string): Int32Array {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  const shown = new Int32Array(MINUTES)
  // No zone changes its clock within a quarter of an hour.
  for (let quarter = 0; quarter < MINUTES; quarter += 15) {
    const first = Date.parse(`${format.format(FROM + quarter * MINUTE).replace(' ', 'T')}Z`) / MINUTE
    for (let minute = 0; minute < 15; minute++) shown[quarter + minute] = first + minute
  }
  return shown
}

function matches({ minutes, hours, days }: Pattern, shown: number): boolean {
  const day = Math.floor(shown / 1440)
  const minute = shown - day * 1440
  if (!minutes.includes(minute % 60)) return false
  if (hours !== 'every' && !hours.includes(Math.floor(minute / 60))) return false
  return days === undefined || days.includes((day + 4) % 7)
}

function expected(pattern: Pattern, shown: Int32Array): number[] {
  const due: number[] = []
  let latest = shown[0]!
  for (let index = 1; index < MINUTES; index++) {
    const now = shown[index]!
    if (pattern.hours === 'every') {
      if (matches(pattern, now)) due.push(index)
    } else {
      // Whatever the clock shows for the first time, or has skipped.
      let isDue = false
      for (let each = latest + 1; each <= now && !isDue; each++) isDue = matches(pattern, each)
      if (isDue) due.push(index)
    }
    latest = Math.max(latest, now)
  }
  return due
}

test.for(ZONES)('each minute of two years in %s', (timeZone) => {
  const shown = shownIn(timeZone)
  const table = { onStart: false, timeZone, windows: [], jitterMs: 0, missed: 'once' } as const
  for (const pattern of PATTERNS) {
    const found: number[] = []
    let time: number | undefined = FROM
    while (time !== undefined) {
      time = dueAfter({ ...table, cron: pattern.cron } satisfies Timetable, time)
      if (time === undefined || time >= FROM + MINUTES * MINUTE) break
      found.push((time - FROM) / MINUTE)
    }
    const asked = expected(pattern, shown)
    const wrong = asked.findIndex((minute, index) => minute !== found[index])
    const at = (minute: number | undefined) => minute !== undefined && new Date(FROM + minute * MINUTE).toISOString()
    expect([pattern.cron, at(found[wrong])]).toEqual([pattern.cron, at(asked[wrong])])
    expect(found).toHaveLength(asked.length)
  }
})
