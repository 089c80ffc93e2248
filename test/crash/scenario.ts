// Scenario: one pipeline, killed again and again at instants that a seed chooses, until its work is done.
//
//   What must hold at the end, whatever was killed when:
//   E1. Each item that was approved is posted exactly once, and nothing else is.
//   E2. No act was asked about again whose answer was journaled; a repeated call is marked in the ledger, at most one a kill.
//   E3. No row and no message was lost: every bot ran as often as it was told to, every run completed.
//   E4. Nothing is left over: no open effect, no claim, no message, no dead letter; the database is whole.

import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { startDiscordDouble } from '../../platforms/discord-double.ts'
import { cannotFail } from './failing-disk.ts'
import { type ModelDouble, startModelDouble } from './model-double.ts'
import { ITEMS, makePipelineProject, type PipelineProject, type Server } from './pipeline-project.ts'

/**
 * `network cut`: after the request was sent and before its answer came, whole or in part. `locked database`: another
 * process holds the write lock, now and then or for as long as a server lives. `full disk`: nothing grows past a size, or
 * writes find no room. `failed flush`: the disk takes what is written and does not say that it has it.
 */
export const FAULTS = ['none', 'network cut', 'locked database', 'full disk', 'failed flush'] as const
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
  const hasThreads = random() < 0.4
  const threads = ['generator', 'curator', 'poster'].filter(() => random() < 0.6 && hasThreads)
  await using project = makePipelineProject(
    {
      OPENAI_API_KEY: 'key-of-the-double',
      OPENAI_BASE_URL: model.url,
      DISCORD_TOKEN: 'token-of-the-double',
      DISCORD_API_URL: discord.url,
      DISCORD_GUILD_ID: discord.guildId,
    },
    threads,
  )
  const isEdited = random() < 0.4
  const how = [...threads.map((bot) => `${bot} in a thread`), ...(isEdited ? ['files edited'] : [])]
  const forgetful = random() < 0.5
  let lostAnswers = 0
  let kills = 0

  while (kills < mostKills && !isDone(project)) {
    const plan = planKill(random)
    const [edition, editAfterMs] = [{ version: kills + 1, isSpoilt: random() < 0.3 }, 200 + random() * 600]
    if (fault === 'network cut') lostAnswers += loseAnswers(random, model, discord)
    const server = project.serve(failingDisk(fault, random))
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
      return { kills, how, problems: [`The server ended by itself:\n${server.output().slice(-3_000)}`] }
    if (signal === 'SIGKILL') kills++
    if (forgetful) discord.forgetNonces()
  }

  const last = project.serve()
  const deadline = Date.now() + LIMIT_MS
  while (!isDone(project) && Date.now() < deadline && last.process.exitCode === null) await sleep(20)
  const finished = isDone(project)
  await last.kill('SIGTERM')
  const problems = finished
    ? verify(project, {
        model,
        posts: discord.messages('crash').map(({ content }) => String(content)),
        kills,
        lostAnswers,
      })
    : [`The pipeline did not get done:\n${last.output().slice(-3_000)}\n${describe(project)}`]
  return { kills, problems, how }
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

// ---------------------------------------------------------------------------- faults from below

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
      + (select count(*) from mailbox where recipient <> '/bots/poster')`),
  )
  return left === 0
}

interface Evidence {
  readonly model: ModelDouble
  readonly posts: readonly string[]
  readonly kills: number
  readonly lostAnswers: number
}

/** @returns what does not hold, as sentences */
export function verify(project: PipelineProject, { model, posts, kills, lostAnswers }: Evidence): readonly string[] {
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
  expect('E1 posts', [...posts].sort(), approved)
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
    where status <> 'completed' and not (bot = 'poster' and status = 'failed')`),
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
    one(`select count(*) from mailbox where recipient <> '/bots/poster'`),
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
    `select bot, id, parent_id, status, error from executions where status <> 'completed' and not (bot = 'poster' and status = 'failed')`,
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
