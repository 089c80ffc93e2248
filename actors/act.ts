// Act: one turn of one act, as an actor.
//
//   gathering ─▶ asking ─▶ keeping ─▶ performed
//       └──────────────────────▲  no model to ask
//
//   A1. Each state leaves its result in the journal before the next begins; a restarted act goes on behind it.
//   A2. An error ends the actor. Whether it is tried again is its supervisor's decision, not its own.

import { assign, setup } from 'xstate'
import { needsModel } from '../narratives/narrative.ts'
import type { ActResult, ActTask, Asked, Gathered } from './act-task.ts'
import { toBeProvided } from './to-be-provided.ts'

export interface ActContext {
  readonly task: ActTask
  readonly gathered?: Gathered
  readonly asked?: Asked
  readonly result?: ActResult
}

export const actMachine = setup({
  types: { context: {} as ActContext, input: {} as ActTask, output: {} as ActResult },
  actors: {
    gatherInputs: toBeProvided<Gathered, ActContext>('gatherInputs'),
    askModel: toBeProvided<Asked, ActContext>('askModel'),
    keepResult: toBeProvided<ActResult, ActContext>('keepResult'),
  },
  actions: {
    keepGathered: assign({ gathered: (_, gathered: Gathered) => gathered }),
    keepAnswer: assign({ asked: (_, asked: Asked) => asked }),
    keepActResult: assign({ result: (_, result: ActResult) => result }),
  },
  guards: { asksModel: ({ context }) => needsModel(context.task.act) },
}).createMachine({
  id: 'act',
  context: ({ input }) => ({ task: input }),
  initial: 'gathering',
  states: {
    gathering: {
      invoke: {
        src: 'gatherInputs',
        input: ({ context }) => context,
        onDone: [
          {
            guard: 'asksModel',
            target: 'asking',
            actions: { type: 'keepGathered', params: ({ event }) => event.output },
          },
          { target: 'keeping', actions: { type: 'keepGathered', params: ({ event }) => event.output } },
        ],
      },
    },
    asking: {
      invoke: {
        src: 'askModel',
        input: ({ context }) => context,
        onDone: { target: 'keeping', actions: { type: 'keepAnswer', params: ({ event }) => event.output } },
      },
    },
    keeping: {
      invoke: {
        src: 'keepResult',
        input: ({ context }) => context,
        onDone: { target: 'performed', actions: { type: 'keepActResult', params: ({ event }) => event.output } },
      },
    },
    performed: { type: 'final' },
  },
  output: ({ context }) => context.result!,
})
