// Run test file: all cases of one, each on its own tape, and what was recorded of them.
//
//   R1. A cassette is replaced whole. Of a run that broke off every answer is kept: it was paid for.

import { existsSync, renameSync, writeFileSync } from 'node:fs'
import type { Config } from '../../config/config.ts'
import { type Cassette, parseCassette, type Recording, writeCassette } from '../../narratives/testing/cassette.ts'
import type { TestFile } from '../../narratives/testing/test-file.ts'
import { readText } from '../narrative-files.ts'
import type { Failure } from './judge.ts'
import { runCase } from './run-case.ts'
import { Tape, type TapeMode } from './tape.ts'

export interface FileResult {
  readonly file: TestFile
  readonly cases: readonly CaseResult[]
  /** Names of cases that were recorded and are not there any more. */
  readonly forgotten: readonly string[]
  /** True if there are new recordings. */
  readonly written: boolean
}

export interface CaseResult {
  readonly name: string
  readonly durationMs: number
  readonly failures: readonly Failure[]
  /** Recordings that nobody asked for. */
  readonly unused: readonly string[]
}

interface Wanted {
  readonly mode: TapeMode
  /** Only cases whose name contains it. */
  readonly only?: string
  readonly signal: AbortSignal
  /** Epoch ms. */
  now(): number
}

/** @throws NarrativeError `bad-cassette`; the signal's reason when it is aborted */
export async function runTestFile(file: TestFile, config: Config, wanted: Wanted): Promise<FileResult> {
  const { mode, only = '', now, signal } = wanted
  const before = readCassette(file.cassette)
  const recordings = new Map(before)
  const cases: CaseResult[] = []
  for (const one of file.cases.filter(({ name }) => name.includes(only))) {
    signal.throwIfAborted()
    const startedAt = now()
    const tape = new Tape(mode, before.get(one.name), startedAt)
    const failures = await runCase(one, file, tape, config, signal)
    const unused = failures.length > 0 || mode !== 'replay' ? [] : tape.unused()
    cases.push({ name: one.name, durationMs: now() - startedAt, failures, unused })
    const isWhole = failures.every(({ code }) => code === 'expectation-failed')
    const recording = tape.recording(isWhole)
    if (recording !== undefined) recordings.set(one.name, recording)
  }
  const forgotten = [...before.keys()].filter((name) => !file.cases.some((one) => one.name === name))
  if (mode === 'replay') return { file, cases, forgotten, written: false }
  for (const name of forgotten) recordings.delete(name)
  return { file, cases, forgotten: [], written: saveCassette(file, recordings) }
}

function readCassette(path: string): Cassette {
  return existsSync(path) ? parseCassette(readText(path), path) : new Map()
}

/** In the order of the test. False when nothing has changed. */
function saveCassette({ cassette, cases }: TestFile, recordings: ReadonlyMap<string, Recording>): boolean {
  const ordered = cases.flatMap(({ name }) => {
    const recording = recordings.get(name)
    return recording === undefined ? [] : [[name, recording] as const]
  })
  const text = writeCassette(new Map(ordered))
  if (existsSync(cassette) ? readText(cassette) === text : ordered.length === 0) return false
  writeFileSync(`${cassette}.new`, text)
  renameSync(`${cassette}.new`, cassette)
  return true
}
