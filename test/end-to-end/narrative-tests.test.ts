// narratives test: from the outside, with a provider that speaks the real wire format while recording.

import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startProviderServer } from '../models/provider-server.ts'
import { makeProject, type Project } from './project.ts'

const NARRATIVE = `[narrative]
name = "n"
target = "posts"
model = "gemini-2.5-flash"
toc = ["draft", "rare", "say", "mark"]
vars = { topic = {} }
[acts]
draft = "Write a post about {{topic}}, key sk-1234567890abcdefXYZ."
rare = { prompt = "Rare.", when = "count(posts) > 3" }
say = "bots.say"
mark = "bots.mark"
[bots.say]
platform = "discord"
command = "messages.send"
channel_id = "\${CHANNEL_ID}"
content = "{{draft.title}}"
required = true
[bots.mark]
platform = "database"
command = "update_table"
table_name = "potential_discord_posts"
where_clause = "review_status = 'pending'"
required = true
[bots.mark.updates]
review_status = "posted"
`

const TEST = `[[case]]
name = "a post is sent"
vars.topic = "bread"
env.CHANNEL_ID = "123"
state.mood = "calm"
tables.potential_discord_posts = [{ title = "old", generated_at = "2026-01-02T03:04:05.000Z" }, { title = "done", review_status = "approved" }]

[case.expect]
ran = ["draft", "say", "mark"]
skipped = ["rare"]
calls = 1
posts = 1
cost_usd = { at_least = 0.001, at_most = 0.01 }
outputs.draft.json.title = "On bread"
state.mood = "calm"
state.message_id = { matches = "^[0-9]+$" }
tables.posts = 0

[[case.expect.commands]]
command = "discord messages.send"
args = { channel_id = "123", content = { contains = "bread" } }
[[case.expect.commands]]
command = "database update_table"

[case.expect.tables.potential_discord_posts]
count = 2
rows = [{ title = "old", review_status = "posted", generated_at = { contains = "2026-01-02" } }, { review_status = "approved" }]
`

let project: Project
beforeEach(() => {
  project = makeProject()
  project.write('n.toml', NARRATIVE)
  project.write('n.test.toml', TEST)
  project.write('botticelli.toml', '[narratives]\npath = ["."]\n')
})
afterEach(() => project[Symbol.dispose]())

const cassette = () => readFileSync(join(project.folder, 'n.cassette.json'), 'utf8')
const run = (...words: string[]) => project.botticelli(['narratives', 'test', ...words])

async function record(answer = '{"title":"On bread"}', words = ['n', '--record'], key = 'a-key-for-the-double') {
  await using provider = await startProviderServer({ text: answer, usage: { input: 1_000, output: 500 } })
  const env = { GEMINI_API_KEY: key, GEMINI_BASE_URL: provider.urls.gemini }
  const finished = await project.botticelli(['narratives', 'test', ...words], env)
  return { ...finished, asked: provider.calls.length }
}

