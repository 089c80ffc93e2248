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
      prometheus: { port: 9090, path: '/numbers', health: false },
      log: { level: 'debug', format: 'pretty' },
      warnings: [],
    })
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

test('a narrative may have its own share of traces', () => {
  const file = '[telemetry.narratives.post]\nsample_ratio = 1\n[telemetry.narratives."use case"]\nsample_ratio = 0\n'
  expect(load(file)).toMatchObject({ narrativeRatios: { post: 1, 'use case': 0 }, warnings: [] })
})
