import { expect, onTestFinished, test } from 'vitest'
import { type AnyActorLogic, createMachine, fromCallback } from 'xstate'
import { durableInbox } from '../../actors/durable-inbox.ts'
import { type Schedule, schedulerSpec } from '../../actors/scheduler.ts'
import type { Services } from '../../actors/services.ts'
import { parseWindow } from '../../actors/timetable.ts'
import type { Store } from '../../store/store.ts'
import { startSystem } from '../../supervisor/index.ts'
import { temporaryStore } from '../store/temporary-store.ts'
import { FakeClock } from '../supervisor/fake-clock.ts'

const MINUTE = 60_000
const SCHEDULE: Schedule = {
  bot: 'poster',
  type: 'posting',
  path: '/poster',
  everyMs: 10 * MINUTE,
  onStart: false,
  timeZone: 'UTC',
  windows: [],
  jitterMs: 0,
  missed: 'once',
}

/** A process that runs the schedule; the messages that its bot received, with the time. */
async function start(store: Store, clock: FakeClock, schedule: Partial<Schedule> = {}, logic?: AnyActorLogic) {
  const told: number[] = []
  let ids = 0
  const services = { store, clock, newId: () => `run-${ids++}` } as unknown as Services
  const bot = {
    id: 'poster',
    kind: 'bot',
    mailbox: { durable: true },
    shutdown: 'brutal_kill' as const,
    start: () => ({
      logic:
        logic ??
        fromCallback(({ receive }) => {
          receive(() => void told.push(clock.now() / MINUTE))
        }),
    }),
  }
  const children = [bot, schedulerSpec(() => [{ ...SCHEDULE, ...schedule }], services)]
  const inbox = durableInbox(store, clock)
  const system = await startSystem({ id: '', strategy: 'one_for_one', children }, { clock, inbox })
  onTestFinished(() => system.stop())
  return { told, stop: () => system.stop() }
}

test('a bot is told in time, again and again, without drift', async () => {
  const clock = new FakeClock()
  const { told } = await start(temporaryStore().store, clock)
  await clock.advance(35 * MINUTE)
  expect(told).toEqual([10, 20, 30])
})

test.for([
  ['once', [50], [60, 70]],
  ['skip', [], [60, 70]],
  ['catch-up', [50, 50, 50, 50, 50], [60, 70]],
] as const)('after a while in which nothing ran, the policy is "%s"', async ([missed, atStart, later]) => {
  const { store } = temporaryStore()
  const clock = new FakeClock()
  const first = await start(store, clock, { missed })
  await first.stop()
  // Due at 10, 20, 30, 40 and 50 while nobody is there.
  const again = new FakeClock(50 * MINUTE + (missed === 'skip' ? 2 * MINUTE : 0))
  const second = await start(store, again, { missed })
  await again.advance(0)
  expect(second.told).toEqual(atStart)
  second.told.length = 0
  await again.advance(20 * MINUTE)
  expect(second.told).toEqual(later)
})

test('a bot that is still at its last run is not told again', async () => {
  const { store } = temporaryStore()
  const clock = new FakeClock()
  const { told } = await start(
    store,
    clock,
    {},
    createMachine({
      initial: 'idle',
      states: { idle: { tags: 'ready', on: { 'bot.run': 'busy' } }, busy: {} },
    }),
  )
  await clock.advance(35 * MINUTE)
  expect(told).toEqual([])
  expect(store.mailbox.load('/poster')).toHaveLength(1)
})

test('catching up leaves nothing out, and never has many runs waiting', async () => {
  const { store } = temporaryStore()
  await (await start(store, new FakeClock(), { missed: 'catch-up' })).stop()
  const clock = new FakeClock(2_000 * MINUTE)
  let told = 0
  let mostWaiting = 0
  const slow = fromCallback(({ receive }) => {
    receive(() => {
      told++
      mostWaiting = Math.max(mostWaiting, store.mailbox.load('/poster').length)
    })
  })
  await start(store, clock, { missed: 'catch-up' }, slow)
  await clock.advance(60_000)
  expect(told).toBe(200)
  expect(mostWaiting).toBeLessThanOrEqual(10)
})

test('a bot that is to catch up and does not finish has ten runs waiting, and the others stay due', async () => {
  const { store } = temporaryStore()
  await (await start(store, new FakeClock(), { missed: 'catch-up' })).stop()
  const clock = new FakeClock(2_000 * MINUTE)
  const busy = createMachine({
    initial: 'idle',
    states: { idle: { tags: 'ready', on: { 'bot.run': 'busy' } }, busy: {} },
  })
  await start(store, clock, { missed: 'catch-up' }, busy)
  await clock.advance(5 * MINUTE)
  expect(store.mailbox.load('/poster')).toHaveLength(10)
  expect(store.schedules.find('poster')?.nominalAt).toBe(110 * MINUTE)
})

test('a restart neither forgets nor repeats a run', async () => {
  const { store } = temporaryStore()
  const clock = new FakeClock()
  const first = await start(store, clock, { onStart: true })
  await clock.advance(11 * MINUTE)
  expect(first.told).toEqual([0, 10])
  await first.stop()
  const second = await start(store, new FakeClock(12 * MINUTE), { onStart: true })
  expect(second.told).toEqual([])
  expect(store.schedules.next('poster')).toBe(20 * MINUTE)
})

