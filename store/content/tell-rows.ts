// Tells of rows that were stored: one event a row, in the row's own trace.

import type { Db } from '../database.ts'
import { subjectOf, tellOfRun } from '../events.ts'
import type { InsertOutcome, NewRows } from '../store.ts'

/** To be called in the write that has stored them. @param key of the act that made them */
export function tellRows(db: Db, rows: NewRows, { table, ids }: InsertOutcome, at: number, key?: string): void {
  const { executionId, narrative, model } = rows
  for (const [index, { source, traceparent }] of rows.rows.entries()) {
    const id = ids[index]
    if (id === undefined) continue
    const common = { at, executionId, key, traceparent, subject: subjectOf({ table, id }) }
    const data = { narrative, model }
    if (source === undefined) tellOfRun(db, { type: 'content.generated', ...common, data })
    else tellOfRun(db, { type: 'content.curated', ...common, data: { ...data, from: subjectOf(source) } })
  }
}
