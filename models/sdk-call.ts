// SDK call: one call through the AI SDK, whole or as a stream, with the same result.
//
//   K1. One call, one HTTP request: the SDK neither retries nor records.
//   K2. A stream that breaks fails as a call does; what came before is with whoever heard it.

import type { FinishReason, generateText, LanguageModel, LanguageModelUsage, ModelMessage, streamText } from 'ai'
import type { JsonSchema } from './json-envelope.ts'
import { isStrict } from './json-envelope.ts'

export interface SdkRequest {
  readonly model: LanguageModel
  readonly abortSignal: AbortSignal
  readonly headers: Record<string, string>
  readonly messages: ModelMessage[]
  readonly instructions?: string
  readonly temperature?: number
  readonly maxOutputTokens?: number
  readonly topP?: number
  readonly stopSequences?: string[]
  readonly seed?: number
  /** The provider is held to it where it can be. */
  readonly schema?: JsonSchema
  /** As the SDK names it, for options of its own. */
  readonly provider: string
}

export interface SdkResult {
  readonly text: string
  readonly usage: LanguageModelUsage
  readonly finishReason: FinishReason
  readonly response: {
    readonly id?: string
    readonly modelId?: string
    readonly headers?: Readonly<Record<string, string>>
  }
  readonly warnings: readonly object[]
}

interface Sdk {
  readonly generateText: typeof generateText
  readonly streamText: typeof streamText
}

/** @param onText is given each piece of the answer as it comes; without it the answer comes whole */
export async function callSdk(request: SdkRequest, onText?: (piece: string) => void): Promise<SdkResult> {
  const sdk = await loadSdk()
  request.abortSignal.throwIfAborted()
  return onText === undefined ? callWhole(request, sdk) : callStreaming(request, onText, sdk)
}

async function loadSdk(): Promise<Sdk> {
  // The SDK would print its warnings; stdout and stderr are not ours here, so they become events of the span.
  globalThis.AI_SDK_LOG_WARNINGS = false
  return import('ai')
}

async function callWhole(request: SdkRequest, sdk: Sdk): Promise<SdkResult> {
  const { text, usage, finishReason, response, warnings } = await sdk.generateText(optionsOf(request))
  return { text, usage, finishReason, response, warnings: warnings ?? [] }
}

async function callStreaming(request: SdkRequest, onText: (piece: string) => void, sdk: Sdk): Promise<SdkResult> {
  // An error comes as a part of the stream; without a listener the SDK would print it as well.
  const { stream } = sdk.streamText({ ...optionsOf(request), onError: () => {} })
  let text = ''
  let warnings: readonly object[] = []
  for await (const part of stream) {
    if (part.type === 'error') throw part.error
    if (part.type === 'abort') throw request.abortSignal.reason
    if (part.type === 'start-step') warnings = part.warnings
    if (part.type === 'text-delta' && part.text !== '') {
      text += part.text
      onText(part.text)
    }
    if (part.type === 'finish-step') {
      const { usage, finishReason, response } = part
      return { text, usage, finishReason, response, warnings }
    }
  }
  request.abortSignal.throwIfAborted()
  throw new Error('The stream ended before the answer did.')
}

function optionsOf({ schema, provider, ...request }: SdkRequest) {
  return {
    ...request,
    maxRetries: 0,
    telemetry: { isEnabled: false },
    ...(schema !== undefined && jsonOutput(schema, provider)),
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
