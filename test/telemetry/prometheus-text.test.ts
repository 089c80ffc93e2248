import { expect, test } from 'vitest'
import { parsePrometheus } from './prometheus-text.ts'

const head = '# HELP a_total What it is\n# TYPE a_total counter\n'
const histogram = (lines: string) => `# HELP h What\n# TYPE h histogram\n${lines}`

test('reads families, labels with escapes, and all forms of numbers', () => {
  const families = parsePrometheus(`${head}a_total{x="q\\"b\\\\n\\n",y=""} 1.5e-7\na_total +Inf\n`)
  expect(families.get('a_total')?.samples).toEqual([
    { name: 'a_total', labels: { x: 'q"b\\n\n', y: '' }, value: 1.5e-7 },
    { name: 'a_total', labels: {}, value: Number.POSITIVE_INFINITY },
  ])
})

test.for<[title: string, text: string, message: string]>([
  ['no newline at the end', `${head}a_total 1`, 'newline'],
  ['an empty line', `${head}\na_total 1\n`, 'empty line'],
  ['a family twice', `${head}a_total 1\n${head}a_total{b="1"} 1\n`, 'there before'],
  ['a series twice', `${head}a_total{a="1",b="2"} 1\na_total{b="2",a="1"} 1\n`, 'series'],
  ['a sample without a family', 'a_total 1\n', 'outside'],
  ['a sample of another family', `${head}b 1\n`, 'outside'],
  ['a family without samples', head, 'no samples'],
  ['a counter without _total', '# HELP a A\n# TYPE a counter\na 1\n', '_total'],
  ['an unescaped quote', `${head}a_total{x="a"b"} 1\n`, 'bad label'],
  ['a bad escape', `${head}a_total{x="a\\t"} 1\n`, 'bad label'],
  ['a comma at the end', `${head}a_total{x="a",} 1\n`, 'bad label'],
  ['a label twice', `${head}a_total{x="a",x="b"} 1\n`, 'twice'],
  ['a value that is no number', `${head}a_total one\n`, 'bad value'],
  ['a time stamp', `${head}a_total 1 1700000000000\n`, 'bad value'],
  ['buckets without an end', histogram('h_bucket{le="1"} 1\nh_sum 1\nh_count 1\n'), '+Inf'],
  [
    'buckets out of order',
    histogram('h_bucket{le="2"} 1\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n'),
    'order',
  ],
  ['buckets that fall', histogram('h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n'), 'cumulative'],
  ['a count of its own', histogram('h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n'), 'last bucket'],
])('refuses %s', ([, text, message]) => {
  expect(() => parsePrometheus(text)).toThrow(message)
})
