// Metrics: the metrics SDK, loaded only when somebody wants to read metrics.

import type { Resource } from '@opentelemetry/resources'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { bindInstruments, record } from './instruments.ts'
import { log } from './log.ts'
import { startProcessMetrics } from './process-metrics.ts'
import { PrometheusReader } from './prometheus.ts'
import { SCOPE } from './spans.ts'

export interface Metrics {
  /** All metrics in the text format of Prometheus. */
  text(): Promise<string>
  stop(): Promise<void>
}

export function startMetrics(resource: Resource): Metrics {
  const reader = new PrometheusReader()
  const provider = new MeterProvider({ resource, readers: [reader] })
  const said = new Set<string>()
  bindInstruments(provider.getMeter(SCOPE), (instrument, err) => {
    if (said.has(instrument)) return // the same source fails at every reading
    said.add(instrument)
    log('telemetry.metric_failed', { instrument, err })
  })
  const stopProcessMetrics = startProcessMetrics()
  return {
    async text() {
      const begun = performance.now()
      const text = await reader.text()
      record('botticelli.metrics.scrape.duration', (performance.now() - begun) / 1_000, {})
      return text
    },
    async stop() {
      bindInstruments(undefined, () => {})
      stopProcessMetrics()
      await provider.shutdown()
    },
  }
}
