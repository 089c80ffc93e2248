// Columns: what table the JSON of an answer makes (format, section 19.5).
//
//   C1. The types are those of the store, spelled out: this folder does not know the store.
//   C2. Inferred columns are never required: what one row has another may lack.

import type { Json, JsonObject } from '../json.ts'
import { NarrativeError } from './narrative-error.ts'

export type ColumnType = 'text' | 'integer' | 'real' | 'boolean' | 'json' | 'text-list' | 'timestamp'

export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly required?: boolean
  readonly key?: boolean
}

/** @throws NarrativeError `bad-json` for anything but objects, `schema-inference` when there is none */
export function toRows(value: Json): readonly JsonObject[] {
  const rows = Array.isArray(value) ? (value as readonly Json[]) : [value]
  if (rows.length === 0) throw new NarrativeError('schema-inference', 'The answer is an empty array.')
  const odd = rows.findIndex((row) => row === null || typeof row !== 'object' || Array.isArray(row))
  if (odd >= 0) {
    throw new NarrativeError('bad-json', `Element ${odd + 1} of the answer is not an object.`)
  }
  return rows as readonly JsonObject[]
}

/**
 * One column for every key of any row, in the order of first appearance.
 * @throws NarrativeError `schema-inference` when there are no rows, or no keys
 */
export function inferColumns(rows: readonly JsonObject[]): readonly Column[] {
  const types = new Map<string, ColumnType | undefined>()
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) types.set(name, merge(types.get(name), typeOf(value)))
  }
  if (types.size === 0) throw new NarrativeError('schema-inference', 'The objects of the answer have no keys.')
  return [...types].map(([name, type]) => ({ name, type: type ?? 'text' }))
}

/** Undefined for null, which says nothing. */
function typeOf(value: Json): ColumnType | undefined {
  if (value === null) return undefined
  if (typeof value === 'string') return 'text'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'real'
  return 'json'
}

/** The type that holds both: JSON before text before numbers. */
function merge(a: ColumnType | undefined, b: ColumnType | undefined): ColumnType | undefined {
  if (a === undefined || b === undefined || a === b) return a ?? b
  const both = [a, b]
  if (both.includes('json')) return 'json'
  return both.includes('integer') && both.includes('real') ? 'real' : 'text'
}

/** JSON Schema of one row, for providers that hold an answer to it. Every column but a required one may be null. */
export function jsonSchemaOf(columns: readonly Column[]): JsonObject {
  return {
    type: 'object',
    properties: Object.fromEntries(columns.map((column) => [column.name, schemaOf(column)])),
    // Structured output of some providers wants every property listed; null says that there is no value.
    required: columns.map((column) => column.name),
    additionalProperties: false,
  }
}

const SCHEMAS: Readonly<Record<ColumnType, JsonObject>> = {
  text: { type: 'string' },
  integer: { type: 'integer' },
  real: { type: 'number' },
  boolean: { type: 'boolean' },
  json: { type: ['object', 'array'] },
  'text-list': { type: 'array', items: { type: 'string' } },
  timestamp: { type: 'string', description: 'ISO 8601' },
}

function schemaOf({ type, required }: Column): JsonObject {
  const schema = SCHEMAS[type]
  return required === true ? schema : { ...schema, type: [schema.type as Json, 'null'].flat() as readonly Json[] }
}
