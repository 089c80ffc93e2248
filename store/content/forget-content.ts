// Forgets content of which everything was decided long ago.
//
//   G1. A row, what it was made from and what was made from it go together: of a draft that stayed behind, the curator
//       would not know any more that it was chosen.
//   G2. They go when each of them is old, none is claimed, and whatever nothing else was made from was posted or rejected.

import type { Db } from '../database.ts'
import type { RowRef } from '../store.ts'
import { toIso } from '../time.ts'
import { quote } from './identifier.ts'
import { contentTables } from './read-content.ts'
import { findTable } from './table.ts'

/** To be called in a write. @param limit a family is not torn apart for it @returns how many rows are gone */
export function forgetContent(db: Db, before: number, limit: number): number {
  const rows = forgettable(db, before, limit)
  for (const { table, id } of rows) db.run(`delete from ${quote(table)} where id = @id`, { id })
  return rows.length
}

/** The rows that may go, family by family, until there are `limit` of them. */
export function forgettable(db: Db, before: number, limit = Number.POSITIVE_INFINITY): readonly RowRef[] {
  const tables = contentTables(db).filter((name) => hasBookkeeping(db, name))
  const old = toIso(before)
  const found = new Map<string, RowRef>()
  for (const table of tables) {
    for (const { id } of decided(db, table, old)) {
      if (found.size >= limit) return [...found.values()]
      if (found.has(keyOf({ table, id }))) continue
      const family = familyOf(db, tables, { table, id })
      if (family.every((member) => isDone(db, member, old))) {
        for (const { ref } of family) found.set(keyOf(ref), ref)
      }
    }
  }
  return [...found.values()]
}

interface Member {
  readonly ref: RowRef
  readonly hasCopies: boolean
}

function isDone(db: Db, { ref: { table, id }, hasCopies }: Member, old: string): boolean {
  const done = db.get(
    `select 1 from ${quote(table)}
      where id = @id and generated_at < @old and (@hasCopies or review_status in ('posted', 'rejected'))
        and not exists (select 1 from row_claims where table_name = @table and row_id = @id)`,
    { id, old, table, hasCopies: Number(hasCopies) },
  )
  return done !== undefined
}

function familyOf(db: Db, tables: readonly string[], row: RowRef): readonly Member[] {
  const family = new Map<string, Member>()
  visit(eldest(db, tables, row))
  return [...family.values()]

  function visit(ref: RowRef): void {
    if (family.has(keyOf(ref))) return
    const copies = copiesOf(db, tables, ref)
    family.set(keyOf(ref), { ref, hasCopies: copies.length > 0 })
    copies.forEach(visit)
  }
}

/** Up to the row that was made from nothing, or from what is gone. */
function eldest(db: Db, tables: readonly string[], row: RowRef): RowRef {
  const seen = new Set<string>()
  let ref = row
  for (;;) {
    seen.add(keyOf(ref))
    const source = sourceOf(db, tables, ref)
    if (source === undefined || seen.has(keyOf(source))) return ref
    ref = source
  }
}

function sourceOf(db: Db, tables: readonly string[], { table, id }: RowRef): RowRef | undefined {
  const made = db.get<{ table: string | null; id: number | null }>(
    `select source_table as "table", source_row as id from ${quote(table)} where id = @id`,
    { id },
  )
  if (made?.table == null || made.id === null || !tables.includes(made.table)) return undefined
  const is = db.get<object>(`select 1 from ${quote(made.table)} where id = @id`, { id: made.id })
  return is && { table: made.table, id: made.id }
}

function copiesOf(db: Db, tables: readonly string[], { table, id }: RowRef): readonly RowRef[] {
  return tables.flatMap((name) =>
    db
      .all<{ id: number }>(`select id from ${quote(name)} where source_table = @table and source_row = @id`, {
        table,
        id,
      })
      .map((copy) => ({ table: name, id: copy.id })),
  )
}

function decided(db: Db, table: string, old: string): readonly { readonly id: number }[] {
  return db.all(
    `select id from ${quote(table)} where review_status in ('posted', 'rejected') and generated_at < @old
      order by generated_at`,
    { old },
  )
}

/** Tables of persons may have a name among ours and none of our columns. */
function hasBookkeeping(db: Db, name: string): boolean {
  const table = findTable(db, name)
  const names = new Set(table?.columns.map((column) => column.name))
  return table?.hasId === true && NEEDED.every((column) => names.has(column))
}

const NEEDED = ['generated_at', 'review_status', 'source_table', 'source_row']

function keyOf({ table, id }: RowRef): string {
  return `${table}/${id}`
}
