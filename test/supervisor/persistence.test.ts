// What survives the process: states under machine@version, and own timers.

import { expect, test } from 'vitest'
import { setup } from 'xstate'
import {
  type ActorSpec,
  type SnapshotStore,
  type StoredSnapshot,
  type StoredTimer,
  type SupervisionEvent,
  startSystem,
  type TimerStore,
} from '../../supervisor/index.ts'
import { counter, say } from './counter.ts'
import { FakeClock, settle } from './fake-clock.ts'

/** Keeps what a database would: JSON. */
class MemorySnapshots implements SnapshotStore {
  readonly kept = new Map<string, string>()
  load(path: string): StoredSnapshot | undefined {
    const text = this.kept.get(path)
    return text === undefined ? undefined : JSON.parse(text)
  }
  save(path: string, stored: StoredSnapshot): void {
    this.kept.set(path, JSON.stringify(stored))
  }
  remove(path: string): void {
    this.kept.delete(path)
  }
}

class MemoryTimers implements TimerStore {
  readonly kept = new Map<string, StoredTimer>()
  save(timer: StoredTimer): void {
    this.kept.set(`${timer.path} ${timer.id}`, timer)
  }
  remove(path: string, id: string): void {
    this.kept.delete(`${path} ${id}`)
  }
  list(): readonly StoredTimer[] {
    return [...this.kept.values()]
  }
}

const kept = (over: Partial<ActorSpec> = {}) => counter('a', { snapshot: { version: '1' }, redeliver: false, ...over })

async function boot(child: ActorSpec, options: { snapshots?: SnapshotStore; timers?: TimerStore }, startsAt = 0) {
  const clock = new FakeClock(startsAt)
  const events: SupervisionEvent[] = []
  const system = await startSystem(
    { id: 'root', strategy: 'one_for_one', intensity: 9, children: [child] },
    { clock, listen: (event) => events.push(event), ...options },
  )
  await settle()
  return { clock, events, system }
}

test('an actor goes on where the last process ended', async () => {
  const snapshots = new MemorySnapshots()
  const first = await boot(kept(), { snapshots })
  say(first.system, '/a', { type: 'add', by: 5 })
  await settle()
  await first.system.stop()
  expect(JSON.parse(snapshots.kept.get('/a')!)).toMatchObject({
    logic: 'counter@1',
    snapshot: { context: { count: 5 } },
  })
  const second = await boot(kept(), { snapshots })
  expect(await second.system.ask('/a', { type: 'ask' }, { timeoutMs: 10 })).toBe(5)
})

test('a state that it reached by itself is kept as well', async () => {
  const snapshots = new MemorySnapshots()
  const logic = setup({}).createMachine({
    id: 'sleeper',
    initial: 'asleep',
    states: { asleep: { tags: 'ready', after: { 100: 'awake' } }, awake: { tags: 'ready' } },
  })
  const sleeper: ActorSpec = { id: 'a', kind: 'x', snapshot: { version: '1' }, start: () => ({ logic }) }
  const first = await boot(sleeper, { snapshots })
  await first.clock.advance(100)
  await first.system.stop()
  const { system } = await boot(sleeper, { snapshots })
  expect(system.record('/a')!.value).toBe('awake')
})

test('after a crash it starts fresh', async () => {
  const snapshots = new MemorySnapshots()
  const { system } = await boot(kept(), { snapshots })
  say(system, '/a', { type: 'add', by: 5 }, { type: 'fail' })
  await settle()
  expect(await system.ask('/a', { type: 'ask' }, { timeoutMs: 10 })).toBe(0)
})

test('a state of another version is refused by name, and the actor starts fresh', async () => {
  const snapshots = new MemorySnapshots()
  const first = await boot(kept(), { snapshots })
  say(first.system, '/a', { type: 'add' })
  await settle()
  await first.system.stop()
  const { system, events } = await boot(kept({ snapshot: { version: '2' } }), { snapshots })
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'snapshot-refused', path: '/a', stored: 'counter@1', expected: 'counter@2' }),
  )
  expect(await system.ask('/a', { type: 'ask' }, { timeoutMs: 10 })).toBe(0)
})

