// Take over: a new execution begins with what another one has done, up to an act.
//
//   T1. Rows and effects stay where they are: what is taken over was done, and is not done again.
//   T2. The act may lie within a round of a carousel or within a nested narrative: what was completed before it is taken
//       over on the way down, at each level.

import type { Db } from './database.ts'
import { forgetRun } from './known-runs.ts'
import { StoreError } from './store-error.ts'

/**
 * @param to has begun, and has no acts
 * @param path key of the act; within nested executions the keys of those before it: `round-2/write`. Of an execution
 *   alone, all that is in it is done anew.
 * @throws StoreError `unknown-record` when there is no such act
 */
export function takeOver(db: Db, from: string, to: string, path: string, at: number): void {
  const act = sequenceOf(db, from, path)
  if (act !== undefined) {
    takeActs(db, from, to, act)
    return
  }
  const [key, ...rest] = path.split('/') as [string, ...string[]]
  const child = `${from}/${key}`
  const owner = sequenceOf(db, from, key) ?? sequenceOf(db, from, key.replace(/\.\d+$/, ''))
  if (!exists(db, child)) throw unknownAct(db, from, path)
  takeActs(db, from, to, owner)
  for (const earlier of completedBefore(db, from, child))
    takeWhole(db, earlier, `${to}${earlier.slice(from.length)}`, at)
  if (rest.length === 0) return
  begin(db, child, `${to}/${key}`, 'running', at)
  takeOver(db, child, `${to}/${key}`, rest.join('/'), at)
}

function takeWhole(db: Db, from: string, to: string, at: number): void {
  begin(db, from, to, 'completed', at)
  takeActs(db, from, to, undefined)
  for (const child of childrenOf(db, from)) takeWhole(db, child, `${to}${child.slice(from.length)}`, at)
}

/** Completed acts, of a sequence below the given one. */
function takeActs(db: Db, from: string, to: string, before: number | undefined): void {
  forgetRun(db, to)
  db.run(
    `insert into act_executions (execution_id, key, act, sequence, status, attempts, prompt, answer, result,
       rows_stored, outcome, traceparent, started_at, ended_at)
     select @to, key, act, sequence, status, attempts, prompt, answer, result, rows_stored, outcome, traceparent,
       started_at, ended_at
      from act_executions
      where execution_id = @from and status = 'completed' and (@before is null or sequence < @before)
     order by rowid`,
    { from, to, before },
  )
  db.run(
    `insert into media_uses (execution_id, hash) select @to, hash from media_uses where execution_id = @from
      on conflict do nothing`,
    { from, to },
  )
}

function begin(db: Db, from: string, to: string, status: 'running' | 'completed', at: number): void {
  db.run(
    `insert into executions (id, parent_id, file, narrative, bot, trigger, options, status, started_at, ended_at)
     select @to, @parent, file, narrative, bot, trigger, options, @status, @at, iif(@status = 'completed', @at, null)
      from executions where id = @from`,
    { from, to, parent: to.slice(0, to.lastIndexOf('/')), status, at },
  )
}

function sequenceOf(db: Db, executionId: string, key: string): number | undefined {
  return db.get<{ sequence: number }>(
    'select sequence from act_executions where execution_id = @executionId and key = @key',
    { executionId, key },
  )?.sequence
}

function exists(db: Db, id: string): boolean {
  return db.get('select 1 from executions where id = @id', { id }) !== undefined
}

function completedBefore(db: Db, parent: string, child: string): readonly string[] {
  return idsOf(
    db.all<{ id: string }>(
      `select id from executions
        where parent_id = @parent and status = 'completed' and rowid < (select rowid from executions where id = @child)
        order by rowid`,
      { parent, child },
    ),
  )
}

function childrenOf(db: Db, parent: string): readonly string[] {
  const sql = `select id from executions where parent_id = @parent and status = 'completed' order by rowid`
  return idsOf(db.all<{ id: string }>(sql, { parent }))
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id)
}

function unknownAct(db: Db, from: string, path: string): StoreError {
  const acts = db
    .all<{ path: string }>(
      `select substr(execution_id || '/' || key, length(@from) + 2) as path from act_executions
        where execution_id = @from or (execution_id > @from || '/' and execution_id < @from || '0')
        order by rowid limit 20`,
      { from },
    )
    .map((row) => row.path)
  const known = acts.length === 0 ? 'It has begun none.' : `It has begun ${acts.join(', ')}.`
  return new StoreError('unknown-record', `The execution ${from} has not begun an act "${path}".`, { fix: known })
}
