// What telemetry costs: `npm run bench:telemetry [-- ROUNDS]`. Acts with a model that takes 50 ms, with telemetry off, on,
// sampled at a tenth, and on with a backend that is dead; then single spans, counts, log lines and message hops.
//
// Each mode is one process that lives as long as the whole run, so that loading and compiling are over before
// anything is measured. They take turns, some seconds each and each round in another order, so that a busy moment of
// the machine hits all of them. A second process without telemetry is measured like a mode: what it costs "over off" is
// what this way of measuring cannot tell from nothing.
//
// In its turn a process first runs one narrative alone, then several that begin at the same moment and stay in step, since
// all of their models take as long: there an act waits for the processor time of all the others, the worst there is.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Writable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { openBotticelli } from '../botticelli.ts'
import { loadConfig } from '../config/load-config.ts'
import { measureSingles } from './telemetry-singles.ts'

const USUAL_ROUNDS = 20
const WARM_UP_ROUNDS = 5
/** Narratives that run at the same time, and the acts of each. */
const AT_ONCE = 4
const ACTS = 30
/** Of a model. */
const TAKES_MS = 50
/** What a garbage collection leaves to be done beside the next work. */
const SETTLES_MS = 100
/** A port that nobody listens on. */
const DEAD = 'http://127.0.0.1:9'
const MODES = ['off', 'off again', 'on', 'sampled', 'dead'] as const
type Mode = (typeof MODES)[number]

interface Figures {
  /** Processor time of one act among several, in microseconds. */
  readonly cpuUs: number
  /** From the end of one act to that of the next, in ms: the mean of acts that run alone, and of those in step. */
  readonly aloneMs: number
  readonly inStepMs: number
  /** What one in a hundred of those in step takes or more. */
  readonly slowMs: number
  /** What is left after a garbage collection, in MB. */
  readonly heapMb: number
  readonly rssMb: number
}

const [mode, endpoint] = process.argv.slice(2)
if (mode === undefined || /^\d+$/.test(mode)) await compare(Number(mode ?? USUAL_ROUNDS))
else if (mode === 'single') process.send!(await measureSingles(endpoint!))
else await serveRounds(mode as Mode, endpoint!)

