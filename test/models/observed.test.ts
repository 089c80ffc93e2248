import { inspect } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ErrorCode } from '../../errors.ts'
import type { Model, Question } from '../../models/model.ts'
import { ModelError } from '../../models/model-error.ts'
import { createModels } from '../../models/models.ts'
import { observed } from '../../models/observed.ts'
import { systemClock } from '../../supervisor/clock.ts'
import { inSpan } from '../../telemetry/spans.ts'
import { startTelemetry, type Telemetry } from '../../telemetry/telemetry.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../telemetry/otlp-receiver.ts'
import { parsePrometheus, sampleValue } from '../telemetry/prometheus-text.ts'
import { type ProviderServer, startProviderServer } from './provider-server.ts'

let receiver: OtlpReceiver
let telemetry: Telemetry
let server: ProviderServer
const never = new AbortController().signal
const question: Question = {
  system: 'You are terse.',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'A private prompt' }] }],
  temperature: 0.5,
  maxTokens: 100,
  origin: { narrative: 'launch', act: 'draft' },
}

beforeEach(async () => {
  receiver = await startOtlpReceiver()
  telemetry = await startTelemetry({
    serviceName: 'test',
    serviceVersion: '1',
    otlpEndpoint: receiver.url,
    metrics: true,
  })
  server = await startProviderServer({ text: 'A private answer', usage: { input: 1000, output: 50 } })
})

afterEach(async () => {
  await telemetry.shutdown()
  await receiver.close()
  await server[Symbol.asyncDispose]()
})

const models = () => createModels(server.config, { clock: systemClock })
const metric = async (name: string, labels: Record<string, string>) =>
  sampleValue(parsePrometheus(await telemetry.metricsText()), name, labels)

test('a call is a client span with what was asked and what came back, and no content', async () => {
  await inSpan('act draft', {}, () => models().find('gemini:gemini-2.5-flash').ask(question, { signal: never }))
  await telemetry.flush()
  const act = receiver.spans().find(({ name }) => name === 'act draft')!
  const chat = receiver.spans().find(({ name }) => name === 'chat gemini-2.5-flash')!
  expect(chat).toMatchObject({ kind: 'client', status: 'unset', parentSpanId: act.spanId })
  expect(chat.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'gcp.gemini',
    'gen_ai.request.model': 'gemini-2.5-flash',
    'gen_ai.request.temperature': 0.5,
    'gen_ai.request.max_tokens': 100,
    'gen_ai.prompt.name': 'launch/draft',
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.usage.output_tokens': 50,
    'server.address': '127.0.0.1',
    'server.port': Number(new URL(server.url).port),
  })
  expect(chat.attributes['botticelli.cost.usd']).toBeCloseTo(0.000425, 8)
  expect(inspect(chat, { depth: 8 })).not.toMatch(/private|terse/)
})

test('the trace goes along in the request', async () => {
  await models().find('anthropic:claude-sonnet-4-5').ask(question, { signal: never })
  await telemetry.flush()
  const [chat] = receiver.spans()
  expect(server.requests.at(-1)?.headers.traceparent).toBe(`00-${chat!.traceId}-${chat!.spanId}-01`)
})

test('numbers are counted by provider and model', async () => {
  const labels = { provider: 'openai', model: 'gpt-4' }
  const genAi = { gen_ai_operation_name: 'chat', gen_ai_provider_name: 'openai', gen_ai_request_model: 'gpt-4' }
  const model = models().find('openai:gpt-4')
  await model.ask(question, { signal: never })
  server.answerWith({ status: 429, retryAfter: 3 })
  await expect(model.ask(question, { signal: never })).rejects.toThrow()
  expect(await metric('botticelli_llm_requests_total', { ...labels, outcome: 'ok' })).toBe(1)
  expect(await metric('botticelli_llm_requests_total', { ...labels, outcome: 'error' })).toBe(1)
  expect(await metric('botticelli_llm_errors_total', { ...labels, error_type: 'rate_limit' })).toBe(1)
  expect(await metric('botticelli_llm_tokens_total', { ...labels, type: 'input' })).toBe(1000)
  expect(await metric('botticelli_llm_tokens_total', { ...labels, type: 'output' })).toBe(50)
  expect(await metric('botticelli_llm_cost_usd_total', labels)).toBeCloseTo(0.033, 6)
  expect(await metric('botticelli_llm_inflight', { provider: 'openai' })).toBe(0)
  expect(await metric('gen_ai_client_inference_usage_input_tokens_total', genAi)).toBe(1000)
  expect(await metric('gen_ai_client_inference_duration_seconds_count', genAi)).toBe(1)
  expect(
    await metric('gen_ai_client_inference_duration_seconds_count', { ...genAi, error_type: 'model-rate-limit' }),
  ).toBe(1)
})

