// Content: the tables that narratives read and produce, as one port.

import type { Db } from '../database.ts'
import type { Content, InsertOutcome, NewRows } from '../store.ts'
import { checkRows, contentColumns } from './check-rows.ts'
import { listGenerations, noteFailure, withFailureNoted } from './generations.ts'
import { insertRows } from './insert-rows.ts'
import { contentTables, countContent, findContent, listContent } from './read-content.ts'
import { reviewContent } from './review-content.ts'
import { countRows, pullRows, selectRows } from './select-rows.ts'
import { findTable } from './table.ts'
import { tellRows } from './tell-rows.ts'
import { updateRows } from './update-rows.ts'

export function openContent(db: Db): Content {
  return {
    exists: (table) => db.read('content.exists', () => findTable(db, table) !== undefined),
    select: (query, now, reader) => db.read('content.select', () => selectRows(db, query, now, reader)),
    pull: (query, now, act) => db.write('content.pull', () => pullRows(db, query, now, act)),
    update: (change, now) => db.write('content.update', () => updateRows(db, change, now)),
    insert: (rows, at) => withFailureNoted(db, rows, at, () => db.write('content.insert', () => insert(db, rows, at))),
    count: (query, now) => db.read('content.count', () => countRows(db, query, now)),
    columns: (table) => db.read('content.columns', () => contentColumns(db, table)),
    check: (rows) => db.read('content.check', () => checkRows(db, rows)),
    noteFailure: (run, error, at) => db.write('content.noteFailure', () => noteFailure(db, run, error, at)),
    generations: (filter) => db.read('content.generations', () => listGenerations(db, filter)),
    tables: () => db.read('content.tables', () => contentTables(db)),
    list: (filter) => db.read('content.list', () => listContent(db, filter)),
    countOf: (table, status) => db.read('content.countOf', () => countContent(db, table, status)),
    find: (ref) => db.read('content.find', () => findContent(db, ref)),
    review: (ref, decision) => db.write('content.review', () => reviewContent(db, ref, decision)),
  }
}

function insert(db: Db, rows: NewRows, at: number): InsertOutcome {
  const outcome = insertRows(db, rows, at)
  tellRows(db, rows, outcome, at)
  return outcome
}
