import { getEventListeners } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../../json.ts'
import { createDiscord } from '../../../platforms/discord/discord.ts'
import type { Fault } from '../../../platforms/discord/double-faults.ts'
import { snowflakeAt } from '../../../platforms/discord/snowflake.ts'
import type { DiscordDouble, DiscordDoubleOptions } from '../../../platforms/discord-double.ts'
import { startDiscordDouble } from '../../../platforms/discord-double.ts'
import type { CommandOptions } from '../../../platforms/platform.ts'
import { startLog, stopLog } from '../../../telemetry/log.ts'
import { codeOf, errorOf, resultOf, runCommand } from '../run-command.ts'

const TOKEN = 'MTIz.secret.token'

function connect(double: DiscordDouble, timeoutMs?: number) {
  return createDiscord({ token: TOKEN, apiUrl: double.url, posting: 'live', timeoutMs, now: Date.now })
}

async function open(options?: DiscordDoubleOptions & { timeoutMs?: number }) {
  const double = await startDiscordDouble({ token: TOKEN, ...options })
  const discord = connect(double, options?.timeoutMs)
  const general = String(double.channels()[0]!.id)
  return { double, discord, general, [Symbol.asyncDispose]: () => double.stop() }
}

afterEach(stopLog)

/** `seen` settles when the event is logged: the way to see from outside what the client has understood. */
async function watchLog(event: string): Promise<{ seen: Promise<void> }> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const write = (line: string) => void (line.includes(`"${event}"`) && resolve())
  await startLog({ level: 'warn', format: 'json', destination: { write } })
  return { seen: promise }
}

/** Another command has this one thing. */
const unless =
  (taken: Json | undefined): NonNullable<CommandOptions['claim']> =>
  (choose) =>
    choose((id) => id !== taken)

function inThread(workerData: object): Promise<JsonObject> {
  const { promise, resolve, reject } = Promise.withResolvers<JsonObject>()
  const worker = new Worker(new URL('./channel-thread.ts', import.meta.url), { workerData })
  worker.once('message', resolve)
  worker.once('error', reject)
  return promise
}

/** Things and whose they are, as the store keeps it. */
function ownersOf() {
  const owners = new Map<string, string>()
  return (key: string): NonNullable<CommandOptions['claim']> =>
    (choose) =>
      choose((id) => (owners.get(id) ?? key) === key).filter((id) => {
        if (!owners.has(id)) owners.set(id, key)
        return owners.get(id) === key
      })
}

const posts = (double: DiscordDouble) => double.requests.filter(({ method }) => method === 'POST')

