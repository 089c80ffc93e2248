// REST API: Discord over HTTP, through @discordjs/rest, which keeps the rate limits of all routes.
//
//   H1. A 429 is obeyed: the library waits as long as Discord says, up to MAX_WAIT_MS and MAX_WAITS a request.
//   H2. Without an answer (5xx, timeout, reset), a request is sent again up to RETRIES times, but never one that would
//       be carried out twice: where only a nonce prevents that, no later than Discord remembers it. A refusal of what was
//       sent again says nothing of the first time.
//   H3. When the signal is aborted the caller is free at once, and nothing more is sent.
//   H4. The token leaves in the authorization header and goes nowhere else. A trace context goes along only to an API
//       that was configured, not to discord.com.

import { AsyncLocalStorage } from 'node:async_hooks'
import type { RateLimitData, REST } from '@discordjs/rest'
import type { Json } from '../../json.ts'
import { errorTypeOf } from '../../telemetry/error-type.ts'
import { count, record } from '../../telemetry/instruments.ts'
import { log } from '../../telemetry/log.ts'
import { activeSpan, inSpan } from '../../telemetry/spans.ts'
import { currentTraceContext } from '../../telemetry/trace-context.ts'
import { isNotConnected, NoAnswerError, toPlatformError, uncertainAfter } from './discord-error.ts'
import type { DiscordApi, DiscordRequest } from './request.ts'
import { definedOnly, isOnceOnly, isRepeatable, pathOf, splitRoute, textsOf } from './request.ts'

const DISCORD_API_URL = 'https://discord.com/api'
const RETRIES = 2
const MAX_WAIT_MS = 60_000
const MAX_WAITS = 10
/** Discord remembers a nonce for "the past few minutes". */
const NONCE_LASTS_MS = 60_000

export interface RestApiOptions {
  readonly token: string
  /** Base, with or without its version. Default https://discord.com/api. */
  readonly apiUrl?: string
  /** Time for one answer. Default 15,000. */
  readonly timeoutMs?: number
  /** What carries requests out of the process. Default that of Node. */
  readonly fetch?: typeof fetch
  /** Epoch ms, for durations. */
  now(): number
}

/** What the library does not hand on to the function that sends. */
interface Sending {
  readonly request: DiscordRequest
  sent: number
  waits: number
  /** When it was first sent without an answer, in epoch ms: from then on it may have been carried out. */
  unansweredAt?: number
}

const sendings = new AsyncLocalStorage<Sending>()

