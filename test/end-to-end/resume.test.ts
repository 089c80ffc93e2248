// A server that is killed in the middle of a carousel goes on where it was.

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startProviderServer } from '../models/provider-server.ts'
import { CORPUS, hasCorpus, makeProject, until } from './project.ts'

const DRAFT = JSON.stringify({ text_content: 'A post that is long enough to be one.', status: 'pending' })

describe.skipIf(!hasCorpus)('kill -9 of serve in the middle of a carousel, then serve again', () => {
  test('asks nothing again whose answer had arrived, and completes the run', async () => {
    await using server = await startProviderServer({ text: DRAFT, delayMs: 20 })
    using project = makeProject()
    project.write(
      'botticelli.toml',
      `[telemetry]
metrics = false

[models]
default = "openai:gpt-4o-mini"

[bots.generator]
type = "generation"
narrative = "${join(CORPUS, 'discord', 'generation_carousel.toml')}"
narrative_name = "batch_generate"
model = "openai:gpt-4o-mini"
every = "24h"
on_start = true
`,
    )
    const env = { OPENAI_API_KEY: 'test-key-of-openai', OPENAI_BASE_URL: server.urls.openai }

    const first = project.start(['serve'], env)
    await until(() => server.calls.length >= 30, 30_000, first.output)
    await first.kill('SIGKILL')
    const askedBefore = server.calls.length
    const journaledBefore = project.look((store) => store.ledger.totals().calls)
    expect(askedBefore - journaledBefore).toBeLessThanOrEqual(1)
    expect(askedBefore).toBeLessThan(75)

    const second = project.start(['serve'], env)
    const done = () =>
      project.look((store) => store.executions.list({ bot: 'generator', status: 'completed' }).length === 1)
    await until(done, 60_000, second.output)
    const { code } = await second.kill('SIGTERM')
    expect(code).toBe(0)

    project.look((store) => {
      expect(store.ledger.totals().calls).toBe(75)
      expect(server.calls.length - 75).toBe(askedBefore - journaledBefore)
      expect(store.content.list({ table: 'potential_discord_posts', limit: 100 })).toHaveLength(15)
    })
  })
})

test('kill -9 in the middle of a group: what was answered is not asked again, and the order stays', async () => {
  const released = Promise.withResolvers<void>()
  await using server = await startProviderServer(async ({ prompt }) => {
    if (prompt === 'Green.') await released.promise
    return `said to ${prompt}`
  })
  using project = makeProject()
  project.write(
    'n.toml',
    `[narrative]
name = "n"
skip_content_generation = true
model = "openai:gpt-4o-mini"
toc = [["red", "green", "blue"], "sum"]
[acts]
red = "Red."
green = "Green."
blue = "Blue."
sum = "{{red}} {{green}} {{blue}}"
`,
  )
  const env = { OPENAI_API_KEY: 'test-key-of-openai', OPENAI_BASE_URL: server.urls.openai }
  const first = project.start(['run', 'n.toml'], env)
  const completed = () => {
    const [run] = project.look((store) => store.executions.list())
    return run === undefined ? [] : project.look((store) => store.journal.acts(run.id)).filter(isCompleted)
  }
  await until(() => server.calls.length === 3 && completed().length === 2, 30_000, first.output)
  await first.kill('SIGKILL')

  released.resolve()
  const id = project.look((store) => store.executions.list()[0]!.id)
  const second = await project.botticelli(['run', '--resume', id], env)
  expect(second).toMatchObject({ code: 0, stdout: 'said to said to Red. said to Green. said to Blue.\n' })
  expect(server.calls.map(({ prompt }) => prompt).sort()).toEqual(
    ['Red.', 'Green.', 'Blue.', 'Green.', 'said to Red. said to Green. said to Blue.'].sort(),
  )
  expect(project.look((store) => store.ledger.totals())).toMatchObject({ calls: 4, repeated: 1 })
}, 60_000)

function isCompleted({ status }: { readonly status: string }): boolean {
  return status === 'completed'
}

/** With a bot that begins at once. */
function projectOfWriter(acts: readonly string[]) {
  const project = makeProject()
  const narrative = '[narrative]\nname = "n"\nskip_content_generation = true\nmodel = "openai:gpt-4o-mini"'
  const prompts = acts.map((act) => `${act} = "${act.toUpperCase()}."`).join('\n')
  project.write('n.toml', `${narrative}\ntoc = ${JSON.stringify(acts)}\n[acts]\n${prompts}\n`)
  project.write(
    'botticelli.toml',
    '[telemetry]\nmetrics = false\n[bots.writer]\nnarrative = "n.toml"\nevery = "24h"\non_start = true\n',
  )
  return project
}

