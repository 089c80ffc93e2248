// Notification: what a person is told who looks at no screen, and the words for it.

import type { JsonObject } from '../json.ts'

/** What may go on for a while, and is told when it begins and when it is over. */
export const CONDITIONS = [
  'bot-failing',
  'bot-down',
  'actor-gave-up',
  'breaker-open',
  'provider-failing',
  'in-doubt',
  'dead-letters',
  'budget-near',
  'budget-reached',
  'database-down',
  'no-post',
] as const
export type ConditionName = (typeof CONDITIONS)[number]

export interface Condition {
  readonly name: ConditionName
  /** Of what: a bot, a provider, an execution. Together with the name it tells conditions apart. */
  readonly of: string
  readonly severity: 'warning' | 'critical'
  readonly title: string
  /** What happened and what to do, in a sentence or two. */
  readonly text: string
  readonly facts: JsonObject
}

/** `again`: it lasts. */
type NotificationKind = 'raised' | 'again' | 'resolved' | 'report' | 'test'

export interface Notification {
  readonly kind: NotificationKind
  readonly severity: 'info' | 'warning' | 'critical'
  readonly title: string
  readonly text: string
  /** Epoch ms. */
  readonly at: number
  readonly condition?: ConditionName
  readonly of?: string
  /** Since when the condition holds, epoch ms. */
  readonly since?: number
  readonly facts: JsonObject
}
