// Metrics: everything that is counted, recorded, observed and declared, given to whoever reads it.
//
//   M1. An instrument without a series is not there.
//   M2. What is observed is there exactly as long as its source gives it: an actor that is gone keeps no figures.

import type { Resource } from '@opentelemetry/resources'
import type { JsonObject } from '../json.ts'
import { startDeclaredMetrics } from './declared-metrics.ts'
import { withDocumentNames } from './document-names.ts'
import { type Buckets, readObserved, record, startInstruments } from './instruments.ts'
import { log } from './log.ts'
import { openMetricsText } from './open-metrics.ts'
import type { MetricsPush } from './otlp-metrics.ts'
import { startProcessMetrics } from './process-metrics.ts'
import { metricsAsJson, prometheusText } from './prometheus.ts'
import type { Metric } from './series.ts'

export interface Metrics {
  /** All metrics in the text format of Prometheus. */
  text(): Promise<string>
  /** The same as OpenMetrics, with the traces that numbers come from. */
  openMetrics(): Promise<string>
  /** All metrics by the names of the text format, for a script. */
  json(): Promise<JsonObject>
  stop(): Promise<void>
}

/**
 * @param push where metrics are sent as well; nowhere without it
 * @param buckets bounds of histograms in place of those of the instrument table
 * @param otherNames what is read, and not pushed, is there under the names of DOCUMENT_NAMES as well
 */
export async function startMetrics(
  resource: Resource,
  push: MetricsPush | undefined,
  buckets: Buckets,
  otherNames: boolean,
): Promise<Metrics> {
  const recorded = startInstruments(buckets)
  const declared = startDeclaredMetrics()
  const stopProcessMetrics = startProcessMetrics()
  const onError = logOnce()
  const read = (): Metric[] =>
    [...recorded.read(), ...declared.read(), ...readObserved(onError)].filter(({ points }) => points.length > 0)
  const pushing = push && (await import('./otlp-metrics.ts')).startMetricsPush(push, resource, read)
  const shown = () => (otherNames ? withDocumentNames(read()) : read())
  return {
    text: async () => timed(() => prometheusText(shown(), resource.attributes)),
    openMetrics: async () => timed(() => openMetricsText(shown(), resource.attributes)),
    json: async () => timed(() => metricsAsJson(shown())),
    async stop() {
      await pushing?.stop() // first, so that the last push has everything
      recorded.stop()
      declared.stop()
      stopProcessMetrics()
    },
  }
}

function timed<T>(work: () => T): T {
  const begun = performance.now()
  const result = work()
  record('botticelli.metrics.scrape.duration', (performance.now() - begun) / 1_000, {})
  return result
}

/** A source that fails would fail at every reading. */
function logOnce(): (instrument: string, err: unknown) => void {
  const failed = new Set<string>()
  return (instrument, err) => {
    if (failed.has(instrument)) return
    failed.add(instrument)
    log('telemetry.metric_failed', { instrument, err })
  }
}
