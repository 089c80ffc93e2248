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
import type { JsonObject } from '../json.ts'
import { groupOf } from './instrument-groups.ts'
import type { Distribution, Metric, MetricKind } from './series.ts'

/** @param resource what runs */
export function prometheusText(metrics: readonly Metric[], resource: Attributes): string {
  const families = [...metrics.map(toFamily), targetInfo(resource)]
  families.sort((a, b) => (a.name < b.name ? -1 : 1))
  return families
    .map(({ lines }) => lines.join('\n'))
    .join('\n')
    .concat('\n')
}

/** By name: what it is and what it is about, and its series. Of a histogram count and sum. */
export function metricsAsJson(metrics: readonly Metric[]): JsonObject {
  return Object.fromEntries(metrics.map(toJson).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The name that Prometheus knows an instrument by: `db.size` in `By` is `db_size_bytes`. */
export function exposedName(name: string, unit: string, kind: MetricKind): string {
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

function toFamily({ name: given, kind, unit, help, points }: Metric): Family {
  const name = exposedName(given, unit, kind)
  const lines = [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${kind}`]
  for (const { attributes, value } of points) {
    const labels = labelsText(attributes)
    if (typeof value === 'number') lines.push(seriesText(name, labels, value))
    else lines.push(...bucketLines(name, labels, value))
  }
  return { name, lines }
}

function toJson({ name, kind, unit, help, points }: Metric): [string, JsonObject] {
  const series = points.map(({ attributes, value }): JsonObject => {
    const labels = Object.fromEntries(toPairs(attributes))
    if (typeof value === 'number') return { labels, value }
    return { labels, count: value.count, sum: value.sum }
  })
  return [exposedName(name, unit, kind), { type: kind, group: groupOf(name), help, series }]
}

function bucketLines(name: string, labels: string, { bounds, counts, sum, count }: Distribution): string[] {
  const lines: string[] = []
  let cumulative = 0
  for (const [index, inBucket] of counts.entries()) {
    cumulative += inBucket
    const bound = bounds[index] ?? Number.POSITIVE_INFINITY
    lines.push(seriesText(`${name}_bucket`, withBound(labels, formatNumber(bound)), cumulative))
  }
  lines.push(seriesText(`${name}_sum`, labels, sum), seriesText(`${name}_count`, labels, count))
  return lines
}

function targetInfo(attributes: Attributes): Family {
  return {
    name: 'target_info',
    lines: [
      '# HELP target_info What runs',
      '# TYPE target_info gauge',
      seriesText('target_info', labelsText(attributes), 1),
    ],
  }
}

type Pair = readonly [label: string, value: string]

/** What stands between the braces: `a="x",b="y"`. A histogram has it in each of its lines. */
export function labelsText(attributes: Attributes): string {
  return toPairs(attributes)
    .map(([label, text]) => `${label}="${escapeLabel(text)}"`)
    .join(',')
}

/** The labels of a bucket. */
export function withBound(labels: string, bound: string): string {
  return `${labels}${labels === '' ? '' : ','}le="${bound}"`
}

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

/** One series: `name{label="value"} 1`. */
export function seriesText(name: string, labels: string, value: number): string {
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