test('a failed call is a failed span with a stable word for why', async () => {
  server.answerWith({ status: 500 })
  await expect(models().find('openai:gpt-4').ask(question, { signal: never })).rejects.toThrow()
  await telemetry.flush()
  const [chat] = receiver.spans()
  expect(chat).toMatchObject({ status: 'error', attributes: { 'error.type': 'model-server' } })
})

test('tokens of an answer that cannot be used are counted as well', async () => {
  server.answerWith({ text: 'I', finishReason: 'content_filter', usage: { input: 70, output: 1 } })
  await expect(models().find('openai:gpt-4').ask(question, { signal: never })).rejects.toThrow()
  expect(await metric('botticelli_llm_tokens_total', { provider: 'openai', model: 'gpt-4', type: 'input' })).toBe(70)
})

test('a call waits in the gauge until its answer is there, and a model without a price is counted', async () => {
  server.answerWith({ text: 'late', delayMs: 30 })
  const asked = models().find('local:mine').ask(question, { signal: never })
  expect(await metric('botticelli_llm_inflight', { provider: 'local' })).toBe(1)
  await asked
  expect(await metric('botticelli_llm_inflight', { provider: 'local' })).toBe(0)
  expect(await metric('botticelli_llm_unpriced_requests_total', { model: 'mine' })).toBe(1)
})

test('the scripted model is observed like any other', async () => {
  await models().find('scripted:7').ask(question, { signal: never })
  await telemetry.flush()
  expect(receiver.spans()[0]).toMatchObject({
    name: 'chat scripted-7',
    attributes: { 'gen_ai.provider.name': 'scripted', 'gen_ai.response.model': 'scripted-7', 'botticelli.cost.usd': 0 },
  })
})

test.for<[ErrorCode, string]>([
  ['model-rate-limit', 'rate_limit'],
  ['model-quota', 'rate_limit'],
  ['model-auth', 'auth'],
  ['model-network', 'network'],
  ['model-timeout', 'timeout'],
  ['model-bad-request', 'invalid_request'],
  ['model-server', 'server'],
  ['model-content-filter', 'content_filter'],
  ['script-invalid', 'unknown'],
])('%s is counted as %s', async ([code, errorType]) => {
  const failing: Model = { provider: code, name: 'm', ask: () => Promise.reject(new ModelError(code, 'It failed.')) }
  const model = observed(failing, { clock: systemClock })
  await expect(model.ask(question, { signal: never })).rejects.toThrow('It failed.')
  const labels = { provider: code, model: 'm', error_type: errorType }
  expect(await metric('botticelli_llm_errors_total', labels)).toBe(1)
})

test('prompts and answers are in the span where that was asked for, without secrets', async () => {
  const captured = createModels(server.config, { clock: systemClock, captureContent: true })
  const secret = { ...question, system: 'Use the key sk-abcdefghijklmnopqrstuvwx.' }
  await captured.find('gemini:gemini-2.5-flash').ask(secret, { signal: never })
  await telemetry.flush()
  const [chat] = receiver.spans()
  expect(chat?.attributes['gen_ai.input.messages']).toContain('A private prompt')
  expect(chat?.attributes['gen_ai.output.messages']).toContain('A private answer')
  expect(chat?.attributes['gen_ai.system_instructions']).toContain('[redacted]')
  expect(chat?.events.map(({ name }) => name)).toEqual(['request_sent', 'response_received'])
})

test.for([
  [
    'openai:gpt-4o-mini',
    { 'x-ratelimit-limit-requests': '500', 'x-ratelimit-remaining-requests': '125' },
    'requests',
    0.25,
  ],
  ['openai:gpt-4o-mini', { 'x-ratelimit-limit-tokens': '1000', 'x-ratelimit-remaining-tokens': '0' }, 'tokens', 0],
  [
    'anthropic:claude-sonnet-4-5',
    { 'anthropic-ratelimit-input-tokens-limit': '100', 'anthropic-ratelimit-input-tokens-remaining': '90' },
    'input_tokens',
    0.9,
  ],
] as const)('what is left of the limit of %s is a share', async ([name, headers, window, share]) => {
  server.sendHeaders(headers)
  const [provider = '', model = ''] = name.split(':')
  const remaining = () => metric('botticelli_rate_limit_remaining_ratio', { provider, model, window })
  await models().find(name).ask(question, { signal: never })
  expect(await remaining()).toBe(share)

  server.answerWith({ status: 500 })
  server.sendHeaders(Object.fromEntries(Object.entries(headers).map(([key]) => [key, '10'])))
  await expect(models().find(name).ask(question, { signal: never })).rejects.toThrow()
  expect(await remaining()).toBe(1)
  expect(await metric('botticelli_api_errors_total', { model })).toBe(1)
})
