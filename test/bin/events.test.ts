// events, against a real database and a real server.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeProject, type Project, until } from '../end-to-end/project.ts'

let project: Project

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
})
afterAll(() => project[Symbol.dispose]())

interface Line {
  readonly id: number
  readonly type: string
  readonly bot?: string
  readonly traceId?: string
  readonly correlationId?: string
  readonly executionId?: string
}

async function eventsOf(...flags: string[]): Promise<Line[]> {
  const { code, stdout, stderr } = await project.botticelli(['events', '--json', ...flags])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

// One story: each test goes on where the one before left the project.
describe('events', { shuffle: false }, () => {
  test('of a project without a database: nothing, said in words', async () => {
    expect(await project.botticelli(['events'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'Nothing like that has happened yet.\n',
    })
  })

  test('of one run carry one trace id and one correlation id, without any tracing', async () => {
    await project.botticelli(['run', 'write.toml'])
    const events = await eventsOf()
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['execution.started', 'act.started', 'model.answered', 'execution.completed']),
    )
    const ofRun = events.filter(({ executionId }) => executionId !== undefined)
    expect(new Set(ofRun.map(({ correlationId }) => correlationId)).size).toBe(1)
    const traces = new Set(ofRun.map(({ traceId }) => traceId))
    expect([...traces]).toEqual([expect.stringMatching(/^[\da-f]{32}$/)])
    expect(await eventsOf('--trace', [...traces][0]!)).toEqual(ofRun)
    expect(await eventsOf('--trace', [...traces][0]!.slice(0, 8))).toEqual(ofRun)
    const unknown = await project.botticelli(['events', '--trace', 'cafe0'])
    expect([unknown.code, unknown.stderr]).toEqual([4, expect.stringContaining('Nothing is known of a trace "cafe0"')])
    const story = await project.botticelli(['executions', 'trace', `${[...traces][0]!.slice(0, 8)}…`, '--json'])
    expect(JSON.parse(story.stdout)).toMatchObject({ traceId: [...traces][0] })
    expect(await eventsOf('--execution', ofRun[0]!.executionId!, '--type', 'act')).toHaveLength(2)
    expect(await eventsOf('--since', '1ms')).toEqual([])
  })

  test('are for a person without --json', async () => {
    const { stdout } = await project.botticelli(['events', '--type', 'model'])
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} - +model\.answered +draft · scripted · .* → \d+ tokens\n$/)
  })

  test('of a type that there is not are a mistake', async () => {
    const { code, stderr } = await project.botticelli(['events', '--type', 'act.complete'])
    expect(code).toBe(2)
    expect(stderr).toContain('Did you mean act.completed?')
  })

  test('go on with -f, over what a server does, until the reader has had enough', async () => {
    const follower = project.start(['events', '-f', '--bot', 'writer', '--json'])
    const server = project.start(['serve'])
    await follower.says('execution.completed')
    const sofar = follower.output().length
    await until(
      () => follower.output().slice(sofar).includes('execution.completed'),
      20_000,
      () => follower.output(),
    )
    expect((await follower.kill('SIGINT')).code).toBe(0)
    await server.kill('SIGTERM')
    const started = (await eventsOf('--bot', 'writer', '--type', 'execution.started'))[0]
    expect(started).toMatchObject({ bot: 'writer', causationId: expect.any(String) })
  })
})