describe('messages.send', () => {
  test('sends a text that mentions nobody and answers the keys of the catalogue', async () => {
    await using at = await open()
    const result = await resultOf(at.discord, 'messages.send', { channel_id: at.general, content: 'Hello @everyone' })
    expect(Object.keys(result)).toEqual(['id', 'channel_id', 'content', 'timestamp', 'tts'])
    expect(result).toMatchObject({ channel_id: at.general, content: 'Hello @everyone', tts: false })
    const [message] = at.double.messages('general')
    expect(message).toMatchObject({ id: result.id, content: 'Hello @everyone', mention_everyone: false })
    expect(posts(at.double)[0]!.body).toMatchObject({ allowed_mentions: { parse: [] }, enforce_nonce: true })
  })

  test('sends the same key once', async () => {
    await using at = await open()
    const args = { channel_id: at.general, content: 'once' }
    const first = await resultOf(at.discord, 'messages.send', args, { idempotencyKey: 'run/1' })
    // A new process knows nothing of the first attempt; the nonce is enough.
    const second = await resultOf(connect(at.double), 'messages.send', args, { idempotencyKey: 'run/1' })
    expect(second.id).toBe(first.id)
    expect(at.double.messages('general')).toHaveLength(1)
    expect(String(posts(at.double)[0]!.body.nonce).length).toBeLessThanOrEqual(25)
  })

  test('sends two equal texts under two keys', async () => {
    await using at = await open()
    await runCommand(at.discord, 'messages.send', { channel_id: at.general, content: 'same' })
    await runCommand(at.discord, 'messages.send', { channel_id: at.general, content: 'same' })
    expect(at.double.messages('general')).toHaveLength(2)
  })

  test('cuts a long text into messages and describes the first', async () => {
    await using at = await open()
    const content = `${'😀 '.repeat(700)}\n${'word '.repeat(300)}end`
    const result = await resultOf(at.discord, 'messages.send', { channel_id: at.general, content })
    const messages = at.double.messages('general')
    expect(result.split_messages).toBe(messages.length)
    expect(result.message_ids).toEqual(messages.map(({ id }) => id))
    expect(result.id).toBe(messages[0]!.id)
    expect(messages.map((message) => message.content).join('\n')).toBe(content.replace(' \n', '\n'))
  })

  test('finds by its text what an attempt before a crash has sent', async () => {
    await using at = await open()
    const args = { channel_id: at.general, content: 'before the crash' }
    const attemptedAt = Date.now()
    const sent = await resultOf(at.discord, 'messages.send', args, { idempotencyKey: 'old' })
    // Another key has another nonce: only the look at the channel can find the message.
    const found = await resultOf(connect(at.double), 'messages.send', args, { idempotencyKey: 'new', attemptedAt })
    expect(found.id).toBe(sent.id)
    expect(at.double.messages('general')).toHaveLength(1)
  })

  test('finds it below what others have said since', async () => {
    await using at = await open()
    const args = { channel_id: at.general, content: 'wanted' }
    const attemptedAt = Date.now()
    const sent = await resultOf(at.discord, 'messages.send', args, { idempotencyKey: 'old' })
    for (let i = 0; i < 120; i += 1) {
      const headers = { authorization: `Bot ${TOKEN}` }
      const body = JSON.stringify({ content: `chatter ${i}` })
      await fetch(`${at.double.url}/v10/channels/${at.general}/messages`, { method: 'POST', headers, body })
    }
    const found = await resultOf(connect(at.double), 'messages.send', args, { idempotencyKey: 'new', attemptedAt })
    expect(found.id).toBe(sent.id)
  })

  test('goes on after the part that was sent when a later part failed', async () => {
    await using at = await open()
    at.double.fail({ is: 'status', status: 403, code: 50_013, path: '/messages', method: 'POST', after: 2 })
    const content = `${'a'.repeat(1_900)} ${'b'.repeat(1_900)}`
    const options = { idempotencyKey: 'parts' }
    expect(await codeOf(runCommand(at.discord, 'messages.send', { channel_id: at.general, content }, options))).toBe(
      'discord-incomplete',
    )
    expect(at.double.messages('general')).toHaveLength(1)
    await runCommand(at.discord, 'messages.send', { channel_id: at.general, content }, options)
    expect(at.double.messages('general').map((message) => String(message.content)[0])).toEqual(['a', 'b'])
  })
})

