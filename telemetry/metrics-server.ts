// Metrics server: the pages that Prometheus, probes and browsers read, on a port of their own.
//
// Listens on loopback unless told otherwise (P10). Gives numbers to whoever asks, takes nothing.

import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '../json.ts'
import { answerHealth, HEALTH_PATHS, type HealthSource } from './health.ts'
import { begin, observe, record } from './instruments.ts'
import { log } from './log.ts'
import { OPEN_METRICS_TYPE, wantsOpenMetrics } from './open-metrics.ts'
import { inSpan } from './spans.ts'
import { TelemetryError } from './telemetry-error.ts'
import { parseTraceparent } from './trace-context.ts'

export interface MetricsServerOptions {
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string | undefined
  /** Default 9464; 0 takes any free one. */
  readonly port?: number | undefined
  /** Default `/metrics`; the JSON is there with `.json` behind it. */
  readonly path?: string | undefined
  /** `telemetry.metricsText`; without it there is no page of metrics. */
  readonly text?: (() => Promise<string>) | undefined
  /** `telemetry.openMetrics`; without it there is the older format alone. */
  readonly openMetrics?: (() => Promise<string>) | undefined
  /** `telemetry.metricsJson`; without it there is no `/metrics.json`. */
  readonly json?: (() => Promise<JsonObject>) | undefined
  /** Without it there are no pages under `/health`. */
  readonly health?: HealthSource | undefined
  /** The page for a browser on `/status`; none without it. */
  readonly status?: (() => BrowserPage) | undefined
}

export interface BrowserPage {
  readonly html: string
  /** What it may load and do, as the value of Content-Security-Policy. */
  readonly policy: string
}

export interface MetricsServer {
  readonly port: number
  /** `http://127.0.0.1:9464/metrics`, or `/health` where that is all there is. */
  readonly url: string
  close(): Promise<void>
}

