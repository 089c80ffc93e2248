// Provider model: a model that is asked over the network, through the AI SDK.
//
// Turns a question into a call and a result into an answer. Knows no provider: what differs is in provider-family.ts.
//
//   L1. One call, one HTTP request: the SDK neither retries nor records.
//   L2. Only `stop` and `length` are answers. Anything else, and an empty text, is a ModelError that carries what was paid.
//   L3. Aborting the signal closes the connection.

import { context, propagation, trace } from '@opentelemetry/api'
import type { generateText, LanguageModel, ModelMessage } from 'ai'
import type { Clock } from '../supervisor/clock.ts'
import { callError } from './call-error.ts'
import { enclose, isStrict, type JsonSchema, openEnvelope } from './json-envelope.ts'
import { isText, type MediaSupport, takes } from './media-support.ts'
import {
  type Answer,
  type ChatMessage,
  FINISH_REASONS,
  type FinishReason,
  type Model,
  type Part,
  type Question,
  type Usage,
} from './model.ts'
import { ModelError } from './model-error.ts'
import type { Prices } from './prices.ts'
import { noteRateLimits } from './rate-limits.ts'
import { countUsage } from './tokens.ts'

export interface ProviderModelOptions {
  readonly provider: string
  readonly name: string
  readonly load: () => Promise<LanguageModel>
  /** Which JSON schemas the provider takes: with any root, or only with an object as root, into which a list is put. */
  readonly schemas: 'any' | 'objects'
  readonly media: MediaSupport
  readonly secrets: readonly string[]
  readonly prices: Prices
  readonly clock: Clock
}

export function createProviderModel(options: ProviderModelOptions): Model {
  const { provider, name, clock } = options
  let loading: Promise<LanguageModel> | undefined

  function load(): Promise<LanguageModel> {
    return options.load().catch((error) => {
      loading = undefined
      throw error
    })
  }

  async function ask(question: Question, signal: AbortSignal): Promise<Answer> {
    const startedAt = clock.now()
    refuseUnsupported(question, options)
    loading ??= load()
    const [{ generateText }, model] = await Promise.all([loadSdk(), loading])
    signal.throwIfAborted()
    const asked = question.json?.schema
    const schema = asked && options.schemas === 'objects' ? enclose(asked) : asked
    const result = await generateText({
      model,
      maxRetries: 0,
      abortSignal: signal,
      telemetry: { isEnabled: false },
      headers: traceHeaders(),
      messages: question.messages.map((message) => toModelMessage(message, options.media)),
      ...(question.system !== undefined && { instructions: question.system }),
      ...(question.temperature !== undefined && { temperature: question.temperature }),
      ...(question.maxTokens !== undefined && { maxOutputTokens: question.maxTokens }),
      ...(question.topP !== undefined && { topP: question.topP }),
      ...(question.stop !== undefined && { stopSequences: [...question.stop] }),
      ...(question.seed !== undefined && { seed: question.seed }),
      ...(schema !== undefined && jsonOutput(schema, provider)),
    })
    noteWarnings(result.warnings)
    noteRateLimits({ provider, model: name }, result.response.headers)
    const usage = usageOf(result, question)
    const answer: Answer = {
      text: schema === asked ? result.text : openEnvelope(result.text),
      finishReason: REASONS.get(result.finishReason) ?? 'other',
      usage,
      costUsd: await options.prices.costUsd(provider, name, usage, new Date(clock.now())),
      model: result.response.modelId || name,
      provider,
      ...(result.response.id && { responseId: result.response.id }),
      durationMs: clock.now() - startedAt,
    }
    return accept(answer, result.finishReason, name)
  }

  return {
    provider,
    name,
    takes: (type) => takes(options.media, type),
    async ask(question, { signal }) {
      try {
        return await ask(question, signal)
      } catch (thrown) {
        noteRateLimits(
          { provider, model: name },
          (thrown as { responseHeaders?: Record<string, string> }).responseHeaders,
        )
        throw callError(thrown, { provider, model: name, signal, secrets: options.secrets, now: clock.now() })
      }
    },
  }
}

