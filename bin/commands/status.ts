// status: the server, its bots and the content on one screen. Without a server, what its database says.

import { relative } from 'node:path'
import { type BotStatus, inDoubt, pipelineStatus, type ServerStatus } from '../../actors/server-status.ts'
import { type Spending, spendingOf } from '../../actors/spending.ts'
import type { Config } from '../../config/config.ts'
import { askServer } from '../../console/control.ts'
import type { Place } from '../../errors.ts'
import type { LedgerTotals } from '../../store/store.ts'
import { attention, doubtOf, lettersOf, spentOf } from '../attention.ts'
import type { Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { ago, duration, money, plural, tokens, withIsoTimes } from '../figures.ts'
import type { Io } from '../io.ts'
import { readStore } from '../project.ts'
import { askRunning } from '../running-server.ts'
import type { StatusAnswer, StatusPageAnswer } from '../server-routes.ts'
import { table } from '../table.ts'

type Pipeline = ServerStatus['pipeline']
interface Stored {
  readonly inDoubt: readonly string[]
  readonly deadLetters: number
  /** Runs of bots that the last server did not finish; the next one goes on with them. */
  readonly unfinished: number
  readonly pipeline: Pipeline
  readonly today: LedgerTotals
  readonly spending: readonly Spending[]
}

const NOTHING: Stored = {
  inDoubt: [],
  deadLetters: 0,
  unfinished: 0,
  pipeline: { pending: 0, approved: 0, posted: 0 },
  today: { calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, unpriced: 0, repeated: 0, cached: 0, lost: 0 },
  spending: [],
}

export const status: Run = async (options, io) => {
  const { config } = io.configInPart()
  if (options.isSet('html')) {
    io.print((await askRunning<StatusPageAnswer>(config, '/v1/status-page')).html)
    return EXIT.ok
  }
  const server = await askServer<StatusAnswer>(config.stateDir, 'GET', '/v1/status')
  if (server?.ready === false) {
    if (io.json) io.printJson({ running: true, ready: false })
    else io.print('The server is starting.')
    return EXIT.ok
  }
  if (server === undefined) {
    const stored = await readStored(config, io.now())
    if (io.json) io.printJson(withIsoTimes({ running: false, ...stored }))
    else showStored(stored, config, io)
    return options.isSet('exit-status') ? EXIT.failed : EXIT.ok
  }
  const worries = attention(server, server.reload, (place) => placed(place, io))
  if (io.json) io.printJson(withIsoTimes({ running: true, ...server, worries }))
  else showServer(server, config, worries, io)
  return options.isSet('exit-status') && worries.length > 0 ? EXIT.failed : EXIT.ok
}

function readStored({ pipeline: tables, ...config }: Config, now: number): Promise<Stored> {
  return readStore({ pipeline: tables, ...config }, NOTHING, (store) => ({
    inDoubt: inDoubt(store),
    deadLetters: store.deadLetters.count(),
    unfinished: store.executions.list({ status: 'running', limit: 1_000 }).filter(({ bot }) => bot !== undefined)
      .length,
    pipeline: pipelineStatus(store, tables),
    today: store.ledger.totals({ since: new Date(now).setUTCHours(0, 0, 0, 0) }),
    spending: spendingOf(config.models.budgets, store.ledger, now),
  }))
}

function showServer(server: ServerStatus, config: Config, worries: readonly string[], io: Io): void {
  const now = io.now()
  const posting = server.posting === 'live' ? io.paint(['red', 'bold'], 'live posting') : 'dry run'
  const up = `up ${duration(now - server.startedAt)}`
  io.print(`${io.paint('green', '●')} serving   pid ${server.pid} · ${up} · ${posting} · ${config.root}`)
  if (server.bots.length > 0) {
    const cells = server.bots.map((bot) => botCells(bot, now))
    io.print()
    for (const line of table(['BOT', 'STATE', 'LAST OK', 'NEXT', 'FAILS', 'OK/ERR', 'RESTARTS', 'INBOX'], cells, io)) {
      io.print(line)
    }
  }
  io.print()
  showPipeline(server, config, io)
  showWorries(worries, io)
}

function showWorries(worries: readonly string[], io: Io): void {
  worries.forEach((worry, index) => {
    io.print(`${io.paint('yellow', (index === 0 ? 'attention' : '').padEnd(11))}${worry}`)
  })
}

function showStored(stored: Stored, config: Config, io: Io): void {
  io.print(`○ not running   ${config.root}`)
  showPipeline(stored, config, io)
  if (stored.unfinished > 0)
    io.print(`unfinished ${plural(stored.unfinished, 'run')}, which the next server goes on with`)
  showWorries([...spentOf(stored.spending), ...lettersOf(stored.deadLetters), ...stored.inDoubt.map(doubtOf)], io)
  io.remark('\nThe server is not running; this is what its database says. Start it: botticelli serve')
}

function showPipeline(
  { pipeline, today, spending }: Pick<Stored, 'pipeline' | 'today' | 'spending'>,
  config: Config,
  io: Io,
): void {
  const { pending, approved, posted } = pipeline
  const unpriced = today.unpriced > 0 ? ` · ${plural(today.unpriced, 'call')} without a known price` : ''
  io.print(`pipeline   pending ${pending} → approved ${approved} → posted ${posted}`)
  io.print(
    `today      ${plural(today.calls, 'model call')} · ${tokens(today.inputTokens + today.outputTokens)} · ${money(today.costUsd)}${unpriced}`,
  )
  if (spending.length > 0) io.print(`budget     ${spending.map(budgetLine).join(' · ')}`)
  if (pending > 0) io.remark(`\nDecide on ${config.pipeline.drafts}: botticelli content list --status pending`)
}

/** `day $0.0188 of $0.0200`. */
function budgetLine({ period, spentUsd, limitUsd }: Spending): string {
  return `${period} ${money(spentUsd)} of ${money(limitUsd)}`
}

function botCells(bot: BotStatus, now: number): string[] {
  const { busyForMs, lastSuccessAt } = bot
  return [
    bot.bot,
    busyForMs === undefined ? bot.state : `${bot.state} ${duration(busyForMs)}`,
    lastSuccessAt === undefined ? '-' : ago(lastSuccessAt, now),
    nextRun(bot, now),
    String(bot.consecutiveFailures),
    `${bot.succeeded}/${bot.failed}`,
    String(bot.restarts),
    String(bot.mailboxDepth),
  ]
}

function nextRun({ paused, nextRunAt }: BotStatus, now: number): string {
  if (paused !== undefined) return paused.until === undefined ? 'paused' : `paused ${duration(paused.until - now)}`
  if (nextRunAt === undefined) return '-'
  return nextRunAt <= now ? 'now' : `in ${duration(nextRunAt - now)}`
}

function placed({ file, line, column }: Place, io: Io): string {
  return `${relative(io.cwd, file)}:${line}:${column}`
}
