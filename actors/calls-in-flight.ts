// Calls in flight: calls of models that have not ended, also those of actors that have.
//
// An actor that is taken down ends its call; what the call cost by then is known a moment later. Whoever closes the store
// or adds up the cost waits for that moment.

import type { Clock } from '../supervisor/index.ts'

export interface CallsInFlight {
  /** @returns the call */
  track<T>(call: Promise<T>): Promise<T>
  /** Settles when no call is in flight, or after a second: a connection that does not end must not keep a process. */
  settled(): Promise<void>
}

const LIMIT_MS = 1_000

export function callsInFlight(clock: Clock): CallsInFlight {
  const calls = new Set<Promise<unknown>>()
  return {
    track(call) {
      const ended = call.then(noted, noted)
      calls.add(ended)
      return call

      function noted(): void {
        calls.delete(ended)
      }
    },
    async settled() {
      const limit = Promise.withResolvers<void>()
      const timer = clock.setTimeout(() => limit.resolve(), LIMIT_MS)
      await Promise.race([Promise.all(calls), limit.promise])
      clock.clearTimeout(timer)
    },
  }
}
