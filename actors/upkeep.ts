// Upkeep: keeps the database from growing without end.
//
//   U1. What is older than the retention time is forgotten in small pieces, so that nobody waits for long.
//   U2. While the database takes nothing, it waits like everybody else.

import { fromCallback } from 'xstate'
import type { RetentionBounds } from '../store/store.ts'
import type { ActorSpec } from '../supervisor/index.ts'
import { count } from '../telemetry/instruments.ts'
import { isStoreTrouble } from './insist.ts'
import type { Services } from './services.ts'

const ROUND_MS = 3_600_000
const PIECE = 200
const PAUSE_MS = 50

/** After how long records are forgotten. */
interface Retention {
  readonly recordsMs: number
  readonly ledgerMs: number
  readonly contentMs?: number
}

export function upkeepSpec(retention: () => Retention, { store, clock }: Pick<Services, 'store' | 'clock'>): ActorSpec {
  return {
    id: 'upkeep',
    kind: 'upkeep',
    start: (scope) => ({
      logic: fromCallback(() => {
        let timer = scope.clock.setTimeout(work, PAUSE_MS)
        function work(): void {
          timer = scope.clock.setTimeout(work, forgetSome() ? PAUSE_MS : ROUND_MS)
        }
        return () => scope.clock.clearTimeout(timer)
      }),
    }),
  }

  /** @returns whether there is more to forget */
  function forgetSome(): boolean {
    try {
      const now = clock.now()
      const bounds = boundsOf(retention(), now)
      const { executions, more } = store.maintenance.prune({ ...bounds, now, limit: PIECE })
      count('botticelli.narrative.runs_pruned', {}, executions)
      if (!more) store.maintenance.checkpoint()
      return more
    } catch (error) {
      if (!isStoreTrouble(error)) throw error
      return false
    }
  }
}

/** What is older may be forgotten. */
export function boundsOf({ recordsMs, ledgerMs, contentMs }: Retention, now: number): RetentionBounds {
  return {
    at: now - recordsMs,
    ledgerAt: now - ledgerMs,
    ...(contentMs !== undefined && { contentAt: now - contentMs }),
  }
}
