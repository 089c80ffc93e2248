// JSON of answers: what providers are held to, what is refused, how often it is asked for again, what is kept of it.

import { expect, test } from 'vitest'
import { ModelError } from '../../models/model-error.ts'
import { openHouse } from './house.ts'

const file = (act: string, narrative = 'target = "t"') => `[narrative]
name = "n"
toc = ["a"]
${narrative}
[acts.a]
prompt = "Answer in JSON."
${act}`

test('an answer without JSON is asked for again, told why, and only the good one stays', async () => {
  await using house = await openHouse(({ call }) => (call === 1 ? 'Sorry, no.' : '[{"x": 1}]'))
  const report = await house.run(file(''))
  expect(house.asked[1]?.conversation).toEqual([
    { role: 'user', text: 'Answer in JSON.' },
    { role: 'assistant', text: 'Sorry, no.' },
    { role: 'user', text: expect.stringContaining('The answer holds no JSON.') },
  ])
  expect(report).toMatchObject({ status: 'completed', response: '[{"x": 1}]', rows: [{ table: 't', stored: 1 }] })
  expect(report).toMatchObject({ inputTokens: 20, outputTokens: 10 })
  expect(house.events).toContainEqual(
    expect.objectContaining({ type: 'act.completed', inputTokens: 20, costUsd: 0.002 }),
  )
  expect(house.events).toContainEqual(
    expect.objectContaining({ type: 'answer.refused', reason: 'no-json', asksAgain: true }),
  )
})

test.for([
  ['', 2],
  ['retry = { reask = 0 }', 1],
  ['retry = { reask = 3 }', 4],
] as const)('asking again is bounded: %s', async ([act, calls]) => {
  await using house = await openHouse(() => 'No JSON.')
  expect(await house.run(file(act))).toMatchObject({ status: 'completed', response: 'No JSON.', rows: [] })
  expect(house.asked).toHaveLength(calls)
  expect(house.store.ledger.totals().calls).toBe(calls)
})

test('an act of which nobody expects JSON is asked once', async () => {
  await using house = await openHouse(() => 'ok')
  await house.run('[narrative]\nname = "n"\ntoc = ["a"]\n[acts]\na = "Say ok."')
  expect(house.asked).toHaveLength(1)
})

test('rows are judged by the columns of their table, and stored as well as can be', async () => {
  await using house = await openHouse(
    ({ call }) =>
      ['[{"word": "a", "score": 3}]', '{"word": "b", "score": "lots"}', '{"word": "c", "score": "many"}'][call - 1]!,
  )
  await house.run(file(''))
  const report = await house.run(file(''))
  expect(house.promptsOf('a')[2]).toContain('Element 1: "score" must be an integer, found "lots".')
  expect(report.rows).toEqual([{ table: 't', stored: 1, skipped: 0 }])
  expect(house.store.content.list({ table: 't' }).map(({ values }) => values.score)).toEqual([null, 3])
})

test('asking again never makes things worse', async () => {
  await using house = await openHouse(({ call }) => (call === 2 ? 'Sorry.' : '{"error": "x"}'))
  const schema = 'schema = { type = "object", required = ["x"], properties = { x = { type = "integer" } } }'
  expect(await house.run(file(schema))).toMatchObject({ response: '{"error": "x"}', rows: [{ stored: 1 }] })
})

test('a failure of the second question leaves the first answer', async () => {
  await using house = await openHouse(({ call }) => (call === 1 ? 'Sorry.' : new ModelError('model-auth', 'No.')))
  expect(await house.run(file(''))).toMatchObject({ status: 'completed', response: 'Sorry.' })
})

test('an act that failed between two questions goes on with the second', async () => {
  const busy = new ModelError('model-server', 'Busy.', { retryable: true })
  await using house = await openHouse(({ call }) => ['Sorry.', busy, '{"x": 1}'][call - 1]!)
  expect(await house.run(file(''))).toMatchObject({ status: 'completed', response: '{"x": 1}' })
  expect(house.asked.map(({ conversation }) => conversation.length)).toEqual([1, 3, 3])
})

test('the provider is held to the schema of the act, of its template, or of its table where the act says so', async () => {
  await using house = await openHouse(() => '[{"x": 1, "name": "a"}]')
  await house.run(file(''))
  await house.run(file('schema = "table"'))
  await house.run(file('schema.type = "array"\nschema.items.type = "object"'))
  await house.run(file('retry = { reask = 0 }', 'template = "discord_roles"\ntarget = "roles"'))
  const [first, table, own, template] = house.asked.map(({ question }) => question.json?.schema)
  expect(first).toBeUndefined()
  expect(table).toMatchObject({ type: 'array', items: { properties: { x: { type: ['integer', 'null'] } } } })
  expect(own).toEqual({ type: 'array', items: { type: 'object' } })
  expect(template).toMatchObject({ items: { properties: { permissions: { type: 'string' } } } })
})

test('the JSON of an act that stores nothing is held to its schema, too', async () => {
  const list = '{ type = "array", minItems = 2, items = { type = "string" } }'
  await using house = await openHouse(({ call }) => (call === 1 ? '["a"]' : '["a", "b"]'))
  const report = await house.run(file(`schema = ${list}`, 'skip_content_generation = true'))
  expect(report.response).toBe('["a", "b"]')
  expect(house.promptsOf('a')[1]).toContain('The JSON must have at least 2 elements, found 1.')
})

test('a provider that does not take the schema is asked without', async () => {
  await using house = await openHouse(({ question }) =>
    question.json === undefined ? '[{"x": 1}]' : new ModelError('model-bad-request', 'What schema?'),
  )
  expect(await house.run(file('schema.type = "array"'))).toMatchObject({ status: 'completed', rows: [{ stored: 1 }] })
  expect(house.asked).toHaveLength(2)
})

test('of a template what is optional may be left out, and a number may stand for a long id', async () => {
  const row = { id: 1, guild_id: '2', name: 'Baker', color: 0, position: 1, permissions: '0' }
  await using house = await openHouse(() => JSON.stringify(row))
  const report = await house.run(
    '[narrative]\nname = "n"\ntemplate = "discord_roles"\ntarget = "roles"\ntoc = ["a"]\n[acts]\na = "A role."\n',
  )
  expect(report).toMatchObject({ status: 'completed', rows: [{ table: 'roles', stored: 1 }] })
  expect(house.asked).toHaveLength(1)
})

test('of a template what is required is asked for again', async () => {
  const row = { id: '1', guild_id: '2', color: 0, position: 1, permissions: '0' }
  await using house = await openHouse(({ call }) => JSON.stringify(call === 1 ? row : { ...row, name: 'Baker' }))
  await house.run(
    '[narrative]\nname = "n"\ntemplate = "discord_roles"\ntarget = "roles"\ntoc = ["a"]\n[acts]\na = "A role."\n',
  )
  expect(house.asked.at(-1)?.prompt).toContain('Element 1 lacks "name".')
  expect(house.asked).toHaveLength(2)
})
