// Provider model: a model that is asked over the network, through the AI SDK.
//
// Turns a question into a call and a result into an answer. Knows no provider: what differs is in provider-family.ts.
//
//   L1. One call, one HTTP request: the SDK neither retries nor records.
//   L2. Only `stop` and `length` are answers. Anything else, and an empty text, is a ModelError that carries what was paid.
//   L3. Aborting the signal closes the connection.

import type { LanguageModel, ModelMessage } from 'ai'
import { withoutKnown, withoutKnownAsItComes } from '../redact.ts'
import type { Clock } from '../supervisor/clock.ts'
import { activeSpan } from '../telemetry/spans.ts'
import { currentTraceContext } from '../telemetry/trace-context.ts'
import { callError } from './call-error.ts'
import { enclose, type JsonSchema, openEnvelope, openingEnvelope } from './json-envelope.ts'
import { isText, type MediaSupport, takes } from './media-support.ts'
import {
  type Answer,
  type AskOptions,
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
import { callSdk, type SdkResult } from './sdk-call.ts'
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

  async function ask(question: Question, signal: AbortSignal, onText: AskOptions['onText']): Promise<Answer> {
    const startedAt = clock.now()
    refuseUnsupported(question, options)
    loading ??= load()
    const asked = question.json?.schema
    const schema = asked && options.schemas === 'objects' ? enclose(asked) : asked
    const isEnclosed = schema !== asked
    const clean = onText && withoutKnownAsItComes(onText)
    const told = clean && (isEnclosed ? openingEnvelope(clean.tell) : clean.tell)
    let received = ''
    let isSent = false
    const hear =
      told &&
      ((piece: string) => {
        received += piece
        told(piece)
      })
    try {
      const request = requestOf(question, await loading, schema, signal)
      isSent = !signal.aborted
      const result = await callSdk(request, hear)
      clean?.end()
      noteWarnings(result.warnings)
      noteRateLimits({ provider, model: name }, result.response.headers)
      return accept(await answerOf(result), result.finishReason, name)
    } catch (thrown) {
      noteRateLimits({ provider, model: name }, (thrown as { responseHeaders?: Headers }).responseHeaders)
      // One that is given up before its first word is paid for its question.
      const isPaid = received !== '' || (isSent && signal.aborted)
      const answer = isPaid ? await answerOf(brokenOff(received)) : undefined
      const call = { provider, model: name, signal, secrets: options.secrets, now: clock.now() }
      throw callError(thrown, { ...call, ...(answer !== undefined && { answer }) })
    }

    async function answerOf({ text, usage: counted, finishReason, response }: Received): Promise<Answer> {
      const usage = usageOf(counted, text, question)
      return {
        // A server that repeats what it was sent: from here on the text is stored, shown and posted.
        text: withoutKnown(isEnclosed ? openEnvelope(text) : text),
        finishReason: REASONS.get(finishReason) ?? 'other',
        usage,
        costUsd: await options.prices.costUsd(provider, name, usage, new Date(clock.now())),
        model: response.modelId || name,
        provider,
        ...(response.id && { responseId: response.id }),
        durationMs: clock.now() - startedAt,
      }
    }
  }

  function requestOf(question: Question, model: LanguageModel, schema: JsonSchema | undefined, signal: AbortSignal) {
    return {
      model,
      provider,
      abortSignal: signal,
      headers: traceHeaders(),
      messages: question.messages.map((message) => toModelMessage(message, options.media)),
      ...(question.system !== undefined && { instructions: question.system }),
      ...(question.temperature !== undefined && { temperature: question.temperature }),
      ...(question.maxTokens !== undefined && { maxOutputTokens: question.maxTokens }),
      ...(question.topP !== undefined && { topP: question.topP }),
      ...(question.stop !== undefined && { stopSequences: [...question.stop] }),
      ...(question.seed !== undefined && { seed: question.seed }),
      ...(schema !== undefined && { schema }),
    }
  }

  return {
    provider,
    name,
    takes: (type) => takes(options.media, type),
    ask: (question, { signal, onText }) => ask(question, signal, onText),
  }
}

/** By name, in lower case. */
type Headers = Readonly<Record<string, string>>

type Received = Pick<SdkResult, 'text' | 'finishReason' | 'response'> & { readonly usage?: SdkResult['usage'] }

/** What had come when the call ended; nobody counted its tokens. */
function brokenOff(text: string): Received {
  return { text, finishReason: 'error', response: {} }
}

/** The trace of whoever asks, for providers and proxies that continue it. */
function traceHeaders(): Record<string, string> {
  return { ...currentTraceContext() }
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

function noteWarnings(warnings: readonly object[]): void {
  for (const warning of warnings) activeSpan()?.addEvent('gen_ai.warning', { ...warning })
}

/** As the provider counted; a server that does not count gets an estimate. */
function usageOf(counted: SdkResult['usage'] | undefined, text: string, question: Question): Usage {
  const estimate = countUsage(question, text)
  const cachedInput = counted?.inputTokenDetails.cacheReadTokens
  const reasoning = counted?.outputTokenDetails.reasoningTokens
  return {
    input: counted?.inputTokens ?? estimate.input,
    output: counted?.outputTokens ?? estimate.output,
    ...(cachedInput !== undefined && { cachedInput }),
    ...(reasoning !== undefined && { reasoning }),
  }
}

const REASONS = new Map<string, FinishReason>(FINISH_REASONS.map((reason) => [reason, reason]))

function accept(answer: Answer, ended: SdkResult['finishReason'], name: string): Answer {
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
