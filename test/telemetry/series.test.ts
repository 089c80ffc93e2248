// Series: numbers under labels, bounded whatever the labels are.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { recordDeclared } from '../../telemetry/declared-metrics.ts'
import { INSTRUMENTS, type InstrumentEntry, type InstrumentName } from '../../telemetry/instrument-table.ts'
import { observe, type Recorded, readObserved, startInstruments, takeRelayed } from '../../telemetry/instruments.ts'
import { MOST_SERIES, SeriesSet, seriesOf } from '../../telemetry/series.ts'
import { startTelemetry } from '../../telemetry/telemetry.ts'
import { parsePrometheus } from './prometheus-text.ts'

const counters = (labels: readonly string[], limit = 10) => new SeriesSet(labels, limit, seriesOf('counter'))

test('labels are told apart by their values, in whatever order they come', () => {
  const series = counters(['a', 'b'])
  series.take(1, { a: 'x', b: 'y' })
  series.take(2, { b: 'y', a: 'x' })
  series.take(4, { a: 'y', b: 'x' })
  expect(series.points).toMatchObject([
    { attributes: { a: 'x', b: 'y' }, value: 3 },
    { attributes: { a: 'y', b: 'x' }, value: 4 },
  ])
})

test('a label that is undefined is one that is missing', () => {
  const series = counters(['a', 'b'])
  series.take(1, { a: 'x', b: undefined })
  series.take(1, { a: 'x' })
  series.take(1, { a: 'x', b: 'undefined' })
  expect(series.points).toMatchObject([{ attributes: { a: 'x' }, value: 2 }, { attributes: { b: 'undefined' } }])
  expect(Object.keys(series.points[0]!.attributes)).toEqual(['a'])
})

test('without labels there is one series, once something was counted', () => {
  const series = counters([])
  expect(series.points).toEqual([])
  series.take(0, {})
  series.take(3, {})
  expect(series.points).toMatchObject([{ attributes: {}, value: 3 }])
})

test('what finds no room counts in the overflow, and nothing is lost', () => {
  const series = counters(['a'], 3)
  for (const a of ['1', '2', '3', '4', '1', '3']) series.take(1, { a })
  expect(series.points).toMatchObject([
    { attributes: { a: '1' }, value: 2 },
    { attributes: { a: '2' }, value: 1 },
    { attributes: { 'otel.metric.overflow': true }, value: 3 },
  ])
})

test('a counter never falls, a gauge keeps the last value, neither takes what is no number', () => {
  const [counter, gauge] = [seriesOf('counter')({}), seriesOf('gauge')({})]
  for (const value of [5, -3, Number.NaN]) {
    counter.take(value)
    gauge.take(value)
  }
  expect([counter.value, gauge.value]).toEqual([5, -3])
})

test('a value on a bound is in the bucket below it', () => {
  const histogram = seriesOf('histogram', [1, 5])({})
  for (const value of [-1, 1, 1.5, 5, 6, Number.NaN]) histogram.take(value)
  expect(histogram.value).toEqual({ bounds: [1, 5], counts: [2, 2, 1], count: 5, sum: 12.5, min: -1, max: 6 })
})

describe('a flood of 10,000 values of every label', () => {
  const flooded = 10_000
  let recorded: Recorded
  beforeEach(() => {
    recorded = startInstruments()
  })
  afterEach(() => recorded.stop())

  /** Closed labels too, as if types had not held. */
  const labelsOf = (entry: InstrumentEntry, n: number) =>
    Object.fromEntries(Object.keys(entry.labels).map((label) => [label.replace('?', ''), `value ${n}`]))
  const entries = Object.entries(INSTRUMENTS) as [InstrumentName, InstrumentEntry][]

  test('leaves each instrument within its budget, with what is over in one series', () => {
    for (const [name, entry] of entries) {
      for (let n = 0; n < flooded; n++) takeRelayed([name, 1, labelsOf(entry, n)])
    }
    for (const { name, kind, points } of recorded.read()) {
      const hasLabels = Object.keys(INSTRUMENTS[name as InstrumentName].labels).length > 0
      const total = points.reduce((sum, { value }) => sum + (typeof value === 'number' ? value : value.count), 0)
      const overflow = points.filter(({ attributes }) => attributes['otel.metric.overflow'] === true)
      expect([name, points.length]).toEqual([name, hasLabels ? MOST_SERIES[kind] : 1])
      expect([name, overflow.length]).toEqual([name, hasLabels ? 1 : 0])
      if (kind !== 'gauge') expect([name, total]).toEqual([name, flooded])
    }
  })

  test('is bounded for what is observed as well', () => {
    const end = observe('botticelli.log.records', function* () {
      for (let n = 0; n < flooded; n++) yield { value: 1, labels: { level: 'info', target: `t${n}` } }
    })
    const { points } = [...readObserved(() => {})].find(({ name }) => name === 'botticelli.log.records')!
    end()
    expect(points).toHaveLength(2_000)
    expect(points.at(-1)).toMatchObject({ attributes: { 'otel.metric.overflow': true }, value: flooded - 1_999 })
  })
})

test('narratives without number share the budget of a metric that they declare', async () => {
  const telemetry = await startTelemetry({ serviceName: 'test', serviceVersion: '1', metrics: true })
  const metric = { name: 'found', kind: 'histogram', help: 'Found', buckets: [1], series: 100 } as const
  for (let n = 0; n < 3_000; n++) recordDeclared(metric, 1, { a: 'x' }, `narrative ${n}`)
  const samples = parsePrometheus(await telemetry.metricsText()).get('found')!.samples
  const counts = samples.filter(({ name }) => name === 'found_count')
  expect(counts).toHaveLength(1_000)
  expect(counts.find(({ labels }) => labels.otel_metric_overflow === 'true')?.value).toBe(3_000 - 999)
  await telemetry.shutdown()
})
