import { createInspector, type StatelyInspectionEvent } from '@statelyai/inspect'
import { afterEach, describe, expect, test } from 'vitest'
import { type AnyActorLogic, createMachine, fromCallback, setup } from 'xstate'
import { createInspectionFeed } from '../../../console/inspector/inspection-feed.ts'
import { type ActorSpec, type ActorSystem, type ChildSpec, startSystem } from '../../../supervisor/index.ts'
import { FakeClock } from '../../supervisor/fake-clock.ts'
import { watch } from './watch.ts'

/** Counts, and throws when it is told to, while something runs inside it. */
const worker = setup({
  types: { events: {} as { type: 'go' } | { type: 'add' } | { type: 'fall' }, context: {} as { secret: string } },
  actors: { ticking: fromCallback(() => {}) },
  actions: {
    fall: () => {
      throw new Error('I fell, with Bearer abcdef0123456789')
    },
  },
}).createMachine({
  id: 'worker',
  context: { secret: 'a text that nobody may see' },
  initial: 'idle',
  states: {
    idle: { tags: 'ready', on: { go: 'busy' } },
    busy: { tags: 'ready', invoke: { src: 'ticking', id: 'inside' }, on: { add: 'idle', fall: { actions: 'fall' } } },
  },
})

const running: ActorSystem[] = []
afterEach(async () => {
  for (const system of running.splice(0)) await system.stop()
})

const spec = (id: string, logic: AnyActorLogic = worker): ActorSpec => ({
  id,
  kind: 'worker',
  restart: 'permanent',
  start: () => ({ logic }),
  redeliver: false,
})

async function startTree(...children: ChildSpec[]) {
  const clock = new FakeClock(1_000)
  const system = await startSystem({ id: 'top', strategy: 'one_for_one', children }, { clock })
  running.push(system)
  const tell = async (path: string, type: string) => {
    system.tell(path, { type })
    // The run queue and the supervisor take their turns.
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resume) => setImmediate(resume))
  }
  return { system, clock, tell, feed: createInspectionFeed(system, { boot: 'boot', now: () => clock.now() }) }
}

describe('a viewer that comes', () => {
  test('is told every living actor, its parent first, and then the state of each', async () => {
    const { tell, feed } = await startTree({
      id: 'house',
      strategy: 'one_for_one',
      children: [spec('one'), spec('two')],
    })
    await tell('/house/one', 'go')
    const seen = watch(feed.follow('types'))
    const actors = seen.frames().filter(({ type }) => type === '@xstate.actor')
    expect(actors.map(({ name }) => name)).toEqual(['top', 'house', 'one', 'inside', 'two'])
    const known = new Set<string | undefined>([undefined])
    for (const { sessionId, parentId, rootId } of actors) {
      expect(known).toContain(parentId)
      expect(rootId).toBe(actors[0]?.sessionId)
      known.add(sessionId)
    }
    expect(seen.last('one')).toMatchObject({ status: 'active', value: 'busy', tags: ['ready'] })
    expect(seen.last('two')).toMatchObject({ status: 'active', value: 'idle' })
  })

  test('is told nothing of what happened before', async () => {
    const { tell, feed } = await startTree(spec('one'))
    await tell('/one', 'go')
    const seen = watch(feed.follow('types'))
    expect(seen.frames().filter(({ type }) => type === '@xstate.event')).toEqual([])
  })

  test('attaches the feed to the actors, and the last one that leaves detaches it', async () => {
    const { system } = await startTree(spec('one'))
    let attached = 0
    const feed = createInspectionFeed(
      {
        actors: () => system.actors(),
        inspect: (observer) => {
          attached += 1
          const end = system.inspect(observer)
          return () => {
            attached -= 1
            end()
          }
        },
      },
      { boot: 'boot', now: () => 0 },
    )
    expect(attached).toBe(0)
    const [first, second] = [watch(feed.follow('types')), watch(feed.follow('full'))]
    expect([attached, feed.counts().viewers]).toEqual([1, 2])
    first.following.close()
    expect(attached).toBe(1)
    second.following.close()
    second.following.close()
    expect([attached, feed.counts().viewers]).toEqual([0, 0])
  })
})

test('what happens is told with the time at which it happened', async () => {
  const { clock, tell, feed } = await startTree(spec('one'))
  const seen = watch(feed.follow('types'))
  const before = seen.texts.length
  await clock.advance(500)
  await tell('/one', 'go')
  await clock.advance(500)
  const frames = seen.frames().slice(before)
  expect(frames.map(({ type, event }) => [type, event?.type])).toContainEqual(['@xstate.event', 'go'])
  expect(new Set(frames.map(({ createdAt }) => createdAt))).toEqual(new Set(['1500']))
})

