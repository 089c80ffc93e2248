// Table: rows that a prompt shows, as a Markdown pipe table or as a JSON array of objects.
//
//   T1. A cell comes back as it was stored: `<br>` is a line break again and `\|` a bar.

import { balanced, MOST_TRIES } from './json-text.ts'

export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly Readonly<Record<string, string>>[]
}

/** The first table that has rows with content. */
export function contentTable(tables: readonly Table[]): Table | undefined {
  return tables.find((table) => table.rows.length > 0 && contentColumn(table) !== undefined)
}

/** The column that holds the content itself, if any. */
export function contentColumn(table: Table): string | undefined {
  return CONTENT_COLUMNS.find((name) => table.columns.includes(name))
}

const CONTENT_COLUMNS = ['text_content', 'content', 'text', 'body', 'message', 'post', 'response', 'description']

export function findMarkdownTables(text: string): Table[] {
  const lines = text.split('\n')
  const tables: Table[] = []
  for (let at = 1; at < lines.length; at++) {
    if (!isSeparator(lines[at]!) || !lines[at - 1]!.includes('|')) continue
    const columns = cellsOf(lines[at - 1]!)
    const rows = []
    for (at++; at < lines.length && lines[at]!.trim().startsWith('|'); at++) {
      const cells = cellsOf(lines[at]!)
      rows.push(Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ''])))
    }
    tables.push({ columns, rows })
  }
  return tables
}

function isSeparator(line: string): boolean {
  return line.includes('-') && /^[\s|:-]+$/.test(line) && cellsOf(line).every((cell) => /^:?-{2,}:?$/.test(cell))
}

function cellsOf(line: string): string[] {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
  return inner.split(/(?<!\\)\|/).map((cell) =>
    cell
      .trim()
      .replaceAll(/<br\s*\/?>/g, '\n')
      .replaceAll('\\|', '|'),
  )
}

export function findJsonTables(text: string): Table[] {
  const tables: Table[] = []
  for (const match of text.matchAll(/\[\s*\{/g).take(MOST_TRIES)) {
    const rows = parseRows(balanced(text, match.index))
    if (rows === undefined) continue
    tables.push({ columns: [...new Set(rows.flatMap((row) => Object.keys(row)))], rows })
  }
  return tables
}

function parseRows(source: string | undefined): Record<string, string>[] | undefined {
  if (source === undefined) return undefined
  try {
    const rows = JSON.parse(source) as Record<string, unknown>[]
    return rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, asCell(value)])))
  } catch {
    return undefined // an example in prose rather than data
  }
}

function asCell(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
