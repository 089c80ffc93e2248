// Measures: what the response of an act says for the metrics that its narrative declares. Pure.
//
//   U1. A list is measured element by element: the one at `each`, or the response itself.
//   U2. What has no number is left out, and said.

import type { Json } from '../json.ts'
import { responseAsJson } from './extract-json.ts'
import { segmentsOf, textOf, valueAt } from './json/json-path.ts'
import type { Metric, MetricLabel, Narrative } from './narrative.ts'

export interface Measure {
  readonly metric: Metric
  readonly value: number
  readonly labels: Readonly<Record<string, string>>
}

export interface Measured {
  readonly measures: readonly Measure[]
  /** Why something could not be measured, a sentence each. */
  readonly problems: readonly string[]
}

/** Longer values of labels are cut: they are names, not texts. */
const LABEL_LENGTH = 64

/** @param act by its name */
export function measure({ metrics = [] }: Pick<Narrative, 'metrics'>, act: string, response: string): Measured {
  const wanted = metrics.filter((metric) => metric.act === act)
  if (wanted.length === 0) return { measures: [], problems: [] }
  const json = responseAsJson(response)
  const needsJson = wanted.filter(({ value, each, labels }) => value ?? each ?? Object.values(labels).some(isPath))
  if (json === undefined && needsJson.length > 0) {
    const names = needsJson.map(({ name }) => name).join(', ')
    return { measures: [], problems: [`The response of "${act}" holds no JSON to measure: ${names}.`] }
  }
  const all = wanted.map((metric) => measureOne(metric, json ?? null))
  return { measures: all.flatMap(({ measures }) => measures), problems: all.flatMap(({ problems }) => problems) }
}

function measureOne(metric: Metric, json: Json): Measured {
  const measures: Measure[] = []
  const problems: string[] = []
  for (const element of elementsOf(metric, json)) {
    const value = numberAt(metric, element)
    if (value === undefined) problems.push(`${metric.name}: no number at ${metric.value}.`)
    else if (metric.kind === 'counter' && value < 0) problems.push(`${metric.name}: a counter does not go down.`)
    else measures.push({ metric, value, labels: labelsOf(metric, element) })
  }
  return { measures, problems: [...new Set(problems)] }
}

function elementsOf({ each }: Metric, json: Json): readonly Json[] {
  const at = each === undefined ? json : valueAt(json, segmentsOf(each))
  if (at === undefined || (each !== undefined && at === null)) return []
  return Array.isArray(at) ? at : [at]
}

/** Without a path each element is 1. True is 1, false is 0; a text counts where it is written like a number. */
function numberAt({ value: path }: Metric, element: Json): number | undefined {
  if (path === undefined) return 1
  const value = valueAt(element, segmentsOf(path))
  if (typeof value === 'boolean') return Number(value)
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

function labelsOf({ labels }: Metric, element: Json): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).map(([name, label]) => [name, labelAt(label, element)]))
}

function labelAt(label: MetricLabel, element: Json): string {
  if (!isPath(label)) return label.text
  const value = valueAt(element, segmentsOf(label.path))
  if (value === undefined || value === null || value === '') return 'none'
  const text = textOf(value).slice(0, LABEL_LENGTH)
  return label.values === undefined || label.values.includes(text) ? text : 'other'
}

function isPath(label: MetricLabel): label is Extract<MetricLabel, { readonly path: string }> {
  return 'path' in label
}
