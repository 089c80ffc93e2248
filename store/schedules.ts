// Schedules: when each bot is due next, and whether it is paused. Kept, so that a restart neither forgets nor repeats a run.

import { redactWithin } from '../telemetry/redaction.ts'
import { audit } from './audit.ts'
import type { Db } from './database.ts'
import { tell } from './events.ts'
import { present } from './row.ts'
import type { Schedules, StoredSchedule } from './store.ts'

type Row = { [K in keyof StoredSchedule]-?: Exclude<StoredSchedule[K], undefined> | null }

const COLUMNS = `bot, due_at as dueAt, nominal_at as nominalAt, definition, paused_at as pausedAt,
  paused_until as pausedUntil, pause_reason as pauseReason`

export function openSchedules(db: Db): Schedules {
  return {
    next: (bot) => db.read('schedules.next', () => find(db, bot)?.dueAt),
    setNext: (bot, dueAt) => db.write('schedules.setNext', () => save(db, { bot, dueAt })),
    find: (bot) => db.read('schedules.find', () => find(db, bot)),
    save: (schedule) => db.write('schedules.save', () => save(db, schedule)),
    all: () =>
      db.read('schedules.all', () =>
        db.all<{ bot: string; dueAt: number }>(
          'select bot, due_at as dueAt from schedules where due_at is not null order by due_at, bot',
        ),
      ),
    bots: () =>
      db.read('schedules.bots', () =>
        db.all<{ bot: string }>('select bot from schedules order by bot').map(({ bot }) => bot),
      ),
    forget: (bot) => db.write('schedules.forget', () => void db.run('delete from schedules where bot = @bot', { bot })),
    pause: (bot, pause) => db.write('schedules.pause', () => setPause(db, bot, pause)),
    resume: (bot, who) => db.write('schedules.resume', () => resume(db, bot, who)),
  }
}

function find(db: Db, bot: string): StoredSchedule | undefined {
  const row = db.get<Row>(`select ${COLUMNS} from schedules where bot = @bot`, { bot })
  return row && present<StoredSchedule>(row)
}

function save(db: Db, { bot, dueAt, nominalAt, definition }: Parameters<Schedules['save']>[0]): void {
  db.run(
    `insert into schedules (bot, due_at, nominal_at, definition) values (@bot, @dueAt, @nominalAt, @definition)
     on conflict (bot) do update set due_at = excluded.due_at, nominal_at = excluded.nominal_at,
       definition = excluded.definition`,
    { bot, dueAt, nominalAt, definition },
  )
}

function setPause(db: Db, bot: string, { at, until, reason, by }: Parameters<Schedules['pause']>[1]): void {
  db.run(
    `insert into schedules (bot, paused_at, paused_until, pause_reason) values (@bot, @at, @until, @reason)
     on conflict (bot) do update set paused_at = excluded.paused_at, paused_until = excluded.paused_until,
       pause_reason = excluded.pause_reason`,
    { bot, at, until, reason },
  )
  tell(db, { type: 'schedule.paused', at, bot, data: { by, reason: redactWithin(reason, 500), until } })
  audit(db, {
    by,
    at,
    action: 'schedule.pause',
    subject: bot,
    details: { ...(until !== undefined && { until }), reason },
  })
}

/**
 * What was due during the pause is not made up for: where something was, the pause is over but stays, without its reason,
 * until whoever keeps the schedule has gone on to the next due time.
 */
function resume(db: Db, bot: string, { by, at }: { by: string; at: number }): boolean {
  const { dueAt, pausedAt, pausedUntil, pauseReason } = find(db, bot) ?? {}
  const hidesDue = dueAt !== undefined && dueAt <= at
  const isOver = pausedUntil !== undefined && pausedUntil <= at
  if (pausedAt === undefined || (hidesDue && isOver)) return false
  db.run(
    `update schedules set paused_at = iif(@hidesDue, paused_at, null), paused_until = iif(@hidesDue, @at, null),
       pause_reason = null
      where bot = @bot`,
    { bot, at, hidesDue: Number(hidesDue) },
  )
  if (pauseReason === undefined) return true
  audit(db, { by, at, action: 'schedule.resume', subject: bot, details: {} })
  tell(db, { type: 'schedule.resumed', at, bot, data: { by } })
  return true
}
