// Executions: what was run, when, and how it ended.

import type { SerializedError } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import type { Db } from './database.ts'
import { fromText, present, toText } from './row.ts'
import type { Execution, ExecutionStatus, ExecutionSummary, Executions, NewExecution, Trigger } from './store.ts'
import { StoreError } from './store-error.ts'

interface ExecutionRow {
  id: string
  parentId: string | null
  file: string
  narrative: string
  bot: string | null
  trigger: Trigger
  options: string
  traceparent: string | null
  status: ExecutionStatus
  error: string | null
  startedAt: number
  endedAt: number | null
}

type SummaryRow = ExecutionRow & Pick<ExecutionSummary, 'acts' | 'inputTokens' | 'outputTokens' | 'costUsd'>

const COLUMNS = `e.id, e.parent_id as parentId, e.file, e.narrative, e.bot, e.trigger, e.options, e.traceparent,
  e.status, e.error, e.started_at as startedAt, e.ended_at as endedAt`

export function openExecutions(db: Db): Executions {
  return {
    begin: (execution) => db.write('executions.begin', () => begin(db, execution)),
    reopen: (id) => db.write('executions.reopen', () => reopen(db, id)),
    finish: (id, end) => db.write('executions.finish', () => finish(db, id, end)),
    find: (id) => db.read('executions.find', () => find(db, id)),
    unfinished: (bot) => db.read('executions.unfinished', () => unfinished(db, bot)),
    list: (filter) => db.read('executions.list', () => list(db, filter)),
  }
}

function begin(db: Db, execution: NewExecution): Execution {
  db.run(
    `insert into executions (id, parent_id, file, narrative, bot, trigger, options, traceparent, status, started_at)
     values (@id, @parentId, @file, @narrative, @bot, @trigger, @options, @traceparent, 'running', @startedAt)
     on conflict (id) do nothing`,
    {
      id: execution.id,
      parentId: execution.parentId,
      file: execution.file,
      narrative: execution.narrative,
      bot: execution.bot,
      trigger: execution.trigger,
      options: toText(execution.options),
      traceparent: execution.traceparent,
      startedAt: execution.startedAt,
    },
  )
  return find(db, execution.id) as Execution
}

function reopen(db: Db, id: string): Execution {
  db.run(`update executions set status = 'running', error = null, ended_at = null where id = @id`, { id })
  return find(db, id) ?? unknown(id)
}

function finish(db: Db, id: string, end: { status: ExecutionStatus; error?: SerializedError; at: number }): void {
  const { changes } = db.run(`update executions set status = @status, error = @error, ended_at = @at where id = @id`, {
    id,
    status: end.status,
    error: toText(end.error),
    at: end.at,
  })
  if (changes === 0) unknown(id)
}

function find(db: Db, id: string): Execution | undefined {
  const row = db.get<ExecutionRow>(`select ${COLUMNS} from executions e where id = @id`, { id })
  return row && toExecution(row)
}

function unfinished(db: Db, bot: string): readonly Execution[] {
  return db
    .all<ExecutionRow>(
      `select ${COLUMNS} from executions e
        where status = 'running' and bot = @bot and parent_id is null
        order by started_at, rowid`,
      { bot },
    )
    .map(toExecution)
}

/** What nested executions used is counted with the one that began them: their ids start with its id and a slash. */
function list(db: Db, filter: Parameters<Executions['list']>[0] = {}): readonly ExecutionSummary[] {
  return db
    .all<SummaryRow>(
      `with e as (
         select *, rowid as place from executions
          where parent_id is @parentId
            and (@status is null or status = @status)
            and (@bot is null or bot = @bot)
          order by started_at desc, rowid desc
          limit @limit)
       select ${COLUMNS},
         (select count(*) from act_executions a where a.execution_id = e.id) as acts,
         coalesce(sum(l.input_tokens), 0) as inputTokens,
         coalesce(sum(l.output_tokens), 0) as outputTokens,
         coalesce(sum(l.cost_usd), 0) as costUsd
        from e left join ledger l
          on l.execution_id = e.id or (l.execution_id > e.id || '/' and l.execution_id < e.id || '0')
        group by e.id
        order by started_at desc, place desc`,
      { parentId: filter.parentId, status: filter.status, bot: filter.bot, limit: filter.limit ?? -1 },
    )
    .map((row) => ({
      ...toExecution(row),
      acts: row.acts,
      inputTokens: row.inputTokens,
      outputTokens: row.outputTokens,
      costUsd: row.costUsd,
    }))
}

function toExecution(row: ExecutionRow): Execution {
  return present<Execution>({
    id: row.id,
    parentId: row.parentId,
    file: row.file,
    narrative: row.narrative,
    bot: row.bot,
    trigger: row.trigger,
    options: fromText<JsonObject>(row.options),
    traceparent: row.traceparent,
    status: row.status,
    error: fromText<SerializedError>(row.error),
    startedAt: row.startedAt,
    endedAt: row.endedAt,
  })
}

function unknown(id: string): never {
  throw new StoreError('unknown-record', `There is no execution ${id}.`)
}
