import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Model, Question } from '../../models/model.ts'
import { ModelError } from '../../models/model-error.ts'
import { createModels } from '../../models/models.ts'
import { systemClock } from '../../supervisor/clock.ts'
import { type ProviderServer, startProviderServer } from './provider-server.ts'

let server: ProviderServer
beforeAll(async () => {
  server = await startProviderServer()
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => server.answerWith('ok'))

const origin = { narrative: 'launch', act: 'draft' }
const never = new AbortController().signal

function ask(text: string, more: Partial<Question> = {}): Question {
  return { messages: [{ role: 'user', parts: [{ type: 'text', text }] }], origin, ...more }
}

function find(name: string): Model {
  return createModels(server.config, { clock: systemClock }).find(name)
}

async function failure(model: Model, question: Question, signal = never): Promise<ModelError> {
  const thrown = await model.ask(question, { signal }).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(ModelError)
  return thrown as ModelError
}

describe.for([
  ['gemini', 'gemini-2.5-flash'],
  ['openai', 'gpt-4'],
  ['anthropic', 'claude-sonnet-4-5'],
  ['ollama', 'llama3.2:3b'],
  ['local', 'my-model'],
] as const)('%s', ([provider, name]) => {
  const model = () => find(`${provider}:${name}`)

  test('answers with text, usage, reason, id and price', async () => {
    server.answerWith({ text: 'Hello there', usage: { input: 1200, output: 34 } })
    const answer = await model().ask(ask('Say hello', { system: 'Be brief' }), { signal: never })
    expect(answer).toMatchObject({
      text: 'Hello there',
      finishReason: 'stop',
      usage: { input: 1200, output: 34 },
      provider,
      model: name,
    })
    expect(answer.durationMs).toBeGreaterThanOrEqual(0)
    expect(server.calls.at(-1)).toMatchObject({ prompt: 'Say hello', system: 'Be brief' })
    if (provider === 'ollama') expect(answer.costUsd).toBe(0)
    else if (provider === 'local') expect(answer.costUsd).toBeUndefined()
    else expect(answer.costUsd).toBeGreaterThan(0)
  })

  test('sends the whole conversation, temperature and limit', async () => {
    await model().ask(
      {
        messages: [
          { role: 'user', parts: [{ type: 'text', text: 'first' }] },
          { role: 'assistant', parts: [{ type: 'text', text: 'second' }] },
          {
            role: 'user',
            parts: [
              { type: 'text', text: 'third' },
              { type: 'text', text: 'fourth' },
            ],
          },
        ],
        temperature: 0.25,
        maxTokens: 77,
        origin,
      },
      { signal: never },
    )
    const body = server.requests.at(-1)!.body
    for (const part of ['first', 'second', 'third', 'fourth', '0.25', '77']) expect(body).toContain(part)
  })

  test('reports an answer cut by the limit', async () => {
    server.answerWith({ text: 'Once upon a', finishReason: 'length' })
    expect(await model().ask(ask('Tell'), { signal: never })).toMatchObject({
      finishReason: 'length',
      text: 'Once upon a',
    })
  })

  test('makes an error of a filtered answer, with its usage', async () => {
    server.answerWith({
      text: 'I',
      finishReason: provider === 'anthropic' ? 'refusal' : 'content_filter',
      usage: { input: 9, output: 1 },
    })
    const error = await failure(model(), ask('Tell'))
    expect(error).toMatchObject({ code: 'model-content-filter', retryable: false })
    expect(error.answer?.usage).toMatchObject({ input: 9, output: 1 })
  })

  test('makes an error of an empty answer', async () => {
    server.answerWith({ text: '' })
    expect(await failure(model(), ask('Tell'))).toMatchObject({ code: 'model-empty-answer', retryable: true })
  })

  test.for([
    [401, 'model-auth', false],
    [403, 'model-auth', false],
    [402, 'model-quota', false],
    [404, 'model-unknown', false],
    [400, 'model-bad-request', false],
    [413, 'model-bad-request', false],
    [408, 'model-timeout', true],
    [429, 'model-rate-limit', true],
    [500, 'model-server', true],
    [503, 'model-server', true],
    [529, 'model-server', true],
  ] as const)('answers %i with %s', async ([status, code, retryable]) => {
    server.answerWith({ status, message: 'because of reasons' })
    const before = server.calls.length
    const error = await failure(model(), ask('Tell'))
    expect(error).toMatchObject({ code, retryable, status, provider, model: name })
    expect(error.message).toContain('because of reasons')
    expect(server.calls.length - before).toBe(1)
  })

  test('honours a long retry-after', async () => {
    server.answerWith({ status: 429, retryAfter: 240 })
    expect(await failure(model(), ask('Tell'))).toMatchObject({ code: 'model-rate-limit', retryAfterMs: 240_000 })
  })

  test('shows no key, neither in the message nor in the cause', async () => {
    const key = server.config.providers[provider]?.apiKey ?? 'sk-0123456789abcdefghij'
    server.answerWith({ status: 401, message: `Incorrect API key provided: ${key}` })
    const error = await failure(model(), ask('A secret prompt'))
    const everything = JSON.stringify({
      ...error,
      message: error.message,
      stack: error.stack,
      cause: String(error.cause),
    })
    expect(everything).not.toContain(key)
    expect(everything).not.toContain('A secret prompt')
  })
})
