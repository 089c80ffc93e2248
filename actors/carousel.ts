// Carousel: one narrative, several times over, each round with a conversation of its own, as an actor.
//
//   choosing ─▶ turning ─▶ choosing … ─▶ completed
//                  └─ a round failed, and the narrative does not go on after errors ─▶ the actor fails with it

import { assign, setup } from 'xstate'
import type { ExecutionOutcome, ExecutionPlan } from './execution-plan.ts'
import { toBeProvided } from './to-be-provided.ts'

export interface Round {
  readonly plan: ExecutionPlan
  /** From 1. */
  readonly iteration: number
}

interface CarouselContext {
  readonly plan: ExecutionPlan
  readonly iterations: number
  readonly attempted: number
  readonly outcomes: readonly ExecutionOutcome[]
}

export const carouselMachine = setup({
  types: { context: {} as CarouselContext, input: {} as ExecutionPlan, output: {} as ExecutionOutcome },
  actors: {
    /** Undefined for a round that failed where the carousel goes on all the same. */
    runRound: toBeProvided<ExecutionOutcome | undefined, Round>('runRound'),
  },
  actions: {
    keepOutcome: assign(({ context }, outcome: ExecutionOutcome | undefined) => ({
      attempted: context.attempted + 1,
      outcomes: outcome === undefined ? context.outcomes : [...context.outcomes, outcome],
    })),
  },
  guards: { hasNextRound: ({ context }) => context.attempted < context.iterations },
}).createMachine({
  id: 'carousel',
  context: ({ input }) => ({
    plan: input,
    iterations: input.narrative.carousel?.iterations ?? 1,
    attempted: 0,
    outcomes: [],
  }),
  initial: 'choosing',
  states: {
    choosing: {
      always: [{ guard: 'hasNextRound', target: 'turning' }, { target: 'completed' }],
    },
    turning: {
      invoke: {
        src: 'runRound',
        input: ({ context }) => ({ plan: context.plan, iteration: context.attempted + 1 }),
        onDone: { target: 'choosing', actions: { type: 'keepOutcome', params: ({ event }) => event.output } },
      },
    },
    completed: { type: 'final' },
  },
  output: ({ context }) => joined(context),
})

function joined({ plan, outcomes }: CarouselContext): ExecutionOutcome {
  return {
    id: plan.id,
    responses: outcomes.flatMap(({ responses }) => responses),
    rows: outcomes.flatMap(({ rows }) => rows),
    inputTokens: outcomes.reduce((total, each) => total + each.inputTokens, 0),
    outputTokens: outcomes.reduce((total, each) => total + each.outputTokens, 0),
    costUsd: outcomes.reduce((total, each) => total + each.costUsd, 0),
    acts: outcomes.reduce((total, each) => total + each.acts, 0),
  }
}
