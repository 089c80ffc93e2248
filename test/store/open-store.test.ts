import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { OWN_TABLES } from '../../store/content/table.ts'
import type { QueryOutcome } from '../../store/database.ts'
import { migrate, readMigrations } from '../../store/migrate.ts'
import { openStore } from '../../store/open-store.ts'
import { translate } from '../../store/store-error.ts'
import { execution, posts } from './fixtures.ts'
import { temporaryFolder, temporaryStore } from './temporary-store.ts'

describe('a new database', () => {
  test('is made with its folders, in write-ahead mode, with the tables of the migrations', () => {
    const { query } = temporaryStore()
    expect(query('pragma journal_mode')).toEqual([{ journal_mode: 'wal' }])
    const tables = query<{ name: string }>(
      "select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name",
    )
    expect(tables.map(({ name }) => name)).toEqual([...OWN_TABLES])
  })

  test("is its owner's alone to read, with the files beside it", () => {
    const path = join(temporaryFolder(), 'store.db')
    using store = openStore(path)
    store.state.set('key', 'value', 0)
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('stands beside tables that somebody else made in the file', () => {
    const path = join(temporaryFolder(), 'store.db')
    const connection = new Database(path)
    connection.exec(
      `create table stock (item text, "stock level" int, low bool); insert into stock values ('pen', 3, 1)`,
    )
    connection.close()
    using store = openStore(path)
    expect(store.content.select({ table: 'stock' }, 0).rows).toEqual([{ item: 'pen', low: true }])
    expect(store.content.tables()).toEqual([])
  })
})

describe('a file that cannot be used is refused with its path and a way out', () => {
  test.for<[title: string, code: string, make: (folder: string) => string]>([
    [
      'some other file',
      'store-not-a-database',
      (folder) => {
        writeFileSync(join(folder, 'x'), 'certainly not a database '.repeat(100))
        return join(folder, 'x')
      },
    ],
    [
      'a folder',
      'store-open',
      (folder) => {
        mkdirSync(join(folder, 'x'))
        return join(folder, 'x')
      },
    ],
    [
      'a path below a file',
      'store-open',
      (folder) => {
        writeFileSync(join(folder, 'x'), '')
        return join(folder, 'x', 'store.db')
      },
    ],
    [
      'a database of a newer version',
      'store-newer',
      (folder) => changed(folder, "insert into migrations values (9999, '9999-later.sql', 'abc')"),
    ],
    [
      'a database that another text of a migration built',
      'store-migration-changed',
      (folder) => changed(folder, "update migrations set checksum = 'abc' where number = 1"),
    ],
  ])('%s', ([, code, make]) => {
    const path = make(temporaryFolder())
    expect(() => openStore(path)).toThrow(
      expect.objectContaining({ name: 'StoreError', code, message: expect.stringContaining(path), retryable: false }),
    )
  })

  function changed(folder: string, sql: string): string {
    const path = join(folder, 'x.db')
    openStore(path).close()
    const connection = new Database(path)
    connection.exec(sql)
    connection.close()
    return path
  }
})

test('a damaged file is called so, and nothing else about it is said', () => {
  const { store, path, reopen } = temporaryStore()
  store.executions.begin(execution('E1'))
  store.content.insert(posts(Array.from({ length: 2000 }, (_, index) => ({ title: `${index}`.repeat(50) }))), 1)
  store.close()
  const bytes = readFileSync(path)
  bytes.fill(0xee, 4096 * 8)
  writeFileSync(path, bytes)
  expect(() => {
    const damaged = reopen()
    damaged.content.list({ table: 'posts' })
  }).toThrow(expect.objectContaining({ code: 'store-corrupt', message: expect.stringContaining(path) }))
})

test('a lock that another process holds is waited for, then told as retryable', () => {
  const { store, path } = temporaryStore({ busyTimeoutMs: 20 })
  const other = new Database(path)
  onTestFinished(() => void other.close())
  other.exec('begin immediate')
  expect(() => store.state.set('k', 'v', 1)).toThrow(
    expect.objectContaining({ code: 'store-busy', retryable: true, fix: expect.stringContaining('other process') }),
  )
  expect(store.state.get('k')).toBeUndefined() // readers are not held up
  expect(() => openStore(path, { busyTimeoutMs: 20 }).close()).not.toThrow() // nor is opening
  other.exec('rollback')
  store.state.set('k', 'v', 1)
  expect(store.state.get('k')).toBe('v')
})

test.for<[sqlite: string, code: string]>([
  ['SQLITE_READONLY_DBMOVED', 'store-read-only'],
  ['SQLITE_FULL', 'store-full'],
  ['SQLITE_IOERR_SHMSIZE', 'store-full'],
  ['SQLITE_IOERR_FSYNC', 'store-io'],
  ['SQLITE_CANTOPEN_ISDIR', 'store-open'],
  ['SQLITE_BUSY_SNAPSHOT', 'store-busy'],
  ['SQLITE_TOOBIG', 'store-failed'],
])('%s is %s', ([sqlite, code]) => {
  const cause = new Database.SqliteError('what SQLite says', sqlite)
  expect(translate(cause, '/db')).toMatchObject({ code, cause, message: expect.stringContaining('what SQLite says') })
})

test('a call after the end says so', () => {
  const { store } = temporaryStore()
  store.close()
  expect(() => store.state.keys()).toThrow(expect.objectContaining({ code: 'store-closed' }))
  expect(() => store.close()).not.toThrow()
})

test('the hook hears the name, duration and outcome of each call and of each commit', async () => {
  const heard: [string, number, QueryOutcome][] = []
  const { store } = temporaryStore({ onQuery: (...call) => heard.push(call) })
  store.state.get('k')
  store.state.set('k', 'v', 1)
  expect(() => store.deadLetters.drop('none', { by: 'ada', at: 1 })).toThrow()
  store.together(() => store.state.set('k', 'w', 2))
  store.executions.begin(execution('E1'))
  store.executions.begin(execution('E2'))
  await store.committed()
  expect(heard.map(([name, , { transaction }]) => [name, transaction])).toEqual([
    ['state.get', undefined],
    ['state.set', 'commit'],
    ['deadLetters.drop', 'rollback'],
    ['state.set', undefined],
    ['together', 'commit'],
    ['executions.begin', undefined],
    ['executions.begin', undefined],
    ['commit', 'commit'],
  ])
  expect(heard[2]?.[2].error).toMatchObject({ code: 'unknown-record' })
  expect(heard.every(([, durationMs]) => durationMs >= 0)).toBe(true)
})

describe('migrations', () => {
  const step = (number: number, sql: string) => ({
    number,
    name: `000${number}-step.sql`,
    sql,
    checksum: `sum of ${sql}`,
  })

  function database(): Database.Database {
    const connection = new Database(join(temporaryFolder(), 'x.db'))
    onTestFinished(() => void connection.close())
    return connection
  }

  test('run once each, in order', () => {
    const connection = database()
    migrate(connection, 'x', [step(1, 'create table a (x)')])
    migrate(connection, 'x', [step(1, 'create table a (x)'), step(2, 'alter table a add column y')])
    migrate(connection, 'x', [step(1, 'create table a (x)'), step(2, 'alter table a add column y')])
    expect(connection.prepare('insert into a (x, y) values (1, 2)').run().changes).toBe(1)
    expect(connection.prepare('select number from migrations').pluck().all()).toEqual([1, 2])
  })

  test('that fail leave the database as it was', () => {
    const connection = database()
    expect(() => migrate(connection, 'x', [step(1, 'create table a (x)'), step(2, 'create nonsense')])).toThrow()
    expect(connection.prepare('select name from sqlite_master').all()).toEqual([])
  })

  test('are numbered without gaps and do not depend on line ends', () => {
    const folder = temporaryFolder()
    const url = pathToFileURL(`${folder}/`)
    writeFileSync(join(folder, '0001-a.sql'), 'select 1;\n')
    const [unix] = readMigrations(url)
    writeFileSync(join(folder, '0001-a.sql'), 'select 1;\r\n')
    expect(readMigrations(url)).toEqual([unix])
    const shipped = readMigrations(new URL('../../store/migrations/', import.meta.url))
    expect(shipped.map(({ number }) => number)).toEqual(shipped.map((_, index) => index + 1))
  })
})

test('a file that is moved away or replaced under an open database is trouble, until it is back', () => {
  const path = join(temporaryFolder(), 'store.db')
  using store = openStore(path)
  expect(store.trouble).toBeUndefined()
  renameSync(path, `${path}.away`)
  expect(store.trouble).toMatchObject({ code: 'store-file-gone', message: expect.stringContaining('deleted or moved') })
  writeFileSync(path, '')
  expect(store.trouble).toMatchObject({ message: expect.stringContaining('replaced by another file') })
  renameSync(`${path}.away`, path)
  expect(store.trouble).toBeUndefined()
})

describe('a database that may only be read', () => {
  test('is not made where there is none', () => {
    const path = join(temporaryFolder(), 'store.db')
    expect(() => openStore(path, { readOnly: true })).toThrow(expect.objectContaining({ code: 'store-open' }))
  })

  test('gives what is in it, and takes nothing', () => {
    const path = join(temporaryFolder(), 'store.db')
    openStore(path).close()
    using store = openStore(path, { readOnly: true })
    expect(store.executions.list()).toEqual([])
    expect(() => store.state.set('a', '1', 0)).toThrow(expect.objectContaining({ code: 'store-read-only' }))
  })

  test('is refused when it is of an older version', () => {
    const path = join(temporaryFolder(), 'store.db')
    new Database(path).exec('create table other (a text)').close()
    expect(() => openStore(path, { readOnly: true })).toThrow(
      expect.objectContaining({
        code: 'store-older',
        message: `The database ${path} holds nothing of Botticelli.`,
        fix: expect.stringContaining('restore a backup'),
      }),
    )
    openStore(path).close()
    new Database(path).exec('delete from migrations where number > 3').close()
    expect(() => openStore(path, { readOnly: true })).toThrow(
      expect.objectContaining({ code: 'store-older', message: expect.stringContaining('0004-items-of-effects.sql') }),
    )
  })
})
