// Two columns: names on the left, what they mean on the right, never wider than 80.

/** Two columns; the second is wrapped to stay within 80 columns in all. */
export function rows(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.min(28, Math.max(...pairs.map(([left]) => left.length)))
  return pairs
    .map(([left, right]) => {
      const lines = wrap(right, 80 - width - 4)
      const first = left.length > width ? `  ${left}\n${' '.repeat(width + 4)}` : `  ${left.padEnd(width)}  `
      return first + lines.join(`\n${' '.repeat(width + 4)}`)
    })
    .join('\n')
}

/** Lines of at most so many characters, broken at blanks; a word that is longer is cut. */
export function wrap(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ').flatMap((each) => cut(each, width))) {
    const last = lines.at(-1) ?? ''
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines
}

function cut(word: string, width: number): readonly string[] {
  const parts: string[] = []
  for (let at = 0; at < word.length; at += width) parts.push(word.slice(at, at + width))
  return parts.length === 0 ? [''] : parts
}
