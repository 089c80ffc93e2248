// Far budget: a budget whose book is kept in another thread.

import type { Budget } from './budget-book.ts'
import { ModelError } from './model-error.ts'

/** What the keeper of the book answers: the number under which an amount is held, or why it is not. */
type HoldAnswer = { readonly held: number } | { readonly refused: string }

/** The way to the thread that keeps the book. */
interface BookKeeper {
  applies(): boolean
  hold(mostUsd: number): Promise<HoldAnswer>
  release(held: number): void
}

export function farBudget(keeper: BookKeeper): Budget {
  return {
    applies: () => keeper.applies(),
    async hold(mostUsd) {
      const answer = await keeper.hold(mostUsd)
      if ('refused' in answer) throw new ModelError('budget-reached', answer.refused)
      return () => keeper.release(answer.held)
    },
  }
}
