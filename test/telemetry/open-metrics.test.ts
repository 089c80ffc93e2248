import { afterEach, describe, expect, test, vi } from 'vitest'
import { count, record, takeRelayed } from '../../telemetry/instruments.ts'
import { startMetricsServer } from '../../telemetry/metrics-server.ts'
import { wantsOpenMetrics } from '../../telemetry/open-metrics.ts'
import { inSpan } from '../../telemetry/spans.ts'
import { startTelemetry, type Telemetry } from '../../telemetry/telemetry.ts'
import { currentTraceContext, traceIdOf } from '../../telemetry/trace-context.ts'
import { parsePrometheus } from './prometheus-text.ts'

let telemetry: Telemetry | undefined
afterEach(() => {
  vi.useRealTimers()
  return telemetry?.shutdown()
})

async function start(sampleRatio: number): Promise<Telemetry> {
  const service = { serviceName: 'x', serviceVersion: '0', metrics: true, shutdownMs: 50 }
  telemetry = await startTelemetry({ ...service, otlpEndpoint: 'http://127.0.0.1:9', sampleRatio })
  return telemetry
}

/** Counts and records in a span. @returns its trace */
function work(): string {
  return inSpan('act a', { parent: 'root' }, () => {
    count('botticelli.api.errors', { model: 'm' })
    record('botticelli.bot.duration', 3, { bot_type: 'custom', outcome: 'ok' })
    return traceIdOf(currentTraceContext()?.traceparent) ?? ''
  })
}

test('a counter and a bucket tell the trace that they were counted in last, give or take a second', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { openMetrics } = await start(1)
  work()
  vi.advanceTimersByTime(1_000)
  const trace = work()
  work()
  const text = await openMetrics()
  const exemplar = `# {trace_id="${trace}",span_id="[0-9a-f]{16}"}`
  expect(text).toMatch(new RegExp(`^botticelli_api_errors_total{model="m"} 3 ${exemplar} 1 [0-9]+[.][0-9]{3}$`, 'm'))
  expect(text).toMatch(new RegExp(`^botticelli_bot_duration_seconds_bucket{.*le="5.0"} 3 ${exemplar} 3 `, 'm'))
  expect(text.match(/ # \{/g)).toHaveLength(2)
})

test('a number of another thread brings its trace along', async () => {
  const { openMetrics } = await start(1)
  const [traceId, spanId] = ['a'.repeat(32), 'b'.repeat(16)]
  takeRelayed(['botticelli.api.errors', 1, { model: 'm' }, { traceId, spanId }])
  expect(await openMetrics()).toContain(`{model="m"} 1 # {trace_id="${traceId}",span_id="${spanId}"} 1 `)
})

test('a trace that is not kept, and what is counted in none, is no example', async () => {
  const { openMetrics } = await start(0)
  work()
  count('botticelli.api.errors', { model: 'm' })
  expect(await openMetrics()).not.toContain(' # {')
})

test('beside that the series are those of the older format', async () => {
  const { openMetrics, metricsText } = await start(1)
  work()
  const [newer, older] = [await openMetrics(), await metricsText()]
  expect(newer.endsWith('\n# EOF\n')).toBe(true)
  const families = [...newer.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type])
  expect(new Set(families.map(([name]) => name)).size).toBe(families.length)
  expect(families).toContainEqual(['botticelli_api_errors', 'counter'])
  expect(families).toContainEqual(['target', 'info'])
  expect(newer).toContain('# UNIT botticelli_bot_duration_seconds seconds\n')
  const plain = newer
    .replaceAll(/ # \{.*$/gm, '')
    .replaceAll(/le="(\d+)\.0"/g, 'le="$1"')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  const known = older.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const seriesOf = (lines: readonly string[]) => lines.map((line) => line.slice(0, line.lastIndexOf(' '))).sort()
  expect(seriesOf(plain.filter((line) => !/scrape/.test(line)))).toEqual(
    seriesOf(known.filter((line) => !/scrape/.test(line))),
  )
})

describe('who asks for it gets it', () => {
  const ofPrometheus =
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2'
  test.for<[string | undefined, boolean]>([
    [undefined, false],
    ['*/*', false],
    ['text/plain', false],
    ['text/html,application/xhtml+xml', false],
    ['application/openmetrics-text', true],
    ['text/plain;q=0.9, application/openmetrics-text;q=0.5', false],
    ['application/openmetrics-text;q=0', false],
    [ofPrometheus, true],
  ])('%s: %s', ([accept, wanted]) => expect(wantsOpenMetrics(accept)).toBe(wanted))

  test('over HTTP', async () => {
    const { openMetrics, metricsText: text } = await start(1)
    const server = await startMetricsServer({ port: 0, text, openMetrics })
    const newer = await fetch(server.url, { headers: { accept: ofPrometheus } })
    expect(newer.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
    expect(await newer.text()).toContain('# EOF')
    const older = await fetch(server.url)
    expect(older.headers.get('vary')).toBe('Accept')
    expect(parsePrometheus(await older.text()).size).toBeGreaterThan(10)
    await server.close()
  })
})
