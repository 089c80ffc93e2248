// Expectation: what a test of a narrative says about one value, and whether a value is so.
//
//   E1. All that is said must hold. What does not is told each by itself, with the place where it was said.
//   E2. A key that nobody knows is an error: a test that looks for nothing never fails.

import type { Place } from '../../errors.ts'
import type { Json } from '../../json.ts'
import { responseAsJson } from '../extract-json.ts'
import { segmentsOf, textOf, valueAt } from '../json/json-path.ts'
import { didYouMean } from '../nearest.ts'
import { jsonOf, Keys, reportType, stringsOf } from '../reading/keys.ts'
import { keyOf, type Report } from '../reading/report.ts'
import type { TomlNode } from '../toml-tree.ts'

export type Expectation = readonly Claim[]

type Claim = { readonly place: Place } & (
  | { readonly is: 'equals'; readonly value: Json }
  | { readonly is: 'contains' | 'lacks'; readonly text: string }
  | { readonly is: 'matches'; readonly pattern: RegExp }
  | { readonly is: 'atLeast' | 'atMost'; readonly limit: number }
  | { readonly is: 'length'; readonly of: Expectation }
  | { readonly is: 'json'; readonly path: readonly string[]; readonly of: Expectation }
)

/** One claim that does not hold. */
export interface Broken {
  readonly place: Place
  /** What was expected of what, and what came instead. */
  readonly message: string
  /** For a diff, where both are texts of several lines. */
  readonly expected?: string
  readonly actual?: string
}

/** A plain value, which the value must be equal to; or a table with any of the keys of docs/narrative-tests.md. */
export function readExpectation(node: TomlNode, report: Report): Expectation {
  if (node.is !== 'table') return [{ is: 'equals', value: jsonOf(node), place: report.placeOf(node) }]
  const keys = new Keys(node, report, `"${node.path}"`)
  const claims = [
    ...claimOf(keys, 'equals', (at, place) => [{ is: 'equals', value: jsonOf(at), place }]),
    ...claimOf(keys, 'contains', (at, place) => textsOf(at, report).map((text) => ({ is: 'contains', text, place }))),
    ...claimOf(keys, 'not_contains', (at, place) => textsOf(at, report).map((text) => ({ is: 'lacks', text, place }))),
    ...claimOf(keys, 'matches', (at, place) => readPattern(at, place, report)),
    ...claimOf(keys, 'at_least', (at, place) => readLimit('atLeast', at, place, report)),
    ...claimOf(keys, 'at_most', (at, place) => readLimit('atMost', at, place, report)),
    ...claimOf(keys, 'length', (at, place) => [{ is: 'length', of: readExpectation(at, report), place }]),
    ...claimOf(keys, 'json', (at) => readPaths(at, report)),
  ]
  refuseRest(keys, [...KEYS])
  if (node.entries.size === 0) report.error('bad-test', keyOf(node), `"${node.path}" expects nothing.`)
  return claims
}

const KEYS = ['equals', 'contains', 'not_contains', 'matches', 'at_least', 'at_most', 'length', 'json'] as const

/** E2. */
export function refuseRest(keys: Keys, known: readonly string[]): void {
  for (const [name, node] of keys.rest()) {
    keys.report.error('bad-test', keyOf(node), `A test knows no key "${name}" here.`, {
      hint: didYouMean(name, known),
      fix: `Known here: ${known.join(', ')}.`,
    })
  }
}

function claimOf(
  keys: Keys,
  name: (typeof KEYS)[number],
  read: (node: TomlNode, place: Place) => readonly Claim[],
): readonly Claim[] {
  const node = keys.node(name)
  return node === undefined ? [] : read(node, keys.report.placeOf(keyOf(node)))
}

function textsOf(node: TomlNode, report: Report): readonly string[] {
  return node.is === 'string' ? [node.value] : (stringsOf(node, report) ?? [])
}

function readPattern(node: TomlNode, place: Place, report: Report): readonly Claim[] {
  if (node.is !== 'string') {
    reportType(report, node, 'a regular expression')
    return []
  }
  try {
    return [{ is: 'matches', pattern: new RegExp(node.value, 'u'), place }]
  } catch (error) {
    report.error('bad-test', node, `"${node.path}" is no regular expression.`, { hint: (error as Error).message })
    return []
  }
}

