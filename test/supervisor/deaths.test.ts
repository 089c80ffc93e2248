// Clean deaths: what an actor leaves behind, at any depth, is stopped; nothing reaches the process.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createActor, fromCallback, fromPromise, setup } from 'xstate'
import {
  type ActorSpec,
  type InboxStore,
  type Scope,
  Shutdown,
  type SupervisionEvent,
  startSystem,
} from '../../supervisor/index.ts'
import { prepareSystem } from '../../supervisor/xstate-internals.ts'
import { counter, say, shortEvents } from './counter.ts'
import { FakeClock, settle } from './fake-clock.ts'

const escaped: unknown[] = []
const catchEscaped = (error: unknown) => void escaped.push(error)

beforeAll(() => {
  process.prependListener('uncaughtException', catchEscaped)
  process.prependListener('unhandledRejection', catchEscaped)
})

afterAll(async () => {
  await settle()
  process.removeListener('uncaughtException', catchEscaped)
  process.removeListener('unhandledRejection', catchEscaped)
  expect(escaped).toEqual([])
})

async function systemOf(children: ActorSpec[], over: object = {}) {
  const clock = new FakeClock()
  const events: SupervisionEvent[] = []
  const system = await startSystem(
    { id: 'root', strategy: 'one_for_one', intensity: 10, children, ...over },
    { clock, random: () => 0, listen: (event) => events.push(event) },
  )
  return { clock, events, system }
}

/** Notes when it is stopped. */
function leaf(name: string, stopped: string[]) {
  return {
    callback: fromCallback(() => () => void stopped.push(`${name} callback`)),
    promise: fromPromise(
      ({ signal }) => new Promise(() => signal.addEventListener('abort', () => stopped.push(`${name} promise`))),
    ),
  }
}

