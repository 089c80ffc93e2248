// Insist: writes what must not be lost, however long the database cannot take it.
//
// An answer is paid for, a message is posted: a full disk or a locked file is then waited out, not passed on. Whoever
// is taken down meanwhile finds the question or the intent in the journal, and goes on from there.

import { BotticelliError } from '../errors.ts'
import type { Clock } from '../supervisor/index.ts'

const TROUBLES: ReadonlySet<string> = new Set([
  'store-busy',
  'store-full',
  'store-io',
  'store-read-only',
  'store-diverged',
])
const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 30_000

/** True of an error that says something about the disk or the file, and nothing about what was to be written. */
export function isStoreTrouble(error: unknown): boolean {
  return error instanceof BotticelliError && (TROUBLES.has(error.code) || isStoreTrouble(error.cause))
}

/** @throws what the write throws, if that is no trouble of the store; the trouble when the signal is aborted */
export async function insist<T>(write: () => T, clock: Clock, signal: AbortSignal): Promise<T> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return write()
    } catch (error) {
      if (!isStoreTrouble(error) || signal.aborted) throw error
      await pause(waitMs, clock, signal)
    }
  }
}

/** Ends early when the signal is aborted. */
export function pause(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clock.clearTimeout(timer)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const timer = clock.setTimeout(wake, ms)
    if (signal.aborted) wake()
    else signal.addEventListener('abort', wake, { once: true })
  })
}