describe('a message of which an earlier attempt is not known to have arrived', () => {
  const long = `${'a'.repeat(1_990)} ${'b'.repeat(1_990)} ${'c'.repeat(1_990)}`
  const contents = (double: DiscordDouble) => double.messages('general').map(({ content }) => String(content)[0])

  test.for<[title: string, Fault, retryable: boolean]>([
    ['the channel is gone', { is: 'status', status: 404, code: 10_003 }, false],
    ['it may not read the channel', { is: 'status', status: 403, code: 50_013 }, false],
    ['its token is refused', { is: 'status', status: 401 }, true],
  ])('is neither sent nor given up where %s', async ([, fault, retryable]) => {
    await using at = await open()
    at.double.fail({ ...fault, method: 'GET' } as Fault)
    const args = { channel_id: at.general, content: 'once' }
    const error = await errorOf(runCommand(at.discord, 'messages.send', args, { attemptedAt: Date.now() }))
    expect(error).toMatchObject({ code: 'discord-uncertain', retryable })
    expect(posts(at.double)).toEqual([])
  })

  test('is looked for when it was refused after an attempt without an answer', async () => {
    await using at = await open()
    at.double.fail({ is: 'status', status: 502, isDone: true, method: 'POST' })
    at.double.fail({ is: 'status', status: 403, code: 50_013, method: 'POST' })
    const args = { channel_id: at.general, content: 'once' }
    const options = { idempotencyKey: 'refused' }
    const error = await errorOf(runCommand(at.discord, 'messages.send', args, options))
    expect(error).toMatchObject({ code: 'discord-uncertain', retryable: true })
    at.double.forgetNonces()
    await runCommand(at.discord, 'messages.send', args, options)
    expect(contents(at.double)).toEqual(['o'])
  })

  test('is not sent again in the same attempt once Discord may have forgotten its nonce', async () => {
    let now = Date.now()
    const answers = [
      () => Response.json({}, { status: 502 }),
      () => Response.json({ retry_after: 55 }, { status: 429, headers: { 'retry-after': '55' } }),
    ]
    const carry = async () => {
      now += 10_000
      return answers.shift()!()
    }
    const discord = createDiscord({ token: TOKEN, fetch: carry, posting: 'live', now: () => now })
    const error = await errorOf(runCommand(discord, 'messages.send', { channel_id: '1', content: 'once' }))
    expect(error).toMatchObject({ code: 'discord-rate-limited', retryable: true })
    expect(answers).toEqual([])
  })

  test('is taken for sent where its channel lost its newest message meanwhile, or a person decides', async () => {
    await using at = await open()
    const args = { channel_id: at.general, content: 'moderated' }
    const attemptedAt = Date.now()
    const { id } = await resultOf(at.discord, 'messages.send', args, { idempotencyKey: 'old' })
    await runCommand(at.discord, 'messages.delete', { channel_id: at.general, message_id: String(id) })
    const options = { idempotencyKey: 'new', attemptedAt }
    const error = await errorOf(runCommand(connect(at.double), 'messages.send', args, options))
    expect(error).toMatchObject({ code: 'discord-uncertain', retryable: false })
    expect(error.message).toContain('deleted')
    await runCommand(connect(at.double), 'messages.send', args, { ...options, insisted: true })
    expect(contents(at.double)).toEqual(['m'])
  })

  test('is not mistaken for the same text that another command has sent', async () => {
    await using at = await open()
    const args = { channel_id: at.general, content: 'good morning' }
    const attemptedAt = Date.now()
    const others = await resultOf(at.discord, 'messages.send', args)
    await runCommand(connect(at.double), 'messages.send', args, { attemptedAt, claim: unless(others.id) })
    expect(contents(at.double)).toEqual(['g', 'g'])
  })

  test.for<[title: string, content: string]>([
    ['a message', 'good morning'],
    ['a text of several', long],
  ])('%s is there once for each of two commands that are in doubt at once', async ([, content]) => {
    await using at = await open()
    const attemptedAt = Date.now()
    const args = { channel_id: at.general, content }
    const one = await resultOf(at.discord, 'messages.send', args, { idempotencyKey: 'one' })
    const claimOf = ownersOf()
    // The one that has sent nothing looks first; the other one is told the same message again by its nonce.
    const ids = new Set<Json>()
    for (const idempotencyKey of ['two', 'one']) {
      const options = { idempotencyKey, attemptedAt, claim: claimOf(idempotencyKey) }
      ids.add((await resultOf(connect(at.double), 'messages.send', args, options)).id!)
    }
    expect(ids.has(one.id!)).toBe(true)
    expect(ids.size).toBe(2)
    const parts = contents(at.double)
    expect(parts.slice(parts.length / 2)).toEqual(parts.slice(0, parts.length / 2))
    // Asked once more, each finds its own.
    const sent = posts(at.double).length
    for (const idempotencyKey of ['two', 'one']) {
      const options = { idempotencyKey, attemptedAt, claim: claimOf(idempotencyKey) }
      ids.add((await resultOf(connect(at.double), 'messages.send', args, options)).id!)
    }
    expect(ids.size).toBe(2)
    expect(posts(at.double)).toHaveLength(sent)
  })

  test.for<[title: string, spoil: (text: string) => Response | Promise<never>]>([
    ['is cut off', (text) => new Response(text.slice(0, 20), { headers: { 'content-type': 'application/json' } })],
    ['breaks off', () => Promise.reject(new TypeError('terminated'))],
  ])('is there once where an answer of 200 %s', async ([, spoil]) => {
    await using at = await open()
    for (const command of ['messages.send', 'threads.create'] as const) {
      let spoilt = 0
      const carry: typeof fetch = async (url, init) => {
        const response = await fetch(url, init)
        if (init?.method !== 'POST' || spoilt++ > 0) return response
        return spoil(await response.text())
      }
      const discord = createDiscord({
        token: TOKEN,
        apiUrl: at.double.url,
        posting: 'live',
        fetch: carry,
        now: Date.now,
      })
      const args = { channel_id: at.general, content: 'once', name: 'once' }
      const options = { idempotencyKey: command }
      await runCommand(discord, command, args, options).catch((thrown) =>
        expect(thrown).toMatchObject({ retryable: true }),
      )
      at.double.forgetNonces()
      await runCommand(discord, command, args, options)
    }
    expect(contents(at.double)).toEqual(['o'])
    expect(at.double.channels().filter(({ name }) => name === 'once')).toHaveLength(1)
  })

  test('is found where our clock was ahead at the attempt and has been set back, and where it was somewhat wrong', async () => {
    await using at = await open()
    const args = { channel_id: at.general, content: 'once' }
    await runCommand(at.discord, 'messages.send', args, { idempotencyKey: 'old' })
    at.double.forgetNonces()
    for (const aheadMs of [3_600_000, 4 * 60_000, -3_600_000]) {
      const attemptedAt = Date.now() + aheadMs
      await runCommand(connect(at.double), 'messages.send', args, { idempotencyKey: 'old', attemptedAt })
    }
    expect(contents(at.double)).toEqual(['o'])
  })

  test('is not looked for further than a bound, and waits for a person then', async () => {
    await using at = await open()
    const attemptedAt = Date.now()
    const others = Array.from({ length: 100 }, (_, index) => ({
      id: snowflakeAt(attemptedAt, index + 1),
      author: { id: '1' },
      content: 'chatter',
    }))
    // A channel without an end.
    const carry: typeof fetch = async (url, init) =>
      init?.method === 'GET' && /messages\?/.test(String(url)) ? Response.json(others) : fetch(url, init)
    const discord = createDiscord({ token: TOKEN, apiUrl: at.double.url, posting: 'live', fetch: carry, now: Date.now })
    const args = { channel_id: at.general, content: 'once' }
    const error = await errorOf(runCommand(discord, 'messages.send', args, { attemptedAt }))
    expect(error).toMatchObject({ code: 'discord-uncertain', retryable: false })
    expect(error.message).toContain('more than 2000 messages')
    expect(posts(at.double)).toEqual([])
  })

  test('is sent once more where it was found by another command before its answer came', async () => {
    await using at = await open()
    const args = { channel_id: at.general, content: 'good morning' }
    const claimOf = ownersOf()
    let found: Promise<Json> | undefined
    const carry: typeof fetch = async (url, init) => {
      const response = await fetch(url, init)
      const options = { attemptedAt: Date.now(), idempotencyKey: 'other', claim: claimOf('other') }
      found ??= resultOf(connect(at.double), 'messages.send', args, options)
      await found
      return response
    }
    const slow = createDiscord({ token: TOKEN, apiUrl: at.double.url, posting: 'live', fetch: carry, now: Date.now })
    const sent = await resultOf(slow, 'messages.send', args, { idempotencyKey: 'slow', claim: claimOf('slow') })
    expect(await found).not.toMatchObject({ id: sent.id })
    expect(contents(at.double)).toEqual(['g', 'g'])
  })

  test('goes on behind its last part that is there, also where an earlier one was deleted', async () => {
    await using at = await open()
    const args = { channel_id: at.general, content: long }
    const attemptedAt = Date.now()
    at.double.fail({ is: 'status', status: 403, code: 50_013, method: 'POST', after: 3 })
    const error = await errorOf(runCommand(at.discord, 'messages.send', args, { idempotencyKey: 'parts' }))
    expect(error).toMatchObject({ code: 'discord-incomplete', retryable: false })
    const message_id = String(at.double.messages('general')[0]!.id)
    await runCommand(at.discord, 'messages.delete', { channel_id: at.general, message_id })
    at.double.forgetNonces()
    await runCommand(connect(at.double), 'messages.send', args, { idempotencyKey: 'parts', attemptedAt })
    expect(contents(at.double)).toEqual(['b', 'c'])
  })

  test('is looked for from its attempt on, and no further than to where it is', async () => {
    await using at = await open()
    const args = { channel_id: at.general, content: 'wanted' }
    const attemptedAt = Date.now()
    await runCommand(at.discord, 'messages.send', args)
    const chatter = Array.from({ length: 150 }, (_, index) => `chatter ${index}`)
    const headers = { authorization: `Bot ${TOKEN}` }
    const url = `${at.double.url}/v10/channels/${at.general}/messages`
    for (const content of chatter) await fetch(url, { method: 'POST', headers, body: JSON.stringify({ content }) })
    const asked = at.double.requests.length
    await runCommand(connect(at.double), 'messages.send', args, { attemptedAt })
    expect(at.double.messages('general').filter(({ content }) => content === 'wanted')).toHaveLength(1)
    // Who it is, the channel, and one page of it.
    expect(at.double.requests.length - asked).toBe(3)
  })
})

