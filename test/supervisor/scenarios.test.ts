// Every row of the conformance file, where it lies beside the project.

import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Scenario } from './scenarios/scenario.ts'
import { runScenario } from './scenarios.ts'

const FILE = new URL('../../../shared/reference/supervision-scenarios.json', import.meta.url)
const scenarios = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Scenario[]) : []

test.skipIf(scenarios.length > 0)('the conformance file is not here: its rows are not run', () => {})

test.for(scenarios)('$id $title', async (scenario) => {
  expect(await runScenario(scenario)).toEqual([])
})
