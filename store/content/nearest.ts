// The known name that a wrong one probably meant.

/** Undefined when none is close: at most two letters in five may differ. */
export function nearest(wrong: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((name) => ({ name, distance: distance(wrong.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance * 5 <= Math.max(wrong.length, name.length) * 2)
    .sort((one, other) => one.distance - other.distance)
  return best?.name
}

/** Levenshtein's: letters to insert, delete or replace. */
function distance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1]
    for (const [column, other] of [...to].entries()) {
      current.push(Math.min(current[column]! + 1, above[column + 1]! + 1, above[column]! + Number(letter !== other)))
    }
    above = current
  }
  return above[to.length]!
}
