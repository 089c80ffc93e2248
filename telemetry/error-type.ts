// Error type: the one low-cardinality word for what went wrong, the same in labels, spans and logs.

import { BotticelliError } from '../errors.ts'

/** The code of a BotticelliError; else the system's code (`ECONNREFUSED`), else the class, else `_other`. */
export function errorTypeOf(thrown: unknown): string {
  if (thrown instanceof BotticelliError) return thrown.code
  if (!(thrown instanceof Error)) return '_other'
  const { code } = thrown as { code?: unknown }
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(code)) return code
  return /^[A-Za-z]{1,40}$/.test(thrown.name) ? thrown.name : '_other'
}
