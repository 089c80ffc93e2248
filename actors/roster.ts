// Roster: which bots a server has, and how that changes while it runs.
//
//   T1. What a bot does is looked up when a run begins: the run in progress goes on with what it began with.
//   T2. A bot that is to go ends its run first. What waits for it becomes dead letters when nobody has configured it any
//       more; when it is only disabled, it waits until the bot is back.
//   T3. The last change counts: a bot that is wanted again before it has gone stays.
//   T4. How a bot is watched, and where it works, is given to its supervisor: when that changes, it ends its run and is
//       started anew.

import type { ActorSpec, ActorSystem, InboxStore } from '../supervisor/index.ts'
import { log } from '../telemetry/log.ts'
import type { BotHealthBook } from './bot-health.ts'
import { type BotSettings, botSpec, type Employer } from './bot-runs.ts'
import { insist, pause } from './insist.ts'
import { type Schedule, schedulerSpec } from './scheduler.ts'
import type { Services } from './services.ts'

/** The bots as they are wanted. */
export interface Bots {
  /** That run. */
  readonly bots: readonly BotSettings[]
  readonly schedules: readonly Schedule[]
  /** Names of those that are configured and do not run. */
  readonly disabled: readonly string[]
  readonly services: Services
}

/** Names of bots. */
export interface RosterChange {
  readonly added: readonly string[]
  /** By settings of their own; they run with the new ones from their next run on. */
  readonly changed: readonly string[]
  readonly disabled: readonly string[]
  readonly removed: readonly string[]
}

export interface Roster extends Pick<Bots, 'bots' | 'schedules'> {
  readonly specs: readonly ActorSpec[]
  readonly scheduler: ActorSpec
  /** Whether this is the path of a bot that is to run, whether or not it does by now: what it is sent waits for it. */
  expects(path: string): boolean
  /** Gives up what waits for bots that are not configured any more, from before the start. */
  begin(system: ActorSystem, inbox: InboxStore): void
  /** New bots run when this settles; those that are to go do so when their run has ended. */
  change(next: Bots): Promise<RosterChange>
  /** No change takes effect from now on. */
  end(): void
}

const LOOK_MS = 50

export function pathOfBot(name: string): string {
  return `/bots/${name}`
}

/** The bot as its supervisor is told of it. @param employer asked anew for each run */
type SpecOf = (name: string, employer: () => Employer) => ActorSpec

