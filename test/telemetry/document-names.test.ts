// Document names: how one metric is made of another. That each is there in a running server is in checklist.test.ts.

import { expect, test } from 'vitest'
import { withDocumentNames } from '../../telemetry/document-names.ts'
import type { Distribution, Metric } from '../../telemetry/series.ts'

const counter = (name: string, ...points: Metric['points']): Metric => ({
  name,
  kind: 'counter',
  unit: '{request}',
  help: 'Calls',
  points,
})
const held = (counts: readonly number[], sum: number): Distribution => ({
  bounds: [1, 2],
  counts,
  count: counts.reduce((total, count) => total + count, 0),
  sum,
  min: 0,
  max: 3,
})
const made = (metrics: readonly Metric[], name: string) => withDocumentNames(metrics).find((each) => each.name === name)

test('labels are renamed, and what else tells series apart is added up', () => {
  const ours = counter(
    'botticelli.llm.requests',
    { attributes: { provider: 'a', model: 'x', outcome: 'ok' }, value: 2 },
    { attributes: { provider: 'a', model: 'x', outcome: 'error' }, value: 3 },
    { attributes: { provider: 'b', model: 'y', outcome: 'ok' }, value: 4 },
  )
  expect(made([ours], 'llm.requests')?.points).toEqual([
    { attributes: { provider: 'a', model: 'x' }, value: 5 },
    { attributes: { provider: 'b', model: 'y' }, value: 4 },
  ])
})

test('series are chosen, values renamed, and a total added where it is wanted', () => {
  const of = (type: string, value: number) => ({ attributes: { provider: 'a', model: 'x', type }, value })
  const ours = counter('botticelli.llm.tokens', of('input', 7), of('output', 3), of('reasoning', 2))
  expect(made([ours], 'llm.tokens')?.points.map(({ value }) => value)).toEqual([10])
  expect(made([ours], 'ai.tokens')?.points.map(({ attributes: { type }, value }) => [type, value])).toEqual([
    ['prompt', 7],
    ['completion', 3],
  ])
  expect(made([ours], 'llm.tokens.used')?.points.map(({ attributes: { type }, value }) => [type, value])).toEqual([
    ['input', 7],
    ['total', 10],
    ['output', 3],
  ])
})

test('histograms are added bucket by bucket, or counted', () => {
  const labels = { 'http.request.method': 'GET', 'http.route': '/health' }
  const ours: Metric = {
    name: 'http.server.request.duration',
    kind: 'histogram',
    unit: 's',
    help: 'Requests',
    points: [
      { attributes: { ...labels, 'http.response.status_code': '200' }, value: held([1, 2, 0], 3) },
      {
        attributes: { ...labels, 'http.response.status_code': '503', 'error.type': '503' },
        value: held([0, 1, 1], 4),
      },
    ],
  }
  const [duration] = made([ours], 'http.request.duration')?.points ?? []
  expect(duration).toMatchObject({ attributes: { method: 'GET', path: '/health' }, value: held([1, 3, 1], 7) })
  expect(made([ours], 'http.requests')).toMatchObject({
    kind: 'counter',
    unit: '',
    points: [
      { attributes: { status: '200' }, value: 3 },
      { attributes: { status: '503' }, value: 2 },
    ],
  })
  expect(made([ours], 'api.errors')?.points).toEqual([{ attributes: { type: '503' }, value: 2 }])
})

test('money is told in cents', () => {
  const ours = counter('botticelli.llm.cost.usd', { attributes: { provider: 'a', model: 'x' }, value: 0.25 })
  expect(made([ours], 'ai.cost.cents')?.points).toEqual([{ attributes: { provider: 'a', model: 'x' }, value: 25 }])
})

test('a name that a narrative has declared stays its own, and what is not there has no other name', () => {
  const ours = counter('botticelli.llm.requests', { attributes: { provider: 'a', model: 'x' }, value: 2 })
  const declared = { ...counter('llm_requests', { attributes: { narrative: 'n' }, value: 1 }), unit: '' }
  expect(withDocumentNames([ours, declared])).toEqual([ours, declared])
  expect(withDocumentNames([])).toEqual([])
})
