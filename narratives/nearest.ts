// Nearest: which known name a mistyped one probably meant.

// Comparing takes the product of both lengths, and nobody mistypes a name of this size.
const MAX_LENGTH = 100

/** The closest of `names`, if it is close enough to be meant: a third of its length wrong at most, never more than 3. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  return closest(name, names)[0]
}

/** The same, where no other name is as close. */
export function onlyNearest(name: string, names: Iterable<string>): string | undefined {
  const [first, second] = closest(name, names)
  return second === undefined ? first : undefined
}

function closest(name: string, names: Iterable<string>): readonly string[] {
  if (name.length > MAX_LENGTH) return []
  const wanted = name.toLowerCase()
  let best: { readonly names: readonly string[]; readonly distance: number } = { names: [], distance: Infinity }
  for (const candidate of names) {
    const distance = editDistance(wanted, candidate.toLowerCase())
    const limit = Math.min(3, Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3)))
    if (distance > limit || distance > best.distance) continue
    best = { names: distance < best.distance ? [candidate] : [...best.names, candidate], distance }
  }
  return best.names
}

/** The remark that goes with an unknown name, if a known one is near. @param written how the known name is shown */
export function didYouMean(
  name: string,
  names: Iterable<string>,
  written = (known: string) => known,
): string | undefined {
  const meant = nearest(name, names)
  return meant === undefined ? undefined : `did you mean "${written(meant)}"?`
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one string to the other. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 3) return Infinity
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let value = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        value = Math.min(value, beforeLast[j - 2]! + 1)
      }
      row.push(value)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
