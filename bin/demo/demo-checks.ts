// Demo checks: what the demo promises, held against what happened. Pure.

import type { ContentRow, LedgerTotals } from '../../store/store.ts'
import { traceIdOf } from '../../telemetry/trace-context.ts'
import type { Seen } from './demo-story.ts'

export interface Outcome {
  readonly drafts: readonly ContentRow[]
  readonly approved: readonly ContentRow[]
  /** Texts of the messages in the channel, oldest first. */
  readonly messages: readonly string[]
  /** Answers that the journal holds. */
  readonly answers: number
  readonly ledger: LedgerTotals
  readonly curator: { readonly incarnation: number; readonly restarts: number } | undefined
  readonly seen: Seen
}

export interface Check {
  readonly promise: string
  readonly held: boolean
}

export function checkOutcome(outcome: Outcome): readonly Check[] {
  const { drafts, approved, messages, answers, ledger, curator, seen } = outcome
  const posted = approved.filter((row) => row.reviewStatus === 'posted')
  const isInChannel = ({ values }: ContentRow) => messages.includes(String(values.text_content))
  return [
    { promise: 'five drafts were written', held: drafts.length === 5 },
    { promise: 'a question that was refused was asked again', held: seen.failed.includes('critique') },
    { promise: 'two drafts were approved', held: approved.length === 2 },
    { promise: 'three drafts are left for a person', held: undecided(drafts, approved).length === 3 },
    {
      promise: 'the curator was killed and started again, once',
      held: curator?.incarnation === 2 && curator.restarts === 1,
    },
    { promise: 'what the curator knew was not asked again', held: seen.replayed.includes('score') },
    { promise: 'every answer was paid for once', held: answers > 0 && ledger.calls === answers },
    { promise: 'both approved posts are in the channel', held: posted.length === 2 && posted.every(isInChannel) },
    {
      promise: 'the post whose answer was lost is there once, like the other',
      held: seen.failed.includes('publish') && messages.length === 2 && new Set(messages).size === 2,
    },
    { promise: 'each post knows its draft', held: posted.every((row) => comesFrom(row, drafts)) },
  ]
}

/** Drafts that nobody has chosen or decided on. */
export function undecided(drafts: readonly ContentRow[], approved: readonly ContentRow[]): readonly ContentRow[] {
  const chosen = new Set(approved.map(({ source }) => source?.id))
  return drafts.filter((draft) => draft.reviewStatus === 'pending' && !chosen.has(draft.id))
}

/** The draft is known, and the trace is the draft's. Without tracing neither has one. */
function comesFrom({ source, traceparent }: ContentRow, drafts: readonly ContentRow[]): boolean {
  const draft = drafts.find(({ id }) => id === source?.id)
  return draft !== undefined && traceIdOf(draft.traceparent) === traceIdOf(traceparent)
}
