// Mutated corpus files: whatever a person breaks, the answer is a file or errors with places.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { parse as parseBySmolToml } from 'smol-toml'
import { expect, test } from 'vitest'
import { CODES } from '../../errors.ts'
import { formatDiagnostics } from '../../narratives/format-diagnostics.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'
import { parseToml } from '../../narratives/toml-tree.ts'
import { corpus, corpusFiles } from './corpus.ts'

const OWN = `[narrative]
name = "n"
toc = ["a", "b"]
budget = { rpm_multiplier = 0.5 }
[acts]
a = ["tables.t", "x {{b}}", { ref = "media.m" }]
[acts.b]
carousel = 2
narrative = "other"
[narratives.other]
toc = ["c"]
[narratives.other.acts]
c = "{% if a %}x{% endif %}"
[tables.t]
table_name = "t"
limit = 5
[media.m]
file = "a.png"
`
const texts = [OWN, ...corpusFiles().map((name) => readFileSync(path.join(corpus, name), 'utf8'))]

const PIECES = [
  '"',
  "'",
  '"""',
  '[',
  ']',
  '[[',
  ']]',
  '{',
  '}',
  '=',
  '.',
  ',',
  '#',
  '\n',
  '\\',
  '\t',
  '\u0000',
  'é',
  '👋',
  '-1',
  '1.5',
  'true',
  'acts',
  'toc',
  'name',
  'narrative',
  'bots.x',
  '[acts]\n',
  '[[acts]]\n',
  '[[steps]]\n',
  '[metadata]\n',
  'type = "table"\n',
  '__proto__',
  'constructor = 1\n',
]

type Mutation = { readonly at: number; readonly cut: number; readonly put: string }

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(80)),
  put: fc.oneof(fc.constant(''), fc.constantFrom(...PIECES), fc.string({ maxLength: 3 })),
})

function mutate(text: string, mutations: readonly Mutation[]): string {
  return mutations.reduce((result, { at, cut, put }) => {
    const index = Math.floor(at * result.length)
    return result.slice(0, index) + put + result.slice(index + cut)
  }, text)
}

/** Lines exchanged, as cut and paste does. */
function swapLines(text: string, a: number, b: number): string {
  const lines = text.split('\n')
  const [i, j] = [a % lines.length, b % lines.length]
  ;[lines[i], lines[j]] = [lines[j]!, lines[i]!]
  return lines.join('\n')
}

const mutated = fc.oneof(
  fc
    .tuple(fc.constantFrom(...texts), fc.array(mutation, { minLength: 1, maxLength: 4 }))
    .map(([text, all]) => mutate(text, all)),
  fc.tuple(fc.constantFrom(...texts), fc.nat(), fc.nat()).map(([text, a, b]) => swapLines(text, a, b)),
)

test('every broken file gives errors with a place inside of it, and never anything else', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const { file, diagnostics } = parseNarrativeFile(text, 'fuzz.toml')
      expect(file === undefined).toBe(diagnostics.some((one) => one.severity === 'error'))
      const lines = text.replace(/^\uFEFF/, '').split('\n')
      for (const { place, end, code, message } of diagnostics) {
        expect(CODES).toHaveProperty(code)
        expect(message).not.toBe('')
        expect(place.line).toBeGreaterThanOrEqual(1)
        expect(place.line).toBeLessThanOrEqual(lines.length)
        expect(place.column).toBeGreaterThanOrEqual(1)
        expect(place.column).toBeLessThanOrEqual((lines[place.line - 1] ?? '').length + 1)
        expect(end.line > place.line || end.column >= place.column).toBe(true)
      }
      formatDiagnostics(diagnostics, () => text, { color: true })
    }),
    { numRuns: 4000 },
  )
})

// Where the two are known to differ: control characters, and integers that a number cannot hold.
const DISPUTED = /(?![\n\t])\p{Cc}|\d{16}/u

test('the tree takes for TOML what another parser does, and nothing else', () => {
  let compared = 0
  fc.assert(
    fc.property(mutated, (text) => {
      if (DISPUTED.test(text)) return
      const ours = 'root' in parseToml(text)
      let theirs = true
      try {
        parseBySmolToml(text)
      } catch {
        theirs = false
      }
      compared += 1
      expect({ text, ours }).toEqual({ text, ours: theirs })
    }),
    { numRuns: 1000 },
  )
  expect(compared).toBeGreaterThan(500)
})
