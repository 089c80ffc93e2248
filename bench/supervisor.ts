// What supervision costs: `npm run bench:supervisor`. Prints the tables that bench/README.md keeps.
//
// Each figure stands beside its floor (a supervised actor in plain JavaScript), bare XState and nact, measured in the same
// run. Run it on an idle machine; a loaded one stretches all rows alike, the ratios stay.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import * as nact from 'nact'
import { type AnyActorRef, assign, createActor, setup } from 'xstate'
import { durableInbox } from '../actors/durable-inbox.ts'
import { openStore } from '../store/open-store.ts'
import { type ActorSpec, type ActorSystem, type Message, startSystem, systemClock } from '../supervisor/index.ts'
import { PlainSystem } from './plain-actor.ts'

const ROUNDS = 5
const BATCH = 500
/** More than any run sends: a refused message would never be handled. */
const MAILBOX = 1_000_000

interface Step extends Message {
  readonly type: 'go'
  readonly seq: number
}

/** Two states and one counter: what an actor of ours does at the least. */
const machine = setup({
  types: {} as { context: { n: number }; events: { type: 'go' } | { type: 'crash' } },
  actions: {
    add: assign({ n: ({ context }) => context.n + 1 }),
    crash: () => {
      throw new Error('crash')
    },
  },
}).createMachine({
  context: { n: 0 },
  initial: 'left',
  on: { crash: { actions: 'crash' } },
  states: {
    left: { tags: 'ready', on: { go: { target: 'right', actions: 'add' } } },
    right: { tags: 'ready', on: { go: { target: 'left', actions: 'add' } } },
  },
})

const spec = (id: string, over: Partial<ActorSpec> = {}): ActorSpec => ({
  id,
  kind: 'bench',
  start: () => ({ logic: machine }),
  ...over,
})

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!
const at = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!

async function systemOf(children: readonly ActorSpec[], options = {}): Promise<ActorSystem> {
  return startSystem({ id: 'root', strategy: 'one_for_one', intensity: 1_000_000, periodMs: 1, children }, options)
}

// ---------------------------------------------------------------------------- message hop

/** Microseconds a message, sent in batches, until the last one is handled. */
async function hop(messages: number, send: (step: Step) => unknown, handled: () => number): Promise<number> {
  const begun = performance.now()
  for (let seq = 0; seq < messages; ) {
    for (let n = 0; n < BATCH && seq < messages; n++) send({ type: 'go', seq: seq++ })
    await turn()
  }
  while (handled() < messages) await turn()
  return ((performance.now() - begun) * 1_000) / messages
}

async function hopOfSystem(messages: number, options: object, over: Partial<ActorSpec> = {}): Promise<number> {
  const system = await systemOf([spec('a', { mailbox: { capacity: MAILBOX }, ...over })], options)
  const time = await hop(
    messages,
    (step) => system.tell('/a', step),
    () => system.record('/a')!.handled,
  )
  await system.stop()
  return time
}

async function hopOfXState(messages: number): Promise<number> {
  const actor = createActor(machine).start()
  const time = await hop(
    messages,
    (step) => actor.send(step),
    () => actor.getSnapshot().context.n,
  )
  actor.stop()
  return time
}

async function hopOfPlain(messages: number): Promise<number> {
  const system = new PlainSystem()
  const actor = system.spawn(
    'a',
    () => ({ n: 0 }),
    (state) => void state.n++,
  )
  return hop(
    messages,
    (step) => actor.tell(step),
    () => actor.handled,
  )
}

async function hopOfNact(messages: number): Promise<number> {
  const system = nact.start()
  let handled = 0
  const actor = nact.spawn(system, () => void handled++ as never, 'a')
  const time = await hop(
    messages,
    (step) => nact.dispatch(actor, step as never),
    () => handled,
  )
  nact.stop(system)
  return time
}

async function hopDurable(messages: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const store = openStore(join(folder, 'bench.db'))
  const time = await hopOfSystem(
    messages,
    { inbox: durableInbox(store, systemClock) },
    { mailbox: { capacity: MAILBOX, durable: true } },
  )
  store.close()
  rmSync(folder, { recursive: true })
  return time
}

