// Scenario: one pipeline, killed again and again at instants that a seed chooses, until its work is done.
//
//   What must hold at the end, whatever was killed when:
//   E1. Each item that was approved is posted exactly once, and nothing else is.
//   E2. No act was asked about again whose answer was journaled; a repeated call is marked in the ledger, at most one a kill.
//   E3. No row and no message was lost: every bot ran as often as it was told to, every run completed.
//   E4. Nothing is left over: no open effect, no claim, no message, no dead letter; the database is whole.
//
// What waits for a person at the end is decided by one who has looked at Discord.

import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import type { Fault } from '../../platforms/discord/double-faults.ts'
import { splitText } from '../../platforms/discord/message-text.ts'
import { type DiscordDouble, startDiscordDouble } from '../../platforms/discord-double.ts'
import { cannotFail } from './failing-disk.ts'
import { type ModelDouble, startModelDouble } from './model-double.ts'
import {
  ITEMS,
  type Kind,
  makePipelineProject,
  messagesOf,
  type PipelineProject,
  POSTS,
  type Server,
} from './pipeline-project.ts'

/**
 * `network cut`: after the request was sent and before its answer came, whole or in part. `locked database`: another
 * process holds the write lock, now and then or for as long as a server lives. `full disk`: nothing grows past a size, or
 * writes find no room. `failed flush`: the disk takes what is written and does not say that it has it. `trouble at
 * Discord`: rate limits, errors before and after a request was carried out, slow answers, a token or a permission that is
 * refused for a while, a channel that cannot be found.
 */
export const FAULTS = [
  'none',
  'network cut',
  'locked database',
  'full disk',
  'failed flush',
  'trouble at Discord',
] as const
export type FaultKind = (typeof FAULTS)[number]

/** Why a kind cannot be played on this machine; undefined where it can. */
export function cannotPlay(fault: FaultKind): string | undefined {
  return fault === 'failed flush' ? cannotFail() : undefined
}

export interface ScenarioResult {
  readonly kills: number
  /** What was different from the plain case, the fault apart. */
  readonly how: readonly string[]
  /** What did not hold, as sentences; none when all is well. */
  readonly problems: readonly string[]
  /** What there was of each thing, such as posts or faults of a kind. */
  readonly counts: Readonly<Record<string, number>>
}

/** A server that does nothing, since its disk is full, is killed after so long. */
const MOST_PATIENCE_MS = 4_000
/** Where nothing has happened for so long, something is wrong. */
const LIMIT_MS = 60_000

/**
 * @param random the only source of choice, 0 to 1
 * @param mostKills fewer, when the pipeline is done before
 */
