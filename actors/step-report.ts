// Step report: what a step tells the stream of progress when it begins, ends or fails.

import { serializeError } from '../errors.ts'
import { errorTypeOf } from '../telemetry/error-type.ts'
import type { ActResult } from './act-task.ts'
import type { StepTask } from './execution.ts'
import type { ActPosition } from './progress.ts'
import type { Services } from './services.ts'

export function reportStart(task: StepTask, services: Services, attempt: number): void {
  const model = task.plan.model ?? task.step.act.settings.model
  services.onProgress({
    type: 'act.started',
    inputs: task.step.act.inputs.length,
    ...positionOf(task),
    attempt,
    ...(task.step.type === 'model' && model !== undefined && { model }),
  })
}

export function reportEnd(task: StepTask, services: Services, result: ActResult, durationMs: number): void {
  completed(task, services, result, { durationMs, replayed: false })
}

export function reportReplay(task: StepTask, services: Services, result: ActResult): void {
  completed(task, services, result, { durationMs: 0, replayed: true })
}

export function reportSkip(task: StepTask, services: Services): void {
  services.onProgress({ type: 'act.skipped', ...positionOf(task) })
}

export function reportFailure(
  task: StepTask,
  services: Services,
  thrown: unknown,
  { durationMs, willRetry }: { readonly durationMs: number; readonly willRetry: boolean },
): void {
  const error = serializeError(thrown)
  const errorType = errorTypeOf(thrown)
  services.onProgress({ type: 'act.failed', ...positionOf(task), durationMs, error, errorType, willRetry })
}

function completed(
  task: StepTask,
  services: Services,
  { rows, read, response, inputTokens, outputTokens, costUsd, cached }: ActResult,
  how: { readonly durationMs: number; readonly replayed: boolean },
): void {
  const own = task.step.act.composes === undefined ? rows[0] : undefined
  services.onProgress({
    type: 'act.completed',
    ...positionOf(task),
    ...how,
    inputTokens,
    outputTokens,
    cached: cached === true,
    outputChars: response.length,
    read: [...task.knowledge.read, ...read].map(({ ref }) => ref),
    rowsStored: own?.stored ?? 0,
    ...(costUsd !== undefined && { costUsd }),
    ...(own !== undefined && { table: own.table }),
  })
}

function positionOf({ plan, step, total }: StepTask): ActPosition {
  return {
    executionId: plan.id,
    narrative: plan.narrative.key,
    act: step.act.name,
    key: step.key,
    actType: step.type,
    index: step.sequence,
    total,
    ...(step.group !== undefined && { group: step.group }),
    ...(plan.bot !== undefined && { bot: plan.bot }),
  }
}
