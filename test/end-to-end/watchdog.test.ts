// A blocked event loop under a real server: logged, counted, and ended when the operator asks for it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { openBotticelli } from '../../botticelli.ts'
import { loadConfig } from '../../config/load-config.ts'
import { makeProject } from './project.ts'

const project = makeProject()
afterAll(() => project[Symbol.dispose]())

function config(watchdog: string) {
  project.write(
    'botticelli.toml',
    `[supervision]\n${watchdog}\n[telemetry]\nlog_format = "json"\nmetrics_port = 0\n[models]\ndefault = "scripted"\n`,
  )
  return loadConfig({ cwd: project.folder, environment: {} }).config
}

test('a block of a server is logged and counted', { timeout: 30_000 }, async () => {
  let lines = ''
  const log = new Writable({
    write(chunk, _, done) {
      lines += chunk
      done()
    },
  })
  const app = await openBotticelli(config('watchdog = "50ms"'), { log })
  try {
    // The watching thread needs a moment to begin; each look blocks anew until it has.
    await expect
      .poll(
        () => {
          const end = performance.now() + 150
          while (performance.now() < end);
          return lines
        },
        { timeout: 20_000 },
      )
      .toContain('"actor.loop_blocked"')
    const page = await (await fetch(app.metricsUrl!)).text()
    expect(page).toMatch(/^botticelli_actor_loop_blocks_total\{.*\} [1-9]/m)
  } finally {
    await app.stop()
  }
})

test('past the hard limit the process says where it stood and ends', { timeout: 60_000 }, async () => {
  config('watchdog_hard_limit = "300ms"')
  const root = resolve(import.meta.dirname, '../..')
  const program = `
    import { openBotticelli } from '${root}/botticelli.ts'
    import { loadConfig } from '${root}/config/load-config.ts'
    const { config } = loadConfig({ cwd: process.cwd(), environment: {} })
    await openBotticelli(config, { lastWordsFd: 2 })
    // The watching thread may begin a little later than the server.
    setTimeout(() => { for (;;); }, 500)`
  const child = spawn(process.execPath, [project.write('server.mjs', program)], { cwd: project.folder })
  let said = ''
  child.stderr.on('data', (chunk) => (said += chunk))
  const [, signal] = await once(child, 'close')
  expect(said).toContain('"event":"event-loop-blocked"')
  expect(signal).toBe('SIGKILL')
})
