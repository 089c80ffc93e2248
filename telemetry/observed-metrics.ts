// Observed metrics: the observable instruments, read past the SDK.
//
// The SDK goes on exporting a series that was observed once, for ever; an actor that is gone would keep its figures.
// Read this way, a series is there exactly as long as its source gives it.

import { ValueType } from '@opentelemetry/api'
import { millisToHrTime } from '@opentelemetry/core'
import { emptyResource } from '@opentelemetry/resources'
import { AggregationTemporality, DataPointType, type MetricData, type MetricProducer } from '@opentelemetry/sdk-metrics'
import { type Observed, readObserved } from './instruments.ts'
import { log } from './log.ts'
import { SCOPE } from './spans.ts'

export function observedMetrics(): MetricProducer {
  const startTime = millisToHrTime(Date.now())
  const failed = new Set<string>()
  const onError = (instrument: string, err: unknown) => {
    if (failed.has(instrument)) return // it would fail at every reading
    failed.add(instrument)
    log('telemetry.metric_failed', { instrument, err })
  }
  return {
    async collect() {
      const endTime = millisToHrTime(Date.now())
      const metrics = Array.from(readObserved(onError), (observed) => toMetric(observed, startTime, endTime))
      return {
        resourceMetrics: { resource: emptyResource(), scopeMetrics: [{ scope: { name: SCOPE }, metrics }] },
        errors: [],
      }
    },
  }
}

type Time = ReturnType<typeof millisToHrTime>

function toMetric({ name, entry, points }: Observed, startTime: Time, endTime: Time): MetricData {
  const metric = {
    descriptor: { name, unit: entry.unit, description: entry.help, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPoints: points.map((point) => ({ ...point, startTime, endTime })),
  }
  return entry.kind === 'observable-counter'
    ? { ...metric, dataPointType: DataPointType.SUM, isMonotonic: true }
    : { ...metric, dataPointType: DataPointType.GAUGE }
}
