// Diagnostic: one thing that is wrong, or odd, in a file that a person wrote.
//
//   D1. Every diagnostic has a place: line and column count from 1, the end is exclusive.
//   D2. An error makes the file unusable for what was asked; a warning never does.

import type { ErrorCode, Place } from '../errors.ts'

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
