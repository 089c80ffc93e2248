// Generations: one record a run and target table, of what it stored or why it did not (narrative format, 19.7).

import { BotticelliError } from '../../errors.ts'
import type { Db } from '../database.ts'
import { present } from '../row.ts'
import type { Generation, InsertOutcome, NewRows } from '../store.ts'

type Run = Pick<NewRows, 'table' | 'narrative' | 'executionId'>

export function noteSuccess(db: Db, run: Run, outcome: InsertOutcome, at: number): void {
  note(db, { ...run, table: outcome.table }, { stored: outcome.stored, skipped: outcome.skipped.length, at })
}

export function noteFailure(db: Db, run: Run, error: string, at: number): void {
  note(db, run, { stored: 0, skipped: 0, error, at })
}

/** Runs a write that stores rows. Where these are refused, the write is undone, and then the record of it is made. */
export function withFailureNoted<T>(db: Db, run: Run | undefined, at: number, write: () => T): T {
  try {
    return write()
  } catch (error) {
    const isRefusal = error instanceof BotticelliError && !error.code.startsWith('store-')
    if (run && isRefusal) db.write('content.noteFailure', () => noteFailure(db, run, error.message, at))
    throw error
  }
}

export function listGenerations(db: Db, filter: { table?: string; limit?: number } = {}): readonly Generation[] {
  return db
    .all<Generation>(
      `select table_name as "table", narrative, execution_id as executionId, status, row_count as stored,
         skipped_count as skipped, error, started_at as startedAt, ended_at as endedAt, duration_ms as durationMs
        from content_generations
        where @table is null or table_name = @table
        order by ended_at desc, rowid desc limit @limit`,
      { table: filter.table, limit: filter.limit ?? -1 },
    )
    .map((row) => present<Generation>(row))
}

/** Several acts of a run may store rows in one table: they add up, and the last one says how it went. */
function note(db: Db, run: Run, end: { stored: number; skipped: number; error?: string; at: number }): void {
  db.run(
    `insert into content_generations
       (execution_id, table_name, narrative, status, row_count, skipped_count, error, started_at, ended_at, duration_ms)
     select @executionId, @table, @narrative, @status, @stored, @skipped, @error, began, @at, @at - began
       from (select coalesce((select started_at from executions where id = @executionId), @at) as began)
      where true
     on conflict (execution_id, table_name) do update set
       status = excluded.status,
       row_count = row_count + excluded.row_count,
       skipped_count = skipped_count + excluded.skipped_count,
       error = excluded.error,
       ended_at = excluded.ended_at,
       duration_ms = excluded.duration_ms`,
    {
      executionId: run.executionId,
      table: run.table,
      narrative: run.narrative,
      status: end.error === undefined ? 'success' : 'failed',
      stored: end.stored,
      skipped: end.skipped,
      error: end.error,
      at: end.at,
    },
  )
}
