// Inspect file: whether a file, such as a backup, is a whole database of ours. Changes nothing in it.

import Database from 'better-sqlite3'
import { translate } from './store-error.ts'

/** @returns what is wrong with it; nothing when all is well. @throws StoreError when it cannot be read at all */
export function inspectFile(path: string): readonly string[] {
  try {
    const connection = new Database(path, { readonly: true, fileMustExist: true })
    try {
      const lines = connection.prepare('select integrity_check from pragma_integrity_check').pluck().all() as string[]
      const damages = lines.filter((line) => line !== 'ok')
      if (damages.length > 0) return damages
      const ours = connection.prepare("select 1 from sqlite_master where name = 'migrations'").get()
      return ours === undefined ? ['it is no database of Botticelli'] : []
    } finally {
      connection.close()
    }
  } catch (error) {
    throw translate(error, path)
  }
}
