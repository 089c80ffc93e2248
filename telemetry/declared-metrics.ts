// Declared metrics: numbers that narratives ask for by name, beside those of the instrument table.
//
// Owns which names they may have, and that they stay bounded.
//
//   D1. A name is one that Prometheus takes, whose endings and beginnings are nobody else's.
//   D2. A narrative gives a metric no more series than are declared: what goes beyond has `other` for all of its labels.
//   D3. The first declaration of a name counts while the process lives: another kind or other buckets are refused.

import type { Attributes, Counter, Gauge, Histogram, Meter } from '@opentelemetry/api'
import { INSTRUMENTS } from './instrument-table.ts'

export const DECLARED_KINDS = ['counter', 'gauge', 'histogram'] as const
type DeclaredKind = (typeof DECLARED_KINDS)[number]

export interface DeclaredMetric {
  readonly name: string
  readonly kind: DeclaredKind
  readonly help: string
  /** Upper bounds, ascending; histograms only. */
  readonly buckets?: readonly number[]
  /** Most sets of label values, the one of `other` not counted. */
  readonly series: number
}

/** False: the name is taken by another kind of metric, and nothing was recorded. Without a metrics SDK nothing is, ever. */
export function recordDeclared(
  metric: DeclaredMetric,
  value: number,
  labels: Readonly<Record<string, string>>,
  narrative: string,
): boolean {
  if (meter === undefined) return true
  const known = metrics.get(metric.name) ?? create(metric, meter)
  if (known.shape !== shapeOf(metric)) return false
  const seen = known.seen.get(narrative) ?? new Set()
  known.seen.set(narrative, seen)
  known.take(value, { narrative, ...boundedBy(metric.series, seen, labels) })
  return true
}

/** Binds what is recorded to a meter, or with undefined to none. For the start and the end of telemetry. */
export function bindDeclaredMetrics(to: Meter | undefined): void {
  meter = to
  metrics.clear()
}

interface Declared {
  readonly shape: string
  /** Sets of label values, by narrative. */
  readonly seen: Map<string, Set<string>>
  readonly take: (value: number, labels: Attributes) => void
}

const metrics = new Map<string, Declared>()
let meter: Meter | undefined

function create(metric: DeclaredMetric, on: Meter): Declared {
  const { name, kind, help, buckets = [] } = metric
  const options = { description: help }
  const instrument: Counter | Gauge | Histogram =
    kind === 'counter'
      ? on.createCounter(name, options)
      : kind === 'gauge'
        ? on.createGauge(name, options)
        : on.createHistogram(name, { ...options, advice: { explicitBucketBoundaries: [...buckets] } })
  const take = (value: number, labels: Attributes) =>
    'add' in instrument ? instrument.add(value, labels) : instrument.record(value, labels)
  const made = { shape: shapeOf(metric), seen: new Map<string, Set<string>>(), take }
  metrics.set(name, made)
  return made
}

function shapeOf({ kind, buckets = [] }: DeclaredMetric): string {
  return [kind, ...buckets].join(' ')
}

/** D2. */
function boundedBy(series: number, seen: Set<string>, labels: Readonly<Record<string, string>>): Attributes {
  const key = JSON.stringify(Object.entries(labels).sort())
  if (seen.has(key)) return labels
  if (seen.size >= series) return Object.fromEntries(Object.keys(labels).map((label) => [label, 'other']))
  seen.add(key)
  return labels
}

// ---------------------------------------------------------------------------- names

/** What is wrong with the name of a metric, if anything. @see https://prometheus.io/docs/concepts/data_model/ */
export function metricNameProblem(name: string): string | undefined {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))
    return 'it must be made of letters, digits and _, and not begin with a digit'
  const ending = /_(total|count|sum|bucket|info|created)$/.exec(name)?.[1]
  if (ending !== undefined)
    return `the ending _${ending} is added by the exporter, or belongs to another kind of metric`
  const owner = RESERVED.find((prefix) => name === prefix || name.startsWith(`${prefix}_`))
  if (name.startsWith('__') || owner !== undefined)
    return `names that begin with ${owner ?? '_'}_ are not for narratives`
  return undefined
}

/** What is wrong with the name of a label, if anything. */
export function labelNameProblem(name: string): string | undefined {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))
    return 'it must be made of letters, digits and _, and not begin with a digit'
  if (name.startsWith('__') || TAKEN_LABELS.has(name)) return 'Prometheus or the server gives this label itself'
  return undefined
}

/** The first words of our own metrics, and what Prometheus makes itself. */
const RESERVED: readonly string[] = [
  ...new Set(Object.keys(INSTRUMENTS).map((name) => name.split('.', 1)[0]!)),
  ...['otel', 'target', 'scrape', 'up', 'ALERTS'],
]
const TAKEN_LABELS: ReadonlySet<string> = new Set(['le', 'quantile', 'job', 'instance', 'narrative'])
