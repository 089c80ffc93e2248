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

test('only what was intended is settled', () => {
  const { effects } = begun()
  expect(() => effects.settle('nothing', { result: null, dryRun: false, at: 1 })).toThrow(/was never intended/)
})

test('effects come in the order of their intents', () => {
  const { effects } = begun()
  for (const key of ['b', 'c', 'a']) effects.intend({ ...effect, key })
  expect(effects.list('E1').map(({ key }) => key)).toEqual(['b', 'c', 'a'])
})
