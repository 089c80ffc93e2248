// Bot inputs: what a bot gives its narrative is held against what that one declares.

import { expect, test } from 'vitest'
import { inputFaults } from '../../config/bot-inputs.ts'
import { readConfigFile } from '../../config/config-file.ts'
import type { Narrative } from '../../narratives/narrative.ts'

const variables = { topic: { description: 'what it is about' }, tone: { default: 'dry' } }
const narrative = { key: 'announce', variables }

const faultsOf = (toml: string, inputs: Record<string, string>, declared: Narrative['variables'] = variables) =>
  inputFaults({ name: 'writer', inputs }, { ...narrative, variables: declared }, readConfigFile(toml, 'b.toml'))

const BOT = '[bots.writer]\nnarrative = "announce"\n'

test('what is declared may be given, and defaults need not be', () => {
  expect(faultsOf(`${BOT}[bots.writer.inputs]\ntopic = "bread"`, { topic: 'bread' })).toEqual([])
  expect(faultsOf(BOT, {}, {})).toEqual([])
})

test('a name that nobody declared is shown where it stands, with the nearest one', () => {
  const faults = faultsOf(`${BOT}[bots.writer.inputs]\ntopic = "x"\n  tonne = "y"`, { topic: 'x', tonne: 'y' })
  expect(faults).toMatchObject([
    {
      code: 'bad-config',
      place: { file: 'b.toml', line: 5, column: 3 },
      hint: 'did you mean "tone"?',
      fix: 'It has topic, tone.',
    },
  ])
})

test('a value that is missing is told at the inputs, or at the bot that has none', () => {
  expect(faultsOf(`${BOT}inputs = { tone = "x" }`, { tone: 'x' })).toMatchObject([
    { place: { line: 3 }, fix: 'Add topic = "…" to [bots.writer.inputs].' },
  ])
  expect(faultsOf(BOT, {})).toMatchObject([{ place: { line: 1, column: 7 } }])
})

test('numbers, dates and lists are texts for the narrative', () => {
  const toml = `${BOT}inputs = { a = 3, b = true, c = ["x", 1], d = 2027-01-31, e = 12345678901234567890 }`
  expect(readConfigFile(toml, 'b.toml').values.find(({ key }) => key === 'bots.*.inputs')?.value).toEqual({
    a: '3',
    b: 'true',
    c: '["x",1]',
    d: '2027-01-31',
    e: '12345678901234567890',
  })
  expect(readConfigFile(`${BOT}inputs = "topic"`, 'b.toml').diagnostics).toMatchObject([
    { code: 'bad-config', place: { line: 3, column: 10 } },
  ])
})
