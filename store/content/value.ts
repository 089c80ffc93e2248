// Values on the border between JSON and SQLite: to the column's type on the way in, as JSON again on the way out.

import type { Json } from '../../json.ts'
import type { ColumnType } from '../store.ts'
import { epochToMs, parseTime, toIso } from '../time.ts'

export type Stored = string | number | bigint | null

export interface Coerced {
  readonly value: Stored
  /** What was wrong with the value, when it could not be kept as it is. */
  readonly warning?: string
}

/** The value as the column keeps it (narrative format, 19.6). */
export function coerce(value: Json | undefined, type: ColumnType): Coerced {
  if (value === null || value === undefined) return { value: null }
  return COERCIONS[type](value)
}

const COERCIONS: Record<ColumnType, (value: Exclude<Json, null>) => Coerced> = {
  text: (value) => ({ value: typeof value === 'string' ? value : JSON.stringify(value) }),
  integer: toNumber,
  real: toNumber,
  boolean: toBoolean,
  json: (value) => ({ value: JSON.stringify(value) }),
  'text-list': (value) =>
    Array.isArray(value)
      ? { value: JSON.stringify(value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)))) }
      : { value: '[]', warning: 'is not a list, an empty one was stored' },
  timestamp: toTimestamp,
}

function toNumber(value: Exclude<Json, null>): Coerced {
  if (typeof value === 'boolean') return { value: Number(value) }
  if (typeof value === 'number' && Number.isFinite(value)) return { value }
  if (typeof value === 'string') {
    const text = value.trim()
    if (/^[+-]?\d{1,18}$/.test(text)) return { value: BigInt(text) } // ids of platforms are longer than a number holds
    if (text !== '' && Number.isFinite(Number(text))) return { value: Number(text) }
  }
  return { value: null, warning: 'is not a number, NULL was stored' }
}

function toBoolean(value: Exclude<Json, null>): Coerced {
  if (typeof value === 'boolean') return { value: Number(value) }
  if (typeof value === 'number') return { value: Number(value !== 0) }
  if (typeof value === 'string' && /^(true|t|yes|y|1)$/i.test(value.trim())) return { value: 1 }
  if (typeof value === 'string' && /^(false|f|no|n|0)$/i.test(value.trim())) return { value: 0 }
  return { value: 0, warning: 'is neither true nor false, false was stored' }
}

function toTimestamp(value: Exclude<Json, null>): Coerced {
  const time = typeof value === 'number' ? epochToMs(value) : typeof value === 'string' ? parseTime(value) : undefined
  if (time !== undefined && Math.abs(time) <= 8.64e15) return { value: toIso(time) }
  return {
    value: typeof value === 'string' ? value : JSON.stringify(value),
    warning: 'is not a time that can be read, it was stored as it is',
  }
}

/** The stored value as JSON again. An integer that a number cannot hold comes as its digits. */
export function toJson(stored: Stored | Uint8Array, type: ColumnType): Json {
  if (stored === null) return null
  if (stored instanceof Uint8Array) return Buffer.from(stored).toString('base64')
  if (typeof stored === 'bigint') {
    if (type === 'boolean') return stored !== 0n
    const number = Number(stored)
    return Number.isSafeInteger(number) ? number : String(stored)
  }
  if (typeof stored === 'string' && (type === 'json' || type === 'text-list')) return parseOr(stored)
  return stored
}

/** Text that somebody else put into a JSON column stays text. */
function parseOr(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}
