// Telemetry config: from settings and the standard's variables to what telemetry is started with.
//
// The variables of OpenTelemetry that a single setting cannot hold are read here: those that turn something off, name
// an exporter, or hold secrets.

import type { Diagnostic } from '../narratives/diagnostic.ts'
import { nearest } from '../narratives/nearest.ts'
import { INSTRUMENTS } from '../telemetry/instrument-table.ts'
import type { OtlpReceiver, OtlpSignal, SignalReceiver } from '../telemetry/otlp-endpoint.ts'
import type { TelemetryConfig } from './config.ts'
import { ConfigError } from './config-error.ts'
import { type ConfigFile, diagnosticAt } from './config-file.ts'
import type { Environment } from './layers.ts'
import { type BACKENDS, SETTINGS } from './settings.ts'
import type { Values } from './values.ts'

/** @throws ConfigError for a variable that makes no sense */
export function assembleTelemetry(
  values: Values,
  file: ConfigFile | undefined,
  variables: Environment,
  onTerminal: boolean,
): { readonly made: TelemetryConfig; readonly faults: readonly Diagnostic[] } {
  // OTEL_SDK_DISABLED is the standard's word for `telemetry.enabled = false`, turned round.
  const on = values.get('telemetry.enabled') && variables.OTEL_SDK_DISABLED?.toLowerCase() !== 'true'
  const histograms = histogramsOf(values, file)
  const resource = Object.fromEntries(values.get('telemetry.resource'))
  const serviceName = values.get('telemetry.service_name')
  const made: TelemetryConfig = {
    // The name among the attributes counts where no other was given, as the standard has it.
    serviceName:
      (serviceName === SETTINGS['telemetry.service_name'].default && resource['service.name']) || serviceName,
    ...optional('environment', values.get('telemetry.environment')),
    resource,
    ...receivers(values, variables, on),
    ...sampling(values, file),
    batch: { size: values.get('telemetry.batch_size'), delayMs: values.get('telemetry.batch_delay') },
    spanQueueSize: values.get('telemetry.span_queue'),
    storeSpansFromMs: values.get('telemetry.store_spans_from_ms'),
    captureContent: values.get('telemetry.capture_content'),
    buckets: histograms.buckets,
    otherNames: values.get('telemetry.metrics_other_names'),
    collectEveryMs: values.get('telemetry.collect_every'),
    ...(on && pages(values, variables)),
    ...(on && optional('sentryDsn', values.get('telemetry.sentry_dsn'))),
    log: {
      level: values.get('telemetry.log_level'),
      format: values.get('telemetry.log_format') ?? (onTerminal && !isProduction(values) ? 'pretty' : 'json'),
      levels: Object.fromEntries(values.get('telemetry.log_levels')),
      detailRatio: values.get('telemetry.log_detail_ratio'),
      extras: values.get('telemetry.log_fields'),
    },
  }
  return { made, faults: histograms.faults }
}

// ---------------------------------------------------------------------------- what is sent, and where

/** Those on this machine are as their own documents set them up. */
const BACKEND_ENDPOINTS: Readonly<Record<(typeof BACKENDS)[number], string | undefined>> = {
  jaeger: 'http://localhost:4318',
  signoz: 'http://localhost:4318',
  tempo: 'http://localhost:4318',
  grafana: 'http://localhost:4318',
  datadog: 'http://localhost:4318',
  honeycomb: 'https://api.honeycomb.io',
  otlp: 'http://localhost:4318',
  console: undefined,
  none: undefined,
}

function receivers(values: Values, variables: Environment, on: boolean) {
  const backend = values.get('telemetry.backend')
  const exporters = {
    all: wordsOf(variables.OTEL_EXPORTER),
    traces: wordsOf(variables.OTEL_TRACES_EXPORTER),
    metrics: wordsOf(variables.OTEL_METRICS_EXPORTER),
    logs: wordsOf(variables.OTEL_LOGS_EXPORTER),
  }
  const sends = on && backend !== 'none' && !exporters.all.includes('none')
  const sendsTraces = exporters.traces.length === 0 || exporters.traces.includes('otlp')
  const toLog = [...exporters.all, ...exporters.traces].includes('console') || backend === 'console'
  const pushesMetrics = values.get('telemetry.push_metrics') || exporters.metrics.includes('otlp')
  const endpoint = values.get('telemetry.otlp_endpoint') ?? (backend && BACKEND_ENDPOINTS[backend])
  return {
    ...(sends && optional('otlpEndpoint', endpoint)),
    otlpSignals: sends
      ? {
          ...signal('traces', values.get('telemetry.otlp_traces_endpoint'), variables),
          ...signal('metrics', values.get('telemetry.otlp_metrics_endpoint'), variables),
          ...signal('logs', values.get('telemetry.otlp_logs_endpoint'), variables),
        }
      : {},
    otlpHeaders: headersOf(variables.OTEL_EXPORTER_OTLP_HEADERS),
    otlpTimeoutMs: values.get('telemetry.otlp_timeout'),
    otlpCompression: values.get('telemetry.otlp_compression'),
    tracing: values.get('telemetry.tracing') && sendsTraces,
    exportConsole: on && (values.get('telemetry.export_console') || toLog),
    ...(on &&
      pushesMetrics &&
      !exporters.metrics.includes('none') && { pushMetricsEveryMs: values.get('telemetry.push_metrics_every') }),
    pushLogs:
      on && !exporters.logs.includes('none') && (values.get('telemetry.push_logs') || exporters.logs.includes('otlp')),
  }
}

