// Crash: kills the server at random instants, over and over, and tells whether anything was lost, paid or posted twice.
//
//   npm run crash -- --kills 1000 --seed 7 [--fault "full disk"] [--each 10] [--jobs 2]
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
    jobs: { type: 'string', default: '2' },
    fault: { type: 'string' },
    scenario: { type: 'string' },
  },
})
const wanted = Number(values.kills)
const each = Number(values.each)
const jobs = Number(values.jobs)
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

const totals: Record<string, number> = {}
let begun = 0

/** One scenario after another, as long as there are kills to go. */
async function work(): Promise<void> {
  while (kills < wanted && failed < MOST_FAILURES && (values.scenario === undefined || begun === 0)) {
    const seed = values.scenario ?? `${values.seed}.${begun++}`
    begun = Math.max(begun, 1)
    const random = seeded(seed)
    const fault = (values.fault ?? kinds[Math.floor(random() * kinds.length)]!) as FaultKind
    const result = await playScenario(random, each, fault)
    kills += result.kills
    if (result.problems.length === 0) passed++
    else failed++
    for (const [what, count] of Object.entries(result.counts)) totals[what] = (totals[what] ?? 0) + count
    const outcome = result.problems.length === 0 ? 'ok' : 'FAILED'
    const how = [fault, ...result.how].join(', ')
    console.log(`${outcome}  scenario ${seed} (${how}): ${result.kills} kills, ${kills} of ${wanted} so far`)
    for (const problem of result.problems) console.log(`    ${problem}`)
  }
}

await Promise.all(Array.from({ length: jobs }, work))
for (const what of Object.keys(totals).sort()) console.log(`${String(totals[what]).padStart(8)}  ${what}`)
console.log(`${kills} kills in ${Math.round((Date.now() - startedAt) / 1_000)} s`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
