// Read table: one table input, rendered for the prompt (narrative format, section 17).

import { BotticelliError } from '../errors.ts'
import { placeholderNames, type TableInput } from '../narratives/narrative.ts'
import { renderRows } from '../narratives/render-rows.ts'
import type { TableRows } from '../store/store.ts'
import { record } from '../telemetry/instruments.ts'
import { log } from '../telemetry/log.ts'
import type { ActTask, Processed } from './act-task.ts'
import type { Services } from './services.ts'
import { timed } from './table-time.ts'

/** A table that does not exist yet gives nothing, with a warning: the first round of a carousel meets that. */
export function readTable(input: TableInput, task: ActTask, services: Services): Processed {
  const { content } = services.store
  const at = { narrative: task.narrative.key, act: task.act.name, table: input.table }
  if (!content.exists(input.table)) {
    if (input.required) throw failure(input, task, `the table "${input.table}" does not exist`)
    log('table.missing', at)
    return { pieces: [] }
  }

  const { table, columns, where, orderBy, limit, offset, sample } = input
  const query = { table, columns, where, orderBy, limit, offset, sample }
  const now = services.clock.now()
  const found = timed(input.pullAndDelete ? 'pull' : 'read', table, () =>
    input.pullAndDelete
      ? content.pull(query, now, { executionId: task.executionId, key: task.key })
      : content.select(query, now, task.executionId),
  )
  if (found.rows.length === 0 && input.required) throw failure(input, task, `the table "${table}" has no such rows`)
  if (found.capped) log('table.capped', at)
  for (const warning of found.warnings) log('table.warning', { ...at, warning })

  recordAge(found.refs, now)
  const rendered = renderRows(found.rows, found.columns, input.format)
  const ids = found.refs.flatMap(({ id }) => id ?? [])
  return {
    pieces: [{ type: 'text', text: rendered }],
    result: { kind: 'table', value: rendered },
    tables: Object.fromEntries(placeholderNames(input).map((name) => [name, rendered])),
    read: found.refs.flatMap(({ id, traceparent }) =>
      id === undefined ? [] : [{ ref: { table, id }, ...(traceparent !== undefined && { traceparent }) }],
    ),
    ...(input.pullAndDelete && ids.length > 0 && { pulled: { table, ids } }),
  }
}

/** Of the oldest row. */
function recordAge(refs: TableRows['refs'], now: number): void {
  const times = refs.flatMap(({ generatedAt }) => generatedAt ?? [])
  if (times.length === 0) return
  const oldest = times.reduce((least, at) => Math.min(least, at))
  record('botticelli.act.input_age', Math.max(now - oldest, 0) / 1_000, { source: 'table' })
}

function failure(input: TableInput, { act }: ActTask, reason: string): BotticelliError {
  return new BotticelliError('table-query-failed', `Act "${act.name}" cannot go on: ${reason}.`, { place: input.place })
}
