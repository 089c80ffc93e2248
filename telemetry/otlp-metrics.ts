// OTLP metrics: pushes the metrics to a receiver, for where nobody can come to read them.

import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import {
  AggregationTemporality,
  type MetricProducer,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics'
import { openExportAccount } from './export-account.ts'
import { signalUrl } from './otlp-endpoint.ts'

export interface MetricsPush {
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  /** Time between two pushes, in ms. */
  readonly everyMs: number
}

/** A reader that reads and sends on its own; what is not sent in time is in the next push, since counts go on. */
export function startMetricsPush(
  { endpoint, headers, everyMs }: MetricsPush,
  metricProducers: MetricProducer[],
): { readonly reader: PeriodicExportingMetricReader; readonly close: () => void } {
  const url = signalUrl(endpoint, 'metrics')
  const timeoutMillis = Math.min(EXPORT_TIMEOUT_MS, everyMs)
  const exporter = new OTLPMetricExporter({ url, headers: { ...headers }, timeoutMillis })
  const account = openExportAccount({
    signal: 'metrics',
    instrument: 'otel.sdk.exporter.metric_data_point.exported',
    endpoint: url,
    now: () => performance.now(),
  })
  const watched: PushMetricExporter = {
    selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
    export: (metrics, done) => {
      const points = metrics.scopeMetrics
        .flatMap((scope) => scope.metrics)
        .reduce((total, { dataPoints }) => total + dataPoints.length, 0)
      exporter.export(metrics, account.watch(points, done))
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  }
  const reader = new PeriodicExportingMetricReader({
    exporter: watched,
    exportIntervalMillis: everyMs,
    exportTimeoutMillis: timeoutMillis,
    metricProducers,
  })
  return { reader, close: account.close }
}

const EXPORT_TIMEOUT_MS = 3_000
