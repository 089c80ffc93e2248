// Figures: how much content there is and waits, counted for the metrics.

import { quote, sameName } from './content/identifier.ts'
import { contentTables } from './content/read-content.ts'
import { findTable } from './content/table.ts'
import type { Db } from './database.ts'
import type { Figures, TableFigures } from './store.ts'
import { parseTime } from './time.ts'

export function openFigures(db: Db): Figures {
  return {
    tables: () => db.read('figures.tables', () => contentTables(db).map((name) => figuresOf(db, name))),
    reviews: () => db.read('figures.reviews', () => reviews(db)),
  }
}

/** A table that lost the column of its review status has nothing that waits. */
function figuresOf(db: Db, name: string): TableFigures {
  const columns = findTable(db, name)?.columns ?? []
  const has = (column: string) => columns.some((each) => sameName(each.name, column))
  const pending = has('review_status') ? "review_status = 'pending'" : 'false'
  const age = has('generated_at') ? `min(case when ${pending} then generated_at end)` : 'null'
  const posted = has('review_status') ? "review_status = 'posted'" : 'false'
  const counts = db.get<{ rows: number; waiting: number; posted: number; oldest: string | number | null }>(
    `select count(*) as rows, count(case when ${pending} then 1 end) as waiting,
       count(case when ${posted} then 1 end) as posted, ${age} as oldest
      from ${quote(name)}`,
  )!
  const { waiting, oldest, ...figures } = counts
  const oldestPendingAt = typeof oldest === 'string' ? parseTime(oldest) : undefined
  return { table: name, ...figures, pending: waiting, ...(oldestPendingAt !== undefined && { oldestPendingAt }) }
}

function reviews(db: Db): ReturnType<Figures['reviews']> {
  const counted = db.all<{ status: string; count: number }>(
    'select status, count(*) as count from reviews group by status',
  )
  const of = (status: string) => counted.find((each) => each.status === status)?.count ?? 0
  return { approved: of('approved'), rejected: of('rejected') }
}
