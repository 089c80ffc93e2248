// Scenario: one row of a conformance file, and what comes of running it.
//
// Owns the shape of a row and the comparison. How a row is run depends on its kind. What a row says in words that nobody
// knows is a failure: it must not pass because it was not understood.

import { isDeepStrictEqual } from 'node:util'

type Events = readonly string[] | { readonly anyOrder: readonly string[] }

interface Expected {
  readonly return?: unknown
  readonly events?: Events
  readonly elapsedMs?: number
  readonly state?: string
}

// biome-ignore lint/suspicious/noExplicitAny: trees and steps are data of many shapes, some wrong on purpose
export type Data = any

export interface Scenario {
  readonly id: string
  readonly title: string
  readonly kind: 'supervisor' | 'actor' | 'breaker' | 'function'
  readonly ignoreFailEvents?: boolean
  readonly tree: Data
  readonly steps: readonly Data[]
  readonly expect: { readonly start: Expected; readonly steps: readonly Expected[]; readonly final?: Data }
}

/** What was seen, in the words of `expect`. */
export interface Seen {
  readonly return?: unknown
  readonly events?: readonly string[]
  readonly elapsedMs?: number
  readonly state?: string
}

export interface Outcome {
  readonly start: Seen
  readonly steps: readonly Seen[]
  readonly final: Data
}

/** A word in a row that is none of the schema's. */
export class UnknownWord extends Error {
  constructor(what: string, word: unknown) {
    super(`Unknown ${what} ${JSON.stringify(word)}.`)
  }
}

const EXPECTATIONS = ['return', 'events', 'elapsedMs', 'state']

/** What of a row's expectations nobody would look at; empty when all of them are compared. */
export function notCompared({ steps, expect }: Scenario): readonly string[] {
  const unknown = (where: string, given: object, known: readonly string[]) =>
    Object.keys(given)
      .filter((key) => !known.includes(key))
      .map((key) => `${where} expects ${key}, which is not compared`)
  const expected = expect.steps ?? []
  return [
    ...unknown('the row', expect, ['start', 'steps', 'final']),
    ...unknown('start', expect.start ?? {}, EXPECTATIONS),
    ...expected.flatMap((step, n) => unknown(`step ${n + 1}`, step, EXPECTATIONS)),
    ...(expected.length > steps.length ? [`expects ${expected.length} steps of ${steps.length}`] : []),
  ]
}

/** Where what was seen differs from what must be seen; empty when the row passes. */
export function differences(scenario: Scenario, seen: Outcome): readonly string[] {
  const { expect } = scenario
  const start = expect.start ?? {}
  // A tree whose flags or specs are refused has no process that could say anything.
  const refused = refusedBySpec(start.return)
  return [
    ...compare('start', refused ? { ...start, events: undefined } : start, seen.start, scenario),
    ...(expect.steps ?? []).flatMap((step, n) => compare(`step ${n + 1}`, step, seen.steps[n] ?? {}, scenario)),
    ...(expect.final === undefined || isDeepStrictEqual(expect.final, seen.final)
      ? []
      : [line('final', expect.final, seen.final)]),
  ]
}

function refusedBySpec(result: unknown): boolean {
  const { error } = (result ?? {}) as { error?: unknown }
  return error !== undefined && error !== 'failed_to_start_child'
}

function compare(where: string, expected: Expected, seen: Seen, { ignoreFailEvents }: Scenario): string[] {
  const found: string[] = []
  if ('return' in expected && !isDeepStrictEqual(expected.return, seen.return)) {
    found.push(line(`${where} return`, expected.return, seen.return))
  }
  for (const key of ['elapsedMs', 'state'] as const) {
    if (expected[key] !== undefined && expected[key] !== seen[key]) {
      found.push(line(`${where} ${key}`, expected[key], seen[key]))
    }
  }
  if (expected.events === undefined) return found
  if (!Array.isArray(expected.events) && !('anyOrder' in expected.events)) {
    throw new UnknownWord('order of events', Object.keys(expected.events))
  }
  const kept = (events: readonly string[]) => (ignoreFailEvents ? events.filter((e) => !e.startsWith('fail:')) : events)
  const ordered = Array.isArray(expected.events)
  const wanted = kept(
    ordered ? (expected.events as readonly string[]) : (expected.events as { anyOrder: string[] }).anyOrder,
  )
  const got = kept(seen.events ?? [])
  const same = ordered ? isDeepStrictEqual(wanted, got) : isDeepStrictEqual(wanted.toSorted(), got.toSorted())
  if (!same) found.push(line(`${where} events`, wanted, got))
  return found
}

function line(where: string, expected: unknown, seen: unknown): string {
  return `${where}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(seen)}`
}
