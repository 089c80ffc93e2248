// What the store tells of its changes: in order, in the transaction of each, with what led to it.

import { describe, expect, test } from 'vitest'
import type { DomainEvent, Store } from '../../store/store.ts'
import { hideSecrets } from '../../telemetry/redaction.ts'
import { answer, execution, posts, TRACE, TRACEPARENT } from './fixtures.ts'
import { temporaryStore } from './temporary-store.ts'

const OTHER = '00-11111111111111111111111111111111-2222222222222222-01'

const types = (store: Store, filter?: Parameters<Store['events']['list']>[0]) =>
  store.events.list(filter).map(({ type }) => type)

function one(store: Store, type: DomainEvent['type']): DomainEvent {
  const [event, ...others] = store.events.list({ type })
  expect(others).toEqual([])
  return event!
}

/** An execution with one act that asked, sent and stored. */
function whole(store: Store, more: Parameters<typeof execution>[1] = {}) {
  store.executions.begin(execution('E1', { traceparent: TRACEPARENT, bot: 'writer', ...more }))
  const act = { executionId: 'E1', key: 'write' }
  store.journal.begin({ ...act, act: 'write', sequence: 0, at: 1100 })
  store.journal.saveAnswer(act, { prompt: 'p', answer: answer(), at: 1200 })
  const effect = { key: 'E1/write/0', executionId: 'E1', act: 'write', platform: 'discord', command: 'messages.send' }
  store.effects.intend({ ...effect, args: {}, at: 1300 })
  store.effects.settle(effect.key, { result: 'sent', dryRun: false, at: 1400 })
  store.journal.complete(act, { result: {}, rows: posts([{ title: 'a' }]), at: 1500 })
  store.executions.finish('E1', { status: 'completed', at: 1600 })
}

test('each change tells what happened, with what led to it', () => {
  const { store } = temporaryStore()
  whole(store, { correlationId: 'C', causationId: 'M' })
  const events = store.events.list()
  const byType = Object.fromEntries(events.map((event) => [event.type, event]))
  const [started, act] = [String(byType['execution.started']?.id), String(byType['act.started']?.id)]
  expect(events.map(({ type, at, causationId, key }) => ({ type, at, causationId, key }))).toEqual([
    { type: 'execution.started', at: 1000, causationId: 'M', key: undefined },
    { type: 'act.started', at: 1100, causationId: started, key: 'write' },
    { type: 'model.answered', at: 1200, causationId: act, key: 'write' },
    { type: 'command.intended', at: 1300, causationId: act, key: 'write' },
    { type: 'command.done', at: 1400, causationId: act, key: 'write' },
    { type: 'content.generated', at: 1500, causationId: act, key: 'write' },
    { type: 'act.completed', at: 1500, causationId: act, key: 'write' },
    { type: 'execution.completed', at: 1600, causationId: started, key: undefined },
  ])
  const common = { correlationId: 'C', bot: 'writer', executionId: 'E1', traceId: TRACE, spanId: 'b7ad6b7169203331' }
  for (const event of events) expect(event).toMatchObject(common)
  expect(byType['content.generated']?.subject).toBe('posts/1')
  expect(byType['model.answered']?.data).toMatchObject({ input_tokens: 10, output_tokens: 5, cost_usd: 0.25 })
})

