// schedule list, preview, pause, resume: when bots are due.

import { userInfo } from 'node:os'
import { dueAfter, firstDue, isDefinedBy, jitterOf, type Timetable } from '../../actors/timetable.ts'
import type { BotConfig, Config } from '../../config/config.ts'
import { windowList } from '../../config/kinds.ts'
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
    return { bot: name, schedule: describe(timetable), enabled, dueAt: found?.dueAt, ...pauseOf(found, io.now()) }
  })
  if (io.json) {
    io.printJson(
      rows.map(({ dueAt, pausedAt, pausedUntil, ...row }) => ({
        ...row,
        ...(dueAt !== undefined && { dueAt: isoTime(dueAt) }),
        ...(pausedAt !== undefined && { pausedAt: isoTime(pausedAt) }),
        ...(pausedUntil !== undefined && { pausedUntil: isoTime(pausedUntil) }),
      })),
    )
  } else if (rows.length === 0) io.remark('No bot has a schedule.')
  else {
    const cells = rows.map(({ bot, schedule, enabled, dueAt, pausedAt, pausedUntil, pauseReason }) => [
      bot,
      schedule,
      dueAt === undefined ? '-' : isoTime(dueAt),
      [
        ...(enabled ? [] : ['disabled']),
        ...(pausedAt === undefined ? [] : [`paused${until(pausedUntil)}: ${pauseReason}`]),
      ].join(', '),
    ])
    for (const line of table(['BOT', 'SCHEDULE', 'NEXT', ''], cells, io)) io.print(line)
  }
  return EXIT.ok
}

export const schedulePreview: Run = async (options, io) => {
  const { config } = io.configInPart()
  const bots = scheduled(config, options.args)
  const stored = await storedOf(config, bots)
  const count = options.number('count') ?? 5
  if (bots.length === 0) io.remark('No bot has a schedule.')
  for (const bot of bots) {
    const times = preview(bot, stored.get(bot.name), io.now(), count)
    if (io.json) io.printJson({ bot: bot.name, schedule: describe(bot.timetable), times: times.map(isoTimes) })
    else {
      const { pausedAt, pausedUntil } = pauseOf(stored.get(bot.name), io.now())
      const state = pausedAt === undefined ? '' : ` · ${io.paint('yellow', `paused${until(pausedUntil)}`)}`
      io.print(`${io.paint('bold', bot.name)} · ${describe(bot.timetable)}${bot.enabled ? '' : ' · disabled'}${state}`)
      const cells = times.map(({ nominal, due }) => [localTime(due, bot.timetable), isoTime(due), shift(nominal, due)])
      for (const line of table(['LOCAL TIME', 'UTC', 'JITTER'], cells, io)) io.print(`  ${line}`)
    }
  }
  return EXIT.ok
}

export const schedulePause: Run = async (options, io) => {
  const { config } = io.configInPart()
  const forMs = options.number('for')
  const reason = options.text('reason') ?? 'no reason given'
  const at = io.now()
  const names = scheduled(config, options.args).map(({ name }) => name)
  const pause = { at, reason, by: userInfo().username, ...(forMs !== undefined && { until: at + forMs }) }
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
  const who = { by: userInfo().username, at: io.now() }
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

/** What is stored comes first: its jitter was drawn when it was. */
function preview(
  { name, timetable }: Scheduled,
  stored: StoredSchedule | undefined,
  now: number,
  count: number,
): Due[] {
  const times: Due[] = []
  let nominal = isDefinedBy(timetable, stored?.definition) ? stored?.nominalAt : firstDue(timetable, now)
  while (nominal !== undefined && times.length < count) {
    const due = nominal + jitterOf(timetable, name, nominal)
    if (due >= now || times.length === 0) times.push({ nominal, due })
    nominal = dueAfter(timetable, nominal)
  }
  return times
}

function isoTimes({ nominal, due }: Due) {
  return { nominal: isoTime(nominal), due: isoTime(due) }
}

function describe({ everyMs, cron, at, onStart, timeZone, windows, jitterMs, missed }: Timetable): string {
  const parts = [
    everyMs === undefined ? undefined : `every ${duration(everyMs)}`,
    cron === undefined ? undefined : `cron ${cron}`,
    at === undefined ? undefined : `once at ${isoTime(at)}`,
    onStart ? 'on start' : undefined,
    windows.length === 0 ? undefined : `within ${windowList.show?.(windows)}`,
    jitterMs === 0 ? undefined : `up to ${duration(jitterMs)} later`,
    timeZone,
    `missed: ${missed}`,
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
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'shortOffset',
  }).format(time)
}

function shift(nominal: number, due: number): string {
  return nominal === due ? '' : `+${duration(due - nominal)}`
}
