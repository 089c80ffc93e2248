// Keys that earlier versions did not have: how they are read, and what is said of wrong ones.

import { expect, test } from 'vitest'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'

const parse = (act: string, narrative = '') =>
  parseNarrativeFile(`[narrative]\nname = "n"\ntoc = ["a"]\n${narrative}\n[acts.a]\nprompt = "x"\n${act}`, 'x.toml')
const actOf = (act: string, narrative?: string) => parse(act, narrative).file?.narratives.get('n')?.acts[0]

test('settings of the model', () => {
  const narrative = 'top_p = 0.9\nstop = ["a", "b"]\ntimeout = 30'
  expect(actOf('stop = "END"\nseed = 7', narrative)?.settings).toEqual({
    topP: 0.9,
    stop: ['END'],
    seed: 7,
    timeoutMs: 30_000,
  })
})

test.for([
  ['timeout = "90s"', 90_000],
  ['timeout = "1.5m"', 90_000],
  ['timeout = "250ms"', 250],
  ['timeout = "1 h"', 3_600_000],
  ['timeout = 0.5', 500],
] as const)('%s', ([line, ms]) => {
  expect(actOf(line)?.settings.timeoutMs).toBe(ms)
})

test('retry, whole and short', () => {
  expect(actOf('retry = 3')?.retry).toEqual({ attempts: 3 })
  expect(actOf('retry = { attempts = 2, backoff = "5s", on = ["model-timeout"], reask = 0 }')?.retry).toEqual({
    attempts: 2,
    backoffMs: 5_000,
    on: ['model-timeout'],
    reask: 0,
  })
})

test.for([
  ['timeout = 0', 'bad-type', 'a duration'],
  ['timeout = "30d"', 'bad-type', 'a duration'],
  ['timeout = "soon"', 'bad-type', 'a duration'],
  ['top_p = 1.5', 'bad-type', 'from 0 to 1'],
  ['seed = -1', 'bad-type', 'from 0'],
  ['stop = [1]', 'bad-type', 'a string'],
  ['retry = 0', 'bad-type', 'number of attempts'],
  ['retry = { attempts = 0 }', 'bad-type', 'from 1'],
  ['retry = { on = ["model-timeot"] }', 'bad-type', 'No error has the code'],
] as const)('%s is refused', ([line, code, words]) => {
  const { file, diagnostics } = parse(line)
  expect(file).toBeUndefined()
  expect(diagnostics).toMatchObject([{ code, severity: 'error', place: { line: 7 } }])
  expect(diagnostics[0]?.message).toContain(words)
})

test('a cache, and where it has no effect', () => {
  expect(actOf('cache = "7d"')?.cacheMs).toBe(7 * 86_400_000)
  expect(parse('cache = "always"').diagnostics).toMatchObject([{ code: 'bad-type', place: { line: 7, column: 9 } }])
  const ignored = (act: string) => {
    const text = `[narrative]\nname = "n"\ntoc = ["a"]\n[acts.a]\ncache = 60\n${act}`
    const { file, diagnostics } = parseNarrativeFile(text, 'x.toml')
    expect(file?.narratives.get('n')?.acts[0]?.cacheMs).toBeUndefined()
    expect(diagnostics).toMatchObject([{ code: 'ignored-key', severity: 'warning', place: { line: 5, column: 1 } }])
    return diagnostics[0]?.message
  }
  const table = '{ type = "table", table_name = "t", pull_and_delete = true }'
  expect(ignored(`input = [${table}, { content = "x" }]`)).toContain('takes rows out of a table')
  expect(ignored('input = [{ type = "table", table_name = "t" }]')).toContain('asks no model')
})

test('a condition is refused where it cannot be read, and warns of names that have no value', () => {
  const { diagnostics } = parse('when = "a ="')
  expect(diagnostics).toMatchObject([{ code: 'bad-condition', place: { line: 7, column: 8 } }])
  expect(parse('when = "draft.score > 3"').diagnostics).toMatchObject([
    { code: 'unknown-placeholder', severity: 'warning', place: { line: 7, column: 9 } },
  ])
  expect(parse("when = '''count(posts, 'nonsense !')'''").diagnostics).toEqual([])
  const strict = parseNarrativeFile(
    `[narrative]\nname = "n"\ntoc = ["a"]\n[acts.a]\nprompt = "x"\nwhen = "count(posts, 'b !')"`,
    'x.toml',
    { checkFilter: () => 'a filter that is none' },
  )
  expect(strict.diagnostics).toMatchObject([{ code: 'bad-condition' }])
})

test('variables', () => {
  const { file, diagnostics } = parse(
    '',
    'vars = { a = "x", b = 3, c = {}, d = { default = "y", description = "what" } }',
  )
  expect(diagnostics).toEqual([])
  expect(file?.narratives.get('n')?.variables).toEqual({
    a: { default: 'x' },
    b: { default: '3' },
    c: {},
    d: { default: 'y', description: 'what' },
  })
})