async function loadSdk(): Promise<{ readonly generateText: typeof generateText }> {
  // The SDK would print its warnings; stdout and stderr are not ours here, so they become events of the span.
  globalThis.AI_SDK_LOG_WARNINGS = false
  return import('ai')
}

/** The trace of whoever asks, for providers and proxies that continue it. */
function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {}
  propagation.inject(context.active(), headers)
  return headers
}

/** What an earlier act showed to a model of another provider is still in the conversation. */
function refuseUnsupported({ messages }: Question, { provider, name, media }: ProviderModelOptions): void {
  for (const part of messages.flatMap(({ parts }) => parts)) {
    const taken = part.type === 'media' ? takes(media, part) : true
    if (part.type === 'text' || taken === true) continue
    const message = `${provider} takes no ${part.kind} of the type ${part.mime}: ${name} cannot be asked about it.`
    throw new ModelError('media-unsupported', message, { provider, model: name, fix: `It takes ${taken}.` })
  }
}

function toModelMessage({ role, parts }: ChatMessage, media: MediaSupport): ModelMessage {
  if (role === 'user') return { role, content: parts.map((part) => toContent(part, media)) }
  return { role, content: parts.flatMap((part) => (part.type === 'text' ? [part] : [])) }
}

function toContent(part: Part, { textAs }: MediaSupport) {
  if (part.type === 'text') return { type: 'text' as const, text: part.text }
  const { bytes, mime, filename } = part
  if (isText(mime) && textAs === 'text') {
    const text = new TextDecoder().decode(bytes)
    return { type: 'text' as const, text: filename === undefined ? text : `${filename}:\n${text}` }
  }
  return {
    type: 'file' as const,
    mediaType: isText(mime) ? 'text/plain' : mime,
    data: bytes,
    ...(filename !== undefined && { filename }),
  }
}

/** Holds the provider to the schema but leaves the reading of the JSON to the asker: the text is the answer. */
function jsonOutput(schema: JsonSchema, provider: string) {
  return {
    ...(!isStrict(schema) && { providerOptions: { [provider]: { strictJsonSchema: false } } }),
    output: {
      name: 'json',
      responseFormat: Promise.resolve({ type: 'json' as const, schema }),
      parseCompleteOutput: async ({ text }: { text: string }) => text,
      parsePartialOutput: async () => undefined,
      createElementStreamTransform: () => undefined,
    },
  }
}

function noteWarnings(warnings: readonly object[] | undefined): void {
  for (const warning of warnings ?? []) trace.getActiveSpan()?.addEvent('gen_ai.warning', { ...warning })
}

type Result = Awaited<ReturnType<typeof generateText>>

/** As the provider counted; a server that does not count gets an estimate. */
function usageOf({ usage, text }: Result, question: Question): Usage {
  const estimate = countUsage(question, text)
  const cachedInput = usage.inputTokenDetails.cacheReadTokens
  const reasoning = usage.outputTokenDetails.reasoningTokens
  return {
    input: usage.inputTokens ?? estimate.input,
    output: usage.outputTokens ?? estimate.output,
    ...(cachedInput !== undefined && { cachedInput }),
    ...(reasoning !== undefined && { reasoning }),
  }
}

const REASONS = new Map<string, FinishReason>(FINISH_REASONS.map((reason) => [reason, reason]))

function accept(answer: Answer, ended: Result['finishReason'], name: string): Answer {
  const details = { provider: answer.provider, model: name, answer }
  if (ended === 'content-filter')
    throw new ModelError(
      'model-content-filter',
      `${answer.provider} model ${name} stopped because of its content rules.`,
      details,
    )
  if (ended !== 'stop' && ended !== 'length')
    throw new ModelError(
      'model-malformed-answer',
      `The answer of ${answer.provider} model ${name} broke off (${ended}).`,
      details,
    )
  if (answer.text.trim() !== '') return answer
  throw new ModelError(
    'model-empty-answer',
    ended === 'length'
      ? `${answer.provider} model ${name} used up its ${answer.usage.output} tokens before the first word.`
      : `${answer.provider} model ${name} answered with an empty text.`,
    { ...details, retryable: ended === 'stop' },
  )
}
