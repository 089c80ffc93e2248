// A server as an operator meets it: one for a project, seen from outside, stopped in order.

import { cpSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeProject, type Project } from '../end-to-end/project.ts'

const LIBRARY = resolve(import.meta.dirname, '../../narratives/library')
const CONFIG = `
[models]
default = "scripted"
[telemetry]
metrics_port = 0
[bots.writer]
type = "generation"
narrative = "generate"
narrative_name = "feature"
every = "1h"
on_start = true
[bots.poster]
type = "posting"
narrative = "post"
`
const ENV = { DISCORD_GUILD_ID: '1234567890' }

let project: Project
beforeEach(() => {
  project = makeProject()
  cpSync(LIBRARY, join(project.folder, 'narratives'), { recursive: true })
  project.write('botticelli.toml', CONFIG)
})
afterEach(() => project[Symbol.dispose]())

test('runs its bots, is seen by status, refuses a second one, and ends in order', async () => {
  const server = project.start(['serve'], ENV)
  await server.says('ready in')
  await server.says('bot.run_completed')

  const status = await project.botticelli(['status', '--json'])
  const seen = JSON.parse(status.stdout)
  expect(seen).toMatchObject({ running: true, posting: 'dry-run', pipeline: { pending: 1 }, worries: [] })
  expect(seen.bots.map(({ bot }: { bot: string }) => bot)).toEqual(['writer', 'poster'])
  expect(seen.startedAt).toMatch(/Z$/)

  const second = await project.botticelli(['serve'])
  expect(second).toMatchObject({ code: 7 })
  expect(second.stderr).toContain(`process ${seen.pid}`)

  const database = join(project.folder, '.botticelli', 'botticelli.db')
  const elsewhere = { BOTTICELLI_STATE_DIR: join(project.folder, 'elsewhere'), BOTTICELLI_DATABASE: database }
  const sharing = await project.botticelli(['serve'], elsewhere)
  expect(sharing).toMatchObject({ code: 7, stderr: expect.stringContaining(`process ${seen.pid}`) })

  // Nobody scheduled the poster: it is told of the approval.
  const approved = await project.botticelli(['content', 'approve', '1'])
  expect(approved.stderr).toContain('poster posts now')
  await server.says('"event":"bot.run_completed","target":"bot","bot":"poster"')

  const { code, stderr } = await server.kill('SIGTERM')
  expect(code).toBe(0)
  expect(stderr).toContain('SIGTERM: finishing what runs')
  expect(JSON.parse((await project.botticelli(['status', '--json'])).stdout)).toMatchObject({ running: false })
})

test('ends soon after the time that work gets to finish, and says what is left', async () => {
  project.write('slow.toml', '[[reply]]\ntext = "late"\ndelay = "60s"\n')
  project.write('botticelli.toml', `drain = "200ms"\n${CONFIG.replace('[models]', '[models]\nscript = "slow.toml"')}`)
  const server = project.start(['serve'], ENV)
  await server.says('"event":"narrative.started"')
  const listJson = async () => JSON.parse((await project.botticelli(['executions', 'list', '--json'])).stdout)
  const [{ id, ...begun }] = await listJson()
  expect(begun).toMatchObject({ status: 'running', atWork: true })
  const { code, stderr } = await server.kill('SIGTERM')
  expect(code).toBe(0)
  const atOf = (event: string) => {
    const line = stderr.split('\n').find((text) => text.includes(`"event":"${event}"`))
    return Date.parse(JSON.parse(line!).timestamp)
  }
  // A bot that is asked to end by itself gets five seconds.
  expect(atOf('app.stopped') - atOf('app.stopping')).toBeLessThan(4_500)
  const { stdout } = await project.botticelli(['status'])
  expect(stdout).toContain('unfinished 1 run, which the next server goes on with')
  const listed = await project.botticelli(['executions', 'list'])
  expect(listed.stdout).toContain('running')
  expect(listed.stderr).toContain('No server runs: the next one goes on with what a bot has running.')
  expect(await listJson()).toMatchObject([{ status: 'running', atWork: false }])
  const shown = await project.botticelli(['executions', 'show', id])
  expect(shown.stdout).toContain('running, by nobody')
  expect(shown.stderr).toContain('No server runs: the next one goes on with it.')
})

test.for([
  ['disabled', '[bots.writer]', '[bots.writer]\nenabled = false'],
  ['removed', '[bots.writer]', '[bots.other]'],
])('ends in time while a bot that was %s still works', async ([, before, after]) => {
  project.write('slow.toml', '[[reply]]\ntext = "late"\ndelay = "60s"\n')
  const config = `drain = "200ms"\n${CONFIG.replace('[models]', '[models]\nscript = "slow.toml"')}`
  project.write('botticelli.toml', config)
  const server = project.start(['serve'], ENV)
  await server.says('"event":"narrative.started"')
  project.write('botticelli.toml', config.replace(before!, after!))
  await server.says('"event":"config.reloaded"')
  expect(await server.kill('SIGTERM')).toMatchObject({ code: 0, stderr: expect.stringContaining('app.stopped') })
})

test('begins no work where its port is taken', async () => {
  await using other = createServer()
  await new Promise<void>((ready) => other.listen(0, '127.0.0.1', ready))
  const { port } = other.address() as AddressInfo
  project.write('botticelli.toml', CONFIG.replace('metrics_port = 0', `metrics_port = ${port}`))
  const { code, stderr } = await project.botticelli(['serve'], ENV)
  expect(code).toBe(1)
  expect(stderr).toContain(`The metrics server cannot listen on 127.0.0.1:${port}: another process listens there.`)
  expect(stderr).not.toContain('bot.started')
  project.look((store) => expect(store.schedules.bots()).toEqual([]))
})

test('does not start with inputs that a narrative does not declare', async () => {
  project.write('botticelli.toml', `${CONFIG}[bots.writer.inputs]\ntopic = "bread"\n`)
  const { code, stderr } = await project.botticelli(['serve'], ENV)
  expect(code).toBe(3)
  expect(stderr).toContain('The narrative "feature" has no variable "topic".')
  expect(stderr).toContain('botticelli.toml:16:1')
})

test('starts again after it was killed, though its socket is still there', async () => {
  const first = project.start(['serve', '--json'], ENV)
  await first.says('"event":"ready"')
  const { pid } = JSON.parse(
    first
      .output()
      .split('\n')
      .find((line) => line.includes('"event":"ready"')) ?? '{}',
  )
  process.kill(pid, 'SIGKILL')
  await first.kill('SIGKILL')
  const second = project.start(['serve'], ENV)
  await second.says('ready in')
  expect(await second.kill('SIGINT')).toMatchObject({ code: 0 })
})

describe('refuses to start', () => {
  test.for<[title: string, config: string, said: string]>([
    ['with a broken configuration', 'posting = "alive"', 'botticelli.toml:1:11'],
    ['with a bot whose narrative is broken', '[bots.a]\nnarrative = "broken.toml"', 'broken.toml:2:8'],
    ['with a bot whose narrative is not there', '[bots.a]\nnarrative = "nothing.toml"', 'botticelli.toml:2:13'],
    ['and shows what of the line is meant', '[bots.a]\nnarrative = "nothing.toml"', '|             ^^^^^^^^^^^^^^\n'],
  ])('%s', async ([, config, said]) => {
    project.write('botticelli.toml', config)
    project.write('broken.toml', '[narrative]\nname = 3\n')
    const { code, stderr } = await project.botticelli(['serve'])
    expect(code).toBe(3)
    expect(stderr).toContain(said)
  })
})
