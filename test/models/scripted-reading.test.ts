import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Question } from '../../models/model.ts'
import { reply } from '../../models/scripted/reply.ts'
import { findShape, shapeOfSchema } from '../../models/scripted/shape.ts'
import { findJsonTables, findMarkdownTables } from '../../models/scripted/table.ts'

function ask(...texts: string[]): Question {
  return {
    messages: [{ role: 'user', parts: texts.map((text) => ({ type: 'text' as const, text })) }],
    origin: { narrative: 'a', act: 'b' },
  }
}

const answer = (...texts: string[]) => reply(ask(...texts), '1', 1)
const json = (...texts: string[]) => JSON.parse(answer(...texts))

describe('shapes', () => {
  test.for([
    ['Output JSON: {"test": "value"}', { is: 'object', fields: [['test', { is: 'text', example: 'value' }]] }],
    [
      'Required Schema:\n{\n  "text": string (required, 10-200 characters),\n  "status": string (always set to "pending"),\n  "tags": array of strings (optional)\n}',
      {
        is: 'object',
        fields: [
          ['text', { is: 'text', min: 10, max: 200 }],
          ['status', { is: 'text', example: 'pending' }],
          ['tags', { is: 'array', of: { is: 'text' } }],
        ],
      },
    ],
    [
      'Structure:\n{ "rarity": "common", "rare", or "epic" (string), "points": reward (integer, 10-100), "share": float 0.0-1.0 }',
      {
        is: 'object',
        fields: [
          ['rarity', { is: 'text', choices: ['common', 'rare', 'epic'] }],
          ['points', { is: 'integer', min: 10, max: 100 }],
          ['share', { is: 'number', min: 0, max: 1 }],
        ],
      },
    ],
    [
      'JSON array:\n[\n  { "tone": "calm|loud", "count": 3, "ok": true, "none": null, "deep": { "a": "b" } }\n]',
      {
        is: 'array',
        of: {
          is: 'object',
          fields: [
            ['tone', { choices: ['calm', 'loud'] }],
            ['count', { is: 'integer', example: 3 }],
            ['ok', { is: 'boolean' }],
            ['none', { is: 'null' }],
            ['deep', { is: 'object', fields: [['a', { is: 'text' }]] }],
          ],
        },
      },
    ],
    [
      'Required fields:\n- id (64-bit integer as a string): 18-digit Discord snowflake\n- kind (text): one of voice, text, forum\n\nOptional fields:\n- level (integer, optional): 0 to 4\n- extra (text, optional)\n\nMake one with:\n- A nice name',
      {
        is: 'object',
        fields: [
          ['id', { is: 'text' }],
          ['kind', { choices: ['voice', 'text', 'forum'] }],
          ['level', { is: 'integer', min: 0, max: 4 }],
        ],
      },
    ],
  ] as const)('are read from %j', ([prompt, expected]) => {
    const shape = findShape(prompt)
    expect(shape).toMatchObject(expected)
    if (shape?.is === 'object') expect(shape.fields).toHaveLength('fields' in expected ? expected.fields.length : 0)
  })

  test('come from the schema, not from the material', () => {
    const prompt =
      'Content to format:\n{"not": "this"}\n\nRequired Schema:\n{ "title": string }\n\nExample output format:\n{ "other": "x" }'
    expect(findShape(prompt)).toMatchObject({ fields: [['title', {}]] })
  })

  test('of a JSON schema keep types, choices and limits', () => {
    const schema = {
      type: 'object',
      properties: {
        name: { type: 'string', maxLength: 5 },
        level: { type: ['integer', 'null'], minimum: 2, maximum: 3 },
        mood: { enum: ['calm', 'loud'] },
        tags: { type: 'array', items: { type: 'string' }, minItems: 2 },
        inner: { type: 'object', properties: { on: { type: 'boolean' } } },
      },
    }
    const value = JSON.parse(reply({ ...ask('Make one'), json: { schema } }, '1', 1))
    expect(Object.keys(value)).toEqual(['name', 'level', 'mood', 'tags', 'inner'])
    expect(value.name.length).toBeLessThanOrEqual(5)
    expect([2, 3]).toContain(value.level)
    expect(['calm', 'loud']).toContain(value.mood)
    expect(value.tags).toHaveLength(2)
    expect(typeof value.inner.on).toBe('boolean')
    expect(shapeOfSchema({ anyOf: [{ type: 'number' }, { type: 'null' }] })).toMatchObject({ is: 'number' })
  })

  test('of any JSON schema are kept', () => {
    const text = fc
      .record({ minLength: fc.nat(20), extra: fc.nat(300) })
      .map(({ minLength, extra }) => ({ type: 'string', minLength, maxLength: minLength + extra }))
    const bounds = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.nat(200))
    const number = fc.constantFrom('integer', 'number').chain((type) =>
      fc.oneof(
        fc.constant({ type }),
        bounds.map(([minimum, extra]) => ({ type, minimum, maximum: minimum + extra })),
        bounds.map(([minimum]) => ({ type, minimum })),
        bounds.map(([maximum]) => ({ type, maximum })),
      ),
    )
    const leaf = fc.oneof(
      text,
      number,
      fc.constant({ type: 'boolean' }),
      fc.constant({ type: 'null' }),
      fc.constant({ enum: ['a', 'b'] }),
      fc.constantFrom('date-time', 'uri', 'email', 'uuid').map((format) => ({ type: 'string', format })),
    )
    const key = fc.constantFrom(
      'title',
      'text_content',
      'tags',
      'image_urls',
      'score',
      'id',
      'created_at',
      'count',
      'link',
      'type',
      'x',
    )
    const { schema } = fc.letrec<{ schema: Record<string, unknown> }>((tie) => ({
      schema: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.dictionary(key, tie('schema'), { maxKeys: 5 }).map((properties) => ({
          type: 'object',
          properties,
          required: Object.keys(properties),
          additionalProperties: false,
        })),
        fc.tuple(tie('schema'), fc.nat(6)).map(([items, minItems]) => ({ type: 'array', items, minItems })),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(key, schema, { minKeys: 1, maxKeys: 4 }), (properties) => {
        const root = { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
        const value = JSON.parse(reply({ ...ask('Make one about tea'), json: { schema: root } }, '1', 1))
        expect(z.fromJSONSchema(root as never).safeParse(value).error).toBeUndefined()
      }),
      { numRuns: 200, seed: 11 },
    )
  })
})

describe('tables', () => {
  test('give cells back as they were stored', () => {
    const [table] = findMarkdownTables(
      'Posts:\n\n| id | text |\n| --- | --- |\n| 1 | a \\| b<br><br>c |\n| 2 | plain |\n\nAfter',
    )
    expect(table).toEqual({
      columns: ['id', 'text'],
      rows: [
        { id: '1', text: 'a | b\n\nc' },
        { id: '2', text: 'plain' },
      ],
    })
  })

  test('are found in JSON', () => {
    expect(findJsonTables('Rows:\n[{"a": "x", "n": 3}, {"a": null}] done')).toEqual([
      { columns: ['a', 'n'], rows: [{ a: 'x', n: '3' }, { a: 'null' }] },
    ])
    expect(findJsonTables('[ {not json} ]')).toEqual([])
  })
})

describe('replies', () => {
  test('extract the field of the first row and nothing else', () => {
    const table = '| id | text_content |\n| --- | --- |\n| 4 | one \\|\\| two<br>three |\n| 5 | other |'
    const instruction =
      'Extract the text_content from the approved post above.\n\nOutput ONLY the text_content field value, nothing else.'
    expect(answer(table, instruction)).toBe('one || two\nthree')
    expect(answer(`${table}\n\n${instruction}`)).toBe('one || two\nthree')
    expect(answer('No data', instruction)).toBe('There is no row to take text_content from.')
  })

  test('find the instruction wherever the material stands', () => {
    const table = '| id | text_content |\n| --- | --- |\n| 4 | the text itself |'
    const instruction = 'Extract the text_content.\n\nOutput ONLY the text_content field value.'
    expect(answer(instruction, table)).toBe('the text itself')
    expect(answer('Result of "stats":\n{"member_count": 3}', table, instruction)).toBe('the text itself')
  })

  test('format an earlier answer whole, whatever its lines look like', () => {
    const post = 'Now format your week.\n\nExample output: calm.\n\nCritique: none.\n\n👉 Return only if you like.'
    const [first] = ask('Write a post').messages
    const prompt = `Format this content as JSON.\n\nContent to format:\n${post}\n\nRequired Schema:\n{ "text_content": string }`
    const answered = { role: 'assistant' as const, parts: [{ type: 'text' as const, text: post }] }
    const question = { ...ask(prompt), messages: [first!, answered, ...ask(prompt).messages] }
    expect(JSON.parse(reply(question, '1', 1))).toEqual({ text_content: post })
  })

  test('mend JSON that is to be audited, and leave valid JSON alone', () => {
    const audit = (text: string) =>
      answer(`Audit this JSON and fix any issues.\n\nJSON to audit:\n${text}\n\nRequired Schema:\n{"a": string}`)
    expect(audit('{"a":   "as it was"}')).toBe('{"a":   "as it was"}')
    expect(JSON.parse(audit('{"a": "cut'))).toEqual({ a: 'cut' })
    expect(JSON.parse(audit("{'a': 'b',}"))).toEqual({ a: 'b' })
  })

  test('hold to the number that is asked for', () => {
    const shape = 'JSON array:\n[ { "title": "short title" } ]'
    expect(json(`Create 7 titles. ${shape}`)).toHaveLength(7)
    expect(json(`Design three badges. ${shape}`)).toHaveLength(3)
    expect(json(`Titles, please. ${shape}`)).toHaveLength(3)
  })

  test('stay within the length that is asked for', () => {
    const words = answer('Write a Discord post about gardening in under 40 words.').split(/\s+/)
    expect(words.length).toBeLessThanOrEqual(40)
    expect(answer('Write a post about tea, under 200 characters.').length).toBeLessThanOrEqual(200)
    expect(answer('Write a post about gardening.')).toContain('gardening')
  })

  test('say what they are where they judge or report', () => {
    for (const prompt of ['Analyze our week.', 'Critique this post:\n\nHello there, friends!', 'Brainstorm 3 ideas'])
      expect(answer(prompt)).toContain('Scripted model')
  })

  test('come for any text, the same each time', () => {
    const fragments = fc.constantFrom(
      '{',
      '[',
      '"a":',
      '|',
      '---',
      '\n',
      'JSON',
      'Required Schema:',
      'select the best',
      ' ',
      ',',
      'Write a post',
      '}',
      ']',
      '1.',
      '(2)',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(fragments, fc.string()), { maxLength: 60 }), (parts) => {
        const text = parts.join('')
        const first = answer(text)
        expect(first.length).toBeGreaterThan(0)
        expect(answer(text)).toBe(first)
      }),
      { numRuns: 300, seed: 7 },
    )
  })

  test.for([
    '['.repeat(20_000),
    '{"a":'.repeat(10_000),
    ' '.repeat(100_000),
    '| '.repeat(30_000),
    '(1) '.repeat(10_000),
    `[${'{"a": "b"}, '.repeat(5_000)}]`,
    '- '.repeat(30_000),
    '"'.repeat(30_000),
  ])('do not take long for a text of %#', { timeout: 3_000 }, (text) => {
    for (const prompt of [text, `Output JSON: ${text}`, `Write a post about ${text}`])
      expect(typeof answer(prompt)).toBe('string')
  })
})
