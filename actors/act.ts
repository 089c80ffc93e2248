// Act: one turn of one act, as an actor.
//
//   gathering ─▶ asking ─▶ keeping ─▶ performed
//       └──────────────────────▲  no model to ask
//
//   A1. Each state leaves its result in the journal before the next begins; a restarted act goes on behind it.
//   A2. An error ends the actor. Whether it is tried again is its supervisor's decision, not its own.
//   A3. What its states do is brought with the input: the chart is made once, and not for each of many short acts. It ends
//       with the signal of whoever brings it.

import { assign, setup } from 'xstate'
import { needsModel } from '../narratives/narrative.ts'
import type { ActResult, ActTask, Asked, Gathered } from './act-task.ts'
import type { AnswerSoFar } from './answer-so-far.ts'
import { sendEnd, throwError, type WorkFailed } from './send-end.ts'

export interface ActWork {
  gatherInputs(): Promise<Gathered>
  /** @param tell is told now and then what the model has said so far */
  askModel(gathered: Gathered, tell: (soFar: AnswerSoFar) => void): Promise<Asked>
  /** @param asked undefined when no model was asked */
  keepResult(gathered: Gathered, asked: Asked | undefined): Promise<ActResult>
}

interface ActInput {
  readonly task: ActTask
  readonly work: ActWork
}

interface ActContext extends ActInput {
  readonly gathered?: Gathered
  /** What the model had said when it was last told. */
  readonly soFar?: AnswerSoFar
  readonly asked?: Asked
}

type ActEvent =
  | { readonly type: 'inputs.gathered'; readonly gathered: Gathered }
  | { readonly type: 'answer.grew'; readonly soFar: AnswerSoFar }
  | { readonly type: 'model.answered'; readonly asked: Asked }
  | ResultKept
  | WorkFailed

interface ResultKept {
  readonly type: 'result.kept'
  readonly result: ActResult
}

export const actMachine = setup({
  types: { context: {} as ActContext, input: {} as ActInput, output: {} as ActResult, events: {} as ActEvent },
  actions: {
    gatherInputs: ({ context: { work }, self }) =>
      sendEnd(self, work.gatherInputs(), (gathered) => ({ type: 'inputs.gathered', gathered })),
    askModel: ({ context: { work, gathered }, self }) => {
      const tell = (soFar: AnswerSoFar) => self.send({ type: 'answer.grew', soFar })
      sendEnd(self, work.askModel(gathered!, tell), (asked) => ({ type: 'model.answered', asked }))
    },
    keepResult: ({ context: { work, gathered, asked }, self }) =>
      sendEnd(self, work.keepResult(gathered!, asked), (result) => ({ type: 'result.kept', result })),
    learnGathered: assign((_, gathered: Gathered) => ({ gathered })),
    learnSoFar: assign((_, soFar: AnswerSoFar) => ({ soFar })),
    learnAnswer: assign((_, asked: Asked) => ({ asked })),
    throwError,
  },
  guards: { asksModel: ({ context }) => needsModel(context.task.act) },
}).createMachine({
  id: 'act',
  context: ({ input }) => input,
  on: { 'work.failed': { actions: 'throwError' } },
  initial: 'gathering',
  states: {
    gathering: {
      entry: 'gatherInputs',
      on: {
        'inputs.gathered': [
          {
            guard: 'asksModel',
            target: 'asking',
            actions: { type: 'learnGathered', params: ({ event }) => event.gathered },
          },
          { target: 'keeping', actions: { type: 'learnGathered', params: ({ event }) => event.gathered } },
        ],
      },
    },
    asking: {
      entry: 'askModel',
      on: {
        'answer.grew': { actions: { type: 'learnSoFar', params: ({ event }) => event.soFar } },
        'model.answered': { target: 'keeping', actions: { type: 'learnAnswer', params: ({ event }) => event.asked } },
      },
    },
    keeping: {
      entry: 'keepResult',
      on: { 'result.kept': 'performed' },
    },
    performed: { type: 'final', output: ({ event }) => (event as ResultKept).result },
  },
  output: ({ event }) => event.output as ActResult,
})
