// Makes sure that the table which a narrative targets exists and has the columns that its rows need.

import type { Db } from '../database.ts'
import type { Column, NewRows } from '../store.ts'
import { BOOKKEEPING, contentColumn, isBookkeeping } from './bookkeeping.ts'
import { quote, sameName, shown } from './identifier.ts'
import { columnName, matchColumn } from './match-column.ts'
import { checkTarget, DECLARATIONS, findTable, needTable, type Table, type TableColumn } from './table.ts'
import type { Warnings } from './warnings.ts'

/** A model that invents a new key for each row shall not build a table that nobody can read. */
const MAX_COLUMNS = 200

/**
 * The table, created or completed. All columns can be NULL: what is required is asked of the model, not of the
 * database, and a row that lacks something is better than none.
 *
 * @throws StoreError `reserved-table`, `bad-identifier`
 */
export function produceTable(db: Db, rows: NewRows, at: number, warnings: Warnings): Table {
  checkTarget(rows.table)
  const table = findTable(db, rows.table)
  if (table) addColumns(db, table, rows, warnings)
  else createTable(db, rows, warnings)
  const produced = needTable(db, rows.table)
  indexSources(db, produced)
  db.run(
    `insert into content_tables (name, narrative, description, created_at)
     values (@name, @narrative, @description, @at) on conflict (name) do nothing`,
    { name: produced.name, narrative: rows.narrative, description: rows.description, at },
  )
  return produced
}

function createTable(db: Db, rows: NewRows, warnings: Warnings): void {
  const asked = rows.columns.map((column) => contentColumn(column, true))
  const columns = newColumns(asked, [], warnings)
  const lines = [...columns, ...bookkeepingColumns()].map(declaration)
  const name = quote(rows.table)
  db.run(`create table ${name} (id INTEGER PRIMARY KEY AUTOINCREMENT, ${lines.join(', ')})`)
  // The poster looks for what is pending or approved each time that it runs.
  db.run(`create index ${indexName(rows.table, 'review')} on ${name} (review_status, generated_at)`)
  const keys = asked.filter(({ key }) => key).map((column) => matchColumn(column.name, columns))
  if (keys.length > 0 && keys.every((key) => key !== undefined)) {
    const list = keys.map((key) => quote(key.name)).join(', ')
    db.run(`create unique index ${indexName(rows.table, 'key')} on ${name} (${list})`)
  }
}

function addColumns(db: Db, table: Table, rows: NewRows, warnings: Warnings): void {
  const asked = rows.columns.map((column) => contentColumn(column, table.hasId))
  const content = newColumns(asked, table.columns, warnings)
  const bookkeeping = bookkeepingColumns().filter(
    ({ name }) => !table.columns.some((column) => sameName(column.name, name)),
  )
  for (const column of [...content, ...bookkeeping]) {
    db.run(`alter table ${quote(table.name)} add column ${declaration(column)}`)
  }
}

/** The asked columns that the table does not have yet, each once. */
function newColumns(asked: readonly Column[], present: readonly TableColumn[], warnings: Warnings): TableColumn[] {
  const added: TableColumn[] = []
  for (const { name: key, type } of asked) {
    if (sameName(key, 'id') || isBookkeeping(key) || matchColumn(key, [...present, ...added])) continue
    const name = columnName(key)
    if (name === undefined || isBookkeeping(name)) warnings.add(`The key ${shown(key)} cannot be a column.`)
    else if (present.length + added.length >= MAX_COLUMNS) {
      warnings.add(`The table has ${MAX_COLUMNS} columns, the key ${shown(key)} gets none.`)
    } else added.push({ name, type })
  }
  return added
}

/** Of one source a table takes one row. No foreign key: sources are deleted, and models invent ids. */
function indexSources(db: Db, table: Table): void {
  db.run(
    `create unique index if not exists ${indexName(table.name, 'source')} on ${quote(table.name)} (source_table, source_row)
      where source_table is not null`,
  )
}

/** With spaces, since tables and indexes share their names and no table that a narrative can name has spaces. */
function indexName(table: string, purpose: string): string {
  quote(table)
  return `"${table} by ${purpose}"`
}

function bookkeepingColumns(): TableColumn[] {
  return Object.entries(BOOKKEEPING).map(([name, type]) => ({ name, type }))
}

function declaration({ name, type }: TableColumn): string {
  return `${quote(name)} ${DECLARATIONS[type]}`
}
