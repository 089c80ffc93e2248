// Pipeline: what durability costs. Items go through three steps, written to the disk at every step, beside a bare loop
// over better-sqlite3 that makes the same number of commits with as many bytes.
//
//   npm run bench -- [--items 2000] [--json]
//
// One item is one execution of a narrative of three acts with a model that answers at once. The floor commits, for each
// item, as often as the engine does; with several in flight it puts those of a round into one commit, which is the best
// that group commit could do.

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { ulid } from 'ulid'
import { createRunner } from '../actors/runner.ts'
import type { Services } from '../actors/services.ts'
import type { Model } from '../models/model.ts'
import type { loadNarrative } from '../narratives/load-file.ts'
import { parseNarrativeFile } from '../narratives/parse-file.ts'
import { openStore } from '../store/open-store.ts'
import { startSystem, systemClock } from '../supervisor/index.ts'

const NARRATIVE = `
[narrative]
name = "three_steps"
description = "Three steps"
skip_content_generation = true

[toc]
order = ["one", "two", "three"]

[acts]
one = "Step one."
two = "Step two: {{one}}"
three = "Step three: {{two}}"
`

const model: Model = {
  provider: 'none',
  name: 'zero',
  ask: async () => ({
    text: 'An answer.',
    finishReason: 'stop',
    usage: { input: 10, output: 3 },
    provider: 'none',
    model: 'zero',
    costUsd: 0,
    durationMs: 0,
  }),
}

interface Figures {
  readonly inFlight: number
  readonly itemsPerSecond: number
  readonly cpuMsPerItem: number
  readonly bytesPerItem: number
  readonly commitsPerItem: number
  readonly rssMb: number
}

const { values } = parseArgs({ options: { items: { type: 'string', default: '2000' }, json: { type: 'boolean' } } })
const items = Number(values.items)
const results = []
for (const inFlight of [1, 32]) {
  const engine = await measureEngine(items, inFlight)
  const floor = measureFloor(items, inFlight, engine)
  results.push({ engine, floor, ratio: engine.itemsPerSecond / floor.itemsPerSecond })
}
if (values.json) console.log(JSON.stringify(results))
else
  for (const line of results.flatMap(({ engine, floor, ratio }) => [
    told('engine', engine),
    told('floor', floor),
    `ratio   ${ratio.toFixed(2)}`,
  ]))
    console.log(line)

async function measureEngine(count: number, inFlight: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-bench-'))
  const path = join(folder, 'bench.db')
  let commits = 0
  const store = openStore(path, { onQuery: (_, __, { transaction }) => void (transaction === 'commit' && commits++) })
  const { file } = parseNarrativeFile(NARRATIVE, join(folder, 'three.toml'))
  if (file === undefined) throw new Error('The narrative of the benchmark does not parse.')
  const narrative = [...file.narratives.values()][0]!
  const loaded: ReturnType<typeof loadNarrative> = { file, narrative }
  const services: Services = {
    store,
    findModel: () => model,
    platformsFor: () => {
      throw new Error('The benchmark has no platforms.')
    },
    loadNarrative: () => loaded,
    loadNested: () => loaded,
    findFile: () => undefined,
    env: () => undefined,
    clock: systemClock,
    processId: process.pid,
    newId: ulid,
    limited: (each) => each,
    refusalOf: () => undefined,
    retry: { maxRestarts: 0, minMs: 1, maxMs: 1 },
    onProgress: () => {},
  }
  const runner = createRunner(services)
  const system = await startSystem({ id: '', strategy: 'one_for_one', children: [runner.spec] })
  for (let warm = 0; warm < 50; warm++) await runner.run({ file: 'three.toml' })

  commits = 0
  const bytes = bytesOf(store, path)
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  let left = count
  const workers = Array.from({ length: inFlight }, async () => {
    while (left-- > 0) {
      const { status, error } = await runner.run({ file: 'three.toml' })
      if (status !== 'completed') throw new Error(`An item failed: ${error?.message}`)
    }
  })
  await Promise.all(workers)
  const figures = figuresOf({ count, inFlight, startedAt, cpu, bytes: bytesOf(store, path) - bytes, commits })
  await system.stop()
  store.close()
  rmSync(folder, { recursive: true, force: true })
  return figures
}

/** As many commits, each with its share of the bytes; with several in flight, theirs together. */
function measureFloor(count: number, inFlight: number, like: Figures): Figures {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-floor-'))
  const path = join(folder, 'floor.db')
  const connection = new Database(path)
  connection.pragma('journal_mode = wal')
  connection.pragma('synchronous = full')
  connection.exec('create table journal (item integer, step integer, data text, primary key (item, step)) strict')
  const insert = connection.prepare('insert into journal values (?, ?, ?)')
  const steps = Math.max(1, Math.round(like.commitsPerItem))
  const data = 'x'.repeat(Math.max(1, Math.round(like.bytesPerItem / steps)))
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  const round = connection.transaction((from: number, to: number, step: number) => {
    for (let item = from; item < to; item++) insert.run(item, step, data)
  })
  for (let from = 0; from < count; from += inFlight) {
    for (let step = 0; step < steps; step++) round.immediate(from, Math.min(from + inFlight, count), step)
  }
  connection.pragma('wal_checkpoint(truncate)')
  const figures = figuresOf({
    count,
    inFlight,
    startedAt,
    cpu,
    bytes: statSync(path).size,
    commits: (steps * count) / inFlight,
  })
  connection.close()
  rmSync(folder, { recursive: true, force: true })
  return figures
}

function bytesOf(store: ReturnType<typeof openStore>, path: string): number {
  store.maintenance.checkpoint()
  return statSync(path).size
}

function figuresOf(run: {
  readonly count: number
  readonly inFlight: number
  readonly startedAt: number
  readonly cpu: NodeJS.CpuUsage
  readonly bytes: number
  readonly commits: number
}): Figures {
  const seconds = (performance.now() - run.startedAt) / 1_000
  const { user, system } = process.cpuUsage(run.cpu)
  return {
    inFlight: run.inFlight,
    itemsPerSecond: run.count / seconds,
    cpuMsPerItem: (user + system) / 1_000 / run.count,
    bytesPerItem: run.bytes / run.count,
    commitsPerItem: run.commits / run.count,
    rssMb: process.memoryUsage.rss() / 1024 / 1024,
  }
}

function told(name: string, { inFlight, ...figures }: Figures): string {
  const { itemsPerSecond, cpuMsPerItem, bytesPerItem, commitsPerItem, rssMb } = figures
  return [
    name.padEnd(7),
    `${inFlight} in flight`.padEnd(14),
    `${itemsPerSecond.toFixed(0)} items/s`.padEnd(15),
    `${cpuMsPerItem.toFixed(2)} ms CPU`.padEnd(13),
    `${(bytesPerItem / 1024).toFixed(1)} KB`.padEnd(9),
    `${commitsPerItem.toFixed(1)} commits`.padEnd(14),
    `${rssMb.toFixed(0)} MB`,
  ].join(' ')
}
