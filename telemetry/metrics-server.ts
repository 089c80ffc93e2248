// Metrics server: the page that Prometheus reads, on a port of its own.
//
// Listens on loopback unless told otherwise (P10). Gives numbers to whoever asks, takes nothing.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { log } from './log.ts'
import { TelemetryError } from './telemetry-error.ts'

export interface MetricsServerOptions {
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string | undefined
  /** Default 9464; 0 takes any free one. */
  readonly port?: number | undefined
  /** `telemetry.metricsText` */
  readonly text: () => Promise<string>
}

export interface MetricsServer {
  readonly port: number
  /** `http://127.0.0.1:9464/metrics` */
  readonly url: string
  close(): Promise<void>
}

/** @throws TelemetryError `metrics-port-taken` */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { host = '127.0.0.1', port = 9_464, text } = options
  const server = createServer((request, response) => {
    answer(request, response, text).catch((err: unknown) => {
      log('http.failed', { method: request.method ?? '', route: '/metrics', err })
      if (response.headersSent) response.destroy()
      else send(response, 500, 'The metrics could not be read; the log says why.\n')
    })
  })
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

const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8'

async function answer(request: IncomingMessage, response: ServerResponse, text: () => Promise<string>): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0]
  if (path !== '/metrics') return send(response, 404, 'The metrics are at /metrics.\n')
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    return send(response, 405, 'The metrics can only be read.\n')
  }
  send(response, 200, await text(), TEXT_FORMAT)
}

function send(response: ServerResponse, status: number, body: string, contentType = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}

function cannotListen(host: string, port: number, cause: unknown): TelemetryError {
  const { code, message } = cause as NodeJS.ErrnoException
  const why = code === 'EADDRINUSE' ? 'another process listens there' : message
  return new TelemetryError('metrics-port-taken', `The metrics server cannot listen on ${host}:${port}: ${why}.`, {
    cause,
  })
}
