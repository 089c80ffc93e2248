import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unifiedDiff } from '../../bin/unified-diff.ts'

test('is written as diff -u writes it', () => {
  const lines = (words: string) => `${words.split(' ').join('\n')}\n`
  expect(unifiedDiff(lines('a b c d e f g h'), lines('a b c d X f g h'), ['a/x', 'b/x'])).toBe(
    lines('---_a/x +++_b/x @@_-2,7_+2,7_@@ _b _c _d -e +X _f _g _h').replaceAll('_', ' '),
  )
  expect(unifiedDiff('a\n', 'a\n', ['x', 'y'])).toBe('')
  expect(unifiedDiff('', 'a\n', ['x', 'y'])).toContain('@@ -0,0 +1 @@\n+a')
})

test('two changes far apart are two hunks', () => {
  const text = Array.from({ length: 30 }, (_, index) => `line ${index}\n`)
  const changed = text.with(2, 'X\n').with(25, 'Y\n')
  expect(unifiedDiff(text.join(''), changed.join(''), ['x', 'y']).match(/^@@/gm)).toHaveLength(2)
})

test('texts that have nothing in common, and are long, do not take for ever', () => {
  const text = (word: string) => Array.from({ length: 5_000 }, (_, index) => `${word} ${index}\n`).join('')
  expect(unifiedDiff(text('a'), text('b'), ['x', 'y']).split('\n').length).toBe(10_004)
})

/** Applies a diff by its line numbers alone, as patch does; whatever does not fit throws. */
function patch(before: string, diff: string): string {
  const source = before.split(/(?<=\n)/)
  const result: string[] = []
  let at = 0
  const lines = diff.replaceAll('\n\\ No newline at end of file', '\0').split('\n').slice(2, -1)
  for (const line of lines) {
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@$/.exec(line)
    if (hunk !== null) {
      const start = Number(hunk[1]) - (hunk[2] === '0' ? 0 : 1)
      result.push(...source.slice(at, start))
      at = start
      continue
    }
    const text = line.endsWith('\0') ? line.slice(1, -1) : `${line.slice(1)}\n`
    if (line[0] !== '+' && source[at++] !== text) throw new Error(`does not fit: ${line}`)
    if (line[0] !== '-') result.push(text)
  }
  return [...result, ...source.slice(at)].join('')
}

test('applied to the first text it gives the second', () => {
  const line = fc.constantFrom('a', 'b', 'c', '', '-x', '+y')
  const text = fc.tuple(fc.array(line, { maxLength: 14 }), fc.boolean()).map(([lines, isEnded]) => {
    return lines.join('\n') + (isEnded && lines.length > 0 ? '\n' : '')
  })
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(patch(before, unifiedDiff(before, after, ['x', 'y']))).toBe(after)
    }),
    { numRuns: 500, seed: 3 },
  )
})