async function hops(): Promise<void> {
  const rows: [name: string, run: () => Promise<number>][] = [
    ['floor: plain JavaScript', () => hopOfPlain(200_000)],
    ['nact 7.6.2', () => hopOfNact(100_000)],
    ['bare XState machine', () => hopOfXState(100_000)],
    ['supervised', () => hopOfSystem(100_000, {})],
    ['supervised, observed', () => hopOfSystem(100_000, { listen: () => {} })],
    ['supervised, durable', () => hopDurable(2_000)],
  ]
  const times = new Map<string, number[]>(rows.map(([name]) => [name, []]))
  for (const [, run] of rows) await run()
  for (let round = 0; round < ROUNDS; round++) for (const [name, run] of rows) times.get(name)!.push(await run())
  const traced: number[] = []
  // From here on spans are made, sampled and thrown away: the runtime's own cost, without an exporter's.
  const provider = new NodeTracerProvider({
    spanProcessors: [{ onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} }],
  })
  provider.register()
  await hopOfSystem(50_000, {})
  for (let round = 0; round < ROUNDS; round++) traced.push(await hopOfSystem(50_000, {}))
  await provider.shutdown()
  times.set('supervised, traced', traced)
  const bare = median(times.get('bare XState machine')!)
  print(
    ['message hop', 'µs', 'against bare XState'],
    [...times].map(([name, all]) => [name, median(all).toFixed(2), `${(median(all) / bare).toFixed(2)} ×`]),
  )
}

// ---------------------------------------------------------------------------- spawn, restart, stop

async function lives(): Promise<void> {
  const rows: string[][] = []
  for (const count of [1, 10, 100, 1_000, 10_000, 20_000]) {
    const times = { spawn: [] as number[], restart: [] as number[], stop: [] as number[] }
    for (let round = 0; round < (count < 1_000 ? 30 : 5); round++) {
      const system = await systemOf([])
      times.spawn.push(
        await timed(count, async () => {
          for (let n = 0; n < count; n++) await system.startChild('/', spec(`c${n}`, { redeliver: false }))
        }),
      )
      let restarted = () => {}
      system.subscribe(({ type }) => type === 'restarted' && restarted())
      const restarts = Math.min(count, 1_000)
      times.restart.push(
        await timed(restarts, async () => {
          for (let n = 0; n < restarts; n++) {
            await answered((done) => {
              restarted = done
              system.tell(`/c${n}`, { type: 'crash' })
            })
          }
        }),
      )
      times.stop.push(await timed(count, () => system.stop()))
    }
    rows.push([String(count), ...[times.spawn, times.restart, times.stop].map((all) => median(all).toFixed(1))])
  }
  print(['siblings', 'spawn and start, µs each', 'crash and restart, µs each', 'stop, µs each'], rows)
}

async function timed(count: number, run: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await run()
  return ((performance.now() - begun) * 1_000) / count
}

/** From the crashing message to the next message handled by the new incarnation. */
async function restarts(): Promise<void> {
  const rows: string[][] = []
  const measure = async (name: string, once: () => Promise<void>) => {
    const times: number[] = []
    for (let n = 0; n < 12_000; n++) {
      const begun = performance.now()
      await once()
      if (n >= 2_000) times.push((performance.now() - begun) * 1_000)
      if (n % 100 === 0) await turn()
    }
    rows.push([name, at(times, 0.5).toFixed(1), at(times, 0.99).toFixed(1)])
  }
  const plain = new PlainSystem()
  const actor = plain.spawn(
    'a',
    () => ({}),
    (_, message) => perform(message as Crash),
  )
  await measure('floor: plain JavaScript', () =>
    answered((done) => {
      actor.tell({ type: 'crash' })
      actor.tell({ type: 'done', done })
    }),
  )
  const system = await systemOf([{ id: 'a', kind: 'bench', redeliver: false, start: () => ({ logic: crashing }) }])
  await measure('supervised', () =>
    answered((done) => {
      system.tell('/a', { type: 'crash' })
      system.tell('/a', { type: 'done', done } as Message)
    }),
  )
  await system.stop()
  const nacts = nact.start()
  const reset = (_message: unknown, _error: unknown, context: { reset: symbol }) => context.reset
  const ref = nact.spawn(nacts, ((_: unknown, message: Crash) => perform(message)) as never, 'a', {
    onCrash: reset as never,
  })
  await measure('nact 7.6.2 (reset)', () =>
    answered((done) => {
      nact.dispatch(ref, { type: 'crash' } as never)
      nact.dispatch(ref, { type: 'done', done } as never)
    }),
  )
  nact.stop(nacts)
  await measure('bare XState: create, crash, create', () =>
    answered((done) => {
      const first = createActor(crashing)
      first.subscribe({ error() {} })
      first.start().send({ type: 'crash' } as never)
      createActor(crashing)
        .start()
        .send({ type: 'done', done } as never)
    }),
  )
  print(['restart', 'p50 µs', 'p99 µs'], rows)
}

