// run --dry-run: everything is shown, nothing is asked, sent or stored.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeProject } from './project.ts'

const NARRATIVE = `
[narrative]
name = "n"
target = "posts"
model = "gemini-2.5-flash"
system = "You know all of {{topic}}."
toc = ["draft", "rare", "send"]
vars = { topic = {} }
[acts]
draft = { prompt = "Write a post about {{topic}}.", cache = "1d" }
rare = { prompt = "Rare.", when = "count(posts) > 0" }
[[acts.send.input]]
type = "bot_command"
platform = "discord"
command = "messages.send"
channel_id = "1"
content = "{{topic}}"
`

test('prompts, commands and costs are shown, and nothing is left behind', async () => {
  using project = makeProject()
  project.write('n.toml', NARRATIVE)
  const words = ['run', 'n.toml', '--dry-run', '--input', 'topic=bread']
  const { code, stdout } = await project.botticelli([...words, '--json'])
  expect(code).toBe(0)
  const shown = JSON.parse(stdout)
  expect(shown).toMatchObject({ status: 'completed', estimated: { calls: 1, unpriced: 0 } })
  expect(shown.estimated.costUsd).toBeGreaterThan(0)
  expect(shown.steps).toMatchObject([
    {
      ...{ is: 'prompt', act: 'draft', model: 'gemini-2.5-flash', cache: 'kept' },
      ...{ system: 'You know all of bread.', prompt: 'Write a post about bread.' },
    },
    { is: 'skipped', act: 'rare' },
    { is: 'command', command: 'discord messages.send', args: { channel_id: '1', content: 'bread' } },
  ])
  const asText = await project.botticelli(words)
  expect(asText.stdout).toContain('    system: You know all of bread.\n    Write a post about bread.')
  expect(JSON.parse((await project.botticelli(['executions', 'list', '--json'])).stdout)).toEqual([])
}, 60_000)

test('a new narrative is whole, and tried at once; nothing is overwritten', async () => {
  using project = makeProject()
  expect(await project.botticelli(['narratives', 'new', 'posts/Spring 24'])).toMatchObject({ code: 0 })
  const validated = await project.botticelli(['narratives', 'validate', 'posts', '--strict'])
  expect(validated.code, validated.stdout).toBe(0)
  const tried = await project.botticelli([
    'run',
    'posts/Spring 24.toml',
    '--dry-run',
    '--input',
    'topic=bread',
    '--json',
  ])
  expect(JSON.parse(tried.stdout)).toMatchObject({
    status: 'completed',
    narrative: 'spring_24',
    estimated: { calls: 2 },
  })
  expect(readFileSync(join(project.folder, 'posts/Spring 24.toml'), 'utf8')).not.toContain('#:schema')
  const unrecorded = await project.botticelli(['narratives', 'test', 'posts'])
  expect(unrecorded).toMatchObject({ code: 1, stdout: expect.stringContaining('1 passed, 1 failed in 1 file') })
  const recorded = await project.botticelli(['narratives', 'test', 'posts', '--record', '--model', 'scripted'])
  expect(recorded.code, recorded.stdout).toBe(0)
  expect((await project.botticelli(['narratives', 'test', 'posts'])).stdout).toContain('2 passed, 0 failed in 1 file')
  project.write('narrative.schema.json', '{}')
  expect((await project.botticelli(['narratives', 'new', 'posts/b'])).code).toBe(0)
  expect(readFileSync(join(project.folder, 'posts/b.toml'), 'utf8')).toMatch(
    /^#:schema \.\.\/narrative\.schema\.json\n/,
  )
  const again = await project.botticelli(['narratives', 'new', 'posts/Spring 24.toml'])
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('file-exists') })
}, 60_000)

test('the database is read and not written', async () => {
  using project = makeProject()
  project.write('n.toml', NARRATIVE)
  project.write(
    'make.toml',
    `[narrative]
name = "n"
target = "posts"
toc = ["a"]
[acts.a]
prompt = "Three titles."
schema = { type = "array", items = { type = "object", properties = { title = { type = "string" } } } }`,
  )
  expect((await project.botticelli(['run', 'make.toml', '--model', 'scripted'])).code).toBe(0)
  const before = (await project.botticelli(['content', 'list', '--json'])).stdout
  const { stdout } = await project.botticelli(['run', 'n.toml', '--dry-run', '--input', 'topic=bread', '--json'])
  expect(JSON.parse(stdout).steps.map(({ act }: { act: string }) => act)).toEqual(['draft', 'rare', 'send'])
  expect(JSON.parse(stdout).steps[1].is).toBe('prompt')
  expect((await project.botticelli(['content', 'list', '--json'])).stdout).toBe(before)
}, 60_000)
