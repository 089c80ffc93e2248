// A running server and what a person changes in its files meanwhile.

import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeProject, type Running, until } from '../end-to-end/project.ts'

const BASE = `
[models]
default = "scripted"
[telemetry]
metrics_port = 0
`
const WRITER = `
[bots.writer]
narrative = "write.toml"
every = "1h"
on_start = true
`
const HELPER = `
[bots.helper]
narrative = "help.toml"
`
const NARRATIVE = (prompt: string) => `
[narrative]
name = "n"
description = "One act"
toc = ["a"]
[acts]
a = "${prompt}"
`

const project = makeProject()
let server: Running
const config = (...parts: string[]) => project.write('botticelli.toml', [BASE, ...parts].join(''))
const json = async (...args: string[]) => JSON.parse((await project.botticelli([...args, '--json'])).stdout)
const bots = async () => (await json('status')).bots.map(({ bot }: { bot: string }) => bot)
/** How often the server has said it so far. */
const times = (text: string) => server.output().split(text).length - 1
async function saysOnceMore(text: string, change: () => void) {
  const before = times(text)
  change()
  await until(
    () => times(text) > before,
    20_000,
    () => `"${text}" was not said again:\n${server.output()}`,
  )
}

beforeAll(async () => {
  for (const name of ['write', 'help']) project.write(`${name}.toml`, NARRATIVE('Say it.'))
  config(WRITER)
  server = project.start(['serve'])
  await server.says('ready in')
  await server.says('bot.run_completed')
})
afterAll(() => project[Symbol.dispose]())

