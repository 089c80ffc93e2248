// Set aside: makes room for another database, and keeps the one that was there, also where it cannot be opened.

import { copyFileSync, linkSync, renameSync, rmSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'

/**
 * Where `path` still stands afterwards, it is to be replaced by a rename: so that there is a database at each instant.
 *
 * @param kept where it is from now on, with what its log still holds
 */
export function setAside(path: string, kept: string): void {
  const [log, keptLog] = [`${path}-wal`, `${kept}-wal`]
  // Whoever opens what it cannot read takes the log away with it.
  if (statSync(log, { throwIfNoEntry: false })?.size) {
    copyFileSync(log, keptLog)
    if (isWrittenBack(path)) rmSync(keptLog)
  }
  for (const rest of [log, `${path}-shm`]) rmSync(rest, { force: true })
  try {
    linkSync(path, kept)
  } catch {
    // Not every file system has links.
    renameSync(path, kept)
  }
}

/** So that one file is all of it. False where it cannot be opened. */
function isWrittenBack(path: string): boolean {
  try {
    const connection = new Database(path)
    try {
      return connection.pragma('wal_checkpoint(truncate)', { simple: true }) === 0
    } finally {
      connection.close()
    }
  } catch (error) {
    if (error instanceof Database.SqliteError) return false
    throw error
  }
}
