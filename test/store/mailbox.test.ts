import { expect, test } from 'vitest'
import { temporaryStore } from './temporary-store.ts'

const message = (id: string, to = '/bots/writer') => ({ id, to, message: { type: 'bot.run', meta: { id } }, at: 10 })
const who = { by: 'ada', at: 99 }

test('messages wait in the order in which they were accepted, over a restart', () => {
  const { store, reopen } = temporaryStore()
  for (const id of ['b', 'a', 'c']) expect(store.mailbox.append(message(id))).toBe(true)
  store.mailbox.append(message('x', '/bots/poster'))
  expect(store.mailbox.append(message('a', '/elsewhere'))).toBe(false)
  const { mailbox } = reopen()
  expect(mailbox.load('/bots/writer')).toEqual(['b', 'a', 'c'].map((id) => ({ ...message(id), attempts: 0 })))
  expect(mailbox.load('/bots/writer', 2)).toHaveLength(2)
  mailbox.ack('a')
  mailbox.ack('a')
  expect(mailbox.load('/bots/writer').map(({ id }) => id)).toEqual(['b', 'c'])
})

test('deliveries are counted before they are made', () => {
  const { store, reopen } = temporaryStore()
  store.mailbox.append(message('a'))
  expect(store.mailbox.attempt('a')).toBe(1)
  expect(store.mailbox.attempt('a')).toBe(2)
  expect(reopen().mailbox.load('/bots/writer')).toMatchObject([{ attempts: 2 }])
  expect(() => store.mailbox.attempt('z')).toThrow()
})

test('a dead letter leaves the mailbox, and comes back when a person says so', () => {
  const { store, query } = temporaryStore()
  store.mailbox.append(message('a'))
  store.mailbox.attempt('a')
  store.mailbox.append(message('b'))
  const letter = { ...message('a'), reason: 'poison', errors: [{ name: 'Error', message: 'no' }], at: 50 }
  store.deadLetters.add(letter)
  store.deadLetters.add({ ...letter, reason: 'again' })
  expect(store.mailbox.load('/bots/writer').map(({ id }) => id)).toEqual(['b'])
  expect(store.deadLetters.find('a')).toEqual(letter)
  expect(store.deadLetters.redrive('a', who)).toEqual({ ...message('a'), at: 99, attempts: 0 })
  expect(store.mailbox.load('/bots/writer').map(({ id, attempts }) => [id, attempts])).toEqual([
    ['b', 0],
    ['a', 0],
  ])
  expect(store.deadLetters.list()).toEqual([])
  expect(query('select who, action, subject, at from audit')).toEqual([
    { who: 'ada', action: 'dead-letter.redrive', subject: 'a', at: 99 },
  ])
})

test('dead letters are listed newest first, and can be dropped', () => {
  const { store } = temporaryStore()
  for (const id of ['a', 'b', 'c']) store.deadLetters.add({ ...message(id, `/${id}`), reason: 'stopped', errors: [] })
  expect(store.deadLetters.list().map(({ id }) => id)).toEqual(['c', 'b', 'a'])
  expect(store.deadLetters.list({ to: '/b' }).map(({ id }) => id)).toEqual(['b'])
  expect(store.deadLetters.list({ limit: 1 })).toHaveLength(1)
  expect(store.deadLetters.count()).toBe(3)
  store.deadLetters.drop('b', who)
  expect(store.deadLetters.find('b')).toBeUndefined()
  expect(() => store.deadLetters.drop('b', who)).toThrow(expect.objectContaining({ code: 'unknown-record' }))
  expect(() => store.deadLetters.redrive('b', who)).toThrow(expect.objectContaining({ code: 'unknown-record' }))
})