describe('what is set, by a command of which an earlier attempt is not known to have arrived', () => {
  async function posted() {
    const at = await open()
    const { id } = await resultOf(at.discord, 'messages.send', { channel_id: at.general, content: 'first' })
    const about = { channel_id: at.general, message_id: String(id) }
    const later = (...commands: [command: string, args?: JsonObject][]) => ({
      attemptedAt: Date.now(),
      later: () => commands.map(([command, args]) => ({ platform: 'discord', command, args: { ...about, ...args } })),
    })
    const changes = () => at.double.requests.filter(({ method }) => method !== 'GET').length
    const message = () => at.double.messages('general')[0]!
    return { ...at, about, later, changes, message }
  }

  test('an edit that is there is not made again', async () => {
    await using at = await posted()
    const args = { ...at.about, content: 'second' }
    await runCommand(at.discord, 'messages.edit', args)
    const before = at.changes()
    const outcome = await runCommand(connect(at.double), 'messages.edit', args, at.later())
    expect(outcome.result).toMatchObject({ content: 'second', edited_timestamp: expect.any(String) })
    expect(outcome.overtaken).toBeUndefined()
    expect(at.changes()).toBe(before)
  })

  test('an edit that is not there is made, also where the bot may not look', async () => {
    await using at = await posted()
    await runCommand(connect(at.double), 'messages.edit', { ...at.about, content: 'second' }, at.later())
    expect(at.message().content).toBe('second')
    at.double.fail({ is: 'status', status: 403, code: 50_013, method: 'GET', path: '/messages' })
    await runCommand(connect(at.double), 'messages.edit', { ...at.about, content: 'third' }, at.later())
    expect(at.message().content).toBe('third')
  })

  test.for<[title: string, command: string, args: JsonObject, later: [command: string, args?: JsonObject]]>([
    ['an edit', 'messages.edit', { content: 'older' }, ['messages.edit', { content: 'newer' }]],
    ['an edit of a message that was deleted', 'messages.edit', { content: 'older' }, ['messages.delete']],
    ['a pin', 'messages.pin', {}, ['messages.unpin']],
    ['a reaction', 'reactions.add', { emoji: '👍' }, ['reactions.remove', { emoji: '👍' }]],
    ['the end of all reactions', 'reactions.clear', {}, ['reactions.add', { emoji: '👍' }]],
    ['a name', 'channels.edit', { name: 'older' }, ['channels.edit', { name: 'newer' }]],
  ])('%s is left as a later command has set it', async ([, command, args, later]) => {
    await using at = await posted()
    const before = at.changes()
    const outcome = await runCommand(at.discord, command, { ...at.about, ...args }, at.later(later))
    expect(outcome).toMatchObject({ dryRun: false, overtaken: true })
    expect(at.changes()).toBe(before)
  })

  test('of several settings those are made that no later command has made', async () => {
    await using at = await posted()
    await runCommand(at.discord, 'channels.edit', { channel_id: at.general, topic: 'newer' })
    const args = { channel_id: at.general, topic: 'older', nsfw: true }
    const outcome = await runCommand(at.discord, 'channels.edit', args, at.later(['channels.edit', { topic: 'newer' }]))
    expect(outcome).toMatchObject({ overtaken: true, result: { topic: 'newer', nsfw: true } })
  })

  test('a deletion is not overtaken', async () => {
    await using at = await posted()
    await runCommand(at.discord, 'messages.delete', at.about, at.later(['messages.edit', { content: 'newer' }]))
    expect(at.double.messages('general')).toEqual([])
  })
})

