import { expect, test } from 'vitest'
import { collectWarnings, countWarnings, repeatedWarnings } from '../../bin/run-warnings.ts'

const skipped = (index: number) => () => ({ act: 'write', table: 'posts', reason: `row ${index} is no object`, index })

test('equal warnings are told once and counted', () => {
  const told: string[] = []
  const warnings = collectWarnings((text) => told.push(text))
  for (let index = 0; index < 199_991; index += 1) {
    warnings.take('content.skipped', 'Content could not be stored', skipped(index))
  }
  expect(told).toEqual(['write: Content could not be stored (table posts, reason row 0 is no object, index 0)'])
  expect(repeatedWarnings(warnings.list())).toEqual([`and 199,990 more like it: ${told[0]}`])
  expect(countWarnings(warnings.list())).toEqual(['199,991 warnings'])
})

test('what the progress tells anyway is no warning', () => {
  const warnings = collectWarnings(() => {})
  for (const event of ['act.failed', 'llm.failed', 'narrative.failed', 'actor.crashed', 'llm.unpriced']) {
    warnings.take(event, 'said elsewhere', () => ({}))
  }
  expect(countWarnings(warnings.list())).toEqual([])
})

test('many kinds are told up to a number, the rest is counted', () => {
  const warnings = collectWarnings(() => {})
  for (let index = 0; index < 250; index += 1) {
    const letters = [...String(index)].map((digit) => 'abcdefghij'[Number(digit)]).join('')
    warnings.take('table.missing', 'Table does not exist yet', () => ({ act: 'a', table: letters }))
  }
  expect(repeatedWarnings(warnings.list())).toEqual(['and 150 other warnings; --verbose shows all'])
  expect(countWarnings(warnings.list())).toEqual(['250 warnings'])
})

test('a text that a file or a model wrote cannot steer the terminal', () => {
  const told: string[] = []
  const warnings = collectWarnings((text) => told.push(text))
  const err = { message: 'no\u001b[2J\nway' }
  warnings.take('platform.left_out', 'Command failed', () => ({ act: 'a', platform: 'discord', command: 'get', err }))
  expect(told).toEqual(['a: Command failed (platform discord, command get, no way)'])
})

test('what is odd in a file is said with its place, as the person knows it', () => {
  const told: string[] = []
  const warnings = collectWarnings(
    (text) => told.push(text),
    (file) => file.replace('/home/me/', ''),
  )
  const fields = { narrative: 'n', code: 'old-dialect', warning: 'The file is old.', file: '/home/me/n.toml', line: 4 }
  warnings.take('narrative.warning', 'Narrative file has an oddity', () => fields)
  expect(told).toEqual(['n.toml:4: The file is old.'])
})
