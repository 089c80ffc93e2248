// What telemetry costs: `npm run bench:telemetry`. Acts with a model that takes 50 ms, with telemetry off, on, sampled
// at a tenth, and on with a backend that is dead; then single spans, counts and log lines.
//
// Each figure is of processes of their own, the modes one after the other in every round. Run it on an idle machine.

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Writable } from 'node:stream'
import { openBotticelli } from '../botticelli.ts'
import { loadConfig } from '../config/load-config.ts'
import { count, record } from '../telemetry/instruments.ts'
import { log } from '../telemetry/log.ts'
import { inSpan } from '../telemetry/spans.ts'
import { startTelemetry } from '../telemetry/telemetry.ts'

const ROUNDS = 5
/** A port that nobody listens on. */
const DEAD = 'http://127.0.0.1:9'
const ACTS = 40
const MODES = ['off', 'on', 'sampled', 'dead'] as const
type Mode = (typeof MODES)[number]

interface Figures {
  /** Processor time, in microseconds, and wall time, in ms, of one act. */
  readonly cpuUs: number
  readonly wallMs: number
  readonly rssMb: number
}

const [mode, endpoint] = process.argv.slice(2)
if (mode === undefined) await compare()
else console.log(JSON.stringify(mode === 'single' ? await single(endpoint!) : await acts(mode as Mode, endpoint!)))

async function compare(): Promise<void> {
  const sink = createServer((request, response) => request.resume().on('end', () => response.end('{}')))
  await new Promise<void>((done) => sink.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`
  const all = new Map<Mode, Figures[]>(MODES.map((each) => [each, []]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const each of MODES) all.get(each)?.push(await inChild<Figures>([each, each === 'dead' ? DEAD : url]))
  }
  const off = median(all.get('off')!.map(({ cpuUs }) => cpuUs))
  console.log('mode      CPU per act   over off   of a 50 ms act   act took    memory')
  for (const [each, figures] of all) {
    const [cpuUs, wallMs, rssMb] = (['cpuUs', 'wallMs', 'rssMb'] as const).map((key) =>
      median(figures.map((f) => f[key])),
    )
    const over = cpuUs! - off
    console.log(
      `${each.padEnd(8)} ${cpuUs!.toFixed(0).padStart(9)} us ${over.toFixed(0).padStart(7)} us ${((over / 50_000) * 100).toFixed(2).padStart(14)} % ${wallMs!.toFixed(2).padStart(10)} ms ${rssMb!.toFixed(0).padStart(6)} MB`,
    )
  }
  const costs = await inChild<Record<string, number>>(['single', url])
  for (const [what, ns] of Object.entries(costs)) console.log(`${what.padEnd(28)} ${ns.toFixed(0).padStart(7)} ns`)
  sink.close()
}

/** One narrative of many acts, run twice: the first run warms up. */
async function acts(each: Mode, url: string): Promise<Figures> {
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
    ...(each === 'off' ? { OTEL_SDK_DISABLED: 'true', LOG_LEVEL: 'silent' } : { OTLP_ENDPOINT: url }),
    ...(each === 'sampled' && { TRACE_SAMPLE_RATE: '0.1' }),
  }
  const { config } = loadConfig({ cwd: folder, environment })
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const app = await openBotticelli(config, { bots: true, log: nowhere })
  const run = () => app.run({ file })
  await run()
  const cpu = process.cpuUsage()
  const begun = performance.now()
  await run()
  await run()
  const wallMs = (performance.now() - begun) / (2 * ACTS)
  const { user, system } = process.cpuUsage(cpu)
  const figures = { cpuUs: (user + system) / (2 * ACTS), wallMs, rssMb: process.memoryUsage.rss() / 2 ** 20 }
  await app.stop()
  rmSync(folder, { recursive: true })
  return figures
}

/** Nanoseconds of one of each, off and on. */
async function single(url: string): Promise<Record<string, number>> {
  const pieces: Record<string, () => void> = {
    span: () => inSpan('act bench', { attributes: { 'botticelli.act.name': 'bench' } }, () => {}),
    counter: () => count('botticelli.llm.tokens', { provider: 'p', model: 'm', type: 'input' }, 7),
    histogram: () => record('botticelli.act.duration', 0.05, { act_type: 'model', outcome: 'ok' }),
    'log line': () => log('act.completed', { act: 'a', narrative: 'n', duration_ms: 50 }),
  }
  const costs: Record<string, number> = {}
  for (const [what, work] of Object.entries(pieces)) costs[`${what}, off`] = nanoseconds(work)
  const destination = { write: () => true }
  const logging = { level: 'trace', format: 'json', destination } as const
  const telemetry = await startTelemetry({
    serviceName: 'bench',
    serviceVersion: '0',
    otlpEndpoint: url,
    metrics: true,
    log: logging,
  })
  for (const [what, work] of Object.entries(pieces)) costs[`${what}, on`] = nanoseconds(work)
  await telemetry.shutdown()
  return costs
}

function nanoseconds(work: () => void): number {
  const times = Array.from({ length: 15 }, () => {
    const begun = process.hrtime.bigint()
    for (let n = 0; n < 2_000; n += 1) work()
    return Number(process.hrtime.bigint() - begun) / 2_000
  })
  return median(times.slice(5))
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

function inChild<T>(args: readonly string[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [import.meta.filename, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.on('close', (code) => (code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`ended with ${code}`))))
  })
}
