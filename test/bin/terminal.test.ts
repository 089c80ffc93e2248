// A server on a real terminal that goes away, with its log in a file.

import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeProject, until } from '../end-to-end/project.ts'

const SCRIPT = '/usr/bin/script'
const BOTTICELLI = resolve(import.meta.dirname, '../../bin/botticelli')

test.skipIf(!existsSync(SCRIPT))(
  'with a terminal SIGHUP reads the files again; when that is closed, it ends in order',
  async () => {
    const project = makeProject(SCRIPT)
    onTestFinished(() => project[Symbol.dispose]())
    project.write('botticelli.toml', '[telemetry]\nmetrics_port = 0\n')
    const file = join(project.folder, 'log')
    const log = () => (existsSync(file) ? readFileSync(file, 'utf8') : '')
    const says = (text: string) =>
      until(
        () => log().includes(text),
        50_000,
        () => `"${text}" was not said:\n${log()}`,
      )
    const terminal = project.start(['-qfec', 'exec "$BOTTICELLI" serve 2>log', '/dev/null'], { BOTTICELLI })
    await says('ready in')
    const pid = Number(/"pid":(\d+)/.exec(log())?.[1])
    onTestFinished(() => {
      if (isRunning(pid)) process.kill(pid, 'SIGKILL')
    })

    process.kill(pid, 'SIGHUP')
    await says('"cause":"signal"')
    await terminal.kill('SIGKILL')
    await until(
      () => !isRunning(pid),
      50_000,
      () => `The server goes on without its terminal:\n${log()}`,
    )
    expect(log()).toContain('SIGHUP: finishing what runs')
    expect(log().split('"cause":"signal"')).toHaveLength(2)
  },
)

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
