// Observed: a model whose calls leave spans and numbers.
//
// Wraps any model, so that no adapter has to think of telemetry. Owns the names of what is recorded about a call. The
// content of prompts and answers is recorded only where that was asked for. Retries are counted by whoever retries.

import type { Attributes, Span } from '@opentelemetry/api'
import type { Clock } from '../supervisor/clock.ts'
import { errorTypeOf } from '../telemetry/error-type.ts'
import type { LlmErrorType } from '../telemetry/instrument-table.ts'
import { count, record } from '../telemetry/instruments.ts'
import { log } from '../telemetry/log.ts'
import { providerEvent } from '../telemetry/provider-health.ts'
import { inSpan } from '../telemetry/spans.ts'
import type { Answer, AskOptions, Model, Question } from './model.ts'
import { ModelError } from './model-error.ts'
import { countMessage, countMessages, modelMetrics } from './model-metrics.ts'

export interface ObservedOptions {
  readonly clock: Clock
  /** Where the calls go, if they leave the process. */
  readonly baseUrl?: string
  /** Put what was asked and answered into the span. Default false: prompts may hold what is nobody's business. */
  readonly captureContent?: boolean
}

export function observed(model: Model, { clock, baseUrl, captureContent = false }: ObservedOptions): Model {
  const { provider, name } = model
  const address = baseUrl === undefined ? {} : addressOf(baseUrl)
  const labels = { provider, model: name }
  const genAi = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': PROVIDER_NAMES[provider] ?? provider,
    'gen_ai.request.model': name,
  }
  const metrics = modelMetrics(labels, genAi)

  return {
    ...model,
    ask(question, options) {
      const stream = options.onText !== undefined
      const attributes = {
        ...genAi,
        ...address,
        ...requestAttributes(question),
        ...(stream && { 'gen_ai.request.stream': true }),
      }
      return inSpan(`chat ${name}`, { kind: 'client', attributes }, async (span) => {
        const startedAt = clock.now()
        providerEvent({ type: 'asked', provider })
        let failure: unknown
        try {
          if (captureContent) span.setAttributes(contentOf(question))
          span.addEvent('request_sent')
          countMessages(question)
          log('llm.request', { ...labels, ...asked(question) })
          const answer = await model.ask(question, { ...options, ...heard(options.onText, startedAt, span) })
          span.addEvent('response_received')
          if (captureContent)
            span.setAttribute('gen_ai.output.messages', shown([{ role: 'assistant', text: answer.text }]))
          providerEvent({ type: 'answered', provider })
          countAnswer(answer, span)
          return answer
        } catch (thrown) {
          failure = thrown
          if (thrown instanceof ModelError && thrown.answer !== undefined) countAnswer(thrown.answer, span)
          if (!options.signal.aborted) {
            const lastError = errorTypeOf(thrown)
            providerEvent({ type: 'failed', provider, lastError, limited: LIMITS.has(lastError) })
          }
          logFailure(thrown, labels)
          count('botticelli.llm.errors', { ...labels, error_type: llmErrorType(thrown) })
          count('botticelli.api.errors', { model: name })
          throw thrown
        } finally {
          providerEvent({ type: 'done', provider })
          metrics.ended(failure === undefined)
          record('gen_ai.client.inference.duration', (clock.now() - startedAt) / 1000, {
            ...genAi,
            ...(stream && { 'gen_ai.request.stream': 'true' as const }),
            ...(failure !== undefined && { 'error.type': errorTypeOf(failure) }),
          })
        }
      })
    },
  }

  /** Notes when the first piece of a streamed answer came. */
  function heard(onText: AskOptions['onText'], startedAt: number, span: Span): Pick<AskOptions, 'onText'> {
    if (onText === undefined) return {}
    let isFirst = true
    return {
      onText: (piece) => {
        if (isFirst) {
          isFirst = false
          span.addEvent('first_chunk_received')
          record('gen_ai.client.inference.time_to_first_chunk', (clock.now() - startedAt) / 1000, genAi)
        }
        onText(piece)
      },
    }
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
    countMessage('assistant', answer.text.length)
    log('llm.response', {
      ...labels,
      input_tokens: usage.input,
      output_tokens: usage.output,
      duration_ms: answer.durationMs,
      finish_reason: answer.finishReason,
      ...(costUsd !== undefined && { cost_usd: costUsd }),
    })
    if (costUsd === undefined && !unpriced.has(name)) {
      unpriced.add(name)
      log('llm.unpriced', labels)
    }
    metrics.answered(usage, costUsd)
  }
}

