// Lives: bots that post, with the real store, actors and Discord client, in a world where everything is chosen.
//
//   L1. Whatever the outside does is a choice: what becomes of each request, and which of several comes first.
//   L2. The process can be killed before and after each request, and before each write that publishing takes. What the
//       next life finds is what was committed by then.
//   L3. Time stands still but for what is chosen.
//   L4. One bot is at work at a time: it goes on until it waits for the disk, asks the outside, or has nothing left to do.

import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { BotMessage } from '../../actors/bot.ts'
import { openHealthBook } from '../../actors/bot-health.ts'
import { botSpec } from '../../actors/bot-runs.ts'
import type { Services } from '../../actors/services.ts'
import { createDatabasePlatform } from '../../platforms/database.ts'
import { createDiscord } from '../../platforms/discord/discord.ts'
import { snowflakeAt } from '../../platforms/discord/snowflake.ts'
import { answer, matchPath } from '../../platforms/discord/world/routes.ts'
import { World, WorldError } from '../../platforms/discord/world/world.ts'
import type { CommandOptions, Platform } from '../../platforms/platform.ts'
import { createPlatforms } from '../../platforms/platforms.ts'
import { applyPolicy } from '../../platforms/policy.ts'
import { openStore } from '../../store/open-store.ts'
import type { Effect, Store } from '../../store/store.ts'
import { systemClock } from '../../supervisor/index.ts'
import { type House, openHouse } from '../actors/house.ts'
import { posts } from '../store/fixtures.ts'
import { type Choices, playAll } from './choices.ts'

/** What can become of a request that changes something. `limited` is a 429 that is over at once. */
const OUTCOMES = [
  'refused',
  'unreached',
  'failed before',
  'failed after',
  'answer lost',
  'late',
  'unauthorized',
  'limited',
] as const
type Outcome = (typeof OUTCOMES)[number]
/** What can become of a request that reads. */
const READ_OUTCOMES = ['forbidden', 'gone', 'failed before', 'unauthorized'] as const
type ReadOutcome = (typeof READ_OUTCOMES)[number]

export interface Setting {
  /** Text of the rows that wait to be posted, in their order. */
  readonly rows: readonly string[]
  /** The narrative of each bot, by its name. */
  readonly bots: Readonly<Record<string, string>>
  readonly kills: number
  readonly faults: number
  /** Ends with the first problem. */
  readonly untilFound?: boolean
  /** Default all. */
  readonly outcomes?: readonly Outcome[]
  readonly readOutcomes?: readonly ReadOutcome[]
  /** A message of ours is in the channel already. Default false. */
  readonly old?: boolean
  /** Takes something away from the store, to show that it is missed. */
  readonly spoilt?: (store: Store) => Store
  /** The same of what is told to Discord's platform. */
  readonly untold?: keyof CommandOptions
  /** What else may happen between two lives, by its name. */
  readonly between?: Readonly<Record<string, (at: Between) => void>>
  /** What a person who has looked says of a command in doubt: whether its effect is there. */
  isThere(effect: Effect, outside: Outside, store: Store): boolean
}

interface Between {
  readonly outside: Outside
  readonly store: Store
  readonly now: number
  /** Writes into what was done. */
  note(what: string): void
}

export interface Outside {
  readonly world: World
  /** Texts of all messages and names of all threads that were ever made, in their order; also of those deleted since. */
  readonly made: readonly string[]
  /** Requests that changed something, in their order. */
  readonly done: readonly string[]
}

export interface End extends Outside {
  readonly rows: readonly { readonly text: string; readonly status: string }[]
  readonly doubts: readonly string[]
  readonly store: Store
}

