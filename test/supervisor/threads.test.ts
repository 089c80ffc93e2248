// Real threads and the real clock: each test waits for what it wants to see, never for a time.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { AnyActorRef, InspectionEvent } from 'xstate'
import { durableInbox } from '../../actors/durable-inbox.ts'
import { openStore } from '../../store/open-store.ts'
import {
  type ActorSpec,
  type ActorSystem,
  inThread,
  type SupervisionEvent,
  startSystem,
  systemClock,
} from '../../supervisor/index.ts'
import { counter, say } from './counter.ts'

const module = new URL('./isolated-actor.ts', import.meta.url)
let system: ActorSystem | undefined
const events: SupervisionEvent[] = []

afterEach(async () => {
  await system?.stop()
  system = undefined
  events.length = 0
})

/** Where other work keeps the machine busy, a thread that does nothing wrong stands still for some tenths of a second. */
function isolated(over: Partial<ActorSpec> = {}, options: object = {}): ActorSpec {
  return {
    id: 'far',
    kind: 'bot',
    redeliver: false,
    start: inThread({ module, data: { from: 5 }, blockedAfterMs: 700, memoryMb: 32, ...options }),
    ...over,
  }
}

async function boot(far: ActorSpec): Promise<ActorSystem> {
  system = await startSystem(
    {
      id: 'root',
      strategy: 'one_for_one',
      intensity: 9,
      children: [{ id: 'bots', strategy: 'one_for_one', intensity: 9, children: [far, counter('near')] }],
    },
    { listen: (event) => events.push(event) },
  )
  return system
}