async function compare(rounds: number): Promise<void> {
  const sink = createServer((request, response) => request.resume().on('end', () => response.end('{}')))
  await new Promise<void>((done) => sink.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`
  const children = new Map(MODES.map((each) => [each, startChild([each, each === 'dead' ? DEAD : url])]))
  const all = new Map<Mode, Figures[]>(MODES.map((each) => [each, []]))
  for (const child of children.values()) await answerOf(child) // ready
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    for (const each of rotated(MODES, round + WARM_UP_ROUNDS)) {
      const child = children.get(each)!
      child.send('round')
      const figures = await answerOf<Figures>(child)
      if (round >= 0) all.get(each)!.push(figures)
    }
  }
  for (const child of children.values()) child.send('end')
  print(all)
  const single = startChild(['single', url])
  for (const [what, ns] of Object.entries(await answerOf<Record<string, number>>(single)))
    console.log(`${what.padEnd(28)} ${ns.toFixed(0).padStart(7)} ns`)
  sink.close()
}

/** Differences are taken round by round, between neighbours in time, and then their median. */
function print(all: ReadonlyMap<Mode, readonly Figures[]>): void {
  const off = all.get('off')!
  console.log(
    `| mode | CPU per act, us | over off, us | of ${TAKES_MS} ms, % | an act alone longer by, ms | one of ${AT_ONCE} in step, ms | slowest of 100, ms | heap, MB | RSS, MB |`,
  )
  console.log(`|${' --- |'.repeat(9)}`)
  for (const [each, figures] of all) {
    const over = (key: keyof Figures) => medianWithin(figures.map((one, round) => one[key] - off[round]![key]))
    const shown = (bounds: readonly number[], digits: number) => {
      const [middle, from, to] = bounds.map((bound) => bound.toFixed(digits))
      return `${middle} (${from} to ${to})`
    }
    const cpu = over('cpuUs')
    const share = cpu.map((us) => us / TAKES_MS / 10)
    const waits = (['aloneMs', 'inStepMs', 'slowMs'] as const).map((key) => shown(over(key), 2))
    const cells = each === 'off' ? ['', '', '', '', ''] : [shown(cpu, 0), shown(share, 2), ...waits]
    const own = median(figures.map(({ cpuUs }) => cpuUs)).toFixed(0)
    const [heap, rss] = (['heapMb', 'rssMb'] as const).map((key) => thirds(figures.map((one) => one[key])))
    console.log(`| ${[each, own, ...cells, heap, rss].join(' | ')} |`)
  }
}

/** The median, and the bounds between which that of all rounds is with 95 %, by the order of the values alone. */
function medianWithin(values: readonly number[]): [middle: number, from: number, to: number] {
  const sorted = values.toSorted((a, b) => a - b)
  const reach = Math.floor(sorted.length / 2 - 0.98 * Math.sqrt(sorted.length))
  const first = Math.max(0, reach)
  return [median(values), sorted[first]!, sorted[sorted.length - 1 - first]!]
}

/** Medians of the first, the middle and the last third of the run. */
function thirds(values: readonly number[]): string {
  const third = Math.ceil(values.length / 3)
  return [0, 1, 2].map((part) => median(values.slice(part * third, (part + 1) * third)).toFixed(1)).join(', ')
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}

/** Runs the acts of one round whenever it is told to. */
async function serveRounds(each: Mode, url: string): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'botticelli-bench-'))
  const names = Array.from({ length: ACTS }, (_, n) => `act${n}`)
  const toml = `[narrative]\nname = "many"\ndescription = "Many acts"\nskip_content_generation = true\n[toc]\norder = ${JSON.stringify(names)}\n[acts]\n`
  const file = path.join(folder, 'many.toml')
  writeFileSync(file, toml + names.map((name) => `${name} = "Say something short."\n`).join(''))
  writeFileSync(path.join(folder, 'script.toml'), `[default]\ndelay = "${TAKES_MS}ms"\n`)
  writeFileSync(path.join(folder, 'botticelli.toml'), '[models]\ndefault = "scripted"\nscript = "script.toml"\n')
  const environment = {
    METRICS_PORT: '0',
    LOG_FORMAT: 'json',
    ...(each.startsWith('off') ? { OTEL_SDK_DISABLED: 'true', LOG_LEVEL: 'silent' } : { OTLP_ENDPOINT: url }),
    ...(each === 'sampled' && { TRACE_SAMPLE_RATE: '0.1' }),
  }
  const { config } = loadConfig({ cwd: folder, environment })
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const app = await openBotticelli(config, { log: nowhere })
  process.send!('ready')
  process.on('message', async (message) => {
    if (message === 'round') process.send!(await round())
    else {
      await app.stop()
      rmSync(folder, { recursive: true })
      process.disconnect()
    }
  })

  async function round(): Promise<Figures> {
    await setTimeout(SETTLES_MS)
    const alone = await takes(1)
    const cpu = process.cpuUsage()
    const inStep = await takes(AT_ONCE)
    const { user, system } = process.cpuUsage(cpu)
    globalThis.gc?.()
    const { heapUsed, rss } = process.memoryUsage()
    return {
      cpuUs: (user + system) / (AT_ONCE * ACTS),
      aloneMs: mean(alone),
      inStepMs: mean(inStep),
      slowMs: inStep.toSorted((a, b) => a - b)[Math.floor(inStep.length * 0.99)]!,
      heapMb: heapUsed / 2 ** 20,
      rssMb: rss / 2 ** 20,
    }
  }

  /** How long each act but the first of its narrative took. */
  async function takes(narratives: number): Promise<number[]> {
    const endedAt = new Map<string, number>()
    const times: number[] = []
    const end = app.onProgress((event) => {
      if (event.type !== 'act.completed') return
      const now = performance.now()
      const before = endedAt.get(event.executionId)
      if (before !== undefined) times.push(now - before)
      endedAt.set(event.executionId, now)
    })
    await Promise.all(Array.from({ length: narratives }, () => app.run({ file })))
    end()
    return times
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}

function startChild(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, import.meta.filename, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`ended with ${code}`))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      resolve(message as T)
    })
  })
}
