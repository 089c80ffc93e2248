// Calls that are paid and give no answer to use: whoever ends them closes the connection, and the ledger has what they cost.

import { expect, test } from 'vitest'
import { createModels } from '../../models/models.ts'
import { systemClock } from '../../supervisor/index.ts'
import { until } from '../end-to-end/project.ts'
import { type ProviderServer, startProviderServer } from '../models/provider-server.ts'
import { type House, openHouse } from './house.ts'

const TEXT = 'Bread is baked from flour, water, salt and time. '.repeat(40)

function narrative(settings = ''): string {
  return `[narrative]\nname = "n"\nmodel = "openai:gpt-4o-mini"\nskip_content_generation = true\n[toc]\norder = ["a"]
[acts.a]\nprompt = "Tell me of bread."\n${settings}\n`
}

async function houseWith(server: ProviderServer, streams: boolean): Promise<House> {
  const models = createModels(server.config, { clock: systemClock })
  return openHouse(undefined, undefined, { findModel: models.find, streams })
}

function lostOf(house: House) {
  return house.store.events
    .list({ type: 'model.lost', limit: 100 })
    .map(({ key, data }) => ({ act: key, ending: data.ending, input: data.input_tokens, output: data.output_tokens }))
}

/** Of two requests that are given up soon one may never have got there. */
const areClosed = (server: ProviderServer) =>
  until(
    () => server.requests.length > 0 && server.givenUp.length === server.requests.length,
    5_000,
    () => 'a connection is still open',
  )

test.for([
  ['in pieces', true],
  ['as a whole', false],
] as const)('a run that is stopped while an answer comes %s', async ([, streams]) => {
  await using server = await startProviderServer({ text: TEXT })
  server.stallAfter(2_000)
  await using house = await houseWith(server, streams)
  const stop = new AbortController()
  const run = house.run(narrative(), { signal: stop.signal })
  await until(
    () => (streams ? house.events.some(({ type }) => type === 'answer.text') : server.requests.length > 0),
    5_000,
    () => 'nothing came',
  )
  stop.abort()
  const report = await run
  expect(report).toMatchObject({ status: 'cancelled', lost: 1 })
  expect(report.costUsd).toBeGreaterThan(0)
  await areClosed(server)
  expect(house.store.ledger.totals()).toMatchObject({ calls: 1, lost: 1, inputTokens: report.inputTokens })
  const heard = house.events.map((event) => (event.type === 'answer.text' ? event.text : '')).join('')
  expect(lostOf(house)).toEqual([
    { act: 'a', ending: 'broken-off', input: report.inputTokens, output: report.outputTokens },
  ])
  expect(report.inputTokens).toBeGreaterThan(0)
  expect(report.outputTokens > 0).toBe(streams)
  expect(heard.length > 0).toBe(streams)
})

test('a run that another process cancels ends its call', async () => {
  await using server = await startProviderServer({ text: TEXT })
  server.stallAfter(2_000)
  await using house = await houseWith(server, true)
  const run = house.run(narrative())
  await until(
    () => house.events.some(({ type }) => type === 'answer.text'),
    5_000,
    () => 'nothing came',
  )
  const [execution] = house.store.executions.list({})
  house.store.executions.cancel(execution!.id, { by: 'somebody', at: systemClock.now() })
  expect(await run).toMatchObject({ status: 'cancelled', lost: 1, error: { code: 'run-cancelled' } })
  await areClosed(server)
  expect(house.store.events.list({ type: 'execution.cancelled', limit: 10 })).toHaveLength(1)
})

test('the time limit of an act closes the connection, and each attempt is in the ledger', async () => {
  await using server = await startProviderServer({ text: TEXT })
  server.stallAfter(2_000)
  await using house = await houseWith(server, true)
  const report = await house.run(narrative('timeout = "300ms"\nretry = { attempts = 2, backoff = "1ms" }'))
  expect(report).toMatchObject({ status: 'failed', lost: 2, error: { code: 'model-timeout' } })
  await areClosed(server)
  expect(lostOf(house).map(({ ending }) => ending)).toEqual(['broken-off', 'broken-off'])
})

test('an answer that cannot be used is paid for as the provider counted it', async () => {
  const usage = { input: 11, output: 22 }
  await using server = await startProviderServer({ text: 'Ba', finishReason: 'content_filter', usage })
  await using house = await houseWith(server, true)
  const report = await house.run(narrative())
  expect(report).toMatchObject({ status: 'failed', lost: 1, inputTokens: 11, outputTokens: 22 })
  expect(lostOf(house)).toEqual([{ act: 'a', ending: 'unusable', input: 11, output: 22 }])
})

test('a refusal costs nothing', async () => {
  await using server = await startProviderServer({ status: 400, message: 'no' })
  await using house = await houseWith(server, true)
  expect(await house.run(narrative())).toMatchObject({ status: 'failed', lost: 0, costUsd: 0 })
  expect(house.store.ledger.totals().calls).toBe(0)
})
