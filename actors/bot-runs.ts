// Bot runs: what a bot does when it is told to run, and when it comes back to life.
//
//   B4. A run that failed while it held a row which it may have published is taken up again before the next run: the
//       platform is asked what became of the publication, and nobody else sees the row before that.
//   B5. Followers are told in the transaction that completes the run: told and completed, or neither.
//   B6. A run that took its bot down each time it was taken up again is given up, so that the bot can go on.

import { basename } from 'node:path'
import type { Span } from '@opentelemetry/api'
import { fromPromise } from 'xstate'
import { BotticelliError, serializeError } from '../errors.ts'
import type { Execution } from '../store/store.ts'
import type { ActorSpec, Delivered, Scope, Start } from '../supervisor/index.ts'
import { errorTypeOf } from '../telemetry/error-type.ts'
import type { BotType } from '../telemetry/instrument-table.ts'
import { count, record } from '../telemetry/instruments.ts'
import { log } from '../telemetry/log.ts'
import { inSpan } from '../telemetry/spans.ts'
import { withLogFields } from '../telemetry/surroundings.ts'
import { currentTraceContext } from '../telemetry/trace-context.ts'
import { begunNarrative } from './begun-narrative.ts'
import { type BotMessage, type BotRun, botMachine } from './bot.ts'
import type { BotHealthBook } from './bot-health.ts'
import { type ExecutionOutcome, type ExecutionPlan, fromOptions, planOf, wasTakenDown } from './execution-plan.ts'
import { isStoreTrouble } from './insist.ts'
import { linkToItem } from './item-trace.ts'
import { runExecution } from './run-execution.ts'
import { sendToBot } from './send.ts'
import type { Services } from './services.ts'

export interface BotSettings {
  readonly name: string
  readonly type: BotType
  /** Absolute path of the narrative file. */
  readonly narrative: string
  readonly narrativeName?: string
  readonly model?: string
  /** Values for variables of the narrative. */
  readonly inputs?: Readonly<Record<string, string>>
  /** Paths of the bots that are told when this one has stored rows. */
  readonly followers: readonly string[]
  /** The table that must hold pending rows for a run to make sense; none for a bot that makes something from nothing. */
  readonly worksOn?: string
  /** At work without a sign of life for so long, it is restarted. Default never. */
  readonly hungAfterMs?: number
  /** It works in a thread of its own, within these limits. Default: with the others. */
  readonly thread?: ThreadLimits
}

export interface ThreadLimits {
  /** Of its heap. */
  readonly memoryMb: number
  /** Its event loop standing still for so long, it is killed. */
  readonly blockedAfterMs: number
}

/** What a run is given by whoever employs the bot. */
export interface Employer {
  readonly bot: BotSettings
  readonly services: Services
  readonly health: BotHealthBook
}

/** How often a message, and a run, is tried whose bot goes down over it. */
const MAX_ATTEMPTS = 5

/** What the supervisor of any bot is told of it, wherever it works. */
export function botChild(name: string): Omit<ActorSpec, 'start'> {
  return {
    id: name,
    kind: 'bot',
    restart: 'permanent',
    backoff: { minMs: 100, maxMs: 60_000, jitter: 0.2 },
    // One message too many is a dead letter, which a person can send again.
    mailbox: { durable: true, overflow: 'drop-newest' },
    redeliver: { maxAttempts: MAX_ATTEMPTS },
  }
}

/** The bot as its supervisor is told of it. @param employer asked anew for each run */
export function botSpec(name: string, employer: () => Employer): ActorSpec {
  const { hungAfterMs } = employer().bot
  return {
    ...botChild(name),
    ...(hungAfterMs !== undefined && { hungAfterMs }),
    start: (scope) => startBot(name, employer, scope),
  }
}

/** One life of the bot. */
export function startBot(name: string, employer: () => Employer, scope: Scope): Start {
  return {
    input: { bot: name },
    logic: botMachine.provide({
      actors: {
        recover: fromPromise(() => recover({ ...employer(), scope })),
        run: fromPromise<BotRun | undefined, Delivered<BotMessage>>(({ input }) =>
          run(input, { ...employer(), scope }),
        ),
      },
    }),
  }
}

interface Post extends Employer {
  readonly scope: Scope
}

/** B1: oldest first; each goes on at its first unfinished act. */
async function recover(post: Post): Promise<void> {
  await post.services.store.committed()
  for (const execution of post.services.store.executions.unfinished(post.bot.name)) await resume(execution, post)
}

