// Schedules: when each bot is due next. Kept, so that a restart neither forgets nor repeats a run.

import type { Db } from './database.ts'
import type { Schedules } from './store.ts'

export function openSchedules(db: Db): Schedules {
  return {
    next: (bot) =>
      db.read(
        'schedules.next',
        () => db.get<{ dueAt: number }>('select due_at as dueAt from schedules where bot = @bot', { bot })?.dueAt,
      ),
    setNext: (bot, dueAt) =>
      db.write('schedules.setNext', () => {
        db.run(
          `insert into schedules (bot, due_at) values (@bot, @dueAt)
           on conflict (bot) do update set due_at = excluded.due_at`,
          { bot, dueAt },
        )
      }),
    all: () =>
      db.read('schedules.all', () =>
        db.all<{ bot: string; dueAt: number }>('select bot, due_at as dueAt from schedules order by due_at, bot'),
      ),
  }
}
