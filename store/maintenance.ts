// Upkeep of the database file: how large it is, whether it is whole, and how it becomes smaller.

import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Db } from './database.ts'
import { tell } from './events.ts'
import type { Maintenance, Pruned, StoreSizes } from './store.ts'
import { StoreError } from './store-error.ts'
import { forgetUnused } from './versions.ts'

const PRUNED_AT_ONCE = 500
/** Some 50 MB. */
const KEPT_EVENTS = 200_000

export function openMaintenance(db: Db): Maintenance {
  return {
    sizes: () => db.outside('maintenance.sizes', () => sizes(db)),
    check: () => db.outside('maintenance.check', () => check(db)),
    prune: (before) => db.write('maintenance.prune', () => prune(db, before)),
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
function prune(db: Db, { at, now, limit = PRUNED_AT_ONCE, keptEvents = KEPT_EVENTS }: Bounds): Pruned {
  const executions = db.run(
    `delete from executions where id in (
       select id from executions where parent_id is null and ended_at < @at order by ended_at limit @limit)`,
    { at, limit },
  ).changes
  if (executions > 0) forgetUnused(db)
  const deadLetters = db.run(
    `delete from dead_letters where id in (select id from dead_letters where at < @at order by at limit @limit)`,
    { at, limit },
  ).changes
  const answers = db.run(
    `delete from cached_answers where key in (
       select key from cached_answers where expires_at < @at order by expires_at limit @limit)`,
    { at, limit },
  ).changes
  // In the order in which they were told: one of a clock that was set back waits for those around it.
  const events = db.run(
    `delete from domain_events where id in (
       select id from (select id, at from domain_events order by id limit @limit)
        where at < @at or id <= (select max(id) from domain_events) - @keptEvents)`,
    { at, limit, keptEvents },
  ).changes
  const gone = { executions, deadLetters, answers, events }
  const isAny = Object.values(gone).some((count) => count > 0)
  if (isAny)
    tell(db, { type: 'records.pruned', at: now, data: { executions, dead_letters: deadLetters, answers, events } })
  return { ...gone, more: Object.values(gone).includes(limit) }
}

type Bounds = Parameters<Maintenance['prune']>[0]

function prunable(db: Db, before: number): Pruned {
  const counts = db.get<Omit<Pruned, 'more'>>(
    `select (select count(*) from executions where parent_id is null and ended_at < @before) as executions,
       (select count(*) from dead_letters where at < @before) as deadLetters,
       (select count(*) from cached_answers where expires_at < @before) as answers,
       (select count(*) from domain_events where at < @before) as events`,
    { before },
  )!
  return { ...counts, more: false }
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
