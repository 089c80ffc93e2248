// Declared metrics: numbers that narratives ask for by name, beside those of the instrument table.
//
// Owns which names they may have, and that they stay bounded.
//
//   D1. A name is one that Prometheus takes, whose endings and beginnings are nobody else's.
//   D2. A narrative gives a metric no more series than are declared: what goes beyond has `other` for all of its labels.
//   D3. The first declaration of a name counts as long as metrics are kept: another kind or other buckets are refused.

import { INSTRUMENTS } from './instrument-table.ts'
import { type Labels, type Metric, MOST_SERIES, OVERFLOW, type Series, seriesOf } from './series.ts'

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

/** False: the name is taken by another kind of metric, and nothing was recorded. While no metrics are kept nothing is. */
export function recordDeclared(
  metric: DeclaredMetric,
  value: number,
  labels: Readonly<Record<string, string>>,
  narrative: string,
): boolean {
  if (declared === undefined) return true
  const known = declared.get(metric.name) ?? { metric, narratives: new Map(), all: [] }
  if (shapeOf(known.metric) !== shapeOf(metric)) return false
  declared.set(metric.name, known)
  seriesFor(known, metric.series, labels, narrative).take(value)
  return true
}

/** Begins to keep what narratives ask for, with nothing in it. */
export function startDeclaredMetrics(): { read(): Iterable<Metric>; stop(): void } {
  const own = new Map<string, Declared>()
  declared = own
  return {
    *read() {
      for (const [name, { metric, all, overflow }] of own) {
        const points = overflow === undefined ? all : [...all, overflow]
        yield { name, kind: metric.kind, unit: '', help: metric.help, points }
      }
    },
    stop() {
      if (declared === own) declared = undefined
    },
  }
}

interface Declared {
  /** As it was first declared. */
  readonly metric: DeclaredMetric
  /** Series of each narrative, by their labels. */
  readonly narratives: Map<string, Map<string, Series>>
  readonly all: Series[]
  /** What finds no room in all. */
  overflow?: Series
}

let declared: Map<string, Declared> | undefined

function shapeOf({ kind, buckets = [] }: DeclaredMetric): string {
  return [kind, ...buckets].join(' ')
}

/** D2. Over all narratives there are no more than of any other metric. */
function seriesFor(known: Declared, most: number, labels: Labels, narrative: string): Series {
  const { metric, narratives, all } = known
  const own = narratives.get(narrative) ?? new Map<string, Series>()
  const isOver = own.size >= most && !own.has(keyOf(labels))
  const bounded = isOver ? Object.fromEntries(Object.keys(labels).map((label) => [label, 'other'])) : labels
  const found = own.get(keyOf(bounded))
  if (found !== undefined) return found
  const open = seriesOf(metric.kind, metric.buckets)
  if (all.length >= MOST_SERIES[metric.kind] - 1) {
    known.overflow ??= open(OVERFLOW)
    return known.overflow
  }
  const series = open({ narrative, ...bounded })
  narratives.set(narrative, own.set(keyOf(bounded), series))
  all.push(series)
  return series
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort())
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
