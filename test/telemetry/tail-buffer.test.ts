import { SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { inSpan } from '../../telemetry/spans.ts'
import { TailBuffer } from '../../telemetry/tail-buffer.ts'
import { startTelemetry, type Telemetry } from '../../telemetry/telemetry.ts'
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts'

function span(traceId: string, code = SpanStatusCode.UNSET): ReadableSpan {
  const context = { traceId, spanId: 'b'.repeat(16), traceFlags: 0 }
  return { spanContext: () => context, status: { code } } as unknown as ReadableSpan
}

describe('the buffer', () => {
  test('forgets a trace that ends well', () => {
    const released: ReadableSpan[] = []
    const buffer = new TailBuffer((each) => released.push(each))
    buffer.started('t1')
    buffer.started('t1')
    buffer.ended(span('t1'))
    expect(buffer.size).toBe(1)
    buffer.ended(span('t1'))
    expect([buffer.size, released.length]).toEqual([0, 0])
  })

  test('holds a bounded number of spans, whatever is open', () => {
    const buffer = new TailBuffer(() => {})
    for (let trace = 0; trace < 300; trace++) {
      buffer.started(`t${trace}`) // never ends
      for (let i = 0; i < 100; i++) {
        buffer.started(`t${trace}`)
        buffer.ended(span(`t${trace}`))
      }
    }
    expect(buffer.size).toBeLessThanOrEqual(10_000)
    expect(buffer.size).toBeGreaterThan(9_000)
  })

  test('gives up the oldest of too many open traces, and knows it no more', () => {
    const released: ReadableSpan[] = []
    const buffer = new TailBuffer((each) => released.push(each))
    for (let trace = 0; trace <= 5_000; trace++) buffer.started(`t${trace}`)
    buffer.ended(span('t0', SpanStatusCode.ERROR))
    expect(released).toEqual([])
    buffer.ended(span('t1', SpanStatusCode.ERROR))
    expect(released).toHaveLength(1)
  })
})

describe('with a ratio that chooses almost nothing', () => {
  let receiver: OtlpReceiver
  let telemetry: Telemetry
  beforeEach(async () => {
    receiver = await startOtlpReceiver()
    telemetry = await startTelemetry({
      serviceName: 'x',
      serviceVersion: '0',
      otlpEndpoint: receiver.url,
      sampleRatio: 1e-12,
    })
  })
  afterEach(async () => {
    await telemetry.shutdown()
    await receiver.close()
  })

  test('a trace in which something failed arrives whole, one that went well not at all', async () => {
    for (const fails of [false, true]) {
      inSpan(`bot.run ${fails ? 'bad' : 'good'}`, { parent: 'root' }, () => {
        inSpan('act before', {}, () => {})
        const failing = () =>
          inSpan('act failing', {}, () => {
            inSpan('chat model', {}, () => {})
            if (fails) throw new RangeError('no')
          })
        if (fails) expect(failing).toThrow('no')
        else failing()
        inSpan('act after', {}, () => {})
      })
    }
    await telemetry.flush()
    expect(receiver.tree()).toBe(
      ['bot.run bad', '  act before', '  act failing ! RangeError', '    chat model', '  act after'].join('\n'),
    )
  })
})
