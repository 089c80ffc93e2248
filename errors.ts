// Errors: the base class of every error that an operator may meet, and the list of their codes.
//
// Owns the vocabulary of failure. Every other folder raises these; this file knows none of them.
//
//   E1. A code, once released, keeps its meaning and is never used for another.
//   E2. docs/errors.md is printed from CODES; a test holds the two together.

export interface CodeEntry {
  /** What happened, in one sentence. */
  readonly summary: string
  /** What the reader can do about it. */
  readonly fix: string
}

export const CODES = {
  // --- narrative files: reading and structure
  'file-read': {
    summary: 'A file does not exist or cannot be read.',
    fix: 'Check the path and the permissions of the file.',
  },
  'toml-syntax': { summary: 'The file is not valid TOML.', fix: 'Mend the line that the message points at.' },
  'bad-type': { summary: 'A key has a value of the wrong type.', fix: 'Give the key a value of the expected type.' },
  'missing-key': { summary: 'A required key is missing.', fix: 'Add the key.' },
} as const satisfies Record<string, CodeEntry>

export type ErrorCode = keyof typeof CODES

/** A position in a file that a person wrote. Line and column count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface ErrorDetails {
  readonly cause?: unknown
  /** What to do about this very case; without it the fix of the code is shown. */
  readonly fix?: string
  readonly place?: Place
  /** True if the same call may succeed when made again. Default false. */
  readonly retryable?: boolean
  /** Not before this many milliseconds, where the other side said so. */
  readonly retryAfterMs?: number
}

/** What went wrong, under a stable code, with a way out. The message is one or two full sentences without secrets. */
export class BotticelliError extends Error {
  readonly code: ErrorCode
  readonly fix: string
  readonly place: Place | undefined
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.code = code
    this.fix = details.fix ?? CODES[code].fix
    this.place = details.place
    this.retryable = details.retryable ?? false
    this.retryAfterMs = details.retryAfterMs
  }
}

/** An error as plain data, for a journal, a log or a message: nothing of it is lost in JSON. */
export interface SerializedError {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly retryable?: boolean
  readonly cause?: SerializedError
}

export function serializeError(thrown: unknown): SerializedError {
  if (!(thrown instanceof Error)) return { name: 'Error', message: String(thrown) }
  const { code, retryable } = thrown as { code?: unknown; retryable?: unknown }
  return {
    name: thrown.name,
    message: thrown.message,
    ...(typeof code === 'string' && { code }),
    ...(thrown.stack !== undefined && { stack: thrown.stack }),
    ...(typeof retryable === 'boolean' && { retryable }),
    ...(thrown.cause !== undefined && { cause: serializeError(thrown.cause) }),
  }
}
