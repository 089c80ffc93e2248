// Unified diff: how two texts differ, line by line, as `diff -u` writes it. Pure.

/** Lines around a change that are shown with it. */
const CONTEXT = 3
/** Above so many pairs of lines the differing middle is shown as a whole: finding what is equal in it would take seconds. */
const MAX_PAIRS = 4_000_000

interface Line {
  readonly sign: ' ' | '-' | '+'
  readonly text: string
}

/** Empty where the texts are equal; otherwise ends with a line break. */
export function unifiedDiff(before: string, after: string, names: readonly [before: string, after: string]): string {
  if (before === after) return ''
  const lines = compare(split(before), split(after))
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

function compare(a: readonly string[], b: readonly string[]): readonly Line[] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1
  let end = 0
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1
  const same = (text: string): Line => ({ sign: ' ', text })
  return [
    ...a.slice(0, start).map(same),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ]
}

/** By the longest common subsequence. */
function middle(a: readonly string[], b: readonly string[]): readonly Line[] {
  const removed = (text: string): Line => ({ sign: '-', text })
  const added = (text: string): Line => ({ sign: '+', text })
  if (a.length * b.length > MAX_PAIRS) return [...a.map(removed), ...b.map(added)]
  const width = b.length + 1
  const lengths = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const skip = Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!)
      lengths[i * width + j] = a[i] === b[j] ? lengths[(i + 1) * width + j + 1]! + 1 : skip
    }
  }
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ sign: ' ', text: a[i]! })
      i += 1
      j += 1
    } else if (j >= b.length || (i < a.length && lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!)) {
      lines.push(removed(a[i]!))
      i += 1
    } else {
      lines.push(added(b[j]!))
      j += 1
    }
  }
  return lines
}

/** From and to, as indexes of lines: changes with what is around them, those that touch joined. */
function hunksOf(lines: readonly Line[]): readonly (readonly [number, number])[] {
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

function hunkText(lines: readonly Line[], [from, to]: readonly [number, number]): readonly string[] {
  const count = (sign: '-' | '+', part: readonly Line[]) =>
    part.filter((line) => line.sign === ' ' || line.sign === sign).length
  const part = lines.slice(from, to)
  const range = (sign: '-' | '+') => {
    const [first, length] = [count(sign, lines.slice(0, from)), count(sign, part)]
    return `${length === 0 ? first : first + 1}${length === 1 ? '' : `,${length}`}`
  }
  return [`@@ -${range('-')} +${range('+')} @@`, ...part.map(({ sign, text }) => sign + text)]
}
