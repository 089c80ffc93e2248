// Actor event metrics: what happens to messages and actors, counted by the kind of the actor as it happens.

import { count, record } from './instruments.ts'

/** The part of a supervisor's events that is counted. */
type CountedEvent = { readonly kind: string } & (
  | { readonly type: 'message'; readonly messageType: string; readonly attempt: number; readonly waitedMs: number }
  | { readonly type: 'handled'; readonly messageType: string; readonly durationMs: number; readonly ok: boolean }
  | { readonly type: 'dead-letter'; readonly letter: { readonly reason: string } }
  | { readonly type: 'hung' }
  | { readonly type: 'loop-blocked' }
)

const COUNTED: ReadonlySet<string> = new Set<CountedEvent['type']>([
  'message',
  'handled',
  'dead-letter',
  'hung',
  'loop-blocked',
])

/** Counts one event; lets those of other types pass. To be subscribed to the events of an actor system. */
export function countActorEvent(event: CountedEvent | { readonly type: string; readonly kind: string }): void {
  if (!isCounted(event)) return
  const actor_kind = event.kind
  switch (event.type) {
    case 'message':
      if (event.attempt === 1) count('botticelli.actor.messages.sent', { actor_kind, message_type: event.messageType })
      record('botticelli.actor.mailbox.wait', event.waitedMs / 1_000, { actor_kind })
      break
    case 'handled':
      count('botticelli.actor.messages.processed', {
        actor_kind,
        message_type: event.messageType,
        outcome: event.ok ? 'ok' : 'error',
      })
      record('messaging.process.duration', event.durationMs / 1_000, {
        'messaging.system': 'botticelli',
        'messaging.destination.template': actor_kind,
        'messaging.operation.name': 'process',
        'error.type': event.ok ? undefined : '_other',
      })
      break
    case 'dead-letter':
      count('botticelli.actor.dead_letters', { actor_kind, reason: event.letter.reason })
      break
    case 'hung':
      count('botticelli.actor.hung', { actor_kind })
      break
    case 'loop-blocked':
      count('botticelli.actor.loop_blocks', { actor_kind })
      break
  }
}

function isCounted(event: { readonly type: string }): event is CountedEvent {
  return COUNTED.has(event.type)
}
