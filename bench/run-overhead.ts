// Run overhead: what the engine adds to an act whose model answers at once.
//
// The floor is the least that P2 asks for: each answer flushed to the disk before it is used, by a bare SQLite.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { loadConfig } from '../config/load-config.ts'
import type { Model } from '../models/model.ts'
import { openRuns } from '../server/runs.ts'
import { systemClock } from '../supervisor/index.ts'
import { median } from './median.ts'

const ACTS = 40
const RUNS = 15
const TEXT = 'An answer of the usual length, with a few sentences in it. '.repeat(10)

const model: Model = {
  provider: 'none',
  name: 'zero',
  ask: async () => ({
    text: TEXT,
    finishReason: 'stop',
    usage: { input: 10, output: 150 },
    provider: 'none',
    model: 'zero',
    costUsd: 0,
    durationMs: 0,
  }),
}

/** Milliseconds an act, median over runs. */
export async function runOverhead(): Promise<{ readonly actMs: number; readonly floorMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-bench-'))
  try {
    return { actMs: await engine(folder), floorMs: floor(folder) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function engine(folder: string): Promise<number> {
  const names = Array.from({ length: ACTS }, (_, index) => `a${index}`)
  const acts = names.map((name, index) => `${name} = "Step ${index}: {{previous}}"`)
  const file = join(folder, 'acts.toml')
  const header = '[narrative]\nname = "acts"\nskip_content_generation = true\n'
  writeFileSync(file, `${header}toc = ${JSON.stringify(names)}\n[acts]\n${acts.join('\n')}\n`)
  const { config } = loadConfig({ cwd: folder, environment: {}, flags: {}, onTerminal: false })
  const outside = { clock: systemClock, models: () => ({ find: () => model }), platforms: <T>(real: T) => real }
  const app = await openRuns(config, { outside })
  const times: number[] = []
  try {
    for (let run = 0; run < RUNS; run += 1) {
      const start = performance.now()
      const { status } = await app.run({ file })
      if (status !== 'completed') throw new Error(`The run ${status}.`)
      times.push((performance.now() - start) / ACTS)
    }
  } finally {
    await app.stop()
  }
  return median(times)
}

function floor(folder: string): number {
  const db = new Database(join(folder, 'floor.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec('create table answers (id integer primary key, text text)')
  const insert = db.prepare('insert into answers (text) values (?)')
  const times = Array.from({ length: ACTS * RUNS }, () => {
    const start = performance.now()
    insert.run(TEXT)
    return performance.now() - start
  })
  db.close()
  return median(times)
}
