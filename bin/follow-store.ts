// Follow store: what is written into the database from now on, by whatever process, until Ctrl-C.

import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from '../config/config.ts'
import type { Store } from '../store/store.ts'
import { watchInterrupts } from './interrupts.ts'
import type { Io } from './io.ts'
import { readStore } from './project.ts'

/** How often the database is looked at for more. */
const LOOK_MS = 250
const MOST_AT_ONCE = 500

interface Source<T extends { readonly id: number }> {
  newest(store: Store): readonly T[]
  /** The first ones after an id, in order. */
  list(store: Store, after: number, limit: number): readonly T[]
  print(item: T): void
}

/** Until Ctrl-C, or the time of --timeout. A database that does not exist yet is waited for. @param last id that is known */
export async function followStore<T extends { readonly id: number }>(
  config: Config,
  last: number | undefined,
  io: Io,
  source: Source<T>,
): Promise<void> {
  using interrupts = watchInterrupts(io.now)
  const enough = new AbortController()
  void interrupts.first.then(() => enough.abort())
  const signal = AbortSignal.any([enough.signal, io.signal])
  const pause = () => wait(LOOK_MS, undefined, { signal }).catch(() => undefined)
  while (!signal.aborted) {
    await readStore(config, undefined, async (store) => {
      let after = last ?? source.newest(store)[0]?.id ?? 0
      while (!signal.aborted) {
        for (const item of source.list(store, after, MOST_AT_ONCE)) {
          source.print(item)
          after = item.id
        }
        await pause()
      }
    })
    await pause()
  }
}
