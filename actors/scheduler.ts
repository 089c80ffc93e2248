// Scheduler: tells bots to run when they are due.
//
//   S1. When a bot is due next is in the store before anyone waits for it, and changes in the transaction that tells the
//       bot to run: a restart neither forgets nor repeats a run.
//   S2. Of the times that passed while nobody ran, the timetable's policy makes none, one or as many runs.
//   S3. It looks at the store again at least every LOOK_MS: a pause or a changed clock is noticed without being told.
//   S4. While the database takes nothing, it waits.
//   S5. What was due during a pause is not made up for, however the pause ended.
//   S6. What is late outside the windows of the day waits for the next one.
//   S7. A bot that has not finished its last scheduled run is not told again: what is slow or down does not pile up runs.
//       One that is to catch up has MOST_AHEAD at most waiting; the others stay with the schedule, and none is left out.

import { fromCallback } from 'xstate'
import type { NewEvent, StoredSchedule } from '../store/store.ts'
import type { ActorSpec, Scope } from '../supervisor/index.ts'
import type { BotType } from '../telemetry/instrument-table.ts'
import { record } from '../telemetry/instruments.ts'
import { log } from '../telemetry/log.ts'
import type { BotMessage } from './bot.ts'
import { isStoreTrouble } from './insist.ts'
import type { Services } from './services.ts'
import {
  definitionOf,
  dueAfter,
  dueAfterNow,
  firstDue,
  isDefinedBy,
  jitterOf,
  nextDue,
  type Timetable,
  whenOpen,
} from './timetable.ts'

export interface Schedule extends Timetable {
  readonly bot: string
  readonly type: BotType
  /** Path of the bot. */
  readonly path: string
}

const LOOK_MS = 30_000
/** A run that is late by no more than this was not missed, it is only late. */
const LATE_MS = 60_000
const TROUBLE_WAIT_MS = 2_000
const MOST_AHEAD = 10
const AHEAD_WAIT_MS = 250
const MOST_SET_BACK_MS = 25 * 3_600_000

/** @param schedules asked when it starts */
export function schedulerSpec(schedules: () => readonly Schedule[], services: Services): ActorSpec {
  return {
    id: 'scheduler',
    kind: 'scheduler',
    start: (scope) => ({
      logic: fromCallback(() => {
        const stops = schedules().map((schedule) => keepRunning(schedule, services, scope))
        return () => {
          for (const stop of stops) stop()
        }
      }),
    }),
  }
}

/** Looks at the store, runs what is due and waits for what comes next, until it is stopped. */
function keepRunning(schedule: Schedule, services: Services, scope: Scope): () => void {
  const { clock } = scope
  let timer: unknown
  const look = () => {
    timer = clock.setTimeout(look, Math.max(0, Math.min(patiently(), LOOK_MS)))
  }
  look()
  return () => clock.clearTimeout(timer)

  /** S4. */
  function patiently(): number {
    try {
      return runIfDue(schedule, services, scope)
    } catch (error) {
      if (!isStoreTrouble(error)) throw error
      log('schedule.delayed', { bot: schedule.bot, err: error })
      return TROUBLE_WAIT_MS
    }
  }
}

