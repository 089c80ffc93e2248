// Main: one command, from its words to its exit code.
//
//   C1. Every way out is an exit code of exit-codes.ts; nothing is thrown past here.
//   C2. A command's code is loaded when it is called.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { VERSION } from '../config/version.ts'
import { BotticelliError } from '../errors.ts'
import type { CommandName } from './command-table.ts'
import { LOADERS } from './commands.ts'
import { reportError } from './error-report.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import type { Globals } from './globals.ts'
import { createIo, type Io, type World } from './io.ts'
import { type Parsed, parse, UsageError } from './parse.ts'

/** Time that a command gets to tidy up once --timeout is over. */
const GRACE_MS = 5_000

export async function main(words: readonly string[], world: World): Promise<ExitCode> {
  const giveUp = new AbortController()
  let parsed: Parsed
  try {
    parsed = parse(words)
  } catch (thrown) {
    const globals = thrown instanceof UsageError ? thrown.globals : PLAIN
    return reportError(thrown, ioFor(globals, world, giveUp.signal))
  }
  const io = ioFor(parsed.globals, world, giveUp.signal)
  if (parsed.is === 'version') {
    io.print(`botticelli ${VERSION}`)
    return EXIT.ok
  }
  if (parsed.is === 'help') return showHelp(parsed.topic, parsed.asked, io)
  try {
    if (!existsSync(io.cwd))
      throw new BotticelliError('not-found', `There is no folder ${io.cwd}.`, { fix: 'Check what -C says.' })
    const run = await LOADERS[parsed.spec.name as CommandName]()
    return await inTime(run(parsed.options, io), parsed.globals.timeoutMs, giveUp)
  } catch (thrown) {
    return reportError(thrown, io)
  }
}

const PLAIN: Globals = { json: false, quiet: false, verbose: false, color: 'auto', input: true, yes: false }

function ioFor(globals: Globals, world: World, signal: AbortSignal): Io {
  const cwd = resolve(globals.project ?? '.')
  return createIo(world, { cwd, globals, signal })
}

async function showHelp(topic: readonly string[], asked: boolean, io: Io): Promise<ExitCode> {
  const { helpText } = await import('./help.ts')
  const text = helpText(topic) ?? ''
  if (asked) io.print(text)
  else io.stderr.write(`${text}\n`)
  return asked ? EXIT.ok : EXIT.usage
}

/** The command's exit code. One that is told to give up has a while to tidy up. @throws BotticelliError `timed-out` */
async function inTime(run: Promise<ExitCode>, timeoutMs: number | undefined, giveUp: AbortController) {
  if (timeoutMs === undefined) return run
  const error = new BotticelliError('timed-out', `The time of --timeout, ${timeoutMs / 1000} s, is over.`)
  const late = setTimeout(() => giveUp.abort(error), timeoutMs)
  const hung = new Promise<never>((_, reject) => setTimeout(() => reject(error), timeoutMs + GRACE_MS).unref())
  try {
    const code = await Promise.race([run, hung])
    giveUp.signal.throwIfAborted()
    return code
  } catch (thrown) {
    throw giveUp.signal.aborted ? error : thrown
  } finally {
    clearTimeout(late)
  }
}
