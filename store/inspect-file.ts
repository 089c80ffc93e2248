// Inspect file: whether a file, such as a backup, is a whole database of ours. Changes nothing in it.

import Database from 'better-sqlite3'
import { appliedNumbers, checkKnown } from './migrate.ts'
import { StoreError, translate } from './store-error.ts'

/** @throws StoreError `store-not-a-database`, `store-corrupt`, or when it cannot be read at all */
export function inspectFile(path: string): void {
  look(path, (connection) => {
    const lines = connection.prepare('select integrity_check from pragma_integrity_check').pluck().all() as string[]
    const damages = lines.filter((line) => line !== 'ok')
    if (damages.length > 0)
      throw new StoreError('store-corrupt', `${path} is damaged: ${damages.slice(0, 3).join('; ')}.`)
    const ours = connection.prepare("select 1 from sqlite_master where name = 'migrations'").get()
    if (ours === undefined) throw new StoreError('store-not-a-database', `${path} is no database of Botticelli.`)
  })
}

/** Whether this version can work with it, also if it is older. @throws StoreError `store-newer`, `store-migration-changed` */
export function inspectVersion(path: string): void {
  look(path, (connection) => checkKnown(connection, path))
}

/** Numbers of the migrations that it has had, also where this version does not know them. */
export function migrationsOf(path: string): readonly number[] {
  return look(path, appliedNumbers)
}

function look<T>(path: string, at: (connection: Database.Database) => T): T {
  try {
    const connection = new Database(path, { readonly: true, fileMustExist: true })
    try {
      return at(connection)
    } finally {
      connection.close()
    }
  } catch (error) {
    throw translate(error, path)
  }
}
