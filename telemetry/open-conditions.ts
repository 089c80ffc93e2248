// Open conditions: decides what is told about conditions that come, last and go. Pure: the caller keeps the book.
//
//   K1. A condition is told once when it comes, and then at most once in `repeatMs`.
//   K2. It is over when it was not seen for `settleMs`; one that comes back before that was never away.

import type { Condition, Notification } from './notification.ts'

interface OpenCondition {
  readonly condition: Condition
  readonly since: number
  readonly seenAt: number
  readonly toldAt: number
}

/** By condition and what it is of. */
export type OpenConditions = Readonly<Record<string, OpenCondition>>

export interface ConditionRules {
  readonly repeatMs: number
  readonly settleMs: number
}

/** @param seen the conditions that hold now */
export function changesOf(
  book: OpenConditions,
  seen: readonly Condition[],
  { repeatMs, settleMs }: ConditionRules,
  now: number,
): { readonly book: OpenConditions; readonly tell: readonly Notification[] } {
  const next: Record<string, OpenCondition> = {}
  const tell: Notification[] = []
  for (const condition of seen) {
    const key = `${condition.name}:${condition.of}`
    const known = book[key]
    const isDue = known === undefined || now - known.toldAt >= repeatMs
    if (isDue) tell.push(notice(known === undefined ? 'raised' : 'again', condition, known?.since ?? now, now))
    next[key] = { condition, since: known?.since ?? now, seenAt: now, toldAt: isDue ? now : known.toldAt }
  }
  for (const [key, known] of Object.entries(book)) {
    if (next[key] !== undefined) continue
    if (now - known.seenAt < settleMs) next[key] = known
    else tell.push(notice('resolved', known.condition, known.since, now))
  }
  return { book: next, tell }
}

function notice(kind: 'raised' | 'again' | 'resolved', condition: Condition, since: number, at: number): Notification {
  const { name, of, severity, title, text, facts } = condition
  const isOver = kind === 'resolved'
  return {
    kind,
    severity: isOver ? 'info' : severity,
    title: isOver ? `Over: ${title}` : kind === 'again' ? `Still: ${title}` : title,
    text: isOver ? `It held since ${new Date(since).toISOString()}.` : text,
    at,
    condition: name,
    of,
    since,
    facts,
  }
}
