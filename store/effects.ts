// Effects: commands that change the world, the intent before and the result after (P3).
//
//   F1. An intent is stored before anything is sent, and once only.
//   F2. What is done stays done; what failed may be settled again.
//   F3. The row that an effect publishes is held with the intent, in one transaction.
//   F5. What a person has rejected since the execution began is not published.
//   F4. Of two executions that have read the same row, the one that intends first publishes it; the other is refused. One
//       that has taken over the reading from another has read the row when that one did.

import type { SerializedError } from '../errors.ts'
import type { Json, JsonObject } from '../json.ts'
import { type DataOf, type DomainEventType, eventError } from '../telemetry/domain-event-table.ts'
import { audit } from './audit.ts'
import { hold } from './claims.ts'
import { findContent } from './content/read-content.ts'
import type { Db } from './database.ts'
import { subjectOf, tellOfRun } from './events.ts'
import { rootOf } from './known-runs.ts'
import { claimMade } from './made.ts'
import { fromText, present, toText } from './row.ts'
import type { Effect, Effects, NewEffect, RowRef } from './store.ts'
import { StoreError } from './store-error.ts'

interface EffectRow {
  key: string
  executionId: string
  act: string
  platform: string
  command: string
  args: string
  traceparent: string | null
  status: Effect['status']
  result: string | null
  dryRun: number | null
  error: string | null
  at: number
  endedAt: number | null
}

const COLUMNS = `key, execution_id as executionId, act, platform, command, args, traceparent, status, result,
  dry_run as dryRun, error, intended_at as at, ended_at as endedAt`

export function openEffects(db: Db): Effects {
  return {
    find: (key) => db.read('effects.find', () => find(db, key)),
    intend: (effect) => db.write('effects.intend', () => intend(db, effect)),
    later: (key) => db.read('effects.later', () => later(db, key)),
    checkItem: (key) => db.read('effects.checkItem', () => checkItem(db, key)),
    settle: (key, end) => db.write('effects.settle', () => settle(db, key, end)),
    doubt: (key, end) => db.write('effects.doubt', () => doubt(db, key, end)),
    decide: (key, decision) => db.write('effects.decide', () => decide(db, key, decision)),
    perform: (key, work, at) => db.write('effects.perform', () => perform(db, key, work, at)),
    claimMade: (by, choose) => db.join('effects.claimMade', () => claimMade(db, by, choose)),
    doubtful: (executionId) => db.read('effects.doubtful', () => doubtful(db, executionId)),
    list: (executionId) => db.read('effects.list', () => list(db, executionId)),
  }
}

function intend(db: Db, effect: NewEffect): Effect {
  const { item } = effect
  if (item !== undefined) {
    refuseTaken(db, effect, item)
    const known = find(db, effect.key)
    if (known === undefined || known.status === 'failed') refuseRejected(db, effect.executionId, item)
  }
  const { changes } = db.run(
    `insert into effects (key, execution_id, act, platform, command, args, item_table, item_id, traceparent, status,
       intended_at)
     values (@key, @executionId, @act, @platform, @command, @args, @itemTable, @itemId, @traceparent, 'intended', @at)
     on conflict (key) do update set
       status = 'intended', args = excluded.args, error = null, ended_at = null,
       intended_at = case status when 'failed' then excluded.intended_at else intended_at end
     where status in ('failed', 'insisted')`,
    {
      key: effect.key,
      executionId: effect.executionId,
      act: effect.act,
      platform: effect.platform,
      command: effect.command,
      args: toText(effect.args),
      itemTable: item?.table,
      itemId: item?.id,
      traceparent: effect.traceparent,
      at: effect.at,
    },
  )
  if (changes > 0) tellOf(db, effect, effect.at, { type: 'command.intended', data: {} })
  if (item !== undefined) hold(db, effect, item)
  return find(db, effect.key) as Effect
}

