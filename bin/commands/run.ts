// run: one narrative, from its first act to its report.

import type { RunReport, RunRequest } from '../../actors/runner.ts'
import { openBotticelli } from '../../botticelli.ts'
import type { Config } from '../../config/config.ts'
import { CODES, type ErrorCode } from '../../errors.ts'
import type { Options, Run } from '../command.ts'
import { errorText } from '../error-report.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { duration, money, plural, tokens } from '../figures.ts'
import { watchInterrupts } from '../interrupts.ts'
import type { Io } from '../io.ts'
import { UsageError } from '../parse.ts'
import { plainText } from '../plain-text.ts'
import { createProgressDisplay } from '../progress-display.ts'
import { dryRun } from './run-dry.ts'
import { findNarrative } from '../project.ts'

export const run: Run = async (options, io) => {
  const { config } = io.config(options.isSet('live') ? { posting: 'live' } : {})
  const request = requestOf(options, io, config)
  return options.isSet('dry-run') ? dryRun(request, config, io) : runRequest(request, config, io)
}

/** Runs to the end, with its progress on the terminal and its report as the result. */
export async function runRequest(request: RunRequest, config: Config, io: Io): Promise<ExitCode> {
  io.outliveReaders()
  await using app = await open(config, io)
  using interrupts = watchInterrupts(io.now)
  using display = createProgressDisplay(io)
  app.onProgress((event) => display.show(event))

  const stop = new AbortController()
  interrupts.first.then(() => {
    io.remark('Stopping: what is done is kept. Ctrl-C again leaves at once.')
    stop.abort()
  })
  const signal = AbortSignal.any([stop.signal, io.signal])
  interrupts.second.then(() => io.leave(EXIT.interrupted))
  const report = await app.run({ ...request, signal })
  display[Symbol.dispose]()
  show(report, io)
  return exitCodeOf(report)
}

/** Without metrics: their port belongs to the server, which may be running. */
async function open(config: Config, io: Io) {
  const { telemetry } = config
  const app = await openBotticelli(
    { ...config, telemetry: { ...telemetry, prometheus: undefined } },
    io.globals.verbose ? { log: io.stderr } : {},
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

function show(report: RunReport, io: Io): void {
  if (io.json) {
    io.printJson(report)
    return
  }
  if (report.response !== undefined) io.print(plainText(report.response))
  const stored = report.rows.map(
    ({ table, stored: count, skipped }) =>
      `${plural(count, 'row')} in ${table}${skipped > 0 ? ` (${skipped} skipped)` : ''}`,
  )
  const { inputTokens, outputTokens, costUsd, unpriced, status, executionId } = report
  const figures = [
    status,
    duration(report.durationMs),
    plural(report.acts, 'act'),
    ...stored,
    tokens(inputTokens + outputTokens),
    `${money(costUsd)}${unpriced > 0 ? ` and ${plural(unpriced, 'call')} without a known price` : ''}`,
  ]
  io.remark(`\n${io.paintRemark('bold', report.narrative)} ${figures.join(' · ')}`)
  if (report.error !== undefined && status === 'failed') {
    const fix = CODES[report.error.code as ErrorCode]?.fix
    io.stderr.write(`${errorText({ ...report.error, ...(fix !== undefined && { fix }) }, io)}\n`)
  }
  io.remark(`${io.paintRemark('dim', 'see')}    botticelli executions show ${executionId}`)
  if (status !== 'completed') io.remark(`${io.paintRemark('dim', 'resume')} botticelli run --resume ${executionId}`)
}

function exitCodeOf({ status }: RunReport): ExitCode {
  if (status === 'completed') return EXIT.ok
  return status === 'cancelled' ? EXIT.interrupted : EXIT.failed
}
