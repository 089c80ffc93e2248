// schedule list, preview, pause, resume: when bots are due.

import {
  dueAfter,
  dueAfterNow,
  firstDue,
  isDefinedBy,
  jitterOf,
  nextDue,
  type Timetable,
} from '../../actors/timetable.ts'
import type { BotConfig, Config } from '../../config/config.ts'
import { duration as durationAsSet, windowList } from '../../config/kinds.ts'
import { operatorName } from '../../console/operator.ts'
import { BotticelliError } from '../../errors.ts'
import type { StoredSchedule } from '../../store/store.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { duration, isoTime } from '../figures.ts'
import { readStore, type withStore } from '../project.ts'
import { table } from '../table.ts'

const NO_SCHEDULE = 'No bot has one: give it "every", "cron" or "at" in botticelli.toml.'

type Scheduled = BotConfig & { readonly timetable: Timetable }

export const scheduleList: Run = async (_, io) => {
  const { config } = io.configInPart()
  const bots = scheduled(config, [])
  const stored = await storedOf(config, bots)
  const rows = bots.map(({ name, timetable, enabled }) => {
    const found = stored.get(name)
    const isKnown = isDefinedBy(timetable, found?.definition)
    const state = { isKnown, dueAt: isKnown ? found?.dueAt : undefined, ...pauseOf(found, io.now()) }
    return { bot: name, schedule: describe(timetable), timetable, enabled, ...state }
  })
  if (io.json) {
    io.printJson(
      rows.map(({ isKnown: _, timetable, dueAt, pausedAt, pausedUntil, ...row }) => ({
        ...row,
        timetable: timetableAsJson(timetable),
        ...(dueAt !== undefined && { dueAt: isoTime(dueAt) }),
        ...(pausedAt !== undefined && { pausedAt: isoTime(pausedAt) }),
        ...(pausedUntil !== undefined && { pausedUntil: isoTime(pausedUntil) }),
      })),
    )
  } else if (rows.length === 0) io.remark('No bot has a schedule.')
  else {
    const cells = rows.map(({ bot, schedule, enabled, isKnown, dueAt, pausedAt, pausedUntil, pauseReason }) => [
      bot,
      dueAt === undefined ? (isKnown ? 'never again' : 'not begun') : isoTime(dueAt),
      [
        ...(enabled ? [] : ['disabled']),
        ...(pausedAt === undefined ? [] : [`paused${until(pausedUntil)}: ${pauseReason}`]),
        schedule,
      ].join(' · '),
    ])
    for (const line of table(['BOT', 'NEXT', 'SCHEDULE'], cells, io)) io.print(line)
    if (rows.some(({ isKnown, enabled }) => enabled && !isKnown))
      io.remark('What has not begun is counted from the next "botticelli serve".')
  }
  return EXIT.ok
}

export const schedulePreview: Run = async (options, io) => {
  // Of a schedule that is wrong there is nothing to preview.
  const { config } = io.config()
  const bots = scheduled(config, options.args)
  const stored = await storedOf(config, bots)
  const count = options.number('count') ?? 5
  if (bots.length === 0) io.remark('No bot has a schedule.')
  const previews = bots.map((bot) => ({ bot, times: preview(bot, stored.get(bot.name), io.now(), count) }))
  if (io.json) {
    io.printJson(
      previews.map(({ bot: { name, timetable }, times }) => {
        return { bot: name, schedule: describe(timetable), times: times.map(isoTimes) }
      }),
    )
    return EXIT.ok
  }
  for (const { bot, times } of previews) {
    const { pausedAt, pausedUntil } = pauseOf(stored.get(bot.name), io.now())
    const state = pausedAt === undefined ? '' : ` · ${io.paint('yellow', `paused${until(pausedUntil)}`)}`
    io.print(`${io.paint('bold', bot.name)} · ${describe(bot.timetable)}${bot.enabled ? '' : ' · disabled'}${state}`)
    if (times.length === 0) io.print('  never again')
    const cells = times.map(({ nominal, due }) => [localTime(due, bot.timetable), isoTime(due), shift(nominal, due)])
    if (times.length > 0) for (const line of table(['LOCAL TIME', 'UTC', 'JITTER'], cells, io)) io.print(`  ${line}`)
  }
  return EXIT.ok
}

export const schedulePause: Run = async (options, io) => {
  const { config } = io.configInPart()
  const forMs = options.number('for')
  const reason = options.text('reason') ?? 'no reason given'
  const at = io.now()
  const names = scheduled(config, options.args).map(({ name }) => name)
  const pause = { at, reason, by: operatorName(), ...(forMs !== undefined && { until: at + forMs }) }
  await inDatabase(config, (store) => {
    for (const name of names) store.schedules.pause(name, pause)
  })
  if (io.json) io.printJson({ paused: names, ...(pause.until !== undefined && { until: isoTime(pause.until) }) })
  else {
    const until = pause.until === undefined ? 'until it is resumed' : `until ${isoTime(pause.until)}`
    for (const name of names) io.print(`${name}  paused ${until}`)
  }
  return EXIT.ok
}

