// Server events: what happens to the server and its actors, told to the store. What its other calls change they tell
// themselves.
//
//   E1. Of actors that come and go with every run only their failures are told: the rest is in the events of the run.
//   E2. An event that the database cannot take is logged and counted, and stops nobody.

import { createHash } from 'node:crypto'
import type { NewEvent, Store } from '../store/store.ts'
import type { SupervisionEvent } from '../supervisor/index.ts'
import { eventError } from '../telemetry/domain-event-table.ts'
import { count } from '../telemetry/instruments.ts'
import { log } from '../telemetry/log.ts'
import { isStoreTrouble } from './insist.ts'

export interface ServerEvents {
  /** @param config all that configures it; only a hash of it is told */
  started(
    server: { readonly version: string; readonly pid: number; readonly bots: readonly string[] },
    config: object,
  ): void
  /** It goes on with another configuration, or with the same. */
  configured(config: object): void
  stopped(uptimeMs: number): void
  /** To be given to the system as its listener. */
  readonly hear: (event: SupervisionEvent) => void
}

export function serverEvents({ events }: Pick<Store, 'events'>, { now }: { now(): number }): ServerEvents {
  const tell = (event: NewEvent) => {
    try {
      events.add(event)
    } catch (err) {
      if (!isStoreTrouble(err)) throw err
      count('botticelli.events.lost', {})
      log('db.event_lost', { event_type: event.type, err })
    }
  }
  let known: string | undefined
  const changed = (before: string | undefined, config: string) => {
    known = config
    if (before !== undefined && before !== config) tell({ type: 'config.changed', at: now(), data: { config, before } })
  }
  return {
    started(server, config) {
      const before = latestHash(events)
      tell({ type: 'server.started', at: now(), data: { ...server, config: hashOf(config) } })
      changed(before, hashOf(config))
    },
    configured: (config) => changed(known, hashOf(config)),
    stopped: (uptimeMs) =>
      tell({ type: 'server.stopped', at: now(), data: { uptime_secs: Math.round(uptimeMs / 1_000) } }),
    hear(event) {
      const told = toldOf(event)
      if (told !== undefined) tell(told)
    },
  }
}

function hashOf(config: object): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 12)
}

/** Of the server before this one, the reloads in its life included. */
function latestHash(events: Store['events']): string | undefined {
  const [started, changed] = (['server.started', 'config.changed'] as const).map(
    (type) => events.list({ type, limit: 1 })[0],
  )
  const latest = (changed?.id ?? 0) > (started?.id ?? 0) ? changed : started
  return latest?.data.config as string | undefined
}

/** E1. */
const SHORT_LIVED: ReadonlySet<string> = new Set(['execution', 'act', 'run'])

function toldOf(event: SupervisionEvent): NewEvent | undefined {
  const { at, path, kind, incarnation } = event
  const bot = /^\/bots\/([^/]+)/.exec(path)?.[1]
  const common = { at, subject: path, bot }
  const lives = !SHORT_LIVED.has(kind)
  switch (event.type) {
    case 'started':
      return lives && incarnation === 1 ? { type: 'actor.started', ...common, data: { kind, incarnation } } : undefined
    case 'stopped':
      return lives ? { type: 'actor.stopped', ...common, data: { kind, reason: event.reason } } : undefined
    case 'crashed': {
      const data = { kind, incarnation, error: eventError(event.error) }
      return { type: 'actor.crashed', ...common, traceparent: event.traceparent, data }
    }
    case 'restarted':
      return { type: 'actor.restarted', ...common, data: { kind, incarnation, restarts: event.restarts } }
    case 'escalated':
      return { type: 'actor.escalated', ...common, data: { kind } }
    case 'hung':
      return { type: 'actor.hung', ...common, data: { kind, busy_ms: event.busyMs } }
    case 'paused':
      return { type: 'actor.paused', ...common, data: { kind, reason: event.reason } }
    case 'resumed-by-hand':
      return { type: 'actor.resumed', ...common, data: { kind } }
    default:
      return undefined
  }
}