export async function playScenario(random: () => number, mostKills: number, fault: FaultKind): Promise<ScenarioResult> {
  const events = { count: 0, listener: () => {} }
  const onEvent = () => {
    events.count++
    events.listener()
  }
  await using model = await startModelDouble()
  await using discord = await startDiscordDouble({ guilds: ['crash'], onRequest: onEvent })
  model.onEvent = onEvent
  const kind = chooseKind(random)
  await using project = makePipelineProject(
    {
      OPENAI_API_KEY: 'key-of-the-double',
      OPENAI_BASE_URL: model.url,
      DISCORD_TOKEN: 'token-of-the-double',
      DISCORD_API_URL: discord.url,
      DISCORD_GUILD_ID: discord.guildId,
    },
    kind,
  )
  const isEdited = random() < 0.4
  const how = [
    ...kind.threads.map((bot) => `${bot} in a thread`),
    ...(kind.twoPosters ? ['two posters'] : []),
    ...(kind.post === 'plain' ? [] : [`${kind.post} posts`]),
    ...(isEdited ? ['files edited'] : []),
  ]
  const forgetful = random() < 0.5
  const counts: Record<string, number> = {}
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  let lostAnswers = 0
  let kills = 0

  while (kills < mostKills && !isDone(project)) {
    const plan = planKill(random)
    const [edition, editAfterMs] = [{ version: kills + 1, isSpoilt: random() < 0.3 }, 200 + random() * 600]
    if (fault === 'network cut') lostAnswers += loseAnswers(random, model, discord)
    if (fault === 'trouble at Discord') troubleDiscord(random, discord, kind).forEach(count)
    else if (fault !== 'none') count(fault)
    const server = project.serve(failingDisk(fault, random))
    count('lives')
    const held = fault === 'locked database' ? lock(project.database, random) : undefined
    // A server that starts with a file that is spoilt refuses to.
    const editIfReady = () => server.output().includes('ready in') && project.edit(edition)
    const editing = isEdited ? setTimeout(editIfReady, editAfterMs) : undefined
    const due = await untilKill(plan, project, events, server)
    clearTimeout(editing)
    // Now and then it is asked to end: it finishes what runs, and what waits is there for the next one.
    const signal = !isOfDisk(fault) && random() < 0.15 ? 'SIGTERM' : 'SIGKILL'
    await server.kill(signal)
    held?.[Symbol.dispose]()
    if (isEdited) project.edit({ ...edition, isSpoilt: false })
    if (due === 'done') break
    // On a disk that failed before it began a server may refuse to start, as long as it says so.
    if (due === 'ended' && isOfDisk(fault) && /error\[store-(full|io)\]/.test(server.output())) continue
    if (due === 'ended')
      return { kills, how, counts, problems: [`The server ended by itself:\n${server.output().slice(-3_000)}`] }
    if (signal === 'SIGKILL') kills++
    if (forgetful) discord.forgetNonces()
  }

  discord.heal()
  const last = project.serve()
  const decided: string[] = []
  let [seen, changedAt] = ['', Date.now()]
  while (!isDone(project) && Date.now() - changedAt < LIMIT_MS && last.process.exitCode === null) {
    await sleep(20)
    if (last.output().includes('ready in')) decided.push(...(await decideDoubts(project, discord)))
    const now = `${events.count} ${progressOf(project)}`
    if (now !== seen) [seen, changedAt] = [now, Date.now()]
  }
  const finished = isDone(project)
  const exit = last.process.exitCode ?? last.process.signalCode
  await last.kill('SIGTERM')
  const problems = finished
    ? verify(project, {
        model,
        kind,
        posts: postsIn(discord),
        kills,
        lostAnswers,
      })
    : [
        `The pipeline did not get done (exit ${exit}):\n${decided.join('\n')}\n${last.output().slice(-3_000)}\n${describe(project)}`,
      ]
  counts.items = ITEMS
  counts['messages posted'] = postsIn(discord).length
  counts['requests to Discord'] = discord.requests.length
  counts['model calls'] = [...model.asked.values()].reduce((total, asked) => total + asked, 0)
  counts['model calls repeated'] =
    look<number>(project, (get) => get('select coalesce(sum(repeated), 0) from ledger')) ?? 0
  counts['decided by a person'] = decided.length
  return { kills, problems, how, counts }
}

function chooseKind(random: () => number): Kind {
  const hasThreads = random() < 0.4
  const twoPosters = random() < 0.3
  const bots = ['generator', 'curator', 'poster', ...(twoPosters ? ['poster_two'] : [])]
  const threads = bots.filter(() => random() < 0.6 && hasThreads)
  const post = POSTS[Math.floor(random() * POSTS.length)]!
  return { threads, twoPosters, post }
}

/** Of all channels, since two bots that make one at the same time make two. */
function postsIn(discord: DiscordDouble): readonly string[] {
  return discord.channels().flatMap(({ id }) => discord.messages(String(id)).map(({ content }) => String(content)))
}

