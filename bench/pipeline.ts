// Pipeline: what durability costs. Items go through three steps, written to the disk at every step, beside a bare loop
// over better-sqlite3.
//
//   npm run bench -- [--items 2000] [--rounds 5] [--soak] [--json]
//
// Engine and floors take turns, round after round; the figures are medians. The floor makes as many commits with as many
// bytes as the engine made in the same round. The fixed floor makes the four that an item cannot do without, one for its
// beginning and one for each step, so that an engine which flushes more often shows. The replayed floor executes the
// engine's own statements, so that what SQLite takes for them is told from what the engine takes. With `--soak` 100,000
// items more show whether memory grows.

import { parseArgs } from 'node:util'
import { type ColdStart, measureColdStart } from './cold-start.ts'
import { median } from './median.ts'
import { openEngine, type PipelineEngine } from './pipeline-engine.ts'
import { openFloor } from './pipeline-floor.ts'
import { openReplay } from './pipeline-replay.ts'

const FIXED_COMMITS = 4
const WARM_UP = 300
const SOAK_ITEMS = 100_000
const COLD_ROUNDS = 5

interface Figures {
  readonly itemsPerSecond: number
  readonly cpuMsPerItem: number
}

interface Round {
  readonly engine: Figures & { readonly commitsPerItem: number; readonly bytesPerItem: number }
  readonly floor: Figures
  readonly fixedFloor: Figures
  readonly replayedFloor: Figures
  /** Of the engine's speed to the floor's. */
  readonly ratio: number
  readonly fixedRatio: number
  readonly replayedRatio: number
}

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '5' },
    soak: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const say = (line: string) => void (values.json || console.log(line))

// Before the others, whose recorded statements the process would still hold.
const memory = values.soak ? await measureMemory() : undefined
const speeds = []
for (const inFlight of [1, 32]) {
  const found = { inFlight, ...(await measure(inFlight, Number(values.items), Number(values.rounds))) }
  speeds.push(found)
  say(told(found))
}
const coldStart = await measureColdStart(COLD_ROUNDS)
say(toldCold(coldStart))
if (values.json) console.log(JSON.stringify({ speeds, coldStart, ...(memory && { memory }) }, null, 2))

async function measure(inFlight: number, items: number, count: number): Promise<Round> {
  await using engine = await openEngine()
  using floor = openFloor()
  using fixedFloor = openFloor()
  await using replay = await openReplay()
  await engine.work(WARM_UP, inFlight)
  const warm = await replay.record(WARM_UP, inFlight)
  warm[Symbol.dispose]()
  const rounds: Round[] = []
  for (let round = 0; round < count; round++) rounds.push(await oneRound())
  const of = (figure: (round: Round) => number) => median(rounds.map(figure))
  const figuresOf = (who: 'floor' | 'fixedFloor' | 'replayedFloor') => ({
    itemsPerSecond: of((round) => round[who].itemsPerSecond),
    cpuMsPerItem: of((round) => round[who].cpuMsPerItem),
  })
  return {
    engine: {
      itemsPerSecond: of(({ engine }) => engine.itemsPerSecond),
      cpuMsPerItem: of(({ engine }) => engine.cpuMsPerItem),
      commitsPerItem: of(({ engine }) => engine.commitsPerItem),
      bytesPerItem: of(({ engine }) => engine.bytesPerItem),
    },
    floor: figuresOf('floor'),
    fixedFloor: figuresOf('fixedFloor'),
    replayedFloor: figuresOf('replayedFloor'),
    ratio: of(({ ratio }) => ratio),
    fixedRatio: of(({ fixedRatio }) => fixedRatio),
    replayedRatio: of(({ replayedRatio }) => replayedRatio),
  }

  async function oneRound(): Promise<Round> {
    const before = { commits: engine.commits(), bytes: engine.sizeBytes() }
    const figures = await timed(items, () => engine.work(items, inFlight))
    const commitsPerItem = (engine.commits() - before.commits) / items
    const bytesPerItem = (engine.sizeBytes() - before.bytes) / items
    // What one item would commit by itself.
    const like = { commits: commitsPerItem * inFlight, bytes: bytesPerItem }
    const floored = await timed(items, () => floor.work(items, inFlight, like))
    const fixed = await timed(items, () => fixedFloor.work(items, inFlight, { ...like, commits: FIXED_COMMITS }))
    using recorded = await replay.record(items, inFlight)
    const replayed = await timed(items, recorded.play)
    recorded.check()
    return {
      engine: { ...figures, commitsPerItem, bytesPerItem },
      floor: floored,
      fixedFloor: fixed,
      replayedFloor: replayed,
      ratio: figures.itemsPerSecond / floored.itemsPerSecond,
      fixedRatio: figures.itemsPerSecond / fixed.itemsPerSecond,
      replayedRatio: figures.itemsPerSecond / replayed.itemsPerSecond,
    }
  }
}

