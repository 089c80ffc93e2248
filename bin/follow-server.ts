// Follow server: the lines that the running server keeps and those to come, over its restarts, until Ctrl-C.

import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from '../config/config.ts'
import { watchInterrupts } from './interrupts.ts'
import type { Io } from './io.ts'
import { followRunning, type Query } from './running-server.ts'

/** How often a server that has ended is looked for. */
const LOOK_MS = 250

/**
 * What it has kept; with `goesOn` also what comes, until Ctrl-C or the time of --timeout. A server that ends is waited for.
 * @throws BotticelliError `server-not-running`, `server-unreachable`
 */
export async function* followServer(
  config: Config,
  route: string,
  query: Query,
  { goesOn, io }: { readonly goesOn: boolean; readonly io: Io },
): AsyncIterable<string> {
  using interrupts = watchInterrupts(io.now)
  const enough = new AbortController()
  void interrupts.first.then(() => enough.abort())
  const signal = AbortSignal.any([enough.signal, io.signal])
  const begin = () => followRunning(config, route, { ...query, follow: String(goesOn) }, signal)
  let lines: AsyncIterable<string> | undefined = await begin()
  while (lines !== undefined) {
    yield* lines
    if (!goesOn || signal.aborted) return
    io.remark('(the server has ended; its next start is waited for)')
    lines = await nextOf(begin, signal)
  }
}

/** @returns undefined when `signal` comes first */
async function nextOf(begin: () => Promise<AsyncIterable<string>>, signal: AbortSignal) {
  while (!signal.aborted) {
    // One that is just starting or ending does not answer.
    const lines = await begin().catch(() => undefined)
    if (lines !== undefined) return lines
    await wait(LOOK_MS, undefined, { signal }).catch(() => undefined)
  }
  return undefined
}
