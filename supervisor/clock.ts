// Clock: where the runtime takes its time from.
//
// Owns nothing but the three calls. Handed in everywhere, so that tests turn the hands themselves.

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  setTimeout(run: () => void, ms: number): unknown
  clearTimeout(handle: unknown): void
}

/** A timer of Node holds at most 2^31 - 1 ms; longer ones would fire at once. */
const LONGEST_TIMEOUT_MS = 2_147_483_647

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => setTimeout(run, Math.min(ms, LONGEST_TIMEOUT_MS)),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
}
