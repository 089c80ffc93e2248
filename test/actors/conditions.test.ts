import { describe, expect, test } from 'vitest'
import { conditionsOf, type ServerFacts, unknownOf } from '../../actors/conditions.ts'
import { spendingOf } from '../../actors/spending.ts'
import type { Ledger } from '../../store/store.ts'

const HOUR = 3_600_000
const bot = { bot: 'writer', succeeded: 1, failed: 0, skipped: 0, consecutiveFailures: 0, lives: true }
const WELL: ServerFacts = {
  now: 100 * HOUR,
  bots: [bot],
  openBreakers: [],
  providers: [{ provider: 'gemini', consecutiveFailures: 0, limited: false }],
  inDoubt: [],
  deadLetters: 0,
  spending: [],
  postedAt: 99 * HOUR,
}
const LIMITS = { afterFailures: 3, noPostAfterMs: 12 * HOUR }
const day = { period: 'day', limitUsd: 10, until: 120 * HOUR } as const

test('of a server that is well there is nothing to tell', () => {
  expect(conditionsOf(WELL, LIMITS)).toEqual([])
})

test('with a database that cannot be read nobody knows what is in it', () => {
  expect(unknownOf(WELL)).toEqual([])
  const unknown = unknownOf({ ...WELL, databaseTrouble: 'disk I/O error' })
  const fromIt = {
    inDoubt: ['a'],
    deadLetters: 1,
    spending: [
      { ...day, spentUsd: 10 },
      { ...day, spentUsd: 8 },
    ],
    postedAt: 0,
  }
  const told = conditionsOf({ ...WELL, ...fromIt }, LIMITS).map(({ name }) => name)
  expect(told.toSorted()).toEqual(unknown.toSorted())
})

test.for<[string, Partial<ServerFacts>, string[]]>([
  ['two failures are not yet three', { bots: [{ ...bot, consecutiveFailures: 2 }] }, []],
  ['a bot that failed three times', { bots: [{ ...bot, consecutiveFailures: 3 }] }, ['bot-failing:writer']],
  ['a bot that was given up', { bots: [{ ...bot, lives: false, consecutiveFailures: 9 }] }, ['bot-down:writer']],
  ['an open breaker', { openBreakers: [{ path: '/models', trips: 1 }] }, ['breaker-open:/models']],
  [
    'a provider that refuses',
    { providers: [{ provider: 'gemini', consecutiveFailures: 3, limited: true }] },
    ['provider-failing:gemini'],
  ],
  ['publications in doubt', { inDoubt: ['a', 'b'] }, ['in-doubt:a', 'in-doubt:b']],
  ['dead letters', { deadLetters: 2 }, ['dead-letters:server']],
  ['a budget of which a fifth is left', { spending: [{ ...day, spentUsd: 8 }] }, ['budget-near:day']],
  ['a budget that is spent', { spending: [{ ...day, spentUsd: 10 }] }, ['budget-reached:day']],
  ['a budget with room', { spending: [{ ...day, spentUsd: 7.99 }] }, []],
  ['a budget of nothing', { spending: [{ ...day, limitUsd: 0, spentUsd: 0 }] }, ['budget-reached:day']],
  ['a database that does not work', { databaseTrouble: 'The disk is full' }, ['database-down:server']],
  ['no post for half a day', { postedAt: 88 * HOUR }, ['no-post:server']],
])('%s', ([, facts, expected]) => {
  const conditions = conditionsOf({ ...WELL, ...facts }, LIMITS)
  expect(conditions.map(({ name, of }) => `${name}:${of}`)).toEqual(expected)
  for (const { title, text } of conditions) expect([title, text].every((part) => part.length > 5)).toBe(true)
})

test('nobody misses posts that nobody asked for', () => {
  expect(conditionsOf({ ...WELL, postedAt: 0 }, { afterFailures: 3 })).toEqual([])
  const { postedAt: _, ...noPoster } = WELL
  expect(conditionsOf(noPoster, LIMITS)).toEqual([])
})

describe('spending', () => {
  const ledger = { totals: ({ since = 0 } = {}) => ({ costUsd: since }) } as unknown as Ledger
  const now = Date.UTC(2026, 11, 31, 23, 59)

  test('is that of the day and of the month, in UTC', () => {
    expect(spendingOf({ dailyUsd: 1, monthlyUsd: 2 }, ledger, now)).toEqual([
      { period: 'day', spentUsd: Date.UTC(2026, 11, 31), limitUsd: 1, until: Date.UTC(2027, 0, 1) },
      { period: 'month', spentUsd: Date.UTC(2026, 11, 1), limitUsd: 2, until: Date.UTC(2027, 0, 1) },
    ])
  })

  test('without budgets is nothing', () => {
    expect(spendingOf({}, ledger, now)).toEqual([])
  })
})
