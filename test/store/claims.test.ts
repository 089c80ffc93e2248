import { expect, test } from 'vitest'
import { execution, posts } from './fixtures.ts'
import { temporaryStore } from './temporary-store.ts'

const QUERY = { table: 'posts', where: "review_status = 'pending'", limit: 2 }

function begun() {
  const { store } = temporaryStore()
  for (const id of ['E1', 'E2']) store.executions.begin(execution(id, { bot: 'curator' }))
  store.content.insert(posts([{ title: 'a' }, { title: 'b' }, { title: 'c' }]), 1)
  const titles = (reader: string) => store.content.select(QUERY, 2, reader).rows.map(({ title }) => title)
  return { store, titles }
}

const act = (executionId: string) => ({ executionId, key: 'read' })
const effect = { key: 'E1/post/0', executionId: 'E1', act: 'post', platform: 'discord', command: 'messages.send' }
const intent = { ...effect, args: {}, item: { table: 'posts', id: 1 }, at: 3 }
const error = { name: 'Error', message: 'no' }

test('two that pull rows never see the same one', () => {
  const { store, titles } = begun()
  expect(store.content.pull(QUERY, 2, act('E1')).rows).toMatchObject([{ title: 'a' }, { title: 'b' }])
  expect(store.content.pull(QUERY, 2, act('E2')).rows).toMatchObject([{ title: 'c' }])
  expect(titles('E2')).toEqual(['c'])
  expect(titles('E1/round-1')).toEqual(['a', 'b'])
})

test('an act that begins anew pulls what it had', () => {
  const { store } = begun()
  store.content.pull(QUERY, 2, act('E1'))
  expect(store.content.pull({ ...QUERY, limit: 1 }, 2, act('E1')).rows).toMatchObject([{ title: 'a' }])
  expect(store.content.pull(QUERY, 2, act('E2')).rows).toMatchObject([{ title: 'b' }, { title: 'c' }])
})

test('what was pulled is deleted when the act completes, and not before', () => {
  const { store, titles } = begun()
  const { refs } = store.content.pull(QUERY, 2, act('E1'))
  store.journal.begin({ ...act('E1'), act: 'read', sequence: 0, at: 2 })
  expect(store.content.list({ table: 'posts' })).toHaveLength(3)
  const ids = refs.map(({ id }) => id!)
  store.journal.complete(act('E1'), { result: {}, pulled: [{ table: 'posts', ids }], at: 3 })
  store.executions.finish('E1', { status: 'failed', error, at: 4 })
  expect(titles('E2')).toEqual(['c'])
})

test.for(['failed', 'cancelled'] as const)('an execution that is %s gives back what it pulled', (status) => {
  const { store, titles } = begun()
  store.content.pull(QUERY, 2, act('E1'))
  store.executions.finish('E1', { status, at: 4 })
  expect(titles('E2')).toEqual(['a', 'b'])
})

test('an execution whose process is gone gives back what it pulled, a running one does not', () => {
  const { store } = temporaryStore()
  store.content.insert(posts([{ title: 'a' }, { title: 'b' }, { title: 'c' }]), 1)
  for (const owner of [7, 8]) {
    store.executions.begin(execution(`E${owner}`, { owner }))
    store.content.pull({ ...QUERY, limit: 1 }, 2, act(`E${owner}`))
  }
  expect(store.executions.abandon((owner) => owner === 8, 5).map(({ id }) => id)).toEqual(['E7'])
  expect(store.content.select(QUERY, 6, 'E9').rows).toMatchObject([{ title: 'a' }, { title: 'c' }])
})

