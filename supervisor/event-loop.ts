// Event loop: how long timers and sockets of this thread have been kept waiting by microtasks of ours.
//
// There is one loop a thread, so this is the module's own and not an object's: actors that answer each other out of
// promises, or a supervisor whose child never starts, make many short runs, and only together they starve the loop.

/** How long microtasks may follow each other without a look at timers and sockets. */
const LONGEST_RUN_MS = 8

/** When microtasks of ours began to run since the event loop last turned. */
let since: number | undefined

/** Whether the loop has waited long enough. To be asked now and then while there is something to do. */
export function keepsLoopWaiting(): boolean {
  const now = performance.now()
  if (since !== undefined) return now - since > LONGEST_RUN_MS
  since = now
  setImmediate(() => {
    since = undefined
  })
  return false
}

/** Settles when the event loop has turned. */
export function nextTurnOfLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
