// Mailbox: messages to actors that must outlive the process, in the order in which they were accepted.

import type { JsonObject } from '../json.ts'
import type { Db } from './database.ts'
import { toText } from './row.ts'
import type { Mailbox, NewMessage, StoredMessage } from './store.ts'
import { StoreError } from './store-error.ts'

interface MessageRow {
  id: string
  to: string
  message: string
  attempts: number
  at: number
}

export function openMailbox(db: Db): Mailbox {
  return {
    append: (message) => db.write('mailbox.append', () => append(db, message)),
    load: (to, limit) => db.read('mailbox.load', () => load(db, to, limit)),
    recipients: () =>
      db.read('mailbox.recipients', () =>
        db
          .all<{ path: string }>('select distinct recipient as path from mailbox order by recipient')
          .map(({ path }) => path),
      ),
    attempt: (id) => db.write('mailbox.attempt', () => attempt(db, id)),
    ack: (id) => db.write('mailbox.ack', () => ack(db, id)),
  }
}

export function append(db: Db, { id, to, message, at }: NewMessage): boolean {
  const { changes } = db.run(
    `insert into mailbox (id, recipient, message, at) values (@id, @to, @message, @at) on conflict (id) do nothing`,
    { id, to, message: toText(message), at },
  )
  return changes === 1
}

export function ack(db: Db, id: string): void {
  db.run('delete from mailbox where id = @id', { id })
}

function load(db: Db, to: string, limit = -1): readonly StoredMessage[] {
  return db
    .all<MessageRow>(
      `select id, recipient as "to", message, attempts, at from mailbox where recipient = @to
        order by position limit @limit`,
      { to, limit },
    )
    .map((row) => ({ ...row, message: JSON.parse(row.message) as JsonObject }))
}

function attempt(db: Db, id: string): number {
  const row = db.get<{ attempts: number }>(
    'update mailbox set attempts = attempts + 1 where id = @id returning attempts',
    { id },
  )
  if (row) return row.attempts
  throw new StoreError('unknown-record', `There is no message ${id} in a mailbox.`)
}
