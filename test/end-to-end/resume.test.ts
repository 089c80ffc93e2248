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