test('a row that may have been published is held after a failure, and taken up again', () => {
  const { store, titles } = begun()
  store.effects.intend(intent)
  store.executions.finish('E1', { status: 'failed', error, at: 4 })
  expect(titles('E2')).toEqual(['b', 'c'])
  expect(store.executions.holding('curator').map(({ id }) => id)).toEqual(['E1'])
  store.effects.settle(intent.key, { result: null, dryRun: false, at: 5 })
  store.executions.finish('E1', { status: 'failed', error, at: 6 })
  expect(titles('E2')).toEqual(['b', 'c'])
  store.executions.finish('E1', { status: 'completed', at: 7 })
  expect(titles('E2')).toEqual(['a', 'b'])
  expect(store.executions.holding('curator')).toEqual([])
})

test('a row that was certainly not published is given back', () => {
  const { store, titles } = begun()
  store.effects.intend(intent)
  store.effects.settle(intent.key, { error, at: 4 })
  store.executions.finish('E1', { status: 'failed', error, at: 5 })
  expect(titles('E2')).toEqual(['a', 'b'])
})

test('a row in doubt stays held until a person decides or cancels', () => {
  const { store, titles } = begun()
  store.effects.intend(intent)
  store.effects.doubt(intent.key, { error, at: 4 })
  store.executions.finish('E1', { status: 'failed', error, at: 5 })
  expect(store.executions.holding('curator')).toEqual([])
  expect(store.effects.doubtful()).toMatchObject([{ key: intent.key, status: 'doubtful' }])
  store.effects.decide(intent.key, { done: true, by: 'me', at: 6 })
  expect(store.executions.holding('curator').map(({ id }) => id)).toEqual(['E1'])
  // It was published: given back, it would be again.
  store.executions.cancel('E1', { by: 'me', at: 7 })
  expect(titles('E2')).toEqual(['b', 'c'])
  expect(store.executions.holds('E1')).toEqual([{ table: 'posts', id: 1 }])
  expect(store.executions.keeping()).toEqual(['E1'])
  store.executions.cancel('E1', { by: 'me', at: 8 })
  expect(titles('E2')).toEqual(['a', 'b'])
  expect(store.executions.keeping()).toEqual([])
})

test('a run that is cancelled while its publication is on its way keeps the row, and goes on with it when resumed', () => {
  const { store, titles } = begun()
  store.effects.intend(intent)
  store.executions.cancel('E1', { by: 'me', at: 4 })
  expect(titles('E2')).toEqual(['b', 'c'])
  store.executions.reopen('E1', { at: 5 })
  store.effects.settle(intent.key, { result: null, dryRun: false, at: 6 })
  store.executions.finish('E1', { status: 'completed', at: 7 })
  expect(store.executions.keeping()).toEqual([])
})

test('an update by a run leaves alone what others publish, and marks its own row first', () => {
  const { store } = begun()
  store.effects.intend(intent)
  const change = { ...QUERY, values: { review_status: 'posted' }, limit: 1 }
  const other = { ...intent, key: 'E2/post/0', executionId: 'E2', item: { table: 'posts', id: 3 } }
  store.effects.intend(other)
  const posted = () => store.content.list({ table: 'posts', status: 'posted' }).map(({ id }) => id)
  store.content.update({ ...change, by: 'E2/nested' }, 5)
  expect(posted()).toEqual([3])
  store.content.update({ ...change, by: 'E2' }, 6)
  expect(posted().sort()).toEqual([2, 3])
  store.content.update({ ...change, by: 'E2' }, 7)
  expect(posted().sort()).toEqual([2, 3])
  store.content.update({ ...change, by: 'E1' }, 8)
  expect(posted().sort()).toEqual([1, 2, 3])
})

