// Spending: what was spent of each budget in its period, from the ledger. Days and months are those of UTC.

import type { Ledger } from '../store/store.ts'

/** Most that calls of models may cost, in US dollars; undefined: any amount. */
export interface Budgets {
  readonly dailyUsd?: number
  readonly monthlyUsd?: number
}

export interface Spending {
  readonly period: 'day' | 'month'
  readonly spentUsd: number
  readonly limitUsd: number
  /** When the period ends, epoch ms. */
  readonly until: number
  /** A call was not made because it could have cost more than is left. */
  readonly denied?: boolean
}

/** One for each budget that there is. */
export function spendingOf({ dailyUsd, monthlyUsd }: Budgets, ledger: Ledger, now: number): Spending[] {
  const date = new Date(now)
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
  const spent = (since: number) => ledger.totals({ since }).costUsd
  return [
    ...(dailyUsd === undefined
      ? []
      : [
          {
            period: 'day' as const,
            spentUsd: spent(Date.UTC(year, month, day)),
            limitUsd: dailyUsd,
            until: Date.UTC(year, month, day + 1),
          },
        ]),
    ...(monthlyUsd === undefined
      ? []
      : [
          {
            period: 'month' as const,
            spentUsd: spent(Date.UTC(year, month, 1)),
            limitUsd: monthlyUsd,
            until: Date.UTC(year, month + 1, 1),
          },
        ]),
  ]
}
