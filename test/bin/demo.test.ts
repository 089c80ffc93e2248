// The demo is the first thing a newcomer sees: it is run here as it is there.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeProject } from '../end-to-end/project.ts'

test.concurrent('keeps every promise, leaves three drafts, and uses no key of the person', async ({ expect }) => {
  using project = makeProject()
  const env = { GEMINI_API_KEY: 'a-key', DISCORD_TOKEN: 'a-token', DISCORD_API_URL: 'http://192.0.2.1' }
  const { code, stdout, stderr } = await project.botticelli(['demo', '--json'], env)
  const told = JSON.parse(stdout)
  expect(told.checks.filter(({ held }: { held: boolean }) => !held)).toEqual([])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(told).toMatchObject({ ok: true, drafts: 5, approved: 2, posts: 2, costUsd: 0 })
  expect(told.curator).toMatchObject({ incarnation: 2, restarts: 1 })

  const folder = join('.botticelli', 'demo')
  const pending = await project.botticelli(['-C', folder, 'content', 'list', '--status', 'pending', '--json'])
  const ids = JSON.parse(pending.stdout).map(({ id }: { id: number }) => id)
  expect(ids.toSorted()).toEqual(told.left)
  expect(await project.botticelli(['-C', folder, 'content', 'approve', String(ids[0])])).toMatchObject({ code: 0 })
})

test.concurrent('tells its story in 80 columns, and how to decide on what is left', async ({ expect }) => {
  using project = makeProject()
  const { code, stdout, stderr } = await project.botticelli(['demo'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/healed .*incarnation 2/)
  expect(stdout).toContain('3 drafts left for you')
  // One step after the other, each with its own last line before the next begins.
  const told = ['[1/5]', '[2/5]', '[3/5]', '[4/5]', ' curate    score', '[5/5]', ' post      channel']
  const places = told.map((text) => stdout.indexOf(text))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(places).not.toContain(-1)
  const commands = stdout.split('\n').flatMap((line) => / (content \w+ \d+)$/.exec(line)?.[1]?.split(' ') ?? [])
  expect(commands.filter((word) => word === 'content')).toHaveLength(3)
  // Where the launcher is, and how far down, is not the demo's doing.
  const lines = stdout.split('\n').filter((line) => !line.includes(' -C '))
  expect(lines.filter((line) => [...line].length > 80)).toEqual([])
})

test.concurrent('answers while it runs, as a server does', async ({ expect }) => {
  using project = makeProject()
  const demo = project.start(['demo'])
  await demo.says('use_case')
  const tree = await project.botticelli(['-C', join('.botticelli', 'demo'), 'actors', 'tree'])
  expect(tree).toMatchObject({ code: 0 })
  expect(tree.stdout).toMatch(/^│ {2}├─ writer /m)
  await demo.kill('SIGTERM')
})

test('says where it would write, when it cannot', async () => {
  using project = makeProject()
  // A file in the place of the folder stands in for a disk that cannot be written: root may write everywhere.
  writeFileSync(join(project.folder, '.botticelli'), '')
  const { code, stderr } = await project.botticelli(['demo', '--once'])
  expect(code).toBe(1)
  expect(stderr).toContain('error[demo-folder]')
  expect(stderr).toContain(join(project.folder, '.botticelli', 'demo'))
})
