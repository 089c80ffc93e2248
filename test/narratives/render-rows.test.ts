import { expect, test } from 'vitest'
import { renderRows } from '../../narratives/render-rows.ts'

const rows = [
  { id: 1, text: 'a|b\nc', tags: ['x', 'y'], note: null },
  { id: 2, text: 'say "hi", you', tags: { k: 1 }, note: '' },
]
const columns = ['id', 'text', 'tags', 'note']

test('json is a pretty array of objects, in the order of the columns', () => {
  expect(renderRows([{ b: 1, a: 2 }], ['a', 'b'], 'json')).toBe('[\n  {\n    "a": 2,\n    "b": 1\n  }\n]')
  expect(JSON.parse(renderRows(rows, columns, 'json'))).toEqual(rows)
})

test('markdown keeps a cell in its cell', () => {
  expect(renderRows(rows, columns, 'markdown').split('\n')).toEqual([
    '| id | text | tags | note |',
    '| --- | --- | --- | --- |',
    '| 1 | a\\|b<br>c | ["x","y"] | null |',
    '| 2 | say "hi", you | {"k":1} |  |',
  ])
})

test('csv quotes what needs it', () => {
  expect(renderRows(rows, columns, 'csv')).toBe(
    'id,text,tags,note\n1,"a|b\nc","[""x"",""y""]",\n2,"say ""hi"", you","{""k"":1}",',
  )
})

test('no rows', () => {
  expect(renderRows([], columns, 'json')).toBe('[]')
  expect(renderRows([], columns, 'markdown')).toBe('No data')
  expect(renderRows([], columns, 'csv')).toBe('')
})
