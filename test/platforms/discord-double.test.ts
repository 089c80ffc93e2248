import { expect, test } from 'vitest'
import { startDiscordDouble } from '../../platforms/discord-double.ts'

async function ask(url: string, path: string, init: RequestInit = {}) {
  const headers = { authorization: 'Bot token', 'content-type': 'application/json', ...init.headers }
  const response = await fetch(`${url}/v10${path}`, { ...init, headers })
  const body = (await response.json()) as { mention_everyone?: boolean }
  return { status: response.status, headers: response.headers, body }
}

test('refuses whoever has no token, or not the right one', async () => {
  await using double = await startDiscordDouble({ token: 'right' })
  const path = `/guilds/${double.guildId}`
  for (const authorization of ['', 'right', 'Bearer right', 'Bot wrong']) {
    expect(await ask(double.url, path, { headers: { authorization } })).toMatchObject({ status: 401 })
  }
  expect(await ask(double.url, path, { headers: { authorization: 'Bot right' } })).toMatchObject({ status: 200 })
  expect(JSON.stringify(double.requests)).not.toContain('right"')
})

test('does not know what does not exist', async () => {
  await using double = await startDiscordDouble()
  expect(await ask(double.url, '/channels/5')).toMatchObject({ status: 404, body: { code: 10_003 } })
  expect(await ask(double.url, '/guilds/5')).toMatchObject({ status: 404, body: { code: 10_004 } })
  expect(await ask(double.url, '/no/such/route')).toMatchObject({ status: 404, body: { code: 0 } })
})

test('mentions everyone where it is not told otherwise, as Discord does', async () => {
  await using double = await startDiscordDouble()
  const path = `/channels/${double.channels()[0]!.id}/messages`
  const send = (body: object) => ask(double.url, path, { method: 'POST', body: JSON.stringify(body) })
  expect((await send({ content: '@everyone' })).body.mention_everyone).toBe(true)
  expect((await send({ content: '@everyone', allowed_mentions: { parse: [] } })).body.mention_everyone).toBe(false)
})

test('refuses what Discord refuses', async () => {
  await using double = await startDiscordDouble()
  const channel = `/channels/${double.channels()[0]!.id}`
  const post = (path: string, body: object) => ask(double.url, path, { method: 'POST', body: JSON.stringify(body) })
  expect(await post(`${channel}/messages`, { content: '' })).toMatchObject({ status: 400, body: { code: 50_006 } })
  expect(await post(`${channel}/messages`, { content: 'x'.repeat(2_001) })).toMatchObject({ status: 400 })
  expect(await post(`${channel}/messages`, { content: 'x', nonce: 'x'.repeat(26) })).toMatchObject({ status: 400 })
  expect(await post(`${channel}/messages/bulk-delete`, { messages: ['1'] })).toMatchObject({ status: 400 })
  expect(await post(`/guilds/${double.guildId}/channels`, { name: '' })).toMatchObject({ status: 400 })
})

test('tells of its limits in headers, and refuses beyond them', async () => {
  let now = 1_000_000
  await using double = await startDiscordDouble({ rateLimit: { limit: 2, windowMs: 5_000 }, now: () => now })
  const path = `/channels/${double.channels()[0]!.id}`
  const answers = [await ask(double.url, path), await ask(double.url, path), await ask(double.url, path)]
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429])
  expect(answers.map(({ headers }) => headers.get('x-ratelimit-remaining'))).toEqual(['1', '0', '0'])
  expect(answers[2]).toMatchObject({ body: { retry_after: 5, global: false } })
  now += 5_000
  expect((await ask(double.url, path)).status).toBe(200)
})

test('has the servers that it was given, each with a channel', async () => {
  await using double = await startDiscordDouble({ guilds: ['One', 'Two'] })
  expect(double.guildIds).toHaveLength(2)
  expect(double.channels(double.guildIds[1])).toMatchObject([{ name: 'general' }])
  expect(double.messages('no such channel')).toEqual([])
})

test('a port that is taken is an error', async () => {
  await using double = await startDiscordDouble()
  await expect(startDiscordDouble({ port: Number(new URL(double.url).port) })).rejects.toThrow('EADDRINUSE')
})