describe('deaths', () => {
  test('an actor that throws in its own transition is shown with its error, without the secret in it', async () => {
    const { tell, feed } = await startTree(spec('one'))
    const seen = watch(feed.follow('types'))
    await tell('/one', 'go')
    await tell('/one', 'fall')
    const [first, second] = seen.sessions('one')
    const states = seen.frames().filter(({ type, sessionId }) => type === '@xstate.snapshot' && sessionId === first)
    expect(states.at(-1)?.snapshot).toMatchObject({
      status: 'error',
      error: { name: 'Error', message: 'I fell, with Bearer [redacted]' },
    })
    expect(states.filter(({ snapshot }) => snapshot?.status !== 'active')).toHaveLength(1)
    expect(second).not.toBe(first)
    expect(seen.last('one')).toMatchObject({ status: 'active', value: 'idle' })
  })

  test('what ran inside it is shown as stopped', async () => {
    const { tell, feed } = await startTree(spec('one'))
    const seen = watch(feed.follow('types'))
    await tell('/one', 'go')
    expect(seen.last('inside')?.status).toBe('active')
    await tell('/one', 'fall')
    expect(seen.last('inside')?.status).toBe('stopped')
  })

  test('a supervisor that is stopped, and everything below it, is shown as stopped', async () => {
    const { system, feed } = await startTree({ id: 'house', strategy: 'one_for_one', children: [spec('one')] })
    const seen = watch(feed.follow('types'))
    await system.terminateChild('/', 'house')
    expect([seen.last('house')?.status, seen.last('one')?.status, seen.last('top')?.status]).toEqual([
      'stopped',
      'stopped',
      'active',
    ])
  })

  test('an actor that fails as it starts is shown with its error', async () => {
    const broken = createMachine({
      id: 'broken',
      context: () => {
        throw new Error('no context')
      },
    })
    const { system, feed } = await startTree(spec('one'))
    const seen = watch(feed.follow('types'))
    await system.startChild('/', { ...spec('two', broken), restart: 'temporary' })
    expect(seen.last('two')).toMatchObject({ status: 'error', error: { message: 'no context' } })
  })
})

describe('a viewer that is slow', () => {
  test('is told the state of things when it can take more, and what it missed is counted', async () => {
    const { tell, feed } = await startTree(spec('one'), spec('two'))
    const seen = watch(feed.follow('types'))
    seen.room = 1
    await tell('/one', 'go')
    await tell('/one', 'fall')
    await tell('/two', 'go')
    const held = seen.texts.length
    expect(seen.sessions('one')).toHaveLength(1)
    expect(feed.counts().dropped).toBeGreaterThan(5)

    seen.room = Number.POSITIVE_INFINITY
    seen.following.drained()
    expect(
      seen
        .frames()
        .slice(held)
        .filter(({ type }) => type === '@xstate.event'),
    ).toEqual([])
    const [first, second] = seen.sessions('one')
    expect(second).not.toBe(first)
    const ofFirst = seen.frames().filter(({ sessionId }) => sessionId === first)
    expect(ofFirst.at(-1)?.snapshot).toMatchObject({ status: 'error' })
    expect(seen.last('one')).toMatchObject({ status: 'active', value: 'idle' })
    expect(seen.last('two')).toMatchObject({ status: 'active', value: 'busy' })
    expect(seen.sessions('inside')).toHaveLength(1)
  })

  test('is never given more than one frame beyond what it takes, however many actors there are', async () => {
    const { feed } = await startTree(...Array.from({ length: 50 }, (_, index) => spec(`w${index}`)))
    const seen = watch(feed.follow('types'), 3)
    const sizes = [seen.texts.length]
    while (seen.sessions('w49').length === 0 && sizes.length < 100) {
      seen.room = 3
      seen.following.drained()
      sizes.push(seen.texts.length)
    }
    const steps = sizes.map((size, index) => size - (sizes[index - 1] ?? 0))
    expect(Math.max(...steps)).toBeLessThanOrEqual(4)
    expect(seen.frames().filter(({ type }) => type === '@xstate.actor')).toHaveLength(51)
  })
})

test('types and sizes are all that is seen of data, unless it is asked for in full', async () => {
  const { tell, feed } = await startTree(spec('one'))
  const [types, full] = [watch(feed.follow('types')), watch(feed.follow('full'))]
  await tell('/one', 'go')
  expect(types.last('one')?.context).toEqual({ secret: 'string(26)' })
  expect(types.texts.join()).not.toContain('nobody may see')
  expect(full.last('one')?.context).toEqual({ secret: '[redacted]' })
})

test("says what the official package's own converter says, in the same order", async () => {
  const { system, tell, feed } = await startTree(spec('one'))
  const official: StatelyInspectionEvent[] = []
  const inspector = createInspector({ send: (event) => official.push(event) })
  const seen = watch(feed.follow('full'))
  const replayed = seen.texts.length
  const end = system.inspect((event) => inspector.inspect.next?.(event))
  await tell('/one', 'go')
  await tell('/one', 'add')
  end()
  // It converts in timers of its own.
  for (let turn = 0; turn < 50 && official.length < seen.texts.length - replayed; turn += 1) {
    await new Promise((resume) => setTimeout(resume, 2))
  }
  const gist = (frame: StatelyInspectionEvent | ReturnType<typeof seen.frames>[number]) => {
    const { type, sessionId, event, snapshot, sourceId, parentId, name } = JSON.parse(JSON.stringify(frame))
    const plainId = (id?: string) => id?.replace('boot/', '')
    return {
      type,
      name,
      session: plainId(sessionId),
      source: plainId(sourceId),
      parent: plainId(parentId),
      event: event?.type,
      status: snapshot?.status,
      value: snapshot?.value,
      children: Object.keys(snapshot?.children ?? {}),
    }
  }
  const isState = ({ type }: { readonly type: string }) => type !== '@xstate.actor'
  const ours = seen.frames().slice(replayed)
  expect(ours.length).toBeGreaterThan(5)
  expect(ours.filter(isState).map(gist)).toEqual(official.filter(isState).map(gist))
  const births = (frames: readonly { readonly type: string }[]) =>
    frames
      .filter((frame) => !isState(frame))
      .map((frame) => gist(frame as never))
      .map(({ name, session, parent }) => ({ name, session, parent }))
  expect(births(ours)).toEqual(births(official))
})
