// Config error: the configuration cannot be used.

import { BotticelliError, type ErrorCode, type ErrorDetails } from '../errors.ts'
import type { Diagnostic } from '../narratives/diagnostic.ts'

export class ConfigError extends BotticelliError {
  /** What is wrong in botticelli.toml; empty when the fault is in the environment or a flag. */
  readonly diagnostics: readonly Diagnostic[]

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, diagnostics: readonly Diagnostic[] = []) {
    super(code, message, details)
    this.diagnostics = diagnostics
  }

  /** Of several, the first gives code, message and place. */
  static of(diagnostics: readonly Diagnostic[]): ConfigError {
    const errors = diagnostics.filter((one) => one.severity === 'error')
    const first = errors[0] ?? diagnostics[0]
    if (first === undefined) throw new TypeError('ConfigError.of needs at least one diagnostic')
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
    const fix = first.fix === undefined ? {} : { fix: first.fix }
    return new ConfigError(first.code, `${first.message}${more}`, { place: first.place, ...fix }, diagnostics)
  }
}
