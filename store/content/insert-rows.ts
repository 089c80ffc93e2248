// Stores the rows of an act in the table that its narrative targets (narrative format, 19.5 to 19.7).
//
//   R1. Values are bound, names are checked: no text of a model becomes SQL (P9).
//   R2. A row that cannot be stored is skipped with its reason; the others are stored, unless all are bad.
//   R3. Of one source a table takes one row (NewRow.source), and a source that was taken no longer waits for a decision.

import Database from 'better-sqlite3'
import type { Db } from '../database.ts'
import type { SqlParams } from '../statement.ts'
import type { InsertOutcome, NewRow, NewRows, RowRef } from '../store.ts'
import { StoreError } from '../store-error.ts'
import { toIso } from '../time.ts'
import { noteSuccess } from './generations.ts'
import { quote, sameName } from './identifier.ts'
import { hasContent, type PlacedValues, Places } from './place-values.ts'
import { produceTable } from './produce-table.ts'
import { findTable, type Table } from './table.ts'
import type { Stored } from './value.ts'
import { Warnings } from './warnings.ts'

/** Ids that a model wrote are taken up to this; a huge one would use up the numbers after it. */
const MAX_CONTENT_ID = 2 ** 31 - 1

/** To be called in a write. @throws StoreError `bad-rows`, `reserved-table`, `bad-identifier` */
export function insertRows(db: Db, rows: NewRows, at: number): InsertOutcome {
  const outcome = storeRows(db, rows, at)
  noteSuccess(db, rows, outcome, at)
  return outcome
}

/** The same without a record of a generation, for a copy of a row that was generated before. */
export function storeRows(db: Db, rows: NewRows, generatedAt: number): InsertOutcome {
  const warnings = new Warnings()
  const table = produceTable(db, rows, generatedAt, warnings)
  const insertion = new Insertion(db, table, rows, generatedAt, warnings)
  const results = rows.rows.map((row) => insertion.add(row))
  const skipped = results.flatMap((result, index) => ('reason' in result ? [{ index, ...result }] : []))
  if (skipped.length > 0 && skipped.length === results.length && skipped.every(({ bad }) => bad)) {
    throw new StoreError(
      'bad-rows',
      `None of the ${skipped.length} rows for the table ${table.name} could be stored: ${skipped[0]?.reason}`,
    )
  }
  return {
    table: table.name,
    ids: results.map((result) => ('id' in result ? result.id : undefined)),
    stored: results.length - skipped.length,
    skipped: skipped.map(({ index, reason, bad }) => ({ index, reason, why: bad ? 'invalid' : 'duplicate' })),
    warnings: warnings.list(),
  }
}

type Result = { readonly id: number } | { readonly reason: string; readonly bad: boolean }

class Insertion {
  readonly #db: Db
  readonly #table: Table
  readonly #places: Places
  readonly #warnings: Warnings
  readonly #sql: string
  readonly #common: Readonly<Record<string, Stored>>
  readonly #executionTrace: string | undefined
  #lastId: number

  constructor(db: Db, table: Table, rows: NewRows, generatedAt: number, warnings: Warnings) {
    this.#db = db
    this.#table = table
    this.#places = new Places(table, rows.columns, warnings)
    this.#warnings = warnings
    this.#sql = insertStatement(table)
    this.#common = {
      generated_at: toIso(generatedAt),
      source_narrative: rows.narrative,
      source_act: rows.act,
      generation_model: rows.model ?? null,
      execution_id: rows.executionId,
    }
    this.#executionTrace = executionTrace(db, rows.executionId)
    this.#lastId = table.hasId ? lastId(db, table) : 0
  }

  add(row: NewRow): Result {
    const values = this.#places.place(row.values)
    if (!hasContent(values)) return { reason: 'It has no value for any column of the table.', bad: true }
    const duplicate = row.source && this.#rowOfSource(row.source)
    if (duplicate !== undefined) {
      return { reason: `Its source is in the table already, as row ${duplicate}.`, bad: false }
    }
    this.#places.noteMissing(values)
    const result = this.#insert(this.#parameters(row, values))
    if ('id' in result && row.source) this.#markApproved(row.source)
    return result
  }

  /** Whoever lists the pending drafts must not be offered one that was chosen. */
  #markApproved(source: RowRef): void {
    const table = findTable(this.#db, source.table)
    if (!table?.columns.some(({ name }) => sameName(name, 'review_status'))) return
    this.#db.run(
      `update ${quote(table.name)} set review_status = 'approved' where rowid = @id and review_status = 'pending'`,
      { id: source.id },
    )
  }

  #rowOfSource(source: RowRef): number | undefined {
    const table = quote(this.#table.name)
    return this.#db.get<{ row: number }>(
      `select rowid as row from ${table} where source_table = @table and source_row = @id`,
      { table: sourceName(this.#db, source), id: source.id },
    )?.row
  }

  /** One for each column, under its name in lower case. */
  #parameters(row: NewRow, values: PlacedValues): Record<string, Stored> {
    return {
      ...Object.fromEntries(this.#table.columns.map(({ name }) => [name.toLowerCase(), null])),
      ...Object.fromEntries(values),
      ...this.#common,
      ...(this.#table.hasId && { id: this.#usableId(values.get('id') ?? null) }),
      review_status: values.get('review_status') || 'pending',
      trace_id: traceIdOf(row.traceparent ?? this.#executionTrace),
      traceparent: row.traceparent ?? null,
      source_table: row.source ? sourceName(this.#db, row.source) : null,
      source_row: row.source?.id ?? null,
    }
  }

  /** A number that no row had yet, also none that was deleted; else the row gets the next one. */
  #usableId(value: Stored): Stored {
    if (value === null) return null
    const id = Number(value)
    if (Number.isInteger(id) && id > this.#lastId && id <= MAX_CONTENT_ID) return id
    this.#warnings.add('An id of the content was used before or cannot be used, the row got a new one.')
    return null
  }

  #insert(parameters: SqlParams): Result {
    try {
      const { id } = this.#db.run(this.#sql, parameters)
      this.#lastId = Math.max(this.#lastId, id)
      return { id }
    } catch (error) {
      if (!(error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT'))) throw error
      const isKnown = /UNIQUE|PRIMARYKEY/.test(error.code)
      return { reason: isKnown ? `Its key is in the table already (${error.message}).` : error.message, bad: !isKnown }
    }
  }
}

/** Every column of the table, so that all rows of a table share one statement. */
function insertStatement(table: Table): string {
  const columns = table.columns.map(({ name }) => quote(name)).join(', ')
  const parameters = table.columns.map(({ name }) => `@${name.toLowerCase()}`).join(', ')
  return `insert into ${quote(table.name)} (${columns}) values (${parameters})`
}

function lastId(db: Db, table: Table): number {
  const row = db.get<{ last: number }>(
    `select max(coalesce((select seq from sqlite_sequence where name = @name), 0),
       coalesce((select max(id) from ${quote(table.name)}), 0)) as last`,
    { name: table.name },
  )
  return row?.last ?? 0
}

/** As the schema writes it, so that one source never has two names. */
function sourceName(db: Db, source: RowRef): string {
  return findTable(db, source.table)?.name ?? source.table
}

function executionTrace(db: Db, executionId: string): string | undefined {
  const row = db.get<{ traceparent: string | null }>('select traceparent from executions where id = @executionId', {
    executionId,
  })
  return row?.traceparent ?? undefined
}

/** @see https://www.w3.org/TR/trace-context/#traceparent-header-field-values */
function traceIdOf(traceparent: string | undefined): string | null {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-/.exec(traceparent ?? '')?.[1] ?? null
}
