// OTLP metrics: pushes the metrics to a receiver, for where nobody can come to read them.

import { type HrTime, ValueType } from '@opentelemetry/api'
import { millisToHrTime } from '@opentelemetry/core'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import type { Resource } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics'
import { inTime, openExportAccount } from './export-account.ts'
import type { ExporterOptions } from './otlp-endpoint.ts'
import type { Distribution, Metric, Point } from './series.ts'
import { SCOPE } from './spans.ts'

export interface MetricsPush {
  readonly sending: ExporterOptions
  /** Time between two pushes, in ms. */
  readonly everyMs: number
}

/**
 * Reads and sends on its own; what is not sent in time is in the next push, since counts go on. Of the SDK only the
 * sending is used.
 *
 * @returns sends a last time, then ends it
 */
export function startMetricsPush(
  { sending, everyMs }: MetricsPush,
  resource: Resource,
  read: () => readonly Metric[],
): { stop(): Promise<void> } {
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
      const settle = inTime(timeoutMillis, (result) => {
        account.settle(points, result)
        done(result)
      })
      exporter.export(metrics, settle)
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  }
  const startTime = millisToHrTime(Date.now())
  const collect = async () => {
    const endTime = millisToHrTime(Date.now())
    const metrics = read().map((metric) => toMetricData(metric, startTime, endTime))
    return { resourceMetrics: { resource, scopeMetrics: [{ scope: { name: SCOPE }, metrics }] }, errors: [] }
  }
  const reader = new PeriodicExportingMetricReader({
    exporter: watched,
    exportIntervalMillis: everyMs,
    exportTimeoutMillis: Math.min(timeoutMillis + 500, everyMs),
    metricProducers: [{ collect }],
  })
  const provider = new MeterProvider({ resource, readers: [reader] })
  return {
    async stop() {
      await provider.shutdown().finally(account.close)
    },
  }
}

function toMetricData({ name, kind, unit, help, points }: Metric, startTime: HrTime, endTime: HrTime): MetricData {
  const metric = {
    descriptor: { name, unit, description: help, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  }
  const times = { startTime, endTime }
  switch (kind) {
    case 'counter':
      return { ...metric, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: numbers(points, times) }
    case 'gauge':
      return { ...metric, dataPointType: DataPointType.GAUGE, dataPoints: numbers(points, times) }
    case 'histogram':
      return { ...metric, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms(points, times) }
  }
}

type Times = Pick<DataPoint<never>, 'startTime' | 'endTime'>

function numbers(points: readonly Point[], times: Times): DataPoint<number>[] {
  return points.map(({ attributes, value }) => ({ ...times, attributes, value: value as number }))
}

function histograms(points: readonly Point[], times: Times): DataPoint<Histogram>[] {
  return points.map(({ attributes, value }) => {
    const { bounds, counts, count, sum, min, max } = value as Distribution
    const extremes = count === 0 ? {} : { min, max }
    return {
      ...times,
      attributes,
      value: { count, sum, ...extremes, buckets: { boundaries: [...bounds], counts: [...counts] } },
    }
  })
}
