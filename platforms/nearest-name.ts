// Nearest name: which known name a person probably meant.

/** ` Did you mean 'x'?`, or nothing when no known name is close. */
export function didYouMean(given: string, known: Iterable<string>): string {
  const nearest = nearestName(given, known)
  return nearest === undefined ? '' : ` Did you mean '${nearest}'?`
}

/** The known name with the fewest edits to the given one: at most two, or a third of its length. */
function nearestName(given: string, known: Iterable<string>): string | undefined {
  const most = Math.max(2, Math.floor(given.length / 3))
  const edits = [...known].map((name) => ({ name, edits: editDistance(given.toLowerCase(), name.toLowerCase()) }))
  return edits.filter((one) => one.edits <= most).toSorted((a, b) => a.edits - b.edits)[0]?.name
}

/** Insertions, deletions and substitutions between two short texts. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, substitution))
    }
    row = next
  }
  return row[b.length]!
}
