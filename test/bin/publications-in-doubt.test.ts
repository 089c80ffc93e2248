// Publications of which nobody knows what became of them, and those that a cancelled run keeps: shown, and settled by a person.

import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeProject, type Project } from '../end-to-end/project.ts'
import { posts } from '../store/fixtures.ts'

const RUN = '01JD7Z6Y3K5X8V0Q2M4N6P8R9T'
const KEY = `${RUN}/publish/0`

let project: Project
beforeEach(async () => {
  project = makeProject()
  project.write('post.toml', '[narrative]\nname = "post"\n[toc]\norder = ["publish"]\n[acts]\npublish = "Say it."\n')
  await project.botticelli(['run', 'post.toml', '--model', 'scripted'])
  project.look((store) => {
    const file = join(project.folder, 'post.toml')
    store.content.insert(posts([{ title: 'first' }]), 1)
    store.executions.begin({ id: RUN, file, narrative: 'post', trigger: 'cli', options: {}, startedAt: 2 })
    const command = { platform: 'discord', command: 'messages.send', args: { channel_id: '7', content: 'first' } }
    const item = { table: 'posts', id: 1 }
    store.effects.intend({ key: KEY, executionId: RUN, act: 'publish', ...command, item, at: 3 })
  })
})
afterEach(() => project[Symbol.dispose]())

test('show says of a command in doubt what to look for, and not to go on without a decision', async () => {
  project.look((store) => {
    store.effects.doubt(KEY, { error: { name: 'E', message: 'The connection broke.' }, at: 4 })
    store.executions.finish(RUN, { status: 'failed', at: 5 })
  })
  const { stdout, stderr } = await project.botticelli(['executions', 'show', RUN])
  expect(stdout).toContain('publish may have been carried out since 1970-01-01T00:00:00.003Z, with:')
  expect(stdout).toMatch(/ channel_id {2}7\n {2}content {2}first\n/)
  expect(stderr).not.toContain('Go on with it')
})

test('a run that is cancelled while its publication is on its way keeps the row until it is cancelled once more', async () => {
  const cancel = () => project.botticelli(['executions', 'cancel', RUN, '--yes'])
  const seen = () => project.look((store) => store.content.select({ table: 'posts' }, 6, 'another').rows.length)
  const first = await cancel()
  expect(first.stdout).toContain('cancelled')
  expect(first.stderr).toContain('It keeps posts/1, which it has published or may have.')
  expect(seen()).toBe(0)
  const { stdout: status } = await project.botticelli(['status'])
  expect(status).toContain(`botticelli executions show ${RUN}`)

  expect((await cancel()).code).toBe(0)
  expect(seen()).toBe(1)
  const third = await cancel()
  expect(third.code).toBe(1)
  expect(third.stderr).toContain('execution-ended')
  expect(third.stderr).toContain(`botticelli executions resume ${RUN}`)
})
