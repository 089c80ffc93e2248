// Audit: who did what, for everything that a person does to the store. Lines are added and never changed.

import type { JsonObject } from '../json.ts'
import type { Db } from './database.ts'
import { toText } from './row.ts'

/** To be called in the write that it tells of. */
export function audit(
  db: Db,
  entry: { by: string; action: string; subject: string; details: JsonObject; at: number },
): void {
  db.run('insert into audit (at, who, action, subject, details) values (@at, @who, @action, @subject, @details)', {
    at: entry.at,
    who: entry.by,
    action: entry.action,
    subject: entry.subject,
    details: toText(entry.details),
  })
}
