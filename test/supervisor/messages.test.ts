import { describe, expect, test } from 'vitest'
import { fromPromise, setup } from 'xstate'
import { type ActorSpec, AskError, type Delivered, type SupervisionEvent, startSystem } from '../../supervisor/index.ts'
import { counter, say } from './counter.ts'
import { FakeClock, settle } from './fake-clock.ts'

async function world(over: Parameters<typeof counter>[1] = {}) {
  const clock = new FakeClock(1_000)
  const seen: Delivered[] = []
  const events: SupervisionEvent[] = []
  const system = await startSystem(
    { id: 'root', strategy: 'one_for_one', intensity: 100, children: [counter('a', over, seen), counter('b')] },
    { clock, random: () => 0, listen: (event) => events.push(event) },
  )
  return { clock, seen, events, system }
}

describe('delivery', () => {
  test('one message at a time, in order, each handled before the next is given', async () => {
    const { system, seen } = await world()
    const first = Promise.withResolvers<void>()
    say(system, '/a', { type: 'wait', for: first.promise }, { type: 'add' }, { type: 'add' })
    await settle()
    expect(seen.map(({ type }) => type)).toEqual(['wait'])
    expect(system.record('/a')).toMatchObject({ value: 'working', handled: 0, mailbox: { depth: 2, highWater: 2 } })
    first.resolve()
    await settle()
    expect(seen.map(({ type }) => type)).toEqual(['wait', 'add', 'add'])
    expect(system.record('/a')).toMatchObject({ value: 'ready', handled: 3, failed: 0, mailbox: { depth: 0 } })
  })

  test('a chain of senders nests no stack, and a flood lets timers run', async () => {
    const system = await startSystem({
      id: 'root',
      strategy: 'one_for_one',
      children: Array.from({ length: 3_000 }, (_, n) => counter(`n${n}`, {}, undefined)),
    })
    const passOn = (n: number) => ({
      type: 'work' as const,
      run: (scope: { tell(to: string, message: object): unknown }) => n > 0 && scope.tell(`/n${n - 1}`, passOn(n - 1)),
    })
    say(system, '/n2999', passOn(2_999) as never)
    await expect.poll(() => system.record('/n0')?.handled, { timeout: 30_000 }).toBe(1)
    await system.stop()
  })

  test('actors that answer each other without end, out of promises, let timers run', async () => {
    let over = false
    setTimeout(() => {
      over = true
    }, 20)
    let turns = 0
    const system = await startSystem({ id: 'root', strategy: 'one_for_one', children: [counter('a'), counter('b')] })
    const rally = (to: string, from: string) => ({
      type: 'work' as const,
      run: (scope: { tell(to: string, message: object): unknown }) => {
        if (!over && ++turns < 1_000_000) scope.tell(to, rally(from, to))
      },
    })
    say(system, '/a', rally('/b', '/a') as never)
    await expect.poll(() => over, { timeout: 10_000 }).toBe(true)
    expect(turns).toBeLessThan(1_000_000)
    await system.stop()
  })

  test('the age of the oldest message and the message in hand are in the record', async () => {
    const { system, clock } = await world()
    say(system, '/a', { type: 'wait', for: new Promise(() => {}) }, { type: 'add' })
    await clock.advance(700)
    expect(system.record('/a')).toMatchObject({
      mailbox: { oldestAgeMs: 700 },
      busy: { messageType: 'wait', forMs: 700 },
    })
  })

  test('an actor below another knows who sent and why', async () => {
    const { system, seen } = await world()
    say(system, '/b', { type: 'work', run: (scope) => scope.tell('/a', { type: 'add' }) })
    await settle()
    const [message] = seen
    expect(message!.meta).toMatchObject({ from: '/b', attempt: 1, sentAt: 1_000 })
    expect(message!.meta.causationId).toBe(message!.meta.correlationId)
  })

  test('a message that waited too long is a dead letter', async () => {
    const { system, clock } = await world()
    say(system, '/a', { type: 'wait', for: new Promise((resolve) => clock.setTimeout(() => resolve(1), 200)) })
    system.tell('/a', { type: 'add' }, { expiresInMs: 100 })
    await clock.advance(300)
    expect(system.deadLetters()).toMatchObject([{ to: '/a', reason: 'expired', message: { type: 'add' } }])
    expect(system.record('/a')).toMatchObject({ handled: 1, deadLetters: 1 })
  })

  test('an event that the machine has no transition for is a dead letter, and the next one is handled', async () => {
    const { system } = await world()
    system.tell('/a', { type: 'nonsense' })
    say(system, '/a', { type: 'add' })
    await settle()
    expect(system.deadLetters()).toMatchObject([{ to: '/a', reason: 'unhandled', message: { type: 'nonsense' } }])
    expect(system.record('/a')).toMatchObject({ handled: 1, deadLetters: 1 })
  })
})

