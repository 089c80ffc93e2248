import { describe, expect, test } from 'vitest'
import { createDiscord } from '../../../platforms/discord/discord.ts'
import { startDiscordDouble } from '../../../platforms/discord-double.ts'
import { codeOf, errorOf, resultOf, runCommand } from '../run-command.ts'

const GUILD = '1439415903753076859'
const alone = () => createDiscord({ posting: 'dry-run', now: () => Date.UTC(2026, 10, 21) })

async function withDouble() {
  const double = await startDiscordDouble()
  const discord = createDiscord({ token: 'token', apiUrl: double.url, posting: 'dry-run', now: Date.now })
  const general = String(double.channels()[0]!.id)
  return { double, discord, general, [Symbol.asyncDispose]: () => double.stop() }
}

describe('without a token', () => {
  test('a narrative that creates, clears, sends, pins and lists makes sense', async () => {
    const discord = alone()
    const channel = await resultOf(discord, 'channels.get_or_create', { guild_id: GUILD, name: 'welcome' })
    expect(channel).toMatchObject({ name: 'welcome', kind: 'text', existed: false })
    const channel_id = String(channel.id)
    expect(await resultOf(discord, 'messages.clear', { channel_id, limit: 100 })).toEqual({ cleared: 0, channel_id })
    const message = await resultOf(discord, 'messages.send', { channel_id, content: 'Hello' })
    const message_id = String(message.id)
    await runCommand(discord, 'messages.pin', { channel_id, message_id })
    expect(await resultOf(discord, 'messages.get', { channel_id, message_id })).toMatchObject({ pinned: true })
    const listed = await runCommand(discord, 'messages.list', { channel_id, limit: '10' })
    expect(listed.result).toMatchObject([{ id: message_id, content: 'Hello' }])
    expect(listed.dryRun).toBe(true)
    expect(await resultOf(discord, 'messages.clear', { channel_id })).toMatchObject({ cleared: 1 })
    await runCommand(discord, 'channels.delete', { channel_id })
    expect(await codeOf(runCommand(discord, 'channels.get', { channel_id }))).toBe('discord-not-found')
  })

  test('ids come from the idempotency key, in every process', async () => {
    const args = { guild_id: GUILD, name: 'same', kind: 'text' }
    const first = await resultOf(alone(), 'channels.create', args, { idempotencyKey: 'run/act/0' })
    const second = await resultOf(alone(), 'channels.create', args, { idempotencyKey: 'run/act/0' })
    const other = await resultOf(alone(), 'channels.create', args, { idempotencyKey: 'run/act/1' })
    expect(second.id).toBe(first.id)
    expect(other.id).not.toBe(first.id)
    expect(first.id).toMatch(/^\d{18,19}$/)
  })

  test('a repeated write has its effect once', async () => {
    const discord = alone()
    const options = { idempotencyKey: 'key' }
    const first = await resultOf(discord, 'messages.send', { channel_id: '5', content: 'once' }, options)
    expect(await resultOf(discord, 'messages.send', { channel_id: '5', content: 'once' }, options)).toEqual(first)
    expect((await runCommand(discord, 'messages.list', { channel_id: '5' })).result).toHaveLength(1)
  })

  test('a repeated creation answers what was created', async () => {
    const discord = alone()
    for (const [command, args] of [
      ['channels.create', { guild_id: GUILD, name: 'x', kind: 'text' }],
      ['roles.create', { guild_id: GUILD, name: 'x' }],
      ['events.create', { guild_id: GUILD, name: 'x', start_time: '2027-01-01T18:00:00Z' }],
      ['forum.create_post', { channel_id: '7', name: 'x', content: 'y' }],
    ] as const) {
      const options = { idempotencyKey: command }
      const first = await resultOf(discord, command, args, options)
      expect(await resultOf(discord, command, args, options), command).toEqual(first)
    }
    expect((await runCommand(discord, 'channels.list', { guild_id: GUILD })).result).toHaveLength(2)
    expect((await runCommand(discord, 'roles.list', { guild_id: GUILD })).result).toHaveLength(2)
  })

  test('reads about what nobody knows are answered plausibly, and marked', async () => {
    const stats = await runCommand(alone(), 'server.get_stats', { guild_id: GUILD })
    expect(stats).toMatchObject({ dryRun: true, result: { guild_id: GUILD, member_count: 1 } })
  })

  test('what Discord would refuse is refused', async () => {
    const error = await errorOf(runCommand(alone(), 'channels.create', { guild_id: 'here', name: 'x', kind: 'text' }))
    expect(error.code).toBe('invalid-argument')
  })
})

describe('with a token', () => {
  test('writes are not sent, whatever they are', async () => {
    await using at = await withDouble()
    const channel = await runCommand(at.discord, 'channels.create', {
      guild_id: at.double.guildId,
      name: 'new',
      kind: 'text',
    })
    await runCommand(at.discord, 'messages.send', { channel_id: at.general, content: 'Hello' })
    await runCommand(at.discord, 'messages.clear', { channel_id: at.general })
    await runCommand(at.discord, 'channels.delete', { channel_id: at.general })
    expect(channel.dryRun).toBe(true)
    expect(at.double.requests.filter(({ method }) => method !== 'GET')).toEqual([])
    expect(at.double.channels()).toHaveLength(1)
  })

  test('reads go out, and lists show what was imagined as well', async () => {
    await using at = await withDouble()
    const args = { guild_id: at.double.guildId, name: 'new' }
    await runCommand(at.discord, 'channels.get_or_create', args)
    expect(await resultOf(at.discord, 'channels.get_or_create', args)).toMatchObject({ existed: true })
    const listed = await runCommand(at.discord, 'channels.list', { guild_id: at.double.guildId })
    expect(listed).toMatchObject({ dryRun: false, result: [{ name: 'general' }, { name: 'new' }] })
    await runCommand(at.discord, 'messages.send', { channel_id: at.general, content: 'Hello' })
    const messages = await runCommand(at.discord, 'messages.list', { channel_id: at.general })
    expect(messages.result).toMatchObject([{ content: 'Hello' }])
  })

  test('an existing channel is found for real', async () => {
    await using at = await withDouble()
    const found = await runCommand(at.discord, 'channels.get_or_create', {
      guild_id: at.double.guildId,
      name: 'general',
    })
    expect(found.result).toMatchObject({ id: at.general, existed: true })
  })

  test('an id of a dry run is never asked of Discord, not even after a restart', async () => {
    await using at = await withDouble()
    const made = await resultOf(alone(), 'channels.create', { guild_id: GUILD, name: 'x', kind: 'text' })
    const read = await runCommand(at.discord, 'messages.list', { channel_id: String(made.id) })
    expect(read).toMatchObject({ dryRun: true, result: [] })
    expect(at.double.requests).toEqual([])
  })
})

test('posting live with an id of a dry run says where the id comes from', async () => {
  await using double = await startDiscordDouble()
  const made = await resultOf(alone(), 'channels.create', { guild_id: GUILD, name: 'x', kind: 'text' })
  const live = createDiscord({ token: 'token', apiUrl: double.url, posting: 'live', now: Date.now })
  const error = await errorOf(runCommand(live, 'messages.send', { channel_id: String(made.id), content: 'Hi' }))
  expect(error.code).toBe('discord-not-found')
  expect(error.message).toContain('dry run')
})
