// Edits: changes of a text that leave everything else in it alone.

export interface Edit {
  /** Offsets in UTF-16 units, the end exclusive; equal for an insertion. */
  readonly from: number
  readonly to: number
  readonly text: string
}

/** The text after the edits, back to front; insertions at one place in the order given. Undefined where two overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string | undefined {
  const sorted = edits.map((edit, index) => ({ ...edit, index }))
  sorted.sort((a, b) => a.from - b.from || a.to - b.to || a.index - b.index)
  let result = ''
  let at = 0
  for (const { from, to, text: inserted } of sorted) {
    if (from < at) return undefined
    result += text.slice(at, from) + inserted
    at = to
  }
  return result + text.slice(at)
}
