// Crash: kills the server at random instants, over and over, and tells whether anything was lost, paid or posted twice.
//
//   npm run crash -- --kills 1000 --seed 7 [--fault "full disk"] [--each 10]
//
// A scenario has a seed of its own, told when it fails: `--scenario SEED` plays it alone.

import { parseArgs } from 'node:util'
import { seeded } from './random.ts'
import { cannotPlay, FAULTS, type FaultKind, playScenario } from './scenario.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    each: { type: 'string', default: '10' },
    fault: { type: 'string' },
    scenario: { type: 'string' },
  },
})
const wanted = Number(values.kills)
const each = Number(values.each)
const startedAt = Date.now()
let kills = 0
let passed = 0
let failed = 0

const MOST_FAILURES = 10
const kinds = FAULTS.filter((fault) => {
  const reason = cannotPlay(fault)
  if (reason !== undefined) console.log(`without "${fault}": ${reason}`)
  return reason === undefined
})

for (
  let index = 0;
  kills < wanted && failed < MOST_FAILURES && (values.scenario === undefined || index === 0);
  index++
) {
  const seed = values.scenario ?? `${values.seed}.${index}`
  const random = seeded(seed)
  const fault = values.fault ?? kinds[Math.floor(random() * kinds.length)]!
  const result = await playScenario(random, each, fault as FaultKind)
  kills += result.kills
  if (result.problems.length === 0) passed++
  else failed++
  const outcome = result.problems.length === 0 ? 'ok' : 'FAILED'
  console.log(
    `${outcome}  scenario ${seed} (${[fault, ...result.how].join(', ')}): ${result.kills} kills, ${kills} of ${wanted} so far`,
  )
  for (const problem of result.problems) console.log(`    ${problem}`)
}
console.log(`${kills} kills in ${Math.round((Date.now() - startedAt) / 1_000)} s`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
