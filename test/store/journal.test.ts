import { describe, expect, test } from 'vitest'
import { answer, execution, posts, TRACEPARENT } from './fixtures.ts'
import { temporaryStore } from './temporary-store.ts'

const act = { executionId: 'E1', key: 'write' }

function begun() {
  const temporary = temporaryStore()
  temporary.store.executions.begin(execution('E1', { bot: 'writer' }))
  const begin = () =>
    temporary.store.journal.begin({ ...act, act: 'write', sequence: 2, traceparent: TRACEPARENT, at: 100 })
  begin()
  return { ...temporary, begin, journal: temporary.store.journal }
}

describe('begin', () => {
  test('counts attempts and clears what the last one left', () => {
    const { journal, begin } = begun()
    journal.fail(act, { error: { name: 'Error', message: 'no' }, at: 110 })
    expect(journal.find(act)).toMatchObject({ status: 'failed', attempts: 1, error: { message: 'no' }, endedAt: 110 })
    expect(begin()).toEqual({
      ...act,
      act: 'write',
      sequence: 2,
      status: 'running',
      attempts: 2,
      rowsStored: 0,
      traceparent: TRACEPARENT,
      startedAt: 100,
    })
  })

  test('gives an answer that was paid for back, also after a failure (P2)', () => {
    const { journal, begin } = begun()
    journal.saveAnswer(act, { prompt: ['p'], answer: answer(), at: 105 })
    journal.fail(act, { error: { name: 'Error', message: 'disk full' }, at: 110 })
    expect(begin()).toMatchObject({ status: 'answered', attempts: 2, answer: answer(), prompt: ['p'] })
  })

  test('leaves a completed act as it is', () => {
    const { journal, begin } = begun()
    journal.complete(act, { result: { response: 'r' }, at: 120 })
    const completed = journal.find(act)
    expect(begin()).toEqual(completed)
    journal.fail(act, { error: { name: 'Error', message: 'late' }, at: 130 })
    journal.saveAnswer(act, { prompt: '', answer: answer({ text: 'late' }), at: 131 })
    expect(journal.find(act)).toEqual(completed)
  })

  test('refuses an act of an execution that was not begun', () => {
    const { journal } = begun()
    expect(() => journal.begin({ executionId: 'E9', key: 'a', act: 'a', sequence: 0, at: 1 })).toThrow(
      expect.objectContaining({ code: 'unknown-record' }),
    )
  })
})

test.for([
  ['saveAnswer', (store) => store.journal.saveAnswer({ ...act, key: 'x' }, { prompt: '', answer: answer(), at: 1 })],
  ['complete', (store) => store.journal.complete({ ...act, key: 'x' }, { result: {}, at: 1 })],
  ['fail', (store) => store.journal.fail({ ...act, key: 'x' }, { error: { name: 'E', message: '' }, at: 1 })],
] satisfies [string, (store: ReturnType<typeof begun>['store']) => void][])(
  '%s refuses an act that was never begun, and leaves nothing behind',
  ([, call]) => {
    const { store } = begun()
    expect(() => call(store)).toThrow(/The act x of execution E1 was never begun/)
    expect(store.ledger.totals().calls).toBe(0)
  },
)

test('acts come in the order in which they began', () => {
  const { journal } = begun()
  for (const key of ['b', 'a', 'write#2']) journal.begin({ executionId: 'E1', key, act: key, sequence: 0, at: 1 })
  expect(journal.acts('E1').map(({ key }) => key)).toEqual(['write', 'b', 'a', 'write#2'])
})

describe('saveAnswer', () => {
  test('writes the answer and its line in the ledger together (S2)', () => {
    const { journal, store } = begun()
    const given = answer({ cachedInputTokens: 3, reasoningTokens: 2, responseId: 'r-1' })
    journal.saveAnswer(act, { prompt: { role: 'user' }, answer: given, at: 105 })
    expect(journal.find(act)).toMatchObject({ status: 'answered', answer: given, prompt: { role: 'user' } })
    expect(store.ledger.totals({ bot: 'writer' })).toMatchObject({ calls: 1, inputTokens: 10, costUsd: 0.25 })
  })

  test('counts a second call for the same act as well', () => {
    const { journal, store } = begun()
    journal.saveAnswer(act, { prompt: '', answer: answer(), at: 105 })
    journal.saveAnswer(act, { prompt: '', answer: answer({ text: 'second' }), at: 106 })
    expect(journal.find(act)?.answer?.text).toBe('second')
    expect(store.ledger.totals().calls).toBe(2)
  })
})

describe('complete', () => {
  test('stores rows, deletes what was pulled and completes, together (S3)', () => {
    const { journal, store } = begun()
    store.content.insert(posts([{ idea: 'one' }, { idea: 'two' }], { table: 'ideas' }), 1)
    store.content.insert(posts([{ note: 'n' }], { table: 'notes' }), 1)
    const outcome = journal.complete(act, {
      result: { response: 'r' },
      rows: posts([{ title: 'x' }]),
      pulled: [
        { table: 'ideas', ids: [1] },
        { table: 'notes', ids: [1, 99] },
      ],
      at: 120,
    })
    expect(outcome).toEqual({ table: 'posts', ids: [1], stored: 1, skipped: [], warnings: [] })
    expect(journal.find(act)).toMatchObject({ status: 'completed', rowsStored: 1, result: { response: 'r' } })
    expect(store.content.select({ table: 'ideas', columns: ['idea'] }, 0).rows).toEqual([{ idea: 'two' }])
    expect(store.content.select({ table: 'notes' }, 0).rows).toEqual([])
  })

  test('stores nothing the second time, and gives the outcome of the first', () => {
    const { journal, store } = begun()
    const end = { result: {}, rows: posts([{ title: 'x' }, {}]), at: 120 }
    const first = journal.complete(act, end)
    expect(first).toMatchObject({ ids: [1, undefined], stored: 1, skipped: [{ index: 1 }] })
    expect(journal.complete(act, end)).toEqual(first)
    expect(store.content.select({ table: 'posts' }, 0).rows).toHaveLength(1)
  })

  test('that cannot store or delete leaves everything as it was', () => {
    const { journal, store } = begun()
    journal.saveAnswer(act, { prompt: '', answer: answer(), at: 105 })
    const before = journal.find(act)
    const pulled = [{ table: 'nowhere', ids: [1] }]
    expect(() => journal.complete(act, { result: {}, rows: posts([{ title: 'x' }]), pulled, at: 1 })).toThrow(
      expect.objectContaining({ code: 'table-not-found' }),
    )
    expect(journal.find(act)).toEqual(before)
    expect(store.content.exists('posts')).toBe(false)
  })

  test('notes a run whose rows were all refused', () => {
    const { journal, store } = begun()
    expect(() => journal.complete(act, { result: {}, rows: posts([{}, {}]), at: 1500 })).toThrow(
      expect.objectContaining({ code: 'bad-rows' }),
    )
    expect(journal.find(act)?.status).toBe('running')
    expect(store.content.generations()).toMatchObject([
      { table: 'posts', executionId: 'E1', status: 'failed', stored: 0, startedAt: 1000, durationMs: 500 },
    ])
  })

  test('does not delete from the tables of the server', () => {
    const { journal, store } = begun()
    expect(() => journal.complete(act, { result: {}, pulled: [{ table: 'Ledger', ids: [1] }], at: 1 })).toThrow(
      expect.objectContaining({ code: 'reserved-table' }),
    )
    expect(store.journal.find(act)?.status).toBe('running')
  })
})