const GUILD = '1500000000000000000'
export const CHANNEL = '1500000000000000001'
export const FORUM = '1500000000000000002'
export const OLD_MESSAGE = '1500000000000000003'
const HOUR_MS = 3_600_000
const MOST_ROUNDS = 10
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'botticelli-lives-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** All that a new life finds. */
interface Snapshot {
  /** Of the database. */
  readonly file: string
  readonly world: World
  readonly made: readonly string[]
  readonly done: readonly string[]
  readonly now: number
  readonly ids: number
  readonly left: { readonly kills: number; readonly faults: number }
  /** What led to it. */
  readonly way: readonly string[]
}

/**
 * Plays every life from every state that a kill can leave, up to those in which nothing is left to do and a person has
 * decided what was in doubt.
 *
 * @param problemsOf what is wrong at an end, as sentences
 */
export async function liveAll(setting: Setting, problemsOf: (end: End) => readonly string[]): Promise<Lived> {
  const open = [beginning(setting)]
  const known = new Set(open.map(contentOf))
  const problems: string[] = []
  let lives = 0
  for (let from = open.pop(); from !== undefined && !(setting.untilFound && problems.length > 0); from = open.pop()) {
    const begin = from
    const ends = await playAll((choices) =>
      live(setting, begin, choices, (end) =>
        problems.push(...problemsOf(end).map((problem) => told(problem, [...begin.way, ...choices.way]))),
      ),
    )
    lives += ends.length
    for (const next of ends.filter((end) => end !== undefined)) {
      const content = contentOf(next)
      if (known.has(content)) drop(next)
      else {
        known.add(content)
        open.push(next)
      }
    }
    drop(begin)
  }
  return { lives, states: known.size, problems }
}

export interface Lived {
  /** How many were played. */
  readonly lives: number
  /** From how many states. */
  readonly states: number
  readonly problems: readonly string[]
}

function told(problem: string, way: readonly string[]): string {
  return [problem, ...way].join('\n    ')
}

function beginning(setting: Setting): Snapshot {
  const now = 1_800_000_000_000
  const world = newWorld(() => now)
  world.addGuild(GUILD, 'guild', undefined)
  world.addChannel({ id: CHANNEL, guild_id: GUILD, name: 'general', type: 0, position: 0 })
  world.addChannel({ id: FORUM, guild_id: GUILD, name: 'forum', type: 15, position: 1 })
  if (setting.old === true) world.addMessage(world.channel(CHANNEL), OLD_MESSAGE, { content: 'old' })
  const { kills, faults } = setting
  return { file: prepare(setting), world, made: [], done: [], now, ids: 0, left: { kills, faults }, way: [] }
}

function newWorld(now: () => number, like?: World): World {
  const world = new World({ adopts: false, furnishes: false, now })
  for (const [id, guild] of structuredClone(like?.guilds) ?? []) world.guilds.set(id, guild)
  for (const [id, channel] of structuredClone(like?.channels) ?? []) world.channels.set(id, channel)
  return world
}

