import { expect, test } from 'vitest'
import { execution } from './fixtures.ts'
import { temporaryStore } from './temporary-store.ts'

const text = (path: string, hash: string) => ({ path, hash, text: `text of ${hash}` })
const FIRST = { version: 'v1', files: [text('', 'h1'), text('b.toml', 'h2')] }
const SECOND = { version: 'v2', files: [text('', 'h3'), text('b.toml', 'h2')] }

test('an execution knows what it began with, over a restart and a resumption', () => {
  const { store, reopen } = temporaryStore()
  store.executions.begin(execution('E1'), FIRST)
  store.executions.begin(execution('E1'), SECOND)
  expect(store.executions.find('E1')).toMatchObject({ version: 'v1' })
  const again = reopen()
  expect(again.executions.reopen('E1', { at: 1100 })).toMatchObject({ version: 'v1' })
  expect(again.executions.list()[0]).toMatchObject({ version: 'v1' })
  expect(again.versions.files('v1')).toEqual(FIRST.files)
  expect(again.versions.files('unknown')).toEqual([])
})

test('an execution without texts has no version', () => {
  const { store } = temporaryStore()
  store.executions.begin(execution('E1'))
  expect(store.executions.find('E1')).not.toHaveProperty('version')
})

test('a text is there once, for as long as an execution began with it', async () => {
  const { store, query } = temporaryStore()
  const hashes = () => query<{ hash: string }>('select hash from narrative_texts order by hash').map(({ hash }) => hash)
  for (const id of ['E1', 'E2']) store.executions.begin(execution(id), FIRST)
  store.executions.begin(execution('E3'), SECOND)
  await store.committed()
  expect(hashes()).toEqual(['h1', 'h2', 'h3'])

  for (const [id, at] of [
    ['E1', 10],
    ['E2', 20],
    ['E3', 30],
  ] as const) {
    store.executions.finish(id, { status: 'completed', at })
  }
  store.maintenance.prune({ at: 15, now: 40 })
  expect(hashes()).toEqual(['h1', 'h2', 'h3'])
  store.maintenance.prune({ at: 25, now: 40 })
  expect(hashes()).toEqual(['h2', 'h3'])
  expect(store.versions.files('v2')).toEqual(SECOND.files)
  store.maintenance.prune({ at: 35, now: 40 })
  expect(hashes()).toEqual([])
  expect(query('select count(*) as n from narrative_versions')).toEqual([{ n: 0 }])
  expect(store.maintenance.check()).toEqual([])
})
