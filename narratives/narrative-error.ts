// Narrative error: what the functions of this folder throw.

import { BotticelliError, type ErrorCode, type ErrorDetails } from '../errors.ts'
import type { Diagnostic } from './diagnostic.ts'

/** A narrative, a placeholder in it or an answer to it cannot be used. */
export class NarrativeError extends BotticelliError {
  /** Everything found in the file, warnings too; empty when no file was being read. */
  readonly diagnostics: readonly Diagnostic[]

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, diagnostics: readonly Diagnostic[] = []) {
    super(code, message, details)
    this.diagnostics = diagnostics
  }

  /** Of several errors the first gives code, message and place. */
  static of(diagnostics: readonly Diagnostic[]): NarrativeError {
    const errors = diagnostics.filter((one) => one.severity === 'error')
    const first = errors[0]
    if (first === undefined) throw new TypeError('NarrativeError.of needs at least one error')
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
    const { fix, place } = first
    const details = { place, ...(fix !== undefined && { fix }) }
    return new NarrativeError(first.code, `${first.message}${more}`, details, diagnostics)
  }
}
