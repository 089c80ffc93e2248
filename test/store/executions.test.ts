import { describe, expect, test } from 'vitest'
import { answer, execution, TRACEPARENT } from './fixtures.ts'
import { temporaryStore } from './temporary-store.ts'

describe('begin', () => {
  test('keeps all that it is given, over a restart', () => {
    const { store, reopen } = temporaryStore()
    const begun = execution('E1', {
      bot: 'writer',
      correlationId: 'C1',
      options: { model: 'm', deep: [1] },
      traceparent: TRACEPARENT,
    })
    store.executions.begin(begun)
    expect(store.executions.find('E1')).toEqual({ ...begun, status: 'running' })
    expect(reopen().executions.find('E1')).toEqual({ ...begun, status: 'running' })
  })

  test('changes nothing about one that is known', () => {
    const { store } = temporaryStore()
    store.executions.begin(execution('E1'))
    store.executions.finish('E1', { status: 'completed', at: 2000 })
    store.executions.begin(execution('E1', { narrative: 'other', startedAt: 9 }))
    expect(store.executions.find('E1')).toMatchObject({
      narrative: 'a',
      startedAt: 1000,
      status: 'completed',
      endedAt: 2000,
    })
  })

  test('refuses a parent that does not exist', () => {
    const { store } = temporaryStore()
    expect(() => store.executions.begin(execution('P/x', { parentId: 'P' }))).toThrow(
      expect.objectContaining({ code: 'unknown-record' }),
    )
    expect(store.executions.find('P/x')).toBeUndefined()
  })
})

test('finish keeps the error, reopen makes it run again', () => {
  const { store } = temporaryStore()
  store.executions.begin(execution('E1'))
  const error = { name: 'ModelError', message: 'no', code: 'model-network', retryable: true }
  store.executions.finish('E1', { status: 'failed', error, at: 5 })
  expect(store.executions.find('E1')).toMatchObject({ status: 'failed', error, endedAt: 5 })
  expect(store.executions.reopen('E1', { at: 5 })).toEqual({
    ...execution('E1'),
    correlationId: 'E1',
    status: 'running',
  })
  expect(() => store.executions.finish('E2', { status: 'completed', at: 1 })).toThrow(/no execution E2/)
  expect(() => store.executions.reopen('E2', { at: 5 })).toThrow(/no execution E2/)
})

test('reopen takes a run from nobody who lives, where that is asked for', () => {
  const { store } = temporaryStore()
  const by = (owner: number, alive: number) => ({ owner, at: 5, isAlive: (one: number) => one === alive })
  store.executions.begin({ ...execution('E1'), owner: 7 })
  expect(() => store.executions.reopen('E1', by(8, 7))).toThrow(expect.objectContaining({ code: 'execution-at-work' }))
  expect(store.executions.find('E1')?.owner).toBe(7)
  expect(store.executions.reopen('E1', by(8, 9))).toMatchObject({ owner: 8, status: 'running' })
  expect(store.executions.reopen('E1', by(8, 8))).toMatchObject({ owner: 8 })
  store.executions.finish('E1', { status: 'failed', at: 6 })
  expect(store.executions.reopen('E1', by(9, 8))).toMatchObject({ owner: 9, status: 'running' })
  expect(store.executions.reopen('E1', { owner: 10, at: 7 })).toMatchObject({ owner: 10 })
})

test('unfinished are the running top-level ones of the bot, oldest first', () => {
  const { store } = temporaryStore()
  store.executions.begin(execution('C', { bot: 'writer', startedAt: 30 }))
  store.executions.begin(execution('A', { bot: 'writer', startedAt: 10 }))
  store.executions.begin(execution('A/n', { bot: 'writer', parentId: 'A', startedAt: 11 }))
  store.executions.begin(execution('B', { bot: 'writer', startedAt: 20 }))
  store.executions.begin(execution('D', { bot: 'poster' }))
  store.executions.finish('B', { status: 'cancelled', at: 21 })
  expect(store.executions.unfinished('writer').map(({ id }) => id)).toEqual(['A', 'C'])
})

describe('list', () => {
  test('is newest first, and filters', () => {
    const { store } = temporaryStore()
    for (const [id, bot, startedAt] of [
      ['A', 'w', 1],
      ['C', 'p', 2],
      ['B', 'w', 3],
    ] as const) {
      store.executions.begin(execution(id, { bot, startedAt }))
    }
    store.executions.begin(execution('B/n', { parentId: 'B' }))
    store.executions.finish('C', { status: 'completed', at: 4 })
    const ids = (filter?: Parameters<typeof store.executions.list>[0]) =>
      store.executions.list(filter).map(({ id }) => id)
    expect(ids()).toEqual(['B', 'C', 'A'])
    expect(ids({ limit: 2 })).toEqual(['B', 'C'])
    expect(ids({ bot: 'w' })).toEqual(['B', 'A'])
    expect(ids({ status: 'completed' })).toEqual(['C'])
    expect(ids({ parentId: 'B' })).toEqual(['B/n'])
    expect(ids({ since: 3 })).toEqual(['B'])
    expect(ids({ before: 'B' })).toEqual(['C', 'A'])
    expect(ids({ before: 'A' })).toEqual([])
    expect(ids({ named: 'C' })).toEqual(['C'])
    expect(ids({ named: '/n', parentId: 'B' })).toEqual(['B/n'])
    expect(ids({ named: '_' })).toEqual([])
  })

  test('sums tokens and cost with those of nested executions, and of nobody else', () => {
    const { store } = temporaryStore()
    for (const id of ['E1', 'E1-other', 'E10']) store.executions.begin(execution(id))
    store.executions.begin(execution('E1/n', { parentId: 'E1' }))
    for (const executionId of ['E1', 'E1/n', 'E1-other', 'E10']) {
      const act = { executionId, key: 'a' }
      store.journal.begin({ ...act, act: 'a', sequence: 0, at: 1 })
      store.journal.saveAnswer(act, { prompt: '', answer: answer(), at: 2 })
    }
    expect(store.executions.list().find(({ id }) => id === 'E1')).toMatchObject({
      acts: 1,
      inputTokens: 20,
      outputTokens: 10,
      costUsd: 0.5,
    })
  })
})
