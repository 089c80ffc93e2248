import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../json.ts'
import { inferColumns, jsonSchemaOf, toRows } from '../../narratives/columns.ts'
import { COLUMN_TYPES } from '../../store/store.ts'

describe('rows of an answer', () => {
  test('one object is one row, an array as many as it has', () => {
    expect(toRows({ a: 1 })).toEqual([{ a: 1 }])
    expect(toRows([{ a: 1 }, { b: 2 }])).toEqual([{ a: 1 }, { b: 2 }])
  })

  test.for<[value: Json, code: string]>([
    [[], 'schema-inference'],
    [1, 'bad-json'],
    [null, 'bad-json'],
    ['x', 'bad-json'],
    [[{ a: 1 }, 2], 'bad-json'],
    [[[1]], 'bad-json'],
  ])('%j is refused', ([value, code]) => {
    expect(() => toRows(value)).toThrow(expect.objectContaining({ code }))
  })
})

describe('the type of a column', () => {
  test.for<[title: string, values: Json[], type: string]>([
    ['string', ['x'], 'text'],
    ['integer', [1], 'integer'],
    ['fraction', [1.5], 'real'],
    ['boolean', [true], 'boolean'],
    ['null', [null], 'text'],
    ['array', [[1]], 'json'],
    ['object', [{ x: 1 }], 'json'],
    ['integer and fraction', [1, 1.5], 'real'],
    ['fraction and integer', [1.5, 1], 'real'],
    ['number and string', [1, 'x'], 'text'],
    ['boolean and string', [true, 'x'], 'text'],
    ['string and array', ['x', [1]], 'json'],
    ['number and object', [1, { x: 1 }], 'json'],
    ['boolean and number', [true, 1], 'text'],
    ['null and number', [null, 1], 'integer'],
    ['number and null', [1.5, null], 'real'],
  ])('%s', ([, values, type]) => {
    expect(inferColumns(values.map((v) => ({ v })))).toEqual([{ name: 'v', type }])
    expect(COLUMN_TYPES).toContain(type)
  })

  test('columns are all keys of all rows, and none is required', () => {
    const rows: JsonObject[] = [{ b: 1, a: 'x' }, { c: true }]
    expect(inferColumns(rows)).toEqual([
      { name: 'b', type: 'integer' },
      { name: 'a', type: 'text' },
      { name: 'c', type: 'boolean' },
    ])
  })

  test.for([[[]], [[{}]]])('%j makes no table', ([rows]) => {
    expect(() => inferColumns(rows as JsonObject[])).toThrow(expect.objectContaining({ code: 'schema-inference' }))
  })
})

test('the JSON Schema lets everything be null but what is required', () => {
  const schema = jsonSchemaOf([
    { name: 'id', type: 'text', required: true },
    { name: 'tags', type: 'text-list' },
    { name: 'extra', type: 'json' },
  ])
  expect(schema).toEqual({
    type: 'object',
    properties: {
      id: { type: 'string' },
      tags: { type: ['array', 'null'], items: { type: 'string' } },
      extra: { type: ['object', 'array', 'null'] },
    },
    required: ['id', 'tags', 'extra'],
    additionalProperties: false,
  })
})