/** B4. One that was given up waits for a person. */
async function takeUpHeld(post: Post): Promise<void> {
  const { bot, services, health } = post
  const { resumes } = health.memoryOf(bot.name)
  for (const execution of services.store.executions.holding(bot.name)) {
    if ((resumes.get(execution.id) ?? 0) < MAX_ATTEMPTS) await resume(execution, post)
  }
}

/** Counted until it has settled: where the bot goes down before that, it may be because of this run. */
async function resume(execution: Execution, post: Post): Promise<void> {
  const { bot, health } = post
  const about = { bot: bot.name, run: execution.id }
  if ((health.memoryOf(bot.name).resumes.get(execution.id) ?? 0) >= MAX_ATTEMPTS) return giveUp(execution, post)
  health.take({ ...about, is: 'resuming' })
  try {
    await goOn(execution, post)
    health.take({ ...about, is: 'resumed' })
  } catch (error) {
    if (isStoreTrouble(error)) health.take({ ...about, is: 'resumed' })
    throw error
  }
}

/** B6. */
function giveUp({ id }: Execution, post: Post): void {
  const { store, clock } = post.services
  const sentence = `The run ${id} took the bot "${post.bot.name}" down ${MAX_ATTEMPTS} times when it was taken up again.`
  const error = new BotticelliError('run-takes-bot-down', sentence)
  store.executions.finish(id, { status: 'failed', error: serializeError(error), at: clock.now() })
  failed(post, id, error, 0)
}

async function goOn(execution: Execution, post: Post): Promise<void> {
  const { id, trigger, options } = execution
  await attempt(post, { id, trigger, resumed: true }, () =>
    planOf(begunNarrative(execution, post.services), {
      id,
      bot: post.bot.name,
      trigger,
      resumed: true,
      ...fromOptions(options),
    }),
  )
}

async function run(message: Delivered<BotMessage>, post: Post): Promise<BotRun | undefined> {
  if (message.type === 'bot.crash') return undefined
  const { bot, services } = post
  const known = services.store.executions.find(message.run)
  if (message.type === 'bot.resume') {
    // A person has decided that it is worth another try.
    post.health.take({ bot: bot.name, is: 'resumed', run: message.run })
    if (known !== undefined && known.status !== 'completed') await resume(known, post)
    return undefined
  }
  if (known !== undefined && known.status !== 'running')
    return { outcome: 'skipped', reason: 'this run was done before' }
  await takeUpHeld(post)
  if (bot.worksOn !== undefined && !hasPending(bot.worksOn, message.run, services)) {
    const reason = `nothing is pending in ${bot.worksOn}`
    skipped(post, reason)
    const { id: causationId, correlationId } = message.meta
    const told = { bot: bot.name, causationId, correlationId, data: { reason } }
    services.store.events.add({ type: 'run.skipped', at: services.clock.now(), ...told })
    return { outcome: 'skipped', reason }
  }
  const trigger = message.type === 'content.produced' ? 'message' : message.trigger === 'manual' ? 'cli' : 'schedule'
  const model = bot.model === undefined ? {} : { model: bot.model }
  return attempt(post, { id: message.run, trigger, resumed: false }, () =>
    planOf(services.loadNarrative(bot.narrative, bot.narrativeName), {
      id: message.run,
      bot: bot.name,
      trigger,
      cause: { causationId: message.meta.id, correlationId: message.meta.correlationId },
      inputs: { ...told(message), ...bot.inputs },
      ...model,
    }),
  )
}

/** What a message says, for narratives that declare variables of these names. */
function told(message: Delivered<BotMessage>): Readonly<Record<string, string>> {
  if (message.type !== 'content.produced') return {}
  return { produced_by: message.by, produced_rows: String(message.rows) }
}

/** A row that another execution holds is none that this one could work on. */
function hasPending(table: string, reader: string, { store, clock }: Services): boolean {
  if (!store.content.exists(table)) return false
  const query = { table, where: "review_status = 'pending'", limit: 1 }
  return store.content.select(query, clock.now(), reader).rows.length > 0
}

