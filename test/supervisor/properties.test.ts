// Properties that hold for any tree, any crashes and any messages.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type ActorSystem,
  type Delivered,
  type SupervisionEvent,
  type SupervisorSpec,
  startSystem,
} from '../../supervisor/index.ts'
import { addRestart, backoffDelayMs } from '../../supervisor/restart-policy.ts'
import { counter } from './counter.ts'
import { FakeClock, settle } from './fake-clock.ts'

interface Branch {
  readonly strategy: 'one_for_one' | 'one_for_all' | 'rest_for_one'
  readonly intensity: number
  readonly periodMs: number
  readonly actors: readonly { readonly restart: 'permanent' | 'transient' | 'temporary'; readonly capacity: number }[]
}

type Step =
  | { readonly do: 'add' | 'fail' | 'end' | 'slow' | 'kill'; readonly actor: number; readonly times: number }
  | { readonly do: 'advance'; readonly ms: number }

const branch = fc.record<Branch>({
  strategy: fc.constantFrom('one_for_one', 'one_for_all', 'rest_for_one'),
  intensity: fc.integer({ min: 0, max: 6 }),
  periodMs: fc.integer({ min: 1, max: 100 }),
  actors: fc.array(
    fc.record({
      restart: fc.constantFrom('permanent', 'transient', 'temporary'),
      capacity: fc.integer({ min: 1, max: 6 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
})

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'add' as const,
        'add' as const,
        'fail' as const,
        'slow' as const,
        'end' as const,
        'kill' as const,
      ),
      actor: fc.nat(15),
      times: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.nat(60) }) },
)

interface Run {
  readonly system: ActorSystem
  readonly clock: FakeClock
  readonly events: readonly SupervisionEvent[]
  /** What each path was given, in order. */
  readonly given: ReadonlyMap<string, readonly Delivered[]>
  /** Ids of the messages that each path accepted, in order. */
  readonly accepted: ReadonlyMap<string, readonly string[]>
}

/** Builds the tree, takes the steps, and lets all that is slow come to its end. */
async function run(branches: readonly Branch[], steps: readonly Step[]): Promise<Run> {
  const clock = new FakeClock()
  const events: SupervisionEvent[] = []
  const given = new Map<string, Delivered[]>()
  const accepted = new Map<string, string[]>()
  const paths: string[] = []
  const children = branches.map(({ actors, ...flags }, b): SupervisorSpec => {
    const specs = actors.map(({ restart, capacity }, a) => {
      const path = `/s${b}/a${a}`
      paths.push(path)
      given.set(path, [])
      accepted.set(path, [])
      return counter(`a${a}`, { restart, mailbox: { capacity } }, given.get(path))
    })
    return { id: `s${b}`, ...flags, children: specs }
  })
  const system = await startSystem(
    { id: 'root', strategy: 'one_for_one', intensity: 2, periodMs: 50, children },
    { clock, random: () => 0.5, listen: (event) => events.push(event) },
  )
  for (const one of steps) {
    if (one.do === 'advance') {
      await clock.advance(one.ms)
      continue
    }
    const path = paths[one.actor % paths.length]!
    if (one.do === 'kill') system.kill(path)
    else {
      const wait = new Promise((resolve) => clock.setTimeout(() => resolve(1), 20))
      const outcome = system.tell(
        path,
        (one.do === 'slow' ? { type: 'wait', for: wait } : { type: one.do, times: one.times }) as never,
      )
      if (outcome.accepted) accepted.get(path)!.push(outcome.id)
    }
    if (one.times === 1) await settle()
  }
  for (let n = 0; n < 60 && (await clock.advanceToNext()); n++);
  await settle()
  return { system, clock, events, given, accepted }
}

const tree = [
  fc.array(branch, { minLength: 1, maxLength: 3 }),
  fc.array(step, { minLength: 1, maxLength: 40 }),
] as const

test('every accepted message is handled once or is a dead letter once, and none is given out of order', async () => {
  await fc.assert(
    fc.asyncProperty(...tree, async (branches, steps) => {
      const { system, given, accepted } = await run(branches, steps)
      const dead = new Map<string, number>()
      for (const { id } of system.deadLetters()) dead.set(id, (dead.get(id) ?? 0) + 1)
      for (const [path, ids] of accepted) {
        const firsts = given.get(path)!.filter(({ meta }) => meta.attempt === 1)
        // In order: what was given is a subsequence of what was accepted.
        const order = firsts.map(({ meta }) => ids.indexOf(meta.id))
        expect(order).toEqual(order.toSorted((a, b) => a - b))
        expect(new Set(order).size).toBe(order.length)
        // Not lost: nobody is left with a message that neither was given nor is a dead letter.
        for (const id of ids) {
          const wasGiven = firsts.some(({ meta }) => meta.id === id)
          expect(wasGiven || dead.get(id) === 1, `${path} ${id}`).toBe(true)
          expect(dead.get(id) ?? 0).toBeLessThanOrEqual(1)
        }
        // Not forgotten: what failed at its last attempt is a dead letter.
        const last = new Map(
          given.get(path)!.map((message) => [message.meta.id, message as Delivered & { times: number }]),
        )
        for (const { type, times, meta } of last.values()) {
          if (type === 'fail' && meta.attempt <= times) expect(dead.get(meta.id), `${path} ${meta.id}`).toBe(1)
        }
      }
    }),
    { numRuns: 150 },
  )
})

