// Executions: what was run, when, and how it ended.

import type { SerializedError } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import { eventError } from '../telemetry/domain-event-table.ts'
import { audit } from './audit.ts'
import { releaseAfterFailure, releaseAll, releaseDoubtful } from './claims.ts'
import type { Db } from './database.ts'
import { beginsWith, tellOfRun } from './events.ts'
import { forgetRun, knowNewRun, rootOf, runOf } from './known-runs.ts'
import { fromText, present, toText } from './row.ts'
import type {
  Execution,
  ExecutionStatus,
  ExecutionSummary,
  Executions,
  NarrativeVersion,
  NewExecution,
  Resumption,
  RowRef,
  Trigger,
} from './store.ts'
import { StoreError } from './store-error.ts'
import { keepVersion } from './versions.ts'

interface ExecutionRow {
  id: string
  parentId: string | null
  file: string
  narrative: string
  bot: string | null
  trigger: Trigger
  options: string
  traceparent: string | null
  correlationId: string | null
  status: ExecutionStatus
  error: string | null
  owner: number | null
  version: string | null
  startedAt: number
  endedAt: number | null
}

type SummaryRow = ExecutionRow & Pick<ExecutionSummary, 'acts' | 'inputTokens' | 'outputTokens' | 'costUsd'>

const COLUMNS = `e.id, e.parent_id as parentId, e.file, e.narrative, e.bot, e.trigger, e.options, e.traceparent,
  e.correlation_id as correlationId, e.status, e.error, e.owner,
  (select hash from narrative_versions v where v.id = e.version_id) as version,
  e.started_at as startedAt, e.ended_at as endedAt`

export function openExecutions(db: Db): Executions {
  return {
    begin: (execution, narrative) => db.join('executions.begin', () => begin(db, execution, narrative)),
    reopen: (id, by) => db.join('executions.reopen', () => reopen(db, id, by)),
    finish: (id, end) => db.join('executions.finish', () => finish(db, id, end)),
    find: (id) => db.look('executions.find', () => find(db, id)),
    holding: (bot) => db.look('executions.holding', () => holding(db, bot)),
    keeping: () => db.look('executions.keeping', () => keeping(db)),
    holds: (id) => db.look('executions.holds', () => holds(db, id)),
    abandon: (isAlive, at) => db.write('executions.abandon', () => abandon(db, isAlive, at)),
    botsAtWork: () => db.look('executions.botsAtWork', () => botsAtWork(db)),
    abandonBot: (bot, at) => db.write('executions.abandonBot', () => abandonBot(db, bot, at)),
    cancel: (id, who) => db.write('executions.cancel', () => cancel(db, id, who)),
    unfinished: (bot) => db.look('executions.unfinished', () => unfinished(db, bot)),
    list: (filter) => db.look('executions.list', () => list(db, filter)),
  }
}

/** Once: one that is known already stays as it is. */
function begin(db: Db, execution: NewExecution, version: NarrativeVersion | undefined): void {
  const { id, parentId, narrative, trigger, startedAt: at } = execution
  if (db.get('select 1 from executions where id = @id', { id }) !== undefined) return
  const around = parentId === undefined ? undefined : runOf(db, parentId)
  const bot = execution.bot ?? null
  const run = {
    correlationId: around?.correlationId ?? execution.correlationId ?? id,
    traceparent: execution.traceparent ?? around?.traceparent ?? null,
    bot,
    rootBot: bot ?? (parentId === undefined ? null : (runOf(db, rootOf(id))?.bot ?? null)),
    eventId: null,
  }
  knowNewRun(db, id, run)
  const causationId = execution.causationId ?? eventAround(db, execution)
  const data = { narrative, trigger }
  const eventId = tellOfRun(db, { type: 'execution.started', at, executionId: id, causationId, data })
  knowNewRun(db, id, { ...run, eventId })
  db.run(
    `insert into executions (id, parent_id, file, narrative, bot, trigger, options, traceparent, correlation_id, event_id,
       status, owner, version_id, started_at)
     values (@id, @parentId, @file, @narrative, @bot, @trigger, @options, @traceparent, @correlationId, @eventId,
       'running', @owner, @version, @at)`,
    {
      id,
      parentId,
      file: execution.file,
      narrative,
      bot,
      trigger,
      options: toText(execution.options),
      traceparent: run.traceparent,
      correlationId: run.correlationId,
      eventId,
      owner: execution.owner,
      version: version && keepVersion(db, version),
      at,
    },
  )
}

/** The event that the act began with in which an execution is nested, or the execution around it. */
function eventAround(db: Db, { id, parentId }: NewExecution): string | undefined {
  if (parentId === undefined) return undefined
  const row = db.get<{ eventId: number | null }>(
    `select coalesce((select event_id from act_executions where execution_id = @parentId
         and substr(@key, 1, length(key)) = key order by length(key) desc limit 1), event_id) as eventId
      from executions where id = @parentId`,
    { parentId, key: id.slice(parentId.length + 1) },
  )
  return row?.eventId?.toString()
}