function readLimit(is: 'atLeast' | 'atMost', node: TomlNode, place: Place, report: Report): readonly Claim[] {
  if (node.is === 'integer' || node.is === 'float') return [{ is, limit: node.value, place }]
  reportType(report, node, 'a number')
  return []
}

function readPaths(node: TomlNode, report: Report): readonly Claim[] {
  if (node.is !== 'table') {
    reportType(report, node, 'a table from paths to what is expected there')
    return []
  }
  return [...node.entries].map(([path, at]) => ({
    is: 'json' as const,
    path: segmentsOf(path),
    of: readExpectation(at, report),
    place: report.placeOf(keyOf(at)),
  }))
}

// ---------------------------------------------------------------------------- is it so?

/**
 * What of the expectation does not hold.
 *
 * @param what the value is called, such as `the output of "draft"`
 * @param value undefined: there is none
 */
export function broken(expectation: Expectation, what: string, value: Json | undefined): readonly Broken[] {
  if (value === undefined && expectation.length > 0) {
    return [{ place: expectation[0]!.place, message: `There is no ${what}.` }]
  }
  return expectation.flatMap((claim) => brokenClaim(claim, what, value!))
}

function brokenClaim(claim: Claim, what: string, value: Json): readonly Broken[] {
  const { place } = claim
  const but = `, but it is ${shown(value)}`
  switch (claim.is) {
    case 'equals': {
      if (isSame(claim.value, value)) return []
      const [expected, actual] = [textOf(claim.value), textOf(value)]
      const isLong = (expected + actual).includes('\n')
      const message = `${what} should be ${isLong ? 'another text' : shown(claim.value)}${isLong ? '' : but}.`
      return [{ place, message, ...(isLong && { expected, actual }) }]
    }
    case 'contains':
    case 'lacks': {
      if (has(value, claim.text) === (claim.is === 'contains')) return []
      return [{ place, message: `${what} should ${claim.is === 'lacks' ? 'not ' : ''}contain "${claim.text}"${but}.` }]
    }
    case 'matches':
      if (claim.pattern.test(textOf(value))) return []
      return [{ place, message: `${what} should match ${claim.pattern}${but}.` }]
    case 'atLeast':
    case 'atMost': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      if (typeof number !== 'number' || Number.isNaN(number)) {
        return [{ place, message: `${what} should be a number${but}.` }]
      }
      if (claim.is === 'atLeast' ? number >= claim.limit : number <= claim.limit) return []
      return [
        { place, message: `${what} should be at ${claim.is === 'atLeast' ? 'least' : 'most'} ${claim.limit}${but}.` },
      ]
    }
    case 'length':
      return broken(claim.of, `the length of ${what}`, lengthOf(value))
    case 'json': {
      const json = typeof value === 'string' ? responseAsJson(value) : value
      if (json === undefined) return [{ place, message: `${what} should be JSON${but}.` }]
      return broken(claim.of, `${claim.path.join('.')} of ${what}`, valueAt(json, claim.path))
    }
  }
}

/** Numbers and their digits are the same where one side is a text; the order of keys does not count. */
function isSame(expected: Json, actual: Json): boolean {
  if (typeof expected === 'string') return expected === actual
  if (expected === null || actual === null || typeof expected !== 'object') return expected === actual
  if (typeof actual !== 'object') return false
  if (Array.isArray(expected) !== Array.isArray(actual)) return false
  const [left, right] = [Object.entries(expected), new Map(Object.entries(actual))]
  return left.length === right.size && left.every(([key, one]) => right.has(key) && isSame(one, right.get(key)!))
}

function has(value: Json, text: string): boolean {
  return Array.isArray(value) ? value.some((item) => item === text) : textOf(value).includes(text)
}

/** Characters of a text, elements of a list. */
function lengthOf(value: Json): number {
  return Array.isArray(value) ? value.length : [...textOf(value)].length
}

function shown(value: Json): string {
  const text = JSON.stringify(value)
  return text.length > 160 ? `${text.slice(0, 157)}…` : text
}
