// Run log: turns the stream of progress into log lines, so that nothing that runs has to.

import { SCORE_KINDS } from '../telemetry/instrument-table.ts'
import { log } from '../telemetry/log.ts'
import type { Score } from './content-scores.ts'
import type { ActPosition, ExecutionPosition, ProgressEvent, ProgressListener } from './progress.ts'

/** @param approved table of what was approved @returns what is called inside the span of what the event tells of */
export function runLog({ approved }: { readonly approved: string }): ProgressListener {
  const scores = openScores()
  return (event) => {
    logProgress(event, scores)
    if (event.type !== 'act.completed' || event.replayed || event.table !== approved || event.rowsStored === 0) return
    log('content.curated', { ...act(event), selected: event.rowsStored, evaluated: event.read.length })
  }
}

function logProgress(event: ProgressEvent, scores: Scores): void {
  switch (event.type) {
    case 'execution.started':
      log('narrative.started', {
        ...execution(event),
        act_count: event.acts.length,
        has_carousel: event.acts.length === 0,
        trigger: event.trigger,
      })
      if (event.iteration !== undefined) {
        const { narrative, iteration, iterations } = event
        log('carousel.iteration', { narrative, iteration, iterations })
      }
      break
    case 'execution.completed':
      log('narrative.completed', {
        ...execution(event),
        duration_ms: event.durationMs,
        acts_completed: event.acts,
        cost_usd: event.costUsd,
        ...scores.take(event.id),
      })
      break
    case 'execution.failed':
      scores.take(event.id)
      log('narrative.failed', { ...execution(event), err: event.error })
      break
    case 'act.started':
      log('act.started', { ...act(event), input_count: event.inputs, attempt: event.attempt })
      break
    case 'act.completed':
      if (event.replayed) log('act.replayed', act(event))
      else log('act.completed', { ...act(event), duration_ms: event.durationMs, output_length: event.outputChars })
      break
    case 'act.skipped':
      log('act.skipped', act(event))
      break
    case 'act.failed':
      log('act.failed', { ...act(event), err: event.error, will_retry: event.willRetry })
      break
    case 'answer.processed':
      if (event.outcome === 'repaired') log('json.repaired', { ...answer(event), repairs: event.repairs })
      if (event.outcome === 'failure') log('json.failed', { ...answer(event), err: event.error })
      break
    case 'answer.refused':
      log('json.refused', { ...answer(event), problem: event.problem, asks_again: event.asksAgain })
      break
    case 'answer.looked_up':
      if (event.found) log('llm.given_again', answer(event))
      break
    case 'act.measured':
      for (const problem of event.problems) log('metric.left_out', { ...answer(event), problem })
      break
    case 'content.stored':
      scores.add(event)
      break
    case 'answer.accepted':
    case 'answer.text':
    case 'command.done':
      break
  }
}

/** What the content of the executions in progress was scored, for the line of their end. */
interface Scores {
  add(event: Extract<ProgressEvent, { type: 'content.stored' }>): void
  /** The means, which are forgotten. */
  take(executionId: string): { readonly quality?: number; readonly confidence?: number }
}

function openScores(): Scores {
  const given = new Map<string, Score[]>()
  return {
    add({ executionId, scores }) {
      if (scores.length > 0) given.set(executionId, [...(given.get(executionId) ?? []), ...scores])
    },
    take(executionId) {
      const scores = given.get(executionId) ?? []
      given.delete(executionId)
      const means = SCORE_KINDS.flatMap((kind) => {
        const values = scores.filter((score) => score.kind === kind).map(({ value }) => value)
        return values.length === 0 ? [] : [[kind, values.reduce((sum, value) => sum + value, 0) / values.length]]
      })
      return Object.fromEntries(means)
    },
  }
}

function execution({ id, narrative, bot }: ExecutionPosition) {
  return { execution: id, narrative, ...(bot !== undefined && { bot }) }
}

function act({ executionId, narrative, bot, act }: ActPosition) {
  return { execution: executionId, narrative, act, ...(bot !== undefined && { bot }) }
}

function answer({ executionId, narrative, act }: { executionId: string; narrative: string; act: string }) {
  return { execution: executionId, narrative, act }
}