/** F4. */
function refuseTaken(db: Db, { executionId }: NewEffect, { table, id }: RowRef): void {
  const root = rootOf(executionId)
  const other = db.get<{ id: string }>(
    `select execution_id as id from row_claims
      where table_name = @table and row_id = @id and execution_id <> @root
     union all
     select execution_id from effects
      where item_table = @table and item_id = @id and status = 'done' and coalesce(dry_run, 0) = 0
        and execution_id <> @root and execution_id not glob @root || '/*'
        and ended_at >= (select min(began) from (select started_at as began from executions where id = @root
          -- What was taken over from another run was read when that one read it.
          union all select started_at from act_executions where execution_id = @root
            or (execution_id > @root || '/' and execution_id < @root || '0')))
     limit 1`,
    { table, id, root },
  )
  if (other === undefined) return
  throw new StoreError('row-taken', `The row ${id} of ${table} is published by the execution ${other.id}.`)
}

/** F5. Of the row, or of one that it was made from. */
function refuseRejected(db: Db, executionId: string, item: RowRef): void {
  if (findContent(db, item)?.reviewStatus !== 'rejected') return
  for (let row: RowRef | undefined = item; row !== undefined; row = findContent(db, row)?.source) {
    const review = db.get<{ reviewer: string }>(
      `select reviewer from reviews where table_name = @table and row_id = @id and status = 'rejected'
          and at >= (select started_at from executions where id = @root) limit 1`,
      { table: row.table, id: row.id, root: rootOf(executionId) },
    )
    if (review !== undefined) {
      throw new StoreError(
        'row-rejected',
        `The row ${item.id} of ${item.table} was rejected by ${review.reviewer} after this run had read it.`,
      )
    }
  }
}

function checkItem(db: Db, key: string): void {
  const effect = db.get<{ executionId: string; table: string | null; id: number }>(
    'select execution_id as executionId, item_table as "table", item_id as id from effects where key = @key',
    { key },
  )
  if (effect !== undefined && effect.table !== null)
    refuseRejected(db, effect.executionId, { table: effect.table, id: effect.id })
}

function settle(db: Db, key: string, end: Parameters<Effects['settle']>[1]): void {
  const effect = find(db, key)
  if (!effect) throw new StoreError('unknown-record', `The effect ${key} was never intended.`)
  const failed = 'error' in end
  const settled = db.get<{ table: string | null; id: number }>(
    `update effects set status = @status, result = @result, dry_run = @dryRun, error = @error, ended_at = @at
      where key = @key and status <> 'done'
      returning item_table as "table", item_id as id`,
    {
      key,
      status: failed ? 'failed' : 'done',
      result: failed ? null : toText(end.result),
      dryRun: failed ? null : Number(end.dryRun),
      error: failed ? toText(end.error) : null,
      at: end.at,
    },
  )
  if (settled === undefined) return
  if ('error' in end) {
    tellOf(db, effect, end.at, { type: 'command.failed', data: { error: eventError(end.error) } })
    return
  }
  const { dryRun: dry_run, overtaken } = end
  const data = { dry_run: dry_run || undefined, overtaken: overtaken || undefined }
  tellOf(db, effect, end.at, { type: 'command.done', data })
  if (settled.table === null) return
  const subject = subjectOf({ table: settled.table, id: settled.id })
  tellOf(db, effect, end.at, { type: 'content.published', subject, data: { dry_run } })
}

type Command = Pick<NewEffect, 'key' | 'executionId' | 'platform' | 'command' | 'traceparent'>

/** The command's act is in its key, between the execution and the number of the input. */
function tellOf<T extends DomainEventType>(
  db: Db,
  { key, executionId, platform, command, traceparent }: Command,
  at: number,
  event: { readonly type: T; readonly subject?: string; readonly data: Omit<DataOf<T>, 'command'> },
): void {
  const { type, subject } = event
  const data = { command: `${platform} ${command}`, ...event.data } as unknown as DataOf<T>
  const act = key.startsWith(`${executionId}/`) ? key.slice(executionId.length + 1, key.lastIndexOf('/')) : undefined
  tellOfRun(db, { type, at, executionId, key: act, subject, traceparent, data })
}

