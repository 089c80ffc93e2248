import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { unifiedDiff } from '../../bin/unified-diff.ts'

const folder = mkdtempSync(join(tmpdir(), 'botticelli-diff-'))
afterAll(() => rmSync(folder, { recursive: true }))
const hasPatch = spawnSync('patch', ['--version']).status === 0

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

test.skipIf(!hasPatch)('patch makes the second text of the first', () => {
  const line = fc.constantFrom('a', 'b', 'c', '', '-x', '+y', '@@')
  const text = fc.tuple(fc.array(line, { maxLength: 12 }), fc.boolean()).map(([lines, isEnded]) => {
    return lines.length === 0 ? '' : lines.join('\n') + (isEnded ? '\n' : '')
  })
  const file = join(folder, 'file')
  fc.assert(
    fc.property(text, text, (before, after) => {
      if (before === '' || after === '') return
      const diff = unifiedDiff(before, after, ['file', 'file'])
      if (diff === '') return
      writeFileSync(file, before)
      const { status, stdout } = spawnSync('patch', ['-s', '-p0', file], { input: diff, encoding: 'utf8' })
      expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
      expect(readFileSync(file, 'utf8')).toBe(after)
    }),
    { numRuns: 40, seed: 3 },
  )
})
