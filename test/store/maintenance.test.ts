import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { answer, execution, posts } from './fixtures.ts'
import { temporaryStore } from './temporary-store.ts'

function used() {
  const temporary = temporaryStore()
  const { store } = temporary
  for (const [id, endedAt] of [
    ['A', 100],
    ['B', 200],
    ['C', undefined],
    ['D', 300],
  ] as const) {
    store.executions.begin(execution(id))
    store.executions.begin(execution(`${id}/n`, { parentId: id }))
    const act = { executionId: `${id}/n`, key: 'a' }
    store.journal.begin({ ...act, act: 'a', sequence: 0, at: 1 })
    store.journal.saveAnswer(act, { prompt: 'p'.repeat(20_000), answer: answer(), at: 2 })
    store.journal.complete(act, { result: {}, rows: posts([{ title: id }]), at: 3 })
    store.effects.intend({ key: id, executionId: id, act: 'a', platform: 'p', command: 'c', args: {}, at: 1 })
    if (endedAt) store.executions.finish(id, { status: 'completed', at: endedAt })
  }
  store.deadLetters.add({ id: 'm', to: '/x', message: {}, reason: 'stopped', errors: [], at: 150 })
  return temporary
}

test('prune forgets what ended before, and keeps ledger, content and what still runs', () => {
  const { store, query } = used()
  expect(store.maintenance.prune({ at: 250, now: 400, limit: 1 })).toMatchObject({
    executions: 1,
    deadLetters: 1,
    more: true,
  })
  expect(
    store.executions
      .list()
      .map(({ id }) => id)
      .sort(),
  ).toEqual(['B', 'C', 'D'])
  expect(store.maintenance.prune({ at: 250, now: 400 })).toMatchObject({ executions: 1, deadLetters: 0, more: false })
  expect(query('select id from executions order by id')).toEqual(['C', 'C/n', 'D', 'D/n'].map((id) => ({ id })))
  expect(query('select count(*) as n from act_executions')).toEqual([{ n: 2 }])
  expect(query('select key from effects order by key')).toEqual([{ key: 'C' }, { key: 'D' }])
  expect(store.deadLetters.list()).toEqual([])
  expect(store.ledger.totals().calls).toBe(4)
  expect(store.content.list()).toHaveLength(4)
  expect(store.maintenance.prune({ at: 250, now: 400 })).toMatchObject({ executions: 0, deadLetters: 0, events: 0 })
})

test('compact gives the room back, checkpoint empties the log', () => {
  const { store } = used()
  expect(store.maintenance.sizes().walBytes).toBeGreaterThan(0)
  store.maintenance.prune({ at: 1000, now: 1000 })
  const before = store.maintenance.sizes()
  expect(before.freeBytes).toBeGreaterThan(0)
  store.maintenance.compact()
  const after = store.maintenance.sizes()
  expect(after).toMatchObject({ freeBytes: 0, walBytes: 0 })
  expect(after.databaseBytes).toBeLessThan(before.databaseBytes)
  expect(store.maintenance.check()).toEqual([])
})

test('check finds an index that does not fit its table, and acts without their execution', () => {
  const { store, path } = used()
  expect(store.maintenance.check()).toEqual([])
  const other = new Database(path)
  other.pragma('foreign_keys = off')
  other.exec("delete from executions where id = 'A/n'")
  other.unsafeMode(true)
  other.pragma('writable_schema = on')
  // SQLite fills it from the table only when it is made.
  other.exec(`create table hidden (at); insert into hidden values (1), (2); create index hidden_at on hidden (at);
    update sqlite_master set sql = 'create index hidden_at on hidden (-at)' where name = 'hidden_at'`)
  other.close()
  expect(store.maintenance.check()).toEqual([
    expect.stringMatching(/hidden_at/),
    expect.stringMatching(/hidden_at/),
    '1 of act_executions belong to executions that are not there',
  ])
})

test('checkpoint says when a reader is in the way', () => {
  const { store, path } = temporaryStore({ busyTimeoutMs: 10 })
  const reader = new Database(path)
  onTestFinished(() => void reader.close())
  reader.exec('begin')
  reader.prepare('select count(*) from state').get()
  store.state.set('k', 'v', 1)
  expect(store.maintenance.checkpoint()).toBe(false)
  reader.exec('rollback')
  expect(store.maintenance.checkpoint()).toBe(true)
  expect(store.maintenance.sizes().walBytes).toBe(0)
})
