// Supervision log: turns what supervisors decide into log lines.

import type { SupervisionEvent } from '../supervisor/index.ts'
import { log } from '../telemetry/log.ts'

/** To be given to the system as its listener. What happens to a bot is told under the bot's name as well. */
export function supervisionLog(
  server: { readonly bots: readonly { readonly name: string; readonly type: string }[] },
  { now }: { now(): number },
): (event: SupervisionEvent) => void {
  const startedAt = new Map<string, number>()
  return (event) => {
    logActor(event)
    if (event.kind !== 'bot') return
    const bot = event.path.slice('/bots/'.length)
    const bot_type = server.bots.find(({ name }) => name === bot)?.type ?? 'custom'
    if (event.type === 'started') startedAt.set(bot, now())
    logBot(event, { bot, bot_type, uptime_secs: Math.round((now() - (startedAt.get(bot) ?? now())) / 1_000) })
  }
}

function logBot(
  event: SupervisionEvent,
  { uptime_secs, ...bot }: { readonly bot: string; readonly bot_type: string; readonly uptime_secs: number },
): void {
  switch (event.type) {
    case 'started':
      log('bot.started', bot)
      break
    case 'restarting':
      log('bot.restarted', { ...bot, attempt: event.incarnation, reason: event.cause, delay_ms: event.delayMs })
      break
    case 'stopped':
      log('bot.stopped', { ...bot, uptime_secs, reason: event.reason })
      break
    case 'paused':
      log('bot.paused', { ...bot, reason: event.reason })
      break
    case 'resumed-by-hand':
      log('bot.resumed', bot)
      break
  }
}

function logActor(event: SupervisionEvent): void {
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
    case 'hung':
      log('actor.hung', { actor, kind, busy_ms: event.busyMs, message_type: event.messageType })
      break
    case 'loop-blocked':
      log('actor.loop_blocked', { actor, kind, noticed_after_ms: Math.round(event.noticedAfterMs) })
      break
    case 'fault':
      log('actor.fault', { actor, kind, what: event.what, err: event.error })
      break
    case 'handled':
      log('message.handled', { actor, message_type: event.messageType, duration_ms: event.durationMs, ok: event.ok })
      break
  }
}
