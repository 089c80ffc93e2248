import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../../config/load-config.ts'
import { OTHER_NAMES } from '../../config/other-names.ts'
import { SETTINGS } from '../../config/settings.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'botticelli-telemetry-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function load(file: string, environment: Record<string, string> = {}) {
  writeFileSync(join(folder, 'botticelli.toml'), file)
  const { config, warnings } = loadConfig({ cwd: folder, environment })
  return { ...config.telemetry, warnings }
}

describe('the names of earlier files', () => {
  test('mean what they meant', () => {
    const telemetry = load(`[observability]
log_level = "debug"
json_logs = false
metrics_enabled = true
metrics_port = 9090
metrics_path = "/numbers"
tracing_enabled = false
otlp_endpoint = "http://localhost:4317"
sample_rate = 0.5
health_enabled = false
service_name = "old"
environment = "staging"
`)
    expect(telemetry).toMatchObject({
      serviceName: 'old',
      environment: 'staging',
      otlpEndpoint: 'http://localhost:4317',
      tracing: false,
      sampleRatio: 0.5,
      prometheus: { port: 9090, path: '/numbers' },
      log: { level: 'debug', format: 'pretty' },
      warnings: [],
    })
    expect(telemetry.health).toBeUndefined()
  })

  test('stand beside the present ones in [telemetry]', () => {
    const telemetry = load(
      '[telemetry]\nenabled = true\nsampling_rate = 0.1\nbatch_size = 64\nbatch_timeout_ms = 5000\n',
    )
    expect(telemetry).toMatchObject({ sampleRatio: 0.1, batch: { size: 64, delayMs: 5_000 }, warnings: [] })
  })

  test('of the wrong kind are refused where they stand', () => {
    expect(() => load('[observability]\njson_logs = "yes"\n')).toThrow(/observability\.json_logs must be/)
  })

  test('all lead to settings', () => {
    for (const { key } of Object.values(OTHER_NAMES)) expect(SETTINGS).toHaveProperty([key])
  })

  test('nobody knows are told as such', () => {
    expect(load('[observability]\nlog_lvl = "debug"\n').warnings).toMatchObject([{ code: 'unknown-key' }])
  })
})

test.for<[string, object]>([
  ['', { sampleRatio: 1, log: { format: 'pretty' } }],
  ['environment = "development"', { sampleRatio: 1, log: { format: 'pretty' } }],
  ['environment = "production"', { sampleRatio: 0.1, log: { format: 'json' } }],
  [
    'environment = "production"\nsample_ratio = 0.5\nlog_format = "pretty"',
    { sampleRatio: 0.5, log: { format: 'pretty' } },
  ],
])('on a terminal, %j gives other defaults', ([lines, expected]) => {
  writeFileSync(join(folder, 'botticelli.toml'), `[telemetry]\n${lines}\n`)
  const { config } = loadConfig({ cwd: folder, environment: {}, onTerminal: true })
  expect(config.telemetry).toMatchObject(expected)
})

