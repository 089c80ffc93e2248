// Metrics: the `[narrative.metrics.NAME]` tables, refused where Prometheus could not take them.

import { DECLARED_KINDS, labelNameProblem, metricNameProblem } from '../../telemetry/declared-metrics.ts'
import type { Metric, MetricLabel } from '../narrative.ts'
import { didYouMean } from '../nearest.ts'
import type { TomlNode, TomlTable } from '../toml-tree.ts'
import { Keys, reportType } from './keys.ts'
import { present } from './present.ts'
import { keyOf } from './report.ts'

const DEFAULT_SERIES = 100
const MOST_SERIES = 1_000
const MOST_LABELS = 5
const MOST_BUCKETS = 50

/** @param actNames of the narrative's toc */
export function readMetrics(narrative: Keys, actNames: readonly string[]): readonly Metric[] | undefined {
  const table = narrative.tableAt('metrics')
  if (table === undefined) return undefined
  return [...table.entries].flatMap(([name, node]): readonly Metric[] => {
    if (node.is === 'table') return readMetric(name, node, actNames, narrative) ?? []
    reportType(narrative.report, node, 'a table with kind and act')
    return []
  })
}

function readMetric(name: string, table: TomlTable, acts: readonly string[], { report }: Keys): Metric[] | undefined {
  const keys = new Keys(table, report, `[${table.path}]`)
  const problem = metricNameProblem(name)
  if (problem !== undefined)
    report.error('bad-metric', keyOf(table), `A metric cannot be called "${name}": ${problem}.`)
  const kind = oneOf('kind', DECLARED_KINDS, keys)
  const act = oneOf('act', acts, keys)
  const metric = {
    value: readPath(keys, 'value'),
    each: readPath(keys, 'each'),
    labels: readLabels(keys),
    help: keys.string('help') ?? '',
    buckets: readBuckets(keys, kind),
    series: readSeries(keys) ?? DEFAULT_SERIES,
  }
  keys.warnOfRest()
  if (kind !== undefined && kind !== 'counter' && metric.value === undefined && !keys.has('value')) {
    report.error('bad-metric', keyOf(table), `The ${kind} "${name}" needs the path of its value.`, {
      fix: 'Add value = "$.score".',
    })
  }
  if (kind === undefined || act === undefined) return undefined
  return [present({ name, kind, act, ...metric })]
}

function oneOf<const T extends string>(key: string, known: readonly T[], keys: Keys): T | undefined {
  const written = keys.required(key)
  const found = known.find((one) => one === written)
  if (written === undefined || found !== undefined) return found
  const what = key === 'act' ? `The narrative has no act "${written}".` : `A metric cannot be a "${written}".`
  keys.report.error('bad-metric', keys.node(key)!, what, {
    hint: didYouMean(written, known),
    fix: `Use ${known.join(', ')}.`,
  })
  return undefined
}

function readPath(keys: Keys, name: string): string | undefined {
  const path = keys.string(name)
  return path === undefined || path.startsWith('$') ? path : badPath(keys.node(name)!, keys)
}

function badPath(node: TomlNode, { report }: Keys): undefined {
  report.error('bad-metric', node, `"${node.path}" must be a path into the JSON of the act.`, {
    hint: 'such as "$.score"',
  })
}

/** `team = "$.team"`, `stage = "final"`, or `{ path, values }`. */
function readLabels(metric: Keys): Readonly<Record<string, MetricLabel>> {
  const table = metric.tableAt('labels')
  const entries = [...(table?.entries ?? [])]
  if (entries.length > MOST_LABELS) {
    metric.report.error('bad-metric', keyOf(table!), `A metric has ${MOST_LABELS} labels at most.`)
  }
  return Object.fromEntries(
    entries.flatMap(([name, node]) => {
      const problem = labelNameProblem(name)
      if (problem !== undefined)
        metric.report.error('bad-metric', keyOf(node), `A label cannot be called "${name}": ${problem}.`)
      const label = readLabel(node, metric)
      return label === undefined ? [] : [[name, label] as const]
    }),
  )
}

function readLabel(node: TomlNode, { report }: Keys): MetricLabel | undefined {
  if (node.is === 'string') return node.value.startsWith('$') ? { path: node.value } : { text: node.value }
  if (node.is !== 'table') return reportType(report, node, 'a path such as "$.team", a text, or a table')
  const keys = new Keys(node, report, `[${node.path}]`)
  const path = keys.required('path')
  if (path !== undefined && !path.startsWith('$')) badPath(keys.node('path')!, keys)
  const values = keys.strings('values')
  keys.warnOfRest()
  return path === undefined ? undefined : present({ path, values })
}

function readSeries(keys: Keys): number | undefined {
  const series = keys.count('series')
  if (series === undefined || (series >= 1 && series <= MOST_SERIES)) return series
  return reportType(keys.report, keys.node('series')!, `an integer from 1 to ${MOST_SERIES}`)
}

function readBuckets(keys: Keys, kind: Metric['kind'] | undefined): readonly number[] | undefined {
  const node = keys.node('buckets')
  if (kind !== 'histogram') {
    if (node !== undefined && kind !== undefined) {
      keys.report.warn('ignored-key', keyOf(node), `"buckets" has no effect on a ${kind}.`)
    }
    return undefined
  }
  const bounds = node?.is === 'array' ? node.items.map((item) => ('value' in item ? item.value : undefined)) : []
  const rises = bounds.every(
    (bound, index) =>
      typeof bound === 'number' && Number.isFinite(bound) && !(index > 0 && bound <= Number(bounds[index - 1])),
  )
  if (node !== undefined && bounds.length > 0 && bounds.length <= MOST_BUCKETS && rises) return bounds as number[]
  keys.report.error(
    'bad-metric',
    node ?? keyOf(keys.table),
    `A histogram needs up to ${MOST_BUCKETS} bounds that rise.`,
    {
      fix: 'Add buckets = [2, 4, 6, 8, 10].',
    },
  )
  return undefined
}
