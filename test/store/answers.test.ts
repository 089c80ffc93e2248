// Answers that may be given again: found by key and age, replaced, and forgotten when they are over.

import { expect, test } from 'vitest'
import { answer } from './fixtures.ts'
import { temporaryStore } from './temporary-store.ts'

const saying = (text: string, at: number, expiresAt: number) => ({ answer: { ...answer(), text }, at, expiresAt })

test('the answer that was kept last is found while it is young enough', () => {
  const { store, reopen } = temporaryStore()
  store.answers.keep('k', saying('first', 100, 200))
  store.answers.keep('k', saying('second', 150, 250))
  expect(store.answers.find('k', 150)?.text).toBe('second')
  expect(store.answers.find('k', 151)).toBeUndefined()
  expect(store.answers.find('other', 0)).toBeUndefined()
  expect(reopen().answers.find('k', 0)?.text).toBe('second')
})

test('what is over goes when something is kept, a few at a time, and with the retention', async () => {
  const { store, query } = temporaryStore()
  for (let n = 0; n < 30; n++) store.answers.keep(`old-${n}`, saying('x', 1, 10))
  store.answers.keep('young', saying('x', 20, 1_000))
  await store.committed()
  expect(query('select count(*) as n from cached_answers')).toEqual([{ n: 11 }])
  expect(store.maintenance.prunable({ at: 11 })).toMatchObject({ answers: 10 })
  expect(store.maintenance.prune({ at: 11, now: 40, limit: 4 })).toMatchObject({ answers: 4, more: true })
  expect(store.maintenance.prune({ at: 11, now: 40 })).toMatchObject({ answers: 6, more: false })
  expect(query('select key from cached_answers')).toEqual([{ key: 'young' }])
})