test('what is undone was never told', () => {
  const { store } = temporaryStore()
  expect(() =>
    store.together(() => {
      whole(store)
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(store.events.list()).toEqual([])
})

test('what is done again is told once', () => {
  const { store } = temporaryStore()
  whole(store)
  const told = types(store)
  const act = { executionId: 'E1', key: 'write' }
  store.executions.begin(execution('E1'))
  store.journal.begin({ ...act, act: 'write', sequence: 0, at: 2000 })
  store.journal.complete(act, { result: {}, rows: posts([{ title: 'a' }]), at: 2100 })
  store.effects.settle('E1/write/0', { result: 'sent', dryRun: false, at: 2200 })
  expect(types(store)).toEqual(told)
})

test('an act that is tried again tells each attempt, and the last failure', () => {
  const { store } = temporaryStore()
  hideSecrets(['a-very-secret-key'])
  store.executions.begin(execution('E1'))
  const act = { executionId: 'E1', key: 'write' }
  for (const at of [1, 2]) store.journal.begin({ ...act, act: 'write', sequence: 0, at })
  const error = { name: 'ModelError', code: 'model-auth', message: 'no a-very-secret-key' }
  store.journal.fail(act, { error, at: 3 })
  expect(store.events.list({ type: 'act' }).map(({ data }) => data)).toEqual([
    { attempt: 1 },
    { attempt: 2 },
    { duration_ms: 2, error: { code: 'model-auth', message: 'no [redacted]' } },
  ])
})

test('a nested execution was brought about by the act around it, and inherits the rest', () => {
  const { store } = temporaryStore()
  store.executions.begin(execution('E1', { correlationId: 'C', traceparent: TRACEPARENT }))
  store.journal.begin({ executionId: 'E1', key: 'part', act: 'part', sequence: 0, at: 1 })
  store.journal.begin({ executionId: 'E1', key: 'part#2', act: 'part', sequence: 1, at: 2 })
  store.executions.begin(execution('E1/part#2.0', { parentId: 'E1' }))
  const [, second] = store.events.list({ type: 'act.started' })
  expect(store.events.list({ execution: 'E1/part#2.0' })).toMatchObject([
    { type: 'execution.started', causationId: String(second?.id), correlationId: 'C', traceId: TRACE },
  ])
})

test('a resumed execution says what it was', () => {
  const { store } = temporaryStore()
  store.executions.begin(execution('E1'))
  store.executions.reopen('E1', { owner: 7, at: 1100 })
  store.executions.finish('E1', { status: 'failed', error: { name: 'Error', message: 'm' }, at: 1200 })
  store.executions.reopen('E1', { owner: 7, at: 1300 })
  store.executions.cancel('E1', { by: 'ann', at: 1400 })
  expect(store.events.list().map(({ type, data }) => [type, data.was ?? data.by])).toEqual([
    ['execution.started', undefined],
    ['execution.resumed', 'interrupted'],
    ['execution.failed', undefined],
    ['execution.resumed', 'failed'],
    ['execution.cancelled', 'ann'],
  ])
})

describe('an item', () => {
  test('is told of in its own trace, through all hands', () => {
    const { store } = temporaryStore()
    store.executions.begin(execution('E1', { traceparent: OTHER }))
    const draft = { values: { title: 'a' }, traceparent: TRACEPARENT }
    store.content.insert({ ...posts([]), columns: [{ name: 'title', type: 'text' }], rows: [draft] }, 1)
    const ref = { table: 'posts', id: 1 }
    store.content.review(ref, { status: 'approved', target: 'approved', by: 'ann', note: 'good', at: 2 })
    const item = { table: 'approved', id: 1 }
    const effect = { key: 'E1/send/0', executionId: 'E1', act: 'send', platform: 'discord', command: 'messages.send' }
    store.effects.intend({ ...effect, args: {}, item, traceparent: TRACEPARENT, at: 3 })
    store.effects.settle(effect.key, { result: 'sent', dryRun: false, at: 4 })
    store.content.review(ref, { status: 'rejected', by: 'ann', at: 5 })
    expect(store.events.list({ trace: TRACE }).map(({ type, subject }) => [type, subject])).toEqual([
      ['content.generated', 'posts/1'],
      ['content.approved', 'posts/1'],
      ['command.intended', undefined],
      ['command.done', undefined],
      ['content.published', 'approved/1'],
      ['content.rejected', 'posts/1'],
    ])
    expect(one(store, 'content.approved').data).toEqual({
      by: 'ann',
      before: 'pending',
      note: 'good',
      copied: 'approved/1',
    })
  })

  test('has a story: what it came of in other traces belongs to it', () => {
    const { store } = temporaryStore()
    store.executions.begin(execution('E1', { traceparent: OTHER }))
    const act = { executionId: 'E1', key: 'choose' }
    store.journal.begin({ ...act, act: 'choose', sequence: 0, at: 1 })
    store.journal.begin({ executionId: 'E1', key: 'else', act: 'else', sequence: 1, at: 1 })
    store.journal.saveAnswer(act, { prompt: 'p', answer: answer(), at: 2 })
    const rows = ['a', 'b'].map((title) => ({
      values: { title },
      traceparent: title === 'a' ? TRACEPARENT : OTHER,
      source: { table: 'posts', id: 1 },
    }))
    store.journal.complete(act, {
      result: {},
      rows: { ...posts([]), table: 'chosen', columns: [{ name: 'title', type: 'text' }], rows: rows.slice(0, 1) },
      at: 3,
    })
    store.executions.finish('E1', { status: 'completed', at: 4 })
    store.executions.begin(execution('E2', { traceparent: OTHER }))
    expect(store.events.story(TRACE).map(({ type, key }) => [type, key])).toEqual([
      ['execution.started', undefined],
      ['act.started', 'choose'],
      ['model.answered', 'choose'],
      ['content.curated', 'choose'],
      ['act.completed', 'choose'],
      ['execution.completed', undefined],
    ])
  })
})

test('messages that were given up, and pauses, are told with who decided', () => {
  const { store } = temporaryStore()
  const meta = { id: 'M', correlationId: 'C', traceparent: TRACEPARENT }
  const message = { type: 'bot.run', meta }
  store.deadLetters.add({ id: 'M', to: '/bots/writer', message, reason: 'poison', errors: [], at: 1 })
  store.deadLetters.redrive('M', { by: 'ann', at: 2 })
  store.schedules.pause('writer', { at: 3, reason: 'holiday', by: 'ann' })
  store.schedules.resume('writer', { at: 4, by: 'ann' })
  store.schedules.resume('writer', { at: 5, by: 'ann' })
  expect(store.events.list({ bot: 'writer' })).toMatchObject([
    { type: 'message.given_up', causationId: 'M', correlationId: 'C', traceId: TRACE, subject: '/bots/writer' },
    { type: 'message.redriven', data: { by: 'ann' } },
    { type: 'schedule.paused', data: { by: 'ann', reason: 'holiday' } },
    { type: 'schedule.resumed' },
  ])
})

test('the list is filtered, and can be followed', () => {
  const { store } = temporaryStore()
  whole(store)
  expect(types(store, { type: 'content' })).toEqual(['content.generated'])
  expect(types(store, { type: 'act.started' })).toEqual(['act.started'])
  expect(types(store, { bot: 'nobody' })).toEqual([])
  expect(types(store, { trace: TRACE, since: 1500 })).toHaveLength(3)
  expect(types(store, { correlation: 'E1', limit: 2 })).toEqual(['act.completed', 'execution.completed'])
  const [first] = store.events.list()
  expect(types(store, { after: first!.id, limit: 2 })).toEqual(['act.started', 'model.answered'])
})

test('old events are forgotten, and the oldest of too many', () => {
  const { store } = temporaryStore()
  for (let at = 1; at <= 10; at++) store.events.add({ type: 'run.skipped', at, data: { reason: 'nothing' } })
  expect(store.maintenance.prunable({ at: 4 })).toMatchObject({ events: 3 })
  expect(store.maintenance.prune({ at: 4, now: 20, limit: 2 })).toMatchObject({ events: 2, more: true })
  expect(store.maintenance.prune({ at: 4, now: 20 })).toMatchObject({ events: 1, more: false })
  expect(store.maintenance.prune({ at: 0, now: 20, keptEvents: 5 })).toMatchObject({ events: 4 })
  expect(store.events.list().map(({ at, type }) => [at, type])).toEqual([
    [8, 'run.skipped'],
    [9, 'run.skipped'],
    [10, 'run.skipped'],
    [20, 'records.pruned'],
    [20, 'records.pruned'],
    [20, 'records.pruned'],
  ])
})
