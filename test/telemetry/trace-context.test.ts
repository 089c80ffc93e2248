import { afterEach, describe, expect, test } from 'vitest'
import { inSpan } from '../../telemetry/spans.ts'
import { startTelemetry, type Telemetry } from '../../telemetry/telemetry.ts'
import { currentTraceContext, parseTraceparent, traceIdOf, withTraceContext } from '../../telemetry/trace-context.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`

describe('a traceparent', () => {
  test.for<[title: string, traceparent: string | undefined, traceId: string | undefined]>([
    ['of version 00', PARENT, TRACE],
    ['that is not sampled', `00-${TRACE}-00f067aa0ba902b7-00`, TRACE],
    ['of a later version with more in it', `01-${TRACE}-00f067aa0ba902b7-01-more`, TRACE],
    ['that is missing', undefined, undefined],
    ['that is empty', '', undefined],
    ['of version 00 with more in it', `${PARENT}-more`, undefined],
    ['of the version that is forbidden', `ff-${TRACE}-00f067aa0ba902b7-01`, undefined],
    ['with a trace id of zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, undefined],
    ['with a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`, undefined],
    ['in upper case', PARENT.toUpperCase(), undefined],
    ['that is cut off', PARENT.slice(0, 54), undefined],
  ])('%s', ([, traceparent, traceId]) => {
    expect(traceIdOf(traceparent)).toBe(traceId)
  })

  test('keeps only the sampled bit of its flags', () => {
    expect(parseTraceparent(`00-${TRACE}-00f067aa0ba902b7-ff`)?.traceFlags).toBe(1)
    expect(parseTraceparent(`00-${TRACE}-00f067aa0ba902b7-fe`)?.traceFlags).toBe(0)
  })
})

test('without telemetry there is no context, and functions run all the same', () => {
  expect(withTraceContext({ traceparent: PARENT }, () => currentTraceContext() ?? 'none')).toBe('none')
  expect(inSpan('act a', { parent: { traceparent: PARENT } }, () => currentTraceContext() ?? 'none')).toBe('none')
})

describe('with telemetry', () => {
  let telemetry: Telemetry
  const start = async () => {
    telemetry = await startTelemetry({
      serviceName: 'test',
      serviceVersion: '0',
      otlpEndpoint: 'http://127.0.0.1:9',
      sampleRatio: 0,
      shutdownMs: 100,
    })
  }
  afterEach(() => telemetry.shutdown())

  test('a written context comes back as it was, with state and baggage', async () => {
    await start()
    const written = { traceparent: PARENT, tracestate: 'vendor=1', baggage: 'bot=curator' }
    expect(withTraceContext(written, currentTraceContext)).toEqual(written)
    expect(currentTraceContext()).toBeUndefined()
  })

  test('entering no context hides the one around it', async () => {
    await start()
    const inner = withTraceContext({ traceparent: PARENT }, () => withTraceContext(undefined, currentTraceContext))
    expect(inner).toBeUndefined()
  })

  test('what a function starts inherits its context, and only that', async () => {
    await start()
    const seen = await withTraceContext({ traceparent: PARENT }, async () => {
      await Promise.resolve()
      const timer = Promise.withResolvers<string | undefined>()
      setImmediate(() => timer.resolve(traceIdOf(currentTraceContext()?.traceparent)))
      return timer.promise
    })
    expect(seen).toBe(TRACE)
    expect(currentTraceContext()).toBeUndefined()
  })
})
