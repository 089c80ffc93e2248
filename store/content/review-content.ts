// A person's decision about a row of content.
//
//   V1. Every decision that changes something is in `reviews` and in `audit`.
//   V2. Approving with a target copies the row there once; the copy keeps the trace and names its source.
//   V3. What was posted stays posted. Rejecting takes back whatever was made from the row and waits to be posted,
//       whoever had chosen it, a person or a curator.
//   V4. A row of the target itself waits to be posted by being `pending` there: approving it only lets it wait again.

import { redactWithin } from '../../telemetry/redaction.ts'
import { audit } from '../audit.ts'
import type { Db } from '../database.ts'
import { subjectOf, tell } from '../events.ts'
import type { Column, Content, ContentRow, RowRef } from '../store.ts'
import { StoreError } from '../store-error.ts'
import { contentColumn, isBookkeeping } from './bookkeeping.ts'
import { quote, sameName } from './identifier.ts'
import { storeRows } from './insert-rows.ts'
import { contentTables, findContent } from './read-content.ts'
import { checkTarget, findTable, needTable } from './table.ts'

type Decision = Parameters<Content['review']>[1]

/** To be called in a write. @throws StoreError `table-not-found`, `unknown-record`, `reserved-table` */
export function reviewContent(db: Db, ref: RowRef, decision: Decision): ReturnType<Content['review']> {
  const row = needContent(db, ref)
  if (row.reviewStatus === 'posted') return { changed: false }
  if (decision.status === 'approved' && decision.target !== undefined && sameName(row.table, decision.target)) {
    return { changed: waitAgain(db, row, decision) }
  }
  const copied = decision.status === 'approved' && decision.target ? copy(db, row, decision.target) : undefined
  const changed = row.reviewStatus !== decision.status || copied?.isNew === true
  if (!changed) return { changed, ...(copied && { copied: copied.ref }) }
  setStatus(db, row, decision.status)
  if (decision.status === 'rejected') takeBackCopies(db, row)
  record(db, row, decision, copied?.ref)
  return { changed, ...(copied && { copied: copied.ref }) }
}

function waitAgain(db: Db, row: ContentRow, decision: Decision): boolean {
  if (row.reviewStatus === 'pending') return false
  setStatus(db, row, 'pending')
  record(db, row, decision, undefined)
  return true
}

function needContent(db: Db, ref: RowRef): ContentRow {
  checkTarget(ref.table)
  const { name } = needTable(db, ref.table)
  const row = findContent(db, ref)
  if (row) return row
  throw new StoreError('unknown-record', `The table ${name} has no row of content ${ref.id}.`)
}

/** The copy of this row in the target: a new one, or the one that is there, which waits again if it was taken back. */
function copy(db: Db, row: ContentRow, target: string): { ref: RowRef; isNew: boolean } {
  const known = copyIn(db, row, target)
  if (known) {
    const { changes } = db.run(
      `update ${quote(known.table)} set review_status = 'pending' where id = @id and review_status = 'rejected'`,
      { id: known.id },
    )
    return { ref: known, isNew: changes > 0 }
  }
  const { table, ids } = storeRows(
    db,
    {
      table: target,
      columns: columnsOf(db, row),
      rows: [{ values: row.values, source: row, ...(row.traceparent && { traceparent: row.traceparent }) }],
      narrative: row.narrative,
      act: row.act,
      executionId: executionOf(db, row),
      ...(row.model && { model: row.model }),
    },
    row.generatedAt,
  )
  return { ref: { table, id: ids[0]! }, isNew: true }
}

function copyIn(db: Db, row: RowRef, target: string): RowRef | undefined {
  const table = findTable(db, target)
  if (!table?.columns.some(({ name }) => sameName(name, 'source_row'))) return undefined
  const found = db.get<{ id: number }>(
    `select rowid as id from ${quote(table.name)} where source_table = @table and source_row = @id`,
    { table: row.table, id: row.id },
  )
  return found && { table: table.name, id: found.id }
}

function columnsOf(db: Db, row: ContentRow): readonly Column[] {
  return needTable(db, row.table)
    .columns.filter(({ name }) => !isBookkeeping(name) && !sameName(name, 'id'))
    .map((column) => contentColumn(column, true))
}

function executionOf(db: Db, row: ContentRow): string {
  const found = db.get<{ id: string | null }>(`select execution_id as id from ${quote(row.table)} where id = @id`, {
    id: row.id,
  })
  return found?.id ?? ''
}

function setStatus(db: Db, ref: RowRef, status: string): void {
  db.run(`update ${quote(ref.table)} set review_status = @status where id = @id`, { id: ref.id, status })
}

/** Through all tables, and from copy to copy: a source never has itself as its source. */
function takeBackCopies(db: Db, row: RowRef): void {
  for (const name of contentTables(db)) {
    const copied = copyIn(db, row, name)
    if (copied === undefined) continue
    db.run(
      `update ${quote(copied.table)} set review_status = 'rejected' where id = @id and review_status = 'pending'`,
      {
        id: copied.id,
      },
    )
    takeBackCopies(db, copied)
  }
}

function record(db: Db, row: ContentRow, decision: Decision, copied: RowRef | undefined): void {
  tellDecision(db, row, decision, copied)
  db.run(
    `insert into reviews (table_name, row_id, status, reviewer, note, copied_table, copied_id, at)
     values (@table, @id, @status, @by, @note, @copiedTable, @copiedId, @at)`,
    {
      table: row.table,
      id: row.id,
      status: decision.status,
      by: decision.by,
      note: decision.note,
      copiedTable: copied?.table,
      copiedId: copied?.id,
      at: decision.at,
    },
  )
  const line = {
    by: decision.by,
    action: decision.status === 'approved' ? 'content.approve' : 'content.reject',
    subject: `${row.table}/${row.id}`,
    details: {
      before: row.reviewStatus,
      ...(decision.note !== undefined && { note: decision.note }),
      ...(copied && { copied: `${copied.table}/${copied.id}` }),
    },
    at: decision.at,
  }
  audit(db, line, row.traceparent)
}

function tellDecision(db: Db, row: ContentRow, decision: Decision, copied: RowRef | undefined): void {
  const { by, at, note } = decision
  const data = {
    by,
    before: row.reviewStatus,
    ...(note !== undefined && { note: redactWithin(note, MOST_NOTE_LENGTH) }),
  }
  const about = { at, subject: subjectOf(row), traceparent: row.traceparent }
  if (decision.status === 'rejected') tell(db, { type: 'content.rejected', ...about, data })
  else tell(db, { type: 'content.approved', ...about, data: { ...data, copied: copied && subjectOf(copied) } })
}

const MOST_NOTE_LENGTH = 500
