// Run case: one case of a test, with the real engine on a database of its own that is thrown away afterwards.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProgressEvent } from '../../actors/progress.ts'
import type { RunReport } from '../../actors/runner.ts'
import type { Config } from '../../config/config.ts'
import { BotticelliError, CODES, type Place, serializeError } from '../../errors.ts'
import type { JsonObject } from '../../json.ts'
import { inferColumns } from '../../narratives/columns.ts'
import { parseNarrativeFile } from '../../narratives/parse-file.ts'
import type { TestCase, TestFile } from '../../narratives/testing/test-file.ts'
import { openRuns, type Runs } from '../../server/runs.ts'
import type { Clock } from '../../supervisor/index.ts'
import { readText } from '../narrative-files.ts'
import { createCaseClock } from './case-clock.ts'
import { type Failure, judge } from './judge.ts'
import type { Tape } from './tape.ts'

/** What is played needs no waiting for, except where a timer orders two things. */
const REPLAY_SPEED = 1_000

/** Every way in which the case went otherwise than expected; none when it passed. */
export async function runCase(
  one: TestCase,
  { narrativeFile }: TestFile,
  tape: Tape,
  config: Config,
  signal: AbortSignal,
): Promise<readonly Failure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'botticelli-test-'))
  try {
    const clock = createCaseClock(tape.startsAt, tape.asks ? 1 : REPLAY_SPEED)
    const app = await openRuns(sealed(config, join(folder, 'test.db'), one, tape), {
      outside: { clock, models: (real) => tape.models(real), platforms: (real) => tape.platforms(real) },
    })
    try {
      furnish(one, app, tape.startsAt)
      return await runIn(app, one, { narrativeFile, tape, clock, signal })
    } finally {
      await app.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface World {
  readonly narrativeFile: string
  readonly tape: Tape
  readonly clock: Clock
  readonly signal: AbortSignal
}

async function runIn(app: Runs, one: TestCase, { narrativeFile, tape, clock, signal }: World) {
  const { vars: inputs, narrative } = one
  const events: ProgressEvent[] = []
  app.onProgress((event) => events.push(event))
  const run = { file: narrativeFile, inputs, signal, ...(narrative !== undefined && { narrative }) }
  const report = await app.run(run).catch(refused)
  signal.throwIfAborted()
  if (tape.mismatches.length > 0) {
    return tape.mismatches.map(({ act, ...each }) => {
      return { ...each, place: placeOfAct(act, narrativeFile) ?? one.place, fix: CODES[each.code].fix }
    })
  }
  return judge(one, { report, events, sent: tape.sent, store: app.store, now: clock.now() })
}

/** Undefined for an act of another file. */
function placeOfAct(name: string, narrativeFile: string): Place | undefined {
  const { file } = parseNarrativeFile(readText(narrativeFile), narrativeFile)
  const acts = [...(file?.narratives.values() ?? [])].flatMap((narrative) => narrative.acts)
  return acts.find((act) => act.name === name)?.place
}

/** A narrative that cannot be loaded, or that lacks an input, has failed before it began. */
function refused(thrown: unknown): RunReport {
  if (!(thrown instanceof BotticelliError)) throw thrown
  const nothing = {
    durationMs: 0,
    acts: 0,
    rows: [],
    inputTokens: 0,
    outputTokens: 0,
    costUsd: 0,
    unpriced: 0,
    lost: 0,
  }
  return { ...nothing, id: '', executionId: '', status: 'failed', narrative: '', error: serializeError(thrown) }
}

/** Nothing is posted, and nobody is told; without `asks` no provider and no platform is even known. */
function sealed(config: Config, database: string, { env }: TestCase, tape: Tape): Config {
  const { otlpEndpoint: _, ...telemetry } = config.telemetry
  const { token: __, ...anonymous } = config.discord
  return {
    ...config,
    database,
    media: { ...config.media, offline: !tape.asks },
    environment: env,
    posting: 'dry-run',
    discord: tape.asks ? config.discord : anonymous,
    telemetry: { ...telemetry, prometheus: undefined },
  }
}

/** The rows and the state that the case begins with. A row's `generated_at` is when it was stored. */
function furnish({ tables, state }: TestCase, { store }: Runs, now: number): void {
  const made = { narrative: 'test', act: 'test', executionId: 'test' }
  for (const [table, rows] of tables) {
    const columns = inferColumns(rows)
    for (const row of rows)
      store.content.insert({ ...made, table, columns, rows: [{ values: row }] }, storedAt(row, now))
  }
  for (const [key, value] of Object.entries(state)) store.state.set(key, value, now)
}

function storedAt({ generated_at: written }: JsonObject, now: number): number {
  const time = typeof written === 'string' ? Date.parse(written) : Number.NaN
  return Number.isNaN(time) ? now : time
}
