import { expect, test } from 'vitest'
import { startWebhookServer } from '../telemetry/webhook-server.ts'
import { makeProject, type Project } from './project.ts'

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
  await reload(project)
  project.write('.env', `BOTTICELLI_NOTIFY_WEBHOOK_URL=${second.url}\n`)
  project.write('botticelli.toml', `${BOTS}[notify]\nafter_failures = 1\n`)
  await reload(project)
  await second.gets(1)
  expect(second.bodies()[0]).toMatchObject({ condition: 'bot-failing' })
  expect(first.requests).toEqual([])
  expect((await server.kill('SIGTERM')).code).toBe(0)
}, 60_000)

/** By the command, unless the server has seen the files change before it. */
async function reload(project: Project): Promise<void> {
  const { stdout } = await project.botticelli(['reload', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ outcome: expect.stringMatching(/^(un)?changed$/), atNextStart: [] })
}
