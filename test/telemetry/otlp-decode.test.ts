import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { expect, test } from 'vitest'
import { decodeTraces } from './otlp-decode.ts'
import { readFields } from './protobuf-wire.ts'

function finishedSpans() {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const tracer = provider.getTracer('a scope')
  const parent = tracer.startSpan('parent', { kind: SpanKind.CONSUMER }, ROOT_CONTEXT)
  const child = tracer.startSpan(
    'child é',
    { links: [{ context: parent.spanContext() }] },
    trace.setSpan(ROOT_CONTEXT, parent),
  )
  child.setAttributes({
    text: 'ü',
    whole: 7,
    below: -3,
    part: 0.25,
    yes: true,
    no: false,
    list: ['a', 'b'],
    numbers: [1, 2.5],
  })
  child.addEvent('happened', { 'exception.message': 'm' })
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'why' })
  child.end()
  parent.end()
  return exporter.getFinishedSpans()
}

test.for([
  ['JSON', 'application/json', JsonTraceSerializer],
  ['protobuf', 'application/x-protobuf', ProtobufTraceSerializer],
] as const)('reads what the SDK writes in %s', ([, contentType, serializer]) => {
  const spans = finishedSpans()
  const body = Buffer.from(serializer.serializeRequest(spans) ?? [])
  const [child, parent] = decodeTraces(body, contentType)
  expect(child).toMatchObject({
    traceId: spans[0]!.spanContext().traceId,
    spanId: spans[0]!.spanContext().spanId,
    parentSpanId: spans[1]!.spanContext().spanId,
    name: 'child é',
    kind: 'internal',
    attributes: {
      text: 'ü',
      whole: 7,
      below: -3,
      part: 0.25,
      yes: true,
      no: false,
      list: ['a', 'b'],
      numbers: [1, 2.5],
    },
    events: [{ name: 'happened', attributes: { 'exception.message': 'm' } }],
    links: [{ traceId: spans[1]!.spanContext().traceId, spanId: spans[1]!.spanContext().spanId }],
    status: 'error',
    statusMessage: 'why',
    scope: 'a scope',
  })
  expect(child?.startedAt).toBe(BigInt(spans[0]!.startTime[0]) * 1_000_000_000n + BigInt(spans[0]!.startTime[1]))
  expect(child!.endedAt).toBeGreaterThanOrEqual(child!.startedAt)
  expect(child?.resource['telemetry.sdk.language']).toBe('nodejs')
  expect(parent).toMatchObject({
    name: 'parent',
    kind: 'consumer',
    parentSpanId: undefined,
    status: 'unset',
    events: [],
    links: [],
  })
})

test('refuses a body that is cut off, and one in another format', () => {
  const body = Buffer.from(ProtobufTraceSerializer.serializeRequest(finishedSpans()) ?? [])
  expect(() => decodeTraces(body.subarray(0, body.length - 3), 'application/x-protobuf')).toThrow(RangeError)
  expect(() => decodeTraces(body, 'text/plain')).toThrow("got 'text/plain'")
  expect(() => readFields(Uint8Array.of(0x0b))).toThrow('Wire type 3')
})
