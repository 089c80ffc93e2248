// Case clock: the time inside of a test, which begins when the test was recorded and goes on with the timers alone.

import { type Clock, systemClock } from '../../supervisor/index.ts'

/**
 * @param startsAt epoch ms
 * @param speed how much faster than real time timers run: what was recorded needs no waiting for
 */
export function createCaseClock(startsAt: number, speed: number): Clock {
  let now = startsAt
  return {
    now: () => now,
    setTimeout(run, ms) {
      const due = now + ms
      return systemClock.setTimeout(() => {
        now = Math.max(now, due)
        run()
      }, ms / speed)
    },
    clearTimeout: systemClock.clearTimeout,
  }
}
