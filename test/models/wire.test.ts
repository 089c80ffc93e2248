import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { Model, Question } from '../../models/model.ts'
import { ModelError } from '../../models/model-error.ts'
import { createModels } from '../../models/models.ts'
import { systemClock } from '../../supervisor/clock.ts'
import { startProviderServer } from './provider-server.ts'

const never = new AbortController().signal
const origin = { narrative: 'launch', act: 'draft' }
const question: Question = { messages: [{ role: 'user', parts: [{ type: 'text', text: 'Tell' }] }], origin }

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** A server that does just this, for what no well-behaved provider would do. */
async function startRawServer(handle: Handler) {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    models: createModels(
      {
        providers: Object.fromEntries(PROVIDERS.map(([name]) => [name, { apiKey: 'test-key', baseUrl: `${url}/v1` }])),
      },
      { clock: systemClock },
    ),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const PROVIDERS = [
  ['gemini', 'gemini-2.5-flash'],
  ['openai', 'gpt-4'],
  ['anthropic', 'claude-sonnet-4-5'],
  ['ollama', 'llama3.2'],
] as const

async function failure(model: Model, signal = never): Promise<ModelError> {
  const thrown = await model.ask(question, { signal }).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(ModelError)
  return thrown as ModelError
}

test.for(PROVIDERS)('%s: aborting closes the connection of a server that hangs', async ([provider, name]) => {
  const arrived = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  await using server = await startRawServer((request) => {
    request.socket.on('close', () => closed.resolve())
    arrived.resolve()
  })
  const stop = new AbortController()
  const failed = failure(server.models.find(`${provider}:${name}`), stop.signal)
  await arrived.promise
  stop.abort(new Error('the run was cancelled'))
  expect(await failed).toMatchObject({ code: 'model-aborted', retryable: false })
  await closed.promise
})

test('tells a time limit from a withdrawn question', async () => {
  await using server = await startRawServer(() => {})
  const stop = new AbortController()
  const failed = failure(server.models.find('openai:gpt-4'), stop.signal)
  stop.abort(new DOMException('20 s are over', 'TimeoutError'))
  expect(await failed).toMatchObject({ code: 'model-timeout', retryable: true })
})

test.for([
  ['no JSON', '<html>welcome to the proxy</html>'],
  ['an empty body', ''],
  ['JSON of another kind', '{"hello": "world"}'],
  ['half of a JSON', '{"id": "x", "choices": [{"message": {"con'],
] as const)('a good status with %s is a malformed answer', async ([, body]) => {
  await using server = await startRawServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  })
  for (const [provider, name] of PROVIDERS) {
    const error = await failure(server.models.find(`${provider}:${name}`))
    expect(error, provider).toMatchObject({ code: 'model-malformed-answer', retryable: true })
  }
})

test('a connection that breaks in the middle of the answer is a network error', async () => {
  await using server = await startRawServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"id": "x", "choices"', () => response.destroy())
  })
  for (const [provider, name] of PROVIDERS)
    expect(await failure(server.models.find(`${provider}:${name}`)), provider).toMatchObject({
      code: 'model-network',
      retryable: true,
    })
})

test('a server that is not there is a network error', async () => {
  const server = await startRawServer(() => {})
  await server[Symbol.asyncDispose]()
  const error = await failure(server.models.find('ollama:llama3.2'))
  expect(error).toMatchObject({ code: 'model-network', retryable: true })
  expect(error.message).toContain('ECONNREFUSED')
})

const geminiError = (status: number, reason: object) =>
  JSON.stringify({ error: { code: status, message: 'no', ...reason } })