describe('an actor that throws in its own transition', () => {
  test('leaves no child of its machine running', async () => {
    const stopped: string[] = []
    const { callback, promise } = leaf('own', stopped)
    const logic = setup({ actors: { callback, promise } }).createMachine({
      invoke: [{ src: 'callback' }, { src: 'promise' }],
      on: {
        boom: {
          actions: () => {
            throw new Error('boom')
          },
        },
      },
    })
    const { system } = await systemOf([{ id: 'a', kind: 'x', redeliver: false, start: () => ({ logic }) }])
    system.tell('/a', { type: 'boom' })
    await settle()
    expect(stopped).toEqual(['own callback', 'own promise'])
    expect(system.record('/a')).toMatchObject({ incarnation: 2, restarts: 1, lastError: { message: 'boom' } })
  })

  test('leaves nothing running below a machine that its own parent machine survives', async () => {
    const stopped: string[] = []
    const { callback, promise } = leaf('deep', stopped)
    const child = setup({ actors: { callback, promise } }).createMachine({
      invoke: [{ src: 'callback' }, { src: 'promise' }],
      on: {
        boom: {
          actions: () => {
            throw new Error('boom')
          },
        },
      },
    })
    const logic = setup({ actors: { child } }).createMachine({
      initial: 'one',
      states: {
        one: {
          invoke: { src: 'child', id: 'child', onError: 'two' },
          on: { pass: { actions: ({ self }) => self.getSnapshot().children.child?.send({ type: 'boom' }) } },
        },
        two: {},
      },
    })
    const { system } = await systemOf([{ id: 'a', kind: 'x', start: () => ({ logic }) }])
    system.tell('/a', { type: 'pass' })
    await settle()
    expect(system.record('/a')).toMatchObject({ incarnation: 1, value: 'two' })
    expect(stopped).toEqual(['deep callback', 'deep promise'])
  })

  test('aborts its signal, clears its timers, stops the children it started, and publishes each death', async () => {
    const aborted: string[] = []
    const parent: ActorSpec = counter('a', {
      redeliver: false,
      restart: 'temporary',
    })
    const { system, clock, events } = await systemOf([parent])
    say(system, '/a', {
      type: 'work',
      run: async (scope) => {
        scope.signal.addEventListener('abort', () => aborted.push('signal'))
        scope.clock.setTimeout(() => aborted.push('timer fired'), 10)
        await scope.startChild(counter('one'))
        await scope.startChild(counter('two'))
        void scope.runChild({
          id: 'three',
          kind: 'x',
          start: () => ({ logic: fromPromise(() => new Promise(() => {})) }),
        })
      },
    })
    await settle()
    expect([...system.records()].map(({ path }) => path)).toEqual(['/', '/a', '/a/one', '/a/two', '/a/three'])
    events.length = 0
    say(system, '/a', { type: 'fail' })
    await clock.advance(100)
    expect(shortEvents(events.filter(({ type }) => type === 'stopped' || type === 'crashed'))).toEqual([
      '/a/three#1 stopped shutdown',
      '/a/two#1 stopped shutdown',
      '/a/one#1 stopped shutdown',
      '/a#1 crashed',
    ])
    expect(aborted).toEqual(['signal'])
    expect([...system.records()].map(({ path }) => path)).toEqual(['/'])
    expect(clock.pending).toBe(0)
  })

  test('one that reached its end has a signal that says so, also when it is asked for later', async () => {
    const signals: AbortSignal[] = []
    const scopes: Scope[] = []
    const start = (scope: Scope) => {
      if (scopes.push(scope) === 1) signals.push(scope.signal)
      return { logic: fromPromise(async () => 'done') }
    }
    const { system } = await systemOf([counter('a')])
    say(system, '/a', {
      type: 'work',
      run: async (scope) => {
        await scope.runChild({ id: 'asked', kind: 'x', start })
        await scope.runChild({ id: 'asked-later', kind: 'x', start })
      },
    })
    await settle()
    signals.push(scopes[1]!.signal)
    const over = { aborted: true, reason: { code: 'actor-stopped', message: 'The actor has reached its end.' } }
    expect(signals).toMatchObject([over, over])
  })

  test('takes an error thrown by its own timer as a crash', async () => {
    const { system, clock } = await systemOf([counter('a', { redeliver: false })])
    const bad = () => {
      throw new Error('late')
    }
    say(system, '/a', { type: 'work', run: (scope) => scope.clock.setTimeout(bad, 5) })
    await clock.advance(5)
    expect(system.record('/a')).toMatchObject({ incarnation: 2, lastError: { message: 'late' } })
  })

  test('crashes in its first state are failed starts', async () => {
    const logic = setup({}).createMachine({
      entry: () => {
        throw new Error('entry')
      },
    })
    await expect(systemOf([counter('a'), { id: 'b', kind: 'x', start: () => ({ logic }) }])).rejects.toMatchObject({
      code: 'child-start',
      child: 'b',
      cause: { message: 'entry' },
    })
  })

  test('an inspector or a listener that throws hurts nobody', async () => {
    const boom = () => {
      throw new Error('observer')
    }
    const warnings: Error[] = []
    const hear = (warning: Error) => void warnings.push(warning)
    process.on('warning', hear)
    const system = await startSystem(
      { id: 'root', strategy: 'one_for_one', children: [counter('a')] },
      { inspect: () => boom(), listen: () => boom() },
    )
    say(system, '/a', { type: 'add' })
    await settle()
    process.removeListener('warning', hear)
    expect(system.record('/a')).toMatchObject({ handled: 1, incarnation: 1 })
    // Nobody else listens: Node warns, once for the listener; the inspector's went to the listener.
    expect(warnings.map(({ message }) => message)).toEqual(['The listener of an actor system threw: Error: observer'])
  })
})

