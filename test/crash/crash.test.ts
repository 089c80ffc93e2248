// The short form of `npm run crash`: a few scenarios, each with one of the faults below.

import { describe, expect, test } from 'vitest'
import { seeded } from './random.ts'
import { cannotPlay, FAULTS, playScenario } from './scenario.ts'

describe('a server that is killed at random instants', () => {
  test.for(FAULTS)(
    'posts each item once and loses nothing; fault from below: %s',
    { timeout: 90_000 },
    async (fault, { skip }) => {
      const reason = cannotPlay(fault)
      skip(reason !== undefined, reason)
      const { kills, problems } = await playScenario(seeded(`short ${fault}`), 4, fault)
      expect(problems).toEqual([])
      expect(kills).toBeGreaterThan(0)
    },
  )
})
