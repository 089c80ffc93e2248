// Pipeline engine: Botticelli at work on items of three steps, with a model that answers at once.
//
// One item is one execution of a narrative of three acts, durable at every step. Everything but the model is real.

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callsInFlight } from '../actors/calls-in-flight.ts'
import { newId } from '../actors/new-id.ts'
import { createRunner } from '../actors/runner.ts'
import type { Services } from '../actors/services.ts'
import { openMedia } from '../media/open-media.ts'
import type { Model } from '../models/model.ts'
import type { loadNarrative } from '../narratives/load-file.ts'
import { parseNarrativeFile } from '../narratives/parse-file.ts'
import { openStore } from '../store/open-store.ts'
import { startSystem, systemClock } from '../supervisor/index.ts'

export const THREE_STEPS = `
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

export interface PipelineEngine extends AsyncDisposable {
  /** Works on so many items, several at a time. */
  work(items: number, inFlight: number): Promise<void>
  /** Commits that were made so far. */
  commits(): number
  /** Of the database, with nothing left in its log. */
  sizeBytes(): number
}

export async function openEngine(): Promise<PipelineEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-bench-'))
  const path = join(folder, 'bench.db')
  let commits = 0
  const store = openStore(path, { onQuery: (_, __, { transaction }) => void (transaction === 'commit' && commits++) })
  const { file } = parseNarrativeFile(THREE_STEPS, join(folder, 'three.toml'))
  if (file === undefined) throw new Error('The narrative of the benchmark does not parse.')
  const loaded: ReturnType<typeof loadNarrative> = { file, narrative: [...file.narratives.values()][0]! }
  const services: Services = {
    store,
    findModel: () => model,
    platformsFor: () => {
      throw new Error('The benchmark has no platforms.')
    },
    loadNarrative: () => loaded,
    loadNested: () => loaded,
    findFile: () => undefined,
    media: openMedia({ maxBytes: 1, timeoutMs: 1, privateHosts: [], offline: true }),
    env: () => undefined,
    clock: systemClock,
    processId: process.pid,
    newId,
    paced: (model) => model,
    limited: (each) => each,
    refusalOf: () => undefined,
    retry: { maxRestarts: 0, minMs: 1, maxMs: 1 },
    onProgress: () => {},
    streams: false,
    calls: callsInFlight(systemClock),
  }
  const runner = createRunner(services)
  const system = await startSystem({ id: '', strategy: 'one_for_one', children: [runner.spec] })
  return {
    commits: () => commits,
    async work(items, inFlight) {
      let left = items
      const worker = async () => {
        while (left-- > 0) {
          const { status, error } = await runner.run({ file: 'three.toml' })
          if (status !== 'completed') throw new Error(`An item failed: ${error?.message}`)
        }
      }
      await Promise.all(Array.from({ length: inFlight }, worker))
    },
    sizeBytes() {
      store.maintenance.checkpoint()
      return statSync(path).size
    },
    async [Symbol.asyncDispose]() {
      await system.stop()
      store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

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
