// Run summary: what the bots did in some hours, as figures and as a few lines for a person.

import type { JsonObject } from '../json.ts'
import type { DomainEvent, Store } from '../store/store.ts'

export interface RunSummary {
  readonly since: number
  readonly until: number
  readonly completed: number
  readonly failed: number
  readonly generated: number
  readonly curated: number
  /** Live posts, and those of dry runs. */
  readonly published: number
  readonly rehearsed: number
  readonly calls: number
  readonly costUsd: number
  readonly unpriced: number
  /** By bot and error, the most frequent first. */
  readonly failures: readonly Failure[]
}

interface Failure {
  /** None for an execution that a person started. */
  readonly bot: string | undefined
  readonly error: string
  readonly count: number
  /** Of the last one. */
  readonly execution: string | undefined
  readonly at: number
}

/** The figures of the time from `since` to `now`; what happened before it is known from the events and the ledger. */
export function summarize(store: Store, since: number, now: number): RunSummary {
  const of = (type: string) => store.events.list({ type, since, limit: MAX_EVENTS })
  // Narratives within narratives are not runs of their own.
  const runs = (type: string) => of(type).filter(({ executionId }) => executionId?.includes('/') !== true)
  const failed = runs('execution.failed')
  const published = of('content.published')
  const { calls, costUsd, unpriced } = store.ledger.totals({ since })
  return {
    since,
    until: now,
    completed: runs('execution.completed').length,
    failed: failed.length,
    generated: of('content.generated').length,
    curated: of('content.curated').length,
    published: published.filter(({ data }) => data.dry_run !== true).length,
    rehearsed: published.filter(({ data }) => data.dry_run === true).length,
    calls,
    costUsd,
    unpriced,
    failures: failuresOf(failed),
  }
}

const MAX_EVENTS = 100_000

function failuresOf(events: readonly DomainEvent[]): Failure[] {
  const failures = new Map<string, Failure>()
  for (const { bot, executionId: execution, at, data } of events) {
    const { code, name } = (data.error ?? {}) as { readonly code?: string; readonly name?: string }
    const error = code ?? name ?? 'unknown'
    const key = `${bot ?? ''} ${error}`
    failures.set(key, { bot, error, execution, at, count: (failures.get(key)?.count ?? 0) + 1 })
  }
  return [...failures.values()].sort((a, b) => b.count - a.count)
}

/** For a notification: short, without ids. */
export function summaryText(summary: RunSummary): string {
  const { completed, failed, generated, curated, published, rehearsed, calls, costUsd, unpriced } = summary
  const rehearsals = rehearsed === 0 ? '' : ` (${rehearsed} more as dry runs)`
  const unknown = unpriced === 0 ? '' : `, ${unpriced} calls without a known price`
  const lines = [
    `Runs: ${completed} completed, ${failed} failed.`,
    `Content: ${generated} generated, ${curated} curated, ${published} posted${rehearsals}.`,
    `Models: ${calls} calls, $${costUsd.toFixed(2)}${unknown}.`,
    ...summary.failures.slice(0, 5).map(({ bot, error, count }) => `${bot ?? 'by hand'}: ${error}, ${count} times`),
  ]
  return lines.join('\n')
}

/** The figures alone, for a webhook or a script. */
export function summaryFacts({ since, until, failures, ...figures }: RunSummary): JsonObject {
  return {
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    ...figures,
    failures: failures.map(({ bot, execution, at, ...failure }) => ({
      ...failure,
      bot: bot ?? null,
      execution: execution ?? null,
      at: new Date(at).toISOString(),
    })),
  }
}
