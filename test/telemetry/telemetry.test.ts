import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { record } from '../../telemetry/instruments.ts'
import { log } from '../../telemetry/log.ts'
import { inSpan } from '../../telemetry/spans.ts'
import { startTelemetry, type Telemetry } from '../../telemetry/telemetry.ts'
import { currentTraceContext } from '../../telemetry/trace-context.ts'
import { MOODS, type Mood, type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts'
import { parsePrometheus, sampleValue } from './prometheus-text.ts'

const service = { serviceName: 'botticelli-test', serviceVersion: '0' }

/** Runs a program that starts telemetry with these options and uses all of it. Tells what was loaded and is open. */
function inNewProcess(options: string): {
  readonly loaded: string[]
  readonly open: string[]
  readonly output: string
} {
  const program = `
    import { createRequire } from 'node:module'
    import { startTelemetry } from './telemetry/telemetry.ts'
    import { inSpan } from './telemetry/spans.ts'
    import { count, observe } from './telemetry/instruments.ts'
    import { log } from './telemetry/log.ts'
    let output = ''
    const destination = { write: (line: string) => { output += line } }
    const telemetry = await startTelemetry({ serviceName: 'x', serviceVersion: '0', ...${options} })
    inSpan('act a', {}, () => { count('botticelli.db.transactions', { outcome: 'commit' }); log('bot.resumed', { bot: 'b' }) })
    const packages = Object.keys(createRequire(import.meta.url).cache)
      .map((file) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1] ?? file)
    const open = process.getActiveResourcesInfo()
    await telemetry.shutdown()
    console.log(JSON.stringify({ loaded: [...new Set(packages)], open, output }))
  `
  const root = new URL('../..', import.meta.url)
  const stdout = execFileSync(process.execPath, ['--input-type=module-typescript', '-e', program], { cwd: root })
  return JSON.parse(stdout.toString())
}

describe('what is off', () => {
  test('is not loaded, opens nothing and writes nothing', () => {
    const { loaded, open, output } = inNewProcess('{}')
    expect(loaded.filter((name) => name !== '@opentelemetry/api')).toEqual([])
    expect(open.filter((resource) => !['PipeWrap', 'TTYWrap'].includes(resource))).toEqual([])
    expect(output).toBe('')
  })

  test('stays off when only the rest is on', () => {
    const logOnly = inNewProcess(`{ log: { level: 'info', format: 'json', destination } }`)
    expect(logOnly.loaded.filter((name) => name.includes('sdk') || name.includes('otlp'))).toEqual([])
    expect(logOnly.output).toContain('Bot resumed')
    const metricsOnly = inNewProcess('{ metrics: true }')
    expect(
      metricsOnly.loaded.filter((name) => name.includes('sdk') || name.includes('otlp') || name === 'pino'),
    ).toEqual([])
    const pushing = inNewProcess(
      `{ metrics: true, pushMetricsEveryMs: 60_000, otlpEndpoint: 'http://127.0.0.1:9', tracing: false }`,
    )
    expect(pushing.loaded).toContain('@opentelemetry/sdk-metrics')
    expect(pushing.loaded.filter((name) => name.includes('sdk-trace') || name === 'pino')).toEqual([])
  })
})

test('where nothing is traced no span is made', () => {
  const seen = ['act a', 'act b'].map((name) =>
    inSpan(name as 'act a', { attributes: { key: 'value' } }, (span) => span),
  )
  expect(seen[0]).toBe(seen[1])
  expect(seen[0]?.isRecording()).toBe(false)
})

describe('a backend that', () => {
  let receiver: OtlpReceiver
  let telemetry: Telemetry
  let records: Record<string, unknown>[]

  beforeEach(async () => {
    receiver = await startOtlpReceiver()
    records = []
  })
  afterEach(async () => {
    await telemetry.shutdown()
    await receiver.close()
  })

  async function start(otlpEndpoint: string) {
    telemetry = await startTelemetry({
      ...service,
      otlpEndpoint,
      metrics: true,
      spanQueueSize: 50,
      shutdownMs: 250,
      log: { level: 'info', format: 'json', destination: { write: (line) => records.push(JSON.parse(line)) } },
    })
  }

  test.for<Mood>(MOODS)(
    'is moody (%s) costs bounded memory and few lines, and does not keep the process',
    async (mood) => {
      receiver.become(mood)
      await start(receiver.url)
      for (let i = 0; i < 500; i++) inSpan('act a', {}, () => {})
      await telemetry.flush()
      const families = parsePrometheus(await telemetry.metricsText())
      expect(sampleValue(families, 'otel_sdk_processor_span_queue_capacity')).toBe(50)
      expect(sampleValue(families, 'otel_sdk_processor_span_queue_size')).toBeLessThanOrEqual(50)
      expect(sampleValue(families, 'otel_sdk_processor_span_processed_total')).toBe(50)
      expect(sampleValue(families, 'otel_sdk_processor_span_processed_total', { error_type: 'queue_full' })).toBe(450)
      expect(sampleValue(families, 'otel_sdk_exporter_span_exported_total')).toBe(0)
      await telemetry.shutdown()
      expect(records.length).toBeGreaterThan(0)
      expect(records.length).toBeLessThanOrEqual(3)
      expect(receiver.spans()).toEqual([])
    },
  )

  test('is not there does not matter to what runs, and is used again once it is back', async () => {
    receiver.become('reject')
    await start(receiver.url)
    expect(inSpan('act lost', {}, () => 'result')).toBe('result')
    await telemetry.flush()
    receiver.become('well')
    inSpan('act kept', {}, () => {})
    await telemetry.flush()
    expect(receiver.tree()).toBe('act kept')
  })

  test('is named by its gRPC port is asked on the port of HTTP, and the log says so', async () => {
    await start('http://127.0.0.1:4317')
    expect(records).toMatchObject([{ event: 'telemetry.endpoint_changed', endpoint: 'http://127.0.0.1:4318/' }])
  })
})

test.for(['localhost:4318', 'grpc://localhost:4317', 'not a url', ''])(
  'the endpoint %j is refused',
  async (otlpEndpoint) => {
    await expect(startTelemetry({ ...service, otlpEndpoint })).rejects.toMatchObject({
      code: 'bad-otlp-endpoint',
      message: `The OTLP endpoint must be an http or https URL, got '${otlpEndpoint}'.`,
    })
  },
)

test('a secret that is in use is in no span and no line, whatever it looks like', async () => {
  await using receiver = await startOtlpReceiver()
  const lines: string[] = []
  const telemetry = await startTelemetry({
    ...service,
    otlpEndpoint: receiver.url,
    secrets: ['plain words', undefined],
    log: { level: 'info', format: 'json', destination: { write: (line) => lines.push(line) } },
  })
  inSpan('act a', { attributes: { said: 'the plain words' } }, () =>
    log('bot.paused', { bot: 'b', reason: 'plain words' }),
  )
  await telemetry.shutdown()
  expect(receiver.spans()[0]?.attributes.said).toBe('the [redacted]')
  expect(lines.join()).toContain('"reason":"[redacted]"')
})

test('a path in the endpoint is kept', async () => {
  await using receiver = await startOtlpReceiver()
  const telemetry = await startTelemetry({ ...service, otlpEndpoint: `${receiver.url}/v1/traces` })
  inSpan('act a', {}, () => {})
  await telemetry.shutdown()
  expect(receiver.tree()).toBe('act a')
})

test('a second start ends the first, and ending twice is ending once', async () => {
  await using one = await startOtlpReceiver()
  await using two = await startOtlpReceiver()
  const first = await startTelemetry({ ...service, otlpEndpoint: one.url })
  inSpan('act first', {}, () => {})
  const second = await startTelemetry({ ...service, otlpEndpoint: two.url })
  inSpan('act second', {}, () => {})
  await first.shutdown()
  expect(inSpan('act third', {}, () => currentTraceContext())).toBeDefined()
  await Promise.all([second.shutdown(), second.shutdown()])
  expect(one.tree()).toBe('act first')
  expect(two.tree()).toBe('act second\nact third')
  expect(inSpan('act after', {}, () => currentTraceContext())).toBeUndefined()
  expect(await second.metricsText()).toBe('')
})

test('a narrative may have its own share of traces, decided where its trace begins', async () => {
  const receiver = await startOtlpReceiver()
  const ratios = { sampleRatio: 0, narrativeRatios: { post: 1 } }
  const telemetry = await startTelemetry({ ...service, otlpEndpoint: receiver.url, ...ratios })
  for (const narrative of ['generate', 'post']) {
    const attributes = { 'botticelli.narrative.name': narrative }
    inSpan(`bot.run of-${narrative}`, { parent: 'root', attributes }, () => inSpan(`act ${narrative}`, {}, () => {}))
  }
  await telemetry.shutdown()
  expect(receiver.spans().map(({ name }) => name)).toEqual(['bot.run of-post', 'act post'])
  await receiver.close()
})

test('of traces that begin at once no more are kept than the limit says', async () => {
  await using receiver = await startOtlpReceiver()
  const telemetry = await startTelemetry({ ...service, otlpEndpoint: receiver.url, maxTracesPerSecond: 3 })
  for (let n = 0; n < 20; n++) {
    inSpan('bot.run busy', { parent: 'root' }, () => inSpan('act a', {}, () => {}))
  }
  expect(() =>
    inSpan('bot.run broken', { parent: 'root' }, () => {
      throw new Error('broken')
    }),
  ).toThrow('broken')
  await telemetry.shutdown()
  const names = receiver.spans().map(({ name }) => name)
  expect(names.filter((name) => name === 'bot.run busy')).toHaveLength(3)
  expect(names.filter((name) => name === 'act a')).toHaveLength(3)
  expect(names).toContain('bot.run broken')
})

test('a signal may go elsewhere, packed, and with attributes of the whole server', async () => {
  await using base = await startOtlpReceiver()
  await using other = await startOtlpReceiver()
  const telemetry = await startTelemetry({
    ...service,
    otlpEndpoint: base.url,
    otlpHeaders: { 'x-all': 'all' },
    otlpSignals: {
      traces: { endpoint: `${other.url}/v1/traces`, headers: { 'x-own': 'own' }, compression: 'gzip' },
    },
    resource: { team: 'content', 'service.name': 'not this', 'service.instance.id': 'pod-1' },
    metrics: true,
    pushMetricsEveryMs: 60_000,
  })
  inSpan('act a', {}, () => {})
  await telemetry.shutdown()
  expect(base.spans()).toEqual([])
  expect(base.metrics.size).toBeGreaterThan(0)
  expect(other.spans()[0]?.resource).toMatchObject({
    team: 'content',
    'service.name': 'botticelli-test',
    'service.instance.id': 'pod-1',
  })
  expect(other.requests[0]?.headers).toMatchObject({ 'content-encoding': 'gzip', 'x-all': 'all', 'x-own': 'own' })
  expect(base.requests[0]?.headers).toMatchObject({ 'x-all': 'all' })
  expect(base.requests[0]?.headers).not.toHaveProperty('content-encoding')
})

test('spans can be read in the log, without any endpoint and without secrets', async () => {
  const records: Record<string, unknown>[] = []
  const telemetry = await startTelemetry({
    ...service,
    exportConsole: true,
    log: { level: 'info', format: 'json', destination: { write: (line) => records.push(JSON.parse(line)) } },
  })
  inSpan('bot.run b', {}, () => inSpan('act a', { attributes: { api_key: 'abc' } }, () => {}))
  await telemetry.shutdown()
  expect(records).toMatchObject([
    { event: 'telemetry.span', span: 'act a', kind: 'internal', failed: false, attributes: { api_key: '[redacted]' } },
    { event: 'telemetry.span', span: 'bot.run b' },
  ])
  expect(records[0]).toMatchObject({ trace_id: records[1]?.trace_id, parent_id: records[1]?.span_id })
})

test('a histogram may have other buckets', async () => {
  const buckets = { 'botticelli.act.duration': [1, 60] }
  const telemetry = await startTelemetry({ ...service, metrics: true, buckets })
  record('botticelli.act.duration', 30, { act_type: 'model', outcome: 'ok' })
  const samples = parsePrometheus(await telemetry.metricsText()).get('botticelli_act_duration_seconds')?.samples ?? []
  const bounds = samples.flatMap(({ labels: { le } }) => (le === undefined ? [] : [le]))
  expect(bounds).toEqual(['1', '60', '+Inf'])
  await telemetry.shutdown()
})
