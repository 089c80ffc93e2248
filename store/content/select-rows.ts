// Reads rows of a table for a prompt (narrative format, 17.1).

import type { JsonObject } from '../../json.ts'
import { pull, releaseAct, UNCLAIMED } from '../claims.ts'
import type { Db } from '../database.ts'
import { type CompiledFilter, compileFilter } from '../filter/compile.ts'
import { parseOrderBy } from '../filter/order-by.ts'
import { parseFilter } from '../filter/parse.ts'
import { rootOf } from '../known-runs.ts'
import type { ActKey, TableQuery, TableRows } from '../store.ts'
import { parseTime } from '../time.ts'
import { PLUMBING } from './bookkeeping.ts'
import { quote, sameName } from './identifier.ts'
import { needColumn, needTable, type Table, type TableColumn } from './table.ts'
import { type Stored, toJson } from './value.ts'

/** No prompt gets more rows than this, whatever was asked (D-09). */
const HARD_CAP = 1000

/** @throws StoreError `table-not-found`, `unknown-column`, `bad-identifier`, `bad-filter`, `bad-order-by` */
export function selectRows(db: Db, query: TableQuery, now: number, reader?: string): TableRows {
  const table = needTable(db, query.table)
  const columns = askedColumns(table, query.columns)
  const filter = query.where === undefined ? undefined : compiled(table, query.where, now)
  const warnings: string[] = []
  if (query.sample !== undefined && query.orderBy !== undefined) warnings.push('A sample has no order_by.')
  const order = query.sample === undefined ? orderOf(table, query.orderBy) : 'random()'
  if (filter && filter.unknownColumns.length > 0) {
    warnings.push(
      `The table ${table.name} has no column ${filter.unknownColumns.join(', ')}, so its filter finds nothing.`,
    )
    return { rows: [], columns: names(columns), refs: [], capped: false, warnings }
  }
  const hidesClaims = reader !== undefined && table.hasId
  const wanted = Math.min(query.limit ?? Number.POSITIVE_INFINITY, query.sample ?? Number.POSITIVE_INFINITY)
  // One row more than the cap shows whether the cap cut anything.
  const found = db.allExact<Record<string, Stored>>(
    `select ${selection(table, columns)} from ${quote(table.name)}
      where (${filter?.sql ?? 'true'}) and ${hidesClaims ? UNCLAIMED : 'true'}
      order by ${order} limit @limit offset @offset`,
    {
      ...filter?.params,
      ...(hidesClaims && { claimTable: table.name, claimRoot: rootOf(reader) }),
      limit: Math.min(wanted, HARD_CAP + 1),
      offset: query.offset ?? 0,
    },
  )
  const capped = found.length > HARD_CAP
  if (capped) warnings.push(`Only the first ${HARD_CAP} rows of ${table.name} were read.`)
  const kept = found.slice(0, HARD_CAP)
  return {
    rows: kept.map((row) => valuesOf(columns, row)),
    columns: names(columns),
    refs: kept.map((row) => ({
      ...(row['ref id'] != null && { id: Number(row['ref id']) }),
      ...(row['ref trace'] != null && { traceparent: String(row['ref trace']) }),
      ...madeAt(row['ref time']),
    })),
    capped,
    warnings,
  }
}

/** Rows that fit the filter; none fit one on a column that the table lacks. @throws StoreError as `selectRows` */
export function countRows(db: Db, { table: name, where }: { table: string; where?: string | undefined }, now: number) {
  const table = needTable(db, name)
  const filter = where === undefined ? undefined : compiled(table, where, now)
  if (filter && filter.unknownColumns.length > 0) return 0
  const sql = `select count(*) as count from ${quote(table.name)} where ${filter?.sql ?? 'true'}`
  return db.get<{ count: number }>(sql, { ...filter?.params })?.count ?? 0
}

/** The rows are the act's own from now on. @throws StoreError as `selectRows` */
export function pullRows(db: Db, query: TableQuery, now: number, act: ActKey): TableRows {
  releaseAct(db, act)
  const found = selectRows(db, query, now, act.executionId)
  const ids = found.refs.flatMap(({ id }) => id ?? [])
  pull(db, act, needTable(db, query.table).name, ids)
  return found
}

/** For an update as well, which does not take unknown columns. */
export function compiled(table: Table, where: string, now: number): CompiledFilter {
  return compileFilter(parseFilter(where), names(table.columns), now)
}

function askedColumns(table: Table, asked: readonly string[] | undefined): readonly TableColumn[] {
  if (asked === undefined) return table.columns.filter(({ name }) => !PLUMBING.has(name.toLowerCase()))
  return asked.map((name) => {
    quote(name)
    return needColumn(table, name)
  })
}

/** What is beside the row has a name that no column can have. */
function selection(table: Table, columns: readonly TableColumn[]): string {
  const trace = table.columns.find(({ name }) => sameName(name, 'traceparent'))
  const hasTime = table.columns.some(({ name }) => sameName(name, 'generated_at'))
  return [
    ...columns.map(({ name }) => quote(name)),
    `${table.hasId ? 'id' : 'null'} as "ref id"`,
    `${trace ? 'traceparent' : 'null'} as "ref trace"`,
    `${hasTime ? 'generated_at' : 'null'} as "ref time"`,
  ].join(', ')
}

/** A table of a person's may have something else under that name. */
function madeAt(time: Stored | undefined): { generatedAt?: number } {
  const at = typeof time === 'string' ? parseTime(time) : undefined
  return at === undefined ? {} : { generatedAt: at }
}

/** The id is the last word, so that the same query gives the same order each time. */
function orderOf(table: Table, orderBy: string | undefined): string {
  const terms = orderBy === undefined || orderBy.trim() === '' ? [] : parseOrderBy(orderBy)
  const parts = terms.map(
    ({ column, descending }) => `${quote(needColumn(table, column).name)} ${descending ? 'desc' : 'asc'}`,
  )
  return [...parts, table.hasId ? 'id' : undefined].filter((part) => part !== undefined).join(', ') || 'true'
}

function valuesOf(columns: readonly TableColumn[], row: Record<string, Stored>): JsonObject {
  return Object.fromEntries(columns.map(({ name, type }) => [name, toJson(row[name] ?? null, type)]))
}

function names(columns: readonly TableColumn[]): readonly string[] {
  return columns.map(({ name }) => name)
}