/** As a person does who has looked at Discord. @returns what the command line printed */
async function decideDoubts(project: PipelineProject, discord: DiscordDouble): Promise<readonly string[]> {
  const told = look<string>(project, (get) =>
    get(`select json_group_array(json_object('run', execution_id, 'content', args ->> 'content'))
      from effects where status = 'doubtful'`),
  )
  const doubts = JSON.parse(told ?? '[]') as readonly { readonly run: string; readonly content: string }[]
  const posts = postsIn(discord)
  const said: string[] = []
  for (const { run, content } of doubts) {
    const isThere = splitText(content).every((part) => posts.includes(part))
    said.push(await project.run('executions', 'resume', run, isThere ? '--done' : '--send-again'))
  }
  return said
}

/** Changes as long as the server gets on with its work. */
function progressOf(project: PipelineProject): string {
  const told = look<string>(project, (get) =>
    get(`select (select count(*) from act_executions where status = 'completed') || ' '
      || (select count(*) from effects where status = 'done')`),
  )
  return told ?? ''
}

// ---------------------------------------------------------------------------- when to kill

type KillPlan = { readonly afterMs: number } | { readonly event: number; readonly delayMs: number }

/** Mostly close to something that the doubles see, since most of what can go wrong is there; else at any time. */
function planKill(random: () => number): KillPlan {
  if (random() < 0.25) return { afterMs: Math.floor(random() * 1_200) }
  const delayMs = [0, random() * 3, random() * 12][Math.floor(random() * 3)]!
  return { event: 1 + Math.floor(random() * 8), delayMs }
}

async function untilKill(
  plan: KillPlan,
  project: PipelineProject,
  events: { count: number; listener: () => void },
  server: Server,
): Promise<'kill' | 'done' | 'ended'> {
  const begunAt = Date.now()
  const first = events.count
  const { promise, resolve } = Promise.withResolvers<'kill'>()
  let isDue = false
  const due = (delayMs: number) => {
    if (isDue) return
    isDue = true
    if (delayMs === 0) resolve('kill')
    else setTimeout(() => resolve('kill'), delayMs)
  }
  if ('event' in plan) events.listener = () => events.count - first >= plan.event && due(plan.delayMs)
  else due(plan.afterMs)
  try {
    while (Date.now() - begunAt < MOST_PATIENCE_MS) {
      const state = await Promise.race([promise, sleep(25, 'wait' as const)])
      if (state === 'kill') return 'kill'
      if (server.process.exitCode !== null) return 'ended'
      if (isDone(project)) return 'done'
    }
    return 'kill'
  } finally {
    events.listener = () => {}
  }
}

// ---------------------------------------------------------------------------- faults from outside and below

/** @returns a name for each fault that is set */
function troubleDiscord(random: () => number, discord: DiscordDouble, { post }: Kind): readonly string[] {
  const [send, read] = [{ method: 'POST', path: '/messages' }, { method: 'GET' }]
  const faults: Readonly<Record<string, Fault>> = {
    'rate limit of the route': { is: 'rate-limit', retryAfterMs: 20 + random() * 200, ...send },
    'rate limit of the bot': { is: 'rate-limit', retryAfterMs: 20 + random() * 200, global: true },
    'error before': { is: 'status', status: 502, ...send },
    'error after': { is: 'status', status: 502, isDone: true, ...send },
    'connection cut after': { is: 'lost-answer', ...send },
    'slow answer': { is: 'slow', afterMs: 50 + random() * 300, ...send },
    'token refused': { is: 'status', status: 401, times: 2 },
    'may not send': { is: 'status', status: 403, code: 50_013, ...send },
    // Where a person says that it is there, nobody knows its id, and it cannot be edited.
    ...(post !== 'edited' && {
      'may not look': { is: 'status', status: 403, code: 50_013, path: '/messages', ...read },
      'channel not found': { is: 'status', status: 404, code: 10_003, path: '/messages', ...read },
    }),
  }
  const names = Object.keys(faults)
  const chosen = Array.from({ length: 1 + Math.floor(random() * 3) }, () => names[Math.floor(random() * names.length)]!)
  for (const name of chosen) discord.fail({ ...faults[name]!, after: 1 + Math.floor(random() * 2) })
  return chosen
}

