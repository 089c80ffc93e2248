// Supervision log: turns what supervisors decide into log lines.

import type { SupervisionEvent } from '../supervisor/index.ts'
import { log } from '../telemetry/log.ts'

export function logSupervision(event: SupervisionEvent): void {
  const { path: actor, kind, incarnation } = event
  switch (event.type) {
    case 'started':
      log('actor.started', { actor, kind, incarnation })
      break
    case 'crashed':
      log('actor.crashed', { actor, kind, incarnation, err: event.error })
      break
    case 'restarting':
      log('actor.restarting', { actor, kind, delay_ms: event.delayMs, cause: event.cause })
      break
    case 'restarted':
      log('actor.restarted', { actor, kind, incarnation, restarts: event.restarts })
      break
    case 'escalated':
      log('actor.escalated', { actor, kind })
      break
    case 'stopped':
      log('actor.stopped', { actor, kind, reason: event.reason })
      break
    case 'dead-letter': {
      const { message, reason } = event.letter
      log('actor.dead_letter', {
        actor,
        kind,
        message_type: message.type,
        reason,
        message_id: message.meta.id,
        attempts: message.meta.attempt,
      })
      break
    }
    case 'handled':
      log('message.handled', { actor, message_type: event.messageType, duration_ms: event.durationMs, ok: event.ok })
      break
  }
}
