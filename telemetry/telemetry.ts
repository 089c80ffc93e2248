// Telemetry: starts and ends logs, traces and metrics of the process, as configuration says.
//
//   Y1. What is off is not loaded: without an endpoint no trace SDK, without a push of metrics no metrics SDK, and so on (P6).
//   Y2. It is started before anything it should see, and ended last; a second start ends the first.
//   Y3. Ending is bounded in time and never fails: a dead backend must not keep a server from stopping.

import { hostname } from 'node:os'
import type { Resource } from '@opentelemetry/resources'
import type { JsonObject } from '../json.ts'
import { observe } from './instruments.ts'
import { addLogSink, countedLines, type LogOptions, repeatsLeftOut, startLog, stopLog } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { OtlpReceiver } from './otlp-endpoint.ts'
import type { OtlpLogs } from './otlp-logs.ts'
import { countRedactions, hideSecrets } from './redaction.ts'
import type { Sentry } from './sentry.ts'
import type { Tracing } from './tracing.ts'

export interface TelemetryOptions {
  readonly serviceName: string
  readonly serviceVersion: string
  /** `development`, `production` … ; left out of the resource when undefined. */
  readonly environment?: string | undefined
  /** Base URL of an OTLP/HTTP receiver such as `http://localhost:4318`; `/v1/traces` is appended. */
  readonly otlpEndpoint?: string | undefined
  /** Whole URLs of single signals that go elsewhere. */
  readonly otlpSignals?: OtlpReceiver['signals'] | undefined
  /** Sent with every export; for a backend that wants a key. */
  readonly otlpHeaders?: Readonly<Record<string, string>> | undefined
  /** Limit of one request, its retries included, in ms. Default 3000. */
  readonly otlpTimeoutMs?: number | undefined
  /** Default none. */
  readonly otlpCompression?: 'none' | 'gzip' | undefined
  /** Further attributes of the resource; the names that are set here already stay. */
  readonly resource?: Readonly<Record<string, string>> | undefined
  /** Write ended spans to the log, also without an endpoint. Default false. */
  readonly exportConsole?: boolean | undefined
  /** Most new traces a second that are kept. Default: no limit. */
  readonly maxTracesPerSecond?: number | undefined
  /** Share of new traces that are kept, 0 to 1. Default 1. Above 0, traces in which something fails are kept as well. */
  readonly sampleRatio?: number | undefined
  /** Other shares for single narratives, by their key. */
  readonly narrativeRatios?: Readonly<Record<string, number>> | undefined
  /** Spans in one request, default 512, and the longest wait for it to fill, default 1000 ms. */
  readonly batch?: { readonly size: number; readonly delayMs: number } | undefined
  /** False: nothing is traced, although there is an endpoint. Default true. */
  readonly tracing?: boolean | undefined
  /** Most spans that wait for the backend, about 1 kB each. Default 8192. */
  readonly spanQueueSize?: number | undefined
  /** Default false. */
  readonly metrics?: boolean | undefined
  /** Bounds of histograms in place of those of the instrument table, by instrument. */
  readonly buckets?: Readonly<Record<string, readonly number[]>> | undefined
  /** Metrics are served under the names that other documents have for them as well. Default false. */
  readonly otherNames?: boolean | undefined
  /** Push the metrics to the receiver as well, so often. Needs metrics and an endpoint. Default: never. */
  readonly pushMetricsEveryMs?: number | undefined
  /** Push the lines of the log to the receiver as well. Needs a log and an endpoint. Default false. */
  readonly pushLogs?: boolean | undefined
  /** Send errors to Sentry: `https://KEY@HOST/PROJECT`. */
  readonly sentryDsn?: string | undefined
  /** Longest time that `flush` and `shutdown` may take, in ms. Default 3000. */
  readonly shutdownMs?: number | undefined
  /** Values that are taken out of every line and every span, whatever they look like: keys and tokens that are in use. */
  readonly secrets?: readonly (string | undefined)[] | undefined
  /** No log without it. */
  readonly log?: LogOptions | undefined
}

export interface Telemetry {
  /** All metrics in the text format of Prometheus; empty when metrics are off. */
  metricsText(): Promise<string>
  /** The same as OpenMetrics, with exemplars. */
  openMetrics(): Promise<string>
  /** The same as JSON, for scripts. */
  metricsJson(): Promise<JsonObject>
  /** Sends the spans that wait. Bounded in time, never rejects. */
  flush(): Promise<void>
  /** Sends the spans that wait and ends everything. Bounded in time, never rejects. */
  shutdown(): Promise<void>
}

/** @throws TelemetryError `bad-otlp-endpoint` */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  await running?.shutdown()
  hideSecrets(options.secrets ?? [])
  if (options.log !== undefined) await startLog(options.log)
  const [tracing, metrics, logs, sentry] = await load(options).catch((error: unknown) => {
    stopLog()
    throw error
  })
  const endObservations = observeTelemetry(options)
  const limitMs = options.shutdownMs ?? 3_000

  let ended: Promise<void> | undefined
  const telemetry: Telemetry = {
    metricsText: async () => (await metrics?.text()) ?? '',
    openMetrics: async () => (await metrics?.openMetrics()) ?? '# EOF\n',
    metricsJson: async () => (await metrics?.json()) ?? {},
    flush: () => within(limitMs, Promise.allSettled([tracing?.flush(), logs?.flush(), sentry?.flush()])),
    shutdown: () => (ended ??= end()),
  }
  async function end() {
    if (running === telemetry) running = undefined
    await within(limitMs, Promise.allSettled([tracing?.stop(), metrics?.stop(), logs?.stop(), sentry?.stop()]))
    endObservations()
    stopLog()
  }
  running = telemetry
  return telemetry
}

