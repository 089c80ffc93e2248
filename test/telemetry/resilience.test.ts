// Resilience: whatever a backend does, it costs bounded memory, a count and a line a minute, and keeps nobody waiting (P6).
// Everything that is sent anywhere is sent to one real server of each mood, and to a port where nobody listens.

import { expect, test } from 'vitest'
import { log } from '../../telemetry/log.ts'
import { openNotifier } from '../../telemetry/notifier.ts'
import { inSpan } from '../../telemetry/spans.ts'
import { startTelemetry } from '../../telemetry/telemetry.ts'
import { MOODS, startOtlpReceiver } from './otlp-receiver.ts'
import { parsePrometheus, sampleValue } from './prometheus-text.ts'

const SPANS = 300
const LINES = 2_500
/** Log lines that wait at most. */
const LINES_WAITING = 2_048

/** As `startTelemetry` and the tests before it have it, but hurried. */
const limits = { otlpTimeoutMs: 150, shutdownMs: 600 } as const
const BACKENDS = [...MOODS, 'dead'] as const

test.for(BACKENDS)('a backend that is %s costs a count and a line a minute', async (mood) => {
  await using receiver = await startOtlpReceiver()
  if (mood !== 'dead') receiver.become(mood)
  const url = mood === 'dead' ? 'http://127.0.0.1:9' : receiver.url
  const lines: Record<string, unknown>[] = []
  // Another one each time: what a backend before took too long for is told late, and not about this one.
  const capacity = 100 + BACKENDS.indexOf(mood)
  const telemetry = await startTelemetry({
    serviceName: 'test',
    serviceVersion: '0',
    otlpEndpoint: url,
    metrics: true,
    pushMetricsEveryMs: 200,
    pushLogs: true,
    sentryDsn: `${url.replace('//', '//key@')}/1`,
    log: { level: 'info', format: 'json', destination: { write: (line) => lines.push(JSON.parse(line)) } },
    spanQueueSize: capacity,
    ...limits,
  })

  // Whoever works is through before the backend is asked again.
  const before = receiver.requests.length
  for (let n = 0; n < SPANS; n++) inSpan('act a', {}, () => {})
  for (let n = 0; n < LINES; n++) log('bot.resumed', { bot: `b${n}` })
  for (let n = 0; n < 40; n++) log('narrative.failed', { narrative: `n${n}`, err: new Error('broken') })
  expect(receiver.requests).toHaveLength(before)

  await telemetry.flush()
  const read = async () => {
    const families = parsePrometheus(await telemetry.metricsText())
    return (name: string, labels = {}) => sampleValue(families, name, labels) ?? 0
  }
  const lost = { error_type: 'export_failed' }
  await expect
    .poll(async () => (await read())('otel_sdk_exporter_metric_data_point_exported_total', lost), { timeout: 5_000 })
    .toBeGreaterThan(0)
  const value = await read()
  expect(value('otel_sdk_processor_span_queue_size')).toBeLessThanOrEqual(capacity)
  expect(value('otel_sdk_processor_span_processed_total')).toBe(capacity)
  expect(value('otel_sdk_processor_span_processed_total', { error_type: 'queue_full' })).toBe(SPANS - capacity)
  expect(value('otel_sdk_exporter_span_exported_total', lost)).toBe(capacity)
  expect(value('otel_sdk_exporter_log_exported_total', lost)).toBeGreaterThan(LINES - LINES_WAITING)
  expect(value('otel_sdk_exporter_span_exported_total')).toBe(0)
  expect(value('otel_sdk_exporter_log_exported_total')).toBe(0)

  await telemetry.shutdown()
  const told = lines.filter(
    (line) =>
      String(line.event).startsWith('telemetry.') &&
      (line.capacity === capacity || String(line.endpoint).startsWith(url)),
  )
  const kinds = told.map(({ event, signal }) => [event, signal].join(' '))
  expect(kinds).toEqual(expect.arrayContaining(['telemetry.export_failed ', 'telemetry.spans_dropped ']))
  expect(kinds.filter((kind) => !ONE_A_MINUTE.includes(kind))).toEqual([])
  for (const kind of ONE_A_MINUTE) expect(kinds.filter((each) => each === kind).length).toBeLessThanOrEqual(most(kind))
  expect(JSON.stringify(told)).not.toContain('key@')
})

const ONE_A_MINUTE = [
  'telemetry.export_failed ',
  'telemetry.spans_dropped ',
  'telemetry.push_failed metrics',
  'telemetry.push_failed logs',
  'telemetry.push_failed errors',
]
/** The end says what was not said before. */
const most = (kind: string) => (kind.startsWith('telemetry.push_failed') ? 1 : 2)

test.for(BACKENDS)('a webhook that is %s keeps nobody waiting', async (mood) => {
  await using receiver = await startOtlpReceiver()
  if (mood !== 'dead') receiver.become(mood)
  const notifier = openNotifier({
    channels: [{ name: 'webhook', url: mood === 'dead' ? 'http://127.0.0.1:9/hook' : `${receiver.url}/hook` }],
    sender: { service: 'bots', host: 'here' },
    timers: { now: Date.now, setTimeout, clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout) },
    repeatMs: 60_000,
    settleMs: 0,
    mostPerHour: 10_000,
    mute: [],
  })
  for (let n = 0; n < 1_000; n++) {
    notifier.tell({ kind: 'report', severity: 'info', title: `n${n}`, text: 'x', at: 0, facts: {} })
  }
  expect(receiver.requests).toEqual([])
  await notifier.close(200)
  // What waits was bounded: one under way, and as many as the line holds.
  expect(receiver.requests.length).toBeLessThanOrEqual(51 * 4)
})
