// Watching: the watch of a server, which is there as long as the configuration names somebody to tell.

import { hostname } from 'node:os'
import type { BotHealthBook } from '../actors/bot-health.ts'
import type { Roster } from '../actors/roster.ts'
import { openWatch, type WatchOptions } from '../actors/watch.ts'
import type { Config, NotifyConfig } from '../config/config.ts'
import type { ActorSpec, ActorSystem, SupervisionEvent } from '../supervisor/index.ts'
import type { Foundation } from './foundation.ts'

export interface Watching {
  /** What belongs into the tree from its start. */
  readonly specs: readonly ActorSpec[]
  /** To be given to the system as its listener. */
  readonly hear: (event: SupervisionEvent) => void
  begin(system: ActorSystem): void
  /** Who is to be told may have changed since `before`. */
  reconfigured(before: Config): Promise<void>
  close(): Promise<void>
}

/** What notifications get at the end to go out. */
const LAST_WORDS_MS = 3_000

/** @param config as it is now */
export function openWatching(
  config: () => Config,
  { store, clock, denied }: Foundation,
  { roster, health }: { readonly roster: Roster; readonly health: BotHealthBook },
): Watching {
  const { notify } = config()
  let system: ActorSystem | undefined
  let watch = notify && open(notify)
  return {
    specs: watch === undefined ? [] : [watch.spec],
    hear: (event) => watch?.hear(event),
    begin(started) {
      system = started
    },
    async reconfigured({ notify: before }) {
      const { notify: next } = config()
      if (JSON.stringify(before) === JSON.stringify(next)) return
      // Of one that has nobody any more it tells nobody.
      if (watch !== undefined) watch.change(optionsOf(next ?? { ...before!, channels: [] }), LAST_WORDS_MS)
      else if (next !== undefined) {
        watch = open(next)
        await system?.startChild('/', watch.spec)
      }
    },
    close: async () => watch?.close(LAST_WORDS_MS),
  }

  function open(wanted: NotifyConfig) {
    return openWatch(optionsOf(wanted), () => system)
  }

  function optionsOf({ channels, repeatMs, mostPerHour, mute, ...limits }: NotifyConfig): WatchOptions {
    const { serviceName: service, environment } = config().telemetry
    const notifier = { channels, sender: { service, environment, host: hostname() }, repeatMs, mostPerHour, mute }
    const now = () => ({
      bots: roster.bots,
      budgets: config().models.budgets,
      postsLive: config().posting === 'live',
    })
    return { store, clock, health, notifier, now, denied, ...limits }
  }
}