describe('runChild', () => {
  const act = (id: string, run: (attempt: number) => unknown, over: Partial<ActorSpec> = {}): ActorSpec => ({
    id,
    kind: 'act',
    start: (scope) => ({ logic: fromPromise(async () => run(scope.incarnation)) }),
    ...over,
  })

  async function outcome(spec: ActorSpec, afterMs = 0) {
    const { system, clock, events } = await systemOf([counter('a')])
    let settled: unknown = 'pending'
    const run = (scope: { runChild(spec: ActorSpec): Promise<unknown> }) =>
      scope.runChild(spec).then(
        (output) => {
          settled = { output }
        },
        (error) => {
          settled = { error }
        },
      )
    say(system, '/a', { type: 'work', run })
    await settle()
    if (afterMs > 0) await clock.advance(afterMs)
    return { settled, system, events, clock }
  }

  test('settles with the output, and the child is removed', async () => {
    const { settled, system } = await outcome(act('one', () => 7))
    expect(settled).toEqual({ output: 7 })
    expect(system.record('/a/one')).toBeUndefined()
  })

  test('restarts within the limit and back-off before it settles', async () => {
    const flaky = act(
      'one',
      (attempt) => {
        if (attempt < 3) throw new Error(`attempt ${attempt}`)
        return attempt
      },
      { limit: { maxRestarts: 2 }, backoff: { minMs: 100, maxMs: 1_000, jitter: 0 } },
    )
    expect((await outcome(flaky, 299)).settled).toBe('pending')
    const { settled, events } = await outcome(flaky, 300)
    expect(settled).toEqual({ output: 3 })
    expect(events.filter(({ type }) => type === 'restarting')).toMatchObject([{ delayMs: 100 }, { delayMs: 200 }])
  })

  test('is given up past the limit, or when the error is not worth a restart', async () => {
    const fails = (attempt: number) => {
      throw new Error(`attempt ${attempt}`)
    }
    expect((await outcome(act('one', fails, { limit: { maxRestarts: 2 } }))).settled).toMatchObject({
      error: { message: 'attempt 3' },
    })
    expect((await outcome(act('one', fails, { restartOn: () => false }))).settled).toMatchObject({
      error: { message: 'attempt 1' },
    })
    expect((await outcome(act('one', fails))).settled).toMatchObject({ error: { message: 'attempt 2' } })
  })

  test('rejects when the child ends on purpose, is stopped, or its id is taken', async () => {
    const onPurpose = act('one', () => {
      throw new Shutdown('no work')
    })
    expect((await outcome(onPurpose)).settled).toMatchObject({ error: { code: 'actor-stopped' } })
    const { system } = await systemOf([counter('a')])
    const settled: unknown[] = []
    const note = (error: { code: string }) => settled.push(error.code)
    const hangs = act('one', () => new Promise(() => {}))
    say(system, '/a', {
      type: 'work',
      run: async (scope) => {
        const running = scope.runChild(hangs).catch(note as never)
        await scope.runChild(hangs).catch(note as never)
        await scope.stopChild('one')
        await running
      },
    })
    await settle()
    expect(settled).toEqual(['child-start', 'actor-stopped'])
    expect(system.record('/a')).toMatchObject({ handled: 1 })
  })

  test('its promise, nobody waiting for it any more, does not end the process', async () => {
    const { system } = await systemOf([counter('a', { redeliver: false })])
    say(system, '/a', {
      type: 'work',
      run: async (scope) => {
        void scope.runChild(act('one', () => new Promise(() => {})))
        void scope.runChild(act('two', () => Promise.reject(new Error('nobody cares')), { restart: 'temporary' }))
      },
    })
    say(system, '/a', { type: 'fail' })
    await settle()
    expect(system.record('/a')).toMatchObject({ incarnation: 2 })
  })
})

