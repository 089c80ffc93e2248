// Discord double: a server on loopback that speaks Discord's REST API, version 10, as far as our commands use it.
//
// The demo publishes to it, and the tests of the real client run against it. Its semantics are the imaginary Discord's
// (discord/world/); this file owns HTTP, the token, the rate limits and the faults.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Json, JsonObject } from '../json.ts'
import { chooseFault, type Fault, type PendingFault } from './discord/double-faults.ts'
import { createBuckets, type RateLimit } from './discord/double-rate-limits.ts'
import { snowflakeAt } from './discord/snowflake.ts'
import { answer, matchPath } from './discord/world/routes.ts'
import { World, WorldError } from './discord/world/world.ts'

const MAX_BODY_BYTES = 1_000_000
const MAX_REQUESTS_KEPT = 10_000

export interface DiscordDoubleOptions {
  /** Default 0: one that is free. */
  readonly port?: number
  /** Names of the servers. Default one, `Botticelli demo`. Each has a channel `general`. */
  readonly guilds?: readonly string[]
  /** The only token that is accepted. Default: any. */
  readonly token?: string
  /** Requests that a route takes in a window. Default: as many as come. */
  readonly rateLimit?: RateLimit
  readonly faults?: readonly Fault[]
  /** Told of each request twice: when it has come and nothing was done yet, and when its answer has gone. */
  onRequest?(request: ReceivedRequest): void
  /** Epoch ms. Default the system's clock. */
  now?(): number
}

/** A request as it came in. The token is not kept. */
interface ReceivedRequest {
  readonly method: string
  /** Without `/api/v10` and without the query. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: JsonObject
  readonly headers: Readonly<Record<string, string>>
  /** Epoch ms. */
  readonly at: number
  /** What was answered; undefined while there is no answer. */
  status: number | undefined
}

export interface DiscordDouble extends AsyncDisposable {
  /** To be given to the client as its API url. */
  readonly url: string
  /** Of the first server. */
  readonly guildId: string
  readonly guildIds: readonly string[]
  /** Channels and threads of the first server, or the given one. */
  channels(guildId?: string): readonly JsonObject[]
  /** Of a channel by id or name, oldest first. Empty when there is no such channel. */
  messages(channel: string): readonly JsonObject[]
  /** The last ten thousand, oldest first. */
  readonly requests: readonly ReceivedRequest[]
  /** Lets requests fail from now on. */
  fail(fault: Fault): void
  /** No fault strikes any more. */
  heal(): void
  /** Forgets which nonces it has seen, as Discord does after some minutes. */
  forgetNonces(): void
  stop(): Promise<void>
}

export async function startDiscordDouble(options: DiscordDoubleOptions = {}): Promise<DiscordDouble> {
  const { port = 0, guilds = ['Botticelli demo'], token, rateLimit, now = Date.now } = options
  const world = new World({ adopts: false, furnishes: false, now })
  let made = 0
  const newId = () => {
    made += 1
    return snowflakeAt(now(), made)
  }
  const guildIds = guilds.map((name) => world.addGuild(newId(), name, newId()).json.id)
  const requests: ReceivedRequest[] = []
  const faults: PendingFault[] = (options.faults ?? []).map((fault) => ({ fault, left: fault.times ?? 1 }))
  const buckets = createBuckets(rateLimit, now)

  const server = createServer((message, response) => {
    serve(message, response).catch(() => response.destroy())
  })
  await listen(server, port)
  const { port: boundPort } = server.address() as AddressInfo

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await receive(message, now())
    requests.push(received)
    if (requests.length > MAX_REQUESTS_KEPT) requests.shift()
    options.onRequest?.(received)
    const fault = chooseFault(faults, received)
    if (fault?.is === 'hang') return
    const reply = decide(received, message.headers.authorization, fault)
    received.status = reply.status
    if (fault?.is === 'lost-answer') {
      response.destroy()
      return
    }
    if (fault?.is === 'slow') await sleep(fault.afterMs)
    const { status, headers, body } = reply
    response.writeHead(status, { ...(status !== 204 && { 'content-type': 'application/json' }), ...headers })
    response.end(status === 204 ? undefined : JSON.stringify(body), () => options.onRequest?.(received))
  }

  function decide(received: ReceivedRequest, authorization: string | undefined, fault: Fault | undefined): Reply {
    const sent = /^Bot (\S+)$/.exec(authorization ?? '')?.[1]
    if (sent === undefined || (token !== undefined && sent !== token)) {
      return { status: 401, body: { code: 0, message: '401: Unauthorized' } }
    }
    if (fault?.is === 'rate-limit') return limited(fault.retryAfterMs, fault.global === true)
    if (fault?.is === 'status') {
      if (fault.isDone) inWorld(received)
      return { status: fault.status, body: { code: fault.code ?? 0, message: fault.message ?? 'fault' } }
    }
    const bucket = buckets.take(received.method, received.path)
    if (bucket !== undefined && !bucket.allowed) return limited(bucket.resetAfterMs, false, bucket.headers)
    return { ...inWorld(received), headers: bucket?.headers }
  }

  function inWorld({ method, path, query, body }: ReceivedRequest): Reply {
    const matched = matchPath(method, path)
    if (matched === undefined) return { status: 404, body: { code: 0, message: '404: Not Found' } }
    try {
      const result = answer(world, matched.route, matched.ids, { query, body, newId })
      return { status: result === null ? 204 : 200, body: result }
    } catch (thrown) {
      if (!(thrown instanceof WorldError)) throw thrown
      return { status: thrown.status, body: { code: thrown.code, message: thrown.message } }
    }
  }

  const stop = async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    server.close(() => resolve())
    server.closeAllConnections()
    await promise
  }

  return {
    url: `http://127.0.0.1:${boundPort}/api`,
    guildId: guildIds[0]!,
    guildIds,
    channels: (guildId = guildIds[0]!) =>
      [...world.channels.values()].map((channel) => channel.json).filter((json) => json.guild_id === guildId),
    messages: (channel) => {
      const found = [...world.channels.values()].find(({ json }) => json.id === channel || json.name === channel)
      return [...(found?.messages.values() ?? [])].map((message) => message.json)
    },
    requests,
    forgetNonces: () => {
      for (const channel of world.channels.values()) channel.nonces.clear()
    },
    heal: () => void faults.splice(0),
    fail: (fault) => void faults.push({ fault, left: fault.times ?? 1 }),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body: Json
}

function limited(retryAfterMs: number, global: boolean, headers: Readonly<Record<string, string>> = {}): Reply {
  const seconds = retryAfterMs / 1_000
  return {
    status: 429,
    headers: {
      ...headers,
      'retry-after': String(seconds),
      'x-ratelimit-scope': global ? 'global' : 'user',
      ...(global && { 'x-ratelimit-global': 'true' }),
    },
    body: { message: 'You are being rate limited.', retry_after: seconds, global },
  }
}

async function receive(message: IncomingMessage, at: number): Promise<ReceivedRequest> {
  const url = new URL(message.url ?? '/', 'http://127.0.0.1')
  const { authorization: _, ...headers } = message.headers
  return {
    method: message.method ?? 'GET',
    path: url.pathname.replace(/^\/api(\/v10)?/, ''),
    query: Object.fromEntries(url.searchParams),
    body: await readBody(message),
    headers: headers as Record<string, string>,
    at,
    status: undefined,
  }
}

async function readBody(message: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new Error('The body is too large.')
    chunks.push(chunk)
  }
  return size === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

function listen(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, '127.0.0.1', () => {
    server.off('error', reject)
    resolve()
  })
  return promise
}
