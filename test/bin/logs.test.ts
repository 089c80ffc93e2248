// logs and log-level, against one real server.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeProject, type Project, type Running, until } from '../end-to-end/project.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../telemetry/otlp-receiver.ts'

let receiver: OtlpReceiver
let project: Project
let server: Running

beforeAll(async () => {
  project = makeProject()
  project.write(
    'write.toml',
    '[narrative]\nname = "write"\ndescription = "Writes."\n[toc]\norder = ["draft"]\n[acts]\ndraft = "Write."\n',
  )
  project.write(
    'botticelli.toml',
    '[models]\ndefault = "scripted"\n[telemetry]\nmetrics = false\n[bots.writer]\nnarrative = "write.toml"\nevery = "1s"\n',
  )
  receiver = await startOtlpReceiver()
  server = project.start(['serve'], { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
  await server.says('ready in')
  await server.says('bot.run_completed')
})
afterAll(async () => {
  project[Symbol.dispose]()
  await receiver.close()
})

const linesOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

describe('logs', () => {
  test('are the latest lines, of a part and from a level on', async () => {
    const { code, stdout } = await project.botticelli(['logs', '--target', 'bot', '--json'])
    expect(code).toBe(0)
    const events = linesOf(stdout).map(({ event }) => event)
    expect(events).toContain('bot.run_completed')
    expect(events.every((event) => event.startsWith('bot.'))).toBe(true)
    const warnings = await project.botticelli(['logs', '--level', 'error'])
    expect(warnings).toEqual({ code: 0, stdout: '', stderr: 'Nothing like that was logged lately.\n' })
  })

  test('are those of a bot, of a run by a part of its id, or of an item by the beginning of its trace', async () => {
    const all = linesOf((await project.botticelli(['logs', '--bot', 'writer', '--json'])).stdout)
    expect(new Set(all.map(({ bot }) => bot))).toEqual(new Set(['writer']))
    const { execution } = all.find(({ event }) => event === 'bot.run_completed')
    for (const part of [execution, execution.slice(0, 20), execution.slice(-8)]) {
      const ofRun = linesOf((await project.botticelli(['logs', '--execution', part, '--json'])).stdout)
      expect(ofRun.map(({ event }) => event)).toContain('bot.run_completed')
      expect(ofRun.every((line) => line.execution.startsWith(execution))).toBe(true)
    }
    expect((await project.botticelli(['logs', '--bot', 'nobody'])).stderr).toBe(
      'Nothing like that was logged lately.\n',
    )
  })

  test('begin with the start of the server, and name the trace that they belong to', async () => {
    const all = linesOf((await project.botticelli(['logs', '--json'])).stdout)
    expect(all.map(({ event }) => event)).toContain('app.started')
    const { trace_id, execution } = all.find(({ event }) => event === 'bot.run_completed')
    const ofTrace = linesOf((await project.botticelli(['logs', '--trace', trace_id.slice(0, 8), '--json'])).stdout)
    expect(new Set(ofTrace.map((line) => line.trace_id))).toEqual(new Set([trace_id]))
    expect(ofTrace).toContainEqual(expect.objectContaining({ event: 'narrative.started', execution }))
  })

  test('are for a person without --json', async () => {
    const { stdout } = await project.botticelli(['logs', '--target', 'narrative'])
    expect(stdout).toMatch(/INFO {2}Narrative execution completed {2}bot=writer execution=\w+ narrative=write/)
  })

  test('go on with -f, until the reader has had enough', async () => {
    const follower = project.start(['logs', '-f', '--target', 'bot', '--json'])
    await follower.says('bot.run_completed')
    const sofar = follower.output().length
    await until(
      () => follower.output().slice(sofar).includes('bot.run_completed'),
      10_000,
      () => follower.output(),
    )
    expect((await follower.kill('SIGINT')).code).toBe(0)
  })
})

describe('log-level', () => {
  test('changes what the running server logs, and tells it', async () => {
    expect(await project.botticelli(['log-level'])).toMatchObject({ code: 0, stdout: 'info\n' })
    const changed = await project.botticelli(['log-level', 'debug', '--target', 'llm', '--json'])
    expect(JSON.parse(changed.stdout)).toEqual({ level: 'info', levels: { llm: 'debug' } })
    await server.says('"event":"llm.request"')
    await server.says('"event":"telemetry.log_level_changed"')
    expect(server.output()).not.toContain('"event":"act.started"')
  })

  test('that nobody knows is refused', async () => {
    const { code, stderr } = await project.botticelli(['log-level', 'loud'])
    expect(code).toBe(2)
    expect(stderr).toContain('There is no log level "loud"')
  })
})

test('without a server both say so', async () => {
  using empty = makeProject()
  for (const command of ['logs', 'log-level']) {
    const { code, stderr } = await empty.botticelli([command])
    expect([code, stderr.includes('No server runs')]).toEqual([5, true])
  }
})

describe('metrics-server', () => {
  test('serves the metrics of the running server on an address of its own, until Ctrl-C', async () => {
    const pages = project.start(['metrics-server', '--port', '0', '--path', '/numbers', '--json'])
    await pages.says('"url"')
    const { url } = JSON.parse(/\{.*\}/.exec(pages.output())![0])
    expect(new URL(url).pathname).toBe('/numbers')
    expect((await fetch(url)).status).toBe(200)
    expect((await pages.kill('SIGINT')).code).toBe(0)
  })

  test('needs a running server', async () => {
    using empty = makeProject()
    const { code, stderr } = await empty.botticelli(['metrics-server', '--port', '0'])
    expect(code).not.toBe(0)
    expect(stderr).toContain('No server runs for')
  })
})

test('status --html is the page of the running server', async () => {
  const { code, stdout } = await project.botticelli(['status', '--html'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^<!doctype html>/)
  expect(stdout).toContain('<th scope="row">writer')
})

test('logs -f goes on with the next server when the one it follows is restarted', async () => {
  using other = makeProject()
  other.write('botticelli.toml', '[telemetry]\nmetrics = false\n')
  const first = other.start(['serve'])
  await first.says('ready in')
  const follower = other.start(['logs', '-f', '--target', 'app'])
  await follower.says('Botticelli started')
  await first.kill('SIGTERM')
  await follower.says('its next start is waited for')
  const second = other.start(['serve'])
  await second.says('ready in')
  const startsOf = (text: string) => text.split('Botticelli started').length - 1
  await until(
    () => startsOf(follower.output()) === 2,
    10_000,
    () => follower.output(),
  )
  expect((await follower.kill('SIGINT')).code).toBe(0)
  await second.kill('SIGTERM')
})
