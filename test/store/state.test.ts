import { expect, test } from 'vitest'
import { temporaryStore } from './temporary-store.ts'

test('state survives a restart; the last writer wins', () => {
  const { store, reopen } = temporaryStore()
  store.state.set('channel_id', '1', 10)
  store.state.set('a', 'ä"\'; drop table state', 10)
  store.state.set('channel_id', '2', 20)
  const { state } = reopen()
  expect(state.get('channel_id')).toBe('2')
  expect(state.get('a')).toBe('ä"\'; drop table state')
  expect(state.get('b')).toBeUndefined()
  expect(state.keys()).toEqual(['a', 'channel_id'])
})

test('schedules survive a restart, the next due first', () => {
  const { store, reopen } = temporaryStore()
  store.schedules.setNext('writer', 1_764_000_000_000)
  store.schedules.setNext('poster', 1_763_000_000_000)
  store.schedules.setNext('writer', 1_765_000_000_000)
  const { schedules } = reopen()
  expect(schedules.next('writer')).toBe(1_765_000_000_000)
  expect(schedules.next('curator')).toBeUndefined()
  expect(schedules.all()).toEqual([
    { bot: 'poster', dueAt: 1_763_000_000_000 },
    { bot: 'writer', dueAt: 1_765_000_000_000 },
  ])
})

test('counts of actors survive a restart', () => {
  const { store, reopen } = temporaryStore()
  store.actors.save('/bots/writer', { restarts: 1 }, 10)
  store.actors.save('/bots/writer', { restarts: 2 }, 20)
  expect(reopen().actors.all()).toEqual([{ path: '/bots/writer', counts: { restarts: 2 }, at: 20 }])
})
