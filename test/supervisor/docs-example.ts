import { assign, setup } from 'xstate'
import { startSystem } from '../../supervisor/index.ts'

const counter = setup({
  types: {} as { context: { count: number }; events: { type: 'add' } | { type: 'spoil' } },
  actions: {
    add: assign({ count: ({ context }) => context.count + 1 }),
    spoil: () => {
      throw new Error('spoiled')
    },
  },
}).createMachine({
  id: 'counter',
  context: { count: 0 },
  initial: 'idle',
  states: { idle: { tags: 'ready', on: { add: { actions: 'add' }, spoil: { actions: 'spoil' } } } },
})

const system = await startSystem({
  id: 'root',
  strategy: 'one_for_one',
  intensity: 3, // restarts within
  periodMs: 10_000, // ten seconds; the fourth ends the system
  children: [{ id: 'counter', kind: 'counter', start: () => ({ logic: counter }) }],
})
system.tell('/counter', { type: 'spoil' }) // tried three times, then a dead letter
system.tell('/counter', { type: 'add' }) // handled by the fourth incarnation

export { system }