describe('stopping', () => {
  test('a machine that handles actor.shutdown gets its time to end itself', async () => {
    const done: string[] = []
    const logic = setup({
      actors: {
        tidy: fromPromise(async () => {
          await Promise.resolve()
          done.push('tidied')
        }),
      },
    }).createMachine({
      initial: 'ready',
      states: {
        ready: { tags: 'ready', on: { 'actor.shutdown': 'tidying' } },
        tidying: { invoke: { src: 'tidy', onDone: 'ended' } },
        ended: { type: 'final' },
      },
    })
    const { system, events } = await systemOf([{ id: 'a', kind: 'x', start: () => ({ logic }) }])
    await system.stop()
    expect(done).toEqual(['tidied'])
    expect(shortEvents(events).filter((text) => text.includes('stopped'))).toEqual([
      '/a#1 stopped normal',
      '/#1 stopped shutdown',
    ])
    expect(await system.ended).toEqual({ reason: 'shutdown' })
  })

  test('the message in hand is finished first; one that takes too long is cut off', async () => {
    const { system, clock } = await systemOf([
      counter('a', { shutdown: 100 }),
      counter('b', { shutdown: 100, restart: 'temporary' }),
    ])
    const work = Promise.withResolvers<void>()
    say(system, '/a', { type: 'wait', for: work.promise })
    say(system, '/b', { type: 'wait', for: new Promise(() => {}) })
    await settle()
    const stopping = system.stop()
    await settle()
    expect(system.record('/b')!.state).toBe('stopping')
    await clock.advance(100)
    expect(system.record('/b')).toBeUndefined()
    expect(system.deadLetters()).toMatchObject([{ to: '/b', reason: 'stopped', message: { type: 'wait' } }])
    work.resolve()
    await stopping
    expect(clock.pending).toBe(0)
  })

  test('the time for the whole tree can be limited', async () => {
    const { system, clock } = await systemOf([counter('a', { shutdown: 'infinity' })])
    say(system, '/a', { type: 'wait', for: new Promise(() => {}) })
    await settle()
    const stopping = system.stop({ withinMs: 500 })
    await clock.advance(500)
    await stopping
    expect(await system.ended).toEqual({ reason: 'killed' })
  })
})

describe('a child under a supervisor', () => {
  test('waits its back-off between restarts, longer each time, and starts anew after a healthy life', async () => {
    const backoff = { minMs: 100, maxMs: 1_000, jitter: 0, resetAfterMs: 5_000 }
    const { system, clock, events } = await systemOf([counter('a', { backoff, redeliver: false }), counter('b')])
    say(system, '/a', { type: 'fail' })
    await clock.advance(99)
    expect(system.record('/a')!.state).toBe('restarting')
    expect(await system.whichChildren('/')).toMatchObject([{ is: 'restarting' }, { is: 'running' }])
    await clock.advance(1)
    say(system, '/a', { type: 'fail' }, { type: 'add' })
    await clock.advance(200)
    expect(system.record('/a')).toMatchObject({ state: 'running', incarnation: 3, handled: 1 })
    await clock.advance(5_000)
    say(system, '/a', { type: 'fail' })
    await settle()
    expect(
      events.filter(({ type }) => type === 'restarting').map((event) => (event as { delayMs: number }).delayMs),
    ).toEqual([100, 200, 100])
  })

  test('is given up past its own limit, while its siblings and the supervisor live on', async () => {
    const { system, events } = await systemOf([
      counter('a', { limit: { maxRestarts: 1 }, redeliver: false }),
      counter('b', { restartOn: () => false, redeliver: false }),
      counter('c'),
    ])
    say(system, '/a', { type: 'fail' }, { type: 'fail' }, { type: 'add' })
    say(system, '/b', { type: 'fail' })
    await settle()
    expect(system.record('/a')).toMatchObject({ state: 'stopped', incarnation: 2 })
    expect(system.record('/b')).toMatchObject({ state: 'stopped', incarnation: 1 })
    expect(system.record('/c')!.state).toBe('running')
    expect(system.deadLetters()).toMatchObject([{ to: '/a', reason: 'stopped', message: { type: 'add' } }])
    expect(
      events
        .filter(({ type }) => type === 'given-up')
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['/a', '/b'])
    expect(await system.restartChild('/', 'a')).toMatchObject({ ok: 'child', incarnation: 3 })
    expect(system.tell('/a', { type: 'add' })).toMatchObject({ accepted: true })
  })

  test('a restart storm ends with the supervisor', async () => {
    const { system } = await systemOf([counter('a', { redeliver: { maxAttempts: 100 } })], { intensity: 5 })
    say(system, '/a', { type: 'fail' })
    expect(await system.ended).toEqual({ reason: 'shutdown' })
  })
})

