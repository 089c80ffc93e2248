import { afterEach, beforeEach, expect, test } from 'vitest'
import { count } from '../../telemetry/instruments.ts'
import { log } from '../../telemetry/log.ts'
import { inSpan } from '../../telemetry/spans.ts'
import { startTelemetry } from '../../telemetry/telemetry.ts'
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts'
import { parsePrometheus, sampleValue } from './prometheus-text.ts'

let receiver: OtlpReceiver
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(() => receiver.close())

const lines: string[] = []
const logging = { level: 'info', format: 'json', destination: { write: (line: string) => lines.push(line) } } as const

function start(options: { readonly push: boolean }) {
  lines.length = 0
  return startTelemetry({
    serviceName: 'pushing',
    serviceVersion: '1',
    otlpEndpoint: receiver.url,
    metrics: true,
    log: logging,
    shutdownMs: 2_000,
    ...(options.push && { pushMetricsEveryMs: 60_000, pushLogs: true }),
  })
}

test('metrics and log lines go to the receiver as well, with the trace of the line', async () => {
  const telemetry = await start({ push: true })
  count('botticelli.db.transactions', { outcome: 'commit' }, 3)
  const err = new Error('broken by Bearer abcdefghijklmnop123')
  inSpan('act a', {}, () => log('act.failed', { act: 'a', narrative: 'n', err }))
  await telemetry.shutdown()

  expect(receiver.errors).toEqual([])
  const transactions = receiver.metrics.get('botticelli.db.transactions')
  expect(transactions).toMatchObject({ kind: 'sum', unit: '{transaction}' })
  expect(transactions?.points).toContainEqual({ attributes: { outcome: 'commit' }, value: 3 })
  expect(receiver.metrics.get('process.resident_memory')?.kind).toBe('gauge')

  const [line] = receiver.logs.filter(({ eventName }) => eventName === 'act.failed')
  expect(line).toMatchObject({ severity: 'WARN', body: 'Act failed', resource: { 'service.name': 'pushing' } })
  expect(line?.attributes).toMatchObject({ act: 'a', narrative: 'n', target: 'act' })
  expect(line?.attributes['exception.message']).toBe('broken by Bearer [redacted]')
  expect(line?.traceId).toBe(receiver.spans()[0]?.traceId)
})

test('nothing is pushed that was not asked for', async () => {
  const telemetry = await start({ push: false })
  log('bot.resumed', { bot: 'b' })
  await telemetry.shutdown()
  expect(receiver.metrics.size).toBe(0)
  expect(receiver.logs).toEqual([])
  expect(lines).toHaveLength(1)
})

test('a receiver that refuses costs one line and a count', async () => {
  receiver.become('reject')
  const telemetry = await start({ push: true })
  log('bot.resumed', { bot: 'b' })
  await telemetry.flush()
  log('bot.resumed', { bot: 'b' })
  await telemetry.flush()
  const families = parsePrometheus(await telemetry.metricsText())
  const lost = sampleValue(families, 'otel_sdk_exporter_log_exported_total', { error_type: 'export_failed' })
  expect(lost).toBeGreaterThanOrEqual(2)
  const told = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'telemetry.push_failed')
  expect(told).toMatchObject([{ signal: 'logs', level: 'WARN' }])
  await telemetry.shutdown()
})
