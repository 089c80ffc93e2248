// Retention: which old records are forgotten, and which never are, however old.
//
//   R1. What is owed stays: a run that has not ended, one that holds a row which it may have published, one with a command
//       in doubt, content that nobody has decided on.
//   R2. What `prunable` counts is what `prune` forgets, piece by piece.

import { forgetContent, forgettable } from './content/forget-content.ts'
import type { Db } from './database.ts'
import { UNDECIDED } from './effects.ts'
import { tell } from './events.ts'
import { forgetUnusedMedia } from './media.ts'
import type { Maintenance, Prunable, Pruned, RetentionBounds } from './store.ts'
import { forgetUnused } from './versions.ts'

const PRUNED_AT_ONCE = 500
/** Some 50 MB. */
const KEPT_EVENTS = 200_000

interface Rule {
  readonly table: string
  readonly key: string
  /** What is looked through, where that is not the whole table. */
  readonly among?: string
  readonly when: string
  /** The first are forgotten first. */
  readonly order: string
}

/** R1. Of executions that have ended. */
const OWED = `exists (select 1 from row_claims where execution_id = executions.id)
  or exists (select 1 from effects where ${UNDECIDED}
    and (effects.execution_id = executions.id
      or (effects.execution_id > executions.id || '/' and effects.execution_id < executions.id || '0')))`

const RULES: Readonly<Record<Exclude<keyof Prunable, 'content'>, Rule>> = {
  // Acts, effects and nested executions go with their execution: the schema says `on delete cascade`.
  executions: {
    table: 'executions',
    key: 'id',
    when: `parent_id is null and ended_at < @at and not (${OWED})`,
    order: 'ended_at',
  },
  deadLetters: { table: 'dead_letters', key: 'id', when: 'at < @at', order: 'at' },
  answers: { table: 'cached_answers', key: 'key', when: 'expires_at < @at', order: 'expires_at' },
  generations: { table: 'content_generations', key: 'rowid', when: 'ended_at < @at', order: 'ended_at' },
  // In the order in which they were told: one of a clock that was set back waits for those around it.
  events: {
    table: 'domain_events',
    key: 'id',
    among: '(select id, at from domain_events order by id limit @limit)',
    when: 'at < @at or id <= (select max(id) from domain_events) - @keptEvents',
    order: 'id',
  },
  ledger: { table: 'ledger', key: 'id', when: 'at < @ledgerAt', order: 'id' },
  reviews: { table: 'reviews', key: 'id', when: 'at < @ledgerAt', order: 'id' },
  audit: { table: 'audit', key: 'id', when: 'at < @ledgerAt', order: 'id' },
}

/** To be called in a write. */
export function prune(db: Db, bounds: Parameters<Maintenance['prune']>[0]): Pruned {
  const { limit = PRUNED_AT_ONCE, now, contentAt } = bounds
  const content = contentAt === undefined ? 0 : forgetContent(db, contentAt, limit)
  const { newest } = db.get<{ newest: number | null }>('select max(id) as newest from domain_events')!
  const gone = { ...each((rule) => forget(db, rule, { ...bounds, limit })), content }
  if (gone.executions > 0) {
    db.known.clear()
    forgetUnused(db)
    forgetUnusedMedia(db)
  }
  const counts = Object.values(gone)
  if (counts.some((count) => count > 0)) {
    const { deadLetters: dead_letters, ...rest } = gone
    // Also where all before it are gone, so that no id is given again.
    const id = newest === null ? undefined : newest + 1
    tell(db, { type: 'records.pruned', at: now, data: { ...rest, dead_letters } }, id)
  }
  return { ...gone, more: counts.some((count) => count >= limit) }
}

/** To be called in a read. */
export function prunable(db: Db, bounds: RetentionBounds): Prunable {
  const { contentAt } = bounds
  const content = contentAt === undefined ? 0 : forgettable(db, contentAt).length
  return { ...each((rule) => count(db, rule, { ...bounds, limit: -1 })), content }
}

function each<T>(of: (rule: Rule) => T) {
  return Object.fromEntries(Object.entries(RULES).map(([kind, rule]) => [kind, of(rule)])) as {
    readonly [K in keyof typeof RULES]: T
  }
}

type Limited = RetentionBounds & { readonly limit: number }

function forget(db: Db, { table, key, among = table, when, order }: Rule, bounds: Limited): number {
  const old = `select ${key} from ${among} where ${when} order by ${order} limit @limit`
  return db.run(`delete from ${table} where ${key} in (${old})`, paramsOf(bounds)).changes
}

function count(db: Db, { table, among = table, when }: Rule, bounds: Limited): number {
  return db.get<{ n: number }>(`select count(*) as n from ${among} where ${when}`, paramsOf(bounds))!.n
}

function paramsOf({ at, ledgerAt, keptEvents = KEPT_EVENTS, limit }: Limited) {
  return { at, ledgerAt, keptEvents, limit }
}