test('a row that was rejected after it was read is not published, unless that was so before', () => {
  const { store } = begun()
  const reject = (id: number, at: number) =>
    store.content.review({ table: 'posts', id }, { status: 'rejected', by: 'ann', at })
  const refused = expect.objectContaining({ code: 'row-rejected', message: expect.stringContaining('by ann') })
  reject(1, 5_000)
  expect(() => store.effects.intend(intent)).toThrow(refused)
  expect(store.effects.find(intent.key)).toBeUndefined()

  const second = { ...intent, key: 'E1/post/1', item: { table: 'posts', id: 2 } }
  store.effects.intend(second)
  reject(2, 6_000)
  // It may be out already: it is looked for, and not sent again.
  expect(store.effects.intend(second)).toMatchObject({ status: 'intended' })
  expect(() => store.effects.checkItem(second.key)).toThrow(refused)

  // Of one that was refused nothing is out.
  store.effects.settle(second.key, { error, at: 6_500 })
  expect(() => store.effects.intend(second)).toThrow(refused)

  reject(3, 7_000)
  store.executions.begin(execution('E4', { startedAt: 8_000 }))
  const third = { ...intent, key: 'E4/post/0', executionId: 'E4', item: { table: 'posts', id: 3 } }
  expect(store.effects.intend(third)).toMatchObject({ status: 'intended' })
})

test('a run that is given up while nobody knows what became of its publication gives the row back', () => {
  const { store, titles } = begun()
  store.effects.intend(intent)
  store.effects.doubt(intent.key, { error, at: 4 })
  store.executions.cancel('E1', { by: 'me', at: 5 })
  expect(titles('E2')).toEqual(['a', 'b'])
})

test('of two executions that have read a row, the one that intends first publishes it', () => {
  const { store } = begun()
  const other = { ...intent, key: 'E2/post/0', executionId: 'E2' }
  store.effects.intend(intent)
  expect(() => store.effects.intend(other)).toThrow(expect.objectContaining({ code: 'row-taken' }))
  store.effects.settle(intent.key, { result: null, dryRun: false, at: 1004 })
  store.executions.finish('E1', { status: 'completed', at: 1005 })
  expect(() => store.effects.intend(other)).toThrow(expect.objectContaining({ code: 'row-taken' }))
  store.executions.begin(execution('E3', { startedAt: 1006 }))
  expect(store.effects.intend({ ...other, key: 'E3/post/0', executionId: 'E3' })).toMatchObject({ status: 'intended' })
})

test('an effect on the database itself is made once', () => {
  const { store } = begun()
  store.effects.intend({ ...effect, platform: 'database', command: 'update_table', args: {}, at: 3 })
  const mark = () => store.content.update({ ...QUERY, values: { review_status: 'posted' }, limit: 1 }, 4)
  expect([1, 2, 3].map(() => store.effects.perform(effect.key, mark, 4))).toEqual([1, 1, 1])
  expect(store.content.list({ table: 'posts', status: 'posted' })).toHaveLength(1)
})

test('an answer after an interruption is marked in the ledger', () => {
  const { store } = begun()
  const place = { executionId: 'E1', key: 'read', act: 'read', sequence: 0, at: 1 }
  const answer = {
    text: 't',
    finishReason: 'stop',
    provider: 'p',
    model: 'm',
    inputTokens: 1,
    outputTokens: 1,
    durationMs: 1,
  }
  store.journal.begin({ ...place, first: true })
  store.journal.begin({ ...place, first: false })
  store.journal.saveAnswer(place, { prompt: 'p', answer, at: 2 })
  expect(store.ledger.totals()).toMatchObject({ calls: 1, repeated: 0 })
  store.journal.begin({ ...place, key: 'other', first: true })
  store.journal.begin({ ...place, key: 'other', first: true })
  store.journal.saveAnswer({ ...place, key: 'other' }, { prompt: 'p', answer, at: 3 })
  expect(store.ledger.totals()).toMatchObject({ calls: 2, repeated: 1 })
})

test('calls made together happen together, or not at all', () => {
  const { store } = begun()
  const work = () => {
    store.mailbox.append({ id: 'm', to: '/bots/poster', message: {}, at: 1 })
    store.executions.finish('E1', { status: 'completed', at: 2 })
    throw new Error('and then the power failed')
  }
  expect(() => store.together(work)).toThrow('power')
  expect(store.mailbox.load('/bots/poster')).toEqual([])
  expect(store.executions.find('E1')?.status).toBe('running')
})
