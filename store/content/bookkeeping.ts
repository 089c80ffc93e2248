// Bookkeeping columns: what every generated table has beside the columns that its content brings.
//
//   B1. `id` is a number that is never used twice, so that a reference to a row that was deleted points at nothing.
//   B2. Content may bring REVIEWED columns itself; the others are the server's, and content of that name is dropped.

import type { Column, ColumnType } from '../store.ts'

/** In the order in which they follow the content's own columns. */
export const BOOKKEEPING = {
  generated_at: 'timestamp',
  source_narrative: 'text',
  source_act: 'text',
  generation_model: 'text',
  review_status: 'text',
  tags: 'text-list',
  rating: 'integer',
  trace_id: 'text',
  traceparent: 'text',
  execution_id: 'text',
  source_table: 'text',
  source_row: 'integer',
} as const satisfies Record<string, ColumnType>

/** What the content may bring itself. */
const REVIEWED: ReadonlySet<string> = new Set(['review_status', 'tags', 'rating'])

/** Of no use to a reader of content: not part of "all columns", and never changed after the row was stored. */
export const PLUMBING: ReadonlySet<string> = new Set([
  'trace_id',
  'traceparent',
  'execution_id',
  'source_table',
  'source_row',
])

/** Where an `id` goes that the content brings and that cannot be ours. */
const FOREIGN_ID = 'source_id'

export function isBookkeeping(name: string): boolean {
  return Object.hasOwn(BOOKKEEPING, name.toLowerCase())
}

/** The server's own: content cannot write it. */
export function isOurs(name: string): boolean {
  return isBookkeeping(name) && !REVIEWED.has(name.toLowerCase())
}

/**
 * The content's column for a key called `id`. A plain integer can be our id; a text, or a key that a platform gave
 * out, gets a column of its own.
 */
export function contentColumn(column: Column, tableHasId: boolean): Column {
  const isForeignId = column.name.toLowerCase() === 'id' && (column.type !== 'integer' || column.key === true)
  return isForeignId && tableHasId ? { ...column, name: FOREIGN_ID } : column
}
