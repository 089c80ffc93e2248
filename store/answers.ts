// Answers: what models said, to be given again for a while to whoever asks the same.

import type { Db } from './database.ts'
import { fromText } from './row.ts'
import type { Answers, StoredAnswer } from './store.ts'

/** What is over is forgotten in passing, so many at a time; what is left of it, with the retention. */
const FORGOTTEN_AT_ONCE = 20

export function openAnswers(db: Db): Answers {
  return {
    find: (key, since) => db.read('answers.find', () => find(db, key, since)),
    keep: (key, kept) => db.join('answers.keep', () => keep(db, key, kept)),
  }
}

function find(db: Db, key: string, since: number): StoredAnswer | undefined {
  const row = db.get<{ answer: string }>('select answer from cached_answers where key = @key and at >= @since', {
    key,
    since,
  })
  return row && fromText<StoredAnswer>(row.answer)
}

function keep(db: Db, key: string, { answer, at, expiresAt }: Parameters<Answers['keep']>[1]): void {
  db.run(
    `delete from cached_answers where key in (
       select key from cached_answers where expires_at < @at order by expires_at limit @limit)`,
    { at, limit: FORGOTTEN_AT_ONCE },
  )
  db.run(
    `insert into cached_answers (key, answer, at, expires_at) values (@key, @answer, @at, @expiresAt)
     on conflict (key) do update set answer = excluded.answer, at = excluded.at, expires_at = excluded.expires_at`,
    { key, answer: JSON.stringify(answer), at, expiresAt },
  )
}
