import { expect, test } from 'vitest'
import type { Json } from '../../../json.ts'
import { Report } from '../../../narratives/reading/report.ts'
import { broken, readExpectation } from '../../../narratives/testing/expectation.ts'
import { parseToml } from '../../../narratives/toml-tree.ts'

function read(toml: string) {
  const text = `x = ${toml}`
  const parsed = parseToml(text)
  if ('problem' in parsed) throw new Error(parsed.problem.message)
  const report = new Report('t.test.toml', text.split('\n'))
  return { expectation: readExpectation(parsed.root.entries.get('x')!, report), report }
}

const holding: readonly (readonly [toml: string, value: Json])[] = [
  ['3', 3],
  ['3.0', 3],
  ['"a"', 'a'],
  ['true', true],
  ['["a", "b"]', ['a', 'b']],
  ['{ equals = { b = 1, a = [2] } }', { a: [2], b: 1 }],
  ['{ contains = "oven" }', 'the oven'],
  ['{ contains = ["a", "b"] }', ['b', 'a']],
  ['{ contains = "2" }', { n: 2 }],
  ['{ not_contains = ["TODO", "AI"] }', 'a post'],
  ['{ matches = "^## \\\\p{L}+$" }', '## Größe'],
  ['{ at_least = 2, at_most = 4 }', 3],
  ['{ at_least = 2 }', '2.5'],
  ['{ length = 3 }', 'größ'.slice(0, 3)],
  ['{ length = 1 }', '🍞'],
  ['{ length = { at_least = 2 } }', [1, 2]],
  ['{ json.score = 7 }', 'Here: ```json\n{"score": 7}\n```'],
  ['{ json = { "list.0.a" = { at_most = 1 }, "list[1].a" = 2 } }', '{"list":[{"a":1},{"a":2}]}'],
  ['{ json.title = "x" }', { title: 'x' }],
]

test.for(holding)('%s holds of %j', ([toml, value]) => {
  const { expectation, report } = read(toml)
  expect(report.diagnostics).toEqual([])
  expect(broken(expectation, 'it', value)).toEqual([])
})

const failing: readonly (readonly [toml: string, value: Json | undefined, message: string])[] = [
  ['3', 4, 'it should be 3, but it is 4.'],
  ['"3"', 3, 'it should be "3", but it is 3.'],
  ['["a"]', { 0: 'a' }, 'it should be ["a"], but it is {"0":"a"}.'],
  ['{ equals = { a = 1 } }', { a: 1, b: 2 }, 'it should be {"a":1}, but it is {"a":1,"b":2}.'],
  ['{ contains = "oven" }', 'bread', 'it should contain "oven", but it is "bread".'],
  ['{ contains = "a" }', ['ab'], 'it should contain "a", but it is ["ab"].'],
  ['{ not_contains = "AI" }', 'As an AI', 'it should not contain "AI", but it is "As an AI".'],
  ['{ matches = "^b" }', 'ab', 'it should match /^b/u, but it is "ab".'],
  ['{ at_least = 2 }', 1, 'it should be at least 2, but it is 1.'],
  ['{ at_most = 2 }', 'many', 'it should be a number, but it is "many".'],
  ['{ at_most = 2 }', '', 'it should be a number, but it is "".'],
  ['{ length = 2 }', 'abc', 'the length of it should be 2, but it is 3.'],
  ['{ json.a = 1 }', 'no JSON', 'it should be JSON, but it is "no JSON".'],
  ['{ json."a.b" = 1 }', '{"a":{}}', 'There is no a.b of it.'],
  ['1', undefined, 'There is no it.'],
]

test.for(failing)('%s does not hold of %j', ([toml, value, message]) => {
  const found = broken(read(toml).expectation, 'it', value)
  expect(found).toMatchObject([{ message, place: { file: 't.test.toml', line: 1 } }])
})

test('texts of several lines are given for a diff', () => {
  const [first] = broken(read('"a\\nb"').expectation, 'it', 'a\nc')
  expect(first).toMatchObject({ message: 'it should be another text.', expected: 'a\nb', actual: 'a\nc' })
})

const wrong: readonly (readonly [toml: string, column: number, message: string])[] = [
  ['{ containz = "a" }', 7, 'A test knows no key "containz" here.'],
  ['{}', 1, '"x" expects nothing.'],
  ['{ matches = "(" }', 17, '"x.matches" is no regular expression.'],
  ['{ at_most = "1" }', 17, '"x.at_most" must be a number, found the string "1".'],
  ['{ json = 1 }', 14, '"x.json" must be a table from paths to what is expected there, found the integer 1.'],
  ['{ contains = 1 }', 18, '"x.contains" must be an array of strings, found the integer 1.'],
]

test.for(wrong)('%s is refused', ([toml, column, message]) => {
  expect(read(toml).report.diagnostics).toMatchObject([{ severity: 'error', message, place: { line: 1, column } }])
})
