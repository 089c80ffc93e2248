// Keep result: stores what an act gave and completes the act, all at once (S3 of the store).

import { type Kept, retain } from '../narratives/retention.ts'
import { actCaptures } from '../narratives/state-captures.ts'
import type { InsertOutcome, NewRows } from '../store/store.ts'
import { log } from '../telemetry/log.ts'
import type { ActResult, ActTask, Asked, Gathered, StoredRows } from './act-task.ts'
import { contentRows } from './content-rows.ts'
import { scoresOf } from './content-scores.ts'
import { type Piece, sizeOf } from './conversation.ts'
import { continueItem } from './item-trace.ts'
import { keptResult } from './kept.ts'
import type { Services } from './services.ts'
import { timed } from './table-time.ts'

export async function keepResult(
  task: ActTask,
  gathered: Gathered,
  asked: Asked | undefined,
  services: Services,
): Promise<ActResult> {
  const { journal } = services.store
  const result = resultOf(task, gathered, asked)
  const rows = contentRows(task, gathered, result.response, asked?.answer.model, services)
  const at = services.clock.now()
  const complete = () =>
    journal.complete(
      { executionId: task.executionId, key: task.key },
      {
        result: keptResult(result, gathered, asked),
        pulled: gathered.pulled,
        state: actCaptures(task.act, result.response),
        at,
        ...(rows !== undefined && { rows }),
      },
    )
  const outcome = rows === undefined ? complete() : timed('write', rows.table, complete)
  if (rows === undefined || outcome === undefined) return result
  tellStored(task, rows, outcome, services)
  return { ...result, rows: [told(task, outcome)] }
}

function resultOf(task: ActTask, gathered: Gathered, asked: Asked | undefined): ActResult {
  const answer = asked?.answer
  const response = answer?.text ?? gathered.response
  const item = takenUp(gathered)
  const itemRow = gathered.read.length === 1 ? gathered.read[0]?.ref : undefined
  const turns =
    answer === undefined
      ? []
      : [
          { role: 'user' as const, pieces: keptPieces(task, gathered) },
          { role: 'assistant' as const, text: response },
        ]
  return {
    response,
    turns,
    asked: answer !== undefined,
    tables: gathered.tables,
    read: gathered.read,
    rows: [],
    ...used(asked),
    ...(answer?.cached && { cached: true as const }),
    ...(item !== undefined && { item }),
    ...(itemRow !== undefined && { itemRow }),
  }
}

/** By all answers of the act, those included that could not be used. The cost is known if that of any is. */
function used(asked: Asked | undefined): Pick<ActResult, 'inputTokens' | 'outputTokens' | 'costUsd'> {
  const answers = asked === undefined ? [] : [asked.answer, ...asked.refused.map(({ answer }) => answer)]
  let inputTokens = 0
  let outputTokens = 0
  let costUsd: number | undefined
  for (const answer of answers) {
    inputTokens += answer.inputTokens
    outputTokens += answer.outputTokens
    if (answer.costUsd !== undefined) costUsd = (costUsd ?? 0) + answer.costUsd
  }
  return { inputTokens, outputTokens, ...(costUsd !== undefined && { costUsd }) }
}

/** An act that reads one row takes that item up: what its execution does from here on belongs to the item's trace. */
function takenUp({ read }: Gathered): string | undefined {
  const [row, ...others] = read
  if (row?.traceparent === undefined || others.length > 0) return undefined
  return continueItem(row.ref.table, row.traceparent)
}

/** What stays of the user message after the act (narrative format, section 16). */
function keptPieces(task: ActTask, gathered: Gathered): Piece[] {
  const pieces: Piece[] = []
  for (const { piece, input } of gathered.pieces) {
    const origin = task.act.inputs[input]
    const kept: Kept = origin === undefined ? { keep: 'full' } : retain(origin, sizeOf(piece))
    if (kept.keep === 'full') pieces.push(piece)
    else if (kept.keep === 'summary') pieces.push({ type: 'text', text: kept.text })
  }
  return pieces
}

function told({ narrative, act }: ActTask, { table, stored, skipped, warnings }: InsertOutcome): StoredRows {
  const at = { narrative: narrative.key, act: act.name, table }
  for (const { index, reason } of skipped) log('content.skipped', { ...at, index, reason })
  for (const warning of warnings) log('content.warning', { ...at, warning })
  if (stored > 0) log('content.generated', { ...at, count: stored, skipped: skipped.length })
  return { table, stored, skipped: skipped.length }
}

function tellStored(
  { executionId, narrative, act }: ActTask,
  { rows }: NewRows,
  stored: InsertOutcome,
  services: Services,
) {
  services.onProgress({
    type: 'content.stored',
    executionId,
    narrative: narrative.key,
    act: act.name,
    table: stored.table,
    scores: rows.flatMap(({ values }, index) => (stored.ids[index] === undefined ? [] : scoresOf(values))),
    flagged: stored.skipped.flatMap(({ why }) => why ?? []),
    warnings: stored.warnings.length,
  })
}
