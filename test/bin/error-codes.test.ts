// Error codes that only a command raises, each by the situation of a user who meets it: its code, its exit code, a way out.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { replaceFile } from '../../bin/replace-file.ts'
import type { ErrorCode } from '../../errors.ts'
import { makeProject, type Project } from '../end-to-end/project.ts'

let project: Project
let done: string
let doubtful: string
beforeAll(async () => {
  project = makeProject()
  project.write('n.toml', '[narrative]\nname = "n"\n[toc]\norder = ["a"]\n[acts]\na = "Say it."\n')
  project.write('n.test.toml', '[[case]]\nname = "it says it"\n[case.expect]\noutputs.a = "something else"\n')
  project.write('odd.toml', '[narrative]\nname = "odd"\n[toc]\norder = ["a"]\n[acts]\na = "Say it."\n')
  project.write('odd.test.toml', '[[case]]\nname = "odd"\n[case.expect]\noutputs.a = { matches = "(" }\n')
  project.write(
    'post.toml',
    '[narrative]\nname = "post"\n[toc]\norder = ["a"]\n[[acts.a.input]]\ntype = "bot_command"\nplatform = "discord"\ncommand = "channels.list"\nguild_id = "1"\nrequired = true\n',
  )
  const run = async () => {
    const { stdout } = await project.botticelli(['run', 'n.toml', '--model', 'scripted', '--json'])
    return JSON.parse(stdout).executionId as string
  }
  done = await run()
  doubtful = `${done.slice(0, -4)}ZZZZ`
  await project.botticelli(['narratives', 'test', 'n', '--record', '--model', 'scripted'])
  project.look((store) => {
    const file = join(project.folder, 'post.toml')
    store.executions.begin({ id: doubtful, file, narrative: 'post', trigger: 'cli', options: {}, startedAt: 1 })
    const effect = { key: 'k', executionId: doubtful, act: 'a', platform: 'discord', command: 'messages.send' }
    store.effects.intend({ ...effect, args: {}, at: 2 })
    store.effects.doubt('k', { error: { name: 'E', message: 'The connection broke.' }, at: 3 })
    store.executions.finish(doubtful, { status: 'failed', at: 4 })
  })
}, 60_000)
afterAll(() => project[Symbol.dispose]())

describe('a command', { concurrent: true }, () => {
  test.for<[code: ErrorCode, exit: number, words: () => string]>([
    ['bad-test', 3, () => 'narratives test odd.test.toml'],
    ['expectation-failed', 1, () => 'narratives test n'],
    ['discord-no-token', 1, () => 'run post.toml --live'],
    ['execution-ended', 1, () => `executions cancel ${done}`],
    ['effect-in-doubt', 1, () => `executions resume ${doubtful}`],
    ['execution-not-found', 4, () => 'run --resume 01JD7Z6Y3K5X8V0Q2M4N6P8R9T'],
    ['confirmation-missing', 7, () => 'restore n.toml'],
    ['no-notify-channel', 1, () => 'notify test'],
    ['timed-out', 124, () => 'run n.toml --model scripted:hang --timeout 300ms'],
    ['server-not-running', 5, () => 'reload'],
  ])('that ends with %s', async ([code, exit, words], { expect }) => {
    const { code: ended, stdout, stderr } = await project.botticelli([...words().split(' '), '--json'])
    expect([ended, stdout + stderr]).toEqual([exit, expect.stringContaining(`"${code}"`)])
    // A test that fails is a result, and says what differs.
    if (code !== 'expectation-failed') expect(stdout + stderr).toMatch(/"fix":"\w/)
  })
})

test('a file that cannot be written is as it was, with file-write', () => {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-replace-'))
  try {
    const path = join(folder, 'n.toml')
    writeFileSync(path, 'before')
    mkdirSync(join(folder, `.n.toml.${process.pid}`))
    expect(() => replaceFile(path, 'after')).toThrow(expect.objectContaining({ code: 'file-write' }))
    expect(readFileSync(path, 'utf8')).toBe('before')
    expect(() => replaceFile(join(folder, 'none.toml'), 'x')).toThrow(expect.objectContaining({ code: 'file-write' }))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