function loseAnswers(
  random: () => number,
  model: ModelDouble,
  discord: { fail(fault: { is: 'lost-answer'; method: string; path: string }): void },
): number {
  if (random() < 0.5) discord.fail({ is: 'lost-answer', method: 'POST', path: '/messages' })
  if (random() < 0.5) return 0
  model.loseNextAnswer(random() < 0.5 ? 'whole' : 'half')
  return 1
}

/** Half of the servers find the disk as it should be. */
function failingDisk(fault: FaultKind, random: () => number): Parameters<PipelineProject['serve']>[0] {
  if (!isOfDisk(fault) || random() < 0.5) return {}
  const [how, start, length] = [random(), random(), random()]
  if (fault === 'failed flush') {
    const first = 1 + Math.floor(start * 60)
    const disk = { calls: ['fsync', 'fdatasync'], error: 'EIO', first } as const
    if (how < 0.3) return { disk }
    return {
      disk:
        how < 0.6 ? { ...disk, every: 2 + Math.floor(length * 8) } : { ...disk, last: first + Math.floor(length * 10) },
    }
  }
  if (how < 0.5 || cannotFail() !== undefined) return { largestFileKb: fullAt(() => start) }
  const first = 1 + Math.floor(start * 300)
  return { disk: { calls: ['pwrite64'], error: 'ENOSPC', first, last: first + Math.floor(length * 40) } }
}

function isOfDisk(fault: FaultKind): boolean {
  return fault === 'full disk' || fault === 'failed flush'
}

/** So that the write-ahead log, which begins at nothing with each server, cannot hold all that the server writes. */
function fullAt(random: () => number): number {
  return 120 + Math.floor(random() * 400)
}

/** Takes the write lock of the database, as a backup or a curious person does; some never let go of it. */
function lock(path: string, random: () => number): Disposable {
  const forEver = random() < 0.3
  let timer = setTimeout(take, 0)
  let connection: Database.Database | undefined
  function take(): void {
    try {
      if (existsSync(path)) connection ??= new Database(path, { timeout: 1_000 })
      connection?.exec('begin immediate')
      if (!forEver) timer = setTimeout(release, random() * 400)
    } catch {
      timer = setTimeout(take, 20)
    }
  }
  function release(): void {
    connection?.exec('rollback')
    timer = setTimeout(take, random() * 200)
  }
  return {
    [Symbol.dispose]() {
      clearTimeout(timer)
      connection?.close()
    },
  }
}

// ---------------------------------------------------------------------------- what must hold

function look<T>(project: PipelineProject, at: (get: (sql: string) => T) => T): T | undefined {
  if (!existsSync(project.database)) return undefined
  const connection = new Database(project.database, { readonly: true, timeout: 5_000 })
  try {
    return at((sql) => connection.prepare(sql).pluck().get() as T)
  } catch (error) {
    // Before its first start has made the tables.
    if (error instanceof Database.SqliteError && /no such table/.test(error.message)) return undefined
    throw error
  } finally {
    connection.close()
  }
}

export function isDone(project: PipelineProject): boolean {
  const left = look<number>(project, (get) =>
    get(`select ${ITEMS} - (select count(*) from approved where review_status = 'posted')
      + (select count(*) from executions where status = 'running')
      + (select count(*) from mailbox where recipient not like '/bots/poster%')`),
  )
  return left === 0
}

interface Evidence {
  readonly kind: Kind
  readonly model: ModelDouble
  readonly posts: readonly string[]
  readonly kills: number
  readonly lostAnswers: number
}

