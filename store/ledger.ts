// Ledger: every call of a model with its tokens and its cost. Lines are added and never changed.
//
//   L1. The id of a line is more than that of any before it, and at least 1024 times the line's millisecond: so those
//       since a time are found without an index of their own.
//   L2. Lines are numbered in the order in which they were added.

import type { Db } from './database.ts'
import { runOf } from './known-runs.ts'
import { present } from './row.ts'
import type {
  ActKey,
  CostLine,
  CostSum,
  Ledger,
  LedgerLine,
  LedgerTotals,
  LostCall,
  RecentUse,
  StoredAnswer,
} from './store.ts'

export function openLedger(db: Db): Ledger {
  return {
    lines: () => db.look('ledger.lines', () => lines(db)),
    costs: (sum) => db.look('ledger.costs', () => costs(db, sum)),
    list: ({ since }) => db.look('ledger.list', () => list(db, since)),
    totals: (filter) => db.look('ledger.totals', () => totals(db, filter)),
    recentUse: (model, since) => db.look('ledger.recent_use', () => recentUse(db, model, since)),
  }
}

/** L1. SQL that is true of the lines of `ledger l` since `@since`. */
export const SINCE = 'l.id >= 1024 * @since and l.at >= @since'

interface Place {
  readonly id: number
  /** L2. */
  readonly number: number
}

function lines(db: Db): number {
  return lastPlace(db)?.number ?? 0
}

function lastPlace(db: Db): Place | undefined {
  return db.get<Place>('select id, number from ledger order by id desc limit 1')
}

/** L1. */
function nextPlace(db: Db, at: number): Place {
  const last = (db.known.get('ledger') as Place | undefined) ?? lastPlace(db) ?? { id: 0, number: 0 }
  const place = { id: Math.max(1024 * at, last.id + 1), number: last.number + 1 }
  db.known.set('ledger', place)
  return place
}

interface Line {
  readonly answer: StoredAnswer
  readonly at: number
  readonly repeated: boolean
  readonly ending?: LostCall
}

/** For the journal, which adds the line in the transaction of the answer. */
export function addToLedger(db: Db, act: ActKey, { answer, at, repeated, ending }: Line): void {
  db.run(
    `insert into ledger (id, number, at, execution_id, act_key, bot, provider, model, input_tokens, output_tokens,
       cached_input_tokens, reasoning_tokens, cost_usd, response_id, duration_ms, repeated, cached, ending)
     values (@id, @number, @at, @executionId, @actKey, @bot, @provider, @model, @inputTokens, @outputTokens,
       @cachedInputTokens, @reasoningTokens, @costUsd, @responseId, @durationMs, @repeated, @cached, @ending)`,
    {
      ...nextPlace(db, at),
      at,
      executionId: act.executionId,
      actKey: act.key,
      // A nested execution works for the bot of the one that began it.
      bot: runOf(db, act.executionId)?.rootBot,
      provider: answer.provider,
      model: answer.model,
      inputTokens: answer.inputTokens,
      outputTokens: answer.outputTokens,
      cachedInputTokens: answer.cachedInputTokens,
      reasoningTokens: answer.reasoningTokens,
      costUsd: answer.costUsd,
      responseId: answer.responseId,
      durationMs: Math.round(answer.durationMs),
      repeated: Number(repeated),
      cached: Number(answer.cached ?? false),
      ending,
    },
  )
}

/** Its own lines and those of executions nested in it, whose ids begin with its id and a slash; 0 follows / in ASCII. */
const OF_EXECUTION = `(l.execution_id = @executionId
  or (l.execution_id > @executionId || '/' and l.execution_id < @executionId || '0'))`

function totals(db: Db, filter: Parameters<Ledger['totals']>[0] = {}): LedgerTotals {
  // Asked before each call of a model, so each shape of the question has its way to the lines.
  const conditions = [
    filter.since !== undefined && SINCE,
    filter.bot !== undefined && 'l.bot = @bot',
    filter.executionId !== undefined && OF_EXECUTION,
  ].filter((condition) => condition !== false)
  return db.get<LedgerTotals>(
    `select count(*) - coalesce(sum(cached), 0) as calls,
       coalesce(sum(cached), 0) as cached,
       count(ending) as lost,
       coalesce(sum(input_tokens), 0) as inputTokens,
       coalesce(sum(output_tokens), 0) as outputTokens,
       coalesce(sum(cost_usd), 0) as costUsd,
       count(*) - count(cost_usd) as unpriced,
       coalesce(sum(repeated), 0) as repeated
      from ledger l where ${conditions.join(' and ') || 'true'}`,
    { since: filter.since, bot: filter.bot, executionId: filter.executionId },
  ) as LedgerTotals
}

const GROUPS: Readonly<Record<CostSum['by'], string>> = {
  day: `strftime('%Y-%m-%d', l.at / 1000, 'unixepoch')`,
  bot: 'l.bot',
  narrative: 'e.narrative',
  model: `l.provider || ':' || l.model`,
}

function costs(db: Db, { by, since }: CostSum): readonly CostLine[] {
  return db
    .all<{ [K in keyof CostLine]-?: CostLine[K] | null }>(
      `select ${GROUPS[by]} as name, count(*) as calls, sum(l.input_tokens) as inputTokens,
         sum(l.output_tokens) as outputTokens, coalesce(sum(l.cost_usd), 0) as costUsd,
         count(*) - count(l.cost_usd) as unpriced
        from ledger l left join executions e on e.id = l.execution_id
       where ${SINCE} and l.cached = 0
       group by 1 order by ${by === 'day' ? 'name' : 'costUsd desc, name'}`,
      { since },
    )
    .map(present<CostLine>)
}

function list(db: Db, since: number): readonly LedgerLine[] {
  return db
    .all<{ [K in keyof LedgerLine]-?: LedgerLine[K] | null }>(
      `select l.at, l.execution_id as executionId, l.act_key as key, l.bot, e.narrative, l.provider, l.model,
         l.input_tokens as inputTokens, l.output_tokens as outputTokens, l.cost_usd as costUsd,
         l.duration_ms as durationMs
        from ledger l left join executions e on e.id = l.execution_id
       where ${SINCE} and l.cached = 0
       order by l.id`,
      { since },
    )
    .map(present<LedgerLine>)
}

function recentUse(db: Db, { provider, name }: { provider: string; name: string }, since: number): RecentUse {
  const { firstAt, ...sums } = db.get<{ calls: number; tokens: number; firstAt: number | null }>(
    `select count(*) as calls, coalesce(sum(input_tokens + output_tokens), 0) as tokens, min(at) as firstAt
      from ledger l
      where ${SINCE} and provider = @provider and cached = 0
        and (model = @name or substr(model, 1, length(@name) + 1) = @name || '-')`,
    { since, provider, name },
  )!
  return { ...sums, ...(firstAt !== null && { firstAt }) }
}
