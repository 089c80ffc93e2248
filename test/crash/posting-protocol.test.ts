import { describe, expect, test } from 'vitest'
import { FLAWS, type Flaw, initialState, type State, successors } from './posting-protocol.ts'

interface Visited {
  readonly states: number
  /** Ways from the beginning to states that must not be. */
  readonly violations: readonly string[]
  /** States from which nothing more happens. */
  readonly ends: readonly State[]
}

/** Visits every state that can be reached. */
function visitAll(begin: State, flaw?: Flaw): Visited {
  const seen = new Map<string, string>([[JSON.stringify(begin), 'begin']])
  const open: State[] = [begin]
  const violations: string[] = []
  const ends: State[] = []
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const way = seen.get(JSON.stringify(state))!
    const problem = problemOf(state)
    if (problem !== undefined) {
      violations.push(`${problem}: ${way}`)
      continue
    }
    const next = successors(state, flaw)
    if (next.every(([name]) => name === 'nonces forgotten' || name === 'kill')) ends.push(state)
    for (const [name, after] of next) {
      const key = JSON.stringify(after)
      if (seen.has(key)) continue
      seen.set(key, `${way}, ${name}`)
      open.push(after)
    }
  }
  return { states: seen.size, violations, ends }
}

function problemOf({ posts, marks, row, holder, runs }: State): string | undefined {
  if (posts[0] + posts[1] > 1) return 'posted twice'
  if (marks > 1) return 'another row marked without being posted'
  if (row === 'posted' && posts[0] + posts[1] === 0) return 'marked as posted and never posted'
  const isFree = row === 'pending' && holder === undefined
  if (isFree && runs.some(({ effect }) => effect === 'intended' || effect === 'doubtful'))
    return 'in doubt and not held'
  return undefined
}

describe.for([true, false])('with a platform that lets the bot look: %s', (looks) => {
  test('in no state of two runs and three kills is a row posted twice, or marked in vain', () => {
    const { states, violations, ends } = visitAll(initialState(3, looks))
    expect(violations).toEqual([])
    expect(states).toBeGreaterThan(500)
    // Wherever it stops, the row is posted and marked, or held for a person who is told.
    for (const { row, posts, holder, runs } of ends) {
      const isDone = row === 'posted' && posts[0] + posts[1] === 1
      const waits = holder !== undefined && runs[holder]?.effect === 'doubtful'
      expect(isDone || waits).toBe(true)
      if (looks) expect(isDone).toBe(true)
    }
    expect(ends.length).toBeGreaterThan(0)
  })
})

test.for(FLAWS)('the search would find the flaw: %s', (flaw) => {
  const { violations } = visitAll(initialState(2, true), flaw)
  expect(violations.length).toBeGreaterThan(0)
})
