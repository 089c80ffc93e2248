// The commands by which a person looks after a project: dead letters, runs that failed, schedules, the database file.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../store/open-store.ts'
import { makeProject } from '../end-to-end/project.ts'
import { execution, posts } from '../store/fixtures.ts'

const project = makeProject()
afterAll(() => project[Symbol.dispose]())

const run = (...args: string[]) => project.botticelli([...args, '--yes'])
const runJson = async (...args: string[]) => JSON.parse((await run(...args, '--json')).stdout)

beforeAll(async () => {
  project.write(
    'botticelli.toml',
    `[telemetry]
metrics = false
[bots.poster]
narrative = "three.toml"
cron = "0 9 * * *"
time_zone = "Europe/Vienna"
enabled = false
`,
  )
  project.write(
    'three.toml',
    `[narrative]
name = "three"
description = "Three acts"
[toc]
order = ["one", "two", "three"]
[acts]
one = "Say one."
two = "Say two after {{one}}."
three = "Say three after {{two}}."
`,
  )
  expect(await run('run', 'three.toml', '--model', 'scripted')).toMatchObject({ code: 0 })
  using store = openStore(join(project.folder, '.botticelli', 'botticelli.db'))
  for (const id of ['m-1', 'm-2', 'm-3']) {
    const message = { type: 'bot.run', run: id, meta: { id, correlationId: id, sentAt: 1, attempt: 3 } }
    const errors = [{ name: 'Error', message: 'It was bad.' }]
    store.deadLetters.add({ id, to: '/bots/poster', message, reason: 'poison', errors, at: 1 })
  }
})

