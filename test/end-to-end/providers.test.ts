// The same path with each provider's protocol on the wire.

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createModels } from '../../models/models.ts'
import { startDiscordDouble } from '../../platforms/discord-double.ts'
import { systemClock } from '../../supervisor/index.ts'
import { type Programmed, startProviderServer } from '../models/provider-server.ts'
import { CORPUS, hasCorpus, makeProject } from './project.ts'

/** What a provider's model would say is said by the scripted one, from the prompt that came over the wire. */
const brain = createModels({ default: 'scripted' }, { clock: systemClock }).find(undefined)

async function think(prompt: string): Promise<Programmed> {
  const question = {
    messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: prompt }] }],
    origin: { narrative: 'any', act: 'any' },
  }
  const { text, usage } = await brain.ask(question, { signal: new AbortController().signal })
  return { text, usage: { input: usage.input, output: usage.output } }
}

describe.skipIf(!hasCorpus)('generate, curate and post', () => {
  test.for(['openai:gpt-4o-mini', 'gemini:gemini-2.5-flash', 'anthropic:claude-sonnet-4-5'])(
    'with %s',
    async (model) => {
      await using discord = await startDiscordDouble()
      await using server = await startProviderServer(({ prompt }) => think(prompt))
      using project = makeProject()
      const env = {
        OPENAI_API_KEY: 'test-key-of-openai',
        OPENAI_BASE_URL: server.urls.openai,
        GEMINI_API_KEY: 'test-key-of-gemini',
        GEMINI_BASE_URL: server.urls.gemini,
        ANTHROPIC_API_KEY: 'test-key-of-anthropic',
        ANTHROPIC_BASE_URL: server.urls.anthropic,
        DISCORD_TOKEN: 'a-token-for-the-double',
        DISCORD_API_URL: discord.url,
        TEST_GUILD_ID: discord.guildId,
      }
      const run = (file: string, ...args: string[]) =>
        project.botticelli(['run', join(CORPUS, 'discord', file), '--model', model, ...args], env)

      expect(await run('generation_carousel.toml', '--narrative-name', 'batch_generate')).toMatchObject({ code: 0 })
      expect(await run('curate_two_step.toml')).toMatchObject({ code: 0 })
      expect(await run('discord_poster.toml', '--live')).toMatchObject({ code: 0 })

      expect(discord.messages('content-test')).toHaveLength(1)
      project.look((store) => {
        expect(store.content.list({ table: 'potential_discord_posts', limit: 100 })).toHaveLength(15)
        // 15 drafts of 5 acts, 2 of the curator, 1 of the poster; each asked once, each in the ledger.
        expect(server.calls).toHaveLength(78)
        expect(store.ledger.totals()).toMatchObject({ calls: 78, unpriced: 0 })
        expect(store.ledger.totals().costUsd).toBeGreaterThan(0)
      })
    },
  )
})

test('a proxy is not asked for what is on this machine', async () => {
  await using discord = await startDiscordDouble()
  await using server = await startProviderServer('Hello')
  using project = makeProject()
  project.write('say.toml', SAY)
  const finished = await project.botticelli(['run', 'say.toml', '--model', 'openai:gpt-4o', '--live'], {
    ...{ NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'example.org' },
    ...{ OPENAI_API_KEY: 'test-key-of-openai', OPENAI_BASE_URL: server.urls.openai },
    ...{ DISCORD_TOKEN: 'a-token-for-the-double', DISCORD_API_URL: discord.url, DISCORD_GUILD_ID: discord.guildId },
  })
  expect(finished).toMatchObject({ code: 0, stderr: expect.not.stringContaining('✗') })
  expect(server.calls).toHaveLength(1)
})

const SAY = `[narrative]
name = "say"
skip_content_generation = true
toc = ["look", "say"]
[acts]
look = "bots.look"
say = "Say hello."
[bots.look]
platform = "discord"
command = "channels.list"
guild_id = "\${DISCORD_GUILD_ID}"
required = true
`
