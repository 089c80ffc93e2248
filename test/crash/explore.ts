// Explore: plays every course of a kind of publication, deeper than the tests have the time for; then looks for flaws that
// are put in, to show that it would find one.
//
//   npm run crash:states -- --kills 2 --faults 2 [--only "a message"]

import { parseArgs } from 'node:util'
import { FLAWS, lookFor } from './flaws.ts'
import { liveAll } from './lives.ts'
import { PROTOCOLS } from './protocol-settings.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1' },
    faults: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
})
const [kills, faults] = [Number(values.kills), Number(values.faults)]
const MOST_TOLD = 3
let passed = 0
let failed = 0
for (const [name, { problemsOf, ...setting }] of Object.entries(PROTOCOLS)) {
  if (values.only !== undefined && name !== values.only) continue
  const before = process.cpuUsage()
  const { lives, states, problems } = await liveAll({ ...setting, kills, faults }, problemsOf)
  const cpu = process.cpuUsage(before)
  const found = `${lives} lives from ${states} states, ${Math.round((cpu.user + cpu.system) / 1_000_000)} s of CPU`
  if (problems.length === 0) passed++
  else failed++
  console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${name}: ${found}`)
  for (const problem of problems.slice(0, MOST_TOLD)) console.log(`    ${problem}`)
}
if (values.only === undefined) {
  for (const flaw of Object.keys(FLAWS)) {
    const { lives, problems } = await lookFor(flaw)
    if (problems.length > 0) passed++
    else failed++
    console.log(`${problems.length > 0 ? 'found ' : 'FAILED'}  ${flaw}: after ${lives} lives`)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
