// What becomes of a publication whose outcome nobody knows, with the real client and a Discord that counts.

import { expect, onTestFinished, test } from 'vitest'
import { createRunner, type RunRequest } from '../../actors/runner.ts'
import { createDatabasePlatform } from '../../platforms/database.ts'
import { createDiscord } from '../../platforms/discord/discord.ts'
import { startDiscordDouble } from '../../platforms/discord-double.ts'
import { createPlatforms } from '../../platforms/platforms.ts'
import { posts } from '../store/fixtures.ts'
import { openHouse } from './house.ts'

const POSTER = (channel: string) => `
[narrative]
name = "post"
description = "Posts a row"
skip_content_generation = true

[toc]
order = ["next", "publish", "mark"]

[tables.next]
table_name = "posts"
columns = ["id", "title"]
where_clause = "review_status = 'pending'"
order_by = "id ASC"
limit = 1
format = "json"
required = true

[bots.publish]
platform = "discord"
command = "messages.send"
required = true
channel_id = "${channel}"
content = "\${next.title}"

[bots.mark]
platform = "database"
command = "update_table"
required = true
table_name = "posts"
where_clause = "id = \${next.id}"

[bots.mark.updates]
review_status = "posted"

[acts]
next = "tables.next"
publish = "bots.publish"
mark = "bots.mark"
`

const EDITOR = (channel: string, message: string, content: string) => `
[narrative]
name = "edit"
description = "Edits a message"
skip_content_generation = true

[toc]
order = ["edit"]

[bots.edit]
platform = "discord"
command = "messages.edit"
required = true
channel_id = "${channel}"
message_id = "${message}"
content = "${content}"

[acts]
edit = "bots.edit"
`

async function liveHouse(first = 'first') {
  const discord = await startDiscordDouble()
  onTestFinished(() => discord.stop())
  let runner: ReturnType<typeof createRunner> | undefined
  const house = await openHouse(undefined, (services) => {
    const { store, clock } = services
    const live = createDiscord({ posting: 'live', token: 't', apiUrl: discord.url, now: clock.now })
    const tables = {
      update: (change: Parameters<typeof store.content.update>[0]) => store.content.update(change, clock.now()),
      once: <T extends null>(key: string, work: () => T) => store.effects.perform(key, work, clock.now()),
    }
    const database = createDatabasePlatform({ tables: tables as never, allowed: ['posts'] })
    const platforms = createPlatforms({ platforms: [live, database], now: clock.now })
    runner = createRunner({ ...services, platformsFor: () => platforms })
    return [{ ...runner.spec, id: 'live-runs' }]
  })
  onTestFinished(() => house[Symbol.asyncDispose]())
  house.store.content.insert(posts([{ title: first }, { title: 'second' }]), Date.now())
  const channel = String(discord.channels()[0]?.id)
  const file = house.write('post.toml', POSTER(channel))
  return {
    discord,
    store: house.store,
    write: house.write,
    run: (request: RunRequest = { file }) => runner!.run(request),
    said: () => discord.messages(channel).map(({ content }) => content),
    pending: () => house.store.content.list({ table: 'posts', status: 'pending' }).map(({ values }) => values.title),
  }
}

test('an answer that was lost is found, and the message is sent once', async () => {
  const { discord, run, said, pending } = await liveHouse()
  discord.fail({ is: 'lost-answer', method: 'POST', path: '/messages', times: 3 })
  expect(await run()).toMatchObject({ status: 'completed' })
  expect(said()).toEqual(['first'])
  expect(pending()).toEqual(['second'])
})

test('where nobody can find out, the row waits for a person, and the next one is posted', async () => {
  const { discord, store, run, said, pending } = await liveHouse()
  // The message arrives, its answer does not, and the bot may not look at the channel.
  discord.fail({ is: 'lost-answer', method: 'POST', path: '/messages', times: 3 })
  discord.fail({ is: 'status', status: 403, code: 50_013, method: 'GET', path: '/messages', times: 10 })
  const failed = await run()
  expect(failed).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('Nobody knows') } })
  expect(store.effects.doubtful()).toMatchObject([{ executionId: failed.executionId, status: 'doubtful' }])

  discord.heal()
  expect(await run()).toMatchObject({ status: 'completed' })
  expect(said()).toEqual(['first', 'second'])
  expect(pending()).toEqual(['first'])

  expect(await run({ resume: failed.executionId })).toMatchObject({ status: 'failed' })
  expect(said()).toHaveLength(2)

  const [doubt] = store.effects.doubtful()
  store.effects.decide(doubt!.key, { done: true, by: 'a person', at: Date.now() })
  expect(await run({ resume: failed.executionId })).toMatchObject({ status: 'completed' })
  expect(said()).toEqual(['first', 'second'])
  expect(pending()).toEqual([])
})

