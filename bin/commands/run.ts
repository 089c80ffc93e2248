// run: one narrative, from its first act to its report.

import { basename, relative } from 'node:path'
import type { RunReport, RunRequest } from '../../actors/runner.ts'
import type { Config } from '../../config/config.ts'
import { operatorName } from '../../console/operator.ts'
import { openRuns } from '../../server/runs.ts'
import type { NewAuditLine, Store } from '../../store/store.ts'
import type { Options, Run } from '../command.ts'
import { errorText, serializedErrorJson, withoutStack } from '../error-report.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { duration, money, plural, tokens } from '../figures.ts'
import { watchInterrupts } from '../interrupts.ts'
import type { Io } from '../io.ts'
import { UsageError } from '../parse.ts'
import { oneLine, plainText } from '../plain-text.ts'
import { createProgressDisplay } from '../progress-display.ts'
import { findNarrative } from '../project.ts'
import { collectWarnings, countWarnings, type RunWarning, type RunWarnings, repeatedWarnings } from '../run-warnings.ts'

export const run: Run = async (options, io) => {
  const { config } = io.config({
    ...(options.isSet('live') && { posting: 'live' }),
    ...(options.isSet('no-stream') && { 'models.stream': 'false' }),
  })
  const request = requestOf(options, io, config)
  if (options.isSet('cassette')) return runRecorded(request, config, options, io)
  if (!options.isSet('dry-run')) return runRequest(request, config, io, options.isSet('events'))
  const { dryRun } = await import('./run-dry.ts')
  return dryRun(request, config, io)
}

/** In earnest, but for the answers: they are those that were recorded for the narrative's test. */
async function runRecorded(request: RunRequest, config: Config, options: Options, io: Io): Promise<ExitCode> {
  const other = (['model', 'dry-run', 'resume'] as const).find((flag) => options.isSet(flag))
  if (request.file === undefined || other !== undefined) {
    throw new UsageError(`--cassette and --${other ?? 'resume'} cannot both be meant.`, 'Give one of them.', io.globals)
  }
  const { recordedRun } = await import('../recorded-answers.ts')
  const { name, vars, replies } = recordedRun(request.file, request.narrative, io.cwd)
  io.remark(`The answers are those recorded for the test "${plainText(name)}"; no model is asked.`)
  const models = { ...config.models, override: 'scripted', scripted: { replies } }
  return runRequest(
    { ...request, inputs: { ...vars, ...request.inputs } },
    { ...config, models },
    io,
    options.isSet('events'),
  )
}

/**
 * Runs to the end, with its progress on the terminal and its report as the result.
 *
 * @param events the progress is lines of JSON on stderr
 */
export async function runRequest(request: RunRequest, config: Config, io: Io, events = false): Promise<ExitCode> {
  io.outliveReaders()
  // Where the result goes elsewhere, or a log is in the way, nobody reads along.
  const streams = io.live !== undefined && io.columns !== undefined && !io.globals.verbose
  using display = createProgressDisplay(io, { streams, events })
  const warnings = collectWarnings(
    (text) => {
      if (!io.globals.verbose) display.tell(warningLine(text, io))
    },
    (file) => relative(io.cwd, file),
  )
  const { stream = streams || events } = config.models
  await using app = await open({ ...config, models: { ...config.models, stream } }, warnings, io)
  using _alone = await besideNoServer(request, app.store, config)
  using interrupts = watchInterrupts(io.now)
  app.onProgress((event) => display.show(event))

  const stop = new AbortController()
  interrupts.first.then(() => {
    display.tell('Stopping: what is done is kept. Ctrl-C again leaves at once.')
    stop.abort()
  })
  const signal = AbortSignal.any([stop.signal, io.signal])
  interrupts.second.then(() => io.leave(EXIT.interrupted))
  app.store.audit.add(auditLineOf(request, config, io))
  const { TRACEPARENT: traceparent } = io.environment
  const report = await app.run({ ...request, signal, ...(traceparent !== undefined && { traceparent }) })
  display[Symbol.dispose]()
  const isShown = report.response !== undefined && display.hasShown(report.response)
  show(report, { warnings: warnings.list(), isShown }, io)
  return exitCodeOf(report)
}

/**
 * A server that starts while the run of a bot is resumed here would go on with it as well. One that runs already was asked
 * first, and does not have that bot.
 * @throws StoreError `server-running` where another command resumes the run of a bot
 */
async function besideNoServer({ resume = '' }: RunRequest, { executions }: Store, { database, stateDir }: Config) {
  if (executions.find(resume)?.bot === undefined) return undefined
  const { ownDatabase } = await import('../../store/own-database.ts')
  try {
    return ownDatabase(database)
  } catch (error) {
    const { askServer } = await import('../../console/control.ts')
    if ((await askServer(stateDir, 'GET', '/v1/server')) === undefined) throw error
    return undefined
  }
}

