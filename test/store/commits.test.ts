import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { Commits } from '../../store/commits.ts'
import { execution, posts } from './fixtures.ts'
import { temporaryFolder, temporaryStore } from './temporary-store.ts'

const ACT = { executionId: 'E1', key: 'a' }

function openHouse(options: { readonly commitAtOnce?: boolean } = {}) {
  const commits: (string | undefined)[] = []
  const temporary = temporaryStore({
    ...options,
    onQuery: (name, _, { transaction }) => void (transaction && commits.push(`${name} ${transaction}`)),
  })
  const ids = () => temporary.query<{ id: string }>('select id from executions order by id').map(({ id }) => id)
  return { ...temporary, commits, ids }
}

test('what executions write in one turn of the event loop is one commit, and nobody else sees it before', async () => {
  const { store, commits, ids } = openHouse()
  for (const id of ['E1', 'E2', 'E3']) store.executions.begin(execution(id))
  store.executions.finish('E2', { status: 'completed', at: 2 })
  expect(store.executions.find('E2')?.status).toBe('completed')
  expect(ids()).toEqual([])
  await store.committed()
  expect(ids()).toEqual(['E1', 'E2', 'E3'])
  expect(commits).toEqual(['commit commit'])
  await store.committed()
  expect(commits).toHaveLength(1)
})

test('it is committed at the end of the turn though nobody waits for it, and no lock is left', async () => {
  const { store, path, ids } = openHouse()
  const other = new Database(path, { timeout: 0 })
  onTestFinished(() => void other.close())
  store.executions.begin(execution('E1'))
  expect(() => other.exec('begin immediate')).toThrow('locked')
  await new Promise((resolve) => setImmediate(resolve))
  expect(ids()).toEqual(['E1'])
  other.exec('begin immediate; rollback')
})

test('a thread that may compute for long holds no lock: what joins is committed at once', async () => {
  const { store, path, ids } = openHouse({ commitAtOnce: true })
  const other = new Database(path, { timeout: 0 })
  onTestFinished(() => void other.close())
  store.executions.begin(execution('E1'))
  expect(ids()).toEqual(['E1'])
  other.exec('begin immediate; rollback')
  await store.committed()
})

test('a call that throws undoes itself, and nothing that was written beside it', async () => {
  const { store, ids } = openHouse()
  store.executions.begin(execution('E1'))
  store.journal.begin({ ...ACT, act: 'a', sequence: 0, at: 1 })
  const bad = { result: {}, rows: posts([{ title: 'x' }], { table: 'executions' }), at: 2 }
  expect(() => store.journal.complete(ACT, bad)).toThrow()
  expect(() => store.executions.reopen('none', { at: 1 })).toThrow(expect.objectContaining({ code: 'unknown-record' }))
  store.executions.begin(execution('E2'))
  expect(() =>
    store.together(() => {
      store.executions.begin(execution('E3'))
      throw new Error('no')
    }),
  ).toThrow('no')
  await store.committed()
  expect(ids()).toEqual(['E1', 'E2'])
  expect(store.journal.find(ACT)?.status).toBe('running')
})

test('those that wait are not told of a call that throws beside what they wait for', async () => {
  const { store, ids, commits } = openHouse()
  store.executions.begin(execution('E1'))
  store.journal.begin({ ...ACT, act: 'a', sequence: 0, at: 1 })
  const waiting = store.committed()
  expect(() => store.executions.reopen('none', { at: 1 })).toThrow()
  store.executions.begin(execution('E2'))
  await waiting
  expect(ids()).toEqual(['E1', 'E2'])
  expect(commits).toEqual(['commit commit'])
  expect(store.events.list().map(({ id, type }) => [id, type])).toEqual([
    [1, 'execution.started'],
    [2, 'act.started'],
    [3, 'execution.started'],
  ])
  expect(store.journal.begin({ ...ACT, act: 'a', sequence: 0, at: 2 }).attempts).toBe(2)
})

