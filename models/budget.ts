// Budget gate: asks a model only when the answer cannot cost more than the budgets have left (P4).
//
//   B1. What a call could cost at most is held back while it is under way (budget-book.ts), so that calls at the same
//       time cannot exceed a budget together.
//   B2. What it did cost is found in the ledger, which outlives the process. Between the answer and its line in the
//       ledger the call is still held back.
//   B3. A call whose price is not known is not made while there is a budget: ignorance is no gift.

import type { Budget } from './budget-book.ts'
import type { Model, Question } from './model.ts'
import { ModelError } from './model-error.ts'
import type { Prices } from './prices.ts'
import { countUsage } from './tokens.ts'

export interface BudgetOptions {
  readonly budget: Budget
  readonly prices: Prices
  readonly now: () => number
}

/** An answer without a limit is taken to be no longer than this, in tokens. */
const LONGEST_ANSWER = 8_192

export interface BudgetGate {
  guard(model: Model): Model
}

export function createBudgetGate({ budget, prices, now }: BudgetOptions): BudgetGate {
  async function mostOf(model: Model, question: Question): Promise<number> {
    const { input } = countUsage(question, '')
    // Four characters a token is a mean; half as much again covers most texts.
    const usage = { input: Math.ceil(input * 1.5), output: question.maxTokens ?? LONGEST_ANSWER }
    const most = await prices.costUsd(model.provider, model.name, usage, new Date(now()))
    if (most !== undefined) return most
    const message = `No price is known for ${model.provider}:${model.name}, and there is a budget to keep.`
    throw new ModelError('budget-price-unknown', message)
  }

  return {
    guard: (model) => ({
      ...model,
      async ask(question, options) {
        if (!budget.applies()) return model.ask(question, options)
        const most = await mostOf(model, question)
        if (most === 0) return model.ask(question, options)
        const release = await budget.hold(most)
        try {
          return await model.ask(question, options)
        } finally {
          setImmediate(release) // B2: by then whoever asked has saved the answer
        }
      },
    }),
  }
}