test('a state that the machine no longer has is refused as well', async () => {
  const snapshots = new MemorySnapshots()
  snapshots.save('/a', {
    logic: 'counter@1',
    snapshot: { status: 'active', value: 'gone', context: { count: 9 }, children: {}, historyValue: {} },
    savedAt: 0,
  })
  const { system, events } = await boot(kept(), { snapshots })
  expect(events.map(({ type }) => type)).toContain('snapshot-refused')
  expect(system.record('/a')).toMatchObject({ state: 'running', value: 'ready', incarnation: 1 })
})

test('an actor that ended normally leaves no state behind', async () => {
  const snapshots = new MemorySnapshots()
  const { system } = await boot(kept({ restart: 'transient' }), { snapshots })
  say(system, '/a', { type: 'add' }, { type: 'end' })
  await settle()
  expect(snapshots.kept.size).toBe(0)
})

test('a timer is kept at its absolute time, fires once, and outlives a restart of the actor', async () => {
  const timers = new MemoryTimers()
  const { system, clock } = await boot(kept(), { timers }, 1_000)
  say(system, '/a', { type: 'work', run: (scope) => scope.setTimer('tick', 5_000, { type: 'add' }) }, { type: 'fail' })
  await settle()
  expect(timers.list()).toMatchObject([{ path: '/a', id: 'tick', at: 5_000, message: { type: 'add' } }])
  await clock.advance(3_999)
  expect(system.record('/a')!.handled).toBe(1)
  await clock.advance(1)
  expect(system.record('/a')!.handled).toBe(2)
  expect(timers.list()).toEqual([])
  expect(clock.pending).toBe(0)
})

test('a timer that fell due while the process was down fires at boot, a later one at its time', async () => {
  const timers = new MemoryTimers()
  const first = await boot(kept(), { timers })
  say(first.system, '/a', {
    type: 'work',
    run: (scope) => {
      scope.setTimer('soon', 1_000, { type: 'add' })
      scope.setTimer('later', 9_000, { type: 'add' })
      scope.setTimer('never', 2_000, { type: 'add' })
      scope.clearTimer('never')
    },
  })
  await settle()
  await first.system.stop()
  expect(first.clock.pending).toBe(0)
  const { system, clock } = await boot(kept(), { timers }, 5_000)
  await settle()
  expect(system.record('/a')!.handled).toBe(0)
  await clock.advance(0)
  expect(system.record('/a')!.handled).toBe(1)
  await clock.advance(4_000)
  expect(system.record('/a')!.handled).toBe(2)
})

test('a store that fails crashes the actor it failed, and nobody else', async () => {
  const snapshots = new MemorySnapshots()
  let broken = false
  const failing: SnapshotStore = {
    load: (path) => snapshots.load(path),
    remove: (path) => snapshots.remove(path),
    save(path, stored) {
      if (broken) throw new Error('disk full')
      snapshots.save(path, stored)
    },
  }
  const { system } = await boot(kept(), { snapshots: failing })
  broken = true
  say(system, '/a', { type: 'add' })
  await settle()
  expect(system.record('/a')).toMatchObject({ incarnation: 2, state: 'running', lastError: { message: 'disk full' } })
  broken = false
  say(system, '/a', { type: 'add' })
  await settle()
  expect(JSON.parse(snapshots.kept.get('/a')!)).toMatchObject({ snapshot: { context: { count: 1 } } })
})

test('a timer whose store fails fires as soon as it can', async () => {
  const timers = new MemoryTimers()
  const { system, clock } = await boot(kept(), { timers })
  say(system, '/a', { type: 'work', run: (scope) => scope.setTimer('tick', 100, { type: 'add' }) })
  await settle()
  const remove = timers.remove
  timers.remove = () => {
    timers.remove = remove
    throw new Error('locked')
  }
  await clock.advance(100)
  await clock.advance(1_000)
  // At least once: it had fired when the store failed.
  expect(system.record('/a')!.handled).toBe(3)
  expect(timers.list()).toEqual([])
  expect(clock.pending).toBe(0)
})
