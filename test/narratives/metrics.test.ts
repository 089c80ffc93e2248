// Metrics of a narrative: how they are declared, what is refused, and what a response says for them.

import { describe, expect, test } from 'vitest'
import { measure } from '../../narratives/measures.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'

const parse = (metric: string, name = 'scores') =>
  parseNarrativeFile(
    `[narrative]\nname = "n"\ntoc = ["judge"]\n[acts]\njudge = "As JSON."\n[narrative.metrics.${name}]\n${metric}`,
    'x.toml',
  )
const metricsOf = (metric: string) => {
  const { file, diagnostics } = parse(metric)
  expect(diagnostics).toEqual([])
  return file!.narratives.get('n')!
}
const COUNTER = 'kind = "counter"\nact = "judge"\n'

test('what is declared is read, with its defaults', () => {
  expect(metricsOf(`${COUNTER}labels = { team = "$.team", stage = "final" }`).metrics).toEqual([
    {
      name: 'scores',
      kind: 'counter',
      act: 'judge',
      labels: { team: { path: '$.team' }, stage: { text: 'final' } },
      help: '',
      series: 100,
    },
  ])
  const histogram =
    'kind = "histogram"\nact = "judge"\nvalue = "$.score"\nbuckets = [0.5, 1, 2]\nseries = 5\nhelp = "Scores"'
  expect(metricsOf(histogram).metrics).toMatchObject([{ buckets: [0.5, 1, 2], series: 5, help: 'Scores' }])
})

test.for([
  ['a kind that is none', 'kind = "countr"\nact = "judge"', 'bad-metric', 7, 8, 'did you mean "counter"?'],
  ['an act that is not there', 'kind = "counter"\nact = "juge"', 'bad-metric', 8, 7, 'did you mean "judge"?'],
  ['no act', 'kind = "counter"', 'bad-type', 6, 20, undefined],
  ['a gauge without a value', 'kind = "gauge"\nact = "judge"', 'bad-metric', 6, 20, undefined],
  ['a path that is none', `${COUNTER}value = "score"`, 'bad-metric', 9, 9, 'such as "$.score"'],
  ['a histogram without bounds', 'kind = "histogram"\nact = "judge"\nvalue = "$"', 'bad-metric', 6, 20, undefined],
  [
    'bounds that fall',
    'kind = "histogram"\nact = "judge"\nvalue = "$"\nbuckets = [1, 1]',
    'bad-metric',
    10,
    11,
    undefined,
  ],
  ['a label of Prometheus', `${COUNTER}labels = { le = "$.a" }`, 'bad-metric', 9, 12, undefined],
  ['a label with a dash', `${COUNTER}labels = { a-b = "$.a" }`, 'bad-metric', 9, 12, undefined],
  ['a number as a label', `${COUNTER}labels = { a = 1 }`, 'bad-type', 9, 16, undefined],
  ['too many series', `${COUNTER}series = 5000`, 'bad-type', 9, 10, undefined],
  [
    'six labels',
    `${COUNTER}labels = { a = "1", b = "1", c = "1", d = "1", e = "1", f = "1" }`,
    'bad-metric',
    9,
    1,
    undefined,
  ],
] as const)('refused: %s', ([, metric, code, line, column, hint]) => {
  const { file, diagnostics } = parse(metric)
  expect(file).toBeUndefined()
  expect(diagnostics).toMatchObject([{ code, severity: 'error', place: { line, column } }])
  if (hint !== undefined) expect(diagnostics[0]?.hint).toBe(hint)
})

test.for([
  'botticelli_score',
  'gen_ai_score',
  'process_cpu',
  'http_requests',
  'up',
  'scores_total',
  'scores_count',
  'scores_bucket',
  '"my-score"',
  '"1st"',
  '__score',
])('the name %s is refused', (name) => {
  const { diagnostics } = parse(COUNTER, name)
  expect(diagnostics).toMatchObject([{ code: 'bad-metric', place: { line: 6, column: 20 } }])
})

test('an unknown key has the nearest known one', () => {
  expect(parse(`${COUNTER}lables = {}`).diagnostics).toMatchObject([
    { code: 'unknown-key', severity: 'warning', hint: 'did you mean "labels"?' },
  ])
})

describe('what a response says', () => {
  const said = (metric: string, response: unknown) => {
    const text = typeof response === 'string' ? response : JSON.stringify(response)
    const { measures, problems } = measure(metricsOf(metric), 'judge', text)
    return { values: measures.map(({ value, labels }) => [value, labels]), problems }
  }
  const each = 'each = "$.components"\nvalue = "$.done"\nlabels = { component = "$.name" }'

  test.for([
    ['one for a response', COUNTER, 'no JSON at all', [[1, {}]]],
    [
      'one for each element of a list',
      COUNTER,
      [{}, {}],
      [
        [1, {}],
        [1, {}],
      ],
    ],
    ['a number', `${COUNTER}value = "$.a.b"`, { a: { b: 2.5 } }, [[2.5, {}]]],
    ['a text that is a number', `${COUNTER}value = "$.a"`, { a: '7' }, [[7, {}]]],
    ['JSON in a fence', `${COUNTER}value = "$.a"`, 'Here:\n```json\n{"a": 3}\n```', [[3, {}]]],
    [
      'what is true, by label',
      COUNTER + each,
      {
        components: [
          { name: 'roof', done: true },
          { name: 'wall', done: false },
        ],
      },
      [
        [1, { component: 'roof' }],
        [0, { component: 'wall' }],
      ],
    ],
    ['nothing where the list is not there', COUNTER + each, { other: 1 }, []],
    ['a label that is missing', `${COUNTER}labels = { a = "$.a" }`, { b: 1 }, [[1, { a: 'none' }]]],
    ['a long label, cut', `${COUNTER}labels = { a = "$.a" }`, { a: 'x'.repeat(99) }, [[1, { a: 'x'.repeat(64) }]]],
    [
      'a label outside of its values',
      `${COUNTER}labels = { a = { path = "$.a", values = ["x"] } }`,
      [{ a: 'x' }, { a: 'y' }],
      [
        [1, { a: 'x' }],
        [1, { a: 'other' }],
      ],
    ],
  ] as const)('%s', ([, metric, response, values]) => {
    expect(said(metric, response)).toEqual({ values, problems: [] })
  })

  test.for([
    ['no JSON', `${COUNTER}value = "$.a"`, 'prose', 'holds no JSON'],
    ['no number', `${COUNTER}value = "$.a"`, { a: 'many' }, 'no number at $.a'],
    ['a counter that falls', `${COUNTER}value = "$.a"`, { a: -1 }, 'does not go down'],
  ] as const)('a problem: %s', ([, metric, response, words]) => {
    const { values, problems } = said(metric, response)
    expect(values).toEqual([])
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(words)
  })
})
