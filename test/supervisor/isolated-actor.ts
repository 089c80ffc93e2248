// What runs in the thread in threads.test.ts.

import { assign, createMachine, fromPromise, setup } from 'xstate'
import { durableInbox } from '../../actors/durable-inbox.ts'
import { openStore } from '../../store/open-store.ts'
import { type Delivered, type Scope, type Start, systemClock, type ThreadPort } from '../../supervisor/index.ts'

type Order =
  | { type: 'add' }
  | { type: 'ask' }
  | { type: 'throw' }
  | { type: 'spin' }
  | { type: 'hoard' }
  | { type: 'pass'; to: string }
  | { type: 'question'; to: string }
  | { type: 'child'; id: string }
  | { type: 'stall' }
  | { type: 'end' }

const leaf = createMachine({ initial: 'growing', states: { growing: {} } })

export function start(scope: Scope, data: unknown, port: ThreadPort): Start {
  const { from, refuse, database } = data as { from: number; refuse?: boolean; database?: string }
  if (refuse) throw new Error('not today')
  if (database !== undefined) {
    const store = openStore(database)
    port.storeMessages((path) => path === '/bots/near', durableInbox(store, systemClock))
    port.onEnd(async () => {
      store.close()
      port.note('closed')
    })
  }
  const logic = setup({
    types: {} as { context: { count: number }; events: Delivered<Order> },
    actors: {
      question: fromPromise(({ input }: { input: string }) =>
        scope.ask<number>(input, { type: 'ask' }, { timeoutMs: 1_000 }),
      ),
    },
    actions: {
      add: assign({ count: ({ context }) => context.count + 1 }),
      take: assign({ count: ({ event }) => (event as unknown as { output: number }).output }),
      answer: ({ context, event }) => scope.reply(event.meta, context.count),
      throw: () => {
        throw Object.assign(new RangeError('over there'), { code: 'over-there' })
      },
      spin: () => {
        for (;;);
      },
      hoard: () => {
        const hoard: unknown[] = []
        for (;;) hoard.push(new Array(10_000).fill(hoard.length))
      },
      child: ({ event }) =>
        void scope.startChild({ id: (event as { id: string }).id, kind: 'act', start: () => ({ logic: leaf }) }),
      pass: ({ event }) => scope.tell((event as { to: string }).to, { type: 'add' }),
    },
  }).createMachine({
    context: { count: from },
    initial: 'ready',
    states: {
      ready: {
        tags: 'ready',
        on: {
          add: { actions: 'add' },
          ask: { actions: 'answer' },
          throw: { actions: 'throw' },
          spin: { actions: 'spin' },
          hoard: { actions: 'hoard' },
          pass: { actions: 'pass' },
          child: { actions: 'child' },
          question: 'asking',
          stall: 'stalling',
          end: 'ended',
        },
      },
      asking: {
        invoke: {
          src: 'question',
          input: ({ event }) => (event as { to: string }).to,
          onDone: { target: 'ready', actions: 'take' },
        },
      },
      stalling: {},
      ended: { type: 'final' },
    },
  })
  return { logic }
}