async function timed(items: number, work: () => Promise<void> | void): Promise<Figures> {
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  await work()
  const seconds = (performance.now() - startedAt) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  return { itemsPerSecond: items / seconds, cpuMsPerItem: (user + system) / 1_000 / items }
}

/** Growth from a tenth of the way on, when everything is warm. */
async function measureMemory() {
  await using engine: PipelineEngine = await openEngine()
  const sample = () => {
    globalThis.gc?.()
    const { heapUsed, rss } = process.memoryUsage()
    return { heapMb: heapUsed / 1024 / 1024, rssMb: rss / 1024 / 1024 }
  }
  const tenth = SOAK_ITEMS / 10
  await engine.work(tenth, 32)
  const begin = sample()
  for (let part = 1; part < 10; part++) await engine.work(tenth, 32)
  const end = sample()
  say(
    `memory  ${SOAK_ITEMS} items: heap ${begin.heapMb.toFixed(1)} MB after a tenth, ${end.heapMb.toFixed(1)} MB at the end; ` +
      `RSS ${begin.rssMb.toFixed(0)} MB and ${end.rssMb.toFixed(0)} MB`,
  )
  return { items: SOAK_ITEMS, begin, end }
}

// ---------------------------------------------------------------------------- words

function told({
  inFlight,
  engine,
  floor,
  fixedFloor,
  replayedFloor,
  ratio,
  fixedRatio,
  replayedRatio,
}: Round & { readonly inFlight: number }): string {
  const line = (name: string, { itemsPerSecond, cpuMsPerItem }: Figures, rest: string) =>
    `${name.padEnd(16)} ${itemsPerSecond.toFixed(0).padStart(7)} items/s  ${cpuMsPerItem.toFixed(3)} ms CPU  ${rest}`
  return [
    `${inFlight} in flight`,
    line(
      '  engine',
      engine,
      `${(engine.bytesPerItem / 1024).toFixed(1)} KB  ${engine.commitsPerItem.toFixed(2)} commits an item`,
    ),
    line('  floor', floor, `the engine's commits and bytes: ratio ${ratio.toFixed(2)}`),
    line('  fixed floor', fixedFloor, `${FIXED_COMMITS} commits, as the aim has it: ratio ${fixedRatio.toFixed(2)}`),
    line('  replayed floor', replayedFloor, `the engine's statements: ratio ${replayedRatio.toFixed(2)}`),
  ].join('\n')
}

function toldCold({ nodeMs, ...starts }: ColdStart): string {
  const line = (name: 'checkout' | 'package') => {
    const { runMs, resumeMs, callsWhenResumed: calls } = starts[name]
    return `cold ${name.padEnd(8)}  run ${runMs.toFixed(0)} ms, resume after kill -9 ${resumeMs.toFixed(0)} ms with ${calls} calls`
  }
  return [line('checkout'), line('package'), `of which Node itself ${nodeMs.toFixed(0)} ms`].join('\n')
}
