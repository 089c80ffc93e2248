// What has no tables: whatever is more than states side by side, and actions and guards that somebody wrote.

import { expect, test } from 'vitest'
import { type AnyActorLogic, not, raise } from 'xstate'
import { flatChart } from '../../supervisor/flat-chart.ts'
import { fromTables } from '../../supervisor/flat-run.ts'
import { child, machineOf } from './chance-chart.ts'

const states = { a: {}, b: {} }
const refused: Record<string, AnyActorLogic> = {
  'states in states': machineOf({ initial: 'a', states: { a: { initial: 'x', states: { x: {} } } } }),
  'parallel states': machineOf({ type: 'parallel', states }),
  'no states': machineOf({}),
  history: machineOf({ initial: 'a', states: { ...states, h: { type: 'history' } } }),
  'an invoked actor': machineOf({ initial: 'a', states: { a: { invoke: { src: 'child' } } } }),
  'a delay': machineOf({ initial: 'a', states: { a: { after: { 5: 'b' } }, b: {} } }),
  'an action of XState': machineOf({ initial: 'a', states, entry: raise({ type: 'go' }) }),
  'such an action on the way in': machineOf({ initial: { target: 'a', actions: raise({ type: 'go' }) }, states }),
  'such an action by name': machineOf({ initial: 'a', states, exit: 'shout' }),
  'a guard of XState': machineOf({
    initial: 'a',
    states: { a: { always: { guard: not('isEven'), target: 'b' } }, b: {} },
  }),
  'an action that nobody wrote': machineOf({ initial: 'a', states: { a: { entry: 'missing' } } }),
  'a guard that nobody wrote': machineOf({ initial: 'a', states, on: { go: { guard: 'missing', target: '.b' } } }),
  'any event': machineOf({ initial: 'a', states: { a: { on: { '*': 'b' } }, b: {} } }),
  'any event of a kind': machineOf({ initial: 'a', states, on: { 'go.*': '.b' } }),
  'a root that is entered again': machineOf({ initial: 'a', states, on: { go: { target: '.b', reenter: true } } }),
  'a limit on what follows by itself': machineOf({ initial: 'a', states, options: { maxIterations: 9 } }),
  'a transition of somebody else': Object.assign(machineOf({ initial: 'a', states }), {
    transition: () => null as never,
  }),
  'a beginning of somebody else': Object.assign(machineOf({ initial: 'a', states }), {
    getInitialSnapshot: () => null as never,
  }),
  'no machine': child,
}

test.each(Object.entries(refused))('%s: runs as it is', (_, logic) => {
  expect(flatChart(logic)).toBeUndefined()
  expect(fromTables(logic)).toBe(logic)
})

test('the same machine without that has tables', () => {
  expect(flatChart(machineOf({ initial: 'a', states }))).toBeDefined()
})
