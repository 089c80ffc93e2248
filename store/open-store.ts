// Opens the store on an SQLite file: the connection's settings, the migrations, and one object a port.

import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { openActorCounts } from './actor-counts.ts'
import { openAnswers } from './answers.ts'
import { openAudit } from './audit.ts'
import { openContent } from './content/content.ts'
import { Db, type OnQuery } from './database.ts'
import { openDeadLetters } from './dead-letters.ts'
import { openEffects } from './effects.ts'
import { openEvents } from './events.ts'
import { openExecutions } from './executions.ts'
import { openFigures } from './figures.ts'
import { identityOf } from './file-identity.ts'
import { openJournal } from './journal.ts'
import { openLatencies } from './latencies.ts'
import { openLedger } from './ledger.ts'
import { openMailbox } from './mailbox.ts'
import { openMaintenance } from './maintenance.ts'
import { openMediaStore } from './media.ts'
import { checkMigrated, migrate } from './migrate.ts'
import { openSchedules } from './schedules.ts'
import { openState } from './state.ts'
import type { Store } from './store.ts'
import { StoreError, translate } from './store-error.ts'
import { openVersions } from './versions.ts'

export interface StoreOptions {
  /** Nothing is made, migrated or written; a file that is not there is an error. Default false. */
  readonly readOnly?: boolean
  /** How long a call waits for another process that writes, in ms. Default 5,000. */
  readonly busyTimeoutMs?: number
  /**
   * Every call is committed by itself: slower, and no write lock is held while this thread computes. For a thread whose
   * computing may take long, beside others that write. Default false.
   */
  readonly commitAtOnce?: boolean
  readonly onQuery?: OnQuery
  /** Called when the file was opened and when it was closed. */
  readonly onConnection?: (change: 'opened' | 'closed') => void
}

/** The write-ahead log is cut back to this after a checkpoint, in bytes. */
const WAL_KEPT_BYTES = 16 * 1024 * 1024

/**
 * Opens the database file; makes it, with its folder, when it does not exist.
 *
 * @throws StoreError `store-open`, `store-not-a-database`, `store-corrupt`, `store-read-only`, `store-busy`,
 *   `store-newer`, `store-migration-changed`, `store-older` when it may only be read
 */
export function openStore(path: string, options: StoreOptions = {}): Store {
  const file = resolve(path)
  const { readOnly = false, busyTimeoutMs = 5000 } = options
  const connection = readOnly ? connectToRead(file, busyTimeoutMs) : connect(file, busyTimeoutMs)
  try {
    if (readOnly) checkMigrated(connection, file)
    else {
      configure(connection)
      migrate(connection, file)
    }
  } catch (error) {
    connection.close()
    throw translate(error, file)
  }
  const { onQuery, commitAtOnce: atOnce = false } = options
  const db = new Db(connection, { path: file, busyTimeoutMs, atOnce, ...(onQuery && { onQuery }) })
  options.onConnection?.('opened')
  const wrongWithFile = identityOf(file)
  let isOpen = true
  const close = () => {
    if (isOpen) options.onConnection?.('closed')
    isOpen = false
    db.close()
  }
  return {
    executions: openExecutions(db),
    versions: openVersions(db),
    journal: openJournal(db),
    effects: openEffects(db),
    answers: openAnswers(db),
    media: openMediaStore(db),
    content: openContent(db),
    ledger: openLedger(db),
    latencies: openLatencies(db),
    state: openState(db),
    schedules: openSchedules(db),
    mailbox: openMailbox(db),
    deadLetters: openDeadLetters(db),
    actors: openActorCounts(db),
    events: openEvents(db),
    audit: openAudit(db),
    maintenance: openMaintenance(db),
    figures: openFigures(db),
    together: (work) => db.write('together', work),
    committed: () => db.committed(),
    get trouble() {
      return db.trouble ?? (isOpen ? wrongWithFile() : undefined)
    },
    close,
    [Symbol.dispose]: close,
  }
}

function connect(file: string, busyTimeoutMs: number): Database.Database {
  try {
    mkdirSync(dirname(file), { recursive: true })
    // Prompts and drafts are nobody else's to read; SQLite gives the files beside it the same mode.
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
    return new Database(file, { timeout: busyTimeoutMs })
  } catch (error) {
    if (error instanceof Database.SqliteError) throw translate(error, file)
    throw new StoreError('store-open', `The database ${file} cannot be opened: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

function connectToRead(file: string, timeout: number): Database.Database {
  try {
    const connection = new Database(file, { timeout, readonly: true, fileMustExist: true })
    try {
      connection.prepare('select 1 from sqlite_master').get()
      return connection
    } catch (error) {
      connection.close()
      const isClosed = !existsSync(`${file}-wal`)
      if (isClosed && error instanceof Database.SqliteError && /^SQLITE_(CANTOPEN|READONLY)/.test(error.code)) {
        return copyInMemory(file)
      }
      throw error
    }
  } catch (error) {
    throw translate(error, file)
  }
}

/**
 * To read a write-ahead database SQLite makes files beside it, which a folder that cannot be written to refuses. Where
 * there is no log, the file is whole, and bytes 18 and 19 say that it has a log: https://sqlite.org/fileformat.html
 */
function copyInMemory(file: string): Database.Database {
  const bytes = readFileSync(file)
  bytes.fill(1, 18, 20)
  return new Database(bytes, { readonly: true })
}

function configure(connection: Database.Database): void {
  writeAhead(connection)
  connection.pragma('synchronous = full')
  connection.pragma('foreign_keys = on')
  connection.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`)
}

/**
 * SQLite does not wait for a lock while it changes the journal's mode. Where several processes make the file at once,
 * the others wait for the lock as any writer does, and look again.
 */
function writeAhead(connection: Database.Database, attempts = 20): void {
  if (connection.pragma('journal_mode', { simple: true }) === 'wal') return
  try {
    connection.pragma('journal_mode = wal')
  } catch (error) {
    const isBusy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
    if (!isBusy || attempts === 0) throw error
    connection.exec('begin immediate; rollback')
    writeAhead(connection, attempts - 1)
  }
}
