// Store metrics: what waits in the database and what was spent, asked for seldom.

import { observe } from './instruments.ts'

export interface StoreFigures {
  /** Rows that wait for curation, and for being posted. */
  readonly potentialPosts: number
  readonly approvedPosts: number
  /** Cost of this day and of this month, in UTC. */
  readonly costTodayUsd: number
  readonly costThisMonthUsd: number
  readonly databaseBytes: number
  readonly walBytes: number
}

/**
 * Exports the figures. They are read at most every 15 seconds, however often the metrics are.
 *
 * @param now milliseconds, of any beginning
 * @returns the end of it
 */
export function observeStore(read: () => StoreFigures, now: () => number): () => void {
  let figures: StoreFigures | undefined
  let readAt = Number.NEGATIVE_INFINITY
  const each = (figure: (figures: StoreFigures) => number) => () => {
    if (figures === undefined || now() - readAt >= FRESH_MS) {
      figures = read()
      readAt = now()
    }
    return [{ value: figure(figures), labels: {} }] as const
  }
  const ends = [
    observe(
      'botticelli.potential_posts.size',
      each(({ potentialPosts }) => potentialPosts),
    ),
    observe(
      'botticelli.approved_posts.size',
      each(({ approvedPosts }) => approvedPosts),
    ),
    observe(
      'botticelli.daily_cost_dollars',
      each(({ costTodayUsd }) => costTodayUsd),
    ),
    observe(
      'botticelli.monthly_cost_dollars',
      each(({ costThisMonthUsd }) => costThisMonthUsd),
    ),
    observe(
      'botticelli.db.size',
      each(({ databaseBytes }) => databaseBytes),
    ),
    observe(
      'botticelli.db.wal_size',
      each(({ walBytes }) => walBytes),
    ),
  ]
  return () => {
    for (const end of ends) end()
  }
}

const FRESH_MS = 15_000
