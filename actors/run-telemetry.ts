// Run telemetry: turns the stream of progress into metrics and log lines, so that nothing that runs has to.

import { count, record } from '../telemetry/instruments.ts'
import { log } from '../telemetry/log.ts'
import type { ActPosition, ExecutionPosition, ProgressEvent } from './progress.ts'

/** Called inside the span of what the event tells of. */
export function recordProgress(event: ProgressEvent): void {
  switch (event.type) {
    case 'execution.started':
      count('botticelli.narrative.started', { narrative: event.narrative, trigger: event.trigger })
      log('narrative.started', {
        ...execution(event),
        act_count: event.acts.length,
        has_carousel: event.iterations !== undefined,
        trigger: event.trigger,
      })
      break
    case 'execution.completed':
      ended(event, 'ok')
      log('narrative.completed', { ...execution(event), duration_ms: event.durationMs })
      break
    case 'execution.failed':
      ended(event, 'error')
      count('botticelli.narrative.failures', { narrative: event.narrative, error_type: event.errorType })
      log('narrative.failed', { ...execution(event), err: event.error })
      break
    case 'act.started':
      if (event.attempt === 1) count('botticelli.act.started', labels(event))
      log('act.started', { ...act(event), attempt: event.attempt })
      break
    case 'act.completed':
      if (event.replayed) {
        log('act.replayed', act(event))
        break
      }
      actEnded(event, 'ok')
      if (event.table !== undefined && event.rowsStored > 0) {
        count(
          'botticelli.content.generated',
          { narrative: event.narrative, bot: event.bot ?? 'none' },
          event.rowsStored,
        )
      }
      log('act.completed', { ...act(event), duration_ms: event.durationMs })
      break
    case 'act.failed':
      if (!event.willRetry) actEnded(event, 'error')
      log('act.failed', { ...act(event), err: event.error, will_retry: event.willRetry })
      break
    case 'command.done':
      break
  }
}

function ended(event: ExecutionPosition & { readonly durationMs: number }, outcome: 'ok' | 'error'): void {
  count('botticelli.narrative.executions', { narrative: event.narrative, outcome })
  record('botticelli.narrative.duration', event.durationMs / 1000, { narrative: event.narrative, outcome })
}

function actEnded(event: ActPosition & { readonly durationMs: number }, outcome: 'ok' | 'error'): void {
  count('botticelli.act.completed', { ...labels(event), outcome })
  record('botticelli.act.duration', event.durationMs / 1000, { act_type: event.actType, outcome })
}

function labels({ narrative, act, actType }: ActPosition) {
  return { narrative, act, act_type: actType }
}

function execution({ id, narrative, bot }: ExecutionPosition) {
  return { execution: id, narrative, ...(bot !== undefined && { bot }) }
}

function act({ executionId, narrative, bot, act }: ActPosition) {
  return { execution: executionId, narrative, act, ...(bot !== undefined && { bot }) }
}
