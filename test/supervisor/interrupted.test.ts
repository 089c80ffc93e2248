// A supervisor that is interrupted while it does something that takes time: nothing of an earlier life acts in a later one,
// and nobody waits for ever.

import { expect, test } from 'vitest'
import { fromPromise } from 'xstate'
import {
  type ActorSpec,
  type Scope,
  type SupervisionEvent,
  type SystemOptions,
  startSystem,
} from '../../supervisor/index.ts'
import { FakeClock, settle } from './fake-clock.ts'

/** A worker that lives until it is told to crash; `slowMs`: how long it takes to stop, `startMs`: to start. */
function worker(id: string, crash: Map<string, () => void>, clock: FakeClock, over: Partial<Slow> = {}): ActorSpec {
  const wait = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms))
  return {
    id,
    kind: 'worker',
    start: async (scope: Scope) => {
      if (over.startMs !== undefined && scope.incarnation > 1) await wait(over.startMs)
      if (over.failsAgain && scope.incarnation === 2 && !crash.has(`${id} failed`)) {
        crash.set(`${id} failed`, () => {})
        throw new Error('not yet')
      }
      if (over.slowMs !== undefined) scope.onShutdown(() => wait(over.slowMs!))
      const { promise, reject } = Promise.withResolvers<void>()
      crash.set(id, () => reject(new Error('boom')))
      return { logic: fromPromise(() => promise) }
    },
  }
}

interface Slow {
  readonly slowMs: number
  readonly startMs: number
  readonly failsAgain: boolean
}

async function treeOf(build: (crash: Map<string, () => void>, clock: FakeClock) => object) {
  const clock = new FakeClock()
  const crash = new Map<string, () => void>()
  const events: string[] = []
  const short = (event: SupervisionEvent) =>
    event.type === 'started' || event.type === 'stopped' || event.type === 'crashed'
      ? `${event.type} ${event.path}#${event.incarnation}`
      : undefined
  const options: SystemOptions = {
    clock,
    random: () => 0,
    listen: (event) => {
      const line = short(event)
      if (line) events.push(line)
    },
  }
  const system = await startSystem(
    { id: 'root', strategy: 'one_for_one', intensity: 10, ...build(crash, clock) },
    options,
  )
  const taken = () => events.splice(0)
  taken()
  return { system, clock, crash: (id: string) => crash.get(id)!(), taken }
}

test('killed in the middle of a group restart, it starts nothing any more, and its next life is whole', async () => {
  const { system, clock, crash, taken } = await treeOf((crashes, clock) => ({
    children: [
      {
        id: 's',
        strategy: 'one_for_all',
        intensity: 5,
        children: [worker('a', crashes, clock), worker('b', crashes, clock, { slowMs: 100 })],
      },
    ],
  }))
  crash('a')
  await settle()
  expect(taken()).toEqual(['crashed /s/a#1'])
  system.kill('/s')
  await settle()
  expect(taken()).toEqual(['stopped /s#1', 'stopped /s/b#1', 'started /s#2', 'started /s/a#2', 'started /s/b#2'])
  await clock.advance(1_000)
  expect(taken()).toEqual([])
  expect(await system.countChildren('/s')).toEqual({ specs: 2, active: 2, supervisors: 0, workers: 2 })
})

test('asked to stop while a start that then fails is under way, it answers, and can be stopped later', async () => {
  const { system, clock, taken } = await treeOf((crashes, clock) => ({
    children: [
      {
        id: 's',
        strategy: 'one_for_one',
        children: [worker('a', crashes, clock), worker('b', crashes, clock, { startMs: 100, failsAgain: true })],
      },
    ],
  }))
  system.kill('/s')
  await settle()
  expect(taken()).toEqual(['stopped /s#1', 'stopped /s/a#1', 'stopped /s/b#1', 'started /s#2', 'started /s/a#2'])
  let answered = false
  void system.stopActor('/s').then(() => {
    answered = true
  })
  await clock.advance(100)
  expect(answered).toBe(true)
  expect(taken()).toContain('stopped /s#2')
  await clock.advance(100)
  expect(system.record('/s')).toMatchObject({ state: 'running', incarnation: 3 })
  let stopped = false
  void system.stop().then(() => {
    stopped = true
  })
  await settle()
  expect(stopped).toBe(true)
})

test('killed while it rolls a failed start back, it stops once and is tried again', async () => {
  const { system, clock, taken } = await treeOf((crashes, clock) => ({
    children: [
      {
        id: 's',
        strategy: 'one_for_one',
        children: [worker('a', crashes, clock, { slowMs: 100 }), worker('b', crashes, clock, { failsAgain: true })],
      },
    ],
  }))
  system.kill('/s')
  await settle()
  expect(taken().slice(3)).toEqual(['started /s#2', 'started /s/a#2'])
  system.kill('/s')
  await settle()
  expect(taken()).toEqual(['stopped /s#2', 'stopped /s/a#2', 'started /s#3', 'started /s/a#3', 'started /s/b#2'])
  await clock.advance(1_000)
  expect(taken()).toEqual([])
})

test('a further stop may shorten the time that the first one gave', async () => {
  const { system, clock, taken } = await treeOf((crashes, clock) => ({
    children: [{ ...worker('a', crashes, clock, { slowMs: 60_000 }), shutdown: 'infinity' }],
  }))
  let stopped = false
  void system.stop().then(() => {
    stopped = true
  })
  await clock.advance(1_000)
  expect(stopped).toBe(false)
  void system.stop({ withinMs: 50 })
  await clock.advance(50)
  expect(stopped).toBe(true)
  expect(taken()).toEqual(['stopped /#1', 'stopped /a#1'])
})

test('a storm that stays below its intensity lets timers and sockets run', async () => {
  let starts = 0
  const { system, crash } = await treeOf((crashes, clock) => ({
    intensity: 1_000_000,
    children: [
      worker('a', crashes, clock),
      {
        id: 'storm',
        kind: 'worker',
        start: () => {
          if (starts++ === 0) {
            const { promise, reject } = Promise.withResolvers<void>()
            crashes.set('storm', () => reject(new Error('boom')))
            return { logic: fromPromise(() => promise) }
          }
          throw new Error('down')
        },
      },
    ],
  }))
  crash('storm')
  let turns = 0
  for (; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve))
  expect(turns).toBe(5)
  expect(starts).toBeLessThan(500_000)
  system.kill('/')
})
