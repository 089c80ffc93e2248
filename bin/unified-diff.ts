// Unified diff: how two texts differ, line by line, as `diff -u` writes it. Pure.

import { compareLines, type DiffLine } from '../narratives/line-diff.ts'

/** Lines around a change that are shown with it. */
const CONTEXT = 3
/** Empty where the texts are equal; otherwise ends with a line break. */
export function unifiedDiff(before: string, after: string, names: readonly [before: string, after: string]): string {
  if (before === after) return ''
  const lines = compareLines(split(before), split(after))
  const hunks = hunksOf(lines).map((hunk) => hunkText(lines, hunk))
  return [`--- ${names[0]}`, `+++ ${names[1]}`, ...hunks.flat(), ''].join('\n')
}

/** A last line without an end is told apart from one with it, as diff does. */
function split(text: string): readonly string[] {
  if (text === '') return []
  const lines = text.split('\n')
  if (lines.at(-1) === '') return lines.slice(0, -1)
  return [...lines.slice(0, -1), `${lines.at(-1)}\n\\ No newline at end of file`]
}

/** From and to, as indexes of lines: changes with what is around them, those that touch joined. */
function hunksOf(lines: readonly DiffLine[]): readonly (readonly [number, number])[] {
  const hunks: [number, number][] = []
  for (const [index, { sign }] of lines.entries()) {
    if (sign === ' ') continue
    const [from, to] = [Math.max(0, index - CONTEXT), Math.min(lines.length, index + 1 + CONTEXT)]
    const last = hunks.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = to
    else hunks.push([from, to])
  }
  return hunks
}

function hunkText(lines: readonly DiffLine[], [from, to]: readonly [number, number]): readonly string[] {
  const count = (sign: '-' | '+', part: readonly DiffLine[]) =>
    part.filter((line) => line.sign === ' ' || line.sign === sign).length
  const part = lines.slice(from, to)
  const range = (sign: '-' | '+') => {
    const [first, length] = [count(sign, lines.slice(0, from)), count(sign, part)]
    return `${length === 0 ? first : first + 1}${length === 1 ? '' : `,${length}`}`
  }
  return [`@@ -${range('-')} +${range('+')} @@`, ...part.map(({ sign, text }) => sign + text)]
}
