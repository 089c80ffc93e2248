// Audit: who did what, for everything that a person does to the store or the server. Lines are added and never changed.
//
//   J1. A line has the trace of what it is about, else the one it was written in: it is found beside spans and log lines.

import type { JsonObject } from '../json.ts'
import { activeTraceparent, traceIdOf } from '../telemetry/trace-context.ts'
import type { Db } from './database.ts'
import { fromText, toText } from './row.ts'
import type { Audit, AuditFilter, AuditLine, NewAuditLine } from './store.ts'

export function openAudit(db: Db): Audit {
  return {
    add: (line) => db.write('audit.add', () => audit(db, line)),
    list: (filter) => db.read('audit.list', () => list(db, filter)),
  }
}

/** To be called in the write that it tells of. @param traceparent of what it is about */
export function audit(db: Db, line: NewAuditLine, traceparent: string | undefined = activeTraceparent()): void {
  const trace = traceIdOf(traceparent)
  db.run('insert into audit (at, who, action, subject, details) values (@at, @who, @action, @subject, @details)', {
    at: line.at,
    who: line.by,
    action: line.action,
    subject: line.subject,
    details: toText({ ...line.details, ...(trace !== undefined && { trace }) }),
  })
}

const DEFAULT_LIMIT = 100

interface Row extends Omit<AuditLine, 'details' | 'trace'> {
  readonly details: string
}

/** The latest that fit, the oldest of them first; with `after`, the first ones after it. */
function list(db: Db, { after, by, action, since, limit = DEFAULT_LIMIT }: AuditFilter = {}): readonly AuditLine[] {
  const rows = db.all<Row>(
    `select id, at, who as by, action, subject, details from audit
      where id > @after
        and (@by is null or who = @by)
        and (@action is null or action = @action or action glob @actions)
        and (@since is null or at >= @since)
      order by id ${after === undefined ? 'desc' : 'asc'} limit @limit`,
    { after: after ?? 0, by, action, actions: action === undefined ? undefined : `${action}.*`, since, limit },
  )
  const lines = rows.map(({ details, ...line }) => {
    const { trace, ...others } = fromText<JsonObject>(details) ?? {}
    return { ...line, details: others, ...(typeof trace === 'string' && { trace }) }
  })
  return after === undefined ? lines.toReversed() : lines
}
