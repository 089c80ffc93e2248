// Journal of acts: what each act of an execution was asked, answered and gave.
//
//   J1. An act only moves forward: running, answered, completed; `failed` may begin again, `completed` is for ever.
//   J2. The answer and its line in the ledger are one write (S2). The answer outlives a failure of its act.
//   J3. Rows, deletions and completion are one write (S3).

import type { SerializedError } from '../errors.ts'
import type { Json, JsonObject } from '../json.ts'
import { eventError } from '../telemetry/domain-event-table.ts'
import { releaseAct } from './claims.ts'
import { deleteRows } from './content/delete-rows.ts'
import { withFailureNoted } from './content/generations.ts'
import { insertRows } from './content/insert-rows.ts'
import { tellRows } from './content/tell-rows.ts'
import type { Db } from './database.ts'
import { tellOfRun } from './events.ts'
import { type ActState, type Beginning, knowAct, stateOfAct } from './known-runs.ts'
import { addToLedger } from './ledger.ts'
import { fromText, present, toText } from './row.ts'
import { setState } from './state.ts'
import type { ActKey, ActRecord, ActStatus, InsertOutcome, Journal, StoredAnswer } from './store.ts'
import { StoreError } from './store-error.ts'
import { takeOver } from './take-over.ts'

interface ActRow {
  executionId: string
  key: string
  act: string
  sequence: number
  status: ActStatus
  attempts: number
  prompt: string | null
  answer: string | null
  result: string | null
  rowsStored: number
  traceparent: string | null
  interrupted: number
  error: string | null
  startedAt: number
  endedAt: number | null
}

const COLUMNS = `execution_id as executionId, key, act, sequence, status, attempts, prompt, answer, result,
  rows_stored as rowsStored, traceparent, interrupted, error, started_at as startedAt, ended_at as endedAt`

export function openJournal(db: Db): Journal {
  return {
    begin: (act) => db.join('journal.begin', () => begin(db, act)),
    find: (act) => db.look('journal.find', () => find(db, act)),
    acts: (executionId) => db.look('journal.acts', () => acts(db, executionId)),
    noteLost: (act, lost) => db.join('journal.noteLost', () => noteLost(db, act, lost)),
    saveAnswer: (act, saved) => db.join('journal.saveAnswer', () => saveAnswer(db, act, saved)),
    complete: (act, end) =>
      withFailureNoted(db, end.rows, end.at, () => db.join('journal.complete', () => complete(db, act, end))),
    takeOver: (from, to, path, at) => db.write('journal.takeOver', () => takeOver(db, from, to, path, at)),
    fail: (act, end) => db.join('journal.fail', () => fail(db, act, end)),
  }
}

function begin(db: Db, act: Parameters<Journal['begin']>[0]): ActRecord {
  const before = stateOfAct(db, act)
  if (before === undefined) return beginFirst(db, act)
  if (before.status === 'completed') return known(db, act)
  const { executionId, key, first = false, traceparent = before.traceparent } = act
  const attempts = before.attempts + 1
  const eventId = tellBeginning(db, act, attempts, { ...before, traceparent })
  db.run(
    `update act_executions set
       attempts = @attempts,
       interrupted = interrupted or (@first and status = 'running'),
       status = iif(answer is null, 'running', 'answered'), -- never pay for it again (P2)
       traceparent = @traceparent,
       event_id = @eventId,
       error = null,
       ended_at = null
      where execution_id = @executionId and key = @key`,
    { executionId, key, attempts, first: Number(first), traceparent, eventId },
  )
  knowAct(db, act, undefined)
  return known(db, act)
}

function beginFirst(db: Db, act: Parameters<Journal['begin']>[0]): ActRecord {
  const { executionId, key, act: name, sequence, traceparent, at } = act
  const eventId = tellBeginning(db, act, 1, { eventId: null, traceparent: traceparent ?? null })
  db.run(
    `insert into act_executions (execution_id, key, act, sequence, status, attempts, traceparent, event_id, started_at)
     values (@executionId, @key, @name, @sequence, 'running', 1, @traceparent, @eventId, @at)`,
    { executionId, key, name, sequence, traceparent, eventId, at },
  )
  const status = 'running' as const
  knowAct(db, act, { status, attempts: 1, interrupted: 0, startedAt: at, eventId, traceparent: traceparent ?? null })
  const record = { executionId, key, act: name, sequence, status, attempts: 1, rowsStored: 0, startedAt: at }
  return { ...record, ...(traceparent !== undefined && { traceparent }) }
}

/** What the act brings about from here on was brought about by this attempt. */
function tellBeginning(
  db: Db,
  { executionId, key, at }: Parameters<Journal['begin']>[0],
  attempt: number,
  before: Beginning,
): number {
  return tellOfRun(db, { type: 'act.started', at, executionId, key, data: { attempt } }, before)
}

function find(db: Db, { executionId, key }: ActKey): ActRecord | undefined {
  const row = db.get<ActRow>(`select ${COLUMNS} from act_executions where execution_id = @executionId and key = @key`, {
    executionId,
    key,
  })
  return row && toRecord(row)
}

function acts(db: Db, executionId: string): readonly ActRecord[] {
  return db
    .all<ActRow>(`select ${COLUMNS} from act_executions where execution_id = @executionId order by rowid`, {
      executionId,
    })
    .map(toRecord)
}