describe('a thread of which an earlier attempt is not known to have arrived', () => {
  test('is found where it was archived meanwhile, with all that was to be in it', async () => {
    await using at = await open()
    const attemptedAt = Date.now()
    const args = { channel_id: at.general, name: 'weekly' }
    const made = await resultOf(at.discord, 'threads.create', args)
    await runCommand(at.discord, 'threads.edit', { thread_id: String(made.thread_id), archived: true })
    const found = await resultOf(connect(at.double), 'threads.create', args, { attemptedAt })
    expect(found.thread_id).toBe(made.thread_id)
  })

  test('is there once for each of two commands that are in doubt at once', async () => {
    await using at = await open()
    const attemptedAt = Date.now()
    const args = { channel_id: at.general, name: 'weekly' }
    await resultOf(at.discord, 'threads.create', args)
    const claimOf = ownersOf()
    const ids: Json[] = []
    for (const key of ['two', 'one']) {
      ids.push(
        (await resultOf(connect(at.double), 'threads.create', args, { attemptedAt, claim: claimOf(key) })).thread_id!,
      )
    }
    expect(new Set(ids).size).toBe(2)
    expect(at.double.channels().filter(({ name }) => name === 'weekly')).toHaveLength(2)
  })

  test('is not mistaken for one of the same name that another command has made', async () => {
    await using at = await open()
    const attemptedAt = Date.now()
    const args = { channel_id: at.general, name: 'weekly' }
    const others = await resultOf(at.discord, 'threads.create', args)
    const options = { attemptedAt, claim: unless(others.thread_id) }
    const made = await resultOf(connect(at.double), 'threads.create', args, options)
    expect(made.thread_id).not.toBe(others.thread_id)
  })
})