// One story: each test goes on where the one before left the project.
describe('a running server', { shuffle: false }, () => {
  test('a bot that is added runs without being asked for, and other settings wait and say so', async () => {
    await saysOnceMore('"event":"config.reloaded"', () => config('health = false\n', WRITER, HELPER))
    expect(await bots()).toEqual(['writer', 'helper'])
    const { reload, worries } = await json('status')
    expect(reload).toMatchObject({ outcome: 'changed', cause: 'file', added: ['helper'], changed: [], removed: [] })
    expect(worries).toEqual(['botticelli.toml:6:10: telemetry.health takes effect at the next start'])
  })

  test('a change of a bot is in effect for its next run, and makes none of its own', async () => {
    await saysOnceMore('"event":"config.reloaded"', () => config(WRITER.replace('1h', '2h'), HELPER))
    const { reload, bots: all } = await json('status')
    expect(reload).toMatchObject({ changed: ['writer'], settings: ['bots.writer.every'], atNextStart: [] })
    const { nextRunAt } = all[0]
    expect(Date.parse(nextRunAt) - Date.now()).toBeGreaterThan(3_600_000)
    expect(await json('executions', 'list')).toHaveLength(1)
    expect(await json('reload')).toMatchObject({ outcome: 'unchanged', cause: 'command', changed: [] })
    expect((await project.botticelli(['reload'])).stdout).toContain('when the files were taken over')
  })

  test.for<[title: string, spoil: () => void, place: string]>([
    ['a configuration that is no TOML', () => config(WRITER, '[bots.\n'), 'botticelli.toml:11:1'],
    ['a setting with a wrong value', () => config(WRITER.replace('"1h"', '3')), 'botticelli.toml:9:9'],
    ['a bot without its narrative', () => config(WRITER.replace('"write.toml"', '"nothing"')), 'botticelli.toml:8:13'],
    [
      'a narrative that the file does not have',
      () => config(WRITER, 'narrative_name = "m"\n'),
      'botticelli.toml:11:18',
    ],
    [
      'a broken narrative',
      () => {
        config(WRITER, HELPER)
        project.write('help.toml', `${NARRATIVE('x')}[acts.b\n`)
      },
      'help.toml:8:8',
    ],
  ])('%s changes nothing and is told with its place', async ([, spoil, place]) => {
    await saysOnceMore('"event":"config.reload_failed"', spoil)
    const { code, stderr } = await project.botticelli(['reload'])
    expect(code).toBe(3)
    expect(stderr).toContain(place)
    const status = await project.botticelli(['status', '--exit-status'])
    expect(status).toMatchObject({ code: 1, stdout: expect.stringContaining(`is not in effect: ${place}: `) })
    project.write('help.toml', NARRATIVE('Say it.'))
    config(WRITER.replace('1h', '2h'), HELPER)
    expect(await project.botticelli(['reload'])).toMatchObject({ code: 0 })
  })

  test.for<[title: string, take: () => void, told: string]>([
    ['gone', () => rmSync(join(project.folder, 'botticelli.toml')), 'botticelli.toml is gone; the server goes on'],
    [
      'emptied',
      () => project.write('botticelli.toml', '# soon\n'),
      'botticelli.toml:1:1: The file is empty; the server goes on',
    ],
  ])('a configuration that is %s takes no bot away', async ([, take, told]) => {
    const before = await bots()
    await saysOnceMore('"event":"config.reload_failed"', take)
    const { bots: all, worries } = await json('status')
    expect(all.map(({ bot }: { bot: string }) => bot)).toEqual(before)
    expect(worries).toEqual([expect.stringContaining(told)])
    await saysOnceMore('"event":"config.reloaded"', () => config(WRITER.replace('1h', '2h'), HELPER))
  })

  test('an edited narrative is noticed, and SIGHUP reads everything again', async () => {
    expect(await json('status')).toMatchObject({
      bots: [{ bot: 'writer', succeeded: 1 }, { bot: 'helper' }],
      worries: [],
    })
    await saysOnceMore('"narratives":["helper"]', () => {
      writeFileSync(join(project.folder, 'help.toml'), NARRATIVE('Say more.'))
    })
    const { pid } = await json('status')
    await saysOnceMore('"cause":"signal"', () => process.kill(pid, 'SIGHUP'))
    expect(await json('status')).toMatchObject({ reload: { cause: 'signal', outcome: 'unchanged' } })
  })

  test('a narrative that is mended, or comes after the bot that needs it, is noticed', async () => {
    const newcomer = HELPER.replace('help.toml', 'new.toml')
    await saysOnceMore('"event":"config.reload_failed"', () => config(WRITER.replace('1h', '2h'), newcomer))
    await saysOnceMore('"event":"config.reload_failed"', () => project.write('new.toml', '[narrative'))
    await saysOnceMore('"event":"config.reloaded"', () => project.write('new.toml', NARRATIVE('Say what is new.')))
  })

  test('a folder that is put in the place of another, and a link that is set anew, are noticed', async () => {
    const inFolder = HELPER.replace('help.toml', 'current/help.toml')
    const help = (folder: string, prompt: string) => {
      mkdirSync(join(project.folder, folder), { recursive: true })
      project.write(`${folder}/help.toml`, NARRATIVE(prompt))
    }
    const current = join(project.folder, 'current')
    await saysOnceMore('"event":"config.reloaded"', () => {
      help('current', 'One.')
      config(WRITER.replace('1h', '2h'), inFolder)
    })
    await saysOnceMore('"narratives":["helper"]', () => {
      help('two', 'Two.')
      renameSync(current, join(project.folder, 'before'))
      symlinkSync('two', current)
    })
    await saysOnceMore('"narratives":["helper"]', () => {
      help('three', 'Three.')
      symlinkSync('three', join(project.folder, 'next'))
      renameSync(join(project.folder, 'next'), current)
    })
    await saysOnceMore('"narratives":["helper"]', () => help('three', 'Four.'))
    await saysOnceMore('"event":"config.reloaded"', () => config(WRITER.replace('1h', '2h'), HELPER))
  })

  test('of a bot that is removed nothing waits for ever', async () => {
    await saysOnceMore('"event":"bot.removed"', () => config(WRITER.replace('1h', '2h')))
    expect(await bots()).toEqual(['writer'])
    expect(await json('schedule', 'list')).toHaveLength(1)
  })

  test('what waited for a bot that was removed while nothing ran is a dead letter after the start', async () => {
    expect(await server.kill('SIGTERM')).toMatchObject({ code: 0 })
    project.look((store) => {
      for (const to of ['/bots/writer', '/bots/nobody']) {
        const meta = { id: to, correlationId: to, sentAt: 1, attempt: 1 }
        store.mailbox.append({ id: to, to, message: { type: 'bot.run', run: '01J', trigger: 'manual', meta }, at: 1 })
      }
      store.executions.begin({
        ...{
          id: '01ABANDONED',
          file: 'x',
          narrative: 'x',
          bot: 'nobody',
          trigger: 'schedule',
          options: {},
          startedAt: 1,
        },
      })
    })
    config(WRITER.replace('"1h"', '"1h"\nenabled = false'))
    rmSync(join(project.folder, 'help.toml'))
    server = project.start(['serve'])
    await server.says('ready in')
    expect(await json('dead-letters', 'list')).toMatchObject([{ id: '/bots/nobody', to: '/bots/nobody' }])
    expect(await json('executions', 'show', '01ABANDONED')).toMatchObject({ status: 'cancelled' })
    project.look((store) => expect(store.mailbox.recipients()).toEqual(['/bots/writer']))

    // A bot that was only disabled finds what waited for it.
    await saysOnceMore('"event":"bot.run_completed"', () => config(WRITER))
    // A message is taken off after its run was told of.
    const waiting = () => project.look((store) => store.mailbox.recipients())
    await until(
      () => waiting().length === 0,
      20_000,
      () => `${waiting()} still have messages`,
    )
    expect(await server.kill('SIGTERM')).toMatchObject({ code: 0 })
  })
})
