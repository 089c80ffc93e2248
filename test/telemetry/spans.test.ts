import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BotticelliError } from '../../errors.ts'
import { kindOfSpan, SPANS, type SpanName } from '../../telemetry/span-table.ts'
import { inSpan } from '../../telemetry/spans.ts'
import { startTelemetry, type Telemetry } from '../../telemetry/telemetry.ts'
import { currentTraceContext, traceIdOf, withTraceContext } from '../../telemetry/trace-context.ts'
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts'

let receiver: OtlpReceiver
let telemetry: Telemetry

beforeEach(async () => {
  receiver = await startOtlpReceiver()
  telemetry = await startTelemetry({
    serviceName: 'botticelli-test',
    serviceVersion: '1.2.3',
    environment: 'test',
    otlpEndpoint: receiver.url,
    otlpHeaders: { 'x-tenant': 'florence' },
  })
})

afterEach(async () => {
  await telemetry.shutdown()
  await receiver.close()
})

describe('inSpan', () => {
  test('nests what is called inside, over awaits', async () => {
    await inSpan(
      'bot.run generator',
      { parent: 'root', attributes: { 'botticelli.bot.name': 'generator' } },
      async () => {
        await inSpan('invoke_workflow posts', {}, async () => {
          for (const act of ['draft', 'polish']) {
            await inSpan(`act ${act}`, {}, async () => {
              await Promise.resolve()
              inSpan('chat gemini', {}, () => {})
            })
          }
        })
      },
    )
    await telemetry.flush()
    expect(receiver.tree(undefined, { attributes: ['botticelli.bot.name'] })).toBe(
      [
        'bot.run generator botticelli.bot.name=generator',
        '  invoke_workflow posts',
        '    act draft',
        '      chat gemini',
        '    act polish',
        '      chat gemini',
      ].join('\n'),
    )
    expect(receiver.errors).toEqual([])
    const [run] = receiver.spans()
    expect(run).toMatchObject({ kind: 'internal', scope: 'botticelli', status: 'unset' })
    expect(run?.resource).toMatchObject({
      'service.name': 'botticelli-test',
      'service.version': '1.2.3',
      'deployment.environment.name': 'test',
      'telemetry.sdk.name': 'opentelemetry',
    })
    expect(receiver.requests[0]?.headers['x-tenant']).toBe('florence')
    expect(receiver.spans().find(({ name }) => name === 'chat gemini')?.kind).toBe('client')
  })

  test('gives back what the function gives back', async () => {
    expect(inSpan('act a', {}, () => 7)).toBe(7)
    await expect(inSpan('act a', {}, async () => 8)).resolves.toBe(8)
  })

  test('one item keeps one trace from its birth to its post, over three runs', async () => {
    const born = inSpan('bot.run generator', { parent: 'root' }, () => inSpan('create drafts', {}, currentTraceContext))
    const curated = inSpan('bot.run curator', { parent: 'root' }, () => {
      const run = currentTraceContext()?.traceparent
      return inSpan('process drafts', { ...(born && { parent: born }), links: [run] }, currentTraceContext)
    })
    inSpan('bot.run poster', { parent: 'root' }, () => {
      withTraceContext(curated, () =>
        inSpan('process approved', {}, () => inSpan('POST discord /channels/{id}/messages', {}, () => {})),
      )
    })
    await telemetry.flush()
    expect(receiver.tree(traceIdOf(born?.traceparent))).toBe(
      [
        'bot.run generator',
        '  create drafts',
        '    process drafts',
        '      process approved',
        '        POST discord /channels/{id}/messages',
      ].join('\n'),
    )
    const curatorRun = receiver.spans().find(({ name }) => name === 'bot.run curator')
    const link = receiver.spans().find(({ name }) => name === 'process drafts')?.links
    expect(link).toEqual([{ traceId: curatorRun?.traceId, spanId: curatorRun?.spanId }])
  })

  test.for([
    [
      'throws',
      () => Promise.reject(new BotticelliError('bad-type', 'Key "x" is no number.')),
      'bad-type',
      'Key "x" is no number.',
    ],
    [
      'rejects with a secret',
      () => Promise.reject(new TypeError('Bearer abc123def456ghi789 was refused')),
      'TypeError',
      'Bearer [redacted] was refused',
    ],
    ['rejects with no error', () => Promise.reject('text'), '_other', 'text'],
  ] as const)('marks a span whose function %s', async ([, fn, type, message]) => {
    await expect(inSpan('act a', {}, fn)).rejects.toBeDefined()
    await telemetry.flush()
    const [span] = receiver.spans()
    expect(span).toMatchObject({ status: 'error', statusMessage: message, attributes: { 'error.type': type } })
    expect(span?.events).toMatchObject([{ name: 'exception', attributes: { 'exception.message': message } }])
  })

  test('throws on what a synchronous function throws, and ends the span', async () => {
    const thrown = new RangeError('too far')
    expect(() => inSpan('act a', {}, () => { throw thrown })).toThrow(thrown) // biome-ignore format: one line
    await telemetry.flush()
    expect(receiver.tree()).toBe('act a ! RangeError')
  })

  test('leaves out links that cannot be read, and more than 128', async () => {
    const link = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    inSpan('act a', { links: [undefined, 'nonsense', ...Array(200).fill(link)] }, () => {})
    await telemetry.flush()
    expect(receiver.spans()[0]?.links).toHaveLength(126)
  })
})

test('a sampled-out trace stays out as a whole, and a continued one follows its beginning', async () => {
  await telemetry.shutdown()
  telemetry = await startTelemetry({
    serviceName: 'x',
    serviceVersion: '0',
    otlpEndpoint: receiver.url,
    sampleRatio: 0,
  })
  inSpan('bot.run a', { parent: 'root' }, () => inSpan('act a', {}, () => {}))
  const sampled = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }
  inSpan('process drafts', { parent: sampled }, () => inSpan('act b', {}, () => {}))
  await telemetry.flush()
  expect(receiver.tree()).toBe('process drafts\n  act b')
})

describe('the table of spans', () => {
  test.for<[SpanName, string]>([
    ['process drafts', 'consumer'],
    ['process bot run.start', 'consumer'],
    ['GET /metrics', 'server'],
    ['POST discord /channels/{id}/messages', 'client'],
    ['discord messages.send', 'client'],
    ['store journal.complete', 'client'],
    ['act two\nlines', 'internal'],
  ])('gives %j the kind %s', ([name, kind]) => {
    expect(kindOfSpan(name)).toBe(kind)
  })

  test('knows every one of its own patterns', () => {
    for (const [pattern, { kind }] of Object.entries(SPANS)) {
      const name = pattern.replace('{METHOD}', 'GET').replace('{OPERATION}', 'SELECT').replace(/[{}]/g, '')
      expect([pattern, kindOfSpan(name as SpanName)]).toEqual([pattern, kind])
    }
  })

  test('refuses a name that it does not have', () => {
    // @ts-expect-error no such pattern
    inSpan('acts a', {}, () => {})
  })
})
