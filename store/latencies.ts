// Latencies: how long runs, acts, calls of models and commands took, as the records have it.

import type { Db } from './database.ts'
import { SINCE } from './ledger.ts'
import type { ActLatency, Latencies, Latency } from './store.ts'

export function openLatencies(db: Db): Latencies {
  return {
    between: (since, until) => db.read('latencies.between', () => between(db, since, until)),
    ofActs: (executionId) => db.read('latencies.ofActs', () => ofActs(db, executionId)),
  }
}

function between(db: Db, since: number, until: number): readonly Latency[] {
  return db.all<Latency>(
    `select 'narrative' as kind, narrative as name, ended_at - started_at as ms from executions
      where status = 'completed' and ended_at >= @since and ended_at < @until
     union all
     select 'act', e.narrative || '/' || a.act, a.ended_at - a.started_at
       from act_executions a join executions e on e.id = a.execution_id
      where a.status = 'completed' and a.ended_at >= @since and a.ended_at < @until
     union all
     select 'model', provider || ':' || model, duration_ms from ledger l
      where cached = 0 and ending is null and ${SINCE} and at < @until
     union all
     select 'command', platform || ' ' || command, ended_at - intended_at from effects
      where status = 'done' and ended_at >= @since and ended_at < @until`,
    { since, until },
  )
}

/** Of the execution and those nested in it. An act that stands for a narrative has its acts as rows of their own. */
function ofActs(db: Db, executionId: string): readonly ActLatency[] {
  return db.all<ActLatency>(
    `select a.execution_id as executionId, a.key, a.started_at as startedAt, coalesce(a.ended_at, a.started_at) as endedAt,
       coalesce((select sum(duration_ms) from ledger l
                  where l.execution_id = a.execution_id and l.act_key = a.key and l.cached = 0), 0) as modelMs,
       coalesce((select sum(ended_at - intended_at) from effects f
                  where f.key glob a.execution_id || '/' || a.key || '/[0-9]*' and f.ended_at is not null), 0) as commandMs
      from act_executions a
     where a.execution_id = @executionId
        or (a.execution_id > @executionId || '/' and a.execution_id < @executionId || '0')
     order by a.started_at, a.execution_id, a.sequence`,
    { executionId },
  )
}