test.for([
  [
    'Gemini: a key that is not one',
    'gemini:gemini-2.5-flash',
    400,
    geminiError(400, {
      message: 'API key not valid. Please pass a valid API key.',
      details: [{ reason: 'API_KEY_INVALID' }],
    }),
    {},
    { code: 'model-auth', retryable: false },
  ],
  [
    'Gemini: the retry delay of a minute’s limit',
    'gemini:gemini-2.5-flash',
    429,
    geminiError(429, {
      status: 'RESOURCE_EXHAUSTED',
      details: [
        { violations: [{ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier' }] },
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '73.5s' },
      ],
    }),
    {},
    { code: 'model-rate-limit', retryable: true, retryAfterMs: 73_500 },
  ],
  [
    'Gemini: the quota of the day',
    'gemini:gemini-2.5-flash',
    429,
    geminiError(429, { details: [{ violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }] }] }),
    {},
    { code: 'model-quota', retryable: false },
  ],
  [
    'OpenAI: no credit',
    'openai:gpt-4',
    429,
    '{"error": {"message": "You exceeded your current quota", "type": "insufficient_quota", "code": "insufficient_quota"}}',
    {},
    { code: 'model-quota', retryable: false },
  ],
  [
    'OpenAI: retry-after-ms',
    'openai:gpt-4',
    429,
    '{"error": {"message": "slow down"}}',
    { 'retry-after-ms': '1250', 'retry-after': '2' },
    { code: 'model-rate-limit', retryAfterMs: 1250 },
  ],
  [
    'Anthropic: no credit',
    'anthropic:claude-sonnet-4-5',
    400,
    '{"type": "error", "error": {"type": "invalid_request_error", "message": "Your credit balance is too low to access the API."}}',
    {},
    { code: 'model-quota', retryable: false },
  ],
  [
    'Anthropic: overloaded',
    'anthropic:claude-sonnet-4-5',
    529,
    '{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}',
    {},
    { code: 'model-server', retryable: true },
  ],
  [
    'Ollama: a model that was not pulled',
    'ollama:llama9',
    404,
    '{"error": {"message": "model \\"llama9\\" not found, try pulling it first"}}',
    {},
    { code: 'model-unknown', retryable: false, fix: 'Fetch it first: ollama pull llama9' },
  ],
] as const)('%s', async ([, name, status, body, headers, expected]) => {
  await using server = await startRawServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  })
  expect(await failure(server.models.find(name))).toMatchObject(expected)
})

test('a date in retry-after counts from now', async () => {
  await using server = await startRawServer((_, response) => {
    response.writeHead(503, { 'retry-after': new Date(Date.now() + 120_000).toUTCString() }).end()
  })
  const { retryAfterMs } = await failure(server.models.find('openai:gpt-4'))
  expect(retryAfterMs).toBeGreaterThan(100_000)
  expect(retryAfterMs).toBeLessThanOrEqual(120_000)
})

const schema = {
  type: 'object',
  properties: { title: { type: 'string' } },
  required: ['title'],
  additionalProperties: false,
}

test.for([
  ['gemini:gemini-2.5-flash', 'generationConfig.responseJsonSchema'],
  ['openai:gpt-4o', 'response_format.json_schema.schema'],
  ['anthropic:claude-sonnet-4-5', 'output_config.format.schema'],
  ['anthropic:claude-3-opus-20240229', 'tools.0.input_schema'],
  ['ollama:llama3.2', 'response_format.json_schema.schema'],
] as const)('%s is held to a JSON schema', async ([name, path]) => {
  await using server = await startProviderServer('{"title": "Hello"}')
  const model = createModels(server.config, { clock: systemClock }).find(name)
  const answer = await model
    .ask({ ...question, json: { schema } }, { signal: never })
    .catch((error: ModelError) => error.answer)
  expect(pick(JSON.parse(server.requests.at(-1)!.body), path)).toMatchObject({
    type: 'object',
    properties: { title: { type: 'string' } },
  })
  if (!name.includes('claude-3')) expect(answer?.text).toBe('{"title": "Hello"}')
})

