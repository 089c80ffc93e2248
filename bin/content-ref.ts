// Content ref: how a person names a row of content. `TABLE/12`, or `12` for a row of the table that is meant.

import type { RowRef } from '../store/store.ts'
import type { Globals } from './globals.ts'
import { UsageError } from './parse.ts'

/** @throws UsageError for what is neither `12` nor `TABLE/12` */
export function parseRef(text: string, table: string, globals: Globals): RowRef {
  const [, named, id] = /^(?:(\w+)\/)?(\d+)$/.exec(text) ?? []
  if (id === undefined) {
    throw new UsageError(
      `"${text}" is no id of content.`,
      'Write 12 or TABLE/12, as "content list" shows them.',
      globals,
    )
  }
  return { table: named ?? table, id: Number(id) }
}

/** As short as it can be read back. */
export function showRef({ table, id }: RowRef, meant: string): string {
  return table === meant ? String(id) : `${table}/${id}`
}