function reopen(db: Db, id: string, { owner, at, isAlive }: Resumption): Execution {
  const { narrative, status, owner: other } = find(db, id) ?? unknown(id)
  if (status === 'running' && other !== undefined && other !== owner && isAlive?.(other)) {
    const fix = `Wait until it has ended, or, if that process is another program by now: botticelli executions cancel ${id}, then resume it.`
    throw new StoreError('execution-at-work', `The execution ${id} is at work in the process ${other}.`, { fix })
  }
  db.run(`update executions set status = 'running', error = null, ended_at = null, owner = @owner where id = @id`, {
    id,
    owner,
  })
  const data = { narrative, was: status === 'running' ? 'interrupted' : status }
  beginsWith(db, id, tellOfRun(db, { type: 'execution.resumed', at, executionId: id, data }))
  return find(db, id) as Execution
}

type End = Parameters<Executions['finish']>[1]

function finish(db: Db, id: string, end: End, by?: string): void {
  const row = db.get<{ startedAt: number }>(
    `update executions set status = @status, error = @error, ended_at = @at where id = @id
      returning started_at as startedAt`,
    { id, status: end.status, error: toText(end.error), at: end.at },
  )
  if (row === undefined) unknown(id)
  tellEnd(db, id, end, end.at - row.startedAt, by)
  if (rootOf(id) === id) {
    if (end.status === 'completed') releaseAll(db, id)
    else releaseAfterFailure(db, id)
  }
  forgetRun(db, id)
}

function tellEnd(db: Db, executionId: string, { status, error, at }: End, durationMs: number, by?: string): void {
  const data = {
    duration_ms: durationMs,
    ...(error !== undefined && { error: eventError(error) }),
    ...(by !== undefined && { by }),
  }
  tellOfRun(db, { type: `execution.${status}`, at, executionId, data })
}

function cancel(db: Db, id: string, { by, at }: { by: string; at: number }): void {
  const { status } = find(db, id) ?? unknown(id)
  finish(db, id, { status: 'cancelled', at }, by)
  if (status === 'cancelled') releaseAll(db, id)
  else releaseDoubtful(db, id)
  audit(db, { by, at, action: 'execution.cancel', subject: id, details: { was: status } })
}

function abandon(db: Db, isAlive: (owner: number) => boolean, at: number): readonly Execution[] {
  const gone = db
    .all<ExecutionRow>(
      `select ${COLUMNS} from executions e where status = 'running' and bot is null and parent_id is null`,
    )
    .filter(({ owner }) => owner !== null && !isAlive(owner))
    .map(toExecution)
  for (const { id } of gone) finish(db, id, { status: 'cancelled', at })
  return gone
}

function botsAtWork(db: Db): readonly string[] {
  return db
    .all<{ bot: string }>(
      `select distinct bot from executions
        where status = 'running' and bot is not null and parent_id is null order by bot`,
    )
    .map(({ bot }) => bot)
}

function abandonBot(db: Db, bot: string, at: number): readonly Execution[] {
  const gone = unfinished(db, bot)
  for (const { id } of gone) finish(db, id, { status: 'cancelled', at })
  return gone
}

function holding(db: Db, bot: string): readonly Execution[] {
  return db
    .all<ExecutionRow>(
      `select ${COLUMNS} from executions e
        where id in (select execution_id from row_claims where kind = 'hold')
          and status = 'failed' and bot = @bot and parent_id is null
          and not exists (select 1 from effects f join row_claims c on c.holder = f.key
                           where c.execution_id = e.id and f.status = 'doubtful')
        order by started_at, rowid`,
      { bot },
    )
    .map(toExecution)
}

function keeping(db: Db): readonly string[] {
  return db
    .all<{ id: string }>(
      `select distinct e.id from row_claims c join executions e on e.id = c.execution_id
        where c.kind = 'hold' and e.status = 'cancelled' order by e.started_at, e.rowid`,
    )
    .map(({ id }) => id)
}

function holds(db: Db, id: string): readonly RowRef[] {
  return db.all<{ table: string; id: number }>(
    `select table_name as "table", row_id as id from row_claims where execution_id = @id and kind = 'hold' order by 1, 2`,
    { id },
  )
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
          where ${filter.parentId === undefined ? 'parent_id is null' : 'parent_id = @parentId'}
            and (@status is null or status = @status)
            and (@bot is null or bot = @bot)
            and (@since is null or started_at >= @since)
            and (@named is null or substr(id, 1, length(@named)) = @named or substr(id, -length(@named)) = @named)
            and (@before is null or rowid < (select rowid from executions where id = @before))
          order by rowid desc
          limit @limit)
       select ${COLUMNS},
         (select count(*) from act_executions a where a.execution_id = e.id) as acts,
         coalesce(sum(l.input_tokens), 0) as inputTokens,
         coalesce(sum(l.output_tokens), 0) as outputTokens,
         coalesce(sum(l.cost_usd), 0) as costUsd
        from e left join ledger l
          on l.execution_id = e.id or (l.execution_id > e.id || '/' and l.execution_id < e.id || '0')
        group by e.id
        order by place desc`,
      {
        parentId: filter.parentId,
        status: filter.status,
        bot: filter.bot,
        since: filter.since,
        named: filter.named,
        before: filter.before,
        limit: filter.limit ?? -1,
      },
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
    correlationId: row.correlationId,
    status: row.status,
    error: fromText<SerializedError>(row.error),
    owner: row.owner,
    version: row.version,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
  })
}

function unknown(id: string): never {
  throw new StoreError('unknown-record', `There is no execution ${id}.`)
}