/** @returns what does not hold, as sentences */
export function verify(
  project: PipelineProject,
  { kind, model, posts, kills, lostAnswers }: Evidence,
): readonly string[] {
  const connection = new Database(project.database)
  const all = <T>(sql: string) => connection.prepare(sql).pluck().all() as T[]
  const one = (sql: string) => all<number>(sql)[0] ?? 0
  const problems: string[] = []
  const expect = (what: string, found: unknown, wanted: unknown) => {
    if (JSON.stringify(found) !== JSON.stringify(wanted)) {
      problems.push(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
    }
  }
  const approved = all<string>('select text_content from approved order by text_content')
  const messages = approved.map((text) => messagesOf(text, kind))
  expect('E1 posts', [...posts].sort(), messages.flat().sort())
  const inOrder = messages.filter((parts) =>
    parts.every((part, index) => index === 0 || posts.indexOf(parts[index - 1]!) < posts.indexOf(part)),
  )
  expect('E1 texts whose messages are in order', inOrder.length, messages.length)
  expect('E1 approved rows', approved.length, ITEMS)
  expect('E1 distinct rows', new Set(approved).size, ITEMS)

  const answers = all<string>('select distinct execution_id || act_key from ledger where ending is null').length
  const journaled = one('select count(*) from ledger where ending is null')
  expect('E2 answers of one act', journaled, answers)
  const brokenOff = one('select count(*) from ledger where ending is not null')
  if (brokenOff > lostAnswers)
    problems.push(`E2 answers that broke off: ${brokenOff} of ${lostAnswers} that were cut off`)
  const repeated = one('select coalesce(sum(repeated), 0) from ledger')
  const asked = [...model.asked.values()].reduce((total, count) => total + count, 0)
  const again = asked - journaled - lostAnswers
  if (again > kills) problems.push(`E2 calls without an answer in the journal: ${again} with ${kills} kills`)
  if (again > 0 && repeated === 0) problems.push(`E2 ${again} repeated calls, and none is marked in the ledger`)
  expect('E2 journaled answers', journaled, ITEMS * 2 + 1)

  const runs = (bot: string) => one(`select count(*) from executions where bot = '${bot}' and parent_id is null`)
  expect('E3 runs of the generator', runs('generator'), 1)
  expect('E3 runs of the curator', runs('curator'), 1)
  expect('E3 drafts left', one('select count(*) from drafts'), 0)
  expect(
    'E3 unfinished runs',
    all(`select id || ' ' || status || ' ' || coalesce(error, '') from executions
    where status <> 'completed' and not (bot like 'poster%' and status = 'failed')`),
    [],
  )

  expect(
    'E4 open effects',
    all(`select key || ' ' || status from effects where status in ('intended', 'doubtful')
    and platform = 'discord' and command <> 'channels.get_or_create'`),
    [],
  )
  expect('E4 claims', one('select count(*) from row_claims'), 0)
  expect(
    'E4 messages to others than the poster',
    one(`select count(*) from mailbox where recipient not like '/bots/poster%'`),
    0,
  )
  expect('E4 dead letters', all('select reason || message from dead_letters'), [])
  expect('E4 damages', all('pragma integrity_check'), ['ok'])
  connection.close()
  return problems
}

function describe(project: PipelineProject): string {
  if (!existsSync(project.database)) return 'There is no database.'
  const connection = new Database(project.database)
  const queries = [
    `select bot, id, parent_id, status, error from executions where status <> 'completed' and not (bot like 'poster%' and status = 'failed')`,
    'select recipient, attempts, message from mailbox limit 5',
    'select * from dead_letters',
    'select * from row_claims',
    `select key, status, error from effects where status <> 'done'`,
    'select id, text_content, review_status from approved',
  ]
  const told = queries.flatMap((sql) => [sql, ...rowsOf(connection, sql)])
  connection.close()
  return told.join('\n')
}

function rowsOf(connection: Database.Database, sql: string): readonly string[] {
  try {
    return connection
      .prepare(sql)
      .all()
      .map((row) => `  ${JSON.stringify(row)}`)
  } catch (error) {
    return [`  ${(error as Error).message}`]
  }
}
