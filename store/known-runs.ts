// Known runs: what is kept in memory of executions and their acts, between the writes that ask for it.
//
//   W1. It is never older than the file: it is forgotten with what is undone, and when others have changed the file (D5).
//   W2. Of a run that began here it is the whole: an act that is not known was never begun, and rows are claimed or not.

import type { Db } from './database.ts'
import type { ActKey, ActStatus } from './store.ts'

/** The event that an act or execution began with, and its trace. */
export interface Beginning {
  readonly eventId: number | null
  readonly traceparent: string | null
}

/** An act without what was said, which can be long. */
export interface ActState extends Beginning {
  readonly status: ActStatus
  readonly attempts: number
  readonly interrupted: number
  readonly startedAt: number
}

export interface NewRun extends Beginning {
  readonly correlationId: string | null
  readonly bot: string | null
  /** That of the execution around it, where it has none itself. */
  readonly rootBot: string | null
}

export interface Run extends NewRun {
  readonly beganHere: boolean
  /** By their keys; undefined of one that has begun, and of which no more is known. */
  readonly acts: Map<string, ActState | undefined>
  /** Of a top-level execution: false where it is known that it has claimed no row. */
  mayHaveClaimed: boolean
}

/** The top-level execution that an execution belongs to. */
export function rootOf(executionId: string): string {
  const end = executionId.indexOf('/')
  return end < 0 ? executionId : executionId.slice(0, end)
}

/** What is asked of an execution with everything that happens in it. */
export function runOf(db: Db, executionId: string): Run | undefined {
  const known = knownRun(db, executionId)
  if (known !== undefined) return known
  const row = db.get<NewRun>(
    `select correlation_id as correlationId, event_id as eventId, traceparent, bot,
       coalesce(bot, (select bot from executions where id = @root)) as rootBot
      from executions where id = @executionId`,
    { executionId, root: rootOf(executionId) },
  )
  if (row === undefined) return undefined
  const run = { ...row, beganHere: false, acts: new Map(), mayHaveClaimed: true }
  db.known.set(executionId, run)
  return run
}

/** Without a look into the file. */
export function knownRun(db: Db, executionId: string): Run | undefined {
  return db.known.get(executionId) as Run | undefined
}

/** W2. Of one that begins in this write. */
export function knowNewRun(db: Db, executionId: string, run: NewRun): void {
  db.known.set(executionId, { ...run, beganHere: true, acts: new Map(), mayHaveClaimed: false } satisfies Run)
}

/** Nothing more is told of it, or something else from now on. */
export function forgetRun(db: Db, executionId: string): void {
  db.known.delete(executionId)
}

/** Undefined of an act that was never begun. */
export function stateOfAct(db: Db, { executionId, key }: ActKey): ActState | undefined {
  const run = runOf(db, executionId)
  const known = run?.acts.get(key)
  if (known !== undefined) return known
  if (run?.beganHere && !run.acts.has(key)) return undefined
  const state = db.get<ActState>(
    `select status, attempts, interrupted, started_at as startedAt, event_id as eventId, traceparent from act_executions
      where execution_id = @executionId and key = @key`,
    { executionId, key },
  )
  if (state !== undefined) run?.acts.set(key, state)
  return state
}

/** @param state undefined where it has to be read again */
export function knowAct(db: Db, { executionId, key }: ActKey, state: ActState | undefined): void {
  knownRun(db, executionId)?.acts.set(key, state)
}
