// Counter: the actor most tests of the runtime use. It does what its messages say, and takes one at a time.

import { assign, fromPromise, setup } from 'xstate'
import type { ActorSpec, ActorSystem, Delivered, Message, Scope, SupervisionEvent } from '../../supervisor/index.ts'

export type CounterMessage =
  | { type: 'add'; by?: number }
  | { type: 'fail'; times?: number }
  | { type: 'wait'; for: Promise<unknown> }
  | { type: 'work'; run: (scope: Scope) => Promise<unknown> | unknown }
  | { type: 'ask' }
  | { type: 'end' }

/** A counter's specification. `seen` collects what it was given. */
export function counter(id: string, over: Partial<ActorSpec> = {}, seen: Delivered[] = []): ActorSpec {
  return {
    id,
    kind: 'counter',
    start: (scope) => ({ logic: counterMachine(scope, seen) }),
    ...over,
  }
}

export function counterMachine(scope: Scope, seen: Delivered[] = []) {
  return setup({
    types: {} as { context: { count: number }; events: Delivered<CounterMessage> },
    actors: {
      work: fromPromise(async ({ input }: { input: Delivered<CounterMessage> }) => {
        if (input.type === 'wait') return input.for
        if (input.type === 'work') return input.run(scope)
        return undefined
      }),
    },
    actions: {
      note: ({ event }) => void seen.push(event),
      add: assign({ count: ({ context, event }) => context.count + ((event as { by?: number }).by ?? 1) }),
      fail: ({ event }) => {
        if (
          (event as unknown as Delivered).meta.attempt <=
          ((event as { times?: number }).times ?? Number.POSITIVE_INFINITY)
        ) {
          throw new Error('asked to fail')
        }
      },
      answer: ({ context, event }) => scope.reply(event.meta, context.count),
    },
  }).createMachine({
    id: 'counter',
    context: { count: 0 },
    initial: 'ready',
    states: {
      ready: {
        tags: 'ready',
        on: {
          add: { actions: ['note', 'add'] },
          fail: { actions: ['note', 'fail'] },
          wait: { target: 'working', actions: 'note' },
          work: { target: 'working', actions: 'note' },
          ask: { actions: ['note', 'answer'] },
          end: { target: 'ended', actions: 'note' },
        },
      },
      working: { invoke: { src: 'work', input: ({ event }) => event, onDone: 'ready' } },
      ended: { type: 'final' },
    },
  })
}

/** `tell` for messages of the counter. */
export function say(system: ActorSystem, to: string, ...messages: CounterMessage[]): void {
  for (const message of messages) system.tell(to, message as Message)
}

/** The events of a system as short texts: `/a#1 started`. */
export function shortEvents(events: readonly SupervisionEvent[]): readonly string[] {
  return events.map((event) => {
    const more = 'reason' in event ? ` ${event.reason}` : 'messageType' in event ? ` ${event.messageType}` : ''
    return `${event.path}#${event.incarnation} ${event.type}${more}`
  })
}