let running: Telemetry | undefined

type Loaded = [Tracing?, Metrics?, OtlpLogs?, Sentry?]

async function load(options: TelemetryOptions): Promise<Loaded> {
  const { metrics = false, pushMetricsEveryMs, exportConsole = false, otlpEndpoint, otlpSignals = {} } = options
  const isSent = otlpEndpoint !== undefined || Object.values(otlpSignals).some((own) => own.endpoint !== undefined)
  const sentry = await loadSentry(options)
  if (!isSent && !metrics && !exportConsole) return [undefined, undefined, undefined, sentry]
  const { exporterOptions } = await import('./otlp-endpoint.ts')
  const receiver = {
    endpoint: otlpEndpoint,
    signals: otlpSignals,
    headers: options.otlpHeaders ?? {},
    timeoutMs: options.otlpTimeoutMs ?? 3_000,
    compression: options.otlpCompression ?? 'none',
  }
  const resource = await resourceOf(options)
  return [await loadTracing(), await loadMetrics(), await loadLogs(), sentry]

  async function loadTracing(): Promise<Tracing | undefined> {
    const sending = options.tracing === false ? undefined : exporterOptions(receiver, 'traces')
    if (sending === undefined && !exportConsole) return undefined
    return (await import('./tracing.ts')).startTracing({
      sending,
      toLog: exportConsole,
      sampleRatio: options.sampleRatio ?? 1,
      narrativeRatios: options.narrativeRatios ?? {},
      maxPerSecond: options.maxTracesPerSecond,
      batchSize: options.batch?.size ?? 512,
      batchDelayMs: options.batch?.delayMs ?? 1_000,
      resource,
      queueSize: options.spanQueueSize ?? 8_192,
    })
  }

  async function loadMetrics(): Promise<Metrics | undefined> {
    if (!metrics) return undefined
    const sending = pushMetricsEveryMs === undefined ? undefined : exporterOptions(receiver, 'metrics')
    const push = sending && { sending, everyMs: pushMetricsEveryMs! }
    return (await import('./metrics.ts')).startMetrics(
      resource,
      push,
      options.buckets ?? {},
      options.otherNames ?? false,
    )
  }

  async function loadLogs(): Promise<OtlpLogs | undefined> {
    const isWanted = (options.pushLogs ?? false) && options.log !== undefined
    const sending = isWanted ? exporterOptions(receiver, 'logs') : undefined
    if (sending === undefined) return undefined
    const logs = (await import('./otlp-logs.ts')).startLogsPush(sending, resource)
    const end = addLogSink(logs.sink)
    return {
      ...logs,
      stop: () => {
        end()
        return logs.stop()
      },
    }
  }
}

async function loadSentry(options: TelemetryOptions): Promise<Sentry | undefined> {
  const { sentryDsn: dsn, serviceName: service, serviceVersion, environment, otlpTimeoutMs = 3_000 } = options
  if (dsn === undefined) return undefined
  const release = `botticelli@${serviceVersion}`
  const { startSentry } = await import('./sentry.ts')
  return startSentry({ dsn, release, service, environment, timeoutMs: otlpTimeoutMs, now: Date.now })
}

/** What is said of this process in every signal. */
async function resourceOf(options: TelemetryOptions): Promise<Resource> {
  const { defaultResource, resourceFromAttributes } = await import('@opentelemetry/resources')
  return defaultResource().merge(
    resourceFromAttributes({
      'service.version': options.serviceVersion,
      'service.instance.id': `${hostname()}-${process.pid}`,
      'process.pid': process.pid,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
      // What a person says of the server wins over what we found out.
      ...options.resource,
      'service.name': options.serviceName,
      ...(options.environment !== undefined && { 'deployment.environment.name': options.environment }),
    }),
  )
}

function observeTelemetry({ serviceVersion }: TelemetryOptions): () => void {
  const build = { version: serviceVersion, node: process.versions.node }
  const ends = [
    observe('botticelli.build.info', () => [{ value: 1, labels: build }]),
    observe('botticelli.log.records', countedLines),
    observe('botticelli.log.left_out', () => [{ value: repeatsLeftOut(), labels: {} }]),
    observe('botticelli.telemetry.redactions', () => [{ value: countRedactions(), labels: {} }]),
  ]
  return () => {
    for (const end of ends) end()
  }
}

/** Waits for the work, but no longer than this, and for its success not at all: failures were logged where they happened. */
async function within(limitMs: number, work: Promise<unknown> | undefined): Promise<void> {
  const limit = Promise.withResolvers<void>()
  const timer = setTimeout(limit.resolve, limitMs)
  await Promise.race([work?.catch(() => {}), limit.promise])
  clearTimeout(timer)
}