/** Threads need their time on a busy machine. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 20_000 })

const question = { timeoutMs: 20_000 }

test('an actor in a thread takes messages, answers, tells and asks like any other', async () => {
  const system = await boot(isolated())
  system.tell('/bots/far', { type: 'add' })
  expect(await system.ask('/bots/far', { type: 'ask' }, question)).toBe(6)
  system.tell('/bots/far', { type: 'pass', to: '/bots/near' } as never)
  await eventually(() => system.record('/bots/near')?.handled).toBe(1)
  say(system, '/bots/near', { type: 'add', by: 9 })
  system.tell('/bots/far', { type: 'question', to: '/bots/near' } as never)
  expect(await system.ask('/bots/far', { type: 'ask' }, question)).toBe(10)
  await eventually(() => system.record('/bots/far')).toMatchObject({ handled: 5, incarnation: 1, kind: 'bot' })
  system.tell('/bots/far', { type: 'nonsense' })
  await eventually(() => system.deadLetters()).toMatchObject([{ reason: 'unhandled', to: '/bots/far' }])
})

test.for<[type: string, lastError: object]>([
  ['throw', { name: 'RangeError', message: 'over there', code: 'over-there' }],
  ['spin', { code: 'thread-died', message: expect.stringMatching(/stood still/) }],
  ['stall', { code: 'actor-hung', message: expect.stringMatching(/no progress on stall/) }],
  ['hoard', { code: 'thread-died', cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' } }],
])('a thread told to %s is restarted, and nobody else notices', { timeout: 30_000 }, async ([type, lastError]) => {
  // A heap that is nearly full stands still as well, now and then.
  const system = await boot(isolated({}, { blockedAfterMs: type === 'spin' ? 200 : 20_000, hungAfterMs: 300 }))
  system.tell('/bots/far', { type })
  system.tell('/bots/far', { type: 'add' })
  say(system, '/bots/near', { type: 'add' })
  expect(await system.ask('/bots/far', { type: 'ask' }, question)).toBe(6)
  expect(system.record('/bots/far')).toMatchObject({ incarnation: 2, restarts: 1, failed: 1, lastError })
  expect(system.record('/bots/near')).toMatchObject({ incarnation: 1, handled: 1 })
})

test('what lives in a thread is in the records, can be stopped, and is told of when it ends', async () => {
  const system = await boot(isolated({}, { blockedAfterMs: 20_000 }))
  expect(system.record('/bots/far')?.value).toBe('ready')
  for (const id of ['one', 'two']) system.tell('/bots/far', { type: 'child', id } as never)
  const below = () => [...system.records()].map(({ path }) => path).filter((path) => path.startsWith('/bots/far/'))
  await eventually(below).toEqual(['/bots/far/one', '/bots/far/two'])
  expect(system.record('/bots/far/two')).toMatchObject({ kind: 'act', value: 'growing', parent: '/bots/far' })
  await system.stopActor('/bots/far/one')
  await eventually(below).toEqual(['/bots/far/two'])
  system.kill('/bots/far')
  expect(events).toContainEqual(
    expect.objectContaining({ path: '/bots/far/two', kind: 'act', type: 'stopped', reason: 'killed' }),
  )
  await eventually(() => system.record('/bots/far')).toMatchObject({ incarnation: 2 })
  expect(below()).toEqual([])
}, 30_000)

test('an inspector sees what lives in a thread be born, change and end, each with a session of its own', async () => {
  const system = await boot(isolated({}, { blockedAfterMs: 20_000 }))
  const seen: string[] = []
  const sessions = new Set<string>()
  const nameOf = (ref: AnyActorRef): string => `${(ref as { _parent?: AnyActorRef })._parent?.id}/${ref.id}`
  const watch = (event: InspectionEvent) => {
    const ref = event.actorRef as AnyActorRef
    if (ref.id !== 'one') return
    sessions.add(ref.sessionId)
    if (event.type === '@xstate.event' && event.event.type === 'xstate.init') seen.push(`${nameOf(ref)} born`)
    if (event.type === '@xstate.snapshot' && event.snapshot.status === 'stopped') seen.push(`${nameOf(ref)} ended`)
  }
  const stop = system.inspect(watch)
  system.tell('/bots/far', { type: 'child', id: 'one' } as never)
  const one = () => [...system.actors()].find(({ path }) => path === '/bots/far/one')?.ref
  await eventually(() => one()?.getSnapshot()).toMatchObject({ status: 'active', value: 'growing' })
  const first = one()
  await system.stopActor('/bots/far/one')
  await eventually(one).toBeUndefined()
  expect(first?.getSnapshot()).toMatchObject({ status: 'stopped' })
  system.tell('/bots/far', { type: 'child', id: 'one' } as never)
  await eventually(one).toBeDefined()
  system.kill('/bots/far')
  await eventually(() => system.record('/bots/far')).toMatchObject({ incarnation: 2 })
  expect(one()).toBeUndefined()
  expect(seen).toEqual(['far/one born', 'far/one ended', 'far/one born', 'far/one ended'])
  expect(sessions.size).toBe(2)
  stop()
}, 30_000)

test('messages that a thread stores itself reach their actor, and none is lost with the thread', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'threads-'))
  const database = join(folder, 'a.db')
  using store = openStore(database)
  const notes: unknown[] = []
  const far = isolated({}, { data: { from: 0, database }, onNote: (note: unknown) => notes.push(note) })
  const near = { ...counter('near'), mailbox: { durable: true } }
  system = await startSystem(
    {
      id: 'root',
      strategy: 'one_for_one',
      intensity: 9,
      children: [{ id: 'bots', strategy: 'one_for_one', intensity: 9, children: [near, far] }],
    },
    { inbox: durableInbox(store, systemClock) },
  )
  system.tell('/bots/far', { type: 'pass', to: '/bots/near' } as never)
  await eventually(() => system!.record('/bots/near')?.handled).toBe(1)
  // In one turn: stored, then dead before it could say so.
  system.tell('/bots/far', { type: 'pass', to: '/bots/near' } as never)
  system.tell('/bots/far', { type: 'spin' })
  await eventually(() => system!.record('/bots/near')?.handled).toBe(2)
  expect(store.mailbox.load('/bots/near')).toEqual([])
  await eventually(() => system!.record('/bots/far')).toMatchObject({ incarnation: 2, failed: 1 })
  await system.stop()
  expect(notes).toContain('closed')
  rmSync(folder, { recursive: true })
}, 30_000)

test('a start that is refused over there is a failed start here', async () => {
  await expect(boot(isolated({}, { data: { refuse: true } }))).rejects.toThrow(/not today/)
  await expect(boot(isolated({}, { name: 'nothing' }))).rejects.toThrow(/exports no nothing/)
}, 30_000)

test('an actor that ends over there has ended here', async () => {
  const system = await boot(isolated({ restart: 'temporary' }))
  system.tell('/bots/far', { type: 'end' })
  await eventually(() => system.record('/bots/far')).toBeUndefined()
  expect(events).toContainEqual(expect.objectContaining({ path: '/bots/far', type: 'stopped', reason: 'normal' }))
})

test('a blocked event loop is noticed, with the actor that blocks it', async () => {
  system = await startSystem(
    { id: 'root', strategy: 'one_for_one', children: [counter('a')] },
    { listen: (event) => events.push(event), watchdog: { limitMs: 50 } },
  )
  const blocked = () => events.filter((event) => event.type === 'loop-blocked')
  // The thread needs a moment to begin; each turn blocks anew until it has.
  await expect
    .poll(
      () => {
        say(system!, '/a', { type: 'work', run: () => spinFor(150) })
        return blocked()
      },
      { timeout: 20_000 },
    )
    .toContainEqual(expect.objectContaining({ path: '/a', kind: 'counter' }))
  for (const { noticedAfterMs } of blocked() as { noticedAfterMs: number }[])
    expect(noticedAfterMs).toBeGreaterThanOrEqual(50)
}, 30_000)

function spinFor(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}