function doubt(db: Db, key: string, { error, at }: { error: SerializedError; at: number }): void {
  const { changes } = db.run(
    `update effects set status = 'doubtful', error = @error, ended_at = @at where key = @key and status <> 'done'`,
    {
      key,
      error: toText(error),
      at,
    },
  )
  const effect = find(db, key)
  if (changes === 0 || effect === undefined) return
  tellOf(db, effect, at, { type: 'command.doubtful', data: { error: eventError(error) } })
}

function decide(db: Db, key: string, { done, by, at }: { done: boolean; by: string; at: number }): void {
  const effect = find(db, key)
  if (effect?.status !== 'doubtful') throw new StoreError('unknown-record', `The effect ${key} is not in doubt.`)
  tellOf(db, effect, at, { type: 'command.decided', data: { by, done } })
  if (done) settle(db, key, { result: null, dryRun: false, at })
  else db.run(`update effects set status = 'insisted', error = null, ended_at = null where key = @key`, { key })
  audit(db, { by, at, action: 'effect.decide', subject: key, details: { done } })
}

function perform<T extends Json>(db: Db, key: string, work: () => T, at: number): T {
  const effect = find(db, key)
  if (effect?.status === 'done') return effect.result as T
  const result = work()
  if (effect) settle(db, key, { result, dryRun: false, at })
  return result
}

function later(db: Db, key: string): readonly Effect[] {
  return db
    .all<EffectRow>(
      `select ${COLUMNS} from effects, (select platform as on_platform, intended_at as since, rowid as place
           from effects where key = @key)
        where platform = on_platform and (intended_at > since or (intended_at = since and effects.rowid > place))
          and ((status = 'done' and coalesce(dry_run, 0) = 0)
            or (status in ('intended', 'insisted') and exists (select 1 from executions
              where executions.id = effects.execution_id and executions.status = 'running')))
        order by intended_at, effects.rowid`,
      { key },
    )
    .map(toEffect)
}

/** SQL that is true of an effect in doubt which a person still has to decide on: whoever cancels a run gives it up. */
export const UNDECIDED = `effects.status = 'doubtful' and not exists (
  select 1 from executions root join audit on audit.action = 'execution.cancel' and audit.subject = root.id
   where root.status = 'cancelled'
     and root.id = substr(effects.execution_id, 1, instr(effects.execution_id || '/', '/') - 1))`

function doubtful(db: Db, executionId: string | undefined): readonly Effect[] {
  const within = `status = 'doubtful' and (execution_id = @executionId
    or (execution_id > @executionId || '/' and execution_id < @executionId || '0'))`
  return db
    .all<EffectRow>(
      `select ${COLUMNS} from effects where ${executionId === undefined ? UNDECIDED : within} order by rowid`,
      { executionId },
    )
    .map(toEffect)
}

function list(db: Db, executionId: string): readonly Effect[] {
  return db
    .all<EffectRow>(`select ${COLUMNS} from effects where execution_id = @executionId order by rowid`, { executionId })
    .map(toEffect)
}

function find(db: Db, key: string): Effect | undefined {
  const row = db.get<EffectRow>(`select ${COLUMNS} from effects where key = @key`, { key })
  return row && toEffect(row)
}

function toEffect(row: EffectRow): Effect {
  const effect = present<Effect>({
    ...row,
    args: fromText<JsonObject>(row.args),
    result: undefined,
    dryRun: row.dryRun === null ? undefined : row.dryRun === 1,
    error: fromText<SerializedError>(row.error),
  })
  // Apart, since a result may be null itself.
  return row.result === null ? effect : { ...effect, result: JSON.parse(row.result) as Json }
}