describe('dead letters', () => {
  test('a message that crashes every attempt is set aside with every error, and its successors are handled', async () => {
    const { system, seen } = await world()
    say(system, '/a', { type: 'fail' }, { type: 'add' })
    await settle()
    const [letter] = system.deadLetters()
    expect(letter).toMatchObject({ to: '/a', reason: 'poison', message: { type: 'fail', meta: { attempt: 3 } } })
    expect(letter!.errors.map(({ message }) => message)).toEqual(['asked to fail', 'asked to fail', 'asked to fail'])
    expect(seen.map(({ type, meta }) => `${type} ${meta.attempt}`)).toEqual(['fail 1', 'fail 2', 'fail 3', 'add 1'])
    expect(system.record('/a')).toMatchObject({ incarnation: 4, restarts: 3, failed: 3, handled: 1 })
  })

  test('a redriven letter is a first attempt again, a dropped one is gone', async () => {
    const { system, seen } = await world()
    say(system, '/a', { type: 'fail', times: 3 })
    system.tell('/nobody', { type: 'add' })
    await settle()
    const [first, second] = system.deadLetters()
    expect([first!.reason, second!.reason].sort()).toEqual(['poison', 'unknown'])
    const poison = system.deadLetters().find(({ reason }) => reason === 'poison')!
    const unknown = system.deadLetters().find(({ reason }) => reason === 'unknown')!
    expect(system.redrive(poison.id)).toEqual({ accepted: true, id: poison.id })
    await settle()
    expect(seen.at(-1)!.meta.attempt).toBe(3)
    expect(system.dropDeadLetter(unknown.id)).toBe(true)
    expect(system.dropDeadLetter(unknown.id)).toBe(false)
    expect(system.redrive(unknown.id)).toEqual({ accepted: false, reason: 'unknown' })
  })

  test('what waits for an actor that ends for good is not silently gone', async () => {
    const { system } = await world({ restart: 'temporary' })
    say(system, '/a', { type: 'end' }, { type: 'add' })
    await settle()
    expect(system.tell('/a', { type: 'add' })).toEqual({ accepted: false, reason: 'stopped' })
    expect(system.tell('/never', { type: 'add' })).toEqual({ accepted: false, reason: 'unknown' })
    expect(system.deadLetters().map(({ reason }) => reason)).toEqual(['stopped', 'stopped', 'unknown'])
  })
})

describe('ask', () => {
  test('is answered by reply', async () => {
    const { system } = await world()
    say(system, '/a', { type: 'add', by: 41 }, { type: 'add' })
    await expect(system.ask('/a', { type: 'ask' }, { timeoutMs: 100 })).resolves.toBe(42)
  })

  test('times out, and says who was asked what', async () => {
    const { system, clock } = await world()
    say(system, '/a', { type: 'wait', for: new Promise(() => {}) })
    const answer = system.ask('/a', { type: 'ask' }, { timeoutMs: 100 })
    const failed = expect(answer).rejects.toThrow('/a did not answer ask within 100 ms.')
    await clock.advance(100)
    await failed
    await expect(answer).rejects.toBeInstanceOf(AskError)
    await expect(answer).rejects.toMatchObject({ code: 'ask-timeout', retryable: true })
    expect(clock.pending).toBe(0)
  })

  test('is refused at once when nobody can answer', async () => {
    const { system, clock } = await world()
    await expect(system.ask('/no', { type: 'ask' }, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'ask-refused' })
    await expect(system.ask('/a', { type: 'nonsense' }, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'ask-refused',
    })
    expect(clock.pending).toBe(0)
  })
})

