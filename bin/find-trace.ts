// Find trace: the one that a person means by an id or by its first digits.

import { BotticelliError } from '../errors.ts'
import type { Store } from '../store/store.ts'

/** What is as short as this is more likely something else. */
const LEAST_DIGITS = 6

/**
 * A whole id is taken as it is, known or not.
 * @returns undefined for what is no beginning of a known one
 * @throws BotticelliError `not-found` when several begin so
 */
export function findTrace(store: Store, words: string): string | undefined {
  const digits = words.replace(/…$/, '').toLowerCase()
  if (!/^[\da-f]{1,32}$/.test(digits) || digits.length < LEAST_DIGITS) return undefined
  if (digits.length === 32) return digits
  const [only, ...others] = store.events.traces(digits)
  if (others.length === 0) return only
  throw new BotticelliError('not-found', `"${words}" is the beginning of several traces.`, {
    fix: `Write more of it: ${[only, ...others].join(', ')}`,
  })
}
