// A child that has detached itself: what OTP's supervisor does with one that it is no longer linked to.

import { expect, test } from 'vitest'
import {
  type ActorSpec,
  type ChildStatus,
  type Scope,
  type SupervisionEvent,
  type SupervisorSpec,
  startSystem,
} from '../../supervisor/index.ts'
import { counter, say, shortEvents } from './counter.ts'
import { FakeClock, settle } from './fake-clock.ts'

const detach = { type: 'work', run: (scope: Scope) => scope.detach() } as const

async function detached(over: Partial<SupervisorSpec> = {}, child: Partial<ActorSpec> = {}) {
  const events: SupervisionEvent[] = []
  const children = over.strategy === 'simple_one_for_one' ? {} : { children: [counter('a', child), counter('b')] }
  const system = await startSystem(
    { id: 'root', strategy: 'one_for_one', intensity: 5, ...children, ...over },
    { clock: new FakeClock(), listen: (event) => events.push(event) },
  )
  if (over.template) await system.startChild('/', { id: 'a' })
  say(system, '/a', detach)
  await settle()
  events.length = 0
  const seen = () => shortEvents(events).filter((text) => /(started|stopped|crashed|restarting|escalated)/.test(text))
  return { system, seen }
}

const RUNNING = { id: 'a', is: 'running', incarnation: 1, type: 'worker' }

test.for([
  ['permanent', { type: 'fail' }],
  ['permanent', { type: 'end' }],
  ['temporary', { type: 'fail' }],
] as const)('the end of a detached %s child by %j is not heard of', async ([restart, message]) => {
  const { system, seen } = await detached({}, { restart, redeliver: false })
  say(system, '/a', message, { type: 'add' })
  await settle()
  expect(seen()).toEqual([message.type === 'fail' ? '/a#1 crashed' : '/a#1 stopped normal'])
  expect(await system.whichChildren('/')).toContainEqual(RUNNING)
  expect(await system.countChildren('/')).toEqual({ specs: 2, active: 1, supervisors: 0, workers: 2 })
  expect(await system.restartChild('/', 'a')).toEqual({ error: 'running' })
  expect(await system.deleteChild('/', 'a')).toEqual({ error: 'running' })
  // What is said to it is not lost in silence.
  expect(system.deadLetters().at(-1)).toMatchObject({ to: '/a', reason: 'stopped', message: { type: 'add' } })
  expect(await system.terminateChild('/', 'a')).toEqual({ ok: true })
  const left = ((await system.whichChildren('/')) as ChildStatus[]).map(({ id, is }) => [id, is])
  expect(left).toEqual(
    restart === 'temporary'
      ? [['b', 'running']]
      : [
          ['a', 'stopped'],
          ['b', 'running'],
        ],
  )
  if (restart === 'temporary') return
  expect(await system.restartChild('/', 'a')).toMatchObject({ ok: 'child', incarnation: 2 })
  say(system, '/a', { type: 'fail', times: 1 })
  await settle()
  expect(system.record('/a')).toMatchObject({ incarnation: 3, state: 'running' })
})

test('a detached child is terminated, and stopped with its supervisor, within its time', async () => {
  const { system, seen } = await detached()
  expect(await system.terminateChild('/', 'a')).toEqual({ ok: true })
  expect(seen()).toEqual(['/a#1 stopped shutdown'])
  expect(await system.restartChild('/', 'a')).toMatchObject({ ok: 'child' })
  say(system, '/a', detach)
  await settle()
  await system.stop()
  expect(seen().slice(-3)).toEqual(['/b#1 stopped shutdown', '/a#2 stopped shutdown', '/#1 stopped shutdown'])
})

test('the group of a sibling takes a detached child that has ended along, and it is attached again', async () => {
  const { system, seen } = await detached({ strategy: 'one_for_all' }, { redeliver: false })
  say(system, '/a', { type: 'fail' })
  await settle()
  say(system, '/b', { type: 'fail', times: 1 })
  await settle()
  expect(seen().filter((text) => /#2 (started|restarted)/.test(text))).toHaveLength(4)
  say(system, '/a', { type: 'fail', times: 1 })
  await settle()
  expect(system.record('/a')).toMatchObject({ incarnation: 3, state: 'running' })
})

test('a detached significant child does not end its supervisor', async () => {
  const { system } = await detached({ autoShutdown: 'any_significant' }, { restart: 'transient', significant: true })
  say(system, '/a', { type: 'end' })
  await settle()
  expect(system.record('/')).toMatchObject({ state: 'running' })
})

test('a detached instance that has ended keeps its place until it is terminated', async () => {
  const { system } = await detached({ strategy: 'simple_one_for_one', template: counter('t') })
  say(system, '/a', { type: 'end' })
  await settle()
  expect(await system.countChildren('/')).toMatchObject({ active: 1 })
  expect(await system.whichChildren('/')).toEqual([RUNNING])
  expect(await system.terminateChild('/', 'a')).toEqual({ ok: true })
  expect(await system.whichChildren('/')).toEqual([])
})
