// Provider server: an HTTP server that speaks the protocols of OpenAI, Anthropic and Gemini and says what a test wants.
//
// The protocols are those of @copilotkit/aimock; this file adds one programmable answer for all of them, the counting of
// calls, and a door in front that keeps each request as it came over the wire.
//
//   await using server = await startProviderServer('Hello')
//   const models = createModels({ ...server.config, default: 'openai:gpt-4' }, { clock: systemClock })
//   server.answerWith(({ call }) => (call === 3 ? { status: 429, retryAfter: 90 } : `answer ${call}`))
//   server.calls.length

import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
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
      /** Time the answer takes, in ms. */
      readonly delayMs?: number
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

interface WireRequest {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface ProviderServer extends AsyncDisposable {
  readonly url: string
  /** Base addresses as `*_BASE_URL` and the configuration want them. */
  readonly urls: Readonly<Record<'openai' | 'anthropic' | 'gemini' | 'ollama', string>>
  /** All providers of createModels, with keys, pointing here. */
  readonly config: Required<Pick<ModelsConfig, 'providers' | 'servers'>>
  readonly calls: readonly ProviderCall[]
  /** The requests as they came over the wire, whatever was answered. */
  readonly requests: readonly WireRequest[]
  /** Of each answer only the first bytes are sent from now on, and the connection is left open; undefined: all again. */
  stallAfter(bytes: number | undefined): void
  /** Requests whose connection the client closed before it had the answer. */
  readonly givenUp: readonly WireRequest[]
  answerWith(answer: Programmed | ((call: ProviderCall) => Programmed | Promise<Programmed>)): void
  /** Sent with every answer from now on. */
  sendHeaders(headers: Readonly<Record<string, string>>): void
}

export async function startProviderServer(
  answer: Programmed | ((call: ProviderCall) => Programmed | Promise<Programmed>) = 'ok',
): Promise<ProviderServer> {
  let current = answer
  const calls: ProviderCall[] = []
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' })
  mock.addFixture({
    match: { endpoint: 'chat' },
    response: async (request) => {
      const call = { call: calls.length + 1, model: request.model, ...textsOf(request.messages) }
      calls.push(call)
      const programmed = typeof current === 'function' ? await current(call) : current
      if (typeof programmed === 'object' && 'delayMs' in programmed) await sleep(programmed.delayMs)
      return toFixture(programmed)
    },
  })
  await mock.start()

  const requests: WireRequest[] = []
  let extra: Readonly<Record<string, string>> = {}
  const givenUp: WireRequest[] = []
  let stallAfter: number | undefined
  const door = createServer((request, response) => {
    for (const [name, value] of Object.entries(extra)) response.setHeader(name, value)
    void pass(request, response, { port: mock.port, requests, givenUp, stallAfter })
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(door.address() as AddressInfo).port}`
  const urls = { openai: `${url}/v1`, anthropic: `${url}/v1`, gemini: `${url}/v1beta`, ollama: url }
  return {
    url,
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
    requests,
    givenUp,
    stallAfter(bytes) {
      stallAfter = bytes
    },
    answerWith(next) {
      current = next
    },
    sendHeaders(headers) {
      extra = headers
    },
    async [Symbol.asyncDispose]() {
      door.closeAllConnections()
      await new Promise((resolve) => door.close(resolve))
      await mock.stop()
    },
  }
}

interface Door {
  readonly port: number
  readonly requests: WireRequest[]
  readonly givenUp: WireRequest[]
  readonly stallAfter: number | undefined
}

/** Notes the request and hands it on to the server behind. */
async function pass(incoming: IncomingMessage, response: ServerResponse, door: Door) {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const { url: path = '/', headers, method } = incoming
  const request = { path, headers, body: body.toString() }
  door.requests.push(request)
  response.on('close', () => {
    if (!response.writableFinished) door.givenUp.push(request)
  })
  const outgoing = forward({ host: '127.0.0.1', port: door.port, path, method, headers }, (answer) => {
    response.writeHead(answer.statusCode!, answer.headers)
    if (door.stallAfter === undefined) answer.pipe(response)
    else sendFirst(answer, response, door.stallAfter)
  })
  outgoing.on('error', () => response.destroy())
  outgoing.end(body)
}

function sendFirst(answer: IncomingMessage, response: ServerResponse, bytes: number): void {
  let left = bytes
  answer.on('data', (chunk: Buffer) => {
    if (left > 0) response.write(chunk.subarray(0, left))
    left -= chunk.length
  })
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