/** @throws TelemetryError `metrics-port-taken` */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, text } = options
  const what = text === undefined ? 'health' : 'metrics'
  const path = text === undefined ? '/health' : (options.path ?? '/metrics')
  const server = createServer((request, response) => void serve(request, response, options))
  server.requestTimeout = 10_000
  await listen(server, what, { host, port })
  const taken = (server.address() as AddressInfo).port
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${taken}${path}`
  log(`${what}.listening`, { url })
  for (const route of routesOf(options)) {
    const labels = { 'http.request.method': 'GET', 'http.route': route, 'http.response.status_code': '200' } as const
    begin('http.server.request.duration', labels)
  }
  return {
    port: taken,
    url,
    async close() {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      server.closeAllConnections()
      await closed.promise
    },
  }
}

/**
 * Whether a server could listen there: for whoever would have to stop again what was begun before it did.
 *
 * @throws TelemetryError `metrics-port-taken`
 */
export async function checkPort(what: 'metrics' | 'health', where: Address): Promise<void> {
  const server = createServer()
  await listen(server, what, where)
  const closed = Promise.withResolvers<void>()
  server.close(() => closed.resolve())
  await closed.promise
}

const DEFAULT_HOST = '127.0.0.1'
const DEFAULT_PORT = 9_464

interface Address {
  readonly host: string
  readonly port: number
}

async function listen(server: Server, what: string, { host, port }: Address): Promise<void> {
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject)
  server.listen({ host, port }, listening.resolve)
  try {
    await listening.promise
  } catch (cause) {
    throw cannotListen(what, `${host}:${port}`, cause)
  }
}

interface Page {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  /** The path, for a page that exists. */
  readonly route?: string
}

const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8'

async function serve(request: IncomingMessage, response: ServerResponse, options: MetricsServerOptions): Promise<void> {
  const begun = performance.now()
  const method = request.method ?? 'GET'
  const shownMethod = ['GET', 'HEAD'].includes(method) ? method : '_OTHER'
  const requestId = requestIdOf(request)
  waiting.set(shownMethod, (waiting.get(shownMethod) ?? 0) + 1)
  const answer = async (traceHeaders: Record<string, string>) => {
    const page = await pageFor(method, request.url ?? '/', options, request.headers.accept)
    response.writeHead(page.status, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': Buffer.byteLength(page.body),
      'X-Request-Id': requestId,
      ...traceHeaders,
      ...page.headers,
    })
    response.end(method === 'HEAD' ? undefined : page.body)
    return page
  }
  const { status, body, route = UNMATCHED } = await inServerSpan(request, requestId, options, answer)
  waiting.set(shownMethod, waiting.get(shownMethod)! - 1)
  const duration_ms = performance.now() - begun
  record('http.server.request.duration', duration_ms / 1_000, {
    'http.request.method': shownMethod,
    'http.route': route,
    'http.response.status_code': String(status),
    'error.type': status >= 500 ? String(status) : undefined,
  })
  log('http.request_completed', {
    method,
    route,
    status,
    duration_ms,
    request_id: requestId,
    bytes: Buffer.byteLength(body),
  })
}

/** Requests that wait for their answer, by method. */
const waiting = new Map<string, number>([['GET', 0]])

observe('http.server.active_requests', () =>
  Array.from(waiting, ([method, value]) => ({ value, labels: { 'http.request.method': method } })),
)

const UNMATCHED = '_unmatched'

/** A probe every few seconds is not worth a trace. Whoever sends a `traceparent` wants to see the request in it. */
function inServerSpan(
  request: IncomingMessage,
  requestId: string,
  { path: metricsPath = '/metrics' }: MetricsServerOptions,
  answer: (traceHeaders: Record<string, string>) => Promise<Page>,
): Promise<Page> {
  const { traceparent, tracestate } = request.headers
  if (typeof traceparent !== 'string' || parseTraceparent(traceparent) === undefined) return answer({})
  const method = request.method === 'HEAD' ? 'HEAD' : 'GET'
  const path = pathOf(request.url ?? '/')
  const pages: readonly string[] = [metricsPath, `${metricsPath}.json`, '/status', ...HEALTH_PATHS]
  const isPage = pages.includes(path)
  const route = isPage ? path : UNMATCHED
  const attributes = { 'http.request.method': method, 'url.path': path, 'http.route': route, request_id: requestId }
  const parent = { traceparent, ...(typeof tracestate === 'string' && { tracestate }) }
  return inSpan(`${method} ${route}`, { attributes, parent, kind: 'server' }, async (span) => {
    const page = await answer({ 'X-Trace-Id': span.spanContext().traceId })
    span.setAttribute('http.response.status_code', page.status)
    return page
  })
}

/** The caller's own id of the request where it is harmless, else a new one. */
function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '/'
}

async function pageFor(method: string, url: string, options: MetricsServerOptions, accept?: string): Promise<Page> {
  const path = pathOf(url)
  try {
    const page = findPage(path, options, accept)
    if (page === undefined) return { status: 404, body: `There is nothing here. ${indexOf(options)}\n` }
    if (method !== 'GET' && method !== 'HEAD') {
      return { status: 405, route: path, body: 'This page can only be read.\n', headers: { Allow: 'GET, HEAD' } }
    }
    return { status: 200, route: path, ...(await page()) }
  } catch (err) {
    log('http.failed', { method, route: path, err })
    return { status: 500, route: path, body: 'This page could not be made; the log says why.\n' }
  }
}

type MadePage = Omit<Page, 'status'> & { readonly status?: number }

function findPage(
  path: string,
  options: MetricsServerOptions,
  accept: string | undefined,
): (() => MadePage | Promise<MadePage>) | undefined {
  const { text, openMetrics, json, health, status, path: metricsPath = '/metrics' } = options
  if (path === metricsPath && text !== undefined) {
    if (openMetrics !== undefined && wantsOpenMetrics(accept)) {
      return async () => ({ body: await openMetrics(), headers: { 'Content-Type': OPEN_METRICS_TYPE, ...VARIES } })
    }
    return async () => ({ body: await text(), headers: { 'Content-Type': TEXT_FORMAT, ...VARIES } })
  }
  if (path === `${metricsPath}.json` && json !== undefined) return async () => asJson(await json())
  if (path === '/status' && status !== undefined) {
    return () => asPage(status())
  }
  if (health === undefined || !HEALTH_PATHS.some((each) => each === path)) return undefined
  return () => {
    const { status: code, headers, body } = answerHealth(path, health)!
    const page = asJson(body)
    return { ...page, status: code, headers: { ...headers, ...page.headers } }
  }
}

/** The same page in two formats. */
const VARIES = { Vary: 'Accept' }

function asPage({ html, policy }: BrowserPage): MadePage {
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  }
  return { body: html, headers }
}

function asJson(body: JsonObject): MadePage {
  return { body: `${JSON.stringify(body)}\n`, headers: { 'Content-Type': 'application/json' } }
}

/** Of the pages that are there. */
function routesOf({ text, health, status, path = '/metrics' }: MetricsServerOptions): string[] {
  return [...(text ? [path] : []), ...(health ? HEALTH_PATHS : []), ...(status ? ['/status'] : [])]
}

function indexOf({ text, health, status, path = '/metrics' }: MetricsServerOptions): string {
  const pages = [...(text ? [path] : []), ...(health ? ['/health'] : []), ...(status ? ['/status'] : [])]
  return `Try ${pages.join(', ')}.`
}

function cannotListen(what: string, where: string, cause: unknown): TelemetryError {
  const { code, message } = cause as NodeJS.ErrnoException
  const why = code === 'EADDRINUSE' ? 'another process listens there' : message
  return new TelemetryError('metrics-port-taken', `The ${what} server cannot listen on ${where}: ${why}.`, {
    cause,
  })
}
