// Repeats: keeps a line that comes again and again from filling the log.
//
//   R1. Of a line, `BURST` are written in a window; the next one after the window says how many were left out.
//   R2. At most `MAX_KEYS` lines are told apart; the oldest is forgotten first.

export interface Repeats {
  /** How many were left out before this one; undefined when this one is left out as well. */
  take(key: string): number | undefined
  /** All that were left out so far. */
  readonly leftOut: number
}

/** @param now milliseconds that never go back */
export function openRepeats(now: () => number): Repeats {
  const seen = new Map<string, { since: number; written: number; leftOut: number }>()
  let leftOut = 0
  return {
    get leftOut() {
      return leftOut
    },
    take(key) {
      const at = now()
      const known = seen.get(key)
      if (known === undefined || at - known.since >= WINDOW_MS) {
        seen.delete(key)
        seen.set(key, { since: at, written: 1, leftOut: 0 })
        if (seen.size > MAX_KEYS) seen.delete(seen.keys().next().value!)
        return known?.leftOut ?? 0
      }
      if (known.written < BURST) {
        known.written += 1
        return 0
      }
      known.leftOut += 1
      leftOut += 1
      return undefined
    },
  }
}

const WINDOW_MS = 10_000
const BURST = 5
const MAX_KEYS = 500
