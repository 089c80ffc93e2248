// What telemetry costs: `npm run bench:telemetry [-- ROUNDS]`. Acts with a model that takes 50 ms, with telemetry off, on,
// sampled at a tenth, and on with a backend that is dead; then single spans, counts, log lines and message hops.
//
// Each mode is one process that lives as long as the whole run, so that loading and compiling are over before
// anything is measured. They take turns, a second or two each and each round in another order, so that a busy moment of
// the machine hits all of them. A second process without telemetry is measured like a mode: what it costs "over off" is
// what this way of measuring cannot tell from nothing.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Writable } from 'node:stream'
import { openBotticelli } from '../botticelli.ts'
import { loadConfig } from '../config/load-config.ts'
import { measureSingles } from './telemetry-singles.ts'

const USUAL_ROUNDS = 20
const WARM_UP_ROUNDS = 5
/** Narratives that run at the same time, and the acts of each. */
const AT_ONCE = 4
const ACTS = 40
/** A port that nobody listens on. */
const DEAD = 'http://127.0.0.1:9'
const MODES = ['off', 'off again', 'on', 'sampled', 'dead'] as const
type Mode = (typeof MODES)[number]

interface Figures {
  /** Processor time, in microseconds, and wall time, in ms, of one act. */
  readonly cpuUs: number
  readonly wallMs: number
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
    '| mode | CPU per act, us | over off, us (95 %) | of 50 ms (95 %) | act took longer by, ms (95 %) | heap, MB | RSS, MB |',
  )
  console.log('| --- | --- | --- | --- | --- | --- | --- |')
  for (const [each, figures] of all) {
    const over = (key: keyof Figures) => medianWithin(figures.map((one, round) => one[key] - off[round]![key]))
    const [cpu, wall] = [over('cpuUs'), over('wallMs')]
    const cells =
      each === 'off'
        ? ['', '', '']
        : [cpu.map((us) => us.toFixed(0)), cpu.map((us) => (us / 500).toFixed(2)), wall.map((ms) => ms.toFixed(2))].map(
            ([middle, from, to]) => `${middle} (${from} to ${to})`,
          )
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
  writeFileSync(path.join(folder, 'script.toml'), '[default]\ndelay = "50ms"\n')
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
    const cpu = process.cpuUsage()
    const begun = performance.now()
    await Promise.all(Array.from({ length: AT_ONCE }, () => app.run({ file })))
    const wallMs = (performance.now() - begun) / ACTS
    const { user, system } = process.cpuUsage(cpu)
    globalThis.gc?.()
    const { heapUsed, rss } = process.memoryUsage()
    return { cpuUs: (user + system) / (AT_ONCE * ACTS), wallMs, heapMb: heapUsed / 2 ** 20, rssMb: rss / 2 ** 20 }
  }
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
