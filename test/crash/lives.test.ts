// Deeper, and with faults on top: npm run crash:states

import { expect, test } from 'vitest'
import { FLAWS, lookFor } from './flaws.ts'
import { liveAll } from './lives.ts'
import { PROTOCOLS } from './protocol-settings.ts'

const SHORT = Object.keys(PROTOCOLS).filter((name) => PROTOCOLS[name]!.isLong !== true)

test.for(SHORT)('%s: published once, wherever it is killed', { timeout: 120_000 }, async (name) => {
  const { problemsOf, ...setting } = PROTOCOLS[name]!
  const { lives, problems } = await liveAll({ ...setting, kills: 1, faults: 0 }, problemsOf)
  expect(problems).toEqual([])
  expect(lives).toBeGreaterThan(20)
})

test('a message: published once, whatever becomes of a request', { timeout: 120_000 }, async () => {
  const { problemsOf, ...setting } = PROTOCOLS['a message']!
  const { lives, problems } = await liveAll({ ...setting, kills: 0, faults: 2 }, problemsOf)
  expect(problems).toEqual([])
  expect(lives).toBeGreaterThan(50)
})

test.for(Object.keys(FLAWS))('the search would find that %s', { timeout: 120_000 }, async (flaw) => {
  expect((await lookFor(flaw)).problems.length).toBeGreaterThan(0)
})
