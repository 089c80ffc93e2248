// Changes rows that a filter finds: the command `database.update_table` (narrative format, 28).

import type { JsonObject } from '../../json.ts'
import { HELD, UNCLAIMED } from '../claims.ts'
import type { Db } from '../database.ts'
import { rootOf } from '../known-runs.ts'
import { StoreError } from '../store-error.ts'
import { toIso } from '../time.ts'
import { PLUMBING } from './bookkeeping.ts'
import { quote, sameName } from './identifier.ts'
import { compiled } from './select-rows.ts'
import { checkTarget, needColumn, needTable, type Table, type TableColumn } from './table.ts'
import { coerce, type Stored } from './value.ts'

/**
 * Unlike a read, a filter on a column that the table lacks is an error here: nobody would notice that nothing happened.
 *
 * @throws StoreError `table-not-found`, `unknown-column`, `bad-identifier`, `bad-filter`, `reserved-table`
 */
export function updateRows(
  db: Db,
  change: { table: string; where: string; values: JsonObject; limit?: number; by?: string },
  now: number,
): number {
  checkTarget(change.table)
  const table = needTable(db, change.table)
  const filter = compiled(table, change.where, now)
  for (const name of filter.unknownColumns) needColumn(table, name)
  const assignments = Object.entries(change.values).map(([key, value], index) => {
    const column = changeableColumn(table, key)
    return {
      sql: `${quote(column.name)} = @value_${index}`,
      name: `value_${index}`,
      value: toStored(column, value, now),
    }
  })
  if (assignments.length === 0) return 0
  const byRun =
    change.by === undefined || !table.hasId ? ' order by rowid' : ` and ${UNCLAIMED} order by not ${HELD}, rowid`
  return db.run(
    `update ${quote(table.name)} set ${assignments.map(({ sql }) => sql).join(', ')}
      where rowid in (select rowid from ${quote(table.name)} where (${filter.sql})${byRun} limit @limit)`,
    {
      ...(change.by !== undefined && table.hasId && { claimTable: table.name, claimRoot: rootOf(change.by) }),
      ...filter.params,
      ...Object.fromEntries(assignments.map(({ name, value }) => [name, value])),
      limit: change.limit ?? -1,
    },
  ).changes
}

/** A row's identity, trace and source stay what they are (P5). */
function changeableColumn(table: Table, name: string): TableColumn {
  quote(name)
  if (PLUMBING.has(name.toLowerCase()) || (table.hasId && sameName(name, 'id'))) {
    throw new StoreError('reserved-table', `The column ${name} of ${table.name} cannot be changed.`)
  }
  return needColumn(table, name)
}

function toStored(column: TableColumn, value: JsonObject[string], now: number): Stored {
  if (typeof value !== 'string' || !/^\s*now\(\)\s*$/i.test(value)) return coerce(value, column.type).value
  return column.type === 'integer' || column.type === 'real' ? now : toIso(now)
}
