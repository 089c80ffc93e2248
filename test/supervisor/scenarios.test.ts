// Every row of the conformance file, where it lies beside the project, and rows of our own: those of more-rows.json were
// written down from a run and then held against OTP's semantics, row by row; those of derived-rows.ts are from the text.

import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { derivedRows } from './scenarios/derived-rows.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { runScenario } from './scenarios.ts'

const FILE = new URL('../../../shared/reference/supervision-scenarios.json', import.meta.url)
const OWN = new URL('./scenarios/more-rows.json', import.meta.url)
const read = (file: URL) => JSON.parse(readFileSync(file, 'utf8')) as Scenario[]
const scenarios = existsSync(FILE) ? read(FILE) : []

test.skipIf(scenarios.length > 0)('the conformance file is not here: its rows are not run', () => {})

test.for([...scenarios, ...read(OWN), ...derivedRows])('$id $title', async (scenario) => {
  expect(await runScenario(scenario)).toEqual([])
})
