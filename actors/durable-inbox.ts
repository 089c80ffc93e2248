// Durable inbox: messages to bots and dead letters in the store, as the actor runtime wants them kept.

import { serializeError } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import type { Store } from '../store/store.ts'
import type { Clock, DeadLetter, Delivered, InboxStore } from '../supervisor/index.ts'

/** Who sends a dead letter again, or drops it, is in the audit under this name. */
const BY = 'server'

/** @param expects as `InboxStore` has it */
export function durableInbox(
  { mailbox, deadLetters }: Store,
  clock: Clock,
  expects: (path: string) => boolean = () => false,
): InboxStore {
  return {
    expects,
    append(path, message) {
      mailbox.append({ id: message.meta.id, to: path, message: asJson(message), at: clock.now() })
    },
    load: (path) => mailbox.load(path).map(({ message, attempts }) => asMessage(message, attempts + 1)),
    attempt: (id) => forKnown(() => mailbox.attempt(id)),
    ack: (id) => mailbox.ack(id),
    giveUp({ id, to, message, reason, errors, at }: DeadLetter) {
      deadLetters.add({ id, to, message: asJson(message), reason, errors, at })
    },
    redrive(id) {
      if (deadLetters.find(id) === undefined) return undefined
      const { to, message } = deadLetters.redrive(id, { by: BY, at: clock.now() })
      return { to, message: asMessage(message, 1) }
    },
    drop: (id) => forKnown(() => deadLetters.drop(id, { by: BY, at: clock.now() })),
  }
}

function asJson(message: Delivered): JsonObject {
  return message as unknown as JsonObject
}

/** What has expired by being kept is due all the same: it was kept because it must not be lost. */
function asMessage(json: JsonObject, attempt: number): Delivered {
  const message = json as unknown as Delivered
  const { expiresAt: _, ...meta } = message.meta
  return { ...message, meta: { ...meta, attempt } }
}

/** False for what the store does not know. */
function forKnown(change: () => unknown): boolean {
  try {
    change()
    return true
  } catch (thrown) {
    if (serializeError(thrown).code === 'unknown-record') return false
    throw thrown
  }
}