describe('callbacks that throw', () => {
  const boom = () => {
    throw new Error('callback')
  }

  test('hinder nothing, and are told once', async () => {
    const { system, events } = await systemOf([
      counter('a', { restartOn: boom, redeliver: false }),
      counter('b', { policy: [{ on: boom, do: 'stop' }], beforeRestart: boom, redeliver: false }),
      counter('c', { policy: [{ on: ['*'], do: 'restart' }], beforeRestart: boom, redeliver: false }),
    ])
    for (const path of ['/a', '/b', '/c']) say(system, path, { type: 'fail' }, { type: 'add' })
    await settle()
    for (const path of ['/a', '/b', '/c']) expect(system.record(path)).toMatchObject({ incarnation: 2, handled: 1 })
    for (const path of ['/a', '/b', '/c']) say(system, path, { type: 'fail' })
    await settle()
    const faults = events.flatMap((event) =>
      event.type === 'fault' ? [`${event.path} ${event.what}: ${event.error.message}`] : [],
    )
    expect(faults).toEqual(['/b policy: callback', '/c before-restart: callback', '/a restart-on: callback'])
  })

  test('a listener that throws is told to the others, once', async () => {
    const { system, events } = await systemOf([counter('a')])
    system.subscribe(() => boom())
    system.inspect(() => boom())
    say(system, '/a', { type: 'add' }, { type: 'add' })
    await settle()
    const faults = events.flatMap((event) => (event.type === 'fault' ? [event.what] : []))
    expect(faults.toSorted()).toEqual(['inspector', 'listener'])
    expect(system.record('/a')).toMatchObject({ handled: 2 })
  })

  test('an inbox store that keeps no dead letter is told, and the letter is not lost', async () => {
    const events: SupervisionEvent[] = []
    const inbox = { giveUp: boom } as unknown as InboxStore
    const system = await startSystem(
      { id: 'root', strategy: 'one_for_one', children: [] },
      { inbox, listen: (event) => events.push(event) },
    )
    system.tell('/nobody', { type: 'one' })
    system.tell('/nobody', { type: 'two' })
    expect(events.filter(({ type }) => type === 'fault')).toMatchObject([
      { what: 'inbox', error: { message: 'callback' } },
    ])
    expect(system.deadLetters()).toHaveLength(2)
    await system.stop()
  })

  test('a shutdown that throws is a crash, and the stop goes on', async () => {
    const { system, events } = await systemOf([counter('a')])
    say(system, '/a', { type: 'work', run: (scope) => scope.onShutdown(boom) })
    await settle()
    await system.stop()
    expect(events).toContainEqual(expect.objectContaining({ path: '/a', type: 'crashed' }))
    expect(await system.ended).toEqual({ reason: 'shutdown' })
  })
})

describe('errors passed up', () => {
  const escalates = counter('child', { policy: [{ on: ['*'], do: 'escalate' }], redeliver: false })

  async function parentWith(policy: ActorSpec['policy']) {
    const { system, events, clock } = await systemOf([counter('a', { ...(policy && { policy }), redeliver: false })])
    say(
      system,
      '/a',
      { type: 'work', run: (scope) => scope.startChild(escalates).then(() => {}) },
      { type: 'add', by: 4 },
    )
    await settle()
    say(system, '/a/child', { type: 'add', by: 7 })
    await settle()
    say(system, '/a/child', { type: 'fail' }, { type: 'add' })
    await settle()
    return { system, events, clock }
  }

  test('a parent that restarts takes the child with it', async () => {
    const { system } = await parentWith([{ on: ['*'], do: 'restart' }])
    expect(system.record('/a')).toMatchObject({ incarnation: 2, lastError: { message: 'asked to fail' } })
    expect(system.record('/a/child')).toBeUndefined()
    expect(system.deadLetters()).toMatchObject([{ to: '/a/child', reason: 'stopped' }])
  })

  test('a parent that resumes lets the child go on from the state before', async () => {
    const { system } = await parentWith([{ on: ['*'], do: 'resume' }])
    expect(await system.ask('/a', { type: 'ask' }, { timeoutMs: 10 })).toBe(4)
    expect(await system.ask('/a/child', { type: 'ask' }, { timeoutMs: 10 })).toBe(8)
    expect(system.record('/a/child')).toMatchObject({ incarnation: 1, state: 'running' })
  })

  test('a parent without a rule fails with it', async () => {
    const { system } = await parentWith(undefined)
    expect(system.record('/a')).toMatchObject({ incarnation: 2, restarts: 1 })
  })
})

