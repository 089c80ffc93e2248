import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../json.ts'
import { createDatabasePlatform } from '../../platforms/database.ts'
import { createDiscord } from '../../platforms/discord/discord.ts'
import { startDiscordDouble } from '../../platforms/discord-double.ts'
import { createPlatforms } from '../../platforms/platforms.ts'
import { applyPolicy, type Policy, refusalOf } from '../../platforms/policy.ts'
import { errorOf } from './run-command.ts'

const platforms = createPlatforms({
  platforms: [
    createDiscord({ posting: 'dry-run', now: () => 0 }),
    createDatabasePlatform({ tables: { update: () => 1, once: (_, work) => work() } }),
  ],
  now: () => 0,
})

function refuse(command: string, args: JsonObject, policy: Partial<Policy>, posting: 'live' | 'dry-run') {
  const asked = { platform: command === 'update_table' ? 'database' : 'discord', command, args }
  const effect = platforms.effectOf(asked)
  return refusalOf(asked, { effect, policy: { requireConfirmation: [], ...policy }, posting })
}

describe('what may be done', () => {
  test.for<[title: string, command: string, Partial<Policy>, posting: 'live' | 'dry-run', code: string | undefined]>([
    ['reading needs nothing', 'members.list', { allowedCommands: [] }, 'live', undefined],
    ['publishing is allowed', 'messages.send', {}, 'live', undefined],
    ['creating a channel is allowed', 'channels.get_or_create', {}, 'live', undefined],
    ['marking rows is allowed', 'update_table', {}, 'live', undefined],
    ['destroying live has to be named', 'messages.clear', {}, 'live', 'command-not-allowed'],
    ['deleting a channel live has to be named', 'channels.delete', {}, 'live', 'command-not-allowed'],
    ['people live have to be named', 'members.kick', {}, 'live', 'command-not-allowed'],
    ['destroying in a dry run is shown', 'messages.clear', {}, 'dry-run', undefined],
    ['what is named is allowed', 'messages.clear', { allowedCommands: ['messages.clear'] }, 'live', undefined],
    [
      'a name with its platform is one too',
      'messages.clear',
      { allowedCommands: ['discord.messages.clear'] },
      'live',
      undefined,
    ],
    ['an older spelling is one too', 'messages.send', { allowedCommands: ['message.send'] }, 'live', undefined],
    [
      'a list excludes all others',
      'messages.send',
      { allowedCommands: ['messages.pin'] },
      'live',
      'command-not-allowed',
    ],
    ['a list holds in a dry run too', 'messages.send', { allowedCommands: [] }, 'dry-run', 'command-not-allowed'],
    ['an alias is no way around', 'channel.send_message', { allowedCommands: [] }, 'live', 'command-not-allowed'],
    [
      'a list holds for the database too',
      'update_table',
      { allowedCommands: ['messages.send'] },
      'live',
      'command-not-allowed',
    ],
    [
      'confirmation is asked for',
      'messages.send',
      { requireConfirmation: ['messages.send'] },
      'live',
      'confirmation-required',
    ],
  ])('%s', ([, command, policy, posting, code]) => {
    expect(refuse(command, {}, policy, posting)?.code).toBe(code)
  })

  test('the refusal says which key to write', () => {
    const refusal = refuse('messages.clear', {}, { allowedCommands: ['messages.send'] }, 'live')
    expect(refusal?.fix).toContain('allowed_commands = ["messages.send", "messages.clear"]')
    expect(refusal?.fix).toContain('[security.policy]')
  })
})

describe('constraints', () => {
  const limits = { guildId: '12', channelPrefix: 'bot-' }
  test.for<[title: string, command: string, args: JsonObject, code: string | undefined]>([
    ['the same server', 'channels.list', { guild_id: '12' }, undefined],
    ['the same server as a number', 'channels.list', { guild_id: 12 }, undefined],
    ['another server', 'messages.send', { guild_id: '13', channel_id: '1' }, 'constraint-violated'],
    ['another server, read', 'channels.list', { guild_id: '13' }, 'constraint-violated'],
    ['no server', 'messages.send', { channel_id: '1' }, undefined],
    ['a server that is not filled in yet', 'channels.list', { guild_id: '$' + '{GUILD_ID}' }, undefined],
    ['a channel with the prefix', 'channels.create', { name: 'bot-news' }, undefined],
    ['a channel without it', 'channel.create', { name: 'news' }, 'constraint-violated'],
    ['a channel that may exist, without it', 'channels.get_or_create', { name: 'news' }, 'constraint-violated'],
  ])('%s', ([, command, args, code]) => {
    expect(refuse(command, args, limits, 'live')?.code).toBe(code)
  })
})

test('a refused command is not sent', async () => {
  await using double = await startDiscordDouble()
  const discord = createDiscord({ token: 'token', apiUrl: double.url, posting: 'live', now: Date.now })
  const limited = applyPolicy(createPlatforms({ platforms: [discord], now: Date.now }), undefined, 'live')
  const channel_id = String(double.channels()[0]!.id)
  const options = { signal: new AbortController().signal, idempotencyKey: 'key' }
  const command = { platform: 'discord', command: 'channels.delete', args: { channel_id } }
  expect((await errorOf(limited.execute(command, options))).code).toBe('command-not-allowed')
  expect(double.requests).toEqual([])
  const allowed = { platform: 'discord', command: 'messages.send', args: { channel_id, content: 'Hello' } }
  expect(await limited.execute(allowed, options)).toMatchObject({ dryRun: false })
})
