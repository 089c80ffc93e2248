// Exit codes: what a command tells the shell. `botticelli help exit-codes` is printed from here.

import type { ErrorCode } from '../errors.ts'

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  invalid: 3,
  notFound: 4,
  unreachable: 5,
  denied: 6,
  stopped: 7,
  partial: 8,
  timeout: 124,
  interrupted: 130,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export const EXIT_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, 'success; an empty list is success'],
  [EXIT.failed, 'it ran and failed'],
  [EXIT.usage, 'unknown command or flag, bad argument'],
  [EXIT.invalid, 'configuration or narrative invalid'],
  [EXIT.notFound, 'what was asked about does not exist'],
  [EXIT.unreachable, 'the server of this project does not answer'],
  [EXIT.denied, 'not permitted'],
  [EXIT.stopped, 'stopped by a safety gate: a confirmation is missing, a server already runs'],
  [EXIT.partial, 'some items of several failed; the result says which'],
  [EXIT.timeout, 'the time given with --timeout was over'],
  [EXIT.interrupted, 'interrupted'],
]

const BY_ERROR: Partial<Record<ErrorCode, ExitCode>> = {
  usage: EXIT.usage,
  'not-found': EXIT.notFound,
  'unknown-record': EXIT.notFound,
  'table-not-found': EXIT.notFound,
  'narrative-not-found': EXIT.notFound,
  'execution-not-found': EXIT.notFound,
  'narrative-ambiguous': EXIT.usage,
  'bad-config': EXIT.invalid,
  'toml-syntax': EXIT.invalid,
  'file-read': EXIT.invalid,
  'server-not-running': EXIT.unreachable,
  'server-unreachable': EXIT.unreachable,
  'server-running': EXIT.stopped,
  'execution-at-work': EXIT.stopped,
  'state-not-writable': EXIT.denied,
  'confirmation-missing': EXIT.stopped,
  'confirmation-required': EXIT.stopped,
  'timed-out': EXIT.timeout,
  'run-cancelled': EXIT.interrupted,
}

/** The exit code that says most about an error; what is not listed has failed, no more. */
export function exitCodeOf(code: string | undefined): ExitCode {
  return BY_ERROR[code as ErrorCode] ?? EXIT.failed
}
