// Declared metrics: exported beside our own, bounded, and never two things under one name.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { type DeclaredMetric, recordDeclared } from '../../telemetry/declared-metrics.ts'
import { startTelemetry, type Telemetry } from '../../telemetry/telemetry.ts'
import { parsePrometheus, sampleValue } from './prometheus-text.ts'

let telemetry: Telemetry
beforeEach(async () => {
  telemetry = await startTelemetry({ serviceName: 'test', serviceVersion: '1', metrics: true })
})
afterEach(() => telemetry.shutdown())
const read = async () => parsePrometheus(await telemetry.metricsText())

const metric = (kind: DeclaredMetric['kind'], more: Partial<DeclaredMetric> = {}): DeclaredMetric => ({
  name: `my_${kind}`,
  kind,
  help: `A ${kind}`,
  series: 3,
  ...(kind === 'histogram' && { buckets: [0.5, 1] }),
  ...more,
})

test('each kind is exported with its help', async () => {
  recordDeclared(metric('counter'), 2, { a: 'x' }, 'n')
  recordDeclared(metric('counter'), 3, { a: 'x' }, 'n')
  recordDeclared(metric('gauge'), 7, {}, 'n')
  recordDeclared(metric('gauge'), -4, {}, 'n')
  for (const value of [0.1, 0.7, 9]) recordDeclared(metric('histogram'), value, { a: 'x' }, 'n')
  const families = await read()
  expect(sampleValue(families, 'my_counter_total', { a: 'x', narrative: 'n' })).toBe(5)
  expect(families.get('my_counter_total')).toMatchObject({ type: 'counter', help: 'A counter' })
  expect(sampleValue(families, 'my_gauge', { narrative: 'n' })).toBe(-4)
  expect(
    ['0.5', '1', '+Inf'].map((le) => sampleValue(families, 'my_histogram_bucket', { a: 'x', le, narrative: 'n' })),
  ).toEqual([1, 2, 3])
})

test('labels beyond the budget are other', async () => {
  const counter = metric('counter')
  for (const a of ['1', '2', '3', '4', '5', '1']) recordDeclared(counter, 1, { a, b: 'same' }, 'n')
  const families = await read()
  const of = (a: string, b = 'same') => sampleValue(families, 'my_counter_total', { a, b, narrative: 'n' })
  expect([of('1'), of('2'), of('3'), of('4'), of('other', 'other')]).toEqual([2, 1, 1, undefined, 2])
})

test('another metric of the same name is refused', async () => {
  expect(recordDeclared(metric('counter'), 1, {}, 'n')).toBe(true)
  expect(recordDeclared(metric('gauge', { name: 'my_counter' }), 1, {}, 'n')).toBe(false)
  expect(recordDeclared(metric('histogram'), 1, {}, 'n')).toBe(true)
  expect(recordDeclared(metric('histogram', { buckets: [1] }), 1, {}, 'n')).toBe(false)
  expect(sampleValue(await read(), 'my_counter_total', { narrative: 'n' })).toBe(1)
})

test('without metrics nothing is kept', async () => {
  await telemetry.shutdown()
  expect(recordDeclared(metric('counter'), 1, {}, 'n')).toBe(true)
  telemetry = await startTelemetry({ serviceName: 'test', serviceVersion: '1', metrics: true })
  expect((await read()).has('my_counter_total')).toBe(false)
})
