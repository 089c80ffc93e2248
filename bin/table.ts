// Table: rows under headings, columns as wide as their widest cell.

import type { Paint } from './io.ts'
import { plainText } from './plain-text.ts'

/**
 * Lines of a table. With `columns`, the last column is cut so that no line is wider; without, nothing is cut.
 * Control characters and line breaks in cells are taken out.
 */
export function table(
  headings: readonly string[],
  given: readonly (readonly string[])[],
  { columns, paint }: { readonly columns: number | undefined; readonly paint: Paint },
): string[] {
  const cells = given.map((row) => row.map((cell) => plainText(cell).replace(/\s+/g, ' ')))
  const widths = headings.map((heading, index) =>
    Math.max(heading.length, ...cells.map((row) => row[index]?.length ?? 0)),
  )
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0)
  const room = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(columns - before, 8)
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => (index < widths.length - 1 ? cell.padEnd((widths[index] ?? 0) + 2) : cut(cell, room)))
      .join('')
      .trimEnd()
  return [paint('bold', line(headings)), ...cells.map(line)]
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text
}
