// Deeper, and with faults on top: npm run crash:states

import { expect, test } from 'vitest'
import type { Store } from '../../store/store.ts'
import { liveAll } from './lives.ts'
import { PROTOCOLS } from './protocol-settings.ts'

test.for(Object.keys(PROTOCOLS))('%s: published once, wherever it is killed', { timeout: 120_000 }, async (name) => {
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

const FLAWS: Readonly<Record<string, (store: Store) => Store>> = {
  'intents are forgotten': (store) => {
    const { find } = store.effects
    const settled = (key: string) => (find(key)?.status === 'intended' ? undefined : find(key))
    return Object.assign(Object.create(store), { effects: { ...store.effects, find: settled } })
  },
  'rows are not held': (store) => {
    const { intend } = store.effects
    const own = { ...store.effects, intend: ({ item: _, ...effect }: Parameters<typeof intend>[0]) => intend(effect) }
    return Object.assign(Object.create(store), { effects: own })
  },
}

test.for([
  ['intents are forgotten', 'a message'],
  ['rows are not held', 'a message whose run a person may cancel'],
] as const)('the search would find that %s', { timeout: 120_000 }, async ([flaw, name]) => {
  const { problemsOf, ...setting } = PROTOCOLS[name]!
  const { problems } = await liveAll({ ...setting, kills: 1, faults: 0, spoilt: FLAWS[flaw]! }, problemsOf)
  expect(problems.length).toBeGreaterThan(0)
})
