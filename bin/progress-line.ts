// Progress line: what one event of a run looks like. Pure.

import type { ProgressEvent } from '../actors/progress.ts'
import { duration, grouped, money, plural } from './figures.ts'
import type { Paint } from './io.ts'
import { oneLine } from './plain-text.ts'

/**
 * The line for an event, or none for one that changes nothing a person wants to read.
 *
 * @param columns of the terminal: an error, which the report says in full, is cut there
 */
export function progressLine(event: ProgressEvent, paint: Paint, columns = 224): string | undefined {
  // The id of a nested execution is its parent's, a slash and its key.
  const depth = ('id' in event ? event.id : event.executionId).split('/').length - 1
  const line = lineOf(event, paint, columns - 2 * depth)
  return line === undefined ? undefined : '  '.repeat(depth) + line
}

function lineOf(event: ProgressEvent, paint: Paint, width: number): string | undefined {
  switch (event.type) {
    case 'execution.started':
      return executionLine(event, paint)
    case 'act.completed':
      return ` ${paint('green', '✓')} ${name(event.key).padEnd(20)} ${figures(event).join('   ')}`.trimEnd()
    case 'act.skipped':
      return ` ${paint('dim', '–')} ${event.key.padEnd(20)} skipped`
    case 'act.failed': {
      const after = event.willRetry ? ' (trying again)' : ''
      const start = name(event.key).padEnd(20)
      const message = oneLine(event.error.message, Math.max(width - start.length - after.length - 4, 20))
      return ` ${paint('red', '✗')} ${start} ${message}${paint('yellow', after)}`
    }
    case 'command.done':
      return `   ${name(event.command)}${event.dryRun ? ' (dry run: not sent)' : ''}`
    default:
      return undefined
  }
}

function executionLine(event: ProgressEvent & { type: 'execution.started' }, paint: Paint): string {
  const { narrative, acts, iteration, iterations } = event
  const round = iteration === undefined ? '' : ` · ${iteration} of ${iterations}`
  const length = acts.length === 0 ? '' : ` · ${plural(acts.length, 'act')}`
  return `${paint('bold', name(narrative))}${round}${length}`
}

function figures(event: ProgressEvent & { type: 'act.completed' }): string[] {
  const tokens = event.inputTokens + event.outputTokens
  return [
    event.replayed ? 'done before' : event.cached ? 'given before' : duration(event.durationMs),
    tokens > 0 ? `${grouped(tokens)} tok` : '',
    event.costUsd !== undefined && event.costUsd > 0 ? money(event.costUsd) : '',
    event.rowsStored > 0 ? `${plural(event.rowsStored, 'row')} in ${name(event.table ?? '')}` : '',
  ].filter((figure) => figure !== '')
}

/** Names come out of files that others may have written. */
function name(text: string): string {
  return oneLine(text, 100)
}
