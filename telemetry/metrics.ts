// Metrics: the metrics SDK, loaded only when somebody wants to read metrics.

import type { Resource } from '@opentelemetry/resources'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import type { JsonObject } from '../json.ts'
import { bindDeclaredMetrics } from './declared-metrics.ts'
import { type Buckets, bindInstruments, record } from './instruments.ts'
import { observedMetrics } from './observed-metrics.ts'
import { type MetricsPush, startMetricsPush } from './otlp-metrics.ts'
import { startProcessMetrics } from './process-metrics.ts'
import { PrometheusReader } from './prometheus.ts'
import { SCOPE } from './spans.ts'

export interface Metrics {
  /** All metrics in the text format of Prometheus. */
  text(): Promise<string>
  /** All metrics by the names of the text format, for a script. */
  json(): Promise<JsonObject>
  stop(): Promise<void>
}

/**
 * @param push where metrics are sent as well; nowhere without it
 * @param buckets bounds of histograms in place of those of the instrument table
 */
export function startMetrics(resource: Resource, push: MetricsPush | undefined, buckets: Buckets): Metrics {
  const reader = new PrometheusReader([observedMetrics()])
  const pushing = push && startMetricsPush(push, [observedMetrics()])
  const provider = new MeterProvider({ resource, readers: [reader, ...(pushing ? [pushing.reader] : [])] })
  const meter = provider.getMeter(SCOPE)
  bindInstruments(meter, buckets)
  bindDeclaredMetrics(meter)
  const stopProcessMetrics = startProcessMetrics()
  return {
    text: () => timed(() => reader.text()),
    json: () => timed(() => reader.json()),
    async stop() {
      await provider.shutdown() // first, so that the last push has everything
      bindInstruments(undefined)
      bindDeclaredMetrics(undefined)
      stopProcessMetrics()
      pushing?.close()
    },
  }
}

async function timed<T>(read: () => Promise<T>): Promise<T> {
  const begun = performance.now()
  const result = await read()
  record('botticelli.metrics.scrape.duration', (performance.now() - begun) / 1_000, {})
  return result
}
