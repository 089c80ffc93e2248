// Drain: the bots finish what they do, and nothing new is begun.

import { type ActorSystem, systemClock } from '../supervisor/index.ts'

/** States of a bot. */
const AT_WORK: ReadonlySet<string | undefined> = new Set(['recovering', 'running'])

/** Ends the schedules, then waits until no bot is at work, or the time is up. */
export async function drain(system: ActorSystem, drainMs: number): Promise<void> {
  await system.terminateChild('/', 'scheduler')
  // What is told to a bot from now on waits in the store for the next start.
  for (const { path, kind } of [...system.records()]) if (kind === 'bot') system.pause(path, { reason: 'shutdown' })
  // One that goes on with what an earlier life has left is at work as well.
  const isBusy = () => [...system.records()].some(({ kind, value }) => kind === 'bot' && AT_WORK.has(value))
  const deadline = systemClock.now() + drainMs
  while (isBusy() && systemClock.now() < deadline) {
    await new Promise((resolve) => systemClock.setTimeout(() => resolve(undefined), 50))
  }
}
