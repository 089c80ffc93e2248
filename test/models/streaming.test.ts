// Streaming: answers come in pieces over every wire, and one that is given up closes its connection.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { Question } from '../../models/model.ts'
import { ModelError } from '../../models/model-error.ts'
import { createModels } from '../../models/models.ts'
import { hideSecrets } from '../../redact.ts'
import { systemClock } from '../../supervisor/index.ts'
import { until } from '../end-to-end/project.ts'
import { startProviderServer } from './provider-server.ts'

const MODELS = [
  'openai:gpt-4o-mini',
  'anthropic:claude-sonnet-4-5',
  'gemini:gemini-2.5-flash',
  'ollama:llama3.2',
  'local:any',
] as const
const TEXT = 'Bread is baked from flour, water, salt and time. It wants an oven, and someone who waits for it to rise.'
const question: Question = {
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Tell me of bread.' }] }],
  origin: { narrative: 'n', act: 'a' },
}
const never = new AbortController().signal
const schema = {
  type: 'object',
  properties: { title: { type: 'string' } },
  required: ['title'],
  additionalProperties: false,
}

describe.for(MODELS)('%s', (name) => {
  test('comes in pieces that make up the answer, counted and priced as a whole one', async () => {
    const usage = { input: 11, output: 22 }
    await using server = await startProviderServer({ text: TEXT, usage })
    const model = createModels(server.config, { clock: systemClock }).find(name)
    const pieces: string[] = []
    const answer = await model.ask(question, { signal: never, onText: (piece) => pieces.push(piece) })
    const whole = await model.ask(question, { signal: never })
    expect(pieces.length).toBeGreaterThan(1)
    expect(pieces.join('')).toBe(TEXT)
    expect(answer).toMatchObject({ text: TEXT, finishReason: 'stop', usage, costUsd: whole.costUsd })
    expect(server.requests[0]!.body + server.requests[0]!.path).toMatch(/"stream":true|streamGenerateContent/)
    expect(server.requests[1]!.body + server.requests[1]!.path).not.toMatch(/"stream":true|streamGenerateContent/)
  })

  test('is held to a schema while it comes, without the envelope of a list', async () => {
    const rows = '[{"title": "Bread"}, {"title": "Salt"}]'
    await using server = await startProviderServer(name.startsWith('gemini') ? rows : `{"items": ${rows}}`)
    const model = createModels(server.config, { clock: systemClock }).find(name)
    const pieces: string[] = []
    const json = { schema: { type: 'array', items: schema } }
    const answer = await model.ask({ ...question, json }, { signal: never, onText: (piece) => pieces.push(piece) })
    expect(answer.text).toBe(rows)
    expect(pieces.join('')).toBe(rows)
    expect(server.requests[0]!.body).toContain('"title"')
  })

  test('a key that the server repeats is in no piece, nor in the answer', async () => {
    hideSecrets(['flour-and-water-and-salt'])
    await using server = await startProviderServer('Your key is flour-and-water-and-salt, and flour-and-water is none.')
    const model = createModels(server.config, { clock: systemClock }).find(name)
    const pieces: string[] = []
    const { text } = await model.ask(question, { signal: never, onText: (piece) => pieces.push(piece) })
    expect(text).toBe('Your key is [redacted], and flour-and-water is none.')
    expect(pieces.join('')).toBe(text)
    expect(pieces.length).toBeGreaterThan(1)
  })

  test('given up, the connection is closed, and what had come is in the error', async () => {
    await using server = await startProviderServer({ text: TEXT.repeat(20) })
    server.stallAfter(1_500)
    const model = createModels(server.config, { clock: systemClock }).find(name)
    const stop = new AbortController()
    let received = ''
    const asked = model.ask(question, {
      signal: stop.signal,
      onText: (piece) => {
        received += piece
        stop.abort()
      },
    })
    const error = await asked.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ModelError)
    expect(error).toMatchObject({ code: 'model-aborted', answer: { finishReason: 'error', text: received } })
    const { answer } = error as ModelError
    expect(received).not.toBe('')
    expect(answer?.usage.input).toBeGreaterThan(0)
    expect(answer?.usage.output).toBeGreaterThan(0)
    await until(
      () => server.givenUp.length === 1,
      5_000,
      () => 'the connection is still open',
    )
  })

  test('a refusal is the same error as without a stream', async () => {
    await using server = await startProviderServer({ status: 429, message: 'slow down', retryAfter: 7 })
    const model = createModels(server.config, { clock: systemClock }).find(name)
    await expect(model.ask(question, { signal: never, onText: () => {} })).rejects.toMatchObject({
      code: 'model-rate-limit',
      retryAfterMs: 7_000,
    })
  })

  test('late, it is a time limit that was met, and what had come is in the error', async () => {
    await using server = await startProviderServer({ text: TEXT.repeat(20) })
    server.stallAfter(1_500)
    const model = createModels({ ...server.config, timeoutMs: 300 }, { clock: systemClock }).find(name)
    await expect(model.ask(question, { signal: never, onText: () => {} })).rejects.toMatchObject({
      code: 'model-timeout',
      retryable: true,
      answer: { finishReason: 'error' },
    })
    await until(
      () => server.givenUp.length === 1,
      5_000,
      () => 'the connection is still open',
    )
  })
})