export const scheduleResume: Run = async (options, io) => {
  const { config } = io.configInPart()
  const names = scheduled(config, options.args).map(({ name }) => name)
  const who = { by: operatorName(), at: io.now() }
  const resumed = await inDatabase(config, (store) => names.filter((name) => store.schedules.resume(name, who)))
  if (io.json) io.printJson({ resumed })
  else for (const name of names) io.print(`${name}  ${resumed.includes(name) ? 'resumed' : 'was not paused'}`)
  return EXIT.ok
}

/** @throws BotticelliError `not-found` for a bot that is none, or that has no schedule */
function scheduled({ bots }: Config, names: readonly string[]): Scheduled[] {
  const all = bots.filter((bot): bot is Scheduled => bot.timetable !== undefined)
  if (names.length === 0) return all
  return names.map((name) => {
    const found = all.find((bot) => bot.name === name)
    if (found !== undefined) return found
    throw new BotticelliError('not-found', `There is no bot "${name}" with a schedule.`, {
      fix: all.length === 0 ? NO_SCHEDULE : `Those with one: ${all.map((bot) => bot.name).join(', ')}.`,
    })
  })
}

async function storedOf(config: Config, bots: readonly Scheduled[]): Promise<ReadonlyMap<string, StoredSchedule>> {
  const found = await readStore(config, [], (store) => bots.flatMap(({ name }) => store.schedules.find(name) ?? []))
  return new Map(found.map((schedule) => [schedule.bot, schedule]))
}

async function inDatabase<T>(config: Config, work: Parameters<typeof withStore<T>>[2]): Promise<T> {
  const { openStore } = await import('../../store/open-store.ts')
  using store = openStore(config.database)
  return await work(store)
}

/** One that is over is none. */
function pauseOf({ pausedAt, pausedUntil, pauseReason }: Partial<StoredSchedule> = {}, now: number) {
  return pausedUntil !== undefined && pausedUntil <= now ? {} : { pausedAt, pausedUntil, pauseReason }
}

interface Due {
  readonly nominal: number
  readonly due: number
}

/** What is stored comes first, also when it is overdue: its jitter was drawn when it was. */
function preview(
  { name, timetable }: Scheduled,
  stored: StoredSchedule | undefined,
  now: number,
  count: number,
): Due[] {
  const times: Due[] = []
  let next = firstOf(timetable, stored, now)
  if (stored?.dueAt !== undefined && next !== undefined && next === stored.nominalAt) {
    times.push({ nominal: next, due: stored.dueAt })
    next = timetable.missed === 'catch-up' ? dueAfter(timetable, next) : dueAfterNow(timetable, next, now).next
  }
  while (next !== undefined && times.length < count) {
    times.push({ nominal: next, due: next + jitterOf(timetable, name, next) })
    next = dueAfter(timetable, next)
  }
  return times
}

function firstOf(timetable: Timetable, stored: StoredSchedule | undefined, now: number): number | undefined {
  if (stored?.definition === undefined) return firstDue(timetable, now)
  return isDefinedBy(timetable, stored.definition) ? stored.nominalAt : nextDue(timetable, stored.definition, now)
}

function isoTimes({ nominal, due }: Due) {
  return { nominal: isoTime(nominal), due: isoTime(due) }
}

/** Times are ISO, durations ms, windows as they are written. */
function timetableAsJson({ at, windows, ...timetable }: Timetable) {
  const written = windows.map((window) => windowList.show?.([window]))
  return { ...timetable, ...(at !== undefined && { at: isoTime(at) }), windows: written }
}

function describe({ everyMs, cron, at, onStart, timeZone, windows, jitterMs, missed }: Timetable): string {
  const parts = [
    everyMs === undefined ? undefined : `every ${durationAsSet.show?.(everyMs)}`,
    cron === undefined ? undefined : `cron ${cron}`,
    at === undefined ? undefined : `once at ${isoTime(at)}`,
    onStart ? 'on start' : undefined,
    windows.length === 0 ? undefined : `within ${windowList.show?.(windows)}`,
    jitterMs === 0 ? undefined : `up to ${durationAsSet.show?.(jitterMs)} later`,
    timeZone === 'UTC' && cron === undefined && windows.length === 0 ? undefined : timeZone,
    missed === 'once' ? undefined : `missed: ${missed}`,
  ]
  return parts.filter((part) => part !== undefined).join(' · ')
}

function until(time: number | undefined): string {
  return time === undefined ? '' : ` until ${isoTime(time)}`
}

/** With its offset, so that a change of the clock shows. */
function localTime(time: number, { timeZone }: Timetable): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: '2-digit',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'shortOffset',
  }).format(time)
}

function shift(nominal: number, due: number): string {
  return nominal === due ? '' : `+${duration(due - nominal)}`
}