describe('channels', () => {
  test('get_or_create creates a channel once, under the name that Discord gives it', async () => {
    await using at = await open()
    const args = { guild_id: at.double.guildId, name: 'Content Test', channel_type: 'text', topic: 'Posts' }
    const created = await resultOf(at.discord, 'channels.get_or_create', args)
    expect(created).toMatchObject({ name: 'content-test', kind: 'text', existed: false })
    const found = await resultOf(at.discord, 'channels.get_or_create', args)
    expect(found).toMatchObject({ id: created.id, existed: true })
    expect(at.double.channels().map((channel) => channel.name)).toEqual(['general', 'content-test'])
  })

  test('get_or_create makes one channel where several want it at once, also from threads of their own', async () => {
    await using at = await open()
    const args = { guild_id: at.double.guildId, name: 'news' }
    const data = { url: at.double.url, token: TOKEN, args }
    const results = await Promise.all([
      ...[1, 2].map(() => resultOf(connect(at.double), 'channels.get_or_create', args)),
      ...[1, 2].map(() => inThread(data)),
    ])
    expect(new Set(results.map(({ id }) => id)).size).toBe(1)
    expect(results.filter(({ existed }) => existed === false)).toHaveLength(1)
    expect(at.double.channels().map(({ name }) => name)).toEqual(['general', 'news'])
  })

  test('get_or_create does not wait for others once it is aborted', async () => {
    await using at = await open()
    at.double.fail({ is: 'slow', afterMs: 60_000, path: '/channels' })
    const args = { guild_id: at.double.guildId, name: 'news' }
    const [first, second] = [new AbortController(), new AbortController()]
    const making = errorOf(runCommand(at.discord, 'channels.get_or_create', args, { signal: first.signal }))
    const waiting = errorOf(runCommand(at.discord, 'channels.get_or_create', args, { signal: second.signal }))
    second.abort(new Error('no longer wanted'))
    expect((await waiting).message).toBe('no longer wanted')
    first.abort(new Error('nor this'))
    expect((await making).message).toBe('nor this')
  })

  test('create is not repeated after a lost answer, but found by the next attempt', async () => {
    await using at = await open()
    at.double.fail({ is: 'lost-answer', method: 'POST', path: '/channels' })
    const args = { guild_id: at.double.guildId, name: 'fresh', kind: 'text' }
    const options = { idempotencyKey: 'create' }
    const error = await errorOf(runCommand(at.discord, 'channels.create', args, options))
    expect(error).toMatchObject({ code: 'discord-uncertain', retryable: true })
    expect(at.double.channels()).toHaveLength(2)
    const result = await resultOf(at.discord, 'channels.create', args, options)
    expect(result).toMatchObject({ name: 'fresh', kind: 'text' })
    expect(at.double.channels()).toHaveLength(2)
  })

  test('create is not sent again after a failure of the server, which may have come after its effect', async () => {
    await using at = await open()
    at.double.fail({ is: 'status', status: 500, method: 'POST' })
    const args = { guild_id: at.double.guildId, name: 'fresh', kind: 'text' }
    expect(await codeOf(runCommand(at.discord, 'channels.create', args))).toBe('discord-uncertain')
    expect(posts(at.double)).toHaveLength(1)
  })

  test('an invite, which cannot be looked for, is not tried again after a lost answer', async () => {
    await using at = await open()
    at.double.fail({ is: 'lost-answer', method: 'POST', path: '/invites' })
    const error = await errorOf(runCommand(at.discord, 'channels.create_invite', { channel_id: at.general }))
    expect(error).toMatchObject({ code: 'discord-uncertain', retryable: false })
    expect(posts(at.double)).toHaveLength(1)
  })

  test('a deletion that went through before its answer was lost has succeeded', async () => {
    await using at = await open()
    at.double.fail({ is: 'lost-answer', method: 'DELETE' })
    const args = { channel_id: at.general }
    const options = { idempotencyKey: 'delete' }
    await runCommand(at.discord, 'channels.delete', args, options).catch(() => undefined)
    expect(await resultOf(at.discord, 'channels.delete', args, options)).toEqual({ id: at.general, deleted: true })
  })
})