/** What the standard's variables say of one signal; nothing where they say nothing. */
function signal(name: OtlpSignal, endpoint: string | undefined, variables: Environment): OtlpReceiver['signals'] {
  const of = (what: string) => variables[`OTEL_EXPORTER_OTLP_${name.toUpperCase()}_${what}`]?.trim() || undefined
  const [headers, timeoutMs, compression] = [of('HEADERS'), Number(of('TIMEOUT')), of('COMPRESSION')]
  const own: SignalReceiver = {
    ...optional('endpoint', endpoint),
    ...(headers !== undefined && { headers: headersOf(headers) }),
    ...(timeoutMs > 0 && { timeoutMs }),
    ...((compression === 'gzip' || compression === 'none') && { compression }),
  }
  return Object.keys(own).length === 0 ? {} : { [name]: own }
}

function wordsOf(text = ''): readonly string[] {
  return text.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim().toLowerCase()]))
}

/** As the standard has it: `key=value,key2=value2`, percent-encoded. */
function headersOf(text = ''): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.includes('='))
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      return [pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())]
    }),
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

// ---------------------------------------------------------------------------- which traces

function sampling(values: Values, file: ConfigFile | undefined) {
  const narratives = [...(file?.names.get('telemetry.narratives.*.')?.keys() ?? [])]
  const sampler = values.get('telemetry.sampler')
  const ratio = values.get('telemetry.sample_ratio') ?? (isProduction(values) ? PRODUCTION_RATIO : 1)
  return {
    sampleRatio: sampler?.endsWith('always_on') ? 1 : sampler?.endsWith('always_off') ? 0 : ratio,
    narrativeRatios: Object.fromEntries(
      narratives.flatMap((name) => {
        const share = values.get('telemetry.narratives.*.sample_ratio', name)
        return share === undefined ? [] : [[name, share]]
      }),
    ),
    ...optional('maxTracesPerSecond', values.get('telemetry.max_traces_per_second')),
  }
}

/** Traces with a failure are kept in any case. */
const PRODUCTION_RATIO = 0.1

function isProduction(values: Values): boolean {
  return /^prod(uction)?$/i.test(values.get('telemetry.environment') ?? '')
}

// ---------------------------------------------------------------------------- metrics and health

function pages(values: Values, variables: Environment) {
  const { host, port } = listener(values, variables)
  const isMetered = values.get('telemetry.metrics')
  const healthPort = values.get('telemetry.health_port')
  const hasPages = values.get('telemetry.health') && (isMetered || healthPort !== undefined)
  return {
    ...(isMetered && { prometheus: { host, port, path: values.get('telemetry.metrics_path') } }),
    ...(hasPages && { health: { host, ...optional('port', healthPort) } }),
  }
}

/** PROMETHEUS_ENDPOINT is the older way to say host and port at once. */
function listener(values: Values, { PROMETHEUS_ENDPOINT: both }: Environment): { host: string; port: number } {
  const given = { host: values.get('telemetry.metrics_host'), port: values.get('telemetry.metrics_port') }
  if (both === undefined || both === '') return given
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(both) ?? []
  if (host === undefined || Number(port) > 65_535) {
    throw new ConfigError('bad-config', `PROMETHEUS_ENDPOINT must be host:port, got '${both}'.`)
  }
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) }
}

function histogramsOf(values: Values, file: ConfigFile | undefined) {
  const names = [...(file?.names.get('telemetry.histograms.*.') ?? [])]
  const known = Object.entries(INSTRUMENTS).flatMap(([name, { kind }]) => (kind === 'histogram' ? [name] : []))
  const buckets = Object.fromEntries(
    names.flatMap(([name]) => {
      const bounds = values.get('telemetry.histograms.*.buckets', name)
      return bounds === undefined ? [] : [[name, bounds]]
    }),
  )
  const faults = names.flatMap(([name, span]) => {
    if (file === undefined || known.includes(name)) return []
    const meant = nearest(name, known)
    const path = `telemetry.histograms.${name}`
    const fault = diagnosticAt('bad-config', file.path, span, `There is no histogram "${name}".`, path)
    return [meant === undefined ? fault : { ...fault, hint: `did you mean "${meant}"?` }]
  })
  return { buckets, faults }
}

function optional<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: T })
}
