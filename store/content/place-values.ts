// Puts the values of content into the columns of a table (narrative format, 19.6), each in its column's type.

import type { JsonObject } from '../../json.ts'
import type { Column } from '../store.ts'
import { contentColumn, isBookkeeping, isOurs } from './bookkeeping.ts'
import { sameName, shown } from './identifier.ts'
import { matchColumn } from './match-column.ts'
import type { Table, TableColumn } from './table.ts'
import { coerce, type Stored } from './value.ts'
import type { Warnings } from './warnings.ts'

/** By column name in lower case; a column without a value is absent. */
export type PlacedValues = ReadonlyMap<string, Stored>

export class Places {
  readonly #columns: readonly TableColumn[]
  readonly #required: readonly TableColumn[]
  /** The column for a key `id`, when it is not the table's own. */
  readonly #foreignId: string | undefined
  readonly #warnings: Warnings

  /** @param asked columns that the narrative knows, which are in the table by now */
  constructor(table: Table, asked: readonly Column[], warnings: Warnings) {
    const idColumn = asked.find(({ name }) => sameName(name, 'id'))
    const renamed = idColumn && contentColumn(idColumn, table.hasId).name
    this.#foreignId = renamed !== undefined && !sameName(renamed, 'id') ? renamed : undefined
    this.#columns = table.columns.filter(({ name }) => !isOurs(name))
    this.#required = asked.filter(({ required }) => required).flatMap(({ name }) => this.#columnOf(name) ?? [])
    this.#warnings = warnings
  }

  place(values: JsonObject): PlacedValues {
    const placed = new Map<string, Stored>()
    for (const [key, value] of Object.entries(values)) {
      const column = this.#columnOf(key)
      const name = column?.name.toLowerCase() ?? ''
      if (isOurs(key)) this.#warnings.add(`The key ${key} is written by the server, its value was dropped.`)
      else if (!column) this.#warnings.add(`The key ${shown(key)} has no column, its value was dropped.`)
      else if (placed.has(name)) this.#warnings.add(`Two keys of a row mean the column ${name}, the first one counts.`)
      else placed.set(name, this.#coerced(column, value))
    }
    return placed
  }

  noteMissing(placed: PlacedValues): void {
    for (const { name } of this.#required) {
      if (placed.get(name.toLowerCase()) == null) {
        this.#warnings.add(`The required column ${name} has no value, NULL was stored.`)
      }
    }
  }

  #columnOf(key: string): TableColumn | undefined {
    if (isOurs(key)) return undefined
    return matchColumn(sameName(key, 'id') ? (this.#foreignId ?? key) : key, this.#columns)
  }

  #coerced(column: TableColumn, value: JsonObject[string]): Stored {
    const { value: stored, warning } = coerce(value, column.type)
    if (warning) this.#warnings.add(`A value of the column ${column.name} ${warning}.`)
    return stored
  }
}

/** Says the row anything, apart from its number and what a reviewer might have added? */
export function hasContent(placed: PlacedValues): boolean {
  return [...placed].some(([name, value]) => value !== null && name !== 'id' && !isBookkeeping(name))
}
