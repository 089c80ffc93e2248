// Prometheus: the metrics as text, in the exposition format 0.0.4.
//
// Owns the names that Prometheus sees. They are those that its own OTLP receiver would give, so that a dashboard works
// whichever way the metrics came; the SDK's exporter leaves the unit out.
//
//   X1. Family names, and labels within a series, are sorted: two readings differ only in values.
//   X2. No label but those of the instrument table; what runs says `target_info`, once.
//
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details

import type { Attributes } from '@opentelemetry/api'
import {
  type DataPoint,
  DataPointType,
  InstrumentType,
  type MetricData,
  type MetricProducer,
  MetricReader,
} from '@opentelemetry/sdk-metrics'
import type { JsonObject } from '../json.ts'
import { groupOf } from './instrument-groups.ts'

/** Reads the metrics when it is asked, and at no other time. */
export class PrometheusReader extends MetricReader {
  /** @param metricProducers what is read beside the SDK's own */
  constructor(metricProducers: MetricProducer[]) {
    super({ metricProducers, cardinalitySelector: (kind) => (kind === InstrumentType.HISTOGRAM ? 1_000 : 2_000) })
  }

  async text(): Promise<string> {
    const { metrics, resource } = await this.#read()
    const families = [...metrics.map(toFamily), targetInfo(resource)]
    families.sort((a, b) => (a.name < b.name ? -1 : 1))
    return families
      .map(({ lines }) => lines.join('\n'))
      .join('\n')
      .concat('\n')
  }

  /** By name: what it is and what it is about, and its series. Of a histogram count and sum. */
  async json(): Promise<JsonObject> {
    const { metrics } = await this.#read()
    return Object.fromEntries(metrics.map(toJson).sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  async #read(): Promise<{ metrics: readonly MetricData[]; resource: Attributes }> {
    const { resourceMetrics } = await this.collect({ timeoutMillis: 5_000 })
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
    const filled = metrics.filter(({ dataPoints }) => dataPoints.length > 0)
    return { metrics: filled, resource: resourceMetrics.resource.attributes }
  }

  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

/** The name that Prometheus knows an instrument by: `db.size` in `By` is `db_size_bytes`. */
export function exposedName(name: string, unit: string, kind: 'counter' | 'gauge' | 'histogram'): string {
  let words = name.split(/[^A-Za-z0-9:]+/).filter((word) => word !== '')
  const unitWord = unit.startsWith('{') ? '' : (UNIT_WORDS[unit] ?? unit)
  if (unitWord !== '' && !words.includes(unitWord)) words.push(unitWord)
  if (kind === 'counter') words = [...words.filter((word) => word !== 'total'), 'total']
  if (kind === 'gauge' && unit === '1') words = [...words.filter((word) => word !== 'ratio'), 'ratio']
  const joined = words.join('_')
  return /^\d/.test(joined) ? `_${joined}` : joined
}

const UNIT_WORDS: Readonly<Record<string, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  By: 'bytes',
  '%': 'percent',
  '1': '',
}

interface Family {
  readonly name: string
  readonly lines: readonly string[]
}

function toFamily(metric: MetricData): Family {
  const { name: given, unit, description } = metric.descriptor
  const kind = kindOf(metric)
  const name = exposedName(given, unit, kind)
  const lines = [`# HELP ${name} ${escapeHelp(description)}`, `# TYPE ${name} ${kind}`]
  if (metric.dataPointType === DataPointType.HISTOGRAM) {
    for (const point of metric.dataPoints) lines.push(...bucketLines(name, point))
  } else if (metric.dataPointType !== DataPointType.EXPONENTIAL_HISTOGRAM) {
    for (const { attributes, value } of metric.dataPoints) lines.push(line(name, toPairs(attributes), value))
  }
  return { name, lines }
}

function toJson(metric: MetricData): [string, JsonObject] {
  const kind = kindOf(metric)
  const series = metric.dataPoints.map(({ attributes, value }): JsonObject => {
    const labels = Object.fromEntries(toPairs(attributes))
    if (typeof value === 'number') return { labels, value }
    return { labels, count: value.count, sum: value.sum ?? 0 }
  })
  const { name, unit, description } = metric.descriptor
  return [exposedName(name, unit, kind), { type: kind, group: groupOf(name), help: description, series }]
}

function kindOf(metric: MetricData): 'counter' | 'gauge' | 'histogram' {
  if (metric.dataPointType === DataPointType.HISTOGRAM) return 'histogram'
  return metric.dataPointType === DataPointType.SUM && metric.isMonotonic ? 'counter' : 'gauge'
}

interface HistogramValue {
  readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] }
  readonly sum?: number
  readonly count: number
}

function bucketLines(name: string, { attributes, value }: DataPoint<HistogramValue>): string[] {
  const pairs = toPairs(attributes)
  const lines: string[] = []
  let cumulative = 0
  for (const [index, count] of value.buckets.counts.entries()) {
    cumulative += count
    const bound = value.buckets.boundaries[index] ?? Number.POSITIVE_INFINITY
    lines.push(line(`${name}_bucket`, [...pairs, ['le', formatNumber(bound)]], cumulative))
  }
  lines.push(line(`${name}_sum`, pairs, value.sum ?? 0), line(`${name}_count`, pairs, value.count))
  return lines
}

function targetInfo(attributes: Attributes): Family {
  return {
    name: 'target_info',
    lines: ['# HELP target_info What runs', '# TYPE target_info gauge', line('target_info', toPairs(attributes), 1)],
  }
}

type Pair = readonly [label: string, value: string]

function toPairs(attributes: Attributes): Pair[] {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]): Pair => [labelName(key), typeof value === 'string' ? value : JSON.stringify(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

function labelName(key: string): string {
  const name = key.replace(/[^A-Za-z0-9_]/g, '_')
  return /^\d/.test(name) ? `key_${name}` : name
}

function line(name: string, pairs: readonly Pair[], value: number): string {
  const labels = pairs.map(([label, text]) => `${label}="${escapeLabel(text)}"`).join(',')
  return `${name}${labels === '' ? '' : `{${labels}}`} ${formatNumber(value)}`
}

function formatNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  return String(value)
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"')
}