/** Under the names of the semantic conventions; media are named, not shown. */
function contentOf({ system, messages }: Question): Attributes {
  const said = messages.map(({ role, parts }) => ({
    role,
    text: parts.map((part) => (part.type === 'text' ? part.text : `[${part.kind}]`)).join('\n'),
  }))
  return {
    'gen_ai.input.messages': shown(said),
    ...(system !== undefined && { 'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: system }]) }),
  }
}

function shown(messages: readonly { readonly role: string; readonly text: string }[]): string {
  return JSON.stringify(messages.map(({ role, text }) => ({ role, parts: [{ type: 'text', content: text }] })))
}

/** Models that were said to have no known price. */
const unpriced = new Set<string>()

function asked({ maxTokens, origin }: Question) {
  return { narrative: origin.narrative, act: origin.act, ...(maxTokens !== undefined && { max_tokens: maxTokens }) }
}

function logFailure(thrown: unknown, model: { readonly provider: string; readonly model: string }): void {
  log('llm.failed', { ...model, err: thrown })
  if (!LIMITS.has(errorTypeOf(thrown))) return
  count('botticelli.rate_limit.hits', { scope: 'provider', resource: model.model })
  const { retryAfterMs } = thrown as ModelError
  log('llm.rate_limited', { ...model, ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }) })
}

/** A code as one of the few words that dashboards are written on. */
function llmErrorType(thrown: unknown): LlmErrorType {
  return LLM_ERROR_TYPE_OF[errorTypeOf(thrown)] ?? 'unknown'
}

const LLM_ERROR_TYPE_OF: Readonly<Record<string, LlmErrorType>> = {
  'model-rate-limit': 'rate_limit',
  'model-quota': 'rate_limit',
  'model-auth': 'auth',
  'provider-not-configured': 'auth',
  'model-network': 'network',
  'model-timeout': 'timeout',
  'model-bad-request': 'invalid_request',
  'model-unknown': 'invalid_request',
  'model-server': 'server',
  'model-content-filter': 'content_filter',
  'model-malformed-answer': 'answer',
  'model-empty-answer': 'answer',
  'model-aborted': 'cancelled',
}

const LIMITS = new Set(['model-rate-limit', 'model-quota'])

/** The names that the semantic conventions give to providers. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = { gemini: 'gcp.gemini' }

function addressOf(baseUrl: string): Attributes {
  const url = new URL(baseUrl)
  return {
    'server.address': url.hostname,
    'server.port': url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
  }
}

function requestAttributes({ temperature, maxTokens, topP, stop, seed, json, origin }: Question): Attributes {
  return {
    'gen_ai.prompt.name': `${origin.narrative}/${origin.act}`,
    ...(temperature !== undefined && { 'gen_ai.request.temperature': temperature }),
    ...(maxTokens !== undefined && { 'gen_ai.request.max_tokens': maxTokens }),
    ...(topP !== undefined && { 'gen_ai.request.top_p': topP }),
    ...(stop !== undefined && { 'gen_ai.request.stop_sequences': [...stop] }),
    ...(seed !== undefined && { 'gen_ai.request.seed': seed }),
    ...(json !== undefined && { 'gen_ai.output.type': 'json' }),
  }
}
