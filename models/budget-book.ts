// Budget book: what calls under way may still cost, against what the budgets have left (P4).
//
// Owns the amounts held back. There is one book for all bots of a process, those in threads included: two that each kept
// their own could exceed a budget together.
//
//   B1. An amount is held before the call is made, and given back once what the call did cost is in the ledger.
//   B2. Looking at the budgets and holding are one step: nobody comes in between.

import { count } from '../telemetry/instruments.ts'
import { ModelError } from './model-error.ts'

/** What a budget has left now. */
export interface Allowance {
  readonly period: 'day' | 'month'
  readonly spentUsd: number
  readonly limitUsd: number
  /** When it begins anew, epoch ms. */
  readonly until: number
}

/** Where a call asks for leave to cost something. */
export interface Budget {
  /** Whether there is anything to keep to. */
  applies(): boolean
  /**
   * Holds back what a call could cost at most.
   * @returns what gives it back
   * @throws ModelError `budget-reached` when a budget has less than that left
   */
  hold(mostUsd: number): Promise<() => void>
}

export interface BudgetBookOptions {
  /** The budgets there are, as the ledger has them now. */
  readonly allowances: () => readonly Allowance[]
  /** Hears of each call that is not made, with the budget that is too small for it. */
  readonly onDenied?: ((allowance: Allowance) => void) | undefined
}

export function openBudgetBook({ allowances, onDenied }: BudgetBookOptions): Budget {
  const held = new Map<object, number>()

  function refuseBeyond(mostUsd: number): void {
    const reserved = [...held.values()].reduce((sum, usd) => sum + usd, 0)
    for (const allowance of allowances()) {
      const { period, spentUsd, limitUsd, until } = allowance
      if (spentUsd + reserved + mostUsd <= limitUsd) continue
      count('botticelli.budget.denied', { period })
      onDenied?.(allowance)
      const left = Math.max(0, limitUsd - spentUsd - reserved)
      throw new ModelError(
        'budget-reached',
        `The budget of the ${period}, $${limitUsd}, has $${left.toFixed(4)} left, and the call could cost $${mostUsd.toFixed(4)}. It begins anew at ${new Date(until).toISOString()}.`,
      )
    }
  }

  return {
    applies: () => allowances().length > 0,
    async hold(mostUsd) {
      refuseBeyond(mostUsd)
      const call = {}
      held.set(call, mostUsd)
      return () => void held.delete(call)
    },
  }
}
