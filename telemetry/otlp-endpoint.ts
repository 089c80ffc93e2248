// OTLP endpoint: where each signal goes, from the one base URL of a receiver.

import { log } from './log.ts'
import { TelemetryError } from './telemetry-error.ts'

/** The URL of a signal below the base. @throws TelemetryError `bad-otlp-endpoint` */
export function signalUrl(endpoint: string, signal: 'traces' | 'metrics' | 'logs'): string {
  const url = URL.parse(endpoint)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new TelemetryError('bad-otlp-endpoint', `The OTLP endpoint must be an http or https URL, got '${endpoint}'.`)
  }
  if (url.port === '4317') {
    url.port = '4318'
    if (signal === 'traces') log('telemetry.endpoint_changed', { endpoint: url.href })
  }
  const base = url.pathname.replace(/\/v1\/(?:traces|metrics|logs)$/, '').replace(/\/$/, '')
  url.pathname = `${base}/v1/${signal}`
  return url.href
}