function pick(value: unknown, path: string): unknown {
  return path.split('.').reduce((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value)
}

test('a list is asked for in an envelope where only an object is taken, and comes back without', async () => {
  const rows = '[{"title": "a"}, {"title": "b"}]'
  await using server = await startProviderServer(rows)
  const models = createModels(server.config, { clock: systemClock })
  const list = { ...question, json: { schema: { type: 'array', items: schema } } }
  await models.find('gemini:gemini-2.5-flash').ask(list, { signal: never })
  expect(server.requests.at(-1)!.body).toContain('"array"')
  for (const name of ['openai:gpt-4o', 'anthropic:claude-sonnet-4-5', 'ollama:llama3.2']) {
    for (const [sent, text] of [
      [`{ "items": ${rows} }`, rows],
      [`{"items": [{"title": "a"}, {"tit`, '[{"title": "a"}, {"tit'],
      [rows, rows],
    ] as const) {
      server.answerWith(sent)
      expect((await models.find(name).ask(list, { signal: never })).text, name).toBe(text)
    }
    expect(server.requests.at(-1)!.body, name).toMatch(/"required":\["items"\]/)
  }
})

test.for([
  ['openai:gpt-4o', true],
  ['ollama:llama3.2', true],
] as const)('%s is held to the letter of a schema only where every object of it is closed', async ([name, strict]) => {
  await using server = await startProviderServer('{"title": "Hello"}')
  const model = createModels(server.config, { clock: systemClock }).find(name)
  const open = { type: 'object', properties: { title: { type: 'string' } } }
  const told = () => pick(JSON.parse(server.requests.at(-1)!.body), 'response_format.json_schema.strict')
  await model.ask({ ...question, json: { schema } }, { signal: never })
  expect(told()).toBe(strict)
  await model.ask({ ...question, json: { schema: open } }, { signal: never })
  expect(told()).toBe(false)
})

test('an answer that is not JSON comes back as it is', async () => {
  await using server = await startProviderServer('Sure! {"title"')
  const model = createModels(server.config, { clock: systemClock }).find('openai:gpt-4o')
  expect((await model.ask({ ...question, json: { schema } }, { signal: never })).text).toBe('Sure! {"title"')
})

const pixel = Uint8Array.from(
  Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=', 'base64'),
)
const base64 = Buffer.from(pixel).toString('base64')

test.for([['gemini:gemini-2.5-flash'], ['openai:gpt-4o'], ['anthropic:claude-sonnet-4-5'], ['ollama:llava']] as const)(
  '%s gets pictures as bytes',
  async ([name]) => {
    await using server = await startProviderServer()
    await createModels(server.config, { clock: systemClock })
      .find(name)
      .ask(
        {
          origin,
          messages: [
            {
              role: 'user',
              parts: [
                { type: 'text', text: 'What is this?' },
                { type: 'media', kind: 'image', mime: 'image/png', bytes: pixel },
              ],
            },
          ],
        },
        { signal: never },
      )
    const body = server.requests.at(-1)!.body
    expect(body).toContain(base64)
    expect(body).toContain('image/png')
  },
)

test('a document keeps its bytes, and a medium the provider cannot take is a bad request', async () => {
  await using server = await startProviderServer()
  const models = createModels(server.config, { clock: systemClock })
  const bytes = new TextEncoder().encode('%PDF-1.4 tiny')
  const media = (mime: string, kind: 'document' | 'video') => ({
    origin,
    messages: [
      {
        role: 'user' as const,
        parts: [{ type: 'media' as const, kind, mime, bytes, filename: 'plan.pdf' }],
      },
    ],
  })
  await models.find('anthropic:claude-sonnet-4-5').ask(media('application/pdf', 'document'), { signal: never })
  expect(server.requests.at(-1)!.body).toContain(Buffer.from(bytes).toString('base64'))
  const before = server.calls.length
  const refused = models.find('openai:gpt-4o').ask(media('video/mp4', 'video'), { signal: never })
  await expect(refused).rejects.toMatchObject({ code: 'media-unsupported', retryable: false })
  expect(server.calls.length).toBe(before)
})

test.for([
  ['gemini:gemini-2.5-flash', { topP: 0.5, stopSequences: ['END'], seed: 7 }, 'generationConfig'],
  ['openai:gpt-4o', { top_p: 0.5, stop: ['END'], seed: 7 }, ''],
  ['anthropic:claude-3-opus-20240229', { top_p: 0.5, stop_sequences: ['END'] }, ''],
  ['ollama:llama3.2', { top_p: 0.5, stop: ['END'], seed: 7 }, ''],
] as const)('%s is told top_p, stop and seed', async ([name, expected, path]) => {
  await using server = await startProviderServer()
  await createModels(server.config, { clock: systemClock })
    .find(name)
    .ask({ ...question, topP: 0.5, stop: ['END'], seed: 7 }, { signal: never })
  const body = JSON.parse(server.requests.at(-1)!.body)
  expect(path === '' ? body : pick(body, path)).toMatchObject(expected)
})
