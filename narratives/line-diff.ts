// Line diff: what changed between two texts, line by line.
//
// The common beginning and end are set aside; of what lies between, the longest common subsequence stays.

export interface DiffLine {
  readonly sign: ' ' | '-' | '+'
  readonly text: string
}

/** Beyond so many pairs of lines everything between beginning and end counts as changed. */
const MOST_PAIRS = 4_000_000

/**
 * Lines with `- ` that only the first has, with `+ ` that only the second has, and with two blanks what is around
 * them; `…` where equal lines are left out. Nothing when the texts are equal.
 *
 * @param around equal lines shown before and after each change
 */
export function lineDiff(before: readonly string[], after: readonly string[], around = 2): readonly string[] {
  const lines = compareLines(before, after)
  const isNear = lines.map((_, at) =>
    lines.slice(Math.max(0, at - around), at + around + 1).some(({ sign }) => sign !== ' '),
  )
  return lines.flatMap(({ sign, text }, at) => {
    if (isNear[at]) return [`${sign} ${text}`]
    const isFirstLeftOut = (at === 0 || isNear[at - 1]) && isNear.includes(true)
    return isFirstLeftOut ? ['…'] : []
  })
}

/** All lines of both, each once where it is in both. */
export function compareLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start += 1
  let end = 0
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1
  const [left, right] = [before.slice(start, before.length - end), after.slice(start, after.length - end)]
  return [...before.slice(0, start).map(same), ...between(left, right), ...before.slice(before.length - end).map(same)]
}

function between(left: readonly string[], right: readonly string[]): readonly DiffLine[] {
  if (left.length * right.length > MOST_PAIRS) return [...left.map(removed), ...right.map(added)]
  const lengths = commonLengths(left, right)
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < left.length || j < right.length) {
    if (i < left.length && left[i] === right[j]) {
      lines.push(same(left[i]!))
      i += 1
      j += 1
    } else if (j === right.length || (i < left.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) {
      lines.push(removed(left[i]!))
      i += 1
    } else {
      lines.push(added(right[j]!))
      j += 1
    }
  }
  return lines
}

/** At `[i][j]`: length of the longest common subsequence of what follows. */
function commonLengths(left: readonly string[], right: readonly string[]): readonly Uint32Array[] {
  const rows = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1))
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      rows[i]![j] = left[i] === right[j] ? rows[i + 1]![j + 1]! + 1 : Math.max(rows[i + 1]![j]!, rows[i]![j + 1]!)
    }
  }
  return rows
}

function same(text: string): DiffLine {
  return { sign: ' ', text }
}

function removed(text: string): DiffLine {
  return { sign: '-', text }
}

function added(text: string): DiffLine {
  return { sign: '+', text }
}