test('another timetable counts anew', async () => {
  const { store } = temporaryStore()
  const first = await start(store, new FakeClock())
  await first.stop()
  await start(store, new FakeClock(5 * MINUTE), { everyMs: 3 * MINUTE })
  expect(store.schedules.next('poster')).toBe(8 * MINUTE)
})

test('a pause is noticed without being told, and ends by itself', async () => {
  const { store } = temporaryStore()
  const clock = new FakeClock()
  const { told } = await start(store, clock)
  store.schedules.pause('poster', { at: 0, until: 25 * MINUTE, reason: 'launch day', by: 'me' })
  await clock.advance(41 * MINUTE)
  expect(told).toEqual([30, 40])
})

test('a pause between two due times hides none', async () => {
  const { store } = temporaryStore()
  const clock = new FakeClock()
  const { told } = await start(store, clock)
  await clock.advance(11 * MINUTE)
  store.schedules.pause('poster', { at: clock.now(), until: 15 * MINUTE, reason: 'lunch', by: 'me' })
  await clock.advance(20 * MINUTE)
  expect(told).toEqual([10, 20, 30])
  expect(store.schedules.find('poster')?.pausedAt).toBeUndefined()
  expect(store.events.list({ type: 'schedule.resumed' })).toMatchObject([{ data: { by: 'schedule' } }])
})

test('what was due during a pause is not made up for when a person ends it', async () => {
  const { store } = temporaryStore()
  const clock = new FakeClock()
  const { told } = await start(store, clock)
  store.schedules.pause('poster', { at: 0, reason: 'launch day', by: 'me' })
  await clock.advance(25 * MINUTE)
  expect(store.schedules.resume('poster', { by: 'me', at: clock.now() })).toBe(true)
  expect(store.schedules.resume('poster', { by: 'me', at: clock.now() })).toBe(false)
  await clock.advance(20 * MINUTE)
  expect(told).toEqual([30, 40])
  expect(store.schedules.find('poster')?.pausedAt).toBeUndefined()
  expect(store.events.list({ type: 'schedule.resumed' })).toMatchObject([{ data: { by: 'me' } }])
})

test('a bot of another type keeps its due time', async () => {
  const { store } = temporaryStore()
  const first = await start(store, new FakeClock())
  const due = store.schedules.find('poster')
  await first.stop()
  await start(store, new FakeClock(5 * MINUTE), { type: 'curation' })
  expect(store.schedules.find('poster')).toEqual(due)
})

const HOURLY = { everyMs: undefined, cron: '0 * * * *' } as unknown as Partial<Schedule>

test.for<[title: string, ahead: number, schedule: Partial<Schedule>, told: readonly number[]]>([
  ['a year ahead', 365 * 24 * 60, {}, [10, 20]],
  ['an hour ahead, where an interval was counted', 60, {}, [10, 20]],
  ['an hour ahead, where hours are named', 60, HOURLY, []],
  ['five hours ahead, where hours are named', 300, HOURLY, [60]],
])('a clock that was %s and is put right', async ([, ahead, schedule, expected]) => {
  const { store } = temporaryStore()
  const wrong = await start(store, new FakeClock(ahead * MINUTE), schedule)
  await wrong.stop()
  const clock = new FakeClock(schedule === HOURLY ? 45 * MINUTE : 0)
  const { told } = await start(store, clock, schedule)
  await clock.advance(25 * MINUTE)
  expect(told).toEqual(expected)
})

test.for<[missed: Schedule['missed'], told: readonly number[]]>([
  ['once', [910, 940, 970]],
  ['skip', [910, 940, 970]],
  ['catch-up', [910, 910, 910, 910, 910, 940, 970]],
])('what is late outside the windows of the day waits for the next one: %s', async ([missed, minutes]) => {
  const { store } = temporaryStore()
  const windows = ['09:00-11:00', '15:10-17:00'].map((text) => parseWindow(text)!)
  const halfHourly = { everyMs: 30 * MINUTE, windows, missed }
  const first = await start(store, new FakeClock(8 * 60 * MINUTE), halfHourly)
  await first.stop()
  // Due at 9:00, 9:30, 10:00 and 10:30 while nobody is there, who comes at 15:00.
  const clock = new FakeClock(15 * 60 * MINUTE)
  const { told } = await start(store, clock, halfHourly)
  await clock.advance(80 * MINUTE)
  expect(told).toEqual(minutes)
})

test('jitter is drawn once and stored', async () => {
  const { store } = temporaryStore()
  const first = await start(store, new FakeClock(), { jitterMs: 5 * MINUTE })
  const due = store.schedules.find('poster')
  expect(due?.nominalAt).toBe(10 * MINUTE)
  expect(due?.dueAt).toBeGreaterThanOrEqual(10 * MINUTE)
  await first.stop()
  await start(store, new FakeClock(), { jitterMs: 5 * MINUTE })
  expect(store.schedules.find('poster')).toEqual(due)
})

test('once is once, over restarts', async () => {
  const { store } = temporaryStore()
  const once = { everyMs: undefined, at: 5 * MINUTE } as unknown as Partial<Schedule>
  const clock = new FakeClock()
  const first = await start(store, clock, once)
  await clock.advance(6 * MINUTE)
  expect(first.told).toEqual([5])
  await first.stop()
  const again = new FakeClock(7 * MINUTE)
  const second = await start(store, again, once)
  await again.advance(100 * MINUTE)
  expect(second.told).toEqual([])
})
