import { expect, test } from 'vitest'
import { answer, execution } from './fixtures.ts'
import { temporaryStore } from './temporary-store.ts'

/** One run from 1000 to 3000 with an act that asked a model for 700 ms and sent a command for 300 ms. */
function withRun() {
  const { store } = temporaryStore()
  store.executions.begin(execution('E1', { narrative: 'post', startedAt: 1_000 }))
  const act = { executionId: 'E1', key: 'draft' }
  store.journal.begin({ ...act, act: 'draft', sequence: 0, at: 1_100 })
  store.journal.saveAnswer(act, { prompt: '', answer: answer({ durationMs: 700 }), at: 1_900 })
  const command = { platform: 'discord', command: 'messages.send', args: {} }
  store.effects.intend({ key: 'E1/draft/0', executionId: 'E1', act: 'draft', ...command, at: 2_000 })
  store.effects.settle('E1/draft/0', { result: null, dryRun: false, at: 2_300 })
  store.journal.complete(act, { result: {}, at: 2_500 })
  store.executions.finish('E1', { status: 'completed', at: 3_000 })
  return store
}

test('what was completed in the time is told with how long it took', () => {
  const { latencies } = withRun()
  const { provider, model } = answer()
  expect(latencies.between(0, 10_000)).toEqual([
    { kind: 'narrative', name: 'post', ms: 2_000 },
    { kind: 'act', name: 'post/draft', ms: 1_400 },
    { kind: 'model', name: `${provider}:${model}`, ms: 700 },
    { kind: 'command', name: 'discord messages.send', ms: 300 },
  ])
  expect(latencies.between(3_000, 3_001).map(({ kind }) => kind)).toEqual(['narrative'])
  expect(latencies.between(3_001, 10_000)).toEqual([])
})

test('the time of an act is told apart', () => {
  expect(withRun().latencies.ofActs('E1')).toEqual([
    { executionId: 'E1', key: 'draft', startedAt: 1_100, endedAt: 2_500, modelMs: 700, commandMs: 300 },
  ])
})

test('cost is summed by what was asked for, and listed call by call', () => {
  const { ledger } = withRun()
  const { provider, model } = answer()
  const sum = { calls: 1, inputTokens: 10, outputTokens: 5, costUsd: answer().costUsd ?? 0, unpriced: 0 }
  expect(ledger.costs({ by: 'day', since: 0 })).toEqual([{ name: '1970-01-01', ...sum }])
  expect(ledger.costs({ by: 'narrative', since: 0 })).toEqual([{ name: 'post', ...sum }])
  expect(ledger.costs({ by: 'model', since: 0 })).toEqual([{ name: `${provider}:${model}`, ...sum }])
  expect(ledger.costs({ by: 'bot', since: 0 })).toEqual([sum])
  expect(ledger.costs({ by: 'day', since: 2_000 })).toEqual([])
  expect(ledger.list({ since: 0 })).toMatchObject([
    { at: 1_900, executionId: 'E1', key: 'draft', narrative: 'post', provider, model, durationMs: 700 },
  ])
})
