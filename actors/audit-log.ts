// Audit log: what people do, as lines of the server's log, whatever process they did it in.
//
//   A1. Each line of the audit that was written since the server has started is told once, in order.

import { fromCallback } from 'xstate'
import type { ActorSpec } from '../supervisor/index.ts'
import { log } from '../telemetry/log.ts'
import { isStoreTrouble } from './insist.ts'
import type { Services } from './services.ts'

/** Commands write into the database and tell the server nothing. */
const LOOK_MS = 2_000
const MOST_AT_ONCE = 100

export function auditLogSpec({ store, clock }: Pick<Services, 'store' | 'clock'>): ActorSpec {
  let last = store.audit.list({ limit: 1 })[0]?.id ?? 0
  return {
    id: 'audit-log',
    kind: 'audit-log',
    start: () => ({
      logic: fromCallback(() => {
        let timer = clock.setTimeout(look, LOOK_MS)
        function look(): void {
          tellNew()
          timer = clock.setTimeout(look, LOOK_MS)
        }
        return () => {
          clock.clearTimeout(timer)
          tellNew()
        }
      }),
    }),
  }

  function tellNew(): void {
    try {
      for (const { id, by: user, at, action, subject, details, trace } of store.audit.list({
        after: last,
        limit: MOST_AT_ONCE,
      })) {
        const about = { user, action, subject, details, at: new Date(at).toISOString() }
        log('audit.recorded', { ...about, ...(trace !== undefined && { of_trace: trace }) })
        last = id
      }
    } catch (error) {
      if (!isStoreTrouble(error)) throw error
    }
  }
}
