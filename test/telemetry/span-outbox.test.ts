import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LogOptions, startLog, stopLog } from '../../telemetry/log.ts'
import { SpanOutbox } from '../../telemetry/span-outbox.ts'
import { SECRETS } from './secrets.ts'

/** A backend in the hands of the test: it takes batches, and answers when it is told to. */
function heldBackend() {
  const batches: { readonly spans: readonly ReadableSpan[]; readonly done: (result: ExportResult) => void }[] = []
  return {
    batches,
    export: (spans: ReadableSpan[], done: (result: ExportResult) => void) => void batches.push({ spans, done }),
    shutdown: async () => {},
    answerAll(result: ExportResult) {
      for (const { done } of batches.splice(0)) done(result)
    },
  }
}

let records: Record<string, unknown>[] = []
let nowMs = 0
const logOptions: LogOptions = {
  level: 'info',
  format: 'json',
  destination: { write: (line) => records.push(JSON.parse(line)) },
}

beforeEach(async () => {
  records = []
  nowMs = 1_000
  await startLog(logOptions)
})
afterEach(stopLog)

function open(capacity: number) {
  const backend = heldBackend()
  const outbox = new SpanOutbox(backend, {
    capacity,
    batchSize: Math.min(10, capacity),
    delayMs: 60_000,
    timeoutMs: 60_000,
    endpoint: 'http://backend.test/v1/traces',
    now: () => nowMs,
  })
  const tracer = new BasicTracerProvider({ spanProcessors: [outbox] }).getTracer('test')
  const spans = (count: number) => {
    for (let i = 0; i < count; i++) tracer.startSpan(`span ${i}`).end()
  }
  return { backend, outbox, tracer, spans }
}

const refused: ExportResult = { code: ExportResultCode.FAILED, error: new Error('connect ECONNREFUSED') }

test('holds no more than its capacity, whatever the backend does, and accounts for every span', async () => {
  const { backend, outbox, spans } = open(25)
  spans(1_000)
  expect(outbox.account).toMatchObject({ waiting: 25, accepted: 25, dropped: 975, sent: 0, lost: 0 })
  const flushed = outbox.forceFlush()
  backend.answerAll({ code: ExportResultCode.SUCCESS })
  await flushed
  expect(outbox.account).toMatchObject({ waiting: 0, sent: 25, lost: 0 })
  spans(5)
  const failed = outbox.forceFlush()
  backend.answerAll(refused)
  await expect(failed).rejects.toThrow('ECONNREFUSED')
  expect(outbox.account).toMatchObject({ waiting: 0, accepted: 30, sent: 25, lost: 5, dropped: 975 })
})

test('leaves out spans that were not sampled', () => {
  const { outbox } = open(25)
  const unsampled = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 }
  const span = trace.getSpan(trace.setSpanContext(ROOT_CONTEXT, unsampled))
  outbox.onEnd({ spanContext: () => span!.spanContext() } as ReadableSpan)
  expect(outbox.account).toMatchObject({ waiting: 0, accepted: 0, dropped: 0 })
})

test('a backend that fails costs one line a minute, with the numbers since the last', async () => {
  const { backend, outbox, spans } = open(20)
  const fail = async (count: number) => {
    spans(count)
    const flushed = outbox.forceFlush()
    backend.answerAll(refused)
    await expect(flushed).rejects.toThrow()
  }
  await fail(3)
  for (let i = 0; i < 50; i++) {
    nowMs += 1_000
    await fail(2)
  }
  expect(records).toHaveLength(1)
  expect(records[0]).toMatchObject({
    event: 'telemetry.export_failed',
    endpoint: 'http://backend.test/v1/traces',
    failed_batches: 1,
    lost_spans: 3,
    err: { message: 'connect ECONNREFUSED' },
  })
  nowMs += 10_000
  await fail(4)
  expect(records).toHaveLength(2)
  expect(records[1]).toMatchObject({ failed_batches: 51, lost_spans: 104 })
})

test('says at the end what was not said before', async () => {
  const { backend, outbox, spans } = open(5)
  spans(105)
  expect(records).toMatchObject([{ event: 'telemetry.spans_dropped', dropped_spans: 1, capacity: 5 }])
  const ended = outbox.shutdown()
  await Promise.resolve()
  await Promise.resolve()
  backend.answerAll({ code: ExportResultCode.SUCCESS })
  await ended
  expect(records.slice(1)).toMatchObject([{ event: 'telemetry.spans_dropped', dropped_spans: 99 }])
})

describe('what waits holds no secret', () => {
  test.for(SECRETS)('not %s', async ([, secret, text]) => {
    const { backend, outbox, tracer } = open(20)
    const span = tracer.startSpan('act a', {
      attributes: { text, list: ['x', text], 'db.password': secret, max_tokens: 7 },
    })
    span.addEvent('exception', { 'exception.message': text, 'exception.stacktrace': `Error: ${text}\n    at x` })
    span.setStatus({ code: 2, message: text })
    span.end()
    const flushed = outbox.forceFlush()
    const [sent] = backend.batches[0]!.spans
    backend.answerAll({ code: ExportResultCode.SUCCESS })
    await flushed
    const { attributes, events, status } = sent!
    expect(JSON.stringify({ attributes, events, status })).not.toContain(JSON.stringify(secret).slice(1, -1))
    expect(attributes.max_tokens).toBe(7)
  })
})
