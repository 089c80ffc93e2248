// Act: one turn of one act, as an actor.
//
//   gathering ─▶ asking ─▶ keeping ─▶ performed
//       └──────────────────────▲  no model to ask
//
//   A1. Each state leaves its result in the journal before the next begins; a restarted act goes on behind it.
//   A2. An error ends the actor. Whether it is tried again is its supervisor's decision, not its own.
//   A3. What its states do is brought with the input: the chart is made once, and not for each of many short acts.

import { assign, fromPromise, setup } from 'xstate'
import { needsModel } from '../narratives/narrative.ts'
import type { ActResult, ActTask, Asked, Gathered } from './act-task.ts'

export interface ActWork {
  gatherInputs(signal: AbortSignal): Promise<Gathered>
  askModel(gathered: Gathered, signal: AbortSignal): Promise<Asked>
  /** @param asked undefined when no model was asked */
  keepResult(gathered: Gathered, asked: Asked | undefined): Promise<ActResult>
}

interface ActInput {
  readonly task: ActTask
  readonly work: ActWork
}

interface ActContext extends ActInput {
  readonly gathered?: Gathered
  readonly asked?: Asked
  readonly result?: ActResult
}

export const actMachine = setup({
  types: { context: {} as ActContext, input: {} as ActInput, output: {} as ActResult },
  actors: {
    gatherInputs: fromPromise<Gathered, ActContext>(({ input: { work }, signal }) => work.gatherInputs(signal)),
    askModel: fromPromise<Asked, ActContext>(({ input: { work, gathered }, signal }) =>
      work.askModel(gathered!, signal),
    ),
    keepResult: fromPromise<ActResult, ActContext>(({ input: { work, gathered, asked } }) =>
      work.keepResult(gathered!, asked),
    ),
  },
  actions: {
    keepGathered: assign({ gathered: (_, gathered: Gathered) => gathered }),
    keepAnswer: assign({ asked: (_, asked: Asked) => asked }),
    keepActResult: assign({ result: (_, result: ActResult) => result }),
  },
  guards: { asksModel: ({ context }) => needsModel(context.task.act) },
}).createMachine({
  id: 'act',
  context: ({ input }) => input,
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