describe('variables', () => {
  test.for<[Record<string, string>, object]>([
    [{ LOG_LEVEL: 'warn' }, { log: { level: 'warn' } }],
    [{ LOG_LEVELS: 'llm=debug,db=silent' }, { log: { levels: { llm: 'debug', db: 'silent' } } }],
    [{ LOG_FORMAT: 'pretty' }, { log: { format: 'pretty' } }],
    [{ LOG_SAMPLE_DEBUG: '0.01' }, { log: { detailRatio: 0.01 } }],
    [{ OTLP_ENDPOINT: 'http://collector:4318' }, { otlpEndpoint: 'http://collector:4318' }],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://other:4318' }, { otlpEndpoint: 'http://other:4318' }],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b,x=1' }, { otlpHeaders: { 'api-key': 'a b', x: '1' } }],
    [{ OTEL_SERVICE_NAME: 'mine' }, { serviceName: 'mine' }],
    [{ TRACE_SAMPLE_RATE: '0.1' }, { sampleRatio: 0.1 }],
    [{ OTEL_TRACES_SAMPLER_ARG: '0.2' }, { sampleRatio: 0.2 }],
    [{ METRICS_PORT: '9090' }, { prometheus: { port: 9090 } }],
    [{ PROMETHEUS_ENDPOINT: '0.0.0.0:9465' }, { prometheus: { host: '0.0.0.0', port: 9465 } }],
    [{ PROMETHEUS_ENDPOINT: '[::1]:9465' }, { prometheus: { host: '::1', port: 9465 } }],
    [{ ENVIRONMENT: 'production' }, { environment: 'production' }],
    [
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://a:1/x', OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://b:2/y' },
      { otlpSignals: { traces: { endpoint: 'http://a:1/x' }, logs: { endpoint: 'http://b:2/y' } } },
    ],
    [
      { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://c:3/z' },
      { otlpSignals: { metrics: { endpoint: 'http://c:3/z' } } },
    ],
    [
      {
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Bearer%20x',
        OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: '500',
        OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'gzip',
      },
      {
        otlpSignals: {
          traces: { headers: { authorization: 'Bearer x' } },
          logs: { timeoutMs: 500 },
          metrics: { compression: 'gzip' },
        },
      },
    ],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: '10000' }, { otlpTimeoutMs: 10_000 }],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }, { otlpCompression: 'gzip' }],
    [
      { OTEL_RESOURCE_ATTRIBUTES: 'team=content,region=eu%2Dwest' },
      { resource: { team: 'content', region: 'eu-west' } },
    ],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=ours' }, { serviceName: 'ours' }],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=ours', OTEL_SERVICE_NAME: 'mine' }, { serviceName: 'mine' }],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, { sampleRatio: 0 }],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_on', OTEL_TRACES_SAMPLER_ARG: '0.5' }, { sampleRatio: 1 }],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' }, { sampleRatio: 0.5 }],
    [{ OTEL_TRACES_EXPORTER: 'none' }, { tracing: false }],
    [{ OTEL_TRACES_EXPORTER: 'console' }, { tracing: false, exportConsole: true }],
    [{ OTEL_EXPORTER: 'console' }, { exportConsole: true }],
    [{ OTEL_METRICS_EXPORTER: 'otlp,prometheus', OTEL_METRIC_EXPORT_INTERVAL: '5000' }, { pushMetricsEveryMs: 5_000 }],
    [{ OTEL_LOGS_EXPORTER: 'otlp' }, { pushLogs: true }],
    [{ OTEL_LOGS_EXPORTER: 'none', BOTTICELLI_PUSH_LOGS: 'true' }, { pushLogs: false }],
    [
      { OTEL_BSP_SCHEDULE_DELAY: '5000', OTEL_BSP_MAX_QUEUE_SIZE: '100', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '50' },
      { batch: { size: 50, delayMs: 5_000 }, spanQueueSize: 100 },
    ],
    [{ BOTTICELLI_HEALTH_PORT: '9091' }, { health: { host: '127.0.0.1', port: 9091 } }],
    [{ SENTRY_DSN: 'https://key@sentry.io/1' }, { sentryDsn: 'https://key@sentry.io/1' }],
  ])('%j', ([environment, expected]) => {
    expect(load('', environment)).toMatchObject(expected)
  })

  test('OTEL_EXPORTER=none keeps traces from going anywhere', () => {
    const environment = { OTEL_EXPORTER: 'none', OTLP_ENDPOINT: 'http://collector:4318' }
    expect(load('', environment)).not.toHaveProperty('otlpEndpoint')
  })

  test('that make no sense are told with what they should be', () => {
    expect(() => load('', { PROMETHEUS_ENDPOINT: 'here' })).toThrow(/host:port, got 'here'/)
    expect(() => load('', { LOG_LEVELS: 'nobody=debug' })).toThrow(/LOG_LEVELS must be a list such as/)
  })
})