/** One run in its span, counted. A failure is an outcome, unless the bot itself was taken down. */
function attempt(
  post: Post,
  { id, trigger, resumed }: { readonly id: string; readonly trigger: string; readonly resumed: boolean },
  plan: () => ExecutionPlan,
): Promise<BotRun | undefined> {
  const { bot, services, scope } = post
  const attributes = {
    'botticelli.bot.name': bot.name,
    'botticelli.bot.type': bot.type,
    'botticelli.bot.iteration': iterationOf(post),
    'botticelli.run.id': id,
    'botticelli.trigger': trigger,
    'botticelli.narrative.name': narrativeNameOf(bot),
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': bot.name,
  }
  const options = { attributes, parent: 'root' as const, links: [currentTraceContext()?.traceparent] }
  const work = async (span: Span): Promise<BotRun | undefined> => {
    const startedAt = services.clock.now()
    log('bot.run_started', { bot: bot.name, bot_type: bot.type, trigger, execution: id, resumed })
    try {
      const execution = await runExecution(planned(plan, post, trigger), services, scope, tellFollowers(post))
      succeeded(post, execution, services.clock.now() - startedAt)
      return { outcome: 'ok', execution }
    } catch (error) {
      if (services.store.executions.find(id)?.status === 'cancelled') return undefined
      if (wasTakenDown(scope, error)) throw error
      // Nothing is wrong with the bot: it goes on by itself once there is a budget again.
      if (errorTypeOf(error) === 'budget-reached') skipped(post, (error as Error).message)
      else {
        const durationMs = services.clock.now() - startedAt
        withLogFields(linkToItem(span, id, services.store.journal), () => failed(post, id, error, durationMs))
      }
      return undefined
    }
  }
  return inSpan(`bot.run ${bot.name}`, options, (span) => {
    return withLogFields({ bot: bot.name, execution: id }, () => work(span))
  })
}

/** Which run of the bot this is since the server began, counted from 1. */
function iterationOf({ bot, health }: Post): number {
  const { succeeded, failed, skipped } = health.of(bot.name)
  return succeeded + failed + skipped + 1
}

/** A narrative that cannot be loaded, or lacks an input, is told as such: no execution will tell of it. */
function planned(plan: () => ExecutionPlan, { bot }: Post, trigger: string): ExecutionPlan {
  try {
    return plan()
  } catch (err) {
    log('narrative.not_started', { narrative: narrativeNameOf(bot), trigger, err })
    throw err
  }
}

function narrativeNameOf({ narrative, narrativeName }: BotSettings): string {
  return narrativeName ?? basename(narrative, '.toml')
}

function skipped({ bot, health }: Post, reason: string): void {
  health.skipped(bot.name)
  count('botticelli.bot.executions', { bot: bot.name, bot_type: bot.type, outcome: 'skipped' })
  log('bot.run_skipped', { bot: bot.name, reason })
}

function succeeded({ bot, services, health }: Post, execution: ExecutionOutcome, durationMs: number): void {
  const rows = rowsOf(execution.rows)
  health.succeeded(bot.name, services.clock.now())
  count('botticelli.bot.executions', { bot: bot.name, bot_type: bot.type, outcome: 'ok' })
  record('botticelli.bot.duration', durationMs / 1000, { bot_type: bot.type, outcome: 'ok' })
  log('bot.run_completed', {
    bot: bot.name,
    execution: execution.id,
    outcome: 'ok',
    duration_ms: durationMs,
    rows,
    cost_usd: execution.costUsd,
  })
}

/** B5. */
function tellFollowers({ bot, services, scope }: Post): ((outcome: ExecutionOutcome) => void) | undefined {
  if (bot.followers.length === 0) return undefined
  return ({ rows: stored }) => {
    const rows = rowsOf(stored)
    if (rows === 0) return
    for (const follower of bot.followers) {
      const message: BotMessage = { type: 'content.produced', run: services.newId(), by: bot.name, rows }
      sendToBot(follower, message, (path, told) => scope.tell(path, told))
    }
  }
}

function rowsOf(stored: ExecutionOutcome['rows']): number {
  return stored.reduce((total, { stored: count }) => total + count, 0)
}

function failed({ bot, services, health }: Post, id: string, error: unknown, durationMs: number): void {
  health.failed(bot.name, services.clock.now(), error)
  const { consecutiveFailures } = health.of(bot.name)
  count('botticelli.bot.executions', { bot: bot.name, bot_type: bot.type, outcome: 'error' })
  count('botticelli.bot.failures', { bot: bot.name, bot_type: bot.type, error_type: errorTypeOf(error) })
  record('botticelli.bot.duration', durationMs / 1000, { bot_type: bot.type, outcome: 'error' })
  log('bot.failed', { bot: bot.name, execution: id, err: error, consecutive_failures: consecutiveFailures })
}
