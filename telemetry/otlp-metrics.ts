// OTLP metrics: pushes the metrics to a receiver, for where nobody can come to read them.

import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import {
  AggregationTemporality,
  type MetricProducer,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics'
import { openExportAccount } from './export-account.ts'
import type { ExporterOptions } from './otlp-endpoint.ts'

export interface MetricsPush {
  readonly sending: ExporterOptions
  /** Time between two pushes, in ms. */
  readonly everyMs: number
}

/** A reader that reads and sends on its own; what is not sent in time is in the next push, since counts go on. */
export function startMetricsPush(
  { sending, everyMs }: MetricsPush,
  metricProducers: MetricProducer[],
): { readonly reader: PeriodicExportingMetricReader; readonly close: () => void } {
  const timeoutMillis = Math.min(sending.timeoutMillis, everyMs)
  const exporter = new OTLPMetricExporter({ ...sending, timeoutMillis })
  const account = openExportAccount({
    signal: 'metrics',
    instrument: 'otel.sdk.exporter.metric_data_point.exported',
    endpoint: sending.url,
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
