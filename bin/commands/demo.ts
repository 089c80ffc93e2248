// demo: three bots turn narratives into posts on a Discord double, offline, with one crash healed in view.
//
//   X1. Nothing leaves this machine: the model is scripted, the Discord is a double, the environment's keys are not read.
//   X2. Ends with 0 only if all that demo-checks.ts promises did happen.

import { relative, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ProgressEvent } from '../../actors/progress.ts'
import { type Botticelli, openBotticelli } from '../../botticelli.ts'
import type { Config } from '../../config/config.ts'
import { loadConfig } from '../../config/load-config.ts'
import { VERSION } from '../../config/version.ts'
import { BotticelliError } from '../../errors.ts'
import { type DiscordDouble, startDiscordDouble } from '../../platforms/discord-double.ts'
import type { ActRecord, ContentRow, Store } from '../../store/store.ts'
import { traceIdOf } from '../../telemetry/trace-context.ts'
import type { Run } from '../command.ts'
import { type Check, checkOutcome, type Outcome, undecided } from '../demo/demo-checks.ts'
import { DEMO_FOLDER, fillDemoFolder, makeDemoFolder, POST_EVERY_MS } from '../demo/demo-folder.ts'
import { DemoStory } from '../demo/demo-story.ts'
import { errorText } from '../error-report.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { duration, money, plural, tokens } from '../figures.ts'
import { watchInterrupts } from '../interrupts.ts'
import type { Io } from '../io.ts'
import { openAnswers } from '../open-answers.ts'
import { oneLine } from '../plain-text.ts'

const CHANNEL = 'botticelli'
/** Longest time for the whole story; it usually takes a tenth of this. */
const PATIENCE_MS = 90_000
const POLL_MS = 50

export const demo: Run = async (options, io) => {
  const begunAt = io.now()
  const story = new DemoStory(io)
  const folder = resolve(io.cwd, DEMO_FOLDER)
  makeDemoFolder(folder)
  let config: Config | undefined
  await using answers = await openAnswers(folder, () => config?.bots ?? [], io.now)
  await using discord = await startDiscordDouble({ faults: [{ is: 'lost-answer', method: 'POST', path: '/messages' }] })
  fillDemoFolder(folder, discord.url)
  config = loadConfig({ cwd: folder, environment: demoEnvironment(io, discord) }).config
  using interrupts = watchInterrupts(io.now)
  interrupts.second.then(() => io.leave(EXIT.interrupted))

  story.say(`botticelli ${VERSION} demo · offline · scripted model · Discord double\n`)
  story.step(1, 'project', `${DEMO_FOLDER}, made anew each time`)
  story.line('discord', `a double on this machine: ${discord.url}`)
  const app = await openBotticelli(config, { onSupervision: answers.onSupervision })
  answers.tellOf(app)
  try {
    const told = tell(app, config, discord, story).then(() => undefined)
    const late = sleep(PATIENCE_MS, undefined, { ref: false })
    const signal = await Promise.race([told, interrupts.first, late])
    if (signal !== undefined) return EXIT.interrupted
    const outcome = outcomeOf(app, config, discord, story)
    const status = conclude(outcome, { tookMs: io.now() - begunAt, story, io })
    if (status === EXIT.ok && io.live !== undefined && !options.isSet('once')) {
      story.say(` What you approve is posted within ${duration(POST_EVERY_MS)}. Ctrl-C ends the demo.`)
      await interrupts.first
    } else story.say(' The demo has ended. In a terminal it goes on, and posts what you approve.')
    return status
  } finally {
    await app.stop()
  }
}

/** Settles when both approved drafts are posted. */
async function tell(app: Botticelli, config: Config, discord: DiscordDouble, story: DemoStory): Promise<void> {
  const { approved } = config.pipeline
  const steps = new Map([
    ['writer', () => story.step(3, 'write', 'generate.toml: five drafts, each in four acts')],
    ['curator', () => story.step(4, 'curate', 'curate.toml: the two best are approved')],
    ['poster', () => story.step(5, 'post', `post.toml: one post a run, to #${CHANNEL}`)],
  ])
  story.step(2, 'actors', `${[...steps.keys()].join(', ')} · ${plural([...app.system.records()].length, 'actor')}`)
  app.system.subscribe((event) => story.supervision(event))
  // The poster looks for itself what there is, often before the curator's run is over: step by step it is easier to read.
  const posted: ProgressEvent[] = []
  let isCurated = false
  app.onProgress((event) => {
    if (botOf(event) === 'poster' && !isCurated) {
      posted.push(event)
      return
    }
    show(event)
    if (botOf(event) !== 'curator' || event.type !== 'execution.completed') return
    isCurated = true
    for (const earlier of posted.splice(0)) show(earlier)
  })
  const isPosted = () => rowsOf(app.store, approved).filter((row) => row.reviewStatus === 'posted').length >= 2
  while (!isPosted()) await sleep(POLL_MS)

  function show(event: ProgressEvent): void {
    const bot = botOf(event)
    steps.get(bot)?.()
    steps.delete(bot)
    story.progress(event)
    if (event.type === 'act.completed' && event.act === 'score' && !event.replayed) {
      // Not within the act's own call: it is to be killed as from outside.
      setImmediate(() => {
        story.killed()
        app.system.kill('/bots/curator')
      })
    }
    if (event.type === 'execution.completed' && bot === 'poster') {
      for (const line of postLines(discord, story)) story.line(...line)
    }
  }
}