/** One life and what happens after it. @returns what the next one finds; undefined when nothing is left to do */
async function live(
  setting: Setting,
  from: Snapshot,
  choices: Choices,
  check: (end: End) => void,
): Promise<Snapshot | undefined> {
  let { now, ids } = from
  const left = { ...from.left }
  const world = newWorld(() => now, from.world)
  const [made, done] = [[...from.made], [...from.done]]
  const outside: Outside = { world, made, done }
  const file = copyOf(from.file)
  const next = await oneLife()
  remove(file)
  if (next === undefined) return undefined
  now += 10_000
  const event = choices.choose('then', ['nothing', 'an hour', ...Object.keys(setting.between ?? {})])
  if (event === 'an hour') now += HOUR_MS
  else if (event !== 'nothing') {
    using store = openStore(next)
    setting.between![event]!({ outside, store, now, note: (what) => void done.push(what) })
  }
  return { file: next, ...outside, now, ids, left, way: [...from.way, ...choices.way] }

  /** @returns the file as a kill left it; undefined when nothing is left to do */
  async function oneLife(): Promise<string | undefined> {
    const death = Promise.withResolvers<string>()
    let isDead = false
    /** L4. Bots whose request is to be served, and those that wait for the disk. */
    const waiting = { toAsk: new Map<string, () => void>(), toGoOn: new Map<string, () => void>() }
    const untilTurn = async (name: string, whose: Map<string, () => void>) => {
      if (isDead) throw new Error('dead')
      await new Promise<void>((resolve) => whose.set(name, resolve))
      whose.delete(name)
    }
    const kill = (): never => {
      isDead = true
      left.kills--
      death.resolve(copyOf(file))
      for (const goOn of [...waiting.toAsk.values(), ...waiting.toGoOn.values()]) goOn()
      throw new Error('killed')
    }
    const mayKill = (where: string) => {
      if (isDead) throw new Error('dead')
      if (left.kills > 0 && choices.choose(`before ${where}`, ['go on', 'kill']) === 'kill') kill()
    }
    const store = withKills(setting.spoilt?.(openStore(file)) ?? openStore(file), mayKill)
    const health = openHealthBook()
    const names = Object.keys(setting.bots)
    await using house = await openHouse(
      undefined,
      (services) => [{ id: 'bots', strategy: 'one_for_one', children: names.map((name) => botOf(name, services)) }],
      { store, clock: { ...systemClock, now: () => now }, newId: () => `R${String(++ids).padStart(3, '0')}` },
    )
    return await Promise.race([death.promise, toTheEnd(house)])

    function botOf(name: string, services: Services) {
      const bot = {
        name,
        type: 'posting',
        narrative: narrativeFile(name, setting),
        followers: [],
        worksOn: 'posts',
      } as const
      const carry: typeof fetch = async (url, init) => {
        // Who it is, is the same at any time.
        await untilTurn(name, String(url).endsWith('/users/@me') ? waiting.toGoOn : waiting.toAsk)
        return request(name, String(url), init ?? {})
      }
      const tables = {
        update: (change: Parameters<typeof store.content.update>[0]) => store.content.update(change, now),
        once: <T extends null>(key: string, work: () => T) => store.effects.perform(key, work, now),
      }
      const platforms = createPlatforms({
        platforms: [
          forgetful(
            createDiscord({
              posting: 'live',
              token: 't',
              apiUrl: 'http://discord.test/api',
              fetch: carry,
              now: () => now,
            }),
            setting.untold,
          ),
          createDatabasePlatform({ tables: tables as never, allowed: ['posts'] }),
        ],
        now: () => now,
      })
      const committed = async () => {
        await untilTurn(name, waiting.toGoOn)
        await store.committed()
      }
      const own = {
        ...services,
        store: Object.assign(Object.create(store), { committed }) as Store,
        platformsFor: (policy: Parameters<Services['platformsFor']>[0]) => applyPolicy(platforms, policy, 'live'),
      }
      return botSpec(name, () => ({ bot, services: own, health }))
    }

    async function toTheEnd(house: House): Promise<undefined> {
      await untilQuiet(house)
      if (isDead) return undefined
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const pending = store.content.select({ table: 'posts', where: "review_status = 'pending'", limit: 1 }, now, 'x')
        const held = names.some((name) => store.executions.holding(name).length > 0)
        const doubts = store.effects.doubtful()
        const keeping = store.executions.keeping()
        if (pending.rows.length === 0 && !held && doubts.length === 0 && keeping.length === 0) break
        for (const id of keeping) {
          const publication = store.effects.list(id).find(({ command }) => command === 'messages.send')!
          const { bot } = store.executions.find(id)!
          if (setting.isThere(publication, outside, store)) tell(house, bot!, { type: 'bot.resume', run: id })
          else store.executions.cancel(id, { by: 'a person', at: now })
        }
        for (const effect of doubts) {
          const isDone = setting.isThere(effect, outside, store)
          store.effects.decide(effect.key, { done: isDone, by: 'a person', at: now })
          const { bot, id } = store.executions.find(effect.executionId)!
          tell(house, bot!, { type: 'bot.resume', run: id })
        }
        if (doubts.length === 0) {
          for (const name of names) {
            tell(house, name, { type: 'bot.run', run: `R${String(++ids).padStart(3, '0')}`, trigger: 'schedule' })
            await untilStill(house)
          }
        }
        await untilQuiet(house)
        if (isDead) return undefined
      }
      const rows = store.content
        .list({ table: 'posts' })
        .map(({ values, reviewStatus }) => ({ text: String(values.text), status: reviewStatus }))
      check({ ...outside, rows, doubts: store.effects.doubtful().map(({ key }) => key), store })
      return undefined
    }

    /** Serves what the bots ask for, one request after another, until none of them is at work. */
    async function untilQuiet(house: House): Promise<void> {
      while (!isDead) {
        const asking = await untilStill(house)
        if (asking.length === 0) return
        waiting.toAsk.get(choices.choose('who goes on', asking))!()
      }
    }

    /** @returns those that ask for something, when nobody else is at work */
    async function untilStill(house: House): Promise<readonly string[]> {
      while (!isDead) {
        await turn()
        const busy = names.filter((name) => {
          const record = house.system.record(`/bots/${name}`)
          return record?.value !== 'idle' || record.mailbox.depth > 0
        })
        const next = busy.find((name) => waiting.toGoOn.has(name))
        if (busy.some((name) => !waiting.toAsk.has(name) && !waiting.toGoOn.has(name))) continue
        if (next === undefined) return busy
        waiting.toGoOn.get(next)!()
      }
      return []
    }

    function request(bot: string, url: string, { method = 'GET', body }: RequestInit): Response {
      if (isDead) throw new Error('dead')
      const { pathname, searchParams } = new URL(url)
      const path = pathname.replace(/^.api.v10/, '')
      const carryOut = () => carriedOut(method, path, searchParams, body)
      const isRead = method === 'GET'
      const faults = isRead ? (setting.readOutcomes ?? READ_OUTCOMES) : (setting.outcomes ?? OUTCOMES)
      const outcome = choices.choose(`${bot} ${method} ${path.replace(/\d{15,}/g, '')}`, [
        'ok',
        ...(left.faults > 0 ? faults : []),
        ...(left.kills > 0 && !isRead ? (['killed before', 'killed after'] as const) : []),
      ])
      if (outcome === 'ok') return carryOut()
      if (outcome === 'killed before') return kill()
      if (outcome === 'killed after') {
        carryOut()
        return kill()
      }
      left.faults--
      switch (outcome) {
        case 'refused':
        case 'forbidden':
          return error(403, 50_013, 'Missing Permissions')
        case 'gone':
          return error(404, 10_003, 'Unknown Channel')
        case 'unauthorized':
          return error(401, 0, '401: Unauthorized')
        case 'limited':
          return error(429, 0, 'You are being rate limited.', { 'retry-after': '0' })
        case 'failed before':
          return error(502, 0, 'Bad Gateway')
        case 'failed after':
          carryOut()
          return error(502, 0, 'Bad Gateway')
        case 'unreached':
          throw failedFetch('ECONNREFUSED')
        case 'answer lost':
          carryOut()
          throw failedFetch('ECONNRESET')
        case 'late':
          carryOut()
          throw new DOMException('This operation was aborted', 'AbortError')
      }
    }
  }

  function carriedOut(method: string, path: string, query: URLSearchParams, body: unknown): Response {
    const matched = matchPath(method, path)
    if (matched === undefined) return error(404, 0, '404: Not Found')
    const parsed = body === undefined || body === null ? {} : JSON.parse(String(body))
    const newId = () => snowflakeAt(now, ++ids)
    const before = idsIn(world)
    try {
      const result = answer(world, matched.route, matched.ids, {
        query: Object.fromEntries(query),
        body: parsed,
        newId,
      })
      if (method !== 'GET') done.push(`${method} ${path.replace(/\d{15,}/g, '_')} ${parsed.content ?? ''}`.trim())
      for (const [id, what] of idsIn(world)) if (!before.has(id)) made.push(what)
      return result === null ? new Response(null, { status: 204 }) : Response.json(result)
    } catch (thrown) {
      if (!(thrown instanceof WorldError)) throw thrown
      return error(thrown.status, thrown.code, thrown.message)
    }
  }
}

