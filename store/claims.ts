// Claims: rows that an execution has taken, which others do not see until it has ended.
//
//   K1. A claim belongs to a top-level execution; what is nested in it shares it.
//   K2. A row that is read to be deleted is claimed with the reading, in one transaction.
//   K3. A row that is being published is held from the intent on. It stays held when the execution fails, unless it is
//       certain that nothing was published: else the next run would publish it again.
//   K4. Of an execution that is known to have claimed nothing since it began, nothing is looked for to be given back.

import type { Db } from './database.ts'
import { knownRun, rootOf } from './known-runs.ts'
import type { ActKey, RowRef } from './store.ts'

/** SQL that is true of a row of the table which nobody else has claimed; needs `@claimTable` and `@claimRoot`. */
export const UNCLAIMED = `not exists (select 1 from row_claims
  where row_claims.table_name = @claimTable and row_claims.row_id = id and row_claims.execution_id <> @claimRoot)`

/** SQL that is true of a row of the table that this execution publishes; needs the same. */
export const HELD = `exists (select 1 from row_claims where row_claims.table_name = @claimTable
  and row_claims.row_id = id and row_claims.execution_id = @claimRoot and row_claims.kind = 'hold')`

export function pull(db: Db, act: ActKey, table: string, ids: readonly number[]): void {
  insert(db, act.executionId, `${act.executionId}/${act.key}`, 'pull', table, ids)
}

export function hold(db: Db, effect: { readonly key: string; readonly executionId: string }, row: RowRef): void {
  insert(db, effect.executionId, effect.key, 'hold', row.table, [row.id])
}

/** K4. */
function hasClaimedNothing(db: Db, root: string): boolean {
  return knownRun(db, root)?.mayHaveClaimed === false
}

/** Gives back what an act has pulled: it begins anew, or has deleted it. */
export function releaseAct(db: Db, act: ActKey): void {
  if (hasClaimedNothing(db, rootOf(act.executionId))) return
  db.run(`delete from row_claims where holder = @holder and kind = 'pull'`, { holder: `${act.executionId}/${act.key}` })
}

/** All that an execution has. */
export function releaseAll(db: Db, executionId: string): void {
  if (hasClaimedNothing(db, executionId)) return
  db.run('delete from row_claims where execution_id = @executionId', { executionId })
}

/** K3. */
export function releaseAfterFailure(db: Db, executionId: string): void {
  if (hasClaimedNothing(db, executionId)) return
  db.run(
    `delete from row_claims where execution_id = @executionId and not (kind = 'hold' and exists (
       select 1 from effects where key = row_claims.holder
         and (status in ('intended', 'doubtful', 'insisted') or (status = 'done' and coalesce(dry_run, 0) = 0))))`,
    { executionId },
  )
}

/** Of a publication that a person gives up who was told that nobody knows what became of it. */
export function releaseDoubtful(db: Db, executionId: string): void {
  db.run(
    `delete from row_claims where execution_id = @executionId and exists (
       select 1 from effects where key = row_claims.holder and status in ('doubtful', 'insisted'))`,
    { executionId },
  )
}

function insert(db: Db, executionId: string, holder: string, kind: string, table: string, ids: readonly number[]) {
  const root = rootOf(executionId)
  const run = knownRun(db, root)
  if (run !== undefined) run.mayHaveClaimed = true
  db.run(
    `insert into row_claims (table_name, row_id, execution_id, holder, kind)
     select @table, value, @executionId, @holder, @kind from json_each(@ids) where true
     on conflict do nothing`,
    { table, executionId: root, holder, kind, ids: JSON.stringify(ids) },
  )
}
