// Real threads and the real clock: each test waits for what it wants to see, never for a time.

import { afterEach, expect, test } from 'vitest'
import {
  type ActorSpec,
  type ActorSystem,
  inThread,
  type SupervisionEvent,
  startSystem,
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

function isolated(over: Partial<ActorSpec> = {}, options: object = {}): ActorSpec {
  return {
    id: 'far',
    kind: 'bot',
    redeliver: false,
    start: inThread({ module, data: { from: 5 }, hungAfterMs: 200, memoryMb: 32, ...options }),
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

const question = { timeoutMs: 20_000 }

test('an actor in a thread takes messages, answers, tells and asks like any other', async () => {
  const system = await boot(isolated())
  system.tell('/bots/far', { type: 'add' })
  expect(await system.ask('/bots/far', { type: 'ask' }, question)).toBe(6)
  system.tell('/bots/far', { type: 'pass', to: '/bots/near' } as never)
  await expect.poll(() => system.record('/bots/near')?.handled).toBe(1)
  say(system, '/bots/near', { type: 'add', by: 9 })
  system.tell('/bots/far', { type: 'question', to: '/bots/near' } as never)
  expect(await system.ask('/bots/far', { type: 'ask' }, question)).toBe(10)
  await expect.poll(() => system.record('/bots/far')).toMatchObject({ handled: 5, incarnation: 1, kind: 'bot' })
  system.tell('/bots/far', { type: 'nonsense' })
  await expect.poll(() => system.deadLetters()).toMatchObject([{ reason: 'unhandled', to: '/bots/far' }])
})

test.for<[type: string, lastError: object]>([
  ['throw', { name: 'RangeError', message: 'over there', code: 'over-there' }],
  ['spin', { code: 'thread-died', message: expect.stringMatching(/stood still/) }],
  ['hoard', { code: 'thread-died', cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' } }],
])('a thread told to %s is restarted, and nobody else notices', { timeout: 30_000 }, async ([type, lastError]) => {
  const system = await boot(isolated())
  system.tell('/bots/far', { type })
  system.tell('/bots/far', { type: 'add' })
  say(system, '/bots/near', { type: 'add' })
  expect(await system.ask('/bots/far', { type: 'ask' }, question)).toBe(6)
  expect(system.record('/bots/far')).toMatchObject({ incarnation: 2, restarts: 1, failed: 1, lastError })
  expect(system.record('/bots/near')).toMatchObject({ incarnation: 1, handled: 1 })
})

test('a start that is refused over there is a failed start here', async () => {
  await expect(boot(isolated({}, { data: { refuse: true } }))).rejects.toThrow(/not today/)
  await expect(boot(isolated({}, { name: 'nothing' }))).rejects.toThrow(/exports no nothing/)
}, 30_000)

test('an actor that ends over there has ended here', async () => {
  const system = await boot(isolated({ restart: 'temporary' }))
  system.tell('/bots/far', { type: 'end' })
  await expect.poll(() => system.record('/bots/far')).toBeUndefined()
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
