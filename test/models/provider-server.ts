// Provider server: an HTTP server that speaks the protocols of OpenAI, Anthropic and Gemini and says what a test wants.
//
// The protocols are those of @copilotkit/aimock; this file adds one programmable answer for all of them and the counting
// of calls.
//
//   await using server = await startProviderServer('Hello')
//   const models = createModels({ ...server.config, default: 'openai:gpt-4' }, { clock: systemClock })
//   server.answerWith(({ call }) => (call === 3 ? { status: 429, retryAfter: 90 } : `answer ${call}`))
//   server.calls.length

import { LLMock } from '@copilotkit/aimock'
import type { ModelsConfig } from '../../models/models.ts'

/** An answer, or a refusal when it has a status. */
export type Programmed =
  | string
  | {
      readonly text: string
      /** In OpenAI's words: `stop`, `length`, `content_filter`. */
      readonly finishReason?: string
      readonly usage?: { readonly input: number; readonly output: number }
    }
  | { readonly status: number; readonly message?: string; readonly code?: string; readonly retryAfter?: number }

export interface ProviderCall {
  /** From 1, over all protocols. */
  readonly call: number
  readonly model: string
  /** The last text of the user. */
  readonly prompt: string
  readonly system: string
}

export interface ProviderServer extends AsyncDisposable {
  readonly url: string
  /** Base addresses as `*_BASE_URL` and the configuration want them. */
  readonly urls: Readonly<Record<'openai' | 'anthropic' | 'gemini' | 'ollama', string>>
  /** All providers of createModels, with keys, pointing here. */
  readonly config: Required<Pick<ModelsConfig, 'providers' | 'servers'>>
  readonly calls: readonly ProviderCall[]
  /** Headers and body of the last request as they came in. */
  lastRequest(): { readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body: unknown }
  answerWith(answer: Programmed | ((call: ProviderCall) => Programmed)): void
}

export async function startProviderServer(
  answer: Programmed | ((call: ProviderCall) => Programmed) = 'ok',
): Promise<ProviderServer> {
  let current = answer
  const calls: ProviderCall[] = []
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' })
  mock.addFixture({
    match: { endpoint: 'chat' },
    response: (request) => {
      const call = { call: calls.length + 1, model: request.model, ...textsOf(request.messages) }
      calls.push(call)
      return toFixture(typeof current === 'function' ? current(call) : current)
    },
  })
  await mock.start()

  const urls = {
    openai: `${mock.url}/v1`,
    anthropic: `${mock.url}/v1`,
    gemini: `${mock.url}/v1beta`,
    ollama: `${mock.url}/v1`,
  }
  return {
    url: mock.url,
    urls,
    config: {
      providers: {
        openai: { apiKey: 'openai-test-key', baseUrl: urls.openai },
        anthropic: { apiKey: 'anthropic-test-key', baseUrl: urls.anthropic },
        gemini: { apiKey: 'gemini-test-key', baseUrl: urls.gemini },
        ollama: { baseUrl: urls.ollama },
      },
      servers: { local: { baseUrl: urls.openai } },
    },
    calls,
    lastRequest() {
      const { path, headers, body } = mock.getLastRequest()!
      return { path, headers, body }
    },
    answerWith(next) {
      current = next
    },
    async [Symbol.asyncDispose]() {
      await mock.stop()
    },
  }
}

interface MockMessage {
  readonly role: string
  readonly content: unknown
}

function textsOf(messages: readonly MockMessage[]): { prompt: string; system: string } {
  const texts = (role: string) =>
    messages.filter((message) => message.role === role).map(({ content }) => textOf(content))
  return { prompt: texts('user').at(-1) ?? '', system: texts('system').join('\n') }
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return String(content ?? '')
  return content.map((part: { text?: string }) => part.text ?? '').join('\n')
}

function toFixture(programmed: Programmed) {
  if (typeof programmed === 'string') return { content: programmed }
  if ('status' in programmed) {
    const { status, message = 'no', code, retryAfter } = programmed
    return {
      error: { message, type: 'test_error', ...(code !== undefined && { code }) },
      status,
      ...(retryAfter !== undefined && { retryAfter }),
    }
  }
  const { text, finishReason, usage } = programmed
  return {
    content: text,
    ...(finishReason !== undefined && { finishReason }),
    ...(usage !== undefined && {
      // Every protocol reads its own names.
      usage: {
        prompt_tokens: usage.input,
        completion_tokens: usage.output,
        input_tokens: usage.input,
        output_tokens: usage.output,
        promptTokenCount: usage.input,
        candidatesTokenCount: usage.output,
      },
    }),
  }
}
