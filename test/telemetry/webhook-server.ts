// Webhook server: takes what is posted to it, and answers as a test wants.

import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '../../json.ts'
import { until } from '../end-to-end/project.ts'

interface WebhookRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface WebhookServer extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly WebhookRequest[]
  /** The bodies that were taken. */
  bodies(): JsonObject[]
  /** Statuses of the answers to come, then 200. `hang` never answers. */
  answerWith(...answers: readonly (number | 'hang' | { readonly status: number; readonly retryAfter: string })[]): void
  /** Waits for so many requests. */
  gets(count: number): Promise<void>
}

export async function startWebhookServer(): Promise<WebhookServer> {
  const requests: WebhookRequest[] = []
  const taken: string[] = []
  const planned: (number | 'hang' | { readonly status: number; readonly retryAfter: string })[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    requests.push({ path: request.url ?? '/', headers: request.headers, body })
    const answer = planned.shift() ?? 200
    if (answer === 'hang') return
    const { status, retryAfter } = typeof answer === 'number' ? { status: answer, retryAfter: undefined } : answer
    if (status < 300) taken.push(body)
    response.writeHead(status, { ...(retryAfter !== undefined && { 'retry-after': retryAfter }), location: '/other' })
    response.end('{}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/abcdefghijklmnop1234`,
    requests,
    bodies: () => taken.map((body) => JSON.parse(body) as JsonObject),
    answerWith: (...answers) => void planned.push(...answers),
    gets: (count) =>
      until(
        () => requests.length >= count,
        15_000,
        () => `${requests.length} requests: ${JSON.stringify(requests.map(({ body }) => body))}`,
      ),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
