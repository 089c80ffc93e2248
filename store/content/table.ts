// Table: what the database knows of one table, read from SQLite's own catalogue whenever it is needed.
//
// A column's type is in its declaration, so that whoever opens the file sees it, and so that there is no second
// place that could disagree. SQLite takes its affinity from the words INT, TEXT and REAL in it.

import type { Db } from '../database.ts'
import type { ColumnType } from '../store.ts'
import { StoreError } from '../store-error.ts'
import { isIdentifier, quote, sameName } from './identifier.ts'
import { nearest } from './nearest.ts'

export interface TableColumn {
  readonly name: string
  readonly type: ColumnType
}

export interface Table {
  /** As it is written in the schema. */
  readonly name: string
  /** Without those whose names are no identifiers, which a person's own table may have. */
  readonly columns: readonly TableColumn[]
  /** The table numbers its rows in a column `id`. */
  readonly hasId: boolean
}

export const DECLARATIONS: Record<ColumnType, string> = {
  text: 'TEXT',
  integer: 'INTEGER',
  real: 'REAL',
  boolean: 'BOOLEAN INTEGER',
  json: 'JSON TEXT',
  'text-list': 'LIST TEXT',
  timestamp: 'TIMESTAMP TEXT',
}

/** The tables of the migrations. A narrative may read them, and never writes them. */
export const OWN_TABLES = [
  'act_executions',
  'actors',
  'audit',
  'cached_answers',
  'content_generations',
  'content_tables',
  'dead_letters',
  'domain_events',
  'effects',
  'effects_made',
  'executions',
  'ledger',
  'mailbox',
  'media',
  'media_uses',
  'migrations',
  'narrative_files',
  'narrative_texts',
  'narrative_versions',
  'reviews',
  'row_claims',
  'schedules',
  'state',
] as const

/** Undefined when there is no such table. @throws StoreError `bad-identifier` */
export function findTable(db: Db, name: string): Table | undefined {
  quote(name)
  const found = db.get<{ name: string }>(
    `select name from sqlite_master where type in ('table', 'view') and name = @name collate nocase`,
    { name },
  )
  if (!found) return undefined
  const columns = db.all<{ name: string; type: string; pk: number }>(
    'select name, type, pk from pragma_table_info(@name) order by cid',
    { name: found.name },
  )
  return {
    name: found.name,
    columns: columns
      .filter((column) => isIdentifier(column.name))
      .map((column) => ({ name: column.name, type: typeOf(column.type) })),
    hasId: columns.some(({ name, type, pk }) => sameName(name, 'id') && pk === 1 && /^integer$/i.test(type)),
  }
}

/** @throws StoreError `table-not-found`, `bad-identifier` */
export function needTable(db: Db, name: string): Table {
  const table = findTable(db, name)
  if (table) return table
  const known = db
    .all<{ name: string }>(`select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite%'`)
    .map((row) => row.name)
  const meant = nearest(name, known)
  throw new StoreError('table-not-found', `There is no table ${name}${meant ? `; did you mean ${meant}?` : '.'}`)
}

/** Refuses to let content into the store's own tables. @throws StoreError `reserved-table`, `bad-identifier` */
export function checkTarget(name: string): void {
  quote(name)
  if (OWN_TABLES.some((own) => sameName(own, name)) || /^sqlite_/i.test(name)) {
    throw new StoreError('reserved-table', `The table ${name} belongs to the server, a narrative cannot write to it.`)
  }
}

/** @throws StoreError `unknown-column` */
export function needColumn(table: Table, name: string): TableColumn {
  const column = table.columns.find((candidate) => sameName(candidate.name, name))
  if (column) return column
  const names = table.columns.map((candidate) => candidate.name)
  const meant = nearest(name, names)
  throw new StoreError(
    'unknown-column',
    `The table ${table.name} has no column ${name}${meant ? `; did you mean ${meant}?` : `; it has ${names.join(', ')}.`}`,
  )
}

/** Also for tables that people made, with the usual names of SQL. */
function typeOf(declared: string): ColumnType {
  const words = declared.toUpperCase()
  if (words.includes('BOOL')) return 'boolean'
  if (words.includes('JSON')) return 'json'
  if (words.includes('LIST')) return 'text-list'
  if (words.includes('TIMESTAMP') || words.includes('DATE')) return 'timestamp'
  if (words.includes('INT')) return 'integer'
  if (/REAL|FLOA|DOUB|NUMERIC|DECIMAL/.test(words)) return 'real'
  return 'text'
}
