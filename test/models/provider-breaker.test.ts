// Provider breaker: when a provider is left alone, and when it is asked again.

import { beforeEach, expect, test } from 'vitest'
import type { ErrorCode } from '../../errors.ts'
import type { Answer, Model, Question } from '../../models/model.ts'
import { ModelError } from '../../models/model-error.ts'
import { createProviderBreakers } from '../../models/provider-breaker.ts'
import { FakeClock } from '../supervisor/fake-clock.ts'

const PAUSE_MS = 30_000
const question: Question = { messages: [], origin: { narrative: 'n', act: 'a' } }
const options = { signal: new AbortController().signal }

let clock: FakeClock
let calls: number
/** What the provider does next; answers without it. */
let fails: ErrorCode | undefined
let guard: (model: Model) => Model
beforeEach(() => {
  clock = new FakeClock(1_000)
  calls = 0
  fails = undefined
  guard = createProviderBreakers({ maxFailures: 3, pauseMs: PAUSE_MS, clock })
})

function model(provider: string, name = 'small'): Model {
  return guard({
    provider,
    name,
    ask: async () => {
      calls++
      if (fails !== undefined) throw new ModelError(fails, 'No.')
      return { text: 'Yes.' } as Answer
    },
  })
}

/** The text of the answer, or the code of what went wrong. */
async function ask(asked: Model): Promise<string> {
  return asked.ask(question, options).then(
    ({ text }) => text,
    (error: ModelError) => error.code,
  )
}

async function askTimes(times: number, asked: Model): Promise<void> {
  for (let n = 0; n < times; n++) await ask(asked)
}

test('a provider that is down is left alone, whichever of its models is asked, and the others are not', async () => {
  fails = 'model-server'
  await askTimes(2, model('a'))
  await askTimes(1, model('a', 'large'))
  calls = 0
  expect(await ask(model('a'))).toBe('model-unavailable')
  expect(await ask(model('a', 'large'))).toBe('model-unavailable')
  expect(calls).toBe(0)
  fails = undefined
  expect(await ask(model('b'))).toBe('Yes.')
})

test('the error says when it is tried again, and may pass', async () => {
  fails = 'model-network'
  await askTimes(3, model('a'))
  await clock.advance(10_000)
  const error = await model('a')
    .ask(question, options)
    .catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'model-unavailable', retryable: true, retryAfterMs: PAUSE_MS - 10_000 })
  expect(String(error)).toContain('tried again in 20 s')
})

test('after the pause one call tries it: answered, all goes on', async () => {
  fails = 'model-timeout'
  await askTimes(3, model('a'))
  await clock.advance(PAUSE_MS)
  fails = undefined
  const both = await Promise.all([ask(model('a')), ask(model('a'))])
  expect(both).toEqual(['Yes.', 'model-unavailable'])
  expect(await ask(model('a'))).toBe('Yes.')
})

test('after the pause one call tries it: down as before, it is left alone again', async () => {
  fails = 'model-server'
  await askTimes(3, model('a'))
  await clock.advance(PAUSE_MS)
  expect(await ask(model('a'))).toBe('model-server')
  expect(await ask(model('a'))).toBe('model-unavailable')
})

test.for<ErrorCode>([
  'model-auth',
  'model-quota',
  'model-rate-limit',
  'model-bad-request',
  'model-content-filter',
  'model-unknown',
  'model-aborted',
])('%s says nothing of whether the provider is down', async (code) => {
  fails = code
  await askTimes(10, model('a'))
  expect(await ask(model('a'))).toBe(code)
})

test('a refusal between two failures shows that it is there; a withdrawn question shows nothing', async () => {
  for (const code of ['model-server', 'model-server', 'model-auth', 'model-server', 'model-server'] as const) {
    fails = code
    await ask(model('a'))
  }
  fails = 'model-aborted'
  expect(await ask(model('a'))).toBe('model-aborted')
  fails = 'model-server'
  expect(await ask(model('a'))).toBe('model-server')
  expect(await ask(model('a'))).toBe('model-unavailable')
})
