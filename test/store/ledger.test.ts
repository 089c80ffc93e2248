import { expect, test } from 'vitest'
import { answer, execution } from './fixtures.ts'
import { temporaryStore } from './temporary-store.ts'

function withCalls() {
  const { store } = temporaryStore()
  store.executions.begin(execution('E1', { bot: 'writer' }))
  store.executions.begin(execution('E1/n', { parentId: 'E1' }))
  store.executions.begin(execution('E2', { bot: 'poster' }))
  const call = (executionId: string, at: number, costUsd: number | undefined) => {
    const act = { executionId, key: `at-${at}` }
    store.journal.begin({ ...act, act: 'a', sequence: 0, at })
    store.journal.saveAnswer(act, { prompt: '', answer: answer({ costUsd }), at })
  }
  call('E1', 100, 0.25)
  call('E1/n', 200, 0.5)
  call('E2', 300, undefined)
  return store.ledger
}

test.for([
  ['everything', {}, { calls: 3, inputTokens: 30, outputTokens: 15, costUsd: 0.75, unpriced: 1 }],
  ['since a time, inclusive', { since: 200 }, { calls: 2, costUsd: 0.5, unpriced: 1 }],
  ['an execution with those nested in it', { executionId: 'E1' }, { calls: 2, costUsd: 0.75, unpriced: 0 }],
  ['a nested execution alone', { executionId: 'E1/n' }, { calls: 1, costUsd: 0.5 }],
  ['a bot with what it nests', { bot: 'writer' }, { calls: 2, costUsd: 0.75 }],
  ['a bot since a time', { bot: 'writer', since: 150 }, { calls: 1, costUsd: 0.5 }],
  ['nothing', { since: 301 }, { calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, unpriced: 0 }],
] as const)('totals of %s', ([, filter, expected]) => {
  expect(withCalls().totals(filter)).toMatchObject(expected)
})

test('an answer that was given again is counted apart', () => {
  const { store } = temporaryStore()
  store.executions.begin(execution('E1'))
  const act = { executionId: 'E1', key: 'a' }
  store.journal.begin({ ...act, act: 'a', sequence: 0, at: 1 })
  store.journal.saveAnswer(act, { prompt: '', answer: answer({ costUsd: 0, cached: true }), at: 2 })
  expect(store.ledger.totals()).toMatchObject({ calls: 0, cached: 1, unpriced: 0 })
})

test('the recent use of a model is what was really asked of it, whatever version of it answered', () => {
  const { store } = temporaryStore()
  store.executions.begin(execution('E1'))
  const call = (at: number, more: Partial<Parameters<typeof answer>[0]>) => {
    const act = { executionId: 'E1', key: `at-${at}` }
    store.journal.begin({ ...act, act: 'a', sequence: 0, at })
    store.journal.saveAnswer(act, { prompt: '', answer: answer({ provider: 'openai', ...more }), at })
  }
  call(100, { model: 'gpt-4o' })
  call(200, { model: 'gpt-4o-2024-08-06' })
  call(300, { model: 'gpt-4o', cached: true })
  call(400, { model: 'gpt-4' })
  call(500, { model: 'gpt-4o', provider: 'other' })
  const use = (since: number) => store.ledger.recentUse({ provider: 'openai', name: 'gpt-4o' }, since)
  expect(use(0)).toEqual({ calls: 2, tokens: 30, firstAt: 100 })
  expect(use(200)).toEqual({ calls: 1, tokens: 15, firstAt: 200 })
  expect(use(201)).toEqual({ calls: 0, tokens: 0 })
})
