// Render rows: a table as a prompt shows it (format, section 17.2).

import type { Json, JsonObject } from '../json.ts'
import { textOf } from './json/json-path.ts'
import type { TableFormat } from './narrative.ts'

/** @param columns names in the order in which they are shown */
export function renderRows(rows: readonly JsonObject[], columns: readonly string[], format: TableFormat): string {
  switch (format) {
    case 'json':
      return JSON.stringify(
        rows.map((row) => pick(row, columns)),
        null,
        2,
      )
    case 'markdown':
      return rows.length === 0 ? 'No data' : markdown(rows, columns)
    case 'csv':
      return rows.length === 0 ? '' : csv(rows, columns)
  }
}

function pick(row: JsonObject, columns: readonly string[]): JsonObject {
  return Object.fromEntries(columns.map((name) => [name, row[name] ?? null]))
}

function markdown(rows: readonly JsonObject[], columns: readonly string[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const body = rows.map((row) => line(columns.map((name) => markdownCell(textOf(row[name] ?? null)))))
  return [line(columns.map(markdownCell)), line(columns.map(() => '---')), ...body].join('\n')
}

function markdownCell(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/\r\n|\r|\n/g, '<br>')
}

function csv(rows: readonly JsonObject[], columns: readonly string[]): string {
  const line = (cells: readonly string[]) => cells.map(csvCell).join(',')
  return [line(columns), ...rows.map((row) => line(columns.map((name) => csvText(row[name]))))].join('\n')
}

function csvText(value: Json | undefined): string {
  return value === null || value === undefined ? '' : textOf(value)
}

function csvCell(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text
}
