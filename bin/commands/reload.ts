// reload: has the running server take over what was changed in its configuration and its narratives.

import { relative } from 'node:path'
import { askServer } from '../../console/control.ts'
import { BotticelliError } from '../../errors.ts'
import type { Run } from '../command.ts'
import { diagnosticsText, errorText, serializedErrorJson, withoutStack } from '../error-report.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { ago, isoTime } from '../figures.ts'
import type { Reloaded } from '../hot-reload.ts'
import type { Io } from '../io.ts'

/** What cannot be used is told here as well as in the server's log, and has changed nothing there. */
export const reload: Run = async (_, io) => {
  const { config } = io.config()
  const done = await askServer<Reloaded | null>(config.stateDir, 'POST', '/v1/reload')
  if (done === undefined) throw new BotticelliError('server-not-running', `No server runs for ${config.root}.`)
  if (done === null) throw new BotticelliError('server-not-running', 'The server is starting.')
  if (done.outcome === 'refused') return refused(done, io)
  if (io.json) io.printJson({ ...done, at: isoTime(done.at) })
  else show(done, io)
  return EXIT.ok
}

async function refused(done: Extract<Reloaded, { outcome: 'refused' }>, io: Io): Promise<ExitCode> {
  const { error, diagnostics } = done
  if (io.json) {
    io.printJson({ ...done, at: isoTime(done.at), error: withoutStack(error) })
    io.stderr.write(`${serializedErrorJson(error, EXIT.invalid, io)}\n`)
  } else {
    io.stderr.write(`${diagnostics.length > 0 ? await diagnosticsText(diagnostics, io) : errorText(error, io)}\n`)
    io.remark('Nothing was changed: the server goes on as it was.')
  }
  return EXIT.invalid
}

/** A watched file is taken over before anybody asks for it. */
function unchanged({ since }: Taken, io: Io): string {
  if (since === undefined) return 'Nothing has changed since the server was started.'
  return `Nothing has changed since ${ago(since, io.now())}, when the files were taken over.`
}

type Taken = Exclude<Reloaded, { outcome: 'refused' }>

const PARTS: readonly (readonly [keyof Taken, string])[] = [
  ['added', 'started'],
  ['changed', 'changed'],
  ['disabled', 'disabled'],
  ['removed', 'removed'],
  ['narratives', 'narrative changed'],
  ['settings', 'settings'],
]

function show(done: Taken, io: Io): void {
  if (done.outcome === 'unchanged') io.print(unchanged(done, io))
  for (const [part, label] of PARTS) {
    const names = done[part] as readonly string[]
    if (names.length > 0) io.print(`${label.padEnd(18)} ${names.join(', ')}`)
  }
  for (const { path, place } of done.atNextStart) {
    const where = place === undefined ? '' : ` (${relative(io.cwd, place.file)}:${place.line}:${place.column})`
    io.print(`${'at the next start'.padEnd(18)} ${path}${where}`)
  }
  if (done.disabled.length + done.removed.length > 0) io.remark('A bot that is to go ends its run first.')
}
