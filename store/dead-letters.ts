// Dead letters: messages that were given up, with every error they met. A person sends them again or drops them.

import type { SerializedError } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import type { DataOf, DomainEventType } from '../telemetry/domain-event-table.ts'
import { audit } from './audit.ts'
import type { Db } from './database.ts'
import { tell } from './events.ts'
import { ack, append } from './mailbox.ts'
import { toText } from './row.ts'
import type { DeadLetters, StoredDeadLetter, StoredMessage } from './store.ts'
import { StoreError } from './store-error.ts'

interface LetterRow {
  id: string
  to: string
  message: string
  reason: string
  errors: string
  at: number
}

const COLUMNS = 'id, recipient as "to", message, reason, errors, at'

export function openDeadLetters(db: Db): DeadLetters {
  return {
    add: (letter) => db.write('deadLetters.add', () => add(db, letter)),
    list: (filter) => db.read('deadLetters.list', () => list(db, filter)),
    count: () => db.read('deadLetters.count', () => db.get<{ n: number }>('select count(*) as n from dead_letters')!.n),
    find: (id) => db.read('deadLetters.find', () => find(db, id)),
    redrive: (id, who) => db.write('deadLetters.redrive', () => redrive(db, id, who)),
    drop: (id, who) => db.write('deadLetters.drop', () => drop(db, id, who)),
  }
}

function add(db: Db, letter: StoredDeadLetter): void {
  ack(db, letter.id)
  const { changes } = db.run(
    `insert into dead_letters (id, recipient, message, reason, errors, at)
     values (@id, @to, @message, @reason, @errors, @at) on conflict (id) do nothing`,
    {
      id: letter.id,
      to: letter.to,
      message: toText(letter.message),
      reason: letter.reason,
      errors: toText(letter.errors),
      at: letter.at,
    },
  )
  if (changes === 0) return
  const data = { message_type: String(letter.message.type), reason: letter.reason, errors: letter.errors.length }
  tellOf(db, 'message.given_up', letter, letter.at, data)
}

/** The message itself is what brought it about. */
function tellOf<T extends DomainEventType>(
  db: Db,
  type: T,
  { id, to, message }: Pick<StoredDeadLetter, 'id' | 'to' | 'message'>,
  at: number,
  data: DataOf<T>,
): void {
  const { correlationId, traceparent } = (message.meta ?? {}) as { correlationId?: string; traceparent?: string }
  const bot = /^\/bots\/([^/]+)/.exec(to)?.[1]
  tell(db, { type, at, bot, subject: to, traceparent, correlationId, causationId: id, data })
}

function list(db: Db, filter: { to?: string; limit?: number } = {}): readonly StoredDeadLetter[] {
  return db
    .all<LetterRow>(
      `select ${COLUMNS} from dead_letters where @to is null or recipient = @to order by position desc limit @limit`,
      { to: filter.to, limit: filter.limit ?? -1 },
    )
    .map(toLetter)
}

function find(db: Db, id: string): StoredDeadLetter | undefined {
  const row = db.get<LetterRow>(`select ${COLUMNS} from dead_letters where id = @id`, { id })
  return row && toLetter(row)
}

function redrive(db: Db, id: string, who: { by: string; at: number }): StoredMessage {
  const letter = take(db, id)
  const { to, message } = letter
  tellOf(db, 'message.redriven', letter, who.at, { by: who.by })
  append(db, { id, to, message, at: who.at })
  audit(db, { ...who, action: 'dead-letter.redrive', subject: id, details: { to } })
  return { id, to, message, at: who.at, attempts: 0 }
}

function drop(db: Db, id: string, who: { by: string; at: number }): void {
  const letter = take(db, id)
  const { to, reason } = letter
  tellOf(db, 'message.dropped', letter, who.at, { by: who.by, reason })
  audit(db, { ...who, action: 'dead-letter.drop', subject: id, details: { to, reason } })
}

function take(db: Db, id: string): StoredDeadLetter {
  const row = db.get<LetterRow>(`delete from dead_letters where id = @id returning ${COLUMNS}`, { id })
  if (row) return toLetter(row)
  throw new StoreError('unknown-record', `There is no dead letter ${id}.`)
}

function toLetter(row: LetterRow): StoredDeadLetter {
  return {
    ...row,
    message: JSON.parse(row.message) as JsonObject,
    errors: JSON.parse(row.errors) as SerializedError[],
  }
}
