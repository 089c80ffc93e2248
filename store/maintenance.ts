// Upkeep of the database file: how large it is, whether it is whole, and how it becomes smaller.

import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Db } from './database.ts'
import type { Maintenance, StoreSizes } from './store.ts'
import { StoreError } from './store-error.ts'
import { forgetUnused } from './versions.ts'

const PRUNED_AT_ONCE = 500

export function openMaintenance(db: Db): Maintenance {
  return {
    sizes: () => db.outside('maintenance.sizes', () => sizes(db)),
    check: () => db.outside('maintenance.check', () => check(db)),
    prune: (before) => db.write('maintenance.prune', () => prune(db, before.at, before.limit ?? PRUNED_AT_ONCE)),
    prunable: (before) => db.read('maintenance.prunable', () => prunable(db, before)),
    migrations: () =>
      db.read('maintenance.migrations', () => db.all('select number, name from migrations order by number')),
    checkpoint: () => db.outside('maintenance.checkpoint', () => checkpoint(db)),
    compact: () => db.outside('maintenance.compact', () => compact(db)),
    backup: (path) => db.outside('maintenance.backup', () => backup(db, resolve(path))),
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
  const lines = db.all<{ line: string }>('select quick_check as line from pragma_quick_check').map(({ line }) => line)
  return lines.filter((line) => line !== 'ok')
}

/** Acts, effects and nested executions go with their execution: the schema says `on delete cascade`. */
function prune(db: Db, before: number, limit: number): number {
  const executions = db.run(
    `delete from executions where id in (
       select id from executions where parent_id is null and ended_at < @before order by ended_at limit @limit)`,
    { before, limit },
  )
  if (executions.changes > 0) forgetUnused(db)
  const letters = db.run(
    `delete from dead_letters where id in (select id from dead_letters where at < @before order by at limit @limit)`,
    { before, limit: limit - executions.changes },
  )
  const gone = executions.changes + letters.changes
  const answers = db.run(
    `delete from cached_answers where key in (
       select key from cached_answers where expires_at < @before order by expires_at limit @limit)`,
    { before, limit: limit - gone },
  )
  return gone + answers.changes
}

function prunable(db: Db, before: number): number {
  const row = db.get<{ count: number }>(
    `select (select count(*) from executions where parent_id is null and ended_at < @before)
      + (select count(*) from dead_letters where at < @before)
      + (select count(*) from cached_answers where expires_at < @before) as count`,
    { before },
  )
  return row?.count ?? 0
}

function checkpoint(db: Db): boolean {
  return db.pragma('wal_checkpoint(truncate)') === 0
}

function compact(db: Db): void {
  db.run('vacuum')
  checkpoint(db)
}

function backup(db: Db, path: string): void {
  if (existsSync(path)) throw new StoreError('store-open', `The backup ${path} exists already, it was not overwritten.`)
  db.run('vacuum into @path', { path })
}