// One story: each test goes on where the one before left the project.
describe('care', { shuffle: false }, () => {
  test('dead letters are listed, shown, sent again and dropped', async () => {
    expect((await run('status')).stdout).toContain('attention  3 dead letters: botticelli dead-letters list')
    expect((await runJson('dead-letters', 'list')).map(({ id }: { id: string }) => id)).toEqual(['m-3', 'm-2', 'm-1'])
    expect((await run('dead-letters', 'list', '--limit', '1')).stderr).toContain('2 older ones are not shown.')
    expect((await run('dead-letters', 'show', 'm-1')).stdout).toContain('It was bad.')
    expect(await run('dead-letters', 'show', 'm')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('"m" is the beginning of 3 dead letters.'),
    })
    expect(await run('dead-letters', 'show', 'nothing')).toMatchObject({ code: 4 })
    expect(await run('dead-letters', 'redrive', 'm-1')).toMatchObject({
      code: 0,
      stdout: 'm-1  redriven, waits until poster is enabled\n',
    })
    expect(await run('dead-letters', 'drop', 'm-2', 'nothing')).toMatchObject({
      code: 8,
      stdout: 'm-2  dropped\n',
      stderr: expect.stringContaining('There is no dead letter "nothing"'),
    })
    expect(await run('dead-letters', 'drop')).toMatchObject({ code: 2 })
    expect(await run('dead-letters', 'redrive', 'm-9')).toMatchObject({ code: 4 })
    expect(await runJson('dead-letters', 'drop', '--all')).toEqual({ dropped: ['m-3'] })
    expect(await run('dead-letters', 'drop', '--all')).toMatchObject({ code: 0, stderr: 'No dead letters.\n' })
    project.look((store) => {
      expect(store.deadLetters.list()).toEqual([])
      expect(store.mailbox.load('/bots/poster').map(({ id }) => id)).toEqual(['m-1'])
    })
  })

  test('a dead letter for a bot that is not configured stays where it is', async () => {
    const letter = { id: 'm-4', to: '/bots/gone', message: { type: 'bot.run' }, reason: 'poison', errors: [], at: 1 }
    project.look((store) => store.deadLetters.add(letter))
    expect(await run('dead-letters', 'redrive', 'm-4')).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringContaining('is for the bot "gone", which is not configured. There is poster.'),
    })
    expect(await runJson('dead-letters', 'list')).toMatchObject([{ id: 'm-4' }])
    expect(await run('dead-letters', 'drop', 'm-4')).toMatchObject({ code: 0 })
  })

  test('a run is replayed from an act on, and asks nothing before it again', async () => {
    const [{ id }] = await runJson('executions', 'list')
    const replay = await runJson('executions', 'replay', id, '--from-act', 'three', '--model', 'scripted')
    expect(replay).toMatchObject({ status: 'completed', acts: 3 })
    project.look((store) => expect(store.ledger.totals({ executionId: replay.executionId }).calls).toBe(1))
    expect(await run('executions', 'replay', id, '--from-act', 'nine')).toMatchObject({ code: 4 })
    expect(await run('executions', 'resume', id)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('completed'),
    })
  })

  test('a run shows which narrative it began with, and whether its file has changed since', async () => {
    const text = readFileSync(join(project.folder, 'three.toml'), 'utf8')
    const version = createHash('sha256').update(text).digest('hex')
    const [{ id }] = await runJson('executions', 'list')
    const line = async () =>
      (await run('executions', 'show', id)).stdout.split('\n').find((each) => /^version/.test(each))
    expect(await line()).toBe(`version ${version.slice(0, 12)}`)
    project.write('three.toml', text.replace('Three acts', '3 acts'))
    expect(await line()).toBe(`version ${version.slice(0, 12)} · three.toml has changed since`)
    const shown = await runJson('executions', 'show', id)
    const file = join(project.folder, 'three.toml')
    expect(shown).toMatchObject({ version, files: [{ file, hash: version, now: 'changed' }] })
    rmSync(file)
    expect(await line()).toBe(`version ${version.slice(0, 12)} · three.toml is gone since`)
    expect(await runJson('executions', 'replay', id, '--from-act', 'three')).toMatchObject({ status: 'completed' })
    expect(await run('executions', 'replay', id, '--edited')).toMatchObject({ code: 3 })
    project.write('three.toml', text)
  })

  test('schedules are previewed, paused and resumed', async () => {
    const [{ times }] = await runJson('schedule', 'preview', 'poster', '--count', '2')
    expect(times).toHaveLength(2)
    expect(await runJson('schedule', 'pause', 'poster', '--for', '2h', '--reason', 'launch')).toMatchObject({
      paused: ['poster'],
    })
    expect((await run('schedule', 'list')).stdout).toMatch(
      /^poster +not begun +disabled · paused until .*: launch · cron /m,
    )
    expect((await run('schedule', 'preview')).stdout).toContain('paused until')
    expect(await runJson('schedule', 'resume', 'poster')).toEqual({ resumed: ['poster'] })
    expect(await run('schedule', 'preview', 'nobody')).toMatchObject({ code: 4 })
  })

  test('the database is checked, kept, put back, and forgets what is old', async () => {
    expect(await runJson('db', 'check')).toMatchObject({ ok: true, damages: [] })
    const { file } = await runJson('backup')
    expect(existsSync(file)).toBe(true)
    // Told while the clock was wrong: some of what comes first is not old.
    project.look((store) => {
      const event = { type: 'schedule.triggered', bot: 'poster', data: { lag_ms: 0 } } as const
      store.together(() => {
        for (let n = 0; n < 1_000; n++) store.events.add({ ...event, at: n < 100 ? Date.now() + 1e9 : 1 })
      })
    })
    const { executions, events } = await runJson('retention', 'apply', '--older-than', '1ms', '--dry-run')
    expect({ executions, events }).toEqual({ executions: 3, events: expect.any(Number) })
    expect(events).toBeGreaterThanOrEqual(900)
    expect(await runJson('retention', 'apply', '--older-than', '1ms')).toMatchObject({ executions, events })
    expect(await runJson('executions', 'list')).toEqual([])

    const name = project.folder.split('/').at(-1)!
    expect(await run('restore', file)).toMatchObject({ code: 7 })
    const broken = project.write('broken.db', 'this is no database')
    expect(await run('restore', broken, '--confirm', name)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing was changed.'),
    })
    expect(await run('backup', file)).toMatchObject({ code: 1, stderr: expect.stringContaining('not overwritten') })
    expect(await run('backup', 'no-folder/x.db')).toMatchObject({ code: 4 })
    expect(await runJson('executions', 'list')).toEqual([])
    expect(await run('restore', file, '--confirm', name)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Nothing that waits in it was published since'),
    })
    expect(await runJson('executions', 'list')).toHaveLength(3)
    const beside = readdirSync(join(project.folder, '.botticelli'))
    expect(beside.filter((each) => each.includes('.before-'))).toHaveLength(1)
    expect(beside.filter((each) => each.includes('.incoming'))).toEqual([])
    expect(await run('db', 'vacuum')).toMatchObject({ code: 0 })

    // What is there needs not be readable, nor of a version that this one knows.
    writeFileSync(join(project.folder, '.botticelli', 'botticelli.db'), 'this is no database')
    expect(await run('executions', 'list')).toMatchObject({ code: 1 })
    expect(await runJson('restore', file, '--confirm', name)).toMatchObject({ publishedSince: null })
    expect(await runJson('executions', 'list')).toHaveLength(3)
  })

  test('a restored database does not publish again what was published since, once a person has said so', async () => {
    const other = makeProject()
    try {
      const run = (...args: string[]) => other.botticelli(args)
      mkdirSync(join(other.folder, '.botticelli'))
      other.write('botticelli.toml', '[models]\ndefault = "scripted"\n')
      other.look((store) => {
        store.executions.begin(execution('E1'))
        store.content.insert(posts([{ text: 'first' }, { text: 'second' }]), 1)
      })
      const file = join(other.folder, 'backup.db')
      expect(await run('backup', file)).toMatchObject({ code: 0 })
      other.look(({ effects }) => {
        const key = 'E1/post/0'
        const item = { table: 'posts', id: 2 }
        const send = { platform: 'discord', command: 'messages.send', args: {} }
        effects.intend({ key, executionId: 'E1', act: 'post', ...send, item, at: 10 })
        effects.settle(key, { result: { id: '7' }, dryRun: false, at: 20 })
      })
      const restored = await run('restore', file, '--confirm', basename(other.folder))
      const [line] = /botticelli content reject .*/.exec(restored.stderr)!
      expect(restored.stderr).toContain('1 row')
      expect(line).toContain('--table posts 2 ')
      expect(await run('content', 'reject', '--table', 'posts', '2')).toMatchObject({ code: 0 })
      expect(other.look(({ content }) => content.list({ table: 'posts', status: 'pending' }))).toHaveLength(1)
    } finally {
      other[Symbol.dispose]()
    }
  })

  test('a migration says what it did', async () => {
    const other = makeProject()
    try {
      other.write('empty.db', '')
      const env = { BOTTICELLI_DATABASE: 'empty.db' }
      expect(await other.botticelli(['executions', 'list'], env)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('holds nothing of Botticelli'),
      })
      const first = await other.botticelli(['db', 'migrate'], env)
      expect(first).toMatchObject({ code: 0, stderr: expect.stringMatching(/^\d+ migrations done now\./) })
      expect(first.stdout).toContain('1  0001-first-tables.sql  done now\n')
      const second = await other.botticelli(['db', 'migrate', '--json'], env)
      expect(JSON.parse(second.stdout)[0]).toMatchObject({ number: 1, isNew: false })
    } finally {
      other[Symbol.dispose]()
    }
  })

  test('a damaged database is told as such', async () => {
    const other = makeProject()
    try {
      expect(await other.botticelli(['db', 'check'])).toMatchObject({ code: 4 })
      other.write('x.toml', '')
      await other.botticelli(['schedule', 'list'])
      writeFileSync(join(other.folder, 'broken.db'), 'this is no database, but it is long enough to be one')
      const env = { BOTTICELLI_DATABASE: join(other.folder, 'broken.db') }
      const { code, stderr } = await other.botticelli(['db', 'check'], env)
      expect(code).toBe(1)
      expect(stderr).toContain('store-not-a-database')
    } finally {
      other[Symbol.dispose]()
    }
  })
})
