// Bots: told to run they run, crashed they come back, and what they had begun is finished once.

import { expect, test } from 'vitest'
import { openHealthBook } from '../../actors/bot-health.ts'
import { type BotSettings, botSpec } from '../../actors/bot-runs.ts'
import { ModelError } from '../../models/model-error.ts'
import { startLog, stopLog } from '../../telemetry/log.ts'
import { until } from '../end-to-end/project.ts'
import { type House, openHouse, type Say } from './house.ts'

const NARRATIVE = `[narrative]
name = "posts"
[toc]
order = ["draft", "as_json"]
[acts]
draft = "Draft."
as_json = "{{draft}} as JSON."
`

test('a run is asked for by message, and its rows are told to the followers', async () => {
  await using house = await openBots([bot('maker', { followers: ['/bots/reader'] }), bot('reader')])
  house.tell('maker', '01RUN')
  await house.settled(2)
  expect(house.store.executions.list()).toMatchObject([
    { bot: 'reader', trigger: 'message', status: 'completed' },
    { id: '01RUN', bot: 'maker', trigger: 'schedule', status: 'completed' },
  ])
})

test('the same run, told twice, runs once', async () => {
  await using house = await openBots([bot('maker')])
  house.tell('maker', '01RUN')
  house.tell('maker', '01RUN')
  await house.handled('maker', 2)
  expect(house.asked).toHaveLength(2)
})

test('a bot that is killed in the middle of a run comes back, goes on where it was, and the others do not notice', async () => {
  const reached = Promise.withResolvers<void>()
  const says: Say = async ({ act, call }) => {
    if (act === 'as_json' && call === 2) {
      reached.resolve()
      await new Promise(() => {})
    }
    return '{"text":"a post"}'
  }
  await using house = await openBots([bot('maker'), bot('other')], says)
  house.tell('maker', '01RUN')
  await reached.promise
  house.system.kill('/bots/maker')
  await house.settled(1)

  expect(house.system.record('/bots/maker')).toMatchObject({ incarnation: 2, restarts: 1 })
  expect(house.system.record('/bots/other')).toMatchObject({ incarnation: 1, restarts: 0 })
  // The answer of the draft was in the journal; only the call that was in flight is made again.
  expect(house.asked.map(({ act }) => act)).toEqual(['draft', 'as_json', 'as_json'])
  expect(house.store.content.list({ table: 'posts' })).toHaveLength(1)
})

test('a bot that throws is restarted, and takes messages again', async () => {
  await using house = await openBots([bot('maker'), bot('other')])
  house.system.tell('/bots/maker', { type: 'bot.crash' })
  house.tell('maker', '01RUN')
  await house.settled(1)
  expect(house.system.record('/bots/other')).toMatchObject({ incarnation: 1, restarts: 0 })
  expect(house.system.record('/bots/maker')?.restarts).toBeGreaterThan(0)
  expect(house.system.deadLetters()).toMatchObject([{ reason: 'poison', message: { type: 'bot.crash' } }])
})

test('a bot that makes no progress is restarted, and goes on with its run', async () => {
  const says: Say = async ({ act, call }) => {
    if (act === 'as_json' && call === 2) await new Promise(() => {})
    return '{"text":"a post"}'
  }
  await using house = await openBots([bot('maker', { hungAfterMs: 200 }), bot('other')], says)
  house.tell('maker', '01RUN')
  await house.settled(1)
  const lastError = { code: 'actor-hung' }
  expect(house.system.record('/bots/maker')).toMatchObject({ incarnation: 2, restarts: 1, lastError })
  expect(house.asked.map(({ act }) => act)).toEqual(['draft', 'as_json', 'as_json'])
  expect(house.store.content.list({ table: 'posts' })).toHaveLength(1)
})

test('a run over which the bot hangs each time is given up, and asked for by hand it is tried again', async () => {
  let hangs = true
  const says: Say = async ({ act }) => {
    if (act === 'as_json' && hangs) await new Promise(() => {})
    return '{"text":"a post"}'
  }
  await using house = await openBots([bot('maker', { hungAfterMs: 30 })], says)
  house.tell('maker', '01RUN')
  await until(
    () => house.store.executions.find('01RUN')?.status === 'failed',
    20_000,
    () => 'the run was not given up',
  )
  expect(house.store.executions.find('01RUN')).toMatchObject({ error: { code: 'run-takes-bot-down' } })
  expect(house.health.of('maker')).toMatchObject({ failed: 1, lastError: { code: 'run-takes-bot-down' } })
  // The first time, and each time it was taken up again.
  expect(house.asked.filter(({ act }) => act === 'as_json')).toHaveLength(6)
  hangs = false
  house.system.tell('/bots/maker', { type: 'bot.resume', run: '01RUN' } as never)
  await house.settled(1)
  expect(house.asked.filter(({ act }) => act === 'draft')).toHaveLength(1)
}, 30_000)

