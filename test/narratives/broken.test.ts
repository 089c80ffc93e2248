import { describe, expect, test } from 'vitest'
import { CODES } from '../../errors.ts'
import { loadNarrativeFile } from '../../narratives/load-file.ts'
import { NarrativeError } from '../../narratives/narrative-error.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'
import { broken } from './broken.ts'

const MARK = '▶'

function placeOfMark(source: string): string {
  const before = source.slice(0, source.indexOf(MARK)).split('\n')
  return `${before.length}:${before.at(-1)!.length + 1}`
}

describe('a broken file is refused with its place', () => {
  test.for(broken)('%s', ([, code, source]) => {
    const { file, diagnostics } = parseNarrativeFile(source.replace(MARK, ''), 'broken.toml')
    const errors = diagnostics.filter((one) => one.severity === 'error')
    expect(file).toBeUndefined()
    expect(errors.map((one) => `${one.code} ${one.place.line}:${one.place.column}`)).toEqual([
      `${code} ${placeOfMark(source)}`,
    ])
    for (const { message, fix } of errors) {
      expect(message).toMatch(/\.$/)
      expect(fix ?? CODES[code as keyof typeof CODES].fix).not.toBe('')
    }
  })

  test('the table holds at least 120 files', () => {
    expect(broken.length).toBeGreaterThanOrEqual(120)
  })
})

describe('the remarks beside the mark', () => {
  test.for<[title: string, source: string, hint: string]>([
    ['an act', '[narrative]\nname = "n"\ntoc = ["sumary"]\n[acts]\nsummary = "x"', 'did you mean "summary"?'],
    [
      'a bot',
      '[narrative]\nname = "n"\ntoc = ["a"]\n[acts]\na = "bots.sent"\n[bots.send]',
      'did you mean "bots.send"?',
    ],
    ['a type', '[narrative]\nname = "n"\ntoc = ["a"]\n[acts]\na = [{ type = "imgae" }]', 'did you mean "image"?'],
    ['a key', '[narrative]\nname = "n"\nmodell = "m"\ntoc = ["a"]\n[acts]\na = "x"', 'did you mean "model"?'],
    [
      'a budget',
      '[narrative]\nname = "n"\nbudget = { rmp_multiplier = 1 }\ntoc = ["a"]\n[acts]\na = "x"',
      'did you mean "rpm_multiplier"?',
    ],
  ])('%s: the nearest known name', ([, source, hint]) => {
    expect(parseNarrativeFile(source, 'n.toml').diagnostics.map((one) => one.hint)).toContain(hint)
  })
})

test('all errors of a file are reported at once, in the order of the file', () => {
  const source = [
    '[narrative]',
    'name = "n"',
    'max_tokens = -1',
    'toc = ["a", "b", "c"]',
    '[acts]',
    'a = 1',
    'b = "bots.none"',
  ].join('\n')
  const { diagnostics } = parseNarrativeFile(source, 'n.toml')
  expect(diagnostics.map((one) => `${one.place.line} ${one.code}`)).toEqual([
    '3 bad-type',
    '4 missing-act',
    '6 bad-act',
    '7 unknown-bot',
  ])
  expect(diagnostics.map((one) => one.path)).toEqual(['narrative.max_tokens', 'narrative.toc[2]', 'acts.a', 'acts.b'])
})

test('an error carries all diagnostics, and the place of the first', () => {
  const { diagnostics } = parseNarrativeFile('[narrative]\nname = 1\nmodel = 2\ntoc = ["a"]\n[acts]\na = "x"', 'n.toml')
  const error = NarrativeError.of(diagnostics)
  expect(error).toMatchObject({ code: 'bad-type', place: { file: 'n.toml', line: 2, column: 8 } })
  expect(error.message).toMatch(/\(and 1 more\)$/)
  expect(error.diagnostics).toHaveLength(2)
})

test('a file that cannot be read has a place too', () => {
  expect(() => loadNarrativeFile('/nowhere/n.toml')).toThrow(
    expect.objectContaining({ code: 'file-read', place: { file: '/nowhere/n.toml', line: 1, column: 1 } }),
  )
})
