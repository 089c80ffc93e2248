// Migrations: bring the store's own tables to the version that this code knows.
//
//   M1. A migration is a file `NNNN-name.sql`; numbers have no gaps; a released file never changes (its checksum is kept).
//   M2. All missing ones run in one transaction under the write lock: of several processes that open at once one
//       migrates, the others wait and find it done.
//   M3. A database of a newer version is left alone.
//   M4. So is one of an older version that another process has to itself: it could not go on with what it finds.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { otherOwnerOf } from './own-database.ts'
import { StoreError } from './store-error.ts'

interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

type Applied = Pick<Migration, 'number' | 'name' | 'checksum'>

const FOLDER = new URL('./migrations/', import.meta.url)

/** @throws StoreError `store-newer`, `store-migration-changed`, `server-running` */
export function migrate(connection: Database.Database, path: string, migrations = readMigrations(FOLDER)): void {
  // The look without a lock is enough in all cases but the first start, and a server that writes is not waited for.
  const [first] = missing(migrations, applied(connection), path)
  if (first === undefined) return
  if (first.number > 1) refuseOwned(path, first)
  connection
    .transaction(() => {
      connection.exec(
        'create table if not exists migrations (number integer primary key, name text not null, checksum text not null) strict',
      )
      for (const { number, name, sql, checksum } of missing(migrations, applied(connection), path)) {
        connection.exec(sql)
        connection.prepare('insert into migrations values (?, ?, ?)').run(number, name, checksum)
      }
    })
    .exclusive()
}

/** M4. */
function refuseOwned(path: string, { name }: Migration): void {
  const owner = otherOwnerOf(path)
  if (owner === undefined) return
  const message = `The database ${path} is of an older version (${name} is missing), with which the process ${owner} is at work.`
  throw new StoreError('server-running', message, {
    fix: `It could not go on with a newer one. End it, start the newer version, then try again: kill ${owner}`,
  })
}

/** For a database that may only be read. @throws StoreError `store-older`, `store-newer`, `store-migration-changed` */
export function checkMigrated(connection: Database.Database, path: string): void {
  const done = applied(connection)
  const [first] = missing(readMigrations(FOLDER), done, path)
  if (done.length === 0) {
    throw new StoreError('store-older', `The database ${path} holds nothing of Botticelli.`, {
      fix: 'If something was in it, restore a backup: botticelli restore. Else start the server, which makes what it needs.',
    })
  }
  if (first !== undefined) {
    throw new StoreError('store-older', `The database ${path} is of an older version: ${first.name} is missing.`)
  }
}

/** For a database that is to be opened later. @throws StoreError `store-newer`, `store-migration-changed` */
export function checkKnown(connection: Database.Database, path: string): void {
  missing(readMigrations(FOLDER), applied(connection), path)
}

/** Numbers of those that the database has had. */
export function appliedNumbers(connection: Database.Database): readonly number[] {
  return applied(connection).map(({ number }) => number)
}

export function readMigrations(folder: URL): readonly Migration[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.+\.sql$/.test(name))
    .sort()
    .map((name) => {
      // A checkout with Windows line ends has the same migrations.
      const sql = readFileSync(new URL(name, folder), 'utf8').replaceAll('\r\n', '\n')
      return { number: Number(name.slice(0, 4)), name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
}

function applied(connection: Database.Database): readonly Applied[] {
  const exists = connection.prepare("select 1 from sqlite_master where type = 'table' and name = 'migrations'").get()
  if (!exists) return []
  return connection.prepare('select number, name, checksum from migrations order by number').all() as Applied[]
}

function missing(known: readonly Migration[], done: readonly Applied[], path: string): readonly Migration[] {
  for (const step of done) {
    const same = known.find(({ number }) => number === step.number)
    if (!same) {
      throw new StoreError(
        'store-newer',
        `The database ${path} has migration ${step.name}, this version knows ${known.length} up to ${known.at(-1)?.name}.`,
      )
    }
    if (same.checksum !== step.checksum) {
      throw new StoreError(
        'store-migration-changed',
        `The database ${path} was built with another text of migration ${step.name} than this version has.`,
      )
    }
  }
  return known.filter(({ number }) => !done.some((step) => step.number === number))
}
