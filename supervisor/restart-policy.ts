// Restart policy: what to do about an exit, decided from values alone.
//
// Owns OTP's restart arithmetic, the table of restart types, which children a strategy takes down with a crashed one,
// and the length of a back-off. Keeps no time and no history: the caller hands both in.

import { type Exit, isNormal } from './exit.ts'
import type { AutoShutdown, Backoff, PolicyRule, Restart, RestartLimit, Strategy } from './spec-words.ts'

/** Whether a child that ended so is started again. OTP's table: permanent always, transient after a crash, temporary never. */
export function comesBack(restart: Restart, exit: Exit): boolean {
  if (restart === 'temporary') return false
  return restart === 'permanent' || !isNormal(exit)
}

/**
 * Counts one more restart, by OTP's `add_restart`: one exactly `periodMs` old still counts, and one more than
 * `intensity` within the period is too many. The history, oldest first, is changed in place: what has left the
 * window goes, `now` is added.
 *
 * @returns whether the restart is allowed
 */
export function addRestart(history: number[], now: number, intensity: number, periodMs: number): boolean {
  const from = now - periodMs
  let old = 0
  while (old < history.length && history[old]! < from) old++
  if (old > 0) history.splice(0, old)
  history.push(now)
  return history.length <= intensity
}

/** The same for one child's own limit; without a window nothing is ever forgotten. */
export function addLimited(history: number[], now: number, limit: RestartLimit): boolean {
  return addRestart(history, now, limit.maxRestarts, limit.withinMs ?? Number.POSITIVE_INFINITY)
}

/** The children that go down and come back together when the one at `index` of `count` crashes: from, up to but not including. */
export function groupOf(strategy: Strategy, index: number, count: number): readonly [from: number, to: number] {
  if (strategy === 'one_for_all') return [0, count]
  if (strategy === 'rest_for_one') return [index, count]
  return [index, index + 1]
}

/** Whether the end of a child, not followed by a restart, ends its supervisor. `othersAlive`: significant ones that run or are being restarted. */
export function endsSupervisor(autoShutdown: AutoShutdown, significant: boolean, othersAlive: () => boolean): boolean {
  if (autoShutdown === 'never' || !significant) return false
  return autoShutdown === 'any_significant' || !othersAlive()
}

const DEFAULT_JITTER = 0.2

/**
 * Delay before a restart, in ms: doubles with each attempt up to `maxMs`, then grows by up to `jitter` of itself, so that
 * children which fell together do not come back together.
 *
 * @param attempt from 0
 * @param random 0 to 1
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffDelayMs(attempt: number, backoff: Backoff, random: number): number {
  // 2^1023 is the largest power of two a number holds; far below it the cap has long been reached.
  const doubled = backoff.minMs * 2 ** Math.min(attempt, 1_023)
  return Math.min(backoff.maxMs, doubled) * (1 + random * (backoff.jitter ?? DEFAULT_JITTER))
}

/** How long a life must last for the next delay to start again from the minimum. */
export function resetAfterMs(backoff: Backoff): number {
  return backoff.resetAfterMs ?? (backoff.minMs + backoff.maxMs) / 2
}

/**
 * The rule for this error; none means the error is not the actor's own business.
 * @param threw hears of a test that throws; it does not match
 */
export function ruleFor(
  rules: readonly PolicyRule[] | undefined,
  error: unknown,
  threw: (error: unknown) => void,
): PolicyRule | undefined {
  return rules?.find(({ on }) => matches(on, error, threw))
}

function matches(on: PolicyRule['on'], error: unknown, threw: (error: unknown) => void): boolean {
  if (typeof on !== 'function') return on.some((name) => isNamed(error, name))
  try {
    return on(error)
  } catch (thrown) {
    threw(thrown)
    return false
  }
}

function isNamed(error: unknown, name: string): boolean {
  if (name === '*') return true
  const { name: own, code } = (error ?? {}) as { name?: unknown; code?: unknown }
  return own === name || code === name
}

/** The partition of a key among `partitions`: an integer's absolute value modulo them, any other key by a stable hash. */
export function partitionFor(key: unknown, partitions: number): number {
  if (typeof key === 'number' && Number.isInteger(key)) return Math.abs(key) % partitions
  let hash = 0x811c9dc5
  for (const character of String(key)) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193) >>> 0
  return hash % partitions
}
