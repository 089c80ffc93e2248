// narratives test: runs narratives on recorded answers and holds what they did against what was expected.

import { relative } from 'node:path'
import type { Config } from '../../config/config.ts'
import { BotticelliError } from '../../errors.ts'
import type { TestFile } from '../../narratives/testing/test-file.ts'
import type { Options, Run } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { duration, plural } from '../figures.ts'
import { watchInterrupts } from '../interrupts.ts'
import type { Io } from '../io.ts'
import { findTests } from '../narrative-tests/find-tests.ts'
import { junitText } from '../narrative-tests/junit.ts'
import { type CaseResult, type FileResult, runTestFile } from '../narrative-tests/run-test-file.ts'
import type { TapeMode } from '../narrative-tests/tape.ts'
import { UsageError } from '../parse.ts'
import { plainText } from '../plain-text.ts'
import { wrap } from '../two-columns.ts'

export const narrativesTest: Run = async (options, io) => {
  const { config } = io.config()
  const mode = modeOf(options, io)
  const files = findTests(options.args, io.cwd, config)
  const isText = !io.json && options.text('format') !== 'junit'
  const results: FileResult[] = []
  using interrupts = watchInterrupts(io.now)
  const stop = new AbortController()
  interrupts.first.then(() => stop.abort(new BotticelliError('run-cancelled', 'The tests were stopped.')))
  const wanted = { mode, now: io.now, signal: AbortSignal.any([stop.signal, io.signal]), ...onlyOf(options) }
  for (const file of files) {
    const result = await runTestFile(file, configFor(options, config), wanted)
    results.push(result)
    if (isText) showFile(file, result, io)
  }
  const cases = results.flatMap((result) => result.cases)
  const failed = cases.filter(({ failures }) => failures.length > 0).length
  if (io.json) io.printJson(asJson(results, failed))
  else if (!isText) io.print(junitText(results))
  else if (files.length === 0) io.remark(`There are no tests in ${config.narrativePaths.join(', ')}.`)
  else {
    const counts = [`${cases.length - failed} passed`, `${failed} failed`].join(', ')
    io.print(`\n${io.paint(failed > 0 ? 'red' : 'green', counts)} in ${plural(files.length, 'file')}`)
  }
  return failed > 0 ? EXIT.failed : EXIT.ok
}

function modeOf(options: Options, io: Io): TapeMode {
  const asked = (['record', 'update', 'accept'] as const).filter((mode) => options.isSet(mode))
  if (asked.length > 1) {
    const message = `--${asked[0]} and --${asked[1]} cannot both be meant.`
    throw new UsageError(message, 'Give one of --record, --update and --accept.', io.globals)
  }
  const mode = asked[0] ?? 'replay'
  if (options.text('model') !== undefined && mode !== 'record' && mode !== 'update') {
    throw new UsageError('--model has a meaning only with --record or --update.', 'Leave it out.', io.globals)
  }
  return mode
}

function onlyOf(options: Options): { readonly only?: string } {
  const only = options.text('case')
  return only === undefined ? {} : { only }
}

/** Asked instead of whatever a narrative names. */
function configFor(options: Options, config: Config): Config {
  const override = options.text('model')
  if (override === undefined) return config
  const models = { ...config.models, override }
  return { ...config, models }
}

function asJson(results: readonly FileResult[], failed: number) {
  const cases = results.flatMap(({ file, cases: ran }) => ran.map((one) => ({ file: file.path, ...one })))
  const shown = cases.map(({ failures, ...one }) => ({
    ...one,
    status: failures.length > 0 ? 'failed' : 'passed',
    failures,
  }))
  const forgotten = results.flatMap(({ file, forgotten: names }) =>
    names.map((name) => ({ file: file.cassette, case: name })),
  )
  return { passed: cases.length - failed, failed, cases: shown, forgotten }
}

// ---------------------------------------------------------------------------- for people

function showFile({ path, cassette }: TestFile, { cases, forgotten, written }: FileResult, io: Io): void {
  if (cases.length === 0) return
  io.print(io.paint('bold', relative(io.cwd, path)))
  for (const one of cases) showCase(one, io)
  for (const name of forgotten)
    io.print(`  unused: ${relative(io.cwd, cassette)} has recordings of "${name}", which is no case`)
  if (written) io.print(`  ${io.paint('dim', `recorded in ${relative(io.cwd, cassette)}`)}`)
}

function showCase({ name, durationMs, failures, unused }: CaseResult, io: Io): void {
  const mark = failures.length > 0 ? io.paint('red', '✗') : io.paint('green', '✓')
  io.print(`  ${mark} ${plainText(name)}  ${io.paint('dim', duration(durationMs))}`)
  for (const { code, message, place, diff = [], fix } of failures) {
    const [first, ...rest] = wrap(`${code}: ${plainText(message)}`, widthOf(io) - 6)
    io.print(`      ${io.paint('red', code)}${first!.slice(code.length)}`)
    for (const line of rest) io.print(`      ${line}`)
    io.print(`        --> ${relative(io.cwd, place.file)}:${place.line}:${place.column}`)
    for (const line of diff.flatMap((one) => wrappedChange(plainText(one), widthOf(io) - 8))) {
      io.print(`        ${painted(line, io)}`)
    }
    if (fix !== undefined) {
      const [first, ...rest] = wrap(fix, widthOf(io) - 12)
      io.print(`        ${io.paint('dim', 'fix')} ${first}`)
      for (const line of rest) io.print(`            ${line}`)
    }
  }
  for (const each of unused) io.print(`      unused: ${each}`)
}

function widthOf(io: Io): number {
  return Math.max(io.columns ?? 80, 40)
}

/** A line of a diff on as many as it takes, each with its sign. */
function wrappedChange(line: string, width: number): readonly string[] {
  const sign = line.slice(0, 2)
  return wrap(line.slice(2), width - 2).map((part) => `${sign}${part}`)
}

function painted(line: string, io: Io): string {
  if (line.startsWith('+')) return io.paint('green', line)
  return line.startsWith('-') ? io.paint('red', line) : line
}
