// Trace context in messages: each is handled in a consumer span that is its sender's child.

import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fromPromise } from 'xstate'
import { type Delivered, type Scope, startSystem } from '../../supervisor/index.ts'
import { counter, counterMachine, say } from './counter.ts'
import { FakeClock, settle } from './fake-clock.ts'

const exporter = new InMemorySpanExporter()

beforeEach(() => {
  exporter.reset()
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register()
})

afterEach(() => {
  trace.disable()
  propagation.disable()
  context.disable()
})

const tracer = () => trace.getTracer('test')

/** `name < parent's name` of each finished span. */
function family(): readonly string[] {
  const spans = exporter.getFinishedSpans()
  const nameOf = (id: string | undefined) => spans.find((span) => span.spanContext().spanId === id)?.name ?? '-'
  return spans.map((span) => `${span.name} < ${nameOf(span.parentSpanContext?.spanId)}`).sort()
}

function spanNamed(name: string): ReadableSpan[] {
  return exporter.getFinishedSpans().filter((span) => span.name === name)
}

async function systemOf(over: Parameters<typeof counter>[1] = {}, seen: Delivered[] = []) {
  const clock = new FakeClock()
  const children = [counter('a', over, seen), counter('b'), counter('c')]
  return {
    clock,
    system: await startSystem({ id: 'root', strategy: 'one_for_one', intensity: 9, children }, { clock }),
  }
}

test('a hop is a consumer span below the sender, over as many actors as it goes', async () => {
  const { system } = await systemOf()
  tracer().startActiveSpan('outside', (span) => {
    say(system, '/a', {
      type: 'work',
      run: (one) =>
        one.tell('/b', { type: 'work', run: (two: typeof one) => two.tell('/c', { type: 'add' }) } as never),
    })
    span.end()
  })
  await settle()
  expect(family()).toEqual([
    'outside < -',
    'process counter add < process counter work',
    'process counter work < outside',
    'process counter work < process counter work',
  ])
  expect(spanNamed('process counter add')[0]).toMatchObject({
    kind: SpanKind.CONSUMER,
    attributes: { 'botticelli.actor.path': '/c', 'botticelli.message.attempt': 1 },
  })
})

test('messages sent to a busy actor from different traces each keep their own', async () => {
  const { system } = await systemOf()
  const work = Promise.withResolvers<void>()
  const inSpan = (name: string, run: () => void) =>
    tracer().startActiveSpan(name, (span) => {
      run()
      span.end()
    })
  const childSpan = (name: string) => ({ type: 'work' as const, run: () => tracer().startSpan(name).end() })
  inSpan('first', () => say(system, '/a', { type: 'wait', for: work.promise }))
  inSpan('second', () => say(system, '/a', childSpan('inner second')))
  inSpan('third', () => say(system, '/a', childSpan('inner third')))
  await settle()
  inSpan('unrelated', () => work.resolve())
  await settle()
  expect(family()).toEqual([
    'first < -',
    'inner second < process counter work',
    'inner third < process counter work',
    'process counter wait < first',
    'process counter work < second',
    'process counter work < third',
    'second < -',
    'third < -',
    'unrelated < -',
  ])
  const inner = spanNamed('inner third')[0]!
  expect(inner.spanContext().traceId).toBe(spanNamed('third')[0]!.spanContext().traceId)
})

test('a second attempt is a new span of the same trace, linked to the first, which failed', async () => {
  const { system } = await systemOf()
  tracer().startActiveSpan('outside', (span) => {
    say(system, '/a', { type: 'fail', times: 1 })
    span.end()
  })
  await settle()
  const [first, second] = spanNamed('process counter fail')
  expect(first!.status.message).toBe('asked to fail')
  expect(first!.attributes['error.type']).toBe('Error')
  expect(second!.attributes['botticelli.message.attempt']).toBe(2)
  expect(second!.links.map((link) => link.context.spanId)).toEqual([first!.spanContext().spanId])
  expect(second!.parentSpanContext?.spanId).toBe(spanNamed('outside')[0]!.spanContext().spanId)
  const [restart] = spanNamed('supervisor.restart counter')
  expect(restart!.links.map((link) => link.context.spanId)).toEqual([first!.spanContext().spanId])
  expect(restart!.parentSpanContext).toBeUndefined()
  expect(restart!.attributes).toMatchObject({ 'botticelli.restart.reason': 'Error', 'botticelli.restart.count': 1 })
})

test('children run in the trace of the message that asked for them, over their restarts', async () => {
  const { system } = await systemOf()
  const act = {
    id: 'act',
    kind: 'act',
    limit: { maxRestarts: 3 },
    start: (scope: { incarnation: number }) => ({
      logic: fromPromise(async () => {
        tracer().startSpan(`attempt ${scope.incarnation}`).end()
        if (scope.incarnation < 3) throw new Error('again')
      }),
    }),
  }
  say(system, '/a', { type: 'work', run: (scope) => scope.runChild(act) })
  await settle()
  expect(family().filter((line) => line.startsWith('attempt'))).toEqual([
    'attempt 1 < process counter work',
    'attempt 2 < process counter work',
    'attempt 3 < process counter work',
  ])
})

test('a trace that comes from a store is continued, and an actor restarted meanwhile has no part in it', async () => {
  const seen: Delivered[] = []
  const { system, clock } = await systemOf({ backoff: { minMs: 10, maxMs: 10, jitter: 0 } }, seen)
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  system.tell('/a', { type: 'fail', times: 1 } as never, { traceparent })
  await clock.advance(10)
  expect(seen.map(({ meta }) => meta.traceparent)).toEqual([traceparent, traceparent])
  const traces = spanNamed('process counter fail').map((span) => span.spanContext().traceId)
  expect(traces).toEqual(['0af7651916cd43dd8448eb211c80319c', '0af7651916cd43dd8448eb211c80319c'])
})

test('a life that follows a crash has no part in the trace of the message that was too much', async () => {
  const inSpan: boolean[] = []
  const children = [
    {
      ...counter('a'),
      start: (scope: Scope) => {
        inSpan.push(trace.getActiveSpan() !== undefined)
        return { logic: counterMachine(scope) }
      },
    },
  ]
  const system = await startSystem({ id: 'root', strategy: 'one_for_one', intensity: 9, children })
  tracer().startActiveSpan('outside', (span) => {
    say(system, '/a', { type: 'fail', times: 1 })
    span.end()
  })
  await settle()
  expect(inSpan).toEqual([false, false])
})

test('with no provider registered nothing is traced, and a stored trace still travels', async () => {
  trace.disable()
  const seen: Delivered[] = []
  const { system } = await systemOf({}, seen)
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  system.tell(
    '/b',
    { type: 'work', run: (scope: { tell: typeof system.tell }) => scope.tell('/a', { type: 'add' }) } as never,
    {
      traceparent,
    },
  )
  await settle()
  expect(seen[0]!.meta.traceparent).toBe(traceparent)
  expect(exporter.getFinishedSpans()).toEqual([])
})
