// Checks rows before they are stored: what would be lost or changed when they go into their table.

import type { Json } from '../../json.ts'
import type { Db } from '../database.ts'
import type { Column, ColumnType, Content } from '../store.ts'
import { contentColumn, isBookkeeping } from './bookkeeping.ts'
import { sameName } from './identifier.ts'
import { matchColumn } from './match-column.ts'
import { findTable, type Table, type TableColumn } from './table.ts'
import { coerce } from './value.ts'

/** The columns that the content of a table brought; undefined when there is no such table. */
export function contentColumns(db: Db, name: string): readonly Column[] | undefined {
  const table = findTable(db, name)
  return table && ownColumns(table)
}

/** Sentences about what a table, as it is or with the columns that are asked for, could not keep. */
export function checkRows(db: Db, { table, columns, rows }: Parameters<Content['check']>[0]): readonly string[] {
  const found = findTable(db, table)
  const present = found === undefined ? [] : ownColumns(found)
  const asked = columns.map((column) => contentColumn(column, found?.hasId ?? true))
  const known = [...present, ...asked.filter(({ name }) => matchColumn(name, present) === undefined)]
  const required = columns.filter((column) => column.required === true)
  return rows.flatMap((row, index) => {
    const entries = Object.entries(row).filter(([key]) => !sameName(key, 'id'))
    const placed = entries.flatMap(([key, value]) => {
      const column = matchColumn(key, known)
      return column === undefined ? [] : [{ key, value, column }]
    })
    const which = `Element ${index + 1}`
    if (present.length > 0 && !placed.some(({ column }) => present.includes(column))) {
      return [`${which} has none of the columns of the table: ${present.map(({ name }) => name).join(', ')}.`]
    }
    const missing = required.filter(({ name }) => isMissing(row[name] ?? valueUnder(name, placed)))
    const wrong = placed.filter(({ value, column }) => coerce(value, column.type).warning !== undefined)
    return [
      ...missing.map(({ name }) => `${which} lacks "${name}".`),
      ...wrong.map(
        ({ key, value, column }) => `${which}: "${key}" must be ${WORDS[column.type]}, found ${shown(value)}.`,
      ),
    ]
  })
}

function ownColumns({ columns }: Table): readonly TableColumn[] {
  return columns.filter(({ name }) => !isBookkeeping(name) && !sameName(name, 'id'))
}

function valueUnder(
  name: string,
  placed: readonly { readonly value: Json; readonly column: TableColumn }[],
): Json | undefined {
  return placed.find(({ column }) => sameName(column.name, name))?.value
}

function isMissing(value: Json | undefined): boolean {
  return value === undefined || value === null
}

const WORDS: Readonly<Record<ColumnType, string>> = {
  text: 'a text',
  integer: 'an integer',
  real: 'a number',
  boolean: 'true or false',
  json: 'JSON',
  'text-list': 'a list of texts',
  timestamp: 'a time in ISO 8601',
}

function shown(value: Json): string {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
