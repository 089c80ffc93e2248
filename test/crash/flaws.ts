// Flaws: rules of publishing that are left out one at a time, to show that the search would find it.

import type { Effects, Store } from '../../store/store.ts'
import { type Lived, liveAll, type Setting } from './lives.ts'
import { PROTOCOLS } from './protocol-settings.ts'

/** By what is then so, and where it shows. */
export const FLAWS: Readonly<Record<string, { in: string; without: Pick<Setting, 'spoilt' | 'untold'> }>> = {
  'intents are forgotten': {
    in: 'a message',
    without: {
      spoilt: withEffects(({ find }) => ({
        find: (key) => (find(key)?.status === 'intended' ? undefined : find(key)),
      })),
    },
  },
  'rows are not held': {
    in: 'a message whose run a person may cancel',
    without: { spoilt: withEffects(({ intend }) => ({ intend: ({ item: _, ...effect }) => intend(effect) })) },
  },
  'nothing is looked for': { in: 'a message', without: { untold: 'attemptedAt' } },
  'a row that was rejected is sent all the same': {
    in: 'a message whose row a person may reject',
    without: { untold: 'beforeSending' },
  },
  'what is found is for whoever finds it': {
    in: 'two bots with the same text, of which a person may reject one',
    without: { untold: 'claim' },
  },
}

/** Plays until a row was posted twice, or never. */
export function lookFor(flaw: string): Promise<Lived> {
  const { in: name, without } = FLAWS[flaw]!
  const { problemsOf, ...setting } = PROTOCOLS[name]!
  return liveAll({ ...setting, kills: 1, faults: 0, ...without, untilFound: true }, problemsOf)
}

function withEffects(change: (effects: Effects) => Partial<Effects>): (store: Store) => Store {
  return (store) => Object.assign(Object.create(store), { effects: { ...store.effects, ...change(store.effects) } })
}
