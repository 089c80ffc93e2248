import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../json.ts'
import { keysOf } from '../../../platforms/discord/answer.ts'
import { DISCORD_COMMANDS } from '../../../platforms/discord/commands.ts'
import { createDiscord } from '../../../platforms/discord/discord.ts'
import { startDiscordDouble } from '../../../platforms/discord-double.ts'
import { codeOf, resultOf, runCommand } from '../run-command.ts'

/** Every command of the catalogue (narrative format, section 28), in the order in which it makes sense. */
const STORY: readonly (readonly [command: string, args: JsonObject, keep?: Readonly<Record<string, string>>])[] = [
  ['server.get_stats', {}],
  ['channels.list', {}],
  ['channels.create', { name: 'news', kind: 'text', topic: 'All of it' }, { channel: 'id' }],
  ['channels.get_or_create', { name: 'news', channel_type: 'text' }],
  ['channels.get', { channel_id: '$channel' }],
  ['channels.edit', { channel_id: '$channel', topic: 'Some of it', nsfw: 'true', position: '3' }],
  ['channels.create_invite', { channel_id: '$channel', max_age: 0, max_uses: '5' }],
  ['channels.typing', { channel_id: '$channel' }],
  ['invites.list', {}],
  ['messages.send', { channel_id: '$channel', content: 'Hello' }, { message: 'id' }],
  ['messages.get', { channel_id: '$channel', message_id: '$message' }],
  ['messages.list', { channel_id: '$channel', limit: 500 }],
  ['messages.edit', { channel_id: '$channel', message_id: '$message', content: 'Hello again' }],
  ['messages.pin', { channel_id: '$channel', message_id: '$message' }],
  ['messages.unpin', { channel_id: '$channel', message_id: '$message' }],
  ['reactions.add', { channel_id: '$channel', message_id: '$message', emoji: '👍' }],
  ['reactions.list', { channel_id: '$channel', message_id: '$message', emoji: '👍' }],
  ['reactions.remove', { channel_id: '$channel', message_id: '$message', emoji: '👍' }],
  ['reactions.add', { channel_id: '$channel', message_id: '$message', emoji: 'custom:123456789012345678' }],
  ['reactions.clear_emoji', { channel_id: '$channel', message_id: '$message', emoji: 'custom:123456789012345678' }],
  ['reactions.clear', { channel_id: '$channel', message_id: '$message' }],
  ['threads.create', { channel_id: '$channel', name: 'Talk', auto_archive_duration: '60' }, { thread: 'thread_id' }],
  ['threads.list', { channel_id: '$channel' }],
  ['threads.get', { channel_id: '$thread' }],
  ['threads.edit', { thread_id: '$thread', locked: true }],
  ['threads.join', { thread_id: '$thread' }],
  ['threads.leave', { thread_id: '$thread' }],
  ['channels.create', { name: 'questions', kind: 'forum' }, { forum: 'id' }],
  ['forum.create_post', { channel_id: '$forum', name: 'How?', content: 'Like this.' }, { post: 'thread_id' }],
  ['forum.get_post', { thread_id: '$post' }],
  ['forum.list_posts', { channel_id: '$forum' }],
  ['roles.create', { name: 'Painter', color: '255', permissions: '1024' }, { role: 'id' }],
  ['roles.list', {}],
  ['roles.get', { role_id: '$role' }],
  ['roles.edit', { role_id: '$role', hoist: true }],
  ['members.list', { limit: 5 }, { user: '0.user_id' }],
  ['members.get', { user_id: '$user' }],
  ['members.edit', { user_id: '$user', nickname: 'Sandro', mute: false }],
  ['roles.assign', { user_id: '$user', role_id: '$role' }],
  ['roles.remove', { user_id: '$user', role_id: '$role' }],
  ['members.timeout', { user_id: '$user', duration_seconds: 60, reason: 'Zu laut ☹' }],
  ['members.remove_timeout', { user_id: '$user' }],
  ['threads.add_member', { thread_id: '$thread', user_id: '$user' }],
  ['threads.remove_member', { thread_id: '$thread', user_id: '$user' }],
  ['roles.delete', { role_id: '$role' }],
  ['members.ban', { user_id: '77', delete_message_days: 30 }],
  ['bans.list', {}],
  ['members.unban', { user_id: '77' }],
  ['members.kick', { user_id: '$user' }],
  ['events.create', { name: 'Vernissage', start_time: '2027-01-01T18:00:00Z' }, { event: 'event_id' }],
  ['events.list', {}],
  ['events.get', { event_id: '$event' }],
  ['events.edit', { event_id: '$event', location: 'Firenze' }],
  ['events.delete', { event_id: '$event' }],
  ['emojis.list', {}],
  ['stickers.list', {}],
  ['webhooks.list', {}],
  ['integrations.list', {}],
  ['voice_regions.list', {}],
  ['messages.delete', { channel_id: '$channel', message_id: '$message' }],
  ['messages.clear', { channel_id: '$channel' }],
  ['threads.delete', { thread_id: '$thread' }],
  ['channels.delete', { channel_id: '$channel' }],
]

const OPTIONAL_KEYS = ['split_messages', 'message_ids']

