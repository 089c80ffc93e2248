// Rows of content as people look at them: what the model wrote apart from what the server keeps beside it.

import type { JsonObject } from '../../json.ts'
import type { Db } from '../database.ts'
import { present } from '../row.ts'
import type { ContentRow, RowRef } from '../store.ts'
import { epochToMs, parseTime } from '../time.ts'
import { isOurs } from './bookkeeping.ts'
import { quote, sameName } from './identifier.ts'
import { findTable, needTable, type Table } from './table.ts'
import { type Stored, toJson } from './value.ts'

const DEFAULT_LIMIT = 100

/** Names of the tables that narratives produced and nobody has dropped since. */
export function contentTables(db: Db): readonly string[] {
  return db
    .all<{ name: string }>(
      `select s.name from content_tables c join sqlite_master s on s.type = 'table' and s.name = c.name collate nocase
        order by s.name`,
    )
    .map(({ name }) => name)
}

/** Newest first over all tables. @throws StoreError `table-not-found` for a named one */
export function listContent(
  db: Db,
  filter: { table?: string; status?: string; limit?: number } = {},
): readonly ContentRow[] {
  const limit = filter.limit ?? DEFAULT_LIMIT
  const tables = filter.table === undefined ? contentTables(db) : [filter.table]
  return tables
    .flatMap((name) => newest(db, needTable(db, name), filter.status, limit))
    .sort((one, other) => other.generatedAt - one.generatedAt || other.id - one.id)
    .slice(0, limit)
}

export function countContent(db: Db, name: string, status: string): number {
  const table = findTable(db, name)
  if (!table || !isContent(table)) return 0
  const sql = `select count(*) as count from ${quote(table.name)} where review_status = @status`
  return db.get<{ count: number }>(sql, { status })?.count ?? 0
}

export function findContent(db: Db, ref: RowRef): ContentRow | undefined {
  const table = findTable(db, ref.table)
  if (!table || !isContent(table)) return undefined
  const [row] = db.allExact<Record<string, Stored>>(
    `select ${selection(table)} from ${quote(table.name)} where id = @id`,
    { id: ref.id },
  )
  return row && toContentRow(table, row)
}

function newest(db: Db, table: Table, status: string | undefined, limit: number): readonly ContentRow[] {
  if (!isContent(table)) return []
  return db
    .allExact<Record<string, Stored>>(
      `select ${selection(table)} from ${quote(table.name)}
        where @status is null or review_status = @status
        order by generated_at desc, id desc limit @limit`,
      { status, limit },
    )
    .map((row) => toContentRow(table, row))
}

/** A table of a person's, into which no narrative has stored anything, lacks these. */
function isContent(table: Table): boolean {
  return table.hasId && table.columns.some(({ name }) => sameName(name, 'review_status'))
}

function selection(table: Table): string {
  return table.columns.map(({ name }) => quote(name)).join(', ')
}

function toContentRow(table: Table, row: Record<string, Stored>): ContentRow {
  const ours = new Map(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]))
  const text = (name: string) => ours.get(name)?.toString()
  const sourceTable = text('source_table')
  return present<ContentRow>({
    table: table.name,
    id: Number(ours.get('id')),
    reviewStatus: text('review_status') ?? 'pending',
    narrative: text('source_narrative') ?? '',
    act: text('source_act') ?? '',
    model: text('generation_model'),
    generatedAt: timeOf(ours.get('generated_at')),
    traceparent: text('traceparent'),
    source: sourceTable === undefined ? undefined : { table: sourceTable, id: Number(ours.get('source_row')) },
    values: contentValues(table, row),
  })
}

/** Rating and tags are content only where the content brought them. */
function contentValues(table: Table, row: Record<string, Stored>): JsonObject {
  const content = table.columns.filter(({ name }) => {
    const isOptional = sameName(name, 'tags') || sameName(name, 'rating')
    const isServers = isOurs(name) || sameName(name, 'review_status') || sameName(name, 'id')
    return !isServers && !(isOptional && row[name] === null)
  })
  return Object.fromEntries(content.map(({ name, type }) => [name, toJson(row[name] ?? null, type)]))
}

function timeOf(stored: Stored | undefined): number {
  if (typeof stored === 'string') return parseTime(stored) ?? 0
  return stored === null || stored === undefined ? 0 : epochToMs(Number(stored))
}
