// Notifications and the report, from the outside: a server that is not well, and a webhook.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeProject, type Project, until } from '../end-to-end/project.ts'
import { startWebhookServer, type WebhookServer } from '../telemetry/webhook-server.ts'

let project: Project
let hook: WebhookServer
beforeEach(async () => {
  project = makeProject()
  hook = await startWebhookServer()
  project.write(
    'write.toml',
    '[narrative]\nname = "write"\ndescription = "Writes."\n[toc]\norder = ["draft"]\n[acts]\ndraft = "Write."\n',
  )
})
afterEach(async () => {
  project[Symbol.dispose]()
  await hook[Symbol.asyncDispose]()
})

const configure = (rest: string) =>
  project.write('botticelli.toml', `[models]\ndefault = "scripted"\nretries = 0\n[telemetry]\nmetrics = false\n${rest}`)

test('a bot that fails again and again is told, once, and that it is over', async () => {
  configure(
    '[notify]\nafter_failures = 2\n[bots.writer]\nnarrative = "write.toml"\nmodel = "scripted:http:401"\nevery = "1s"\n',
  )
  const server = project.start(['serve'], { BOTTICELLI_NOTIFY_WEBHOOK_URL: hook.url, LOG_LEVEL: 'info' })
  // Of the provider that refuses its calls it may be told first.
  const told = () => hook.bodies().find(({ condition }) => condition === 'bot-failing')
  await until(
    () => told() !== undefined,
    15_000,
    () => JSON.stringify(hook.bodies()),
  )
  expect(told()).toMatchObject({
    kind: 'raised',
    severity: 'critical',
    condition: 'bot-failing',
    of: 'writer',
    service: 'botticelli-bot-server',
  })
  expect(String(told()?.title)).toMatch(/^Bot writer has failed \d+ times in a row$/)
  const { stderr } = await server.kill('SIGTERM')
  expect(stderr).toContain('"event":"notify.sent"')
  expect(stderr).not.toContain('abcdefghijklmnop1234')

  const report = await project.botticelli(['report', '--json'])
  const { failed, failures } = JSON.parse(report.stdout)
  expect(failed).toBeGreaterThanOrEqual(2)
  expect(failures).toMatchObject([{ bot: 'writer', error: 'model-auth', count: failed }])
  expect((await project.botticelli(['report'])).stdout).toMatch(/runs {6}0 completed · \d+ failed/)
})

test('a budget that allows no call is told, and no bot is blamed for it', async () => {
  project.write(
    'botticelli.toml',
    `[models]
default = "scripted"
daily_budget_usd = 0.000001
[models.prices.scripted]
input_per_million = 1
output_per_million = 1
[telemetry]
metrics = false
[bots.writer]
narrative = "write.toml"
every = "1s"
`,
  )
  const server = project.start(['serve'], { BOTTICELLI_NOTIFY_WEBHOOK_URL: hook.url })
  await server.says('bot.run_skipped')
  expect(server.output()).toContain('The budget of the day')
  const { stdout } = await project.botticelli(['status', '--json'])
  expect(JSON.parse(stdout).bots).toMatchObject([{ bot: 'writer', failed: 0, consecutiveFailures: 0 }])
  expect(JSON.parse(stdout).spending).toMatchObject([
    { period: 'day', limitUsd: 0.000001, denied: true, until: expect.stringMatching(/T00:00:00.000Z$/) },
  ])
  const told = await project.botticelli(['status', '--exit-status'])
  expect([told.code, told.stdout]).toEqual([1, expect.stringMatching(/attention {2}the budget of the day is reached/)])
  await hook.gets(1)
  expect(hook.bodies()[0]).toMatchObject({ condition: 'budget-reached', of: 'day', severity: 'critical' })
  await server.kill('SIGTERM')
})

test('notify test asks every channel, and says which did not take it', async () => {
  configure('')
  const none = await project.botticelli(['notify', 'test'])
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('No channel for notifications is configured')])

  hook.answerWith(200, 404)
  const environment = { BOTTICELLI_NOTIFY_WEBHOOK_URL: hook.url, DISCORD_WEBHOOK_URL: `${hook.url}/discord` }
  const { code, stdout } = await project.botticelli(['notify', 'test', '--json'], environment)
  expect(code).toBe(8)
  const results = JSON.parse(stdout)
  expect(results.map(({ channel }: { channel: string }) => channel)).toEqual(['webhook', 'discord'])
  expect(results.filter(({ sent }: { sent: boolean }) => sent)).toHaveLength(1)
  await until(
    () => hook.requests.length === 2,
    5_000,
    () => 'two requests',
  )

  const all = await project.botticelli(['notify', 'test'], environment)
  expect([all.code, all.stdout]).toEqual([0, 'webhook: sent\ndiscord: sent\n'])
})

test('the report of a project without a database is empty', async () => {
  configure('')
  const { code, stdout } = await project.botticelli(['report', '--since', '7d'])
  expect(code).toBe(0)
  expect(stdout).toContain('runs      0 completed · 0 failed')
})