test('the scripted model speaks in words, over the time it takes, and stops in the middle', async () => {
  const models = createModels(
    { scripted: { replies: [{ text: 'one two three four', delay: { ms: 40, spreadMs: 0 } }] } },
    { clock: systemClock },
  )
  const model = models.find('scripted')
  const pieces: string[] = []
  const answer = await model.ask(question, { signal: never, onText: (piece) => pieces.push(piece) })
  expect(pieces).toEqual(['one ', 'two ', 'three ', 'four'])
  expect(answer.text).toBe('one two three four')

  const stop = new AbortController()
  const asked = model.ask(question, { signal: stop.signal, onText: (piece) => piece === 'two ' && stop.abort() })
  await expect(asked).rejects.toMatchObject({ code: 'model-aborted', answer: { text: 'one two ', costUsd: 0 } })
})

describe('a server that answers whole though it was asked for pieces', () => {
  const whole = {
    id: 'chatcmpl-1',
    model: 'gpt-4o-mini',
    choices: [{ index: 0, message: { role: 'assistant', content: TEXT }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 11, completion_tokens: 22, total_tokens: 33 },
  }

  test.for(['openai:gpt-4o-mini', 'local:any'])('is taken at its word by %s, and asked once', async (name) => {
    await using server = await startWholeServer(200, JSON.stringify(whole))
    const pieces: string[] = []
    const asked = {
      ...question,
      messages: [{ role: 'user', parts: [{ type: 'text', text: '"stream":true' }] }],
    } as const
    const answer = await server.models.find(name).ask(asked, { signal: never, onText: (piece) => pieces.push(piece) })
    expect(answer).toMatchObject({ text: TEXT, finishReason: 'stop', usage: { input: 11, output: 22 } })
    expect(pieces).toEqual([TEXT])
    expect(server.asked()).toBe(1)
  })

  test.for([
    ['an error', 400, '{"error": {"message": "no such thing"}}', 'model-bad-request'],
    ['no JSON', 200, 'well, no', 'model-malformed-answer'],
    ['no answer', 200, '{"choices": null}', 'model-malformed-answer'],
  ] as const)('is refused for %s', async ([, status, body, code]) => {
    await using server = await startWholeServer(status, body)
    const asking = server.models.find('openai:gpt-4o-mini').ask(question, { signal: never, onText: () => {} })
    await expect(asking).rejects.toMatchObject({ code })
  })
})

async function startWholeServer(status: number, body: string) {
  let asked = 0
  const server = createServer((request, response) => {
    asked++
    request.resume().on('end', () => response.writeHead(status, { 'content-type': 'application/json' }).end(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const providers = { openai: { apiKey: 'a-test-key', baseUrl }, gemini: {}, anthropic: {}, ollama: {} }
  return {
    models: createModels({ providers, servers: { local: { baseUrl } } }, { clock: systemClock }),
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
