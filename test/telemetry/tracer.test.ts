// Tracer: ids, decisions, and what a span keeps of what it is told.

import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { emptyResource } from '@opentelemetry/resources'
import { AlwaysOffSampler, AlwaysOnSampler, NodeTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { afterEach, describe, expect, test } from 'vitest'
import { boundFields, fromHere, withLogFields } from '../../telemetry/surroundings.ts'
import { TraceStorage } from '../../telemetry/trace-storage.ts'
import { createTracer } from '../../telemetry/tracer.ts'

function open({ sampled = true, recordsAll = false } = {}) {
  const ended: ReadableSpan[] = []
  const tracer = createTracer({
    resource: emptyResource(),
    instrumentationScope: { name: 'test' },
    sampler: sampled ? new AlwaysOnSampler() : new AlwaysOffSampler(),
    recordsAll,
    listeners: [{ onStart: () => {}, onEnd: (span) => ended.push(span) }],
  })
  return { tracer, ended }
}
const below = (traceFlags: number) =>
  trace.setSpanContext(ROOT_CONTEXT, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags, isRemote: true })

describe('ids', () => {
  test('are of the right form, never zero, and nobody has the same', () => {
    const { tracer } = open()
    const ids = new Set<string>()
    for (let n = 0; n < 2_000; n++) {
      const { traceId, spanId } = tracer.startSpan('a', {}, ROOT_CONTEXT).spanContext()
      expect(traceId).toMatch(/^(?!0{32})[\da-f]{32}$/)
      expect(spanId).toMatch(/^(?!0{16})[\da-f]{16}$/)
      ids.add(traceId).add(spanId)
    }
    expect(ids.size).toBe(4_000)
  })

  test('a child has the trace of its parent, and says who that is', () => {
    const { tracer, ended } = open()
    tracer.startSpan('child', { kind: SpanKind.CLIENT }, below(1)).end()
    expect(ended[0]).toMatchObject({
      name: 'child',
      kind: SpanKind.CLIENT,
      parentSpanContext: { spanId: 'b'.repeat(16) },
    })
    expect(ended[0]?.spanContext().traceId).toBe('a'.repeat(32))
  })
})

test.for<
  [title: string, parent: number | undefined, sampled: boolean, recordsAll: boolean, flags: number, ended: number]
>([
  ['a chosen beginning is sampled', undefined, true, false, 1, 1],
  ['one that was not chosen leaves nothing', undefined, false, false, 0, 0],
  ['or is recorded without being sampled', undefined, false, true, 0, 1],
  ['below a sampled parent nobody is asked', 1, false, false, 1, 1],
  ['nor below one that is not', 0, true, false, 0, 0],
])('%s', ([, parent, sampled, recordsAll, flags, count]) => {
  const { tracer, ended } = open({ sampled, recordsAll })
  const span = tracer.startSpan('a', {}, parent === undefined ? ROOT_CONTEXT : below(parent))
  span.end()
  expect([span.spanContext().traceFlags, ended.length]).toEqual([flags, count])
})

describe('a span', () => {
  test('keeps times that belong together', () => {
    const { tracer, ended } = open()
    const before = Date.now()
    const span = tracer.startSpan('a', { startTime: before - 1_500 })
    span.addEvent('event')
    span.end()
    const ms = ([seconds, nanos]: readonly [number, number]) => seconds * 1_000 + nanos / 1e6
    const { startTime, endTime, duration, events } = ended[0]!
    expect(ms(startTime)).toBeCloseTo(before - 1_500, 2)
    expect(ms(duration)).toBeGreaterThanOrEqual(1_499)
    expect(ms(endTime) - ms(startTime)).toBeCloseTo(ms(duration), 2)
    expect(ms(events[0]!.time)).toBeLessThanOrEqual(ms(endTime) + 0.01)
  })

  test('is bounded, and counts what it does not keep', () => {
    const { tracer, ended } = open()
    const link = { context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 } }
    const span = tracer.startSpan('a', { links: Array(100).fill(link) })
    for (let n = 0; n < 200; n++) span.setAttribute(`key ${n}`, n).addEvent('event').addLink(link)
    span.setAttribute('key 0', 'again').end()
    expect(Object.keys(ended[0]!.attributes)).toHaveLength(64)
    expect(ended[0]).toMatchObject({
      attributes: { 'key 0': 'again' },
      droppedAttributesCount: 136,
      droppedEventsCount: 136,
      droppedLinksCount: 172,
    })
  })

  test('does not change after its end, and ends once', () => {
    const { tracer, ended } = open()
    const span = tracer.startSpan('a', { attributes: { kept: 1, missing: undefined } })
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'broken' }).end()
    span.setAttribute('late', 1).addEvent('late').updateName('late').setStatus({ code: SpanStatusCode.OK })
    span.end()
    expect(ended).toHaveLength(1)
    expect(ended[0]).toMatchObject({ name: 'a', attributes: { kept: 1 }, events: [], status: { message: 'broken' } })
    expect(Object.keys(ended[0]!.attributes)).toEqual(['kept'])
  })

  test('takes nothing of whoever gave it attributes', () => {
    const { tracer, ended } = open()
    const given = { key: 'mine' }
    tracer.startSpan('a', { attributes: given }).end()
    ended[0]!.attributes.key = 'changed'
    expect(given.key).toBe('mine')
  })
})

describe('the storage of contexts', () => {
  afterEach(() => {
    context.disable()
    trace.disable()
  })

  test('is carried along by promises, and ends with the function', async () => {
    context.setGlobalContextManager(new TraceStorage().enable())
    const { tracer } = open()
    const seen = await tracer.startActiveSpan('a', async (span) => {
      await new Promise(setImmediate)
      return trace.getActiveSpan() === span
    })
    expect(seen).toBe(true)
    expect(context.active()).toBe(ROOT_CONTEXT)
    const bound = context.bind(below(1), (more: string) => [trace.getActiveSpan()?.spanContext().traceId, more])
    expect(bound('x')).toEqual(['a'.repeat(32), 'x'])
  })

  test.for<[whose: string, setUp: () => void]>([
    ['ours', () => context.setGlobalContextManager(new TraceStorage().enable())],
    ['that of the process around us', () => new NodeTracerProvider().register({ propagator: null })],
  ])('%s: what comes later is taken back to where that was asked for', async ([, setUp]) => {
    setUp()
    const { tracer } = open()
    const seen = () => ({ span: trace.getActiveSpan(), fields: boundFields() })
    const there = tracer.startActiveSpan('there', (span) => ({
      span,
      within: withLogFields({ act: 'there' }, fromHere),
    }))
    await tracer.startActiveSpan('elsewhere', (span) =>
      withLogFields({ act: 'elsewhere' }, async () => {
        const back = await there.within(async () => {
          await new Promise(setImmediate)
          return seen()
        })
        expect(back).toEqual({ span: there.span, fields: { act: 'there' } })
        expect(seen()).toEqual({ span, fields: { act: 'elsewhere' } })
      }),
    )
    expect(trace.getActiveSpan()).toBeUndefined()
  })
})
