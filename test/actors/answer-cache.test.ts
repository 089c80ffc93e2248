// Answer cache: what was asked before is not asked again, and what must not be given again is not.

import { expect, test } from 'vitest'
import { ModelError } from '../../models/model-error.ts'
import { systemClock } from '../../supervisor/index.ts'
import { type House, openHouse } from './house.ts'

const narrative = (act: string, more = '') =>
  `[narrative]\nname = "n"\nskip_content_generation = true\ntoc = ["a"]\n[acts.a]\nprompt = "Ask."\n${act}\n${more}`

const lookUps = (house: House) =>
  house.events.flatMap((event) => (event.type === 'answer.looked_up' ? [event.found] : []))

test('the same question to the same model is answered once, and the second answer costs nothing', async () => {
  await using house = await openHouse()
  const first = await house.run(narrative('cache = "1h"'))
  const second = await house.run(narrative('cache = "1h"'))
  expect(house.asked).toHaveLength(1)
  expect(lookUps(house)).toEqual([false, true])
  expect(second).toMatchObject({ response: 'answer of a', costUsd: 0, inputTokens: 0, outputTokens: 0 })
  expect(first.costUsd).toBe(0.001)
  expect(house.store.ledger.totals()).toMatchObject({ calls: 1, cached: 1, costUsd: 0.001, inputTokens: 10 })
  const [act] = house.store.journal.acts(second.id)
  expect(act?.answer).toMatchObject({ cached: true, provider: 'programmed', model: 'test', costUsd: 0 })
  expect(house.events.findLast(({ type }) => type === 'act.completed')).toMatchObject({ cached: true, costUsd: 0 })
})

test.for([
  ['the prompt', narrative('cache = "1h"').replace('Ask.', 'Ask this.')],
  ['a setting', narrative('cache = "1h"\ntemperature = 0.3')],
  ['the instructions', narrative('cache = "1h"\nsystem = "Be brief."')],
  ['the schema', narrative('cache = "1h"\nschema = { type = "object" }')],
] as const)('another question is another answer: %s', async ([, other]) => {
  await using house = await openHouse(() => '{"a": 1}')
  await house.run(narrative('cache = "1h"'))
  await house.run(other)
  expect(lookUps(house)).toEqual([false, false])
  expect(house.asked).toHaveLength(2)
})

test('an answer is given again no longer than the act says', async () => {
  await using house = await openHouse()
  await house.run(narrative('cache = "1d"'))
  const later = (ms: number) => Object.assign(house.services, { clock: { ...systemClock, now: () => Date.now() + ms } })
  later(2 * 3_600_000)
  await house.run(narrative('cache = "1d"'))
  expect(house.asked).toHaveLength(1)
  await house.run(narrative('cache = "1h"'))
  expect(house.asked).toHaveLength(2)
  later(4 * 3_600_000)
  await house.run(narrative('cache = "3h"'))
  expect(lookUps(house)).toEqual([false, true, false, true])
})

test('a refused answer is not kept; the one that was accepted in its place is', async () => {
  const act = 'cache = "1h"\nschema = { type = "object", required = ["score"] }\nretry = { reask = 1 }'
  await using house = await openHouse(({ call }) => (call === 1 ? 'no JSON' : '{"score": 3}'))
  await house.run(narrative(act))
  const again = await house.run(narrative(act))
  expect(house.asked).toHaveLength(2)
  expect(again.response).toBe('{"score": 3}')
  await using other = await openHouse(() => 'never any JSON')
  await other.run(narrative(act))
  await other.run(narrative(act))
  expect(other.asked).toHaveLength(4)
})

test('an error is not kept', async () => {
  await using house = await openHouse(({ call }) => (call === 1 ? new ModelError('model-auth', 'No.') : 'good'))
  expect(await house.run(narrative('cache = "1h"'))).toMatchObject({ status: 'failed' })
  expect(await house.run(narrative('cache = "1h"'))).toMatchObject({ status: 'completed', response: 'good' })
})

test('an act that sends a command is done each time', async () => {
  const send = `[[acts.a.input]]\ntype = "bot_command"\nplatform = "discord"\ncommand = "messages.send"
channel_id = "1"\ncontent = "x"\n[[acts.a.input]]\ncontent = "Ask."`
  const toml = `[narrative]\nname = "n"\nskip_content_generation = true\ntoc = ["a"]\n[acts.a]\ncache = "1h"\n${send}`
  await using house = await openHouse()
  await house.run(toml)
  await house.run(toml)
  expect(house.asked).toHaveLength(2)
  expect(lookUps(house)).toEqual([])
})

test('rounds of a carousel are given the same answer, and each stores it', async () => {
  await using house = await openHouse(() => '{"title": "x"}')
  const report = await house.run(
    `[narrative]\nname = "n"\ntarget = "posts"\ncarousel = 3\ntoc = ["a"]\n[acts.a]\nprompt = "As JSON."\ncache = 60`,
  )
  expect(house.asked).toHaveLength(1)
  expect(report).toMatchObject({ rows: [{ table: 'posts', stored: 3 }], costUsd: 0.001 })
})
