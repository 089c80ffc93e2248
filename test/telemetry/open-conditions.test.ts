import { expect, test } from 'vitest'
import type { Condition } from '../../telemetry/notification.ts'
import { changesOf, type OpenConditions, owing } from '../../telemetry/open-conditions.ts'

const RULES = { repeatMs: 1_000, settleMs: 100 }
const failing: Condition = {
  name: 'bot-failing',
  of: 'b',
  severity: 'critical',
  title: 'Bot b fails',
  text: 'Look.',
  facts: {},
}

/** What is told at each time, when the condition holds or not. */
function told(moments: readonly (readonly [at: number, holds: boolean])[]): string[] {
  let book: OpenConditions = {}
  return moments.map(([at, holds]) => {
    const changes = changesOf(book, holds ? [failing] : [], RULES, at)
    book = changes.book
    return changes.tell.map(({ kind }) => kind).join()
  })
}

test.for<[string, [number, boolean][], string[]]>([
  [
    'told once while it lasts',
    [
      [0, true],
      [10, true],
      [900, true],
    ],
    ['raised', '', ''],
  ],
  [
    'told again after a while',
    [
      [0, true],
      [1_000, true],
      [1_500, true],
      [2_000, true],
    ],
    ['raised', 'again', '', 'again'],
  ],
  [
    'over when it was away long enough',
    [
      [0, true],
      [50, false],
      [150, false],
    ],
    ['raised', '', 'resolved'],
  ],
  [
    'never away when it comes back at once',
    [
      [0, true],
      [50, false],
      [90, true],
      [300, true],
    ],
    ['raised', '', '', ''],
  ],
  [
    'told anew when it comes back later',
    [
      [0, true],
      [100, false],
      [200, true],
    ],
    ['raised', 'resolved', 'raised'],
  ],
  ['nothing when nothing is wrong', [[0, false]], ['']],
])('a condition is %s', ([, moments, expected]) => {
  expect(told(moments)).toEqual(expected)
})

test('what could not be told is owed, and its end is told only to whom it was told', () => {
  const first = changesOf({}, [failing], RULES, 0)
  const owed = owing(first.book, {}, first.tell[0]!, 500)
  expect(changesOf(owed, [failing], RULES, 499).tell).toEqual([])
  expect(changesOf(owed, [failing], RULES, 500).tell).toMatchObject([{ kind: 'raised', since: 0 }])
  expect(changesOf(owed, [], RULES, 200)).toEqual({ book: {}, tell: [] })
  const again = changesOf(first.book, [failing], RULES, 1_000)
  const owedAgain = owing(again.book, first.book, again.tell[0]!, 1_500)
  expect(changesOf(owedAgain, [], RULES, 1_200).tell).toMatchObject([{ kind: 'resolved' }])
  expect(changesOf(owedAgain, [failing], RULES, 1_500).tell).toMatchObject([{ kind: 'again' }])
})

test('a condition that nobody can see at the moment is not over', () => {
  const { book } = changesOf({}, [failing], RULES, 0)
  const blind = changesOf(book, [], RULES, 5_000, ['bot-failing'])
  expect(blind.tell).toEqual([])
  expect(changesOf(blind.book, [], RULES, 5_050).tell).toEqual([])
  expect(changesOf(blind.book, [], RULES, 5_100).tell).toMatchObject([{ kind: 'resolved' }])
})

test('conditions of different things are told apart, and the end says since when', () => {
  const { book, tell } = changesOf({}, [failing, { ...failing, of: 'c' }], RULES, 0)
  expect(tell.map(({ of }) => of)).toEqual(['b', 'c'])
  const over = changesOf(book, [failing], RULES, 200).tell
  expect(over).toMatchObject([{ kind: 'resolved', of: 'c', since: 0, severity: 'info', title: 'Over: Bot b fails' }])
  expect(over[0]?.text).toContain('1970-01-01T00:00:00.000Z')
})