/** A call that was made is in the ledger whatever became of its act; the answer of a completed act stays as it is. */
function saveAnswer(db: Db, act: ActKey, saved: { prompt: Json; answer: StoredAnswer; at: number }): void {
  const state = stateOf(db, act)
  addToLedger(db, act, { ...saved, repeated: state.interrupted === 1 })
  if (state.status !== 'completed') knowAct(db, act, { ...state, status: 'answered', interrupted: 0 })
  db.run(
    `update act_executions set status = 'answered', interrupted = 0, prompt = @prompt, answer = @answer
      where execution_id = @executionId and key = @key and status <> 'completed'`,
    { executionId: act.executionId, key: act.key, prompt: toText(saved.prompt), answer: toText(saved.answer) },
  )
  const { provider, model, inputTokens, outputTokens, durationMs, finishReason, costUsd } = saved.answer
  const data = {
    provider,
    model,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    duration_ms: durationMs,
    finish_reason: finishReason,
    cost_usd: costUsd,
  }
  tellOfRun(db, { type: 'model.answered', at: saved.at, executionId: act.executionId, key: act.key, data }, state)
}

/** The next call of the act is none that may have been made before. */
function noteLost(db: Db, act: ActKey, lost: Parameters<Journal['noteLost']>[1]): void {
  const state = stateOf(db, act)
  addToLedger(db, act, { ...lost, repeated: state.interrupted === 1 })
  knowAct(db, act, { ...state, interrupted: 0 })
  db.run('update act_executions set interrupted = 0 where execution_id = @executionId and key = @key', {
    executionId: act.executionId,
    key: act.key,
  })
  const { provider, model, inputTokens, outputTokens, durationMs, costUsd } = lost.answer
  const data = {
    provider,
    model,
    ending: lost.ending,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    duration_ms: durationMs,
    cost_usd: costUsd,
  }
  tellOfRun(db, { type: 'model.lost', at: lost.at, executionId: act.executionId, key: act.key, data }, state)
}

/** Done once: made again, it stores nothing and gives the outcome of the first time. */
function complete(db: Db, act: ActKey, end: Parameters<Journal['complete']>[1]): InsertOutcome | undefined {
  const state = stateOf(db, act)
  if (state.status === 'completed') return outcomeOf(db, act)
  const outcome = end.rows && insertRows(db, end.rows, end.at)
  if (end.rows && outcome) tellRows(db, end.rows, outcome, end.at, act.key)
  for (const pulled of end.pulled ?? []) deleteRows(db, pulled)
  releaseAct(db, act)
  for (const [key, value] of end.state ?? []) setState(db, key, value, end.at)
  db.run(
    `update act_executions set status = 'completed', result = @result, rows_stored = @rowsStored, outcome = @outcome,
       error = null, ended_at = @at
      where execution_id = @executionId and key = @key`,
    {
      executionId: act.executionId,
      key: act.key,
      result: toText(end.result),
      rowsStored: outcome?.stored ?? 0,
      outcome: toText(outcome),
      at: end.at,
    },
  )
  const data = { duration_ms: end.at - state.startedAt, rows: outcome?.stored ?? 0 }
  knowAct(db, act, undefined)
  tellOfRun(db, { type: 'act.completed', at: end.at, executionId: act.executionId, key: act.key, data }, state)
  return outcome
}

function fail(db: Db, act: ActKey, end: { error: SerializedError; at: number }): void {
  const { startedAt } = stateOf(db, act)
  const { changes } = db.run(
    `update act_executions set status = 'failed', error = @error, ended_at = @at
      where execution_id = @executionId and key = @key and status <> 'completed'`,
    { executionId: act.executionId, key: act.key, error: toText(end.error), at: end.at },
  )
  if (changes === 0) return
  knowAct(db, act, undefined)
  const data = { duration_ms: end.at - startedAt, error: eventError(end.error) }
  tellOfRun(db, { type: 'act.failed', at: end.at, executionId: act.executionId, key: act.key, data })
}

function outcomeOf(db: Db, { executionId, key }: ActKey): InsertOutcome | undefined {
  const row = db.get<{ outcome: string | null }>(
    `select outcome from act_executions where execution_id = @executionId and key = @key`,
    { executionId, key },
  )
  const outcome = fromText<InsertOutcome>(row?.outcome ?? null)
  return outcome && { ...outcome, ids: outcome.ids.map((id) => id ?? undefined) }
}

function stateOf(db: Db, act: ActKey): ActState {
  return stateOfAct(db, act) ?? unknown(act)
}

function known(db: Db, act: ActKey): ActRecord {
  return find(db, act) ?? unknown(act)
}

function unknown(act: ActKey): never {
  throw new StoreError('unknown-record', `The act ${act.key} of execution ${act.executionId} was never begun.`)
}

function toRecord(row: ActRow): ActRecord {
  return present<ActRecord>({
    ...row,
    interrupted: row.interrupted === 1 || undefined,
    prompt: fromText<Json>(row.prompt),
    answer: fromText<StoredAnswer>(row.answer),
    result: fromText<JsonObject>(row.result),
    error: fromText<SerializedError>(row.error),
  })
}
