// Json regions: where in a text objects and arrays stand, without knowing yet whether they are JSON.

export interface Region {
  readonly text: string
  /** Of its first character. */
  readonly start: number
}

/** The outermost bracketed regions, from left to right; one that is never closed reaches to the end of the text. */
export function balancedRegions(text: string): readonly Region[] {
  const regions: Region[] = []
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] !== '{' && text[index] !== '[') continue
    const end = endOfRegion(text, index)
    if (end === undefined) {
      regions.push({ text: text.slice(index).trimEnd(), start: index })
      break
    }
    regions.push({ text: text.slice(index, end + 1), start: index })
    index = end
  }
  return regions
}

/**
 * Index of the bracket that closes the one at `start`. Brackets inside of double-quoted strings do not count, nor do those
 * that close nothing of their kind.
 */
function endOfRegion(text: string, start: number): number | undefined {
  const open: string[] = []
  let inString = false
  for (let index = start; index < text.length; index += 1) {
    const char = text[index]
    if (inString) {
      if (char === '\\') index += 1
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '{' || char === '[') open.push(char)
    else if (open.at(-1) === (char === '}' ? '{' : char === ']' ? '[' : undefined)) {
      open.pop()
      if (open.length === 0) return index
    }
  }
  return undefined
}
