import { expect, test } from 'vitest'
import type { NewEffect } from '../../store/store.ts'
import { execution, TRACEPARENT } from './fixtures.ts'
import { temporaryStore } from './temporary-store.ts'

const effect: NewEffect = {
  key: 'E1/post/0',
  executionId: 'E1',
  act: 'post',
  platform: 'discord',
  command: 'messages.send',
  args: { channel_id: '1', content: 'hi' },
  traceparent: TRACEPARENT,
  at: 10,
}

function begun() {
  const temporary = temporaryStore()
  temporary.store.executions.begin(execution('E1'))
  return { ...temporary, effects: temporary.store.effects }
}

test('an intent survives a restart, and is written once (P3)', () => {
  const { effects, reopen } = begun()
  expect(effects.intend(effect)).toEqual({ ...effect, status: 'intended' })
  const again = reopen().effects
  expect(again.intend({ ...effect, args: { content: 'other' }, at: 99 })).toEqual({ ...effect, status: 'intended' })
  expect(again.list('E1')).toHaveLength(1)
})

test('what is done stays done', () => {
  const { effects } = begun()
  effects.intend(effect)
  effects.settle(effect.key, { result: { id: '7' }, dryRun: true, at: 20 })
  const done = { ...effect, status: 'done', result: { id: '7' }, dryRun: true, endedAt: 20 }
  expect(effects.intend(effect)).toEqual(done)
  effects.settle(effect.key, { error: { name: 'Error', message: 'late' }, at: 30 })
  expect(effects.list('E1')).toEqual([done])
})

test('what failed may be done later', () => {
  const { effects } = begun()
  effects.intend(effect)
  effects.settle(effect.key, { error: { name: 'Error', message: 'no' }, at: 20 })
  expect(effects.find(effect.key)).toMatchObject({ status: 'failed', error: { message: 'no' } })
  expect(effects.intend({ ...effect, at: 25 })).toEqual({ ...effect, at: 25, status: 'intended' })
  effects.settle(effect.key, { result: null, dryRun: false, at: 30 })
  expect(effects.list('E1')).toEqual([{ ...effect, at: 25, status: 'done', result: null, dryRun: false, endedAt: 30 }])
})

test('a thing on a platform belongs to one effect, whoever asks for it and when', () => {
  const { effects, reopen } = begun()
  const [first, second] = ['first', 'second'].map((key) => ({ key, platform: 'discord' }))
  for (const { key } of [first!, second!]) effects.intend({ ...effect, key })
  const firstFree = (isFree: (id: string) => boolean) => ['1', '2'].filter(isFree).slice(0, 1)
  expect(effects.claimMade(first!, firstFree)).toEqual(['1'])
  expect(effects.claimMade(second!, firstFree)).toEqual(['2'])
  const again = reopen().effects
  expect(again.claimMade(first!, firstFree)).toEqual(['1'])
  expect(again.claimMade(second!, firstFree)).toEqual(['2'])
  expect(again.claimMade({ ...second!, platform: 'other' }, firstFree)).toEqual(['1'])
})

test('later than an effect is what was meant after it, and is done or being done', () => {
  const { effects, store } = begun()
  const error = { name: 'Error', message: 'no' }
  store.executions.begin(execution('E2'))
  const intend = (key: string, at: number, own: Partial<NewEffect> = {}) =>
    effects.intend({ ...effect, key, at, ...own })
  const done = { result: null, dryRun: false, at: 50 }
  intend('earlier', 9)
  intend('own', 10)
  for (const key of ['at once', 'dry', 'failed', 'doubtful']) intend(key, 10)
  intend('in progress', 20)
  intend('of a run that has failed', 20, { executionId: 'E2' })
  intend('elsewhere', 20, { platform: 'database' })
  for (const key of ['earlier', 'at once', 'elsewhere']) effects.settle(key, done)
  effects.settle('dry', { ...done, dryRun: true })
  effects.settle('failed', { error, at: 50 })
  effects.doubt('doubtful', { error, at: 50 })
  store.executions.finish('E2', { status: 'failed', error, at: 60 })
  expect(effects.later('own').map(({ key }) => key)).toEqual(['at once', 'in progress'])
})

test('of two who decide at once the second is refused, and what the bot finds meanwhile counts', () => {
  const { effects } = begun()
  const error = { name: 'Error', message: 'Nobody knows.' }
  const decide = (key: string, done: boolean) => effects.decide(key, { done, by: 'a person', at: 50 })
  for (const key of ['done', 'again', 'found']) {
    effects.intend({ ...effect, key })
    effects.doubt(key, { error, at: 30 })
  }
  decide('done', true)
  expect(() => decide('done', false)).toThrow('is not in doubt')
  expect(effects.intend({ ...effect, key: 'done' })).toMatchObject({ status: 'done' })
  decide('again', false)
  expect(() => decide('again', true)).toThrow('is not in doubt')
  expect(effects.find('again')).toMatchObject({ status: 'insisted' })
  // The bot has looked while the person was thinking.
  effects.settle('found', { result: { id: '7' }, dryRun: false, at: 40 })
  expect(() => decide('found', false)).toThrow('is not in doubt')
  effects.doubt('found', { error, at: 41 })
  expect(effects.find('found')).toMatchObject({ status: 'done', result: { id: '7' } })
})

test('what a person has said to be done has made the first thing that its like finds', () => {
  const { effects } = begun()
  const error = { name: 'Error', message: 'Nobody knows.' }
  for (const [key, at] of [
    ['long ago', 10],
    ['told', 1_000_000],
    ['second', 1_000_100],
  ] as const)
    effects.intend({ ...effect, key, at })
  for (const key of ['long ago', 'told']) {
    effects.doubt(key, { error, at: 1_000_200 })
    effects.decide(key, { done: true, by: 'a person', at: 1_000_300 })
  }
  const free = (isFree: (id: string) => boolean) => ['1', '2'].filter(isFree)
  expect(effects.claimMade({ key: 'second', platform: 'discord' }, free)).toEqual(['2'])
  // What a command has just made is its own in any case, unless somebody has it.
  expect(effects.claimMade({ key: 'second', platform: 'discord' }, () => ['1', '3'])).toEqual(['3'])
})

test('what was published before things had owners has its effect as its maker', () => {
  const { effects, query, reopen } = begun()
  const old = { message_ids: ['5', '6'], id: '5' }
  for (const [key, result] of [
    ['long', old],
    ['edit', { id: '5' }],
    ['thread', { thread_id: '7' }],
    ['none', null],
  ] as const) {
    effects.intend({ ...effect, key })
    effects.settle(key, { result, dryRun: false, at: 20 })
  }
  effects.intend({ ...effect, key: 'dry' })
  effects.settle('dry', { result: { id: '9' }, dryRun: true, at: 20 })
  query('drop table effects_made')
  query("delete from migrations where name glob '*what-effects-made*'")
  reopen()
  expect(
    query<{ id: string; maker: string }>('select id, effect_key as maker from effects_made order by id').map(
      ({ id, maker }) => [id, maker],
    ),
  ).toEqual([
    ['5', 'long'],
    ['6', 'long'],
    ['7', 'thread'],
  ])
})

test('only what was intended is settled', () => {
  const { effects } = begun()
  expect(() => effects.settle('nothing', { result: null, dryRun: false, at: 1 })).toThrow(/was never intended/)
})

test('effects come in the order of their intents', () => {
  const { effects } = begun()
  for (const key of ['b', 'c', 'a']) effects.intend({ ...effect, key })
  expect(effects.list('E1').map(({ key }) => key)).toEqual(['b', 'c', 'a'])
})
