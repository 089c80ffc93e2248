// The whole path on real narrative files: generate, curate, post; exactly once, under one trace an item.

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startDiscordDouble } from '../../platforms/discord-double.ts'
import { traceIdOf } from '../../telemetry/trace-context.ts'
import { startOtlpReceiver } from '../telemetry/otlp-receiver.ts'
import { CORPUS, hasCorpus, makeProject } from './project.ts'

describe.skipIf(!hasCorpus)('real narrative files, one after the other', () => {
  test('become a post that Discord received once, in the trace of its draft', async () => {
    await using discord = await startDiscordDouble()
    await using receiver = await startOtlpReceiver()
    using project = makeProject()
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      DISCORD_TOKEN: 'a-token-for-the-double',
      DISCORD_API_URL: discord.url,
      TEST_GUILD_ID: discord.guildId,
    }
    const run = (file: string, ...args: string[]) =>
      project.botticelli(['run', join(CORPUS, 'discord', file), '--model', 'scripted', ...args], env)

    expect(await run('generation_carousel.toml', '--narrative-name', 'batch_generate')).toMatchObject({ code: 0 })
    const drafts = project.look((store) => store.content.list({ table: 'potential_discord_posts', limit: 100 }))
    expect(drafts).toHaveLength(15)
    expect(new Set(drafts.map(({ traceparent }) => traceIdOf(traceparent))).size).toBe(15)

    expect(await run('curate_two_step.toml')).toMatchObject({ code: 0 })
    const approved = project.look((store) => store.content.list({ table: 'approved_discord_posts', limit: 100 }))
    expect(approved).toHaveLength(2)
    const waiting = { table: 'potential_discord_posts', status: 'pending', limit: 100 }
    expect(project.look((store) => store.content.list(waiting))).toHaveLength(13)
    for (const { source, traceparent } of approved) {
      const draft = drafts.find(({ id }) => id === source?.id)
      expect(traceIdOf(traceparent)).toBe(traceIdOf(draft?.traceparent))
    }

    expect(await run('discord_poster.toml', '--live')).toMatchObject({ code: 0 })
    const posts = discord.messages('content-test')
    expect(posts).toHaveLength(1)
    const posted = project.look((store) => store.content.list({ table: 'approved_discord_posts', status: 'posted' }))
    expect(posted.map(({ values }) => values.text_content)).toEqual([posts[0]?.content])

    const traceId = traceIdOf(posted[0]?.traceparent)
    const names = receiver.spans(traceId).map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^chat /),
        'create potential_discord_posts',
        'process potential_discord_posts',
        'process approved_discord_posts',
        'discord messages.send',
      ]),
    )
  })

  test('publish nothing as long as posting is not live', async () => {
    await using discord = await startDiscordDouble()
    using project = makeProject()
    const env = {
      DISCORD_TOKEN: 'a-token-for-the-double',
      DISCORD_API_URL: discord.url,
      TEST_GUILD_ID: discord.guildId,
    }
    const run = (file: string, ...args: string[]) =>
      project.botticelli(['run', join(CORPUS, 'discord', file), '--model', 'scripted', ...args], env)

    expect(await run('generation_carousel.toml', '--narrative-name', 'feature')).toMatchObject({ code: 0 })
    expect(await run('curate_two_step.toml')).toMatchObject({ code: 0 })
    expect(await run('discord_poster.toml')).toMatchObject({ code: 0 })
    expect(discord.requests.filter(({ method }) => method !== 'GET')).toEqual([])

    // Nothing was traced, and the item has its trace id all the same.
    const [draft] = project.look((store) => store.content.list({ table: 'potential_discord_posts' }))
    const [chosen] = project.look((store) => store.content.list({ table: 'approved_discord_posts' }))
    expect(traceIdOf(draft?.traceparent)).toMatch(/^[\da-f]{32}$/)
    expect(traceIdOf(chosen?.traceparent)).toBe(traceIdOf(draft?.traceparent))
  })
})
