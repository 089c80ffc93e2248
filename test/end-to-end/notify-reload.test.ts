import { expect, test } from 'vitest'
import { startWebhookServer } from '../telemetry/webhook-server.ts'
import { makeProject } from './project.ts'

const NARRATIVE = `[narrative]
name = "say"
skip_content_generation = true
[toc]
order = ["say"]
[acts]
say = "Say something."
`
const BOTS = `[models]
default = "scripted:http:401"
[telemetry]
metrics = false
[bots.failer]
narrative = "say.toml"
every = "1h"
on_start = true
`

test('a running server tells by the channels and limits that it was given meanwhile', async () => {
  await using first = await startWebhookServer()
  await using second = await startWebhookServer()
  using project = makeProject()
  project.write('say.toml', NARRATIVE)
  project.write('botticelli.toml', BOTS)
  const server = project.start(['serve'], { LOG_FORMAT: 'json' })
  await server.says('"event":"bot.failed"')
  // It had nobody to tell; then somebody who wants to hear of the third failure; then somebody else, of the first.
  project.write('.env', `BOTTICELLI_NOTIFY_WEBHOOK_URL=${first.url}\n`)
  expect(JSON.parse((await project.botticelli(['reload', '--json'])).stdout)).toMatchObject({
    outcome: 'changed',
    atNextStart: [],
  })
  project.write('.env', `BOTTICELLI_NOTIFY_WEBHOOK_URL=${second.url}\n`)
  project.write('botticelli.toml', `${BOTS}[notify]\nafter_failures = 1\n`)
  expect(JSON.parse((await project.botticelli(['reload', '--json'])).stdout)).toMatchObject({
    outcome: 'changed',
    atNextStart: [],
  })
  await second.gets(1)
  expect(second.bodies()[0]).toMatchObject({ condition: 'bot-failing' })
  expect(first.requests).toEqual([])
  expect((await server.kill('SIGTERM')).code).toBe(0)
}, 60_000)
