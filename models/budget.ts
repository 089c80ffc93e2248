// Budget: asks a model only when the answer cannot cost more than the budgets have left (P4).
//
//   B1. What a call could cost at most is held back while it is under way, so that calls at the same time cannot exceed
//       a budget together.
//   B2. What it did cost is found in the ledger, which outlives the process. Between the answer and its line in the
//       ledger the call is still held back.
//   B3. A call whose price is not known is not made while there is a budget: ignorance is no gift.

import { count } from '../telemetry/instruments.ts'
import type { Model, Question } from './model.ts'
import { ModelError } from './model-error.ts'
import type { Prices } from './prices.ts'
import { countUsage } from './tokens.ts'

/** What a budget has left now. */
export interface Allowance {
  readonly period: 'day' | 'month'
  readonly spentUsd: number
  readonly limitUsd: number
  /** When it begins anew, epoch ms. */
  readonly until: number
}

export interface BudgetOptions {
  /** The budgets there are, as the ledger has them now. */
  readonly allowances: () => readonly Allowance[]
  readonly prices: Prices
  readonly now: () => number
  /** Hears of each call that is not made, with the budget that is too small for it. */
  readonly onDenied?: ((allowance: Allowance) => void) | undefined
}

/** An answer without a limit is taken to be no longer than this, in tokens. */
const LONGEST_ANSWER = 8_192

export interface BudgetGate {
  guard(model: Model): Model
}

export function createBudgetGate({ allowances, prices, now, onDenied }: BudgetOptions): BudgetGate {
  const held = new Map<object, number>()

  async function mostOf(model: Model, question: Question): Promise<number> {
    const { input } = countUsage(question, '')
    // Four characters a token is a mean; half as much again covers most texts.
    const usage = { input: Math.ceil(input * 1.5), output: question.maxTokens ?? LONGEST_ANSWER }
    const most = await prices.costUsd(model.provider, model.name, usage, new Date(now()))
    if (most !== undefined) return most
    const message = `No price is known for ${model.provider}:${model.name}, and there is a budget to keep.`
    throw new ModelError('budget-price-unknown', message)
  }

  function refuseBeyond(most: number): void {
    const reserved = [...held.values()].reduce((sum, usd) => sum + usd, 0)
    for (const allowance of allowances()) {
      const { period, spentUsd, limitUsd, until } = allowance
      if (spentUsd + reserved + most <= limitUsd) continue
      count('botticelli.budget.denied', { period })
      onDenied?.(allowance)
      const left = Math.max(0, limitUsd - spentUsd - reserved)
      throw new ModelError(
        'budget-reached',
        `The budget of the ${period}, $${limitUsd}, has $${left.toFixed(4)} left, and the call could cost $${most.toFixed(4)}. It begins anew at ${new Date(until).toISOString()}.`,
      )
    }
  }

  return {
    guard: (model) => ({
      ...model,
      async ask(question, options) {
        if (allowances().length === 0) return model.ask(question, options)
        const most = await mostOf(model, question)
        if (most === 0) return model.ask(question, options)
        refuseBeyond(most)
        const call = {}
        held.set(call, most)
        try {
          return await model.ask(question, options)
        } finally {
          setImmediate(() => held.delete(call)) // B2: by then whoever asked has saved the answer
        }
      },
    }),
  }
}
