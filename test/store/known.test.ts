// What the store has read and keeps for its next writes is never older than the file.

import { expect, test } from 'vitest'
import { openStore } from '../../store/open-store.ts'
import { execution, posts } from './fixtures.ts'
import { temporaryStore } from './temporary-store.ts'

const ACT = { executionId: 'E1', key: 'a' }
const BEGINNING = { ...ACT, act: 'a', sequence: 0 }

test('what another connection has changed since is read again', async () => {
  const { store, path } = temporaryStore()
  store.executions.begin(execution('E1'))
  store.journal.begin({ ...BEGINNING, at: 1 })
  await store.committed()
  {
    using other = openStore(path)
    other.journal.fail(ACT, { error: { name: 'Error', message: 'no' }, at: 2 })
    other.journal.begin({ ...BEGINNING, first: true, at: 3 })
    other.executions.reopen('E1', { at: 4 })
  }
  store.journal.complete(ACT, { result: {}, at: 5 })
  store.executions.finish('E1', { status: 'completed', at: 6 })
  const [, , , began, resumed, completed, ended] = store.events.list()
  expect([began?.type, resumed?.type]).toEqual(['act.started', 'execution.resumed'])
  expect(completed).toMatchObject({ type: 'act.completed', causationId: String(began?.id) })
  expect(ended).toMatchObject({ type: 'execution.completed', causationId: String(resumed?.id) })
})

test('acts and claims that came to a run by another way than its own are found', async () => {
  const { store, path } = temporaryStore()
  for (const id of ['E0', 'E1', 'E2']) store.executions.begin(execution(id))
  store.journal.begin({ executionId: 'E0', key: 'a', act: 'a', sequence: 0, at: 1 })
  store.journal.complete({ executionId: 'E0', key: 'a' }, { result: {}, rows: posts([{ title: 'x' }]), at: 1 })
  store.journal.begin({ executionId: 'E0', key: 'b', act: 'b', sequence: 1, at: 1 })
  store.journal.takeOver('E0', 'E2', 'b', 2)
  expect(store.journal.begin({ ...BEGINNING, executionId: 'E2', at: 3 }).status).toBe('completed')
  await store.committed()
  const rows = { table: 'posts', limit: 1 } as const
  {
    using other = openStore(path)
    other.journal.begin({ ...BEGINNING, at: 2 })
    expect(other.content.pull(rows, 2, ACT).rows).toHaveLength(1)
  }
  expect(store.journal.begin({ ...BEGINNING, at: 3 }).attempts).toBe(2)
  expect(store.content.pull(rows, 4, { executionId: 'E2', key: 'c' }).rows).toHaveLength(0)
  store.executions.finish('E1', { status: 'failed', error: { name: 'Error', message: 'no' }, at: 5 })
  expect(store.content.pull(rows, 6, { executionId: 'E2', key: 'c' }).rows).toHaveLength(1)
  store.executions.finish('E2', { status: 'completed', at: 7 })
  expect(store.content.pull(rows, 8, { executionId: 'E0', key: 'b' }).rows).toHaveLength(1)
})

test('what was undone is not known', async () => {
  const { store } = temporaryStore()
  store.executions.begin(execution('E1'))
  const undone = () =>
    store.together(() => {
      store.journal.begin({ ...BEGINNING, at: 1 })
      throw new Error('no')
    })
  expect(undone).toThrow('no')
  expect(() => store.journal.complete(ACT, { result: {}, at: 2 })).toThrow(
    expect.objectContaining({ code: 'unknown-record' }),
  )
  await store.committed()
  expect(undone).toThrow('no')
  expect(() => store.journal.complete(ACT, { result: {}, at: 2 })).toThrow(
    expect.objectContaining({ code: 'unknown-record' }),
  )
  expect(store.journal.begin({ ...BEGINNING, at: 3 })).toMatchObject({ attempts: 1 })
})

test('a run that is forgotten is not known', () => {
  const { store } = temporaryStore()
  store.executions.begin(execution('E1'))
  store.journal.begin({ ...BEGINNING, at: 1 })
  store.executions.finish('E1', { status: 'cancelled', at: 2 })
  expect(store.maintenance.prune({ now: 10, at: 9, ledgerAt: 0 }).executions).toBe(1)
  expect(() => store.journal.complete(ACT, { result: {}, at: 11 })).toThrow(
    expect.objectContaining({ code: 'unknown-record' }),
  )
})