test('a stop during a back-off leaves no timer behind', async () => {
  const backoff = { minMs: 10_000, maxMs: 60_000 }
  const { system, clock } = await systemOf([counter('a', { backoff, redeliver: false }), counter('b')])
  say(system, '/a', { type: 'fail' })
  await settle()
  expect(clock.pending).toBe(1)
  await system.stop()
  expect(clock.pending).toBe(0)
})

test('a supervisor below an actor ends with the actor, or by itself when it gives up', async () => {
  const { system } = await systemOf([counter('a', { redeliver: false })])
  const group = {
    id: 'group',
    strategy: 'one_for_all',
    intensity: 0,
    children: [counter('x', { redeliver: false }), counter('y')],
  } as const
  const startGroup = { type: 'work' as const, run: (scope: Scope) => scope.startChild(group) }
  say(system, '/a', startGroup)
  await settle()
  expect([...system.records()].map(({ path }) => path)).toEqual(['/', '/a', '/a/group', '/a/group/x', '/a/group/y'])
  say(system, '/a/group/x', { type: 'fail' })
  await settle()
  expect([...system.records()].map(({ path }) => path)).toEqual(['/', '/a'])
  say(system, '/a', startGroup, { type: 'fail' })
  await settle()
  expect([...system.records()].map(({ path }) => path)).toEqual(['/', '/a'])
  expect(system.record('/a')).toMatchObject({ incarnation: 2, handled: 2 })
})

test('a record tells of the specification and of the last five failures', async () => {
  const { system, clock } = await systemOf([counter('a', { redeliver: false, shutdown: 70 })])
  for (let n = 0; n < 7; n++) {
    say(system, '/a', { type: 'fail' })
    await clock.advance(1_000)
  }
  const record = system.record('/a')!
  expect(record.spec).toEqual({ id: 'a', restart: 'permanent', shutdown: 70, type: 'worker', significant: false })
  expect(record.recentErrors?.map(({ at }) => at)).toEqual([2_000, 3_000, 4_000, 5_000, 6_000])
  expect(record.lastError).toEqual(record.recentErrors?.at(-1)?.error)
  expect(system.record('/')!.supervisor).toMatchObject({ strategy: 'one_for_one', intensity: 10, left: 5, children: 1 })
})

describe('the XState internals that are relied on', () => {
  test('timers of the machines are kept by owner, and cleared with it', async () => {
    const clock = new FakeClock()
    const logic = setup({}).createMachine({
      initial: 'one',
      states: { one: { after: { 1000: 'two' }, on: { go: 'three' } }, two: {}, three: { after: { 500: 'two' } } },
    })
    const { system, clock: own } = await systemOf([{ id: 'a', kind: 'x', start: () => ({ logic }) }])
    await own.advance(999)
    expect(system.record('/a')!.value).toBe('one')
    await own.advance(1)
    expect(system.record('/a')!.value).toBe('two')
    expect(own.pending).toBe(0)
    const root = createActor(logic)
    prepareSystem(root as never, clock)
    root.start()
    expect(clock.pending).toBe(1)
    root.send({ type: 'go' } as never)
    expect(clock.pending).toBe(1)
    root.stop()
    expect(clock.pending).toBe(0)
  })
})