type Crash = { readonly type: 'crash' } | { readonly type: 'done'; readonly done: () => void }

function perform(message: Crash): void {
  if (message.type === 'crash') throw new Error('crash')
  message.done()
}

const crashing = setup({ types: {} as { events: Crash } }).createMachine({
  initial: 'ready',
  states: { ready: { tags: 'ready', on: { '*': { actions: ({ event }) => perform(event) } } } },
})

const answered = (ask: (done: () => void) => void) => new Promise<void>(ask)

// ---------------------------------------------------------------------------- memory and growth

function heap(): number {
  for (let n = 0; n < 4; n++) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

async function memory(): Promise<void> {
  const count = 20_000
  const keep: AnyActorRef[] = []
  const root = createActor(machine).start()
  let before = heap()
  for (let n = 0; n < count; n++) keep.push(createActor(machine, { parent: root } as never).start())
  const bare = (heap() - before) / count
  const system = await systemOf([])
  before = heap()
  for (let n = 0; n < count; n++) await system.startChild('/', spec(`c${n}`))
  const supervised = (heap() - before) / count
  print(
    ['memory of an idle machine actor', 'bytes each'],
    [
      ['bare XState, as a child', bare.toFixed(0)],
      ['supervised, all in all', supervised.toFixed(0)],
      ['of that ours', (supervised - bare).toFixed(0)],
    ],
  )
  await system.stop()
  if (keep.length !== count) throw new Error('the bare actors were collected')
}

async function growth(): Promise<void> {
  const rows: string[][] = []
  for (const bots of [10, 100, 1_000, 10_000]) {
    const system = await systemOf(
      Array.from({ length: bots }, (_, n) => spec(`b${n}`, { mailbox: { capacity: MAILBOX } })),
    )
    const messages = 50_000
    let seq = 0
    const counted = () => [...system.records()].reduce((sum, record) => sum + record.handled, 0)
    const each = await hop(
      messages,
      (step) => system.tell(`/b${seq++ % bots}`, step),
      () => (seq === messages ? counted() : 0),
    )
    const begun = performance.now()
    const seen = counted()
    rows.push([String(bots), each.toFixed(2), (performance.now() - begun).toFixed(1), String(seen)])
    await system.stop()
  }
  print(['bots', 'message, µs', 'all records, ms', 'messages counted'], rows)
}

// ---------------------------------------------------------------------------- hung loop

async function hungLoop(): Promise<void> {
  const limitMs = 100
  const noticed: number[] = []
  const system = await systemOf([spec('a')], {
    watchdog: { limitMs },
    listen: (event: { type: string; noticedAfterMs?: number }) =>
      event.type === 'loop-blocked' && noticed.push(event.noticedAfterMs!),
  })
  await new Promise((resolve) => setTimeout(resolve, 500))
  for (let n = 0; n < 10; n++) {
    const end = performance.now() + 200
    while (performance.now() < end);
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await system.stop()
  print(
    ['hung event loop', 'blocks of 200 ms', 'noticed', 'after ms, median', 'at most'],
    [
      [
        `limit ${limitMs} ms`,
        '10',
        String(noticed.length),
        median(noticed).toFixed(1),
        Math.max(...noticed).toFixed(1),
      ],
    ],
  )
}

function print(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  console.log([line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n'))
}

await hungLoop()
await memory()
await lives()
await restarts()
await growth()
await hops()
process.exit(0)