test('what was written beside a call that throws is owed where another takes the file at that instant', async () => {
  const path = join(temporaryFolder(), 'file.db')
  const [connection, other] = [new Database(path, { timeout: 0 }), new Database(path, { timeout: 0 })]
  onTestFinished(() => void [connection, other].map((each) => each.close()))
  connection.pragma('journal_mode = wal')
  connection.exec('create table words (word text primary key)')
  const insert = connection.prepare('insert into words values (?)')
  const words = () => other.prepare('select word from words order by rowid').pluck().all()
  const take = { onUndo: () => void (other.inTransaction || other.exec('begin immediate')) }
  const commits = new Commits(connection, path, { onGroup() {}, onBegin() {}, ...take, atOnce: false })
  commits.join(() => void insert.run('one'))
  commits.join(() => void insert.run('two'))
  const waiting = commits.committed()
  const failing = () => {
    insert.run('three')
    throw new Error('no')
  }
  expect(() => commits.join(failing)).toThrow('no')
  await expect(waiting).rejects.toMatchObject({ code: 'store-busy' })
  expect(commits.trouble).toMatchObject({ code: 'store-busy' })
  expect(() => commits.join(() => void insert.run('four'))).toThrow(expect.objectContaining({ code: 'store-busy' }))
  other.exec("insert into words values ('zero'); commit")
  commits.now(() => void insert.run('four'))
  expect(words()).toEqual(['zero', 'one', 'two', 'four'])
  expect(commits.trouble).toBeUndefined()
})

test('a first call that throws leaves no transaction behind', () => {
  const { store, path } = openHouse()
  expect(() => store.executions.reopen('none', { at: 1 })).toThrow()
  const other = new Database(path, { timeout: 0 })
  other.exec('begin immediate; rollback')
  other.close()
})

test.for<[title: string, (store: ReturnType<typeof openHouse>['store']) => void]>([
  ['any other call that writes', (store) => store.state.set('k', 'v', 1)],
  ['a backup, a check, whatever cannot be part of a transaction', (store) => store.maintenance.check()],
  ['the end', (store) => store.close()],
])('%s brings what was written before to the disk', ([, call]) => {
  const { store, ids, commits } = openHouse()
  store.executions.begin(execution('E1'))
  call(store)
  expect(ids()).toEqual(['E1'])
  expect(commits.length).toBeLessThan(2)
})

test('a lock that another process holds is met by the first call of a turn, which changes nothing', async () => {
  const { store, path } = temporaryStore({ busyTimeoutMs: 0 })
  const other = new Database(path)
  onTestFinished(() => void other.close())
  other.exec('begin immediate')
  expect(() => store.executions.begin(execution('E1'))).toThrow(expect.objectContaining({ code: 'store-busy' }))
  expect(store.trouble).toMatchObject({ code: 'store-busy' })
  other.exec('rollback')
  store.executions.begin(execution('E1'))
  await store.committed()
  expect(store.trouble).toBeUndefined()
})

test('what a full disk did not take is written before anything else, once there is room', async () => {
  expect(await onFullDisk('room')).toEqual({
    committed: 'store-io',
    trouble: 'store-io',
    seen: 'running',
    refused: 'store-io',
    still: 'store-io',
    completed: 'ok',
    status: 'completed',
    calls: 1,
    closed: 'ok',
  })
})

test('where somebody else changed the file meanwhile so that it does not fit, nothing is written any more', async () => {
  const found = await onFullDisk('changed')
  expect(found).toMatchObject({ refused: 'store-io', completed: 'store-diverged', after: 'store-diverged', calls: 0 })
  expect(found).toMatchObject({ closed: 'store-diverged' })
})

async function onFullDisk(mode: string): Promise<unknown> {
  const path = join(temporaryFolder(), 'store.db')
  const script = fileURLToPath(new URL('./full-disk-process.ts', import.meta.url))
  const child = spawn('bash', ['-c', 'ulimit -f 400; exec "$@"', 'bash', process.execPath, script, path, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = text(child.stdout)
  expect(await once(child, 'exit')).toEqual([0, null])
  return JSON.parse(await said)
}