export function createRestApi(options: RestApiOptions): DiscordApi {
  const { token, apiUrl, timeoutMs = 15_000, fetch: carry = fetch, now } = options
  const api = apiUrl?.replace(/(\/v\d+)?\/*$/, '') ?? DISCORD_API_URL
  const traced = api !== DISCORD_API_URL
  let client: Promise<REST> | undefined

  // Imports that take tens of milliseconds, which whoever only runs dry without a token never pays.
  async function open(): Promise<REST> {
    const { REST: Rest } = await importLibrary()
    return new Rest({
      api,
      retries: RETRIES,
      timeout: timeoutMs,
      rejectOnRateLimit: (limit) => refusesToWait(limit, now),
      makeRequest: (url, init) => sendOnce(url, init as unknown as RequestInit, { now, traced, carry }) as never,
    })
  }

  return {
    async request(request) {
      request.signal.throwIfAborted()
      client ??= open()
      const sending: Sending = { request, sent: 0, waits: 0 }
      try {
        // The library drops the token after a 401, and would then fail without saying why.
        const rest = (await client).setToken(token)
        return await untilAborted(
          request.signal,
          sendings.run(sending, () => send(rest, request)),
        )
      } catch (thrown) {
        request.signal.throwIfAborted()
        if (isGone(thrown, sending)) return null
        const error = toPlatformError(thrown, request)
        throw sending.unansweredAt !== undefined && isOnceOnly(request) ? uncertainAfter(error, request) : error
      }
    },
  }
}

/**
 * The library's entry for runtimes that have `fetch`. The one for Node differs in the HTTP client that it brings, which
 * is not used here and takes as long to load as all the rest.
 */
function importLibrary(): Promise<typeof import('@discordjs/rest')> {
  return import(new URL('./web.mjs', import.meta.resolve('@discordjs/rest')).href)
}

async function send(rest: REST, request: DiscordRequest): Promise<Json> {
  const { method } = splitRoute(request.route)
  const { query, body, reason } = request.parts
  const answer = await rest.request({
    method: method as never,
    fullRoute: pathOf(request),
    query: new URLSearchParams(textsOf(query)),
    ...(body !== undefined && { body: definedOnly(body) }),
    reason,
    // The library adds listeners and never takes them away: a signal of its own is thrown away with them.
    signal: AbortSignal.any([request.signal]),
  })
  return answer instanceof ArrayBuffer ? null : (answer as Json)
}

/** H3. The library's own wait for a rate limit does not look at the signal; what it would send later, it then does not. */
async function untilAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** A deletion that was sent before and now finds nothing has succeeded. */
function isGone(thrown: unknown, { request, sent }: Sending): boolean {
  const isMissing = (thrown as { status?: unknown }).status === 404
  return isMissing && request.route.startsWith('DELETE ') && (sent > 1 || request.mayBeDone)
}

/** H1. */
function refusesToWait({ timeToReset, retryAfter, route }: RateLimitData, now: () => number): boolean {
  const sending = sendings.getStore()
  const waitMs = Math.max(timeToReset, retryAfter, 0)
  activeSpan()?.addEvent('rate_limited', { retry_after_ms: waitMs })
  log('platform.rate_limited', { platform: 'discord', retry_after_ms: waitMs, route })
  count('botticelli.rate_limit.hits', { scope: 'platform', resource: route })
  record('botticelli.rate_limit.wait', waitMs / 1_000, { scope: 'platform' })
  if (sending === undefined) return false
  sending.waits += 1
  const { request, waits, unansweredAt = Number.POSITIVE_INFINITY } = sending
  const isTooLate = isOnceOnly(request) && now() + waitMs - unansweredAt > NONCE_LASTS_MS
  return waitMs > MAX_WAIT_MS || waits > MAX_WAITS || isTooLate
}

/** One HTTP exchange, body included, in its span. */
function sendOnce(
  url: string,
  init: RequestInit,
  { now, traced, carry }: { now: () => number; traced: boolean; carry: typeof fetch },
): Promise<Response> {
  const sending = sendings.getStore()!
  const { method, template } = splitRoute(sending.request.route)
  const { hostname, port } = new URL(url)
  const target = { 'http.request.method': method, 'server.address': hostname }
  const attributes = {
    ...target,
    'url.template': template,
    ...(port !== '' && { 'server.port': Number(port) }),
    ...(sending.sent > 0 && { 'http.request.resend_count': sending.sent }),
  }
  sending.sent += 1
  const startedAt = now()
  const measure = (outcome: { 'http.response.status_code'?: string; 'error.type'?: string }) =>
    record('http.client.request.duration', (now() - startedAt) / 1_000, { ...target, ...outcome })

  return inSpan(`${method} discord ${template}`, { attributes }, async (span) => {
    const headers = new Headers(init.headers)
    if (traced) for (const [name, value] of Object.entries(currentTraceContext() ?? {})) headers.set(name, value)
    const response = await fetchWhole(carry, url, { ...init, headers }).catch((thrown: unknown) => {
      measure({ 'error.type': errorTypeOf(thrown) })
      if (!isNotConnected(thrown)) sending.unansweredAt ??= startedAt
      throw isNotConnected(thrown) ? thrown : withoutAnswer(sending.request, 'it did not answer', thrown)
    })
    const status = String(response.status)
    span.setAttribute('http.response.status_code', response.status)
    measure({ 'http.response.status_code': status, ...(response.status >= 400 && { 'error.type': status }) })
    if (response.status >= 500) sending.unansweredAt ??= startedAt
    if (response.status < 500 || isRepeatable(sending.request)) return response
    throw withoutAnswer(sending.request, `it answered ${status}`)
  })
}

/** H2: an error that the library does not try again, for a request that must not be sent twice. */
function withoutAnswer(request: DiscordRequest, what: string, thrown?: unknown): unknown {
  return isRepeatable(request) ? thrown : new NoAnswerError(what, { cause: thrown })
}

/** Reads the body too, so that the time limit covers it. @throws what is behind fetch's "fetch failed" */
async function fetchWhole(carry: typeof fetch, url: string, init: RequestInit): Promise<Response> {
  try {
    const response = await carry(url, init)
    const body = await response.arrayBuffer()
    const headers = new Headers(response.headers)
    // The library would parse an empty body as JSON where a proxy says that it is some.
    if (body.byteLength === 0) headers.delete('content-type')
    return new Response(body.byteLength === 0 ? null : body, { status: response.status, headers })
  } catch (thrown) {
    const cause = thrown instanceof TypeError ? thrown.cause : undefined
    throw cause instanceof Error ? cause : thrown
  }
}
