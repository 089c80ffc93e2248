import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../../json.ts'
import { schemaProblems } from '../../narratives/json-schema.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'

test.for<[JsonObject, Json, Json]>([
  [{ type: 'object' }, {}, []],
  [{ type: ['string', 'null'] }, null, 3],
  [{ type: 'integer' }, 3, 3.5],
  [{ type: 'boolean' }, false, 0],
  [{ const: { a: [1] } }, { a: [1] }, { a: [2] }],
  [{ enum: ['a', null] }, null, 'b'],
  [{ anyOf: [{ type: 'string' }, { type: 'number', minimum: 3 }] }, 3, 2],
  [{ minimum: 1, maximum: 5 }, 5, 6],
  [{ minLength: 2 }, 'ab', '💥'],
  [{ maxLength: 1 }, '💥', 'ab'],
  [{ pattern: '^a+$' }, 'aa', 'b'],
  [{ minItems: 1 }, [1], []],
  [{ maxItems: 1 }, [1], [1, 2]],
  [{ items: { type: 'string' } }, ['a'], ['a', 1]],
  [{ required: ['a'] }, { a: null }, {}],
  [{ properties: { a: { type: 'string' } } }, { b: 1 }, { a: 1 }],
  [{ properties: { a: {} }, additionalProperties: false }, { a: 1 }, { b: 1 }],
  [{ additionalProperties: { type: 'integer' } }, { b: 1 }, { b: 'x' }],
  [{ required: ['toString'] }, { toString: 1 }, {}],
])('%j takes %j and refuses %j', ([schema, good, bad]) => {
  expect(schemaProblems(good, schema)).toEqual([])
  expect(schemaProblems(bad, schema)).toHaveLength(1)
})

test('a problem says where it is', () => {
  const schema = { type: 'array', items: { properties: { tags: { items: { type: 'string' } } } } }
  expect(schemaProblems([{}, { tags: ['a', 7] }], schema)).toEqual(['"[1].tags[1]" must be string, found 7.'])
})

test.for([
  ['{ type = "objekt" }'],
  ['{ type = "string" }'],
  ['{ properties = { } }'],
  ['{ type = "object", propertys = { } }'],
  ['{ type = "array", items = { minLength = -1 } }'],
  ['{ type = "array", items = { pattern = "(" } }'],
  ['{ type = "object", allOf = [] }'],
] as const)('the schema %s is refused where it is wrong', ([schema]) => {
  const { diagnostics } = parseNarrativeFile(
    `[narrative]\nname = "n"\ntoc = ["a"]\n[acts.a]\nprompt = "x"\nschema = ${schema}`,
    'x.toml',
  )
  expect(diagnostics).toMatchObject([{ code: 'bad-schema', severity: 'error', place: { line: 6 } }])
})

test('a schema is a table or the word table', () => {
  const { diagnostics } = parseNarrativeFile(
    '[narrative]\nname = "n"\ntoc = ["a"]\n[acts.a]\nprompt = "x"\nschema = "tabel"',
    'x.toml',
  )
  expect(diagnostics).toMatchObject([{ code: 'bad-type' }])
})
