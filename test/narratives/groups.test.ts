// Groups: a list in the toc, what may stand in it, and acts that need each other.

import { expect, test } from 'vitest'
import { stagesOf } from '../../narratives/narrative.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'

const parse = (toc: string, acts: string, narrative = '') =>
  parseNarrativeFile(`[narrative]\nname = "n"\ntoc = ${toc}\n${narrative}\n[acts]\n${acts}`, 'x.toml')
const ABC = 'a = "A"\nb = "B"\nc = "C"'

test('a list in the toc is a group', () => {
  const { file, diagnostics } = parse('["a", ["b", "c"], ["a", "b"], ["c"]]', ABC, 'parallel = 2')
  expect(diagnostics).toEqual([])
  const narrative = file?.narratives.get('n')
  expect(narrative?.parallel).toBe(2)
  expect(stagesOf(narrative?.acts ?? []).map((stage) => stage.map(({ name }) => name))).toEqual([
    ['a'],
    ['b', 'c'],
    ['a', 'b'],
    ['c'],
  ])
})

test.for([
  ['an empty group', '["a", []]', ABC, 'bad-group', 3, 13],
  ['a group in a group', '[["a", ["b"]]]', ABC, 'bad-type', 3, 14],
  ['a number in a group', '[["a", 1]]', ABC, 'bad-type', 3, 14],
  ['an act that is not there', '[["a", "d"]]', ABC, 'missing-act', 3, 14],
  ['an act with a carousel', '[["a", "b"]]', 'a = "A"\nb = { prompt = "B", carousel = 2 }', 'bad-group', 7, 1],
  ['a response', '[["a", "b"]]', 'a = "A"\nb = "B of {{a}}"', 'bad-group', 7, 11],
  ['a part of a response', '[["a", "b"]]', 'a = "A"\nb = "B of ${a.x.y}"', 'bad-group', 7, 11],
  ['a branch', '[["a", "b"]]', 'a = "A"\nb = "{% if a %}x{% endif %}"', 'bad-group', 7, 6],
  ['a condition', '[["a", "b"]]', 'a = "A"\nb = { prompt = "B", when = "a.score > 3" }', 'bad-group', 7, 29],
  ['its own name', '[["a", "a"]]', 'a = "A after {{a}}"', 'bad-group', 6, 14],
] as const)('refused: %s', ([, toc, acts, code, line, column]) => {
  const { file, diagnostics } = parse(toc, acts)
  expect(file).toBeUndefined()
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  expect(errors).toMatchObject([{ code, place: { line, column } }])
})

test.for([
  [
    'a state that another one keeps',
    'a = { prompt = "A", state_capture = { room = "$.id" } }\nb = "B of ${state:room}"',
    '"room"',
  ],
  [
    'the table that another one stores in',
    'a = { prompt = "A", extract_output = true }\nb = ["tables.old", "B"]',
    '"n"',
  ],
  [
    'rows counted in it',
    'a = { prompt = "A", extract_output = true }\nb = { prompt = "B", when = "count(n) < 3" }',
    '"n"',
  ],
  ['a table that another one reads', 'a = ["tables.old", "A"]\nb = "B of {{old}}"', '"old"'],
] as const)('refused: %s', ([, acts, what]) => {
  const { diagnostics } = parse('[["a", "b"], "c"]', `${acts}\nc = "C"\n[tables.old]\ntable_name = "n"`)
  expect(diagnostics).toMatchObject([{ code: 'bad-group', severity: 'error' }])
  expect(diagnostics[0]?.message).toContain(what)
})

test('what was there before the group may be read by all of it, and the group by what follows', () => {
  const acts =
    'a = "A"\nb = "B of {{a}} {{previous}}"\nc = "C of {{b}}"\nd = ["tables.t", "{{t}}"]\ne = ["tables.t", "{{t}} {{a}}"]'
  const { diagnostics } = parse('["a", ["b", "d", "e"], "c", ["a", "c"]]', `${acts}\n[tables.t]\ntable_name = "t"`)
  expect(diagnostics).toEqual([])
})

test.for(['parallel = 0', 'parallel = "many"'])('refused: %s', (line) => {
  expect(parse('["a"]', ABC, line).diagnostics[0]).toMatchObject({ code: 'bad-type', place: { line: 4, column: 12 } })
})
