// Diagnostic: one thing that is wrong, or odd, in a file that a person wrote.
//
//   D1. Every diagnostic has a place: line and column count from 1, the end is exclusive.
//   D2. An error makes the file unusable for what was asked; a warning never does.

import { BotticelliError, type ErrorCode, type Place } from '../errors.ts'

export interface Diagnostic {
  readonly code: ErrorCode
  readonly severity: 'error' | 'warning'
  /** One sentence, without the place. */
  readonly message: string
  readonly place: Place
  readonly end: { readonly line: number; readonly column: number }
  /** Dotted path of the key, such as `acts.hook.input[0].limit`; empty for the whole file. */
  readonly path: string
  /** A remark to stand beside the marked text, such as the nearest known name. */
  readonly hint?: string
  /** What to do, where it is more than the code's own advice. */
  readonly fix?: string
}

/** A narrative cannot be used. Of several diagnostics the first gives code, message and place. */
export class NarrativeError extends BotticelliError {
  readonly diagnostics: readonly Diagnostic[]

  constructor(
    code: ErrorCode,
    message: string,
    details: ConstructorParameters<typeof BotticelliError>[2] = {},
    diagnostics: readonly Diagnostic[] = [],
  ) {
    super(code, message, details)
    this.diagnostics = diagnostics
  }

  static of(diagnostics: readonly Diagnostic[]): NarrativeError {
    const errors = diagnostics.filter((one) => one.severity === 'error')
    const first = errors[0] ?? diagnostics[0]
    if (first === undefined) throw new TypeError('NarrativeError.of needs at least one diagnostic')
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
    const { fix, place } = first
    return new NarrativeError(
      first.code,
      `${first.message}${more}`,
      { place, ...(fix !== undefined && { fix }) },
      diagnostics,
    )
  }
}