function botOf(event: ProgressEvent): string {
  return 'bot' in event ? (event.bot ?? '') : ''
}

/** The newest post, and once what became of the one whose answer was lost. */
function postLines(discord: DiscordDouble, story: DemoStory): [string, string][] {
  const messages = discord.messages(CHANNEL)
  const sent = discord.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/messages')).length
  const newest: [string, string] = [`#${CHANNEL}`, `"${oneLine(String(messages.at(-1)?.content), 56)}"`]
  const wasLost = messages.length === 1 && story.seen.failed.includes('publish') && sent === 1
  return wasLost ? [newest, ['', 'Discord was asked: it has the post, so it is not sent again']] : [newest]
}

function outcomeOf(app: Botticelli, config: Config, discord: DiscordDouble, story: DemoStory): Outcome {
  const { store } = app
  const { drafts, approved } = config.pipeline
  return {
    drafts: rowsOf(store, drafts),
    approved: rowsOf(store, approved),
    messages: discord.messages(CHANNEL).map(({ content }) => String(content)),
    answers: answersBelow(store, undefined),
    ledger: store.ledger.totals(),
    curator: app.status().bots.find(({ bot }) => bot === 'curator'),
    seen: story.seen,
  }
}

function rowsOf(store: Store, table: string): readonly ContentRow[] {
  return store.content.exists(table) ? store.content.list({ table, limit: 100 }).toReversed() : []
}

/** Answers in the journals of an execution and of all that it contains; of all executions without one. */
function answersBelow(store: Store, parentId: string | undefined): number {
  const children = store.executions.list(parentId === undefined ? { limit: 1000 } : { parentId, limit: 1000 })
  return children.reduce((sum, { id }) => {
    const answered = store.journal.acts(id).filter((act: ActRecord) => act.answer !== undefined)
    return sum + answered.length + answersBelow(store, id)
  }, 0)
}

function conclude(
  outcome: Outcome,
  { tookMs, story, io }: { readonly tookMs: number; readonly story: DemoStory; readonly io: Io },
): ExitCode {
  const checks = checkOutcome(outcome)
  const broken = checks.filter(({ held }) => !held)
  const left = undecided(outcome.drafts, outcome.approved)
  if (io.json) printJson(outcome, checks, left, tookMs, io)
  for (const line of [...figureLines(outcome, tookMs), '', ...leftLines(left, io), '']) story.say(line)
  for (const { promise } of broken) {
    io.stderr.write(`${errorText(new BotticelliError('demo-failed', `Not so: ${promise}.`), io)}
`)
  }
  return broken.length === 0 ? EXIT.ok : EXIT.failed
}

function figureLines({ ledger, approved }: Outcome, tookMs: number): string[] {
  const all = tokens(ledger.inputTokens + ledger.outputTokens)
  const traces = approved.flatMap(({ traceparent }) => traceIdOf(traceparent) ?? [])
  const cost = `${money(ledger.costUsd)} (scripted, so free)`
  return [
    '',
    ` ${duration(tookMs)} · ${plural(ledger.calls, 'model call')} · ${all} · ${cost}`,
    ...(traces.length === 0 ? [] : [' one trace a post, from its draft on:', ...traces.map((id) => `   ${id}`)]),
  ]
}

function leftLines(left: readonly ContentRow[], io: Io): string[] {
  const id = left[0]?.id ?? 1
  const command = `${launcher(io.cwd)} -C ${DEMO_FOLDER}`
  return [
    ` ${io.paint('bold', `${plural(left.length, 'draft')} left for you`)}, in another terminal:`,
    ...left.map((row) => `   ${String(row.id).padStart(2)}  ${oneLine(String(row.values.text_content), 70)}`),
    `   read     ${command} content show ${id}`,
    `   approve  ${command} content approve ${id}`,
    `   reject   ${command} content reject ${left[1]?.id ?? id}`,
    `   look     ${command} executions list`,
    `            ${command} actors tree`,
  ]
}

function printJson(outcome: Outcome, checks: readonly Check[], left: readonly ContentRow[], tookMs: number, io: Io) {
  const { drafts, approved, messages, ledger, curator, seen } = outcome
  io.printJson({
    ok: checks.every(({ held }) => held),
    tookMs,
    drafts: drafts.length,
    approved: approved.length,
    posts: messages.length,
    left: left.map(({ id }) => id),
    curator: { incarnation: curator?.incarnation, restarts: curator?.restarts, healedMs: seen.healedMs },
    triedAgain: seen.failed,
    modelCalls: ledger.calls,
    inputTokens: ledger.inputTokens,
    outputTokens: ledger.outputTokens,
    costUsd: ledger.costUsd,
    checks,
  })
}

/** As a person in this folder would call it. */
function launcher(cwd: string): string {
  const path = fileURLToPath(new URL('../botticelli', import.meta.url))
  const short = relative(cwd, path)
  const shorter = short.length < path.length ? short : path
  return /\s/.test(shorter) ? `"${shorter}"` : shorter
}

/** Only what makes the demo work, so that no key or token of the person is used. */
function demoEnvironment(io: Io, discord: DiscordDouble): Record<string, string> {
  const endpoint = io.environment.OTEL_EXPORTER_OTLP_ENDPOINT
  return {
    DISCORD_TOKEN: 'a-token-for-the-double',
    DISCORD_GUILD_ID: discord.guildId,
    ...(endpoint !== undefined && { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }),
  }
}
