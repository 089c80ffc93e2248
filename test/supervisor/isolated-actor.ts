// What runs in the thread in threads.test.ts.

import { assign, fromPromise, setup } from 'xstate'
import type { Delivered, Scope, Start } from '../../supervisor/index.ts'

type Order =
  | { type: 'add' }
  | { type: 'ask' }
  | { type: 'throw' }
  | { type: 'spin' }
  | { type: 'hoard' }
  | { type: 'pass'; to: string }
  | { type: 'question'; to: string }
  | { type: 'end' }

export function start(scope: Scope, data: unknown): Start {
  const { from, refuse } = data as { from: number; refuse?: boolean }
  if (refuse) throw new Error('not today')
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
          question: 'asking',
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
      ended: { type: 'final' },
    },
  })
  return { logic }
}
