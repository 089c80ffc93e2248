import { expect, test } from 'vitest'
import { compareLatencies } from '../../actors/latency.ts'
import type { Latency } from '../../store/store.ts'

const of = (kind: Latency['kind'], name: string, ...times: number[]) => times.map((ms): Latency => ({ kind, name, ms }))
const hundred = Array.from({ length: 100 }, (_, index) => (index + 1) * 10)
const ten = (ms: number) => Array.from({ length: 10 }, () => ms)

test('percentiles are nearest ranks, and the objective is a share', () => {
  expect(compareLatencies(of('act', 'post/draft', ...hundred.toReversed()), [], 900)).toEqual([
    { kind: 'act', name: 'post/draft', count: 100, p50: 500, p95: 950, p99: 990, isSlower: false, within: 0.9 },
  ])
  expect(compareLatencies(of('model', 'm', 7), [], undefined)).toMatchObject([{ p50: 7, p95: 7, p99: 7 }])
})

test('narratives come first, then acts, models and commands', () => {
  const all = [...of('command', 'c', 1), ...of('model', 'b', 1), ...of('act', 'a', 1), ...of('narrative', 'z', 1)]
  expect(compareLatencies(all, [], undefined).map(({ kind }) => kind)).toEqual(['narrative', 'act', 'model', 'command'])
})

test.for<[string, number[], number[], boolean]>([
  ['half as long again and 100 ms more', ten(300), ten(200), true],
  ['a little longer', ten(299), ten(200), false],
  ['twice as long, but of nothing', ten(20), ten(10), false],
  ['too few now', [300], ten(200), false],
  ['too few before', ten(300), [200], false],
  ['faster', ten(100), ten(200), false],
])('%s', ([, now, before, isSlower]) => {
  const [line] = compareLatencies(of('act', 'a', ...now), of('act', 'a', ...before), undefined)
  expect(line?.isSlower).toBe(isSlower)
  expect(line?.p95Before).toBe(before.length < 10 ? undefined : before[0])
})
