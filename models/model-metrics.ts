// Model metrics: what is counted of the calls of one model, whatever they say.
//
// Labels of a model never change, so they are looked up once and not in every call.

import { LLM_ERROR_TYPES } from '../telemetry/instrument-table.ts'
import { begin, count, counter, recorder } from '../telemetry/instruments.ts'
import type { Part, Question, Usage } from './model.ts'

interface ModelMetrics {
  ended(ok: boolean): void
  /** Tokens and money. @param costUsd undefined of a model without a price */
  answered(usage: Usage, costUsd: number | undefined): void
}

interface ModelLabels {
  readonly provider: string
  readonly model: string
}

type GenAi = Readonly<Record<'gen_ai.operation.name' | 'gen_ai.provider.name' | 'gen_ai.request.model', string>>

/** What is counted of the model exists before its first call. */
export function modelMetrics(labels: ModelLabels, genAi: GenAi): ModelMetrics {
  countFromZero(labels, genAi)
  const requests = {
    ok: counter('botticelli.llm.requests', { ...labels, outcome: 'ok' }),
    error: counter('botticelli.llm.requests', { ...labels, outcome: 'error' }),
  }
  const tokens = {
    input: counter('botticelli.llm.tokens', { ...labels, type: 'input' }),
    output: counter('botticelli.llm.tokens', { ...labels, type: 'output' }),
    genAiInput: counter('gen_ai.client.inference.usage.input_tokens', genAi),
    genAiOutput: counter('gen_ai.client.inference.usage.output_tokens', genAi),
    inputOfOne: recorder('gen_ai.client.inference.operation.input_tokens', genAi),
    outputOfOne: recorder('gen_ai.client.inference.operation.output_tokens', genAi),
  }
  const cost = counter('botticelli.llm.cost.usd', labels)
  return {
    ended: (ok) => requests[ok ? 'ok' : 'error'](),
    answered({ input, output, cachedInput, reasoning }, costUsd) {
      tokens.input(input)
      tokens.genAiInput(input)
      tokens.inputOfOne(input)
      tokens.output(output)
      tokens.genAiOutput(output)
      tokens.outputOfOne(output)
      if (cachedInput !== undefined) {
        count('gen_ai.client.inference.usage.cache_read.input_tokens', genAi, cachedInput)
        count('botticelli.llm.tokens', { ...labels, type: 'cache_read' }, cachedInput)
      }
      if (reasoning !== undefined) {
        count('gen_ai.client.inference.usage.reasoning.output_tokens', genAi, reasoning)
        count('botticelli.llm.tokens', { ...labels, type: 'reasoning' }, reasoning)
      }
      if (costUsd === undefined) count('botticelli.llm.unpriced_requests', { model: labels.model })
      else cost(costUsd)
    },
  }
}

function countFromZero(labels: ModelLabels, genAi: GenAi): void {
  for (const outcome of ['ok', 'error'] as const) count('botticelli.llm.requests', { ...labels, outcome }, 0)
  for (const type of ['input', 'output'] as const) count('botticelli.llm.tokens', { ...labels, type }, 0)
  for (const error_type of LLM_ERROR_TYPES) count('botticelli.llm.errors', { ...labels, error_type }, 0)
  count('botticelli.api.errors', { model: labels.model }, 0)
  count('botticelli.llm.cost.usd', labels, 0)
  count('botticelli.rate_limit.hits', { scope: 'provider', resource: labels.model }, 0)
  count('gen_ai.client.inference.usage.input_tokens', genAi, 0)
  count('gen_ai.client.inference.usage.output_tokens', genAi, 0)
  begin('gen_ai.client.inference.duration', genAi)
  begin('gen_ai.client.inference.operation.input_tokens', genAi)
  begin('gen_ai.client.inference.operation.output_tokens', genAi)
}

/** What is sent: the instructions, and everything said before. Of media the length is not counted. */
export function countMessages({ system, messages }: Question): void {
  if (system !== undefined) countMessage('system', system.length)
  const sent = { user: 0, assistant: 0 }
  for (const { role, parts } of messages) {
    sent[role] += 1
    LENGTHS[role](lengthOf(parts))
  }
  // At once: a question brings the whole conversation along.
  MESSAGES.user(sent.user)
  MESSAGES.assistant(sent.assistant)
}

export function countMessage(role: 'system' | 'user' | 'assistant', chars: number): void {
  MESSAGES[role]()
  LENGTHS[role](chars)
}

function lengthOf(parts: readonly Part[]): number {
  let length = 0
  for (const part of parts) if (part.type === 'text') length += part.text.length
  return length
}

const messagesOf = (role: 'system' | 'user' | 'assistant') => counter('botticelli.conversation.messages', { role })
const lengthsOf = (role: 'system' | 'user' | 'assistant') =>
  recorder('botticelli.conversation.message.length.chars', { role })

const MESSAGES = { system: messagesOf('system'), user: messagesOf('user'), assistant: messagesOf('assistant') }
const LENGTHS = { system: lengthsOf('system'), user: lengthsOf('user'), assistant: lengthsOf('assistant') }
