// OTLP receiver: a loopback server that takes traces, metrics and log lines as a collector does, for tests that ask what came out.
//
// Speaks OTLP/HTTP in JSON and protobuf, gzipped or not. On demand it is slow, refuses, breaks or answers too much.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { decodeTraces, type ReceivedSpan } from './otlp-decode.ts'
import { decodeLogs, decodeMetrics, type ReceivedLog, type ReceivedMetric } from './otlp-json.ts'

/**
 * `hang` never answers, `refuse` says 503, `busy` says 429 and to come back in an hour, `reject` says 400, `reset` cuts the
 * connection, `flood` answers 8 MB, `trickle` answers a byte now and then and never ends.
 */
export const MOODS = ['hang', 'refuse', 'busy', 'reject', 'reset', 'flood', 'trickle'] as const
export type Mood = 'well' | (typeof MOODS)[number]

export interface OtlpReceiver extends AsyncDisposable {
  /** Base URL, for `otlpEndpoint`. */
  readonly url: string
  /** Requests so far, those included that were not taken; with the headers that came along. */
  readonly requests: readonly { readonly headers: Readonly<Record<string, unknown>>; readonly bytes: number }[]
  /** What could not be decoded. */
  readonly errors: readonly Error[]
  /** By name, as they were sent last. */
  readonly metrics: ReadonlyMap<string, ReceivedMetric>
  readonly logs: readonly ReceivedLog[]
  /** All spans so far, or those of one trace, in the order of their beginnings. */
  spans(traceId?: string): readonly ReceivedSpan[]
  /** The spans of a trace as an indented tree; of all traces, one after the other, without an id. */
  tree(traceId?: string, options?: TreeOptions): string
  /** Waits until the spans satisfy the predicate. Rejects with the tree of what came so far. Default limit 5 s. */
  waitFor(predicate: (spans: readonly ReceivedSpan[]) => boolean, limitMs?: number): Promise<readonly ReceivedSpan[]>
  become(mood: Mood): void
  close(): Promise<void>
}

interface TreeOptions {
  /** Attributes to show behind the name. */
  readonly attributes?: readonly string[]
}

export async function startOtlpReceiver(port = 0): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  const requests: { headers: Record<string, unknown>; bytes: number }[] = []
  const errors: Error[] = []
  const metrics = new Map<string, ReceivedMetric>()
  const logs: ReceivedLog[] = []
  const watchers = new Set<() => void>()
  let mood: Mood = 'well'

  const server = createServer(async (request, response) => {
    const body = await readBody(request)
    requests.push({ headers: request.headers, bytes: body.length })
    if (mood !== 'well') return misbehave(mood, response)
    try {
      if (request.method !== 'POST') throw new Error(`${request.method} ${request.url}`)
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
      if (request.url === '/v1/traces') spans.push(...decodeTraces(plain, request.headers['content-type'] ?? ''))
      else if (request.url === '/v1/metrics') for (const each of decodeMetrics(plain)) metrics.set(each.name, each)
      else if (request.url === '/v1/logs') logs.push(...decodeLogs(plain))
      else throw new Error(`${request.method} ${request.url}`)
      response.writeHead(200, { 'Content-Type': request.headers['content-type'] })
      response.end(request.headers['content-type'] === 'application/json' ? '{}' : '')
    } catch (error) {
      errors.push(error as Error)
      response.writeHead(400).end(String(error))
    }
    for (const watch of watchers) watch()
  })
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject).listen(port, '127.0.0.1', listening.resolve)
  await listening.promise

  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    errors,
    metrics,
    logs,
    spans: (traceId) => inOrder(spans.filter((span) => traceId === undefined || span.traceId === traceId)),
    tree: (traceId, options = {}) => printTrees(receiver.spans(traceId), options),
    async waitFor(predicate, limitMs = 5_000) {
      if (predicate(receiver.spans())) return receiver.spans()
      const met = Promise.withResolvers<void>()
      const watch = () => predicate(receiver.spans()) && met.resolve()
      const timer = setTimeout(() => {
        met.reject(new Error(`The spans that were waited for did not come. What came:\n${receiver.tree()}`))
      }, limitMs)
      watchers.add(watch)
      try {
        await met.promise
      } finally {
        clearTimeout(timer)
        watchers.delete(watch)
      }
      return receiver.spans()
    },
    become: (next) => {
      mood = next
    },
    async close() {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      server.closeAllConnections()
      await closed.promise
    },
    [Symbol.asyncDispose]: () => receiver.close(),
  }
  return receiver
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function misbehave(mood: Exclude<Mood, 'well'>, response: ServerResponse): void {
  switch (mood) {
    case 'hang':
      return
    case 'refuse':
      response.writeHead(503).end()
      return
    case 'busy':
      response.writeHead(429, { 'Retry-After': '3600' }).end()
      return
    case 'reject':
      response.writeHead(400).end('no')
      return
    case 'reset':
      response.destroy()
      return
    case 'flood':
      response.writeHead(200).end(Buffer.alloc(8 * 1024 * 1024))
      return
    case 'trickle': {
      response.writeHead(200)
      const drops = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(drops))
    }
  }
}

/** By their beginnings, which have milliseconds; parents first where they are the same, else as they came. */
function inOrder(spans: readonly ReceivedSpan[]): ReceivedSpan[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const depth = (span: ReceivedSpan): number => {
    const parent = byId.get(span.parentSpanId ?? '')
    return parent === undefined ? 0 : 1 + depth(parent)
  }
  return [...spans].sort((a, b) => Number(a.startedAt - b.startedAt) || depth(a) - depth(b))
}

function printTrees(spans: readonly ReceivedSpan[], options: TreeOptions): string {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const print = (span: ReceivedSpan, depth: number): string[] => [
    `${'  '.repeat(depth)}${describe(span, options)}`,
    ...spans.filter(({ parentSpanId }) => parentSpanId === span.spanId).flatMap((child) => print(child, depth + 1)),
  ]
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId))
  return roots.flatMap((root) => print(root, 0)).join('\n')
}

function describe(span: ReceivedSpan, { attributes = [] }: TreeOptions): string {
  const shown = attributes.filter((key) => key in span.attributes).map((key) => `${key}=${span.attributes[key]}`)
  const failed = span.status === 'error' ? [`! ${span.attributes['error.type'] ?? span.statusMessage}`] : []
  return [span.name, ...shown, ...failed].join(' ')
}
