// StoreError: every failure of the store, under a stable code, and the translation from what SQLite says.

import Database from 'better-sqlite3'
import { BotticelliError, type ErrorCode } from '../errors.ts'

export class StoreError extends BotticelliError {}

/** By the beginning of SQLite's own code, the more special one first. See https://sqlite.org/rescode.html */
const TRANSLATIONS: readonly [prefix: string, code: ErrorCode, what: string][] = [
  ['SQLITE_BUSY', 'store-busy', 'is locked by another process'],
  ['SQLITE_LOCKED', 'store-busy', 'is locked'],
  ['SQLITE_READONLY', 'store-read-only', 'cannot be written to'],
  ['SQLITE_PERM', 'store-read-only', 'cannot be written to'],
  ['SQLITE_NOTADB', 'store-not-a-database', 'is not an SQLite database'],
  ['SQLITE_CORRUPT', 'store-corrupt', 'is damaged'],
  ['SQLITE_CANTOPEN', 'store-open', 'cannot be opened'],
  ['SQLITE_FULL', 'store-full', 'cannot grow, the disk is full'],
  // The file that readers and writers share could not be made larger: SQLite does not say why, it is mostly this.
  ['SQLITE_IOERR_SHMSIZE', 'store-full', 'cannot be opened, mostly since the disk is full'],
  ['SQLITE_IOERR', 'store-io', 'cannot be read or written'],
  ['SQLITE_CONSTRAINT_FOREIGNKEY', 'unknown-record', 'does not have the execution that this belongs to'],
]

/** What was thrown, as a StoreError that names the file; errors of this project pass unchanged. */
export function translate(thrown: unknown, path: string): unknown {
  if (thrown instanceof BotticelliError || !(thrown instanceof Error)) return thrown
  if (!(thrown instanceof Database.SqliteError)) return thrown
  const [, code, what] = TRANSLATIONS.find(([prefix]) => thrown.code.startsWith(prefix)) ?? [
    '',
    'store-failed',
    'refused',
  ]
  return new StoreError(code as ErrorCode, `The database ${path} ${what} (${thrown.code}: ${thrown.message}).`, {
    cause: thrown,
    retryable: code === 'store-busy',
  })
}
