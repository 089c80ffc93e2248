// Copies of a database, what is looked at before one takes another's place, and what becomes of the one that was there.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { copyFile } from '../../store/copy-file.ts'
import { inspectFile, inspectVersion } from '../../store/inspect-file.ts'
import { openStore } from '../../store/open-store.ts'
import { setAside } from '../../store/set-aside.ts'
import { execution } from './fixtures.ts'
import { temporaryFolder, temporaryStore } from './temporary-store.ts'

/** A database with something in it, and a place for what is made of it. */
function made() {
  const temporary = temporaryStore()
  temporary.store.executions.begin(execution('A'))
  temporary.store.state.set('k', 'x'.repeat(50_000), 1)
  return { ...temporary, other: join(temporaryFolder(), 'other.db') }
}

test('a copy is a store of its own, has what is not in the file yet, is private, and overwrites nothing', () => {
  const { store, path, other } = made()
  copyFile(path, other)
  store.state.set('after', 'x', 1)
  expect(() => copyFile(path, other)).toThrow(/EEXIST/)
  expect(statSync(other).mode & 0o777).toBe(0o600)
  using copy = openStore(other)
  expect(copy.executions.list().map(({ id }) => id)).toEqual(['A'])
  expect(copy.state.keys()).toEqual(['k'])
})

test('of a copy that fails nothing is left', () => {
  const { path, other } = made()
  copyFile(path, other)
  truncateSync(other, 30_000)
  expect(() => copyFile(other, `${other}.copy`)).toThrow(expect.objectContaining({ code: 'store-corrupt' }))
  expect(existsSync(`${other}.copy`)).toBe(false)
})

test('a copy that finds no room is told as such, not as a fault of the database', () => {
  const { path, other } = made()
  const script = `
    import { copyFile } from ${JSON.stringify(new URL('../../store/copy-file.ts', import.meta.url).href)}
    const [path, other] = process.argv.slice(1)
    try { copyFile(path, other) } catch ({ code, message }) { console.log(JSON.stringify({ code, message })) }`
  const command = [process.execPath, '--input-type=module', '-e', script, path, other]
  const { stdout } = spawnSync('bash', ['-c', 'ulimit -f 64; exec "$@"', 'bash', ...command], { encoding: 'utf8' })
  expect(JSON.parse(stdout)).toEqual({
    code: expect.stringMatching(/^store-(full|open)$/),
    message: expect.stringContaining(`The copy ${other} cannot be made`),
  })
  expect(existsSync(other)).toBe(false)
})

test.for<[title: string, code: string, spoil: (path: string) => void]>([
  ['that is no database', 'store-not-a-database', (path) => writeFileSync(path, 'this is a text, and a long one')],
  ['that is empty', 'store-not-a-database', (path) => writeFileSync(path, '')],
  [
    'of others',
    'store-not-a-database',
    (path) => {
      writeFileSync(path, '')
      new Database(path).exec('create table t (a)').close()
    },
  ],
  ['that was cut off', 'store-corrupt', (path) => truncateSync(path, 30_000)],
  [
    'with a page of nonsense',
    'store-corrupt',
    (path) => {
      const bytes = readFileSync(path)
      writeFileSync(path, bytes.fill(0x5a, 3 * 4096, 4 * 4096))
    },
  ],
])('a file %s is refused', ([, code, spoil]) => {
  const { path, other } = made()
  copyFile(path, other)
  expect(() => inspectFile(other)).not.toThrow()
  spoil(other)
  expect(() => inspectFile(other)).toThrow(expect.objectContaining({ code }))
})

test('a database of a newer version is whole, and not to be worked with', () => {
  const { path, other } = made()
  copyFile(path, other)
  const connection = new Database(other)
  connection.exec(`insert into migrations values (9999, '9999-later.sql', 'x')`)
  connection.close()
  expect(() => inspectFile(other)).not.toThrow()
  expect(() => inspectVersion(other)).toThrow(expect.objectContaining({ code: 'store-newer' }))
})

test('what is set aside keeps all that was committed, and one that cannot be opened is kept as it is', () => {
  const { path, other } = made()
  // As a process leaves it that was killed: the log is not written back.
  const connection = new Database(path)
  onTestFinished(() => void connection.close())
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0)
  setAside(path, other)
  expect(existsSync(`${other}-wal`)).toBe(false)
  expect(new Database(other).prepare('select id from executions').pluck().all()).toEqual(['A'])

  const broken = join(temporaryFolder(), 'broken.db')
  const kept = `${broken}.kept`
  for (const [file, text] of [
    [broken, 'no database'],
    [`${broken}-wal`, 'its log'],
  ] as const) {
    writeFileSync(file, text)
  }
  setAside(broken, kept)
  expect([readFileSync(kept, 'utf8'), readFileSync(`${kept}-wal`, 'utf8')]).toEqual(['no database', 'its log'])
  expect(existsSync(`${broken}-wal`)).toBe(false)
})