function auditLineOf({ file = '', narrative, resume, replay }: RunRequest, config: Config, io: Io): NewAuditLine {
  const who = { by: operatorName(), at: io.now(), details: { posting: config.posting } }
  if (resume !== undefined) return { ...who, action: 'execution.resume', subject: resume }
  if (replay !== undefined) return { ...who, action: 'execution.replay', subject: replay.id }
  return { ...who, action: 'narrative.run', subject: narrative ?? basename(file, '.toml') }
}

/** Metrics are pushed where that is configured; their port belongs to the server, which may be running. */
async function open(config: Config, { take }: RunWarnings, io: Io) {
  const { telemetry } = config
  const app = await openRuns(
    { ...config, telemetry: { ...telemetry, prometheus: undefined } },
    { onWarning: take, pushMetrics: true, ...(io.globals.verbose && { log: io.stderr }) },
  )
  return Object.assign(app, { [Symbol.asyncDispose]: () => app.stop() })
}

function requestOf(options: Options, io: Io, config: Config): RunRequest {
  const [model, resume] = [options.text('model'), options.text('resume')]
  const words = options.args[0] ?? options.text('narrative')
  if (words === undefined && resume === undefined) {
    throw new UsageError('Nothing to run was named.', 'Name a narrative: botticelli run FILE', io.globals)
  }
  const found = words === undefined ? undefined : findNarrative(words, io.cwd, config)
  const narrative = options.text('narrative-name') ?? found?.narrative
  return {
    ...(found !== undefined && { file: found.file }),
    ...(narrative !== undefined && { narrative }),
    ...(model !== undefined && { model }),
    ...inputsOf(options, io),
    ...(resume !== undefined && { resume }),
  }
}

function inputsOf(options: Options, io: Io): Pick<RunRequest, 'inputs'> {
  const pairs = options.list('input').map((pair) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? []
    if (name !== undefined && value !== undefined) return [name.trim(), value]
    throw new UsageError(`"${pair}" gives no value.`, 'Write it as --input name=value.', io.globals)
  })
  return pairs.length > 0 ? { inputs: Object.fromEntries(pairs) } : {}
}

interface Shown {
  readonly warnings: readonly RunWarning[]
  /** The response stands on the terminal already. */
  readonly isShown: boolean
}

function show(report: RunReport, { warnings, isShown }: Shown, io: Io): void {
  if (io.json) {
    const { error, ...rest } = report
    const shown = error === undefined ? undefined : io.globals.verbose ? error : withoutStack(error)
    io.printJson({ ...rest, ...(shown !== undefined && { error: shown }), warnings })
    if (error !== undefined) io.stderr.write(`${serializedErrorJson(error, exitCodeOf(report), io)}\n`)
    return
  }
  if (report.response !== undefined && !isShown) io.print(plainText(report.response))
  const stored = report.rows.map(
    ({ table, stored: count, skipped }) =>
      `${plural(count, 'row')} in ${table}${skipped > 0 ? ` (${skipped} skipped)` : ''}`,
  )
  const { inputTokens, outputTokens, costUsd, unpriced, lost, status, executionId } = report
  const figures = [
    status,
    duration(report.durationMs),
    plural(report.acts, 'act'),
    ...stored,
    tokens(inputTokens + outputTokens),
    `${money(costUsd)}${unpriced > 0 ? ` and ${plural(unpriced, 'call')} without a known price` : ''}`,
    ...(lost > 0 ? [`${plural(lost, 'call')} without an answer`] : []),
    ...countWarnings(warnings),
  ]
  if (!io.globals.verbose) for (const text of repeatedWarnings(warnings)) io.remark(warningLine(text, io))
  io.remark(`\n${io.paintRemark('bold', oneLine(report.narrative, 100))} ${figures.join(' · ')}`)
  if (report.error !== undefined && status === 'failed') io.stderr.write(`${errorText(report.error, io)}\n`)
  io.remark(`${io.paintRemark('dim', 'see')}    botticelli executions show ${executionId}`)
  if (status !== 'completed') io.remark(`${io.paintRemark('dim', 'resume')} botticelli run --resume ${executionId}`)
}

function warningLine(text: string, io: Io): string {
  return `${io.paintRemark('yellow', 'warning')}: ${text}`
}

function exitCodeOf({ status }: RunReport): ExitCode {
  if (status === 'completed') return EXIT.ok
  return status === 'cancelled' ? EXIT.interrupted : EXIT.failed
}
