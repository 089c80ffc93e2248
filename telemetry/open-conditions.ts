// Open conditions: decides what is told about conditions that come, last and go. Pure: the caller keeps the book.
//
//   K1. A condition is told once when it comes, and then at most once in `repeatMs`.
//   K2. It is over when it was not seen for `settleMs`; one that comes back before that was never away.
//   K3. What could not be told is owed: it is told later if the condition holds then. The end of one that nobody was told
//       of is not told.
//   K4. Of a condition that nobody can see at the moment nothing is known: it stays as it was.

import type { Condition, ConditionName, Notification } from './notification.ts'

interface OpenCondition {
  readonly condition: Condition
  readonly since: number
  readonly seenAt: number
  /** Undefined as long as nobody was told. */
  readonly toldAt?: number
  /** What was to be told could not be: from then on it is tried again. */
  readonly owedAt?: number
}

/** By condition and what it is of. */
export type OpenConditions = Readonly<Record<string, OpenCondition>>

export interface ConditionRules {
  readonly repeatMs: number
  readonly settleMs: number
}

/** @param seen the conditions that hold now @param unknown names of those that cannot be seen now */
export function changesOf(
  book: OpenConditions,
  seen: readonly Condition[],
  { repeatMs, settleMs }: ConditionRules,
  now: number,
  unknown: readonly ConditionName[] = [],
): { readonly book: OpenConditions; readonly tell: readonly Notification[] } {
  const next: Record<string, OpenCondition> = {}
  const tell: Notification[] = []
  for (const condition of seen) {
    const key = `${condition.name}:${condition.of}`
    const known = book[key]
    const since = known?.since ?? now
    const isDue = known === undefined || now >= (known.owedAt ?? (known.toldAt ?? now) + repeatMs)
    if (isDue) tell.push(notice(known?.toldAt === undefined ? 'raised' : 'again', condition, since, now))
    next[key] = isDue ? { condition, since, seenAt: now, toldAt: now } : { ...known, condition, seenAt: now }
  }
  for (const [key, known] of Object.entries(book)) {
    if (next[key] !== undefined) continue
    if (unknown.includes(known.condition.name)) next[key] = { ...known, seenAt: now }
    else if (now - known.seenAt < settleMs) next[key] = known
    else if (known.toldAt !== undefined) tell.push(notice('resolved', known.condition, known.since, now))
  }
  return { book: next, tell }
}

/** K3. @param book as it is now @param before as it was when the notification was made */
export function owing(
  book: OpenConditions,
  before: OpenConditions,
  { condition, of }: Notification,
  owedAt: number,
): OpenConditions {
  const key = `${condition}:${of}`
  const open = book[key]
  if (open === undefined) return book
  const { toldAt: _, ...rest } = open
  const earlier = before[key]?.toldAt
  return { ...book, [key]: { ...rest, ...(earlier !== undefined && { toldAt: earlier }), owedAt } }
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
