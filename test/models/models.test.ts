import { expect, test } from 'vitest'
import { ModelError } from '../../models/model-error.ts'
import { createModels, type ModelsConfig } from '../../models/models.ts'
import { createPrices } from '../../models/prices.ts'
import { type Clock, systemClock } from '../../supervisor/clock.ts'

const keys: ModelsConfig = {
  providers: { gemini: { apiKey: 'g' }, openai: { apiKey: 'o' }, anthropic: { apiKey: 'a' } },
  servers: { groq: { baseUrl: 'https://api.groq.com/openai/v1', apiKey: 'q' } },
}

function find(name: string | undefined, config: ModelsConfig = keys) {
  const { provider, name: model } = createModels(config, { clock: systemClock }).find(name)
  return `${provider} ${model}`
}

test.for([
  ['gemini-2.5-flash', 'gemini gemini-2.5-flash'],
  ['gemini-pro-vision', 'gemini gemini-pro-vision'],
  ['gpt-4', 'openai gpt-4'],
  ['o1', 'openai o1'],
  ['o3-mini', 'openai o3-mini'],
  ['whisper-large-v3', 'openai whisper-large-v3'],
  ['claude-3-opus-20240229', 'anthropic claude-3-opus-20240229'],
  ['gemini:gemini-2.5-pro', 'gemini gemini-2.5-pro'],
  ['gemini/gemini-2.5-pro', 'gemini gemini-2.5-pro'],
  ['google:gemini-2.5-pro', 'gemini gemini-2.5-pro'],
  ['OpenAI:gpt-4', 'openai gpt-4'],
  ['ollama:llama3.2:3b', 'ollama llama3.2:3b'],
  ['groq:llama-3.3-70b-versatile', 'groq llama-3.3-70b-versatile'],
  ['groq/meta-llama/llama-4', 'groq meta-llama/llama-4'],
  ['scripted', 'scripted scripted'],
  ['scripted:7', 'scripted scripted-7'],
  ['scripted:http:500', 'scripted scripted'],
  ['scripted:7:truncate:60%', 'scripted scripted-7'],
] as const)('%s is %s', ([name, expected]) => {
  expect(find(name)).toBe(expected)
})

test.for([
  ['ollama:llama3.2', 'qwen3:8b', 'ollama qwen3:8b'],
  ['ollama:llama3.2', 'gpt-oss:20b', 'ollama gpt-oss:20b'],
  ['groq:some-model', 'meta-llama/llama-4', 'groq meta-llama/llama-4'],
  ['scripted', 'llama3', 'scripted scripted'],
  ['ollama:llama3.2', undefined, 'ollama llama3.2'],
] as const)('with the default %s, %s is %s', ([fallback, name, expected]) => {
  expect(find(name, { ...keys, default: fallback })).toBe(expected)
})

test('an override answers for every name', () => {
  expect(find('gemini-2.5-flash', { override: 'scripted' })).toBe('scripted scripted')
  expect(find(undefined, { override: 'scripted:3' })).toBe('scripted scripted-3')
})

test('the same name is the same model', () => {
  const models = createModels({}, { clock: systemClock })
  expect(models.find('scripted')).toBe(models.find('scripted'))
  expect(models.find('scripted')).not.toBe(models.find('scripted:2'))
})

test.for([
  ['gemini-2.5-flash', {}, 'provider-not-configured', 'GEMINI_API_KEY'],
  ['gpt-4', { providers: { openai: { apiKey: '' } } }, 'provider-not-configured', 'OPENAI_API_KEY'],
  ['claude-3-opus-20240229', {}, 'provider-not-configured', 'ANTHROPIC_API_KEY'],
  [undefined, {}, 'provider-not-configured', 'default model'],
  ['openia:gpt-4', { default: 'scripted' }, 'provider-unknown', 'Did you mean openai?'],
  ['nope:xyz', { default: 'scripted' }, 'provider-unknown', 'gemini, openai, anthropic, ollama, scripted'],
  ['nope/xyz', { ...keys, default: 'gemini-2.5-flash' }, 'provider-unknown', 'no provider nope'],
  ['nope:xyz', { ...keys, default: 'groq:some-model' }, 'provider-unknown', 'groq'],
  ['nope:xyz', {}, 'provider-unknown', 'no provider nope'],
  ['llama3', {}, 'model-unknown', 'llama3'],
  ['gemini', keys, 'model-unknown', 'names the provider gemini'],
  ['ollama:', { default: 'scripted' }, 'model-unknown', 'no model of it'],
  ['scripted:http:abc', {}, 'model-unknown', 'http:abc'],
] as const)('%s with %j fails with %s', ([name, config, code, part]) => {
  expect(() => find(name, config)).toThrow(ModelError)
  expect(() => find(name, config)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(part) }))
})

test('an answer is waited for no longer than configured, and the timer goes with it', async () => {
  const timers = new Map<number, { run: () => void; ms: number }>()
  const clock: Clock = {
    now: () => 0,
    setTimeout(run, ms) {
      timers.set(timers.size + 1, { run, ms })
      return timers.size
    },
    clearTimeout: (handle) => void timers.delete(handle as number),
  }
  const models = createModels({ timeoutMs: 90_000 }, { clock })
  const question = {
    messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: "Say 'ok'" }] }],
    origin: { narrative: 'a', act: 'b' },
  }
  const { signal } = new AbortController()
  expect((await models.find('scripted').ask(question, { signal })).text).toBe('ok')
  expect(timers.size).toBe(0)
  const asked = models.find('scripted:hang').ask(question, { signal })
  expect(timers.get(1)?.ms).toBe(90_000)
  timers.get(1)?.run()
  await expect(asked).rejects.toMatchObject({ code: 'model-timeout', retryable: true })
  expect(timers.size).toBe(0)
})

test.for([
  ['openai', 'gpt-4', { input: 1_000_000, output: 1_000_000 }, 90],
  ['gemini', 'gemini-2.5-flash', { input: 1_000_000, output: 1_000_000 }, 2.8],
  ['ollama', 'llama3.2', { input: 5, output: 5 }, 0],
  ['groq', 'no-such-model', { input: 5, output: 5 }, undefined],
  ['nowhere', 'gpt-4', { input: 5, output: 5 }, undefined],
  ['local', 'mine', { input: 2_000_000, output: 1_000_000 }, 5],
  ['openai', 'tuned', { input: 1_000_000, output: 0, cachedInput: 400_000 }, 0.64],
] as const)('%s %s with %j costs %s dollars', async ([provider, model, usage, dollars]) => {
  const prices = createPrices({
    'local:mine': { inputPerMillion: 1, outputPerMillion: 3 },
    tuned: { inputPerMillion: 1, outputPerMillion: 3, cachedInputPerMillion: 0.1 },
  })
  const cost = await prices.costUsd(provider, model, usage, new Date('2026-11-01'))
  if (dollars === undefined) expect(cost).toBeUndefined()
  else expect(cost).toBeCloseTo(dollars, 10)
})