describe('time limits', () => {
  test('an actor that misses a deadline crashes, its signal is aborted and the message tried again', async () => {
    const { system, clock, seen } = await world({ deadlineMs: 100, redeliver: { maxAttempts: 2 } })
    const aborted: unknown[] = []
    const hang = ({ signal }: { signal: AbortSignal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(aborted.push(signal.reason.code))))
    say(system, '/a', { type: 'work', run: hang as never })
    await clock.advance(250)
    expect(aborted).toEqual(['actor-deadline', 'actor-deadline'])
    expect(seen.map(({ meta }) => meta.attempt)).toEqual([1, 2])
    expect(system.deadLetters()).toMatchObject([{ reason: 'poison', errors: [{ code: 'actor-deadline' }, {}] }])
    expect(system.record('/a')).toMatchObject({ incarnation: 3, lastError: { code: 'actor-deadline' } })
    expect(clock.pending).toBe(0)
  })

  test('an actor that shows no sign of life is noticed, one that beats is not', async () => {
    const { system, clock, events } = await world({ hungAfterMs: 100, redeliver: false })
    const beats = (scope: { beat(): void; clock: { setTimeout(run: () => void, ms: number): unknown } }) =>
      new Promise<void>((resolve) => {
        let left = 5
        const beat = () => {
          scope.beat()
          if (--left === 0) resolve()
          else scope.clock.setTimeout(beat, 80)
        }
        beat()
      })
    say(system, '/a', { type: 'work', run: beats as never })
    await clock.advance(400)
    expect(system.record('/a')).toMatchObject({ incarnation: 1, handled: 1 })
    say(system, '/a', { type: 'wait', for: new Promise(() => {}) })
    await clock.advance(100)
    expect(events.filter(({ type }) => type === 'hung')).toMatchObject([
      { path: '/a', messageType: 'wait', busyMs: 100 },
    ])
    expect(system.record('/a')).toMatchObject({ incarnation: 2, lastError: { code: 'actor-hung' } })
  })

  test('work that no message asked for is watched: before an actor is ready, and what somebody waits for', async () => {
    const never = () => new Promise<void>(() => {})
    const recovering = setup({ actors: { work: fromPromise(never) } }).createMachine({
      initial: 'recovering',
      states: { recovering: { invoke: { src: 'work', onDone: 'idle' } }, idle: { tags: 'ready' } },
    })
    const waiting: ActorSpec = { id: 'w', kind: 'bot', hungAfterMs: 100, start: () => ({ logic: recovering }) }
    const task: ActorSpec = {
      ...{ id: 't', kind: 'act', hungAfterMs: 60, restart: 'temporary' },
      start: () => ({ logic: fromPromise(never) }),
    }
    const { system, clock, events } = await world({ hungAfterMs: 100, redeliver: false })
    await system.startChild('/', waiting)
    say(system, '/a', { type: 'work', run: (scope) => scope.runChild(task).catch(() => {}) as Promise<void> })
    await clock.advance(110)
    const hung = events.filter(({ type }) => type === 'hung')
    expect(hung).toMatchObject([
      { path: '/a/t', busyMs: 60 },
      { path: '/w', busyMs: 100 },
    ])
    expect(system.record('/w')).toMatchObject({ incarnation: 2, lastError: { code: 'actor-hung' } })
    expect(system.record('/a')).toMatchObject({ incarnation: 1, handled: 1 })
    system.kill('/w')
  })

  test('an actor lives as long as what it has below it shows signs of life', async () => {
    const { system, clock } = await world({ hungAfterMs: 100, redeliver: false })
    const steps = setup({ delays: { turn: 80 } }).createMachine({
      initial: 'one',
      states: {
        one: { after: { turn: 'two' } },
        two: { after: { turn: 'three' } },
        three: { after: { turn: 'never' } },
        never: {},
      },
    })
    const child: ActorSpec = { id: 'c', kind: 'act', restart: 'temporary', start: () => ({ logic: steps }) }
    say(system, '/a', { type: 'work', run: (scope) => scope.runChild(child) as Promise<void> })
    await clock.advance(330)
    expect(system.record('/a')).toMatchObject({ incarnation: 1 })
    await clock.advance(20)
    expect(system.record('/a')).toMatchObject({ incarnation: 2, lastError: { code: 'actor-hung' } })
  })
})

describe('holding back', () => {
  test('a paused actor keeps its messages, with reason and end in its record; control messages pass', async () => {
    const { system, clock, events } = await world()
    expect(system.pause('/a', { reason: 'budget', until: 2_000 })).toBe(true)
    say(system, '/a', { type: 'add' })
    system.tell('/a', { type: 'ask' }, { control: true })
    await settle()
    expect(system.record('/a')).toMatchObject({
      handled: 1,
      paused: { reason: 'budget', until: 2_000 },
      mailbox: { depth: 1 },
    })
    await clock.advance(1_000)
    expect(system.record('/a')).toMatchObject({ handled: 2, mailbox: { depth: 0 } })
    expect(system.record('/a')!.paused).toBeUndefined()
    expect(events.map(({ type }) => type)).toContain('resumed-by-hand')
    expect(system.pause('/nobody', { reason: 'x' })).toBe(false)
  })

  test('resume by hand ends a pause that has no end', async () => {
    const { system } = await world()
    system.pause('/a', { reason: 'by hand' })
    say(system, '/a', { type: 'add' })
    await settle()
    expect(system.record('/a')!.handled).toBe(0)
    expect(system.resume('/a')).toBe(true)
    await settle()
    expect(system.record('/a')!.handled).toBe(1)
  })

  test('a breaker holds messages after failures in a row, tries one, and lets all pass when it succeeds', async () => {
    const { system, clock } = await world({ breaker: { maxFailures: 2, resetTimeoutMs: 1_000 }, redeliver: false })
    say(system, '/a', { type: 'fail' }, { type: 'fail' }, { type: 'add' }, { type: 'add' }, { type: 'add' })
    await settle()
    expect(system.record('/a')).toMatchObject({ failed: 2, handled: 0, breaker: { state: 'open', trips: 1 } })
    await clock.advance(999)
    expect(system.record('/a')!.handled).toBe(0)
    await clock.advance(1)
    expect(system.record('/a')).toMatchObject({ handled: 3, breaker: { state: 'closed', trips: 1, recoveries: 1 } })
  })

  test('a failed trial opens the breaker again, and the others go on waiting', async () => {
    const { system, clock } = await world({ breaker: { maxFailures: 1, resetTimeoutMs: 100 }, redeliver: false })
    say(system, '/a', { type: 'fail' }, { type: 'fail' }, { type: 'add' })
    await clock.advance(100)
    expect(system.record('/a')).toMatchObject({ failed: 2, handled: 0, breaker: { state: 'open', trips: 2 } })
    await clock.advance(100)
    expect(system.record('/a')).toMatchObject({ handled: 1, breaker: { state: 'closed', recoveries: 1 } })
  })
})