test('attempts of one message follow each other without another in between, up to the limit', async () => {
  await fc.assert(
    fc.asyncProperty(...tree, async (branches, steps) => {
      const { given } = await run(branches, steps)
      for (const messages of given.values()) {
        messages.forEach(({ meta }, n) => {
          expect(meta.attempt).toBeLessThanOrEqual(3)
          if (meta.attempt > 1) expect(messages[n - 1]!.meta).toMatchObject({ id: meta.id, attempt: meta.attempt - 1 })
        })
      }
    }),
    { numRuns: 100 },
  )
})

test('no supervisor restarts more often within its period than its intensity allows', async () => {
  await fc.assert(
    fc.asyncProperty(...tree, async (branches, steps) => {
      const { events } = await run(branches, steps)
      branches.forEach(({ intensity, periodMs }, b) => {
        let times: number[] = []
        for (const event of events) {
          if (event.path === `/s${b}` && event.type === 'started') times = []
          const counted =
            event.type === 'restarting' && (event.cause === 'own_failure' || event.cause === 'start_retry')
          if (!counted || !event.path.startsWith(`/s${b}/`)) continue
          times = [...times.filter((at) => at >= event.at - periodMs), event.at]
          expect(times.length).toBeLessThanOrEqual(intensity)
        }
      })
    }),
    { numRuns: 100 },
  )
})

test('the counts of the records are the counts of the events', async () => {
  await fc.assert(
    fc.asyncProperty(...tree, async (branches, steps) => {
      const { system, events } = await run(branches, steps)
      for (const record of system.records()) {
        // A cell begins with the last `started` of a supervisor above it: earlier ones belong to a cell that is gone.
        const of = events.filter(({ path }) => path === record.path)
        const born = events.findLastIndex(({ path, type }) => path === record.parent && type === 'started')
        const since = events.slice(born + 1).filter(({ path }) => path === record.path)
        const count = (type: string) => since.filter((event) => event.type === type).length
        const ended = (ok: boolean) => since.filter((event) => event.type === 'handled' && event.ok === ok).length
        expect(record.incarnation).toBe(of.filter(({ type }) => type === 'started').length)
        if (record.supervisor) continue
        expect(record.handled).toBe(ended(true))
        expect(record.failed).toBe(ended(false))
        expect(record.restarts).toBe(count('restarted'))
        expect(record.deadLetters).toBe(count('dead-letter'))
        expect(count('message')).toBe(
          record.handled + record.failed + count('dead-letter') - refusedLetters(since) + interrupted(since),
        )
      }
    }),
    { numRuns: 100 },
  )
})

test('after the stop nothing is left: no record but the root, no timer, no living path', async () => {
  await fc.assert(
    fc.asyncProperty(...tree, async (branches, steps) => {
      const { system, clock } = await run(branches, steps)
      const stopping = system.stop()
      for (let n = 0; n < 60 && (await clock.advanceToNext()); n++);
      await stopping
      await system.ended
      expect([...system.records()].map(({ path, state }) => `${path} ${state}`)).toEqual(['/ stopped'])
      expect(clock.pending).toBe(0)
    }),
    { numRuns: 100 },
  )
})

test('the restart window forgets exactly what is older than its period', () => {
  const times = fc.array(fc.nat(20), { maxLength: 20 }).map((list) => list.toSorted((a, b) => a - b))
  fc.assert(
    fc.property(times, fc.nat(5), fc.integer({ min: 1, max: 10 }), (at, intensity, periodMs) => {
      const history: number[] = []
      at.forEach((now, n) => {
        const within = at.slice(0, n + 1).filter((time) => time >= now - periodMs).length
        expect(addRestart(history, now, intensity, periodMs)).toBe(within <= intensity)
      })
    }),
  )
})

test('a back-off never falls, and stays between its bounds', () => {
  const backoff = fc.record({
    minMs: fc.nat(10_000),
    maxMs: fc.nat(1_000_000),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(backoff, fc.nat(2_000), fc.double({ min: 0, max: 1, noNaN: true }), (one, attempt, random) => {
      const delay = backoffDelayMs(attempt, one, random)
      expect(delay).toBeLessThanOrEqual(one.maxMs * (1 + one.jitter))
      expect(backoffDelayMs(attempt, one, 0)).toBeLessThanOrEqual(backoffDelayMs(attempt + 1, one, 0))
    }),
  )
})

/** Dead letters that were never handed over: refused, pushed out, or still waiting at the end. */
function refusedLetters(events: readonly SupervisionEvent[]): number {
  return events.filter((event) => event.type === 'dead-letter' && event.letter.reason !== 'unhandled').length
}

/** Messages in hand when their actor was stopped or killed: handed over, neither handled nor failed. */
function interrupted(events: readonly SupervisionEvent[]): number {
  let open = 0
  let lost = 0
  for (const event of events) {
    if (event.type === 'message') open = 1
    else if (event.type === 'handled') open = 0
    else if (event.type === 'stopped') {
      lost += open
      open = 0
    }
  }
  return lost
}
