// Bots that come, go and change while others run.

import { expect, onTestFinished, test } from 'vitest'
import { openHealthBook } from '../../actors/bot-health.ts'
import type { BotSettings } from '../../actors/bot-runs.ts'
import { durableInbox } from '../../actors/durable-inbox.ts'
import { type Bots, openRoster, type Roster, type RosterChange } from '../../actors/roster.ts'
import { type ActorSystem, startSystem, systemClock } from '../../supervisor/index.ts'
import { until } from '../end-to-end/project.ts'
import { openHouse, type Say } from './house.ts'

const NARRATIVE = `
[narrative]
name = "n"
description = "One act"
skip_content_generation = true
toc = ["a"]
[acts]
a = "Say it."
`

interface Staffed {
  readonly roster: Roster
  readonly system: ActorSystem
  readonly house: Awaited<ReturnType<typeof openHouse>>
  bot(name: string, more?: Partial<BotSettings>): BotSettings
  change(bots: readonly BotSettings[], disabled?: readonly string[]): Promise<RosterChange>
  tell(bot: string, run: string): void
  has(bot: string): boolean
}

async function staffed(names: readonly string[], say?: Say): Promise<Staffed> {
  const house = await openHouse(say)
  const narrative = house.write('n.toml', NARRATIVE)
  const bot = (name: string, more: Partial<BotSettings> = {}): BotSettings => ({
    name,
    type: 'custom',
    narrative,
    followers: [],
    ...more,
  })
  const wanted = (bots: readonly BotSettings[], disabled: readonly string[] = []): Bots => ({
    bots,
    disabled,
    schedules: [],
    services: house.services,
  })
  const roster = openRoster(wanted(names.map((name) => bot(name))), openHealthBook())
  const inbox = durableInbox(house.store, systemClock, roster.expects)
  const bots = { id: 'bots', strategy: 'one_for_one', children: roster.specs } as const
  const children = [bots, roster.scheduler]
  const system = await startSystem({ id: '', strategy: 'one_for_one', children }, { inbox })
  roster.begin(system, inbox)
  onTestFinished(async () => {
    roster.end()
    await system.stop()
    await house[Symbol.asyncDispose]()
  })
  return {
    roster,
    system,
    house,
    bot,
    change: (next, disabled) => roster.change(wanted(next, disabled)),
    tell: (name, run) => void system.tell(`/bots/${name}`, { type: 'bot.run', run, trigger: 'manual' } as never),
    has: (name) => system.record(`/bots/${name}`) !== undefined,
  }
}

/** An answer that comes when the test lets it. */
function heldBack() {
  const asked = Promise.withResolvers<void>()
  const release = Promise.withResolvers<string>()
  const say: Say = () => {
    asked.resolve()
    return release.promise
  }
  return { say, asked: asked.promise, release: () => release.resolve('said') }
}

const soon = (condition: () => boolean) => until(condition, 10_000, () => 'it did not happen')

test('a bot that is to go ends its run first; what waits for it becomes dead letters', async () => {
  const { say, asked, release } = heldBack()
  const it = await staffed(['one', 'two'], say)
  it.tell('one', '01FIRST')
  await asked
  it.tell('one', '01SECOND')
  expect(await it.change([it.bot('two')])).toMatchObject({ removed: ['one'], added: [], changed: [], disabled: [] })
  expect(it.has('one')).toBe(true)
  release()
  await soon(() => !it.has('one'))
  const { executions, deadLetters, mailbox } = it.house.store
  expect(executions.find('01FIRST')).toMatchObject({ status: 'completed' })
  expect(executions.find('01SECOND')).toBeUndefined()
  await soon(() => deadLetters.list().length > 0)
  expect(deadLetters.list()).toMatchObject([{ to: '/bots/one', message: { run: '01SECOND' } }])
  expect(mailbox.recipients()).toEqual([])
})

test('what waits for a bot that is disabled is done when it is back', async () => {
  const { say, asked, release } = heldBack()
  const it = await staffed(['one'], say)
  it.tell('one', '01FIRST')
  await asked
  it.tell('one', '01SECOND')
  expect(await it.change([], ['one'])).toMatchObject({ disabled: ['one'], removed: [] })
  release()
  await soon(() => !it.has('one'))
  expect(it.house.store.mailbox.recipients()).toEqual(['/bots/one'])
  expect(await it.change([it.bot('one')])).toMatchObject({ added: ['one'] })
  await soon(() => it.house.store.executions.find('01SECOND')?.status === 'completed')
  expect(it.house.store.deadLetters.list()).toEqual([])
})

test('a bot that is wanted again before it has gone stays, and works on', async () => {
  const { say, asked, release } = heldBack()
  const it = await staffed(['one'], say)
  it.tell('one', '01FIRST')
  await asked
  it.tell('one', '01SECOND')
  await it.change([])
  await it.change([it.bot('one')])
  release()
  await soon(() => it.house.store.executions.find('01SECOND')?.status === 'completed')
  expect(it.system.record('/bots/one')).toMatchObject({ incarnation: 1 })
})

test('a changed bot does its next run in the new way, and the one in progress in the old', async () => {
  const { say, asked, release } = heldBack()
  const it = await staffed(['one'], say)
  it.tell('one', '01FIRST')
  await asked
  const narrative = it.house.write('other.toml', NARRATIVE.replace('"n"', '"other"'))
  expect(await it.change([it.bot('one', { narrative })])).toMatchObject({ changed: ['one'], added: [] })
  it.tell('one', '01SECOND')
  release()
  await soon(() => it.house.store.executions.find('01SECOND')?.status === 'completed')
  expect(it.house.store.executions.find('01FIRST')).toMatchObject({ narrative: 'n', status: 'completed' })
  expect(it.house.store.executions.find('01SECOND')).toMatchObject({ narrative: 'other' })
})

test('what a configured bot is sent before it runs waits for it; nobody else has mail', async () => {
  const { roster, system, house, bot, change } = await staffed(['one'])
  await change([bot('one'), bot('two')])
  await system.terminateChild('/bots', 'two')
  await system.deleteChild('/bots', 'two')
  expect(system.tell('/bots/two', { type: 'bot.run' })).toMatchObject({ accepted: true })
  expect(system.tell('/bots/three', { type: 'bot.run' })).toMatchObject({ accepted: false, reason: 'unknown' })
  expect(house.store.mailbox.load('/bots/two')).toHaveLength(1)
  expect(house.store.deadLetters.list().map(({ to }) => to)).toEqual(['/bots/three'])
  expect(roster.expects('/bots')).toBe(false)
})
