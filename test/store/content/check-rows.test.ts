import { expect, test } from 'vitest'
import type { JsonObject } from '../../../json.ts'
import type { Column } from '../../../store/store.ts'
import { posts } from '../fixtures.ts'
import { temporaryStore } from '../temporary-store.ts'

const columns: readonly Column[] = [
  { name: 'title', type: 'text', required: true },
  { name: 'wordCount', type: 'integer' },
]

test('rows for a table that does not exist yet are held to the columns that are asked for', () => {
  const { store } = temporaryStore()
  const rows: readonly JsonObject[] = [
    { Title: 'a', word_count: '3' },
    { wordCount: 'lots' },
    { title: null, other: [] },
  ]
  expect(store.content.check({ table: 'posts', columns, rows })).toEqual([
    'Element 2 lacks "title".',
    'Element 2: "wordCount" must be an integer, found "lots".',
    'Element 3 lacks "title".',
  ])
})

test('rows for a table are held to its columns, and have at least one of them', () => {
  const { store } = temporaryStore()
  const inferred: readonly Column[] = [{ name: 'error', type: 'text' }]
  store.content.insert(
    posts([{ title: 'a', score: 1 }], { columns: [columns[0]!, { name: 'score', type: 'integer' }] }),
    0,
  )
  expect(store.content.columns('posts')?.map(({ name }) => name)).toEqual(['title', 'score'])
  expect(store.content.columns('nothing')).toBeUndefined()
  const check = (row: object) => store.content.check({ table: 'posts', columns: inferred, rows: [{ ...row }] })
  expect(check({ title: 'b', error: 'new' })).toEqual([])
  expect(check({ title: 'b', score: [] })).toEqual(['Element 1: "score" must be an integer, found [].'])
  expect(check({ id: 7, error: 'no' })).toEqual(['Element 1 has none of the columns of the table: title, score.'])
})
