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

/** The budget of each period from which a call was refused last. */
export type Denied = ReadonlyMap<Spending['period'], Pick<Spending, 'limitUsd' | 'until'>>

/** One for each budget that there is. */
export function spendingOf(budgets: Budgets, ledger: Ledger, now: number, denied?: Denied): Spending[] {
  return periodsOf(budgets, ledger, now).map((one) => (wasDenied(one, denied) ? { ...one, denied: true } : one))
}

/** Nothing is left, or too little for a call that was asked for. */
export function isReached({ denied = false, spentUsd, limitUsd }: Spending): boolean {
  return denied || spentUsd >= limitUsd
}

/** In this period, and with the budget as it is. */
function wasDenied({ period, limitUsd, until }: Spending, denied: Denied | undefined): boolean {
  const last = denied?.get(period)
  return last !== undefined && last.until === until && last.limitUsd === limitUsd
}

function periodsOf({ dailyUsd, monthlyUsd }: Budgets, ledger: Ledger, now: number): Spending[] {
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
