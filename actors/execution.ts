// Execution: one run of one narrative, stage after stage, as an actor. A stage is a step, or the steps of a group.
//
//   choosing ─▶ performing ─▶ performing … ─▶ completed
//       └─────────────────────────────────────▲  no act to perform
//
//   X1. What later acts may use is in the context; what must survive a crash is in the journal.
//   X2. It performs nothing itself: a step is an actor of its own, or a nested execution.
//   X3. Steps of a group are given what was known before it, and leave what they made in the order of the toc.
//   X4. What a stage does is brought with the input: the chart is made once, and not for each run.
//   X5. From stage to stage is one transition: XState takes as long over one that is always made as over any other.

import { assign, setup } from 'xstate'
import { type Act, stagesOf } from '../narratives/narrative.ts'
import { type ActResult, type Knowledge, learn, NOTHING_KNOWN } from './act-task.ts'
import { type ExecutionOutcome, type ExecutionPlan, type Step, stepsOf } from './execution-plan.ts'
import { sendEnd, throwError, type WorkFailed } from './send-end.ts'

export interface StepTask {
  readonly plan: ExecutionPlan
  readonly step: Step
  readonly total: number
  readonly knowledge: Knowledge
}

/** What a step gives: its act's result, and how many acts that took. */
export interface StepResult extends ActResult {
  readonly acts: number
}

/** What is done before anything else is chosen. */
export interface Stage extends Omit<StepTask, 'step'> {
  readonly steps: readonly Step[]
}

interface ExecutionInput {
  readonly plan: ExecutionPlan
  performStage(stage: Stage): Promise<readonly StepResult[]>
}

interface ExecutionContext extends ExecutionInput {
  readonly stages: readonly (readonly Step[])[]
  readonly done: number
  readonly results: readonly StepResult[]
  readonly knowledge: Knowledge
}

type ExecutionEvent = { readonly type: 'stage.performed'; readonly results: readonly StepResult[] } | WorkFailed

export const executionMachine = setup({
  types: {
    context: {} as ExecutionContext,
    input: {} as ExecutionInput,
    output: {} as ExecutionOutcome,
    events: {} as ExecutionEvent,
  },
  actions: {
    performStage: ({ context, self }) => {
      const { plan, stages, knowledge } = context
      const stage = { plan, steps: nextStage(context), total: sum(stages, ({ length }) => length), knowledge }
      sendEnd(self, context.performStage(stage), (results) => ({ type: 'stage.performed', results }))
    },
    learnResults: assign(({ context }, results: readonly StepResult[]) => ({
      done: context.done + 1,
      results: [...context.results, ...results],
      knowledge: learn(
        context.knowledge,
        nextStage(context).map(({ act }, index) => [act.name, combined(context, act, results[index]!)]),
      ),
    })),
    throwError,
  },
  guards: {
    hasStage: ({ context }) => context.stages.length > 0,
    hasNextStage: ({ context }) => context.done + 1 < context.stages.length,
  },
}).createMachine({
  id: 'execution',
  context: ({ input }) => ({
    ...input,
    stages: stagesOf(stepsOf(input.plan.narrative)),
    done: 0,
    results: [],
    knowledge: NOTHING_KNOWN,
  }),
  on: { 'work.failed': { actions: 'throwError' } },
  initial: 'choosing',
  states: {
    choosing: {
      always: [{ guard: 'hasStage', target: 'performing' }, { target: 'completed' }],
    },
    performing: {
      entry: 'performStage',
      on: {
        'stage.performed': [
          {
            guard: 'hasNextStage',
            target: 'performing',
            reenter: true,
            actions: { type: 'learnResults', params: ({ event }) => event.results },
          },
          { target: 'completed', actions: { type: 'learnResults', params: ({ event }) => event.results } },
        ],
      },
    },
    completed: { type: 'final' },
  },
  output: ({ context }) => outcomeOf(context),
})

function nextStage({ stages, done }: ExecutionContext): readonly Step[] {
  return stages[done]!
}

/** An act that turns several times responds with all its turns; later acts find them joined under its name. */
function combined({ stages, results }: ExecutionContext, act: Act, result: StepResult): StepResult {
  if (act.carousel === undefined || result.skipped) return result
  const steps = stages.flat()
  const earlier = results
    .filter(({ skipped }, index) => steps[index]?.act === act && !skipped)
    .map(({ response }) => response)
  return { ...result, response: [...earlier, result.response].join('\n\n') }
}

function outcomeOf({ plan, results: all }: ExecutionContext): ExecutionOutcome {
  const results = all.filter(({ skipped }) => !skipped)
  return {
    id: plan.id,
    responses: results.map(({ response }) => response),
    rows: results.flatMap(({ rows }) => rows),
    inputTokens: sum(results, ({ inputTokens }) => inputTokens),
    outputTokens: sum(results, ({ outputTokens }) => outputTokens),
    costUsd: sum(results, ({ costUsd }) => costUsd ?? 0),
    acts: sum(results, ({ acts }) => acts),
  }
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