describe('the whole catalogue', () => {
  test.for(['live', 'dry-run'] as const)('runs %s, and every result has the keys of the table', async (posting) => {
    await using double = await startDiscordDouble()
    const discord = createDiscord({ token: 'token', apiUrl: double.url, posting, now: Date.now })
    const kept: Record<string, string> = {}
    for (const [command, args, keep = {}] of STORY) {
      const result = (await runCommand(discord, command, fill({ guild_id: double.guildId, ...args }, kept))).result
      const { list, keys } = keysOf(DISCORD_COMMANDS.get(command)!.result)
      expect(Array.isArray(result), command).toBe(list)
      const [first] = Array.isArray(result) ? result : [result]
      const expected = keys.filter((key) => !OPTIONAL_KEYS.includes(key))
      if (first !== undefined) expect(Object.keys(first as JsonObject), command).toEqual(expected)
      for (const [name, path] of Object.entries(keep)) kept[name] = String(valueAt(result, path))
    }
    expect(double.requests.filter(({ status }) => (status ?? 500) >= 400)).toEqual([])
  })

  test('the story leaves out only what needs several messages', () => {
    const told = new Set(STORY.map(([command]) => command))
    expect([...DISCORD_COMMANDS.keys()].filter((name) => !told.has(name))).toEqual(['messages.bulk_delete'])
  })
})

describe('arguments', () => {
  const discord = createDiscord({ posting: 'dry-run', now: Date.now })

  test.for<[title: string, command: string, args: JsonObject, code: string]>([
    ['a required argument is missing', 'messages.send', { content: 'x' }, 'missing-argument'],
    ['a required argument is null', 'messages.send', { channel_id: null, content: 'x' }, 'missing-argument'],
    ['an id is no id', 'channels.list', { guild_id: 'YOUR_GUILD_ID_HERE' }, 'invalid-argument'],
    ['an id lost digits as a number', 'channels.list', { guild_id: 2 ** 60 }, 'invalid-argument'],
    ['a text is blank', 'messages.send', { channel_id: '1', content: ' \n' }, 'invalid-argument'],
    [
      'a text fills more than ten messages',
      'messages.send',
      { channel_id: '1', content: 'x'.repeat(20_001) },
      'invalid-argument',
    ],
    ['a kind is unknown', 'channels.create', { guild_id: '1', name: 'x', kind: 'cinema' }, 'invalid-argument'],
    ['a number is no number', 'messages.list', { channel_id: '1', limit: 'many' }, 'invalid-argument'],
    [
      'a time-out is too long',
      'members.timeout',
      { guild_id: '1', user_id: '2', duration_seconds: 2_419_201 },
      'invalid-argument',
    ],
    ['a time is no time', 'events.create', { guild_id: '1', name: 'x', start_time: 'soon' }, 'invalid-argument'],
    ['an emoji is a path', 'reactions.add', { channel_id: '1', message_id: '2', emoji: '..' }, 'invalid-argument'],
    ['an array holds no ids', 'messages.bulk_delete', { channel_id: '1', message_ids: ['x'] }, 'invalid-argument'],
  ])('refused before anything is sent: %s', async ([, command, args, code]) => {
    await using double = await startDiscordDouble()
    const live = createDiscord({ token: 'token', apiUrl: double.url, posting: 'live', now: Date.now })
    expect(await codeOf(runCommand(live, command, args))).toBe(code)
    expect(double.requests).toEqual([])
  })

  test('an exact integer is an id', async () => {
    expect(await resultOf(discord, 'channels.get', { channel_id: 1234567890 })).toMatchObject({ id: '1234567890' })
  })

  test('an unknown argument is ignored with a warning that knows the right one', async () => {
    const outcome = await runCommand(discord, 'messages.send', { channel_id: '1', content: 'x', chanel_id: '1' })
    expect(outcome.warnings).toEqual([
      "messages.send does not know the argument 'chanel_id' and ignores it. Did you mean 'channel_id'?",
    ])
  })

  test('reactions.remove withdraws the reaction of the named user, else its own', async () => {
    await using double = await startDiscordDouble()
    const live = createDiscord({ token: 'token', apiUrl: double.url, posting: 'live', now: Date.now })
    const channel_id = String(double.channels()[0]!.id)
    const { id } = await resultOf(live, 'messages.send', { channel_id, content: 'x' })
    const args = { channel_id, message_id: String(id), emoji: '🎨' }
    await runCommand(live, 'reactions.add', args)
    await runCommand(live, 'reactions.add', { ...args, emoji: '#️⃣' })
    expect(await resultOf(live, 'reactions.list', { ...args, emoji: '#️⃣' })).toMatchObject({ count: 1 })
    await runCommand(live, 'reactions.remove', { ...args, user_id: '9' })
    expect(await resultOf(live, 'reactions.list', args)).toMatchObject({ count: 1 })
    await runCommand(live, 'reactions.remove', args)
    expect(await resultOf(live, 'reactions.list', args)).toMatchObject({ count: 0 })
  })
})

describe('deleting messages', () => {
  test('takes many at once, one alone, and old ones singly', async () => {
    let now = Date.UTC(2026, 0, 1)
    await using double = await startDiscordDouble({ now: () => now })
    const live = createDiscord({ token: 'token', apiUrl: double.url, posting: 'live', now: () => now })
    const channel_id = String(double.channels()[0]!.id)
    const send = async () => String((await resultOf(live, 'messages.send', { channel_id, content: 'x' })).id)
    const old = [await send(), await send()]
    now += 15 * 24 * 3_600_000
    const young = [await send(), await send(), await send()]
    const message_ids = [...old, ...young, young[0]!]
    const result = await resultOf(live, 'messages.bulk_delete', { channel_id, message_ids })
    expect(result).toEqual({ success: true, deleted_count: 5 })
    expect(double.messages(channel_id)).toEqual([])
    const deletions = double.requests.slice(5).map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)
    expect(deletions).toEqual(['POST bulk-delete', ...old.map((id) => `DELETE ${id}`)])
  })
})

function fill(args: JsonObject, kept: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      const key = typeof value === 'string' && value.startsWith('$') ? value.slice(1) : undefined
      return [name, key === undefined ? value : kept[key]!]
    }),
  )
}

function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce((inner, key) => (inner as Record<string, unknown>)[key], value)
}
