// Model double: a server that speaks OpenAI's protocol, counts what it was asked, and tells whoever listens.

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ModelDouble extends AsyncDisposable {
  readonly url: string
  /** How often each act was asked about. */
  readonly asked: ReadonlyMap<string, number>
  /** Breaks the connection of the next call after its answer was decided, before or within the answer. */
  loseNextAnswer(how: 'whole' | 'half'): void
  /** Called when a question has come, and when its answer has gone. */
  onEvent: (event: string) => void
}

export async function startModelDouble(latencyMs = 3): Promise<ModelDouble> {
  const asked = new Map<string, number>()
  let posts = 0
  let losing: 'whole' | 'half' | undefined
  const server = createServer((request, response) => {
    answer(json(request), response).catch(() => response.destroy())
  })

  async function answer(body: Promise<unknown>, response: ServerResponse): Promise<void> {
    const { messages, stream } = (await body) as { messages: readonly { content: unknown }[]; stream?: boolean }
    const prompt = JSON.stringify(messages.at(-1)?.content)
    const act = /ACT:(\w+)/.exec(prompt)?.[1] ?? 'unknown'
    asked.set(act, (asked.get(act) ?? 0) + 1)
    double.onEvent(`asked ${act}`)
    await sleep(latencyMs)
    const text = textFor(act, prompt)
    const how = losing
    losing = undefined
    if (how === 'whole') {
      response.destroy()
      return
    }
    const whole = stream === true ? inPieces(text) : JSON.stringify(completion(text))
    const type = stream === true ? 'text/event-stream' : 'application/json'
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(whole) })
    if (how === 'half') response.write(whole.slice(0, whole.length / 2), () => response.destroy())
    else response.end(whole, () => double.onEvent(`answered ${act}`))
  }

  /** Every call writes another post, so that an answer that was lost can be told from the one that counts. */
  function textFor(act: string, prompt: string): string {
    if (act === 'write') return `post number ${++posts} of this crash test`
    const found = [...prompt.matchAll(/post number \d+ of this crash test/g)].map(([text]) => ({ text_content: text }))
    return JSON.stringify(act === 'choose' ? found : found.at(-1))
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const double: ModelDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    loseNextAnswer: (how) => {
      losing = how
    },
    onEvent: () => {},
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return double
}

const ABOUT = { id: 'chatcmpl-crash', created: 0, model: 'gpt-4o-mini' }
const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }

function completion(text: string) {
  const choices = [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }]
  return { ...ABOUT, object: 'chat.completion', choices, usage: USAGE }
}

/** As server-sent events, the text in two of them. */
function inPieces(text: string): string {
  const middle = Math.floor(text.length / 2)
  const piece = (delta: object, finish_reason: string | null = null) => ({
    choices: [{ index: 0, delta, finish_reason }],
  })
  const pieces = [
    piece({ role: 'assistant', content: text.slice(0, middle) }),
    piece({ content: text.slice(middle) }),
    piece({}, 'stop'),
    { choices: [], usage: USAGE },
  ]
  const lines = pieces.map((one) => JSON.stringify({ ...ABOUT, object: 'chat.completion.chunk', ...one }))
  return [...lines, '[DONE]'].map((line) => `data: ${line}\n\n`).join('')
}
