// Published since: rows that one database knows to be published, or may have been, and an older copy of it would publish
// again. Changes neither.

import Database from 'better-sqlite3'
import { quote } from './content/identifier.ts'
import type { RowRef } from './store.ts'

export interface PublishedRow extends RowRef {
  /** Epoch ms. */
  readonly publishedAt: number
  /** False of one of which nobody knows. */
  readonly isCertain: boolean
}

/** Oldest first. @returns undefined where that cannot be said: one of them cannot be read, or is too old to tell */
export function publishedSince(newer: string, older: string): readonly PublishedRow[] | undefined {
  try {
    const connection = new Database(older, { readonly: true, fileMustExist: true })
    try {
      connection.prepare('attach @newer as newer').run({ newer })
      return look(connection)
    } finally {
      connection.close()
    }
  } catch (error) {
    if (error instanceof Database.SqliteError) return undefined
    throw error
  }
}

function look(connection: Database.Database): readonly PublishedRow[] {
  const published = connection
    .prepare<[], { table: string; id: number; at: number; certain: number }>(
      `select item_table as "table", item_id as id, max(coalesce(ended_at, intended_at)) as at,
          max(status = 'done') as certain
        from newer.effects now
        where item_id is not null and coalesce(dry_run, 0) = 0 and status in ('done', 'intended', 'doubtful', 'insisted')
          and not exists (select 1 from main.effects then_ where then_.key = now.key)
        group by item_table, item_id order by at`,
    )
    .all()
  return published
    .filter((row) => waits(connection, row))
    .map(({ table, id, at, certain }) => ({ table, id, publishedAt: at, isCertain: certain === 1 }))
}

/** An intent that the copy knows is not sent again unseen; a row that it does not have is not sent at all. */
function waits(connection: Database.Database, { table, id }: RowRef): boolean {
  const exists = connection.prepare(`select 1 from main.sqlite_master where name = ? collate nocase`).get(table)
  if (exists === undefined) return false
  const status = connection
    .prepare(`select review_status from main.${quote(table)} where rowid = ?`)
    .pluck()
    .get(id)
  return status === 'pending' || status === 'approved'
}
