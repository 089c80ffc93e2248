// Diagnosed error: a file that a person wrote cannot be used, and every fault of it is known.

import { BotticelliError, type ErrorCode, type ErrorDetails } from '../errors.ts'
import type { Diagnostic } from './diagnostic.ts'

type Details = [code: ErrorCode, message: string, details?: ErrorDetails, diagnostics?: readonly Diagnostic[]]

export class DiagnosedError extends BotticelliError {
  /** Everything found in the file, warnings too; empty when no file was being read. */
  readonly diagnostics: readonly Diagnostic[]

  constructor(...[code, message, details = {}, diagnostics = []]: Details) {
    super(code, message, details)
    this.diagnostics = diagnostics
  }

  /** Of several errors the first gives code, message and place. */
  static of<E extends DiagnosedError>(this: new (...details: Details) => E, diagnostics: readonly Diagnostic[]): E {
    const errors = diagnostics.filter((one) => one.severity === 'error')
    const first = errors[0]
    if (first === undefined) throw new TypeError('A DiagnosedError needs at least one error')
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
    const { fix, place } = first
    const details = { place, ...(fix !== undefined && { fix }) }
    return new this(first.code, `${first.message}${more}`, details, diagnostics)
  }
}