export function openRoster(first: Bots, health: BotHealthBook, specOfBot: SpecOf = botSpec): Roster {
  let wanted = first
  /** Also of bots that are about to go. */
  const settings = new Map(first.bots.map((bot) => [bot.name, bot]))
  const going = new Set<string>()
  const ended = new AbortController()
  let system: ActorSystem | undefined
  let inbox: InboxStore | undefined

  const specOf = (name: string) =>
    specOfBot(name, () => ({ bot: settings.get(name)!, services: wanted.services, health }))
  return {
    get bots() {
      return wanted.bots
    },
    get schedules() {
      return wanted.schedules
    },
    specs: first.bots.map(({ name }) => specOf(name)),
    scheduler: schedulerSpec(() => wanted.schedules, first.services),
    expects: (path) => nameOf(path).some(isWanted),
    begin(startedSystem, startedInbox) {
      system = startedSystem
      inbox = startedInbox
      const { executions, mailbox, schedules } = wanted.services.store
      const known = new Set([...wanted.bots.map(({ name }) => name), ...wanted.disabled])
      const names = [...mailbox.recipients().flatMap(nameOf), ...schedules.bots(), ...executions.botsAtWork()]
      for (const name of new Set(names)) if (!known.has(name)) letGo(name)
    },
    async change(next) {
      const change = compare(wanted, next)
      const moved = change.changed.filter((name) => isPlacedAnew(name, wanted, next))
      const isTimed = JSON.stringify(wanted.schedules) !== JSON.stringify(next.schedules)
      wanted = next
      for (const bot of next.bots) settings.set(bot.name, bot)
      for (const name of [...change.disabled, ...change.removed]) void retire(name)
      for (const name of moved) void move(name)
      for (const name of change.added) if (!going.has(name)) await system?.startChild('/bots', specOf(name))
      if (isTimed) {
        await system?.terminateChild('/', 'scheduler')
        await system?.restartChild('/', 'scheduler')
      }
      return change
    },
    end: () => ended.abort(),
  }

  function isWanted(name: string): boolean {
    return wanted.bots.some((bot) => bot.name === name)
  }

  /** T2, T3. */
  async function retire(name: string): Promise<void> {
    if (system === undefined || going.has(name)) return
    going.add(name)
    const path = pathOfBot(name)
    system.pause(path, { reason: 'it is to go' })
    while (isAtWork(path) && !isWanted(name) && !ended.signal.aborted)
      await pause(LOOK_MS, wanted.services.clock, ended.signal)
    if (ended.signal.aborted) return
    if (isWanted(name)) {
      going.delete(name)
      system.resume(path)
      return
    }
    await system.terminateChild('/bots', name)
    await system.deleteChild('/bots', name)
    going.delete(name)
    if (isWanted(name)) {
      await system.startChild('/bots', specOf(name))
      return
    }
    settings.delete(name)
    if (!wanted.disabled.includes(name)) await insist(() => letGo(name), wanted.services.clock, ended.signal)
  }

  /** T4. */
  async function move(name: string): Promise<void> {
    if (system === undefined || going.has(name)) return
    going.add(name)
    const path = pathOfBot(name)
    system.pause(path, { reason: 'it is to be placed anew' })
    while (isAtWork(path) && !ended.signal.aborted) await pause(LOOK_MS, wanted.services.clock, ended.signal)
    if (ended.signal.aborted) return
    await system.terminateChild('/bots', name)
    await system.deleteChild('/bots', name)
    going.delete(name)
    if (isWanted(name)) await system.startChild('/bots', specOf(name))
    else if (!wanted.disabled.includes(name)) await insist(() => letGo(name), wanted.services.clock, ended.signal)
  }

  function isAtWork(path: string): boolean {
    const record = system?.record(path)
    return record?.state === 'running' && record.value !== 'idle'
  }

  /** Nobody will ever take what waits for it, nor go on with its runs, nor ask when it is due. */
  function letGo(name: string): void {
    const { store, clock } = wanted.services
    const waiting = inbox?.load(pathOfBot(name)) ?? []
    for (const message of waiting) system?.forward(pathOfBot(name), message)
    const executions = store.executions.abandonBot(name, clock.now())
    store.schedules.forget(name)
    const held = store.executions.holding(name).length
    log('bot.removed', { bot: name, messages: waiting.length, executions: executions.length, held })
  }
}

function isPlacedAnew(name: string, before: Bots, after: Bots): boolean {
  const place = ({ bots }: Bots) => {
    const { hungAfterMs, thread } = bots.find((bot) => bot.name === name)!
    return JSON.stringify([hungAfterMs, thread])
  }
  return place(before) !== place(after)
}

function nameOf(path: string): string[] {
  return path.startsWith('/bots/') ? [path.slice('/bots/'.length)] : []
}

function compare(before: Bots, after: Bots): RosterChange {
  const was = new Map(before.bots.map((bot) => [bot.name, asText(bot, before)]))
  const is = new Map(after.bots.map((bot) => [bot.name, asText(bot, after)]))
  const gone = [...was.keys(), ...before.disabled].filter((name) => !is.has(name))
  return {
    added: [...is.keys()].filter((name) => !was.has(name)),
    changed: [...is].filter(([name, text]) => was.has(name) && was.get(name) !== text).map(([name]) => name),
    disabled: gone.filter((name) => was.has(name) && after.disabled.includes(name)),
    removed: gone.filter((name) => !after.disabled.includes(name)),
  }
}

function asText(bot: BotSettings, { schedules }: Bots): string {
  return JSON.stringify([bot, schedules.find((one) => one.bot === bot.name) ?? null])
}