function forgetful(platform: Platform, untold: keyof CommandOptions | undefined): Platform {
  if (untold === undefined) return platform
  return { ...platform, execute: (command, options) => platform.execute(command, { ...options, [untold]: undefined }) }
}

/** Texts of messages and names of channels, by something that only they have. */
function idsIn(world: World): Map<string, string> {
  return new Map(
    [...world.channels.values()].flatMap(({ json, messages }): [string, string][] => [
      [`channel ${json.id}`, `# ${json.name}`],
      ...[...messages.values()].map((one): [string, string] => [`message ${one.json.id}`, String(one.json.content)]),
    ]),
  )
}

function tell(house: House, bot: string, message: BotMessage): void {
  house.system.tell(`/bots/${bot}`, message as never)
}

function error(status: number, code: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ code, message, retry_after: 0 }, { status, headers })
}

function failedFetch(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })
}

// ---------------------------------------------------------------------------- the file

let files = 0
const prepared = new Map<string, string>()

function newFile(): string {
  return join(folder, `${++files}.db`)
}

function prepare({ rows }: Setting): string {
  const key = JSON.stringify(rows)
  if (!prepared.has(key)) {
    const file = newFile()
    using store = openStore(file)
    store.content.insert(posts(rows.map((text) => ({ text }))), 1_799_999_000_000)
    prepared.set(key, file)
  }
  return copyOf(prepared.get(key)!)
}

