// Execution: one run of one narrative, act after act, as an actor.
//
//   choosing ─▶ performing ─▶ choosing … ─▶ completed
//
//   X1. What later acts may use is in the context; what must survive a crash is in the journal.
//   X2. It performs nothing itself: a step is an actor of its own, or a nested execution.

import { assign, setup } from 'xstate'
import { type ActResult, type Knowledge, learn, NOTHING_KNOWN } from './act-task.ts'
import { type ExecutionOutcome, type ExecutionPlan, type Step, stepsOf } from './execution-plan.ts'
import { toBeProvided } from './to-be-provided.ts'

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

interface ExecutionContext {
  readonly plan: ExecutionPlan
  readonly steps: readonly Step[]
  readonly results: readonly StepResult[]
  readonly knowledge: Knowledge
}

export const executionMachine = setup({
  types: { context: {} as ExecutionContext, input: {} as ExecutionPlan, output: {} as ExecutionOutcome },
  actors: { performStep: toBeProvided<StepResult, StepTask>('performStep') },
  actions: {
    learnResult: assign(({ context }, result: StepResult) => ({
      results: [...context.results, result],
      knowledge: learn(context.knowledge, nextStep(context).act.name, combined(context, result)),
    })),
  },
  guards: { hasNextStep: ({ context }) => context.results.length < context.steps.length },
}).createMachine({
  id: 'execution',
  context: ({ input }) => ({ plan: input, steps: stepsOf(input.narrative), results: [], knowledge: NOTHING_KNOWN }),
  initial: 'choosing',
  states: {
    choosing: {
      always: [{ guard: 'hasNextStep', target: 'performing' }, { target: 'completed' }],
    },
    performing: {
      invoke: {
        src: 'performStep',
        input: ({ context }) => ({
          plan: context.plan,
          step: nextStep(context),
          total: context.steps.length,
          knowledge: context.knowledge,
        }),
        onDone: { target: 'choosing', actions: { type: 'learnResult', params: ({ event }) => event.output } },
      },
    },
    completed: { type: 'final' },
  },
  output: ({ context }) => outcomeOf(context),
})

function nextStep({ steps, results }: ExecutionContext): Step {
  return steps[results.length]!
}

/** An act that turns several times responds with all its turns; later acts find them joined under its name. */
function combined({ steps, results }: ExecutionContext, result: StepResult): StepResult {
  const { act } = steps[results.length]!
  if (act.carousel === undefined || result.skipped) return result
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
