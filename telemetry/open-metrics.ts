// OpenMetrics: the metrics as text with exemplars, for a scraper that asks for it: beside a number the trace that it was
// last counted in.
//
// Names and series are those of the format 0.0.4 (prometheus.ts); Prometheus stores the same, whichever it reads.
//
// https://prometheus.io/docs/specs/om/open_metrics_spec/

import type { Attributes } from '@opentelemetry/api'
import { exposedName, labelsText, seriesText, withBound } from './prometheus.ts'
import type { Exemplar, Metric, Point } from './series.ts'

export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** @param resource what runs */
export function openMetricsText(metrics: readonly Metric[], resource: Attributes): string {
  const families = [...metrics.map(toFamily), targetInfo(resource)].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return `${families.map(({ lines }) => lines.join('\n')).join('\n')}\n# EOF\n`
}

/** Whether a scraper likes it at least as well as the older format. @param accept header of its request */
export function wantsOpenMetrics(accept = ''): boolean {
  const qualityOf = (type: string) =>
    accept.split(',').reduce((best, range) => {
      const [name = '', ...parameters] = range.split(';').map((part) => part.trim())
      const quality = Number(parameters.find((part) => part.startsWith('q='))?.slice(2) ?? 1)
      return name === type && quality > best ? quality : best
    }, 0)
  const wanted = qualityOf('application/openmetrics-text')
  return wanted > 0 && wanted >= qualityOf('text/plain')
}

interface Family {
  readonly name: string
  readonly lines: readonly string[]
}

/** A counter is known by its name without `_total`. */
function toFamily({ name: given, kind, unit, help, points }: Metric): Family {
  const sample = exposedName(given, unit, kind)
  const name = kind === 'counter' ? sample.replace(/_total$/, '') : sample
  const unitWord = /_(seconds|bytes|ratio)$/.exec(name)?.[1]
  const lines = [`# TYPE ${name} ${kind}`, ...(unitWord === undefined ? [] : [`# UNIT ${name} ${unitWord}`])]
  lines.push(`# HELP ${name} ${escaped(help)}`)
  for (const point of points) lines.push(...pointLines(sample, point))
  return { name, lines }
}

function pointLines(name: string, { attributes, value, exemplars = [] }: Point): string[] {
  const labels = labelsText(attributes)
  if (typeof value === 'number') return [seriesText(name, labels, value) + exemplarText(exemplars[0])]
  let cumulative = 0
  const buckets = value.counts.map((inBucket, index) => {
    cumulative += inBucket
    const bound = floatText(value.bounds[index] ?? Number.POSITIVE_INFINITY)
    return seriesText(`${name}_bucket`, withBound(labels, bound), cumulative) + exemplarText(exemplars[index])
  })
  return [...buckets, seriesText(`${name}_sum`, labels, value.sum), seriesText(`${name}_count`, labels, value.count)]
}

function exemplarText(exemplar: Exemplar | undefined): string {
  if (exemplar === undefined) return ''
  const { traceId, spanId, value, at } = exemplar
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${value} ${(at / 1_000).toFixed(3)}`
}

/** Bounds are floats: `5` is written `5.0`. */
function floatText(bound: number): string {
  if (bound === Number.POSITIVE_INFINITY) return '+Inf'
  return Number.isInteger(bound) ? `${bound}.0` : String(bound)
}

function targetInfo(attributes: Attributes): Family {
  const lines = ['# TYPE target info', '# HELP target What runs', seriesText('target_info', labelsText(attributes), 1)]
  return { name: 'target', lines }
}

function escaped(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
