// Deletes the rows that a destructive read gave to an act, once the act has succeeded (P1).

import type { Db } from '../database.ts'
import type { PulledRows } from '../store.ts'
import { quote } from './identifier.ts'
import { checkTarget, needColumn, needTable } from './table.ts'

/** To be called in a write. @throws StoreError `table-not-found`, `unknown-column`, `reserved-table` */
export function deleteRows(db: Db, pulled: PulledRows): number {
  checkTarget(pulled.table)
  const table = needTable(db, pulled.table)
  needColumn(table, 'id')
  return db.run(`delete from ${quote(table.name)} where id in (select value from json_each(@ids))`, {
    ids: JSON.stringify(pulled.ids),
  }).changes
}