describe('rate limits and failures', () => {
  test('a 429 is obeyed: the message is sent later, once', async () => {
    await using at = await open()
    at.double.fail({ is: 'rate-limit', retryAfterMs: 30, path: '/messages' })
    await runCommand(at.discord, 'messages.send', { channel_id: at.general, content: 'later' })
    expect(posts(at.double).map(({ status }) => status)).toEqual([429, 200])
    expect(at.double.messages('general')).toHaveLength(1)
  })

  test('a global 429 holds back the other routes too', async () => {
    await using at = await open()
    const { seen: toldToWait } = await watchLog('platform.rate_limited')
    at.double.fail({ is: 'rate-limit', retryAfterMs: 300, global: true, path: '/messages' })
    const send = runCommand(at.discord, 'messages.send', { channel_id: at.general, content: 'later' })
    await toldToWait
    await Promise.all([send, runCommand(at.discord, 'channels.list', { guild_id: at.double.guildId })])
    const [refused, ...others] = at.double.requests
    expect(others.map(({ status }) => status)).toEqual([200, 200])
    expect(others.every((other) => other.at - refused!.at >= 300)).toBe(true)
  })

  test('a bucket that is used up is waited for without a refusal', async () => {
    await using at = await open({ rateLimit: { limit: 2, windowMs: 60 } })
    for (const content of ['1', '2', '3', '4']) {
      await runCommand(at.discord, 'messages.send', { channel_id: at.general, content })
    }
    expect(posts(at.double).map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })

  test('a wait that is too long is handed to whoever can wait', async () => {
    await using at = await open({ faults: [{ is: 'rate-limit', retryAfterMs: 600_000 }] })
    const error = await errorOf(runCommand(at.discord, 'messages.send', { channel_id: at.general, content: 'x' }))
    expect(error).toMatchObject({ code: 'discord-rate-limited', retryable: true })
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(600_000)
  })

  test('a failing server is asked again, with bounds', async () => {
    await using at = await open()
    at.double.fail({ is: 'status', status: 502 })
    expect(await resultOf(at.discord, 'channels.get', { channel_id: at.general })).toMatchObject({ name: 'general' })
    at.double.fail({ is: 'status', status: 503, times: 100 })
    const error = await errorOf(runCommand(at.discord, 'channels.get', { channel_id: at.general }))
    expect(error).toMatchObject({ code: 'discord-unavailable', retryable: true })
    expect(at.double.requests).toHaveLength(2 + 3)
  })

  test('a message whose answer was lost is sent again and exists once', async () => {
    await using at = await open()
    at.double.fail({ is: 'lost-answer', method: 'POST' })
    const args = { channel_id: at.general, content: 'once' }
    const options = { idempotencyKey: 'lost' }
    const first = await resultOf(at.discord, 'messages.send', args, options).catch(() => undefined)
    const result = first ?? (await resultOf(at.discord, 'messages.send', args, options))
    expect(at.double.messages('general').map(({ id }) => id)).toEqual([result.id])
  })

  test('a server that hangs is given up after the time limit', async () => {
    await using at = await open({ timeoutMs: 30 })
    at.double.fail({ is: 'hang', times: 100 })
    const error = await errorOf(runCommand(at.discord, 'channels.get', { channel_id: at.general }))
    expect(error).toMatchObject({ code: 'discord-unavailable', retryable: true })
    expect(error.message).toContain('did not answer in time')
  })

  test('an aborted signal frees the caller at once, and nothing more is sent', async () => {
    await using at = await open()
    const { seen: toldToWait } = await watchLog('platform.rate_limited')
    at.double.fail({ is: 'rate-limit', retryAfterMs: 500, path: '/messages' })
    const aborting = new AbortController()
    const sending = runCommand(
      at.discord,
      'messages.send',
      { channel_id: at.general, content: 'x' },
      { signal: aborting.signal },
    )
    await toldToWait
    aborting.abort(new Error('stop'))
    await expect(sending).rejects.toThrow('stop')
    // The next request of the route stands behind the first in the library's queue: when it is through, so is that one.
    await runCommand(at.discord, 'messages.send', { channel_id: at.general, content: 'y' })
    expect(at.double.messages('general').map(({ content }) => content)).toEqual(['y'])
  })

  test.for<[title: string, Fault, code: string, text: string]>([
    ['a refused token', { is: 'status', status: 401 }, 'discord-unauthorized', 'refused the token'],
    ['a missing permission', { is: 'status', status: 403, code: 50_013 }, 'discord-forbidden', 'Manage Channels'],
    ['a hidden channel', { is: 'status', status: 403, code: 50_001 }, 'discord-forbidden', 'View Channel'],
    ['an unknown server', { is: 'status', status: 404, code: 10_004 }, 'discord-not-found', '404'],
    [
      'a refused form',
      { is: 'status', status: 400, code: 50_035, message: 'name: bad' },
      'discord-rejected',
      'name: bad',
    ],
  ])('%s has its code, is not tried again and does not show the token', async ([, fault, code, text]) => {
    await using at = await open()
    at.double.fail({ ...fault, method: 'POST' } as Fault)
    const args = { guild_id: at.double.guildId, name: 'x', kind: 'text' }
    const error = await errorOf(runCommand(at.discord, 'channels.create', args))
    expect(error).toMatchObject({ code, retryable: false })
    expect(error.message).toContain(text)
    expect(JSON.stringify([error.message, error.stack, error.cause, error.fix])).not.toContain('secret')
    expect(posts(at.double)).toHaveLength(1)
  })

  test('works again after a refused token', async () => {
    await using at = await open()
    at.double.fail({ is: 'status', status: 401 })
    await runCommand(at.discord, 'channels.get', { channel_id: at.general }).catch(() => undefined)
    expect(await resultOf(at.discord, 'channels.get', { channel_id: at.general })).toMatchObject({ name: 'general' })
  })

  test('a port where nobody listens is unavailable, for a creation as well', async () => {
    const double = await startDiscordDouble()
    const discord = connect(double)
    await double.stop()
    const args = { guild_id: double.guildId, name: 'x', kind: 'text' }
    const error = await errorOf(runCommand(discord, 'channels.create', args))
    expect(error).toMatchObject({ code: 'discord-unavailable', retryable: true })
    expect(error.message).toContain('ECONNREFUSED')
  })
})

test('requests leave nothing behind on the signal that they ran under', async () => {
  await using at = await open()
  at.double.fail({ is: 'status', status: 500, method: 'GET' })
  const { signal } = new AbortController()
  for (let i = 0; i < 3; i += 1) await runCommand(at.discord, 'channels.get', { channel_id: at.general }, { signal })
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('an API url may name its version', async () => {
  await using double = await startDiscordDouble()
  const discord = createDiscord({ token: TOKEN, apiUrl: `${double.url}/v10/`, posting: 'live', now: Date.now })
  await runCommand(discord, 'channels.list', { guild_id: double.guildId })
  expect(double.requests.map(({ status }) => status)).toEqual([200])
})

test('live posting without a token is refused before anything', async () => {
  expect(() => createDiscord({ posting: 'live', now: Date.now })).toThrow('no Discord token')
})
