// Moves a time by an interval, in UTC.

import type { Shift } from './expression.ts'

const MS = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const

/** Months and years keep the day; where the month is too short, its last day. */
export function shift(time: number, { amount, unit }: Shift): number {
  if (unit !== 'month' && unit !== 'year') return time + amount * MS[unit]
  const from = new Date(time)
  const moved = new Date(time)
  moved.setUTCDate(1)
  moved.setUTCMonth(from.getUTCMonth() + amount * (unit === 'year' ? 12 : 1))
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate()
  moved.setUTCDate(Math.min(from.getUTCDate(), lastDay))
  return moved.getTime()
}
