// Patient clock: a wait that an actor has set itself is a sign of life.
//
// A provider may ask for an hour's patience, and a full disk is waited out: neither is a hang.

import type { Clock } from '../supervisor/index.ts'

const SLICE_MS = 30_000

/** A clock whose timers call `beat` now and then while they wait. */
export function patientClock(clock: Clock, beat: () => void): Clock {
  return {
    now: () => clock.now(),
    setTimeout(run, ms) {
      const dueAt = clock.now() + ms
      const wait: { handle: unknown } = { handle: undefined }
      const next = () => {
        const leftMs = dueAt - clock.now()
        if (leftMs <= SLICE_MS) wait.handle = clock.setTimeout(run, Math.max(0, leftMs))
        else wait.handle = clock.setTimeout(goOn, SLICE_MS)
      }
      const goOn = () => {
        beat()
        next()
      }
      next()
      return wait
    },
    clearTimeout: (wait) => clock.clearTimeout((wait as { handle: unknown } | undefined)?.handle),
  }
}
