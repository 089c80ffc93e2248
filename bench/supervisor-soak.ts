// Soak: random crashes under load, and memory that stays flat. `npm run soak -- MINUTES` (default 10).
//
// Ends with `flat` and exit code 0 when the heap of the last third is no more than 10 % above that of the middle third.

import { fromPromise, setup } from 'xstate'
import { type ActorSpec, type Delivered, type Message, startSystem } from '../supervisor/index.ts'

const minutes = Number(process.argv[2] ?? 10)
const BOTS = 200
const BATCH = 400
const PAUSE_MS = 20
const REPORT_MS = 5_000
const ALLOWED_GROWTH = 0.1

type Order = Delivered<
  { type: 'add' } | { type: 'crash'; times: number } | { type: 'slow'; ms: number } | { type: 'run'; id: string }
>

/** A bot that counts, crashes, takes time, and runs short-lived children that crash as well. */
function bot(id: string): ActorSpec {
  return {
    id,
    kind: 'bot',
    backoff: { minMs: 1, maxMs: 20 },
    mailbox: { capacity: 50, overflow: 'drop-oldest' },
    deadlineMs: 100,
    start: (scope) => ({
      logic: setup({
        types: {} as { events: Order },
        actors: {
          slow: fromPromise(({ input, signal }: { input: number; signal: AbortSignal }) => wait(input, signal)),
          run: fromPromise(({ input }: { input: string }) => scope.runChild(act(input)).catch(() => {})),
        },
        actions: {
          crash: ({ event }) => {
            if (event.meta.attempt <= (event as { times: number }).times) throw new Error('crash')
          },
        },
      }).createMachine({
        initial: 'ready',
        states: {
          ready: { tags: 'ready', on: { add: {}, crash: { actions: 'crash' }, slow: 'slow', run: 'running' } },
          slow: { invoke: { src: 'slow', input: ({ event }) => (event as { ms: number }).ms, onDone: 'ready' } },
          running: { invoke: { src: 'run', input: ({ event }) => (event as { id: string }).id, onDone: 'ready' } },
        },
      }),
    }),
  }
}

function act(id: string): ActorSpec {
  const logic = fromPromise(async () => {
    if (Math.random() < 0.5) throw new Error('act')
  })
  return { id, kind: 'act', limit: { maxRestarts: 2 }, start: () => ({ logic }) }
}

function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}

function randomOrder(n: number): Message {
  const dice = Math.random()
  if (dice < 0.02) return { type: 'crash', times: 1 + Math.floor(Math.random() * 4) } as Message
  if (dice < 0.04) return { type: 'slow', ms: Math.random() < 0.05 ? 1_000 : 2 } as Message
  if (dice < 0.1) return { type: 'run', id: `run-${n}` } as Message
  return { type: 'add' }
}

const system = await startSystem({
  id: 'root',
  strategy: 'one_for_one',
  intensity: 1_000_000,
  periodMs: 1_000,
  children: Array.from({ length: BOTS }, (_, n) => bot(`b${n}`)),
})
const counts = { sent: 0, crashed: 0, restarted: 0, dead: 0 }
system.subscribe(({ type }) => {
  if (type === 'crashed') counts.crashed++
  else if (type === 'restarted') counts.restarted++
  else if (type === 'dead-letter') counts.dead++
})

const heaps: number[] = []
const end = performance.now() + minutes * 60_000
let reportAt = performance.now() + REPORT_MS
while (performance.now() < end) {
  for (let n = 0; n < BATCH; n++) {
    system.tell(`/b${Math.floor(Math.random() * BOTS)}`, randomOrder(counts.sent))
    counts.sent++
  }
  await wait(PAUSE_MS)
  if (performance.now() < reportAt) continue
  reportAt += REPORT_MS
  globalThis.gc?.()
  heaps.push(process.memoryUsage().heapUsed)
  console.log(
    JSON.stringify({ heapMb: +(heaps.at(-1)! / 2 ** 20).toFixed(1), records: [...system.records()].length, ...counts }),
  )
}
await system.stop()

const third = Math.floor(heaps.length / 3)
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const growth = mean(heaps.slice(-third)) / mean(heaps.slice(third, 2 * third)) - 1
const flat = growth <= ALLOWED_GROWTH
console.log(
  `${flat ? 'flat' : 'growing'}: ${(growth * 100).toFixed(1)} % from the middle third to the last, ${counts.crashed} crashes`,
)
process.exit(flat ? 0 : 1)