describe('recorded once', () => {
  test('it passes ever after, offline and without a key', async () => {
    expect(await record()).toMatchObject({ code: 0, asked: 1, stdout: expect.stringContaining('1 passed, 0 failed') })
    const again = await run()
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ a post is sent') })
    expect(existsSync(join(project.folder, '.botticelli/botticelli.db'))).toBe(false)
    const shown = JSON.parse((await run('--json')).stdout)
    expect(shown).toMatchObject({
      passed: 1,
      failed: 0,
      cases: [{ name: 'a post is sent', status: 'passed', unused: [] }],
    })
  }, 60_000)

  test('no secret is in the cassette', async () => {
    const answer = '{"title":"On bread","note":"a-key-for-the-double and Bearer abcdefgh12345678"}'
    expect((await record(answer)).code).toBe(0)
    expect(cassette()).toContain('On bread')
    expect(cassette()).not.toMatch(/sk-1234|a-key-for-the-double|abcdefgh1234/)
    expect((await run()).code).toBe(0)
  }, 60_000)

  test('a changed question is shown as a diff at its act; accepted, it keeps the answer; updated, it is asked', async () => {
    expect(await record()).toMatchObject({ code: 0, asked: 1 })
    project.write('n.toml', NARRATIVE.replace('Write a post', 'Write one post'))
    const { code, stdout } = await run('n')
    expect(code).toBe(1)
    expect(stdout).toContain('recording-differs: n/draft asks')
    expect(stdout).toContain('--> n.toml:8:1')
    expect(stdout).toContain('- Write a post about bread')
    expect(stdout).toContain('+ Write one post about bread')
    const junit = await run('--format', 'junit')
    expect(junit.stdout).toContain('<testsuites tests="1" failures="1"')
    expect(junit.stdout).toContain('<failure type="recording-differs"')

    const updated = await record('{"title":"Another bread"}', ['n', '--update'])
    expect(updated).toMatchObject({ code: 1, asked: 1, stdout: expect.stringContaining('should be "On bread"') })
    expect(cassette()).toContain('Another bread')
    project.write('n.cassette.json', cassette().replaceAll('Another bread', 'On bread').replace('one post', 'a post'))
    expect(await run('n', '--accept')).toMatchObject({ code: 0, stdout: expect.stringContaining('recorded in') })
    expect((await run()).code).toBe(0)
  }, 90_000)

  test('what is no longer asked is told, and an update forgets it', async () => {
    expect(await record()).toMatchObject({ code: 0, asked: 1 })
    const extra = cassette().replace('"answers": [', '"answers": [{"act":"n/gone","answered":"x"},')
    project.write('n.cassette.json', extra.replace('"cases": {', '"cases": {"old": {"now":"2026-01-01"},'))
    const told = await run()
    expect(told.code).toBe(0)
    expect(told.stdout).toContain('unused: an answer of n/gone')
    expect(told.stdout).toContain('recordings of "old"')
    expect(await record('', ['--update'])).toMatchObject({ code: 0, asked: 0 })
    expect(cassette()).not.toMatch(/gone|old"/)
  }, 60_000)
})

test('nothing recorded, a wrong test and an unknown narrative are three ways to fail', async () => {
  const missing = await run('n')
  expect(missing).toMatchObject({ code: 1, stdout: expect.stringContaining('recording-missing') })
  expect(existsSync(join(project.folder, 'n.cassette.json'))).toBe(false)
  project.write('n.test.toml', TEST.replace('posts = 1', 'post = 1'))
  const wrong = await run()
  expect(wrong).toMatchObject({ code: 3, stderr: expect.stringContaining('did you mean "posts"?') })
  expect(wrong.stderr).toContain('n.test.toml:12:1')
  expect(await run('nothing')).toMatchObject({ code: 4 })
  project.write('other.toml', NARRATIVE)
  expect(await run('other')).toMatchObject({ code: 4, stderr: expect.stringContaining('has no test') })
  expect(await run('--record', '--accept')).toMatchObject({ code: 2 })
}, 60_000)

test('a key that does not work leaves the recordings as they were', async () => {
  expect(await record()).toMatchObject({ code: 0, asked: 1 })
  const before = cassette()
  const finished = await project.botticelli(['narratives', 'test', 'n', '--record'])
  expect(finished).toMatchObject({ code: 1, stdout: expect.stringContaining('provider-not-configured') })
  expect(cassette()).toBe(before)
}, 60_000)

test('failures are tested, too: a broken run, a recorded error, a missing value', async () => {
  project.write(
    'f.toml',
    '[narrative]\nname = "f"\nskip_content_generation = true\ntoc = ["a"]\nvars = { x = {} }\n[acts]\na = "Say {{x}}."\n',
  )
  project.write(
    'f.test.toml',
    `[[case]]
name = "filtered"
vars.x = 1
expect.error = "model-content-filter"
[[case]]
name = "patient"
vars.x = 2
expect.outputs.a = "Two."
[[case]]
name = "no value"
expect = { error = "input-missing", calls = 0 }
[[case]]
name = "unexpected"
vars.x = 1
`,
  )
  const error = (code: string, retryable: boolean) => ({ code, message: 'No.', retryable })
  const one = { now: '2026-11-21', answers: [{ act: 'f/a', error: error('model-content-filter', false) }] }
  const busy = { act: 'f/a', error: error('model-server', true) }
  const patient = { now: '2026-11-21', answers: [busy, { act: 'f/a', answered: 'Two.' }] }
  const cases = { filtered: one, patient, unexpected: one }
  project.write('f.cassette.json', JSON.stringify({ cassette: 1, cases }))
  const { code, stdout } = await run('f', '--accept')
  expect(stdout).toContain('✓ filtered')
  expect(stdout).toContain('✓ patient')
  expect(stdout).toContain('✓ no value')
  expect(stdout).toContain('model-content-filter: The run failed: No.')
  expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining('3 passed, 1 failed') })
  expect(await run('f', '--case', 'patient')).toMatchObject({ code: 0, stdout: expect.stringContaining('1 passed') })
}, 60_000)

test('the example of the docs does what the docs show', async () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/narrative-tests.md'), 'utf8')
  const [narrative = '', example = ''] = [...page.matchAll(/^```toml\n([\s\S]*?)^```$/gm)].map(([, text]) => text!)
  project.write('launch.toml', narrative)
  project.write('launch.test.toml', example)
  const answers = [
    { act: 'launch/draft', answered: 'Our new oven is here.' },
    { act: 'launch/judge', answered: '{"score": 5, "reason": "No hook."}' },
    { act: 'launch/improve', answered: 'Smell that? Our new oven is here.' },
    { act: 'launch/as_json', answered: '{"text": "Smell that? Our new oven is here.", "words": 7}' },
  ]
  const cases = { 'a weak draft is improved': { now: '2026-11-21', answers } }
  project.write('launch.cassette.json', JSON.stringify({ cassette: 1, cases }))
  expect((await run('launch', '--accept')).stdout).toContain('2 passed, 0 failed in 1 file')
  project.write('launch.toml', narrative.replace('Write a post', 'Write a short post'))
  expect((await run('launch')).stdout).toContain('+ Write a short post about the new oven.')
}, 60_000)