test('a run that fails is counted, and the bot stays up', async () => {
  await using house = await openBots([bot('maker')], () => new ModelError('model-auth', 'No.'))
  house.tell('maker', '01A')
  house.tell('maker', '01B')
  await house.handled('maker', 2)
  expect(house.health.of('maker')).toMatchObject({
    failed: 2,
    consecutiveFailures: 2,
    lastError: { code: 'model-auth' },
  })
  expect(house.system.record('/bots/maker')).toMatchObject({ incarnation: 1, restarts: 0, value: 'idle' })
})

test('a narrative that cannot be executed at all is told, with whom and what asked for it', async () => {
  const lines: string[] = []
  await startLog({ level: 'warn', format: 'json', destination: { write: (line) => lines.push(line) } })
  await using house = await openBots([bot('maker', { narrativeName: 'other' })])
  house.tell('maker', '01A')
  await house.handled('maker', 1)
  stopLog()
  const [created, failed] = lines.map((line) => JSON.parse(line))
  expect(created).toMatchObject({
    event: 'narrative.not_started',
    level: 'ERROR',
    narrative: 'other',
    bot: 'maker',
    execution: '01A',
    trigger: 'schedule',
    err: { code: 'narrative-not-found' },
  })
  expect(failed).toMatchObject({ event: 'bot.failed' })
  expect(house.store.executions.list()).toEqual([])
})

test('a bot gives its narrative what is configured, and what the message says that woke it', async () => {
  const narrative = `[narrative]
name = "posts"
toc = ["draft"]
vars = { topic = {}, produced_by = "nobody", produced_rows = 0 }
[acts]
draft = "{{topic}} after {{produced_rows}} of {{produced_by}}, as JSON."
`
  const inputs = { topic: 'bread' }
  await using house = await openBots([bot('maker', { inputs, followers: ['/bots/reader'] }), bot('reader', { inputs })])
  house.write('posts.toml', narrative)
  house.tell('maker', '01RUN')
  await house.settled(2)
  expect(house.promptsOf('draft')).toEqual(['bread after 0 of nobody, as JSON.', 'bread after 1 of maker, as JSON.'])
  expect(house.store.executions.find('01RUN')?.options).toMatchObject({ inputs: { topic: 'bread' } })
})

test('a bot that has nothing to work on skips its run', async () => {
  await using house = await openBots([bot('curator', { worksOn: 'drafts' })])
  house.tell('curator', '01RUN')
  await house.handled('curator', 1)
  expect(house.health.of('curator')).toMatchObject({ skipped: 1, failed: 0 })
  expect(house.store.executions.list()).toEqual([])
})

// ---------------------------------------------------------------------------- set-up

type Bots = House & {
  readonly health: ReturnType<typeof openHealthBook>
  tell(bot: string, run: string): void
  /** Waits until so many executions have ended. */
  settled(executions: number): Promise<void>
  /** Waits until a bot has handled so many messages. */
  handled(bot: string, messages: number): Promise<void>
}

function bot(name: string, more: Partial<BotSettings> = {}): Omit<BotSettings, 'narrative'> {
  return { name, type: 'custom', followers: [], ...more }
}

async function openBots(
  bots: readonly Omit<BotSettings, 'narrative'>[],
  say: Say = () => '{"text":"a post"}',
): Promise<Bots> {
  const health = openHealthBook()
  let narrative = ''
  const house = await openHouse(say, (services) => {
    const settings = bots.map(
      (each): BotSettings => ({
        ...each,
        get narrative() {
          return narrative
        },
      }),
    )
    const children = settings.map((each) => botSpec(each.name, () => ({ bot: each, services, health })))
    return [{ id: 'bots', strategy: 'one_for_one', intensity: 5, children }]
  })
  narrative = house.write('posts.toml', NARRATIVE)
  const records = () => JSON.stringify([...house.system.records()])
  return Object.assign(house, {
    health,
    tell: (name: string, run: string) => {
      house.system.tell(`/bots/${name}`, { type: 'bot.run', run, trigger: 'schedule' } as never)
    },
    settled: (executions: number) =>
      until(() => house.store.executions.list({ status: 'completed' }).length >= executions, 10_000, records),
    handled: (name: string, messages: number) =>
      until(() => (house.system.record(`/bots/${name}`)?.handled ?? 0) >= messages, 10_000, records),
  })
}
