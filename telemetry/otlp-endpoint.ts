// OTLP endpoint: where each signal goes, and how.

import type { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { log } from './log.ts'
import { TelemetryError } from './telemetry-error.ts'

export type OtlpSignal = 'traces' | 'metrics' | 'logs'

/** Who takes what is exported, over OTLP/HTTP. */
export interface OtlpReceiver {
  /** Base URL such as `http://localhost:4318`; `/v1/traces` and the like are appended. */
  readonly endpoint?: string | undefined
  /** What is otherwise for single signals. */
  readonly signals: { readonly [S in OtlpSignal]?: SignalReceiver }
  /** Sent with every export; for a backend that wants a key. */
  readonly headers: Readonly<Record<string, string>>
  /** Limit of one request, its retries included, in ms. */
  readonly timeoutMs: number
  readonly compression: 'none' | 'gzip'
}

/** What is not given is as for all signals. */
export interface SignalReceiver {
  /** The whole URL. */
  readonly endpoint?: string
  /** Beside those of all signals. */
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  readonly compression?: 'none' | 'gzip'
}

/** What the exporters of all three signals take. */
export type ExporterOptions = NonNullable<ConstructorParameters<typeof OTLPTraceExporter>[0]> & {
  readonly url: string
  readonly timeoutMillis: number
}

/** Undefined when nobody takes this signal. @throws TelemetryError `bad-otlp-endpoint` */
export function exporterOptions(receiver: OtlpReceiver, signal: OtlpSignal): ExporterOptions | undefined {
  const { endpoint, headers, timeoutMs, compression } = receiver.signals[signal] ?? {}
  if (endpoint === undefined && receiver.endpoint === undefined) return undefined
  return {
    url: endpoint === undefined ? signalUrl(receiver.endpoint!, signal) : httpUrl(endpoint).href,
    headers: { ...receiver.headers, ...headers },
    timeoutMillis: timeoutMs ?? receiver.timeoutMs,
    compression: (compression ?? receiver.compression) as NonNullable<ExporterOptions['compression']>,
  }
}

/** The URL of a signal below the base. */
function signalUrl(endpoint: string, signal: OtlpSignal): string {
  const url = httpUrl(endpoint)
  if (url.port === '4317') {
    url.port = '4318'
    if (signal === 'traces') log('telemetry.endpoint_changed', { endpoint: url.href })
  }
  const base = url.pathname.replace(/\/v1\/(?:traces|metrics|logs)$/, '').replace(/\/$/, '')
  url.pathname = `${base}/v1/${signal}`
  return url.href
}

function httpUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new TelemetryError('bad-otlp-endpoint', `The OTLP endpoint must be an http or https URL, got '${text}'.`)
  }
  return url
}
