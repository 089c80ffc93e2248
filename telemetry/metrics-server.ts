// Metrics server: the pages that Prometheus and probes read, on a port of their own.
//
// Listens on loopback unless told otherwise (P10). Gives numbers to whoever asks, takes nothing.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerHealth, type HealthSource } from './health.ts'
import { record } from './instruments.ts'
import { log } from './log.ts'
import { TelemetryError } from './telemetry-error.ts'

export interface MetricsServerOptions {
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string | undefined
  /** Default 9464; 0 takes any free one. */
  readonly port?: number | undefined
  /** `telemetry.metricsText` */
  readonly text: () => Promise<string>
  /** Without it there are no pages under `/health`. */
  readonly health?: HealthSource | undefined
}

export interface MetricsServer {
  readonly port: number
  /** `http://127.0.0.1:9464/metrics` */
  readonly url: string
  close(): Promise<void>
}

/** @throws TelemetryError `metrics-port-taken` */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { host = '127.0.0.1', port = 9_464 } = options
  const server = createServer((request, response) => void serve(request, response, options))
  server.requestTimeout = 10_000
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject)
  server.listen({ host, port }, listening.resolve)
  try {
    await listening.promise
  } catch (cause) {
    throw cannotListen(host, port, cause)
  }
  const taken = (server.address() as AddressInfo).port
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${taken}/metrics`
  log('metrics.listening', { url })
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
  const { status, body, headers, route = '_unmatched' } = await pageFor(method, request.url ?? '/', options)
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  })
  response.end(method === 'HEAD' ? undefined : body)
  const duration_ms = performance.now() - begun
  record('http.server.request.duration', duration_ms / 1_000, {
    'http.request.method': ['GET', 'HEAD'].includes(method) ? method : '_OTHER',
    'http.route': route,
    'http.response.status_code': String(status),
  })
  log('http.request_completed', { method, route, status, duration_ms })
}

async function pageFor(method: string, url: string, { text, health }: MetricsServerOptions): Promise<Page> {
  const path = url.split('?', 1)[0] ?? '/'
  try {
    const answer = health && answerHealth(path, health)
    if (path !== '/metrics' && answer === undefined) return { status: 404, body: 'The metrics are at /metrics.\n' }
    if (method !== 'GET' && method !== 'HEAD') {
      return { status: 405, route: path, body: 'This page can only be read.\n', headers: { Allow: 'GET, HEAD' } }
    }
    if (answer === undefined) {
      return { status: 200, route: path, body: await text(), headers: { 'Content-Type': TEXT_FORMAT } }
    }
    const headers = { ...answer.headers, 'Content-Type': 'application/json' }
    return { status: answer.status, route: path, body: `${JSON.stringify(answer.body)}\n`, headers }
  } catch (err) {
    log('http.failed', { method, route: path, err })
    return { status: 500, route: path, body: 'This page could not be made; the log says why.\n' }
  }
}

function cannotListen(host: string, port: number, cause: unknown): TelemetryError {
  const { code, message } = cause as NodeJS.ErrnoException
  const why = code === 'EADDRINUSE' ? 'another process listens there' : message
  return new TelemetryError('metrics-port-taken', `The metrics server cannot listen on ${host}:${port}: ${why}.`, {
    cause,
  })
}
