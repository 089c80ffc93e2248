// Upkeep of the database file: how large it is, whether it is whole, and how it becomes smaller.

import { statSync } from 'node:fs'
import type { Db } from './database.ts'
import { prunable, prune } from './retention.ts'
import type { Maintenance, StoreSizes } from './store.ts'

export function openMaintenance(db: Db): Maintenance {
  return {
    sizes: () => db.outside('maintenance.sizes', () => sizes(db)),
    check: () => db.outside('maintenance.check', () => check(db)),
    prune: (bounds) => db.write('maintenance.prune', () => prune(db, bounds)),
    prunable: (bounds) => db.read('maintenance.prunable', () => prunable(db, bounds)),
    migrations: () =>
      db.read('maintenance.migrations', () => db.all('select number, name from migrations order by number')),
    checkpoint: () => db.outside('maintenance.checkpoint', () => checkpoint(db)),
    compact: () => db.outside('maintenance.compact', () => compact(db)),
  }
}

function sizes(db: Db): StoreSizes {
  const pageBytes = Number(db.pragma('page_size'))
  return {
    databaseBytes: Number(db.pragma('page_count')) * pageBytes,
    freeBytes: Number(db.pragma('freelist_count')) * pageBytes,
    walBytes: statSync(`${db.path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
  }
}

function check(db: Db): readonly string[] {
  const lines = db.all<{ line: string }>('select integrity_check as line from pragma_integrity_check')
  const orphans = db.all<{ line: string }>(
    `select count(*) || ' of ' || "table" || ' belong to ' || parent || ' that are not there' as line
       from pragma_foreign_key_check group by "table", parent`,
  )
  return [...lines, ...orphans].map(({ line }) => line).filter((line) => line !== 'ok')
}

function checkpoint(db: Db): boolean {
  return db.pragma('wal_checkpoint(truncate)') === 0
}

function compact(db: Db): void {
  db.run('vacuum')
  checkpoint(db)
}