/** @returns ms until there may be something to do again */
function runIfDue(schedule: Schedule, services: Services, scope: Scope): number {
  const { store } = services
  const now = scope.clock.now()
  const stored = known(schedule, services, now)
  if (stored.dueAt === undefined) return LOOK_MS
  if (isPaused(stored, now)) return (stored.pausedUntil ?? Number.POSITIVE_INFINITY) - now
  if (stored.dueAt > now) {
    if (stored.pausedAt !== undefined) store.schedules.resume(schedule.bot, { by: 'schedule', at: now })
    return stored.dueAt - now
  }

  const nominal = stored.nominalAt ?? stored.dueAt
  const lagMs = now - stored.dueAt
  const wasPaused = stored.pausedUntil !== undefined && stored.dueAt <= stored.pausedUntil
  const isLate = lagMs > LATE_MS
  const policy = wasPaused ? 'skip' : schedule.missed
  const unfinished = unfinishedRuns(schedule, services)
  if (policy === 'catch-up' && unfinished >= MOST_AHEAD) return AHEAD_WAIT_MS
  const { next, missed: passed } =
    policy === 'catch-up' ? { next: dueAfter(schedule, nominal), missed: 0 } : dueAfterNow(schedule, nominal, now)
  const runs = !(policy === 'skip' && (isLate || wasPaused)) && (policy === 'catch-up' || unfinished === 0)
  const opensAt = whenOpen(schedule, now)
  if (runs && isLate && opensAt > now) {
    store.schedules.save({ ...entry(schedule, nominal), dueAt: opensAt })
    logNext(schedule.bot, opensAt)
    return opensAt - now
  }
  const missed = (runs ? 0 : 1) + passed
  const tell = (event: Pick<NewEvent, 'type' | 'data'>) => store.events.add({ ...event, at: now, bot: schedule.bot })
  store.together(() => {
    store.schedules.save(entry(schedule, next))
    if (stored.pausedAt !== undefined) store.schedules.resume(schedule.bot, { by: 'schedule', at: now })
    if (missed > 0) tell({ type: 'schedule.missed', data: { missed, policy } })
    if (runs) {
      tell({ type: 'schedule.triggered', data: { lag_ms: lagMs } })
      scope.tell(schedule.path, { type: 'bot.run', run: services.newId(), trigger: 'schedule' } as BotMessage)
    }
  })
  logNext(schedule.bot, next)
  if (missed > 0) log('schedule.missed', { bot: schedule.bot, missed, policy })
  if (!runs) return 0
  record('botticelli.schedule.lag', lagMs / 1000, { bot_type: schedule.type })
  log('schedule.triggered', { bot: schedule.bot, lag_ms: lagMs })
  return 0
}

/** The message stays in the mailbox until its run has ended. */
function unfinishedRuns({ path }: Schedule, { store }: Services): number {
  const isScheduled = (message: BotMessage) => message.type === 'bot.run' && message.trigger === 'schedule'
  return store.mailbox.load(path).filter(({ message }) => isScheduled(message as unknown as BotMessage)).length
}

/** What is stored; begun anew when the timetable is another one than it was. */
function known(schedule: Schedule, { store }: Services, now: number): StoredSchedule {
  const stored = store.schedules.find(schedule.bot)
  if (stored !== undefined && isDefinedBy(schedule, stored.definition) && !isAstray(schedule, stored, now))
    return stored
  const first = stored?.definition === undefined ? firstDue(schedule, now) : nextDue(schedule, stored.definition, now)
  store.schedules.save(entry(schedule, first))
  logNext(schedule.bot, first)
  return store.schedules.find(schedule.bot)!
}

/** Further ahead than a timetable ever looks: the clock was wrong when it was computed. */
function isAstray(schedule: Schedule, { nominalAt }: StoredSchedule, now: number): boolean {
  const next = schedule.at === undefined ? dueAfter(schedule, now) : undefined
  if (next === undefined || nominalAt === undefined || nominalAt <= next) return false
  return nominalAt - next > Math.max(LATE_MS, patienceMs(schedule, next))
}

/** A clock that was set back a little is no reason to run again what has run at its hour. */
function patienceMs(schedule: Schedule, next: number): number {
  if (schedule.cron === undefined) return 0
  const period = (dueAfter(schedule, next) ?? Number.POSITIVE_INFINITY) - next
  return Math.min(period, MOST_SET_BACK_MS)
}

/** Its jitter is drawn here, once, and stored with it. */
function entry(schedule: Schedule, nominalAt: number | undefined) {
  const { bot } = schedule
  const definition = definitionOf(schedule)
  if (nominalAt === undefined) return { bot, definition }
  return { bot, definition, nominalAt, dueAt: nominalAt + jitterOf(schedule, bot, nominalAt) }
}

function isPaused({ pausedAt, pausedUntil }: StoredSchedule, now: number): boolean {
  return pausedAt !== undefined && (pausedUntil === undefined || pausedUntil > now)
}

/** Without its jitter. */
function logNext(bot: string, dueAt: number | undefined): void {
  if (dueAt !== undefined) log('schedule.next', { bot, next_run: new Date(dueAt).toISOString() })
}