test('where the channel is gone when it is looked for, the row waits for a person and is not published elsewhere', async () => {
  const { discord, store, run, said, pending } = await liveHouse()
  discord.fail({ is: 'lost-answer', method: 'POST', path: '/messages', times: 3 })
  discord.fail({ is: 'status', status: 404, code: 10_003, method: 'GET', path: '/channels', times: 10 })
  const { executionId } = await run()
  expect(store.effects.doubtful()).toMatchObject([{ executionId, status: 'doubtful' }])
  discord.heal()
  expect(await run()).toMatchObject({ status: 'completed' })
  expect(said()).toEqual(['first', 'second'])
  expect(pending()).toEqual(['first'])
})

test('of a text whose second message is refused the first is not sent again, whatever a person decides', async () => {
  const { discord, store, run, said, pending } = await liveHouse(`${'a'.repeat(1_990)} ${'b'.repeat(20)}`)
  const firsts = () => said().map((text) => String(text)[0])
  discord.fail({ is: 'status', status: 403, code: 50_013, method: 'POST', path: '/messages', after: 2 })
  const failed = await run()
  expect(failed).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('A part of the text') } })
  expect(await run()).toMatchObject({ status: 'completed' })
  expect(firsts()).toEqual(['a', 's'])

  const [doubt] = store.effects.doubtful()
  store.effects.decide(doubt!.key, { done: false, by: 'a person', at: Date.now() })
  discord.forgetNonces()
  expect(await run({ resume: failed.executionId })).toMatchObject({ status: 'completed' })
  expect(firsts()).toEqual(['a', 's', 'b'])
  expect(pending()).toEqual([])
})

test('an edit that is taken up again does not undo a later one', async () => {
  const { discord, store, run, write } = await liveHouse()
  const channel_id = String(discord.channels()[0]?.id)
  const sent = await fetch(`${discord.url}/v10/channels/${channel_id}/messages`, {
    method: 'POST',
    headers: { authorization: 'Bot t' },
    body: JSON.stringify({ content: 'first' }),
  })
  const { id } = (await sent.json()) as { id: string }
  const edit = (content: string) => ({ file: write(`${content}.toml`, EDITOR(channel_id, id, content)) })
  discord.fail({ is: 'status', status: 502, isDone: true, path: `/messages/${id}`, times: 100 })
  const failed = await run(edit('older'))
  expect(failed).toMatchObject({ status: 'failed' })
  discord.heal()
  expect(await run(edit('newer'))).toMatchObject({ status: 'completed' })
  expect(await run({ resume: failed.executionId })).toMatchObject({ status: 'completed' })
  expect(discord.messages(channel_id)).toMatchObject([{ content: 'newer' }])
  const told = store.events.list({ execution: failed.executionId }).filter(({ type }) => type === 'command.done')
  expect(told).toMatchObject([{ data: { overtaken: true } }])
})

test('what was certainly not sent is given back, and posted by the next run', async () => {
  const { discord, run, said, pending } = await liveHouse()
  discord.fail({ is: 'status', status: 400, method: 'POST', path: '/messages' })
  expect(await run()).toMatchObject({ status: 'failed' })
  expect(await run()).toMatchObject({ status: 'completed' })
  expect(said()).toEqual(['first'])
  expect(pending()).toEqual(['second'])
})

test('a run that is replayed from behind its row does not publish that again', async () => {
  const { run, said, pending } = await liveHouse()
  const { executionId: id } = await run()
  const replayed = await run({ replay: { id, fromAct: 'publish' } })
  const why = `The row 1 of posts is published by the execution ${id}`
  expect(replayed).toMatchObject({ status: 'failed', error: { message: expect.stringContaining(why) } })
  expect(said()).toEqual(['first'])
  // What reads anew takes the next row, and is a run like any other.
  expect(await run({ replay: { id } })).toMatchObject({ status: 'completed' })
  expect(said()).toEqual(['first', 'second'])
  expect(pending()).toEqual([])
})

test('of two runs at the same time each posts another row, or is refused', async () => {
  const { run, said } = await liveHouse()
  const reports = await Promise.all([run(), run()])
  expect(reports.filter(({ status }) => status === 'completed').length).toBeGreaterThanOrEqual(1)
  expect(new Set(said()).size).toBe(said().length)
  const next = await run()
  expect(said().sort()).toEqual(next.status === 'completed' ? ['first', 'second'] : said())
})