/** What is committed, at this instant. */
function copyOf(file: string): string {
  const copy = newFile()
  for (const end of ['', '-wal']) if (existsSync(`${file}${end}`)) copyFileSync(`${file}${end}`, `${copy}${end}`)
  return copy
}

function drop({ file }: Snapshot): void {
  remove(file)
}

function remove(file: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
}

function narrativeFile(bot: string, { bots }: Setting): string {
  const file = join(folder, `${bot}.toml`)
  writeFileSync(file, bots[bot]!)
  return file
}

const TELLING = [
  'select id, status, bot from executions order by id',
  'select execution_id, key, status from act_executions order by 1, 2',
  'select key, status, args, result, error is null, intended_at from effects order by key',
  'select * from row_claims order by 1, 2',
  'select * from effects_made order by 1, 2',
  'select id, text, review_status from posts order by id',
  "select recipient, attempts, message ->> 'run' from mailbox order by 1, 3",
]

/** What tells one state from another. */
function contentOf({ file, world, now, left, done }: Snapshot): string {
  const connection = new Database(file, { readonly: true })
  const told = TELLING.map((sql) => connection.prepare(sql).raw().all())
  connection.close()
  const channels = [...world.channels.values()].map(({ json, messages, nonces }) => [
    json,
    [...messages.values()].map((one) => one.json),
    [...nonces],
  ])
  return JSON.stringify([now, left, done, told, channels])
}

/** The store, with a moment before each write of a publication at which the process may end. */
function withKills(store: Store, mayKill: (where: string) => void): Store {
  const { effects, journal, executions } = store
  const killable =
    <A extends readonly unknown[], R>(where: string, write: (...args: A) => R) =>
    (...args: A): R => {
      mayKill(where)
      return write(...args)
    }
  const own: Partial<Store> = {
    effects: {
      ...effects,
      intend: killable('intend', effects.intend),
      settle: killable('settle', effects.settle),
      doubt: killable('doubt', effects.doubt),
      perform: killable('perform', effects.perform) as never,
    },
    journal: { ...journal, complete: killable('complete', journal.complete) },
    executions: { ...executions, finish: killable('finish', executions.finish) },
  }
  return Object.assign(Object.create(store), own)
}
