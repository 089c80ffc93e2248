// Runs every row of a conformance file: `npm run scenarios -- FILE`. Ends with `N passed, N failed`.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runActorScenario } from './scenarios/actor-scenario.ts'
import { runBreakerScenario, runFunctionScenario } from './scenarios/plain-scenarios.ts'
import { differences, notCompared, type Outcome, type Scenario } from './scenarios/scenario.ts'
import { runSupervisorScenario } from './scenarios/supervisor-scenario.ts'

const RUNNERS: Readonly<Record<Scenario['kind'], (scenario: Scenario) => Promise<Outcome>>> = {
  supervisor: runSupervisorScenario,
  actor: runActorScenario,
  breaker: runBreakerScenario,
  function: runFunctionScenario,
}

/** What a row expects and is not seen; empty when it passes. */
export async function runScenario(scenario: Scenario): Promise<readonly string[]> {
  const run = RUNNERS[scenario.kind]
  if (run === undefined) return [`no runner for kind ${scenario.kind}`]
  try {
    const skipped = notCompared(scenario)
    if (skipped.length > 0) return skipped
    return differences(scenario, await run(scenario))
  } catch (error) {
    return [`threw ${error instanceof Error ? error.stack : String(error)}`]
  }
}

/** @throws Error when the file holds no list of rows */
function readScenarios(file: string): readonly Scenario[] {
  const rows: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (!Array.isArray(rows)) throw new Error(`${file} is no list of scenarios.`)
  return rows
}

async function main(files: readonly string[]): Promise<number> {
  let passed = 0
  let failed = 0
  for (const file of files) {
    for (const scenario of readScenarios(file)) {
      const found = await runScenario(scenario)
      if (found.length === 0) passed++
      else failed++
      if (found.length > 0)
        console.log([`${scenario.id} ${scenario.title}`, ...found.map((one) => `  ${one}`)].join('\n'))
    }
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
}

function refused(error: Error): number {
  console.error(error.message)
  return 2
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = process.argv.slice(2)
  if (files.length === 0) console.error('Usage: npm run scenarios -- FILE')
  process.exitCode = files.length === 0 ? 2 : await main(files).catch(refused)
}