describe('what the documents ask for', () => {
  test.for<[string, object]>([
    ['[observability]\nhealth_port = 9091\n', { health: { host: '127.0.0.1', port: 9091 } }],
    ['[telemetry]\nmetrics = false\nhealth_port = 9465\n', { health: { port: 9465 } }],
    ['[telemetry]\nbackend = "jaeger"\n', { otlpEndpoint: 'http://localhost:4318' }],
    ['[telemetry]\nbackend = "signoz"\notlp_endpoint = "http://signoz:4318"\n', { otlpEndpoint: 'http://signoz:4318' }],
    ['[telemetry]\nbackend = "console"\n', { exportConsole: true }],
    ['[telemetry]\nexport_console = true\n', { exportConsole: true }],
    ['[observability]\nsentry_dsn = "https://key@sentry.io/1"\n', { sentryDsn: 'https://key@sentry.io/1' }],
    ['[telemetry]\nmax_traces_per_second = 2\n', { maxTracesPerSecond: 2 }],
    ['[telemetry]\ncollect_every = "1m"\n', { collectEveryMs: 60_000 }],
    ['[telemetry]\nresource = ["team=content"]\n', { resource: { team: 'content' } }],
    [
      '[telemetry.histograms."botticelli.act.duration"]\nbuckets = [1, 2.5, 60]\n',
      { buckets: { 'botticelli.act.duration': [1, 2.5, 60] } },
    ],
  ])('%s', ([file, expected]) => {
    expect(load(file)).toMatchObject({ ...expected, warnings: [] })
  })

  test('nothing is sent with backend = "none", nor with telemetry off', () => {
    for (const file of ['backend = "none"', 'enabled = false']) {
      const telemetry = load(`[telemetry]\n${file}\notlp_endpoint = "http://c:4318"\nexport_console = false\n`, {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://a:1/x',
      })
      expect(telemetry.otlpEndpoint).toBeUndefined()
      expect(telemetry.otlpSignals).toEqual({})
    }
    expect(load('[telemetry]\nenabled = false\nsentry_dsn = "https://k@h.io/1"\n').sentryDsn).toBeUndefined()
  })

  test('without metrics health is served only on a port of its own', () => {
    expect(load('[telemetry]\nmetrics = false\n').health).toBeUndefined()
  })

  test('bot_server.toml is the file where there is no botticelli.toml', () => {
    writeFileSync(join(folder, 'bot_server.toml'), '[observability]\nmetrics_port = 9465\n')
    expect(loadConfig({ cwd: folder, environment: {} }).config.telemetry.prometheus?.port).toBe(9465)
    writeFileSync(join(folder, 'botticelli.toml'), '')
    expect(loadConfig({ cwd: folder, environment: {} }).config.telemetry.prometheus?.port).toBe(9464)
  })

  test.for<[string, RegExp]>([
    [
      '[telemetry.histograms."botticelli.act.duratoin"]\nbuckets = [1]\n',
      /There is no histogram "botticelli.act.duratoin"/,
    ],
    ['[telemetry.histograms."botticelli.act.duration"]\nbuckets = [2, 1]\n', /must be a list of rising numbers/],
    ['[telemetry]\nbackend = "jager"\n', /telemetry.backend must be "jaeger" or/],
    ['[telemetry]\nsentry_dsn = "https://sentry.io"\n', /must be a DSN/],
    ['[telemetry]\nresource = ["team"]\n', /must be a list such as/],
  ])('%s is refused', ([file, message]) => {
    expect(() => load(file)).toThrow(message)
  })
})

test('a narrative may have its own share of traces', () => {
  const file = '[telemetry.narratives.post]\nsample_ratio = 1\n[telemetry.narratives."use case"]\nsample_ratio = 0\n'
  expect(load(file)).toMatchObject({ narrativeRatios: { post: 1, 'use case': 0 }, warnings: [] })
})
