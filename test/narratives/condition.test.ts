import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Facts, holds, namesIn, parseCondition } from '../../narratives/condition.ts'

const values: Record<string, string> = {
  score: '{"value": 7, "tags": ["a", "B"], "text": "Fine day"}',
  list: 'Here: ```json\n[{"x": 1}, {"x": 2}]\n```',
  plain: ' yes ',
  number: '12',
  nothing: '[]',
}
const facts: Facts = {
  value: (name) => values[name],
  count: (table, where) => (table === 'posts' ? (where === undefined ? 3 : 1) : 0),
}
const isTrue = (text: string) => {
  const parsed = parseCondition(text)
  return 'condition' in parsed ? holds(parsed.condition, facts) : parsed.problem
}

test.for([
  ['score.value >= 7', true],
  ['score.value > 7', false],
  ["score.value == '7'", true],
  ['number > 9', true],
  ["plain == 'yes'", true],
  ["plain != 'no' and not nothing", true],
  ['list.x == 2', true],
  ['list.0.x == 1', true],
  ['length(list) == 2', false],
  ['length(score.tags) == 2', true],
  ["contains(score.tags, 'B')", true],
  ["contains(score.text, 'fine')", true],
  ['empty(nothing)', true],
  ['empty(unknown) and unknown == null', true],
  ['unknown < 3 or unknown > 3', false],
  ['unknown != 3', true],
  ['count(posts) == 3', true],
  ["count(posts, 'a = 1') == 1", true],
  ['count(unknown) > 0', false],
  ['not (plain and nothing)', true],
  ['not not plain', true],
  ['plain or nothing and nothing', true],
  ['NOT plain OR TRUE', true],
  ['-1 < 0', true],
  ["'it''s' == plain or '' == nothing", false],
  ["count(posts, 'status = ''new''') == 1", true],
] as const)('%s is %s', ([text, expected]) => {
  expect(isTrue(text)).toBe(expected)
})

test.for([
  ['', 'ends too early'],
  ['score.value >=', 'ends too early'],
  ['a b', 'too many'],
  ['(a', '")" is missing'],
  ['a = 3', 'cannot be read'],
  ['sum(a)', 'no function "sum"'],
  ["count('a' 3)", 'is missing'],
  ['count(posts, filter)', 'in quotes'],
  [`${'('.repeat(60)}a`, 'too deep'],
  ['a'.repeat(3_000), 'longer'],
] as const)('%s is refused: %s', ([text, words]) => {
  expect(isTrue(text)).toContain(words)
})

test('names are found, not tables', () => {
  const parsed = parseCondition('a.b == 1 and not empty(c) or count(d) > length(e)')
  expect('condition' in parsed && namesIn(parsed.condition)).toEqual(['a', 'c', 'e'])
})

test('no text makes the parser fail or hang', () => {
  const words = fc.constantFrom(
    'a',
    'and',
    'or',
    'not',
    '(',
    ')',
    '==',
    '<',
    '7',
    "'x'",
    ',',
    'count',
    'empty',
    ' ',
    '.',
    '"',
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 30 }), (parts) => void isTrue(parts.join(' '))),
    { numRuns: 500 },
  )
})
