import { expect, test } from 'vitest'
import { callsInFlight } from '../../actors/calls-in-flight.ts'
import type { Clock } from '../../supervisor/index.ts'

/** A clock whose timers run when the test says so. */
function manualClock() {
  const timers = new Set<() => void>()
  const clock: Clock = {
    now: () => 0,
    setTimeout: (run) => {
      timers.add(run)
      return run
    },
    clearTimeout: (run) => void timers.delete(run as () => void),
  }
  return { clock, timers }
}

test('settles with the last call, however it ended, and leaves no timer', async () => {
  const { clock, timers } = manualClock()
  const calls = callsInFlight(clock)
  const [good, bad] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
  expect(calls.track(good.promise)).toBe(good.promise)
  calls.track(bad.promise).catch(() => {})
  let isSettled = false
  const settled = calls.settled().then(() => {
    isSettled = true
  })
  good.resolve('yes')
  await good.promise
  expect(isSettled).toBe(false)
  bad.reject(new Error('no'))
  await settled
  expect(timers.size).toBe(0)
})

test('a call that does not end is not waited for longer than its limit', async () => {
  const { clock, timers } = manualClock()
  const calls = callsInFlight(clock)
  void calls.track(new Promise(() => {}))
  const settled = calls.settled()
  for (const run of timers) run()
  await settled
})
