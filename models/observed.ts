// Observed: a model whose calls leave spans and numbers.
//
// Wraps any model, so that no adapter has to think of telemetry. Owns the names of what is recorded about a call; the
// content of prompts and answers is not recorded. Retries are counted by whoever retries.

import type { Attributes, Span } from '@opentelemetry/api'
import type { Clock } from '../supervisor/clock.ts'
import { errorTypeOf } from '../telemetry/error-type.ts'
import { count, observe, record } from '../telemetry/instruments.ts'
import { inSpan } from '../telemetry/spans.ts'
import type { Answer, Model, Question } from './model.ts'
import { ModelError } from './model-error.ts'

export interface ObservedOptions {
  readonly clock: Clock
  /** Where the calls go, if they leave the process. */
  readonly baseUrl?: string
}

export function observed(model: Model, { clock, baseUrl }: ObservedOptions): Model {
  const { provider, name } = model
  const address = baseUrl === undefined ? {} : addressOf(baseUrl)
  const labels = { provider, model: name }
  const genAi = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': PROVIDER_NAMES[provider] ?? provider,
    'gen_ai.request.model': name,
  }

  return {
    provider,
    name,
    ask(question, options) {
      const attributes = { ...genAi, ...address, ...requestAttributes(question) }
      return inSpan(`chat ${name}`, { kind: 'client', attributes }, async (span) => {
        const startedAt = clock.now()
        inflight.set(provider, (inflight.get(provider) ?? 0) + 1)
        let failure: unknown
        try {
          const answer = await model.ask(question, options)
          countAnswer(answer, span)
          return answer
        } catch (thrown) {
          failure = thrown
          if (thrown instanceof ModelError && thrown.answer !== undefined) countAnswer(thrown.answer, span)
          count('botticelli.llm.errors', { ...labels, error_type: errorTypeOf(thrown) })
          throw thrown
        } finally {
          inflight.set(provider, inflight.get(provider)! - 1)
          count('botticelli.llm.requests', { ...labels, outcome: failure === undefined ? 'ok' : 'error' })
          record('gen_ai.client.inference.duration', (clock.now() - startedAt) / 1000, {
            ...genAi,
            ...(failure !== undefined && { 'error.type': errorTypeOf(failure) }),
          })
        }
      })
    },
  }

  /** Tokens and money, also of an answer that turned out to be useless: it is paid all the same. */
  function countAnswer({ usage, costUsd, ...answer }: Answer, span: Span): void {
    span.setAttributes({
      'gen_ai.response.model': answer.model,
      'gen_ai.response.finish_reasons': [answer.finishReason],
      ...(answer.responseId !== undefined && { 'gen_ai.response.id': answer.responseId }),
      'gen_ai.usage.input_tokens': usage.input,
      'gen_ai.usage.output_tokens': usage.output,
      ...(usage.cachedInput !== undefined && { 'gen_ai.usage.cache_read.input_tokens': usage.cachedInput }),
      ...(usage.reasoning !== undefined && { 'gen_ai.usage.reasoning.output_tokens': usage.reasoning }),
      ...(costUsd !== undefined && { 'botticelli.cost.usd': costUsd }),
    })
    count('gen_ai.client.inference.usage.input_tokens', genAi, usage.input)
    count('gen_ai.client.inference.usage.output_tokens', genAi, usage.output)
    count('botticelli.llm.tokens', { ...labels, type: 'input' }, usage.input)
    count('botticelli.llm.tokens', { ...labels, type: 'output' }, usage.output)
    if (usage.cachedInput !== undefined) {
      count('gen_ai.client.inference.usage.cache_read.input_tokens', genAi, usage.cachedInput)
      count('botticelli.llm.tokens', { ...labels, type: 'cache_read' }, usage.cachedInput)
    }
    if (usage.reasoning !== undefined) {
      count('gen_ai.client.inference.usage.reasoning.output_tokens', genAi, usage.reasoning)
      count('botticelli.llm.tokens', { ...labels, type: 'reasoning' }, usage.reasoning)
    }
    record('gen_ai.client.inference.operation.input_tokens', usage.input, genAi)
    record('gen_ai.client.inference.operation.output_tokens', usage.output, genAi)
    if (costUsd === undefined) count('botticelli.llm.unpriced_requests', { model: name })
    else count('botticelli.llm.cost.usd', labels, costUsd)
  }
}

/** The names that the semantic conventions give to providers. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = { gemini: 'gcp.gemini' }

/** Calls of this process that wait for their answer, by provider. */
const inflight = new Map<string, number>()

observe('botticelli.llm.inflight', () => Array.from(inflight, ([provider, value]) => ({ value, labels: { provider } })))

function addressOf(baseUrl: string): Attributes {
  const url = new URL(baseUrl)
  return {
    'server.address': url.hostname,
    'server.port': url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
  }
}

function requestAttributes({ temperature, maxTokens, json, origin }: Question): Attributes {
  return {
    'gen_ai.prompt.name': `${origin.narrative}/${origin.act}`,
    ...(temperature !== undefined && { 'gen_ai.request.temperature': temperature }),
    ...(maxTokens !== undefined && { 'gen_ai.request.max_tokens': maxTokens }),
    ...(json !== undefined && { 'gen_ai.output.type': 'json' }),
  }
}
