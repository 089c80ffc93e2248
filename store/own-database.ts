// Own database: at most one process serves a database, whatever names its folder has and wherever its socket is.
//
// The lock is SQLite's, on a file of its own beside the database: the system lets go of it with the process, and
// locks on the database itself would keep out the commands that work beside a server.
//
//   O1. Who holds it is in the file before it is held, so that the next one can be told.

import { closeSync, existsSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { StoreError, translate } from './store-error.ts'

/**
 * Held until it is disposed of. The file stays: who removes it could remove the next one's.
 * @throws StoreError `server-running` with the process that holds it, `store-open`, `store-read-only`, `store-full`
 */
export function ownDatabase(database: string): Disposable {
  const file = lockOf(database)
  const connection = connect(file)
  try {
    hold(connection, database)
    return { [Symbol.dispose]: () => connection.close() }
  } catch (error) {
    connection.close()
    throw translate(error, file)
  }
}

/** The other process that holds it; undefined where none does, or this one. */
export function otherOwnerOf(database: string): number | undefined {
  const file = lockOf(database)
  if (!existsSync(file)) return undefined
  const connection = new Database(file, { timeout: 0 })
  try {
    connection.exec('begin immediate; rollback')
    return undefined
  } catch (error) {
    if (!isHeld(error)) throw translate(error, file)
    const owner = ownerIn(connection)
    return owner === process.pid ? undefined : owner
  } finally {
    connection.close()
  }
}

function lockOf(database: string): string {
  return `${existsSync(database) ? realpathSync(database) : resolve(database)}.lock`
}

function connect(file: string): Database.Database {
  try {
    mkdirSync(dirname(file), { recursive: true })
    closeSync(openSync(file, 'a', 0o600))
    return new Database(file, { timeout: NAMING_MS })
  } catch (error) {
    if (error instanceof Database.SqliteError) throw translate(error, file)
    throw new StoreError('store-open', `The file ${file} cannot be opened: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

/** Longer than it takes to write the name, shorter than anyone notices. */
const NAMING_MS = 200

/** O1: between the commit of the name and the lock that stays, another one may have been quicker. */
function hold(connection: Database.Database, database: string): void {
  for (;;) {
    begin(connection, database)
    if (ownerIn(connection) === process.pid) return
    connection.pragma(`user_version = ${process.pid}`)
    connection.exec('commit')
  }
}

/** The lock of a writer, beside which others can read who it is. */
function begin(connection: Database.Database, database: string): void {
  try {
    connection.exec('begin immediate')
  } catch (error) {
    if (!isHeld(error)) throw error
    const pid = ownerIn(connection)
    throw new StoreError('server-running', `The process ${pid} has the database ${database} to itself.`, {
      fix: `It is a server, or goes on with the run of a bot. Wait for its end, or stop it: kill ${pid}`,
    })
  }
}

function isHeld(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
}

function ownerIn(connection: Database.Database): number {
  return connection.pragma('user_version', { simple: true }) as number
}