test('SIGTERM while a bot goes on with a run that was killed lets the run finish', async () => {
  let held: PromiseWithResolvers<void> | undefined = Promise.withResolvers<void>()
  await using server = await startProviderServer(async () => {
    await held?.promise
    return 'Said.'
  })
  using project = projectOfWriter(['a', 'b'])
  const env = { OPENAI_API_KEY: 'test-key-of-openai', OPENAI_BASE_URL: server.urls.openai }
  const first = project.start(['serve'], env)
  await until(() => server.calls.length === 1, 30_000, first.output)
  await first.kill('SIGKILL')

  held.resolve()
  held = Promise.withResolvers<void>()
  const second = project.start(['serve'], env)
  await until(() => server.calls.length === 2, 30_000, second.output)
  const ended = second.kill('SIGTERM')
  await second.says('finishing what runs')
  held.resolve()
  held = undefined
  expect(await ended).toMatchObject({ code: 0 })
  project.look((store) => {
    expect(store.executions.list({ bot: 'writer' })).toMatchObject([{ status: 'completed', acts: 2 }])
    expect(store.ledger.totals()).toMatchObject({ calls: 2, lost: 0, repeated: 1 })
  })
})

test('of two who resume a run at once, one goes on with it, and no server beside them', async () => {
  let held: PromiseWithResolvers<void> | undefined = Promise.withResolvers<void>()
  await using server = await startProviderServer(async () => {
    await held?.promise
    return 'Said.'
  })
  using project = projectOfWriter(['a'])
  const env = { OPENAI_API_KEY: 'test-key-of-openai', OPENAI_BASE_URL: server.urls.openai }
  const killed = project.start(['serve'], env)
  await until(() => server.calls.length === 1, 30_000, killed.output)
  const id = project.look((store) => store.executions.list()[0]!.id)
  const ways = [
    ['run', '--resume'],
    ['executions', 'resume'],
  ]
  for (const words of ways) {
    expect(await project.botticelli([...words, id], env)).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('execution-at-work'),
    })
  }
  await killed.kill('SIGKILL')

  const two = ways.map((words) => project.start([...words, id], env))
  const refused = await Promise.race(two.map((each) => each.says('error[').then(() => each)))
  expect(refused.output()).toMatch(/error\[(?:execution-at-work|server-running)\]/)
  await until(
    () => server.calls.length === 2,
    30_000,
    () => two.map((each) => each.output()).join('\n'),
  )
  expect(await project.botticelli(['serve'], env)).toMatchObject({
    code: 7,
    stderr: expect.stringContaining('server-running'),
  })
  held.resolve()
  held = undefined
  const other = two.find((each) => each !== refused)!
  await other.says('n completed')
  expect(server.calls).toHaveLength(2)
  project.look((store) => expect(store.ledger.totals()).toMatchObject({ calls: 1, repeated: 1 }))
}, 60_000)

test.for(['shared', 'thread'])(
  'a run that is cancelled while its bot (%s) is at it stays cancelled',
  async (isolation) => {
    const held = Promise.withResolvers<void>()
    await using server = await startProviderServer(async () => {
      await held.promise
      return 'Said.'
    })
    using project = makeProject()
    project.write(
      'n.toml',
      '[narrative]\nname = "n"\nskip_content_generation = true\nmodel = "openai:gpt-4o-mini"\ntoc = ["a"]\n[acts]\na = "A."\n',
    )
    project.write(
      'botticelli.toml',
      `[telemetry]\nmetrics = false\n[bots.writer]\nnarrative = "n.toml"\nevery = "24h"\non_start = true\nisolation = "${isolation}"\n`,
    )
    const env = { OPENAI_API_KEY: 'test-key-of-openai', OPENAI_BASE_URL: server.urls.openai }
    const running = project.start(['serve'], env)
    await until(() => server.calls.length === 1, 30_000, running.output)
    const id = project.look((store) => store.executions.list()[0]!.id)
    expect(await project.botticelli(['executions', 'cancel', id, '--yes'])).toMatchObject({ code: 0 })
    const bot = async () => JSON.parse((await project.botticelli(['status', '--json'])).stdout).bots[0]
    for (let tries = 0; tries < 50 && (await bot()).state !== 'idle'; tries++);
    expect(await bot()).toMatchObject({ state: 'idle', failed: 0, consecutiveFailures: 0, restarts: 0 })
    expect(project.look((store) => store.executions.find(id))).toMatchObject({ status: 'cancelled' })
    expect(project.look((store) => store.mailbox.load('/bots/writer'))).toEqual([])

    held.resolve()
    expect(await project.botticelli(['executions', 'resume', id])).toMatchObject({ code: 0 })
    await running.says('"event":"bot.run_completed"')
    expect(project.look((store) => store.executions.find(id))).toMatchObject({ status: 'completed' })
  },
)
