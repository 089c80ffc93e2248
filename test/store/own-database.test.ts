import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate, readMigrations } from '../../store/migrate.ts'
import { openStore } from '../../store/open-store.ts'
import { ownDatabase } from '../../store/own-database.ts'

let folder: string
let database: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botticelli-own-'))
  database = join(folder, 'botticelli.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('keeps out whoever comes second, and tells it of the first', () => {
  using _owned = ownDatabase(database)
  expect(() => ownDatabase(database)).toThrow(
    expect.objectContaining({ code: 'server-running', message: expect.stringContaining(`process ${process.pid}`) }),
  )
})

test('is over when it is disposed of', () => {
  ownDatabase(database)[Symbol.dispose]()
  ownDatabase(database)[Symbol.dispose]()
})

test('keeps no command from reading and writing', () => {
  using _owned = ownDatabase(database)
  using store = openStore(database)
  store.schedules.pause('poster', { at: 1, by: 'ann', reason: 'test' })
  expect(store.schedules.find('poster')?.pausedAt).toBe(1)
})

test('a database of an older version is left to the other process that works on it', async () => {
  const older = readMigrations(new URL('../../store/migrations/', import.meta.url)).slice(0, -1)
  const old = new Database(database)
  migrate(old, database, older)
  old.close()
  const owner = await startOwner()
  expect(() => openStore(database)).toThrow(
    expect.objectContaining({ code: 'server-running', message: expect.stringContaining(`process ${owner.pid}`) }),
  )
  owner.kill('SIGKILL')
  await new Promise((gone) => owner.once('exit', gone))
  using _owned = ownDatabase(database)
  using store = openStore(database)
  expect(store.maintenance.migrations()).toHaveLength(older.length + 1)
})

test('is of the file, by whatever link it is reached', () => {
  writeFileSync(database, '')
  mkdirSync(join(folder, 'other'))
  symlinkSync(database, join(folder, 'other', 'linked.db'))
  using _owned = ownDatabase(database)
  expect(() => ownDatabase(join(folder, 'other', 'linked.db'))).toThrow(
    expect.objectContaining({ code: 'server-running' }),
  )
})

test('ends with the process, however that ends', async () => {
  const owner = await startOwner()
  expect(() => ownDatabase(database)).toThrow(
    expect.objectContaining({ message: expect.stringContaining(`process ${owner.pid}`) }),
  )
  owner.kill('SIGKILL')
  await new Promise((gone) => owner.once('exit', gone))
  using _owned = ownDatabase(database)
})

test('where the file cannot be made it says so', () => {
  writeFileSync(join(folder, 'file'), '')
  expect(() => ownDatabase(join(folder, 'file', 'botticelli.db'))).toThrow(
    expect.objectContaining({ code: 'store-open' }),
  )
})

async function startOwner(): Promise<ChildProcess> {
  const module = pathToFileURL(join(import.meta.dirname, '../../store/own-database.ts')).href
  const program = `
    const { ownDatabase } = await import(process.argv[1])
    globalThis.owned = ownDatabase(process.argv[2])
    console.log('owned')
    setInterval(() => {}, 1000)`
  const owner = spawn(process.execPath, ['--input-type=module', '-e', program, module, database], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((ready) => owner.stdout?.once('data', ready))
  return owner
}
