// Inspector server: the page that holds the hosted inspector, and the socket that its frames come from.
//
//   W1. Listens on loopback alone. Frames go to those who have the token; it is in the fragment of the link, which a
//       browser sends to nobody.
//   W2. The page holds nothing secret, and may load nothing but itself and the hosted inspector.
//   W3. What a client sends is not read.

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import { BotticelliError } from '../../errors.ts'
import type { Follow } from '../follow.ts'
import { counted } from '../open-streams.ts'
import { isSameToken, refusal } from './guard.ts'
import { feedSocket } from './socket-sink.ts'

export interface InspectorServerOptions {
  /** 0 takes any free one. */
  readonly port: number
  readonly follow: Follow
  /** The inspector that the page shows. Default Stately's. */
  readonly hostedUrl?: string
}

export interface InspectorServer extends AsyncDisposable {
  /** For a browser. Whoever has it can look. */
  readonly url: string
  /** For a program that speaks the protocol. Whoever has it can look. */
  readonly socketUrl: string
}

export const HOSTED_INSPECTOR = 'https://stately.ai/inspect'
const HOST = '127.0.0.1'
/** Viewers at the same time. */
const MOST_CLIENTS = 8

class InspectorError extends BotticelliError {}

/** @throws BotticelliError `inspector-port-taken` */
export async function startInspectorServer(options: InspectorServerOptions): Promise<InspectorServer> {
  const { follow, hostedUrl = HOSTED_INSPECTOR } = options
  const token = randomBytes(24).toString('base64url')
  const server = createServer((request, response) => answer(request, response, port, hostedUrl))
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1_024, perMessageDeflate: false })
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // A client that goes away while it is refused is no fault of ours.
    socket.on('error', () => {})
    const status = refusalOf(request, port, token) ?? (sockets.clients.size >= MOST_CLIENTS ? 503 : undefined)
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} ${REASONS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      // A connection that breaks is closed by ws; there is nobody to tell.
      opened.on('error', () => {})
      feedSocket(opened, counted('inspector', follow))
    })
  })
  const port = await listen(server, options.port)
  return {
    url: `http://${HOST}:${port}/#${token}`,
    socketUrl: `ws://${HOST}:${port}/frames?token=${token}`,
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject)
  server.listen({ host: HOST, port }, listening.resolve)
  try {
    await listening.promise
  } catch (cause) {
    throw new InspectorError('inspector-port-taken', `The inspector cannot listen on ${HOST}:${port}.`, { cause })
  }
  return (server.address() as AddressInfo).port
}

function refusalOf(request: IncomingMessage, port: number, token: string): 401 | 403 | 404 | 421 | undefined {
  const status = refusal(request.headers, port)
  if (status !== undefined) return status
  const url = URL.parse(request.url ?? '', `http://${HOST}`)
  if (url?.pathname !== '/frames') return 404
  return isSameToken(url.searchParams.get('token'), token) ? undefined : 401
}

const REASONS = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  421: 'Misdirected Request',
  503: 'Service Unavailable',
} as const

// ---------------------------------------------------------------------------- the page

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['bridge.html', 'text/html; charset=utf-8'],
  '/bridge.js': ['bridge.js', 'text/javascript; charset=utf-8'],
  '/bridge.css': ['bridge.css', 'text/css; charset=utf-8'],
}

function answer(request: IncomingMessage, response: ServerResponse, port: number, hostedUrl: string): void {
  const found = FILES[request.url ?? '']
  const status =
    refusal(request.headers, port) ?? (request.method !== 'GET' ? 405 : found === undefined ? 404 : undefined)
  if (status !== undefined || found === undefined) {
    response.writeHead(status ?? 404, { 'content-type': 'text/plain' }).end(`${REASONS[status ?? 404]}\n`)
    return
  }
  const [file, type] = found
  const { origin } = new URL(hostedUrl)
  const text = readFileSync(new URL(file, import.meta.url), 'utf8')
  response.writeHead(200, {
    'content-type': type,
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws://${request.headers.host}; frame-src ${origin}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  })
  response.end(text.replaceAll('HOSTED_ORIGIN', new URL(hostedUrl).host).replaceAll('HOSTED_URL', hostedUrl))
}
