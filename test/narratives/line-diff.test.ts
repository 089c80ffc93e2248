import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineDiff } from '../../narratives/line-diff.ts'

test('changes stand between a few equal lines', () => {
  const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  const after = ['a', 'b', 'c', 'd', 'E', 'f', 'g', 'h', 'i']
  expect(lineDiff(before, after, 1)).toEqual(['…', '  d', '- e', '+ E', '  f', '…', '  h', '+ i'])
})

test('equal texts differ in nothing', () => {
  expect(lineDiff(['a', 'b'], ['a', 'b'])).toEqual([])
  expect(lineDiff([], [])).toEqual([])
})

test('a text too long to be compared counts as changed where it differs', () => {
  const long = (mark: string) => ['top', ...Array.from({ length: 2_500 }, (_, n) => `${mark}${n}`), 'end']
  const diff = lineDiff(long('a'), long('b'))
  expect(diff.filter((line) => line.startsWith('-'))).toHaveLength(2_500)
  expect(diff.slice(0, 2)).toEqual(['  top', '- a0'])
})

test('either text can be read from the diff, and no diff is longer than needed', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const diff = lineDiff(before, after, 100)
      const only = (marks: string) => diff.filter((line) => marks.includes(line[0]!)).map((line) => line.slice(2))
      if (before.join('\n') === after.join('\n') && before.length === after.length) return diff.length === 0
      expect(only(' -')).toEqual(before)
      expect(only(' +')).toEqual(after)
      return only(' ').length === longestCommon(before, after)
    }),
  )
})

function longestCommon(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0
  let last = new Array<number>(b.length + 1).fill(0)
  for (const line of a) {
    const row = [0]
    for (const [j, other] of b.entries()) row.push(line === other ? last[j]! + 1 : Math.max(last[j + 1]!, row[j]!))
    last = row
  }
  return last[b.length]!
}
