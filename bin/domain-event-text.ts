// Domain event text: what happened, on one line for a person.

import type { DomainEvent } from '../store/store.ts'
import { duration, isoTime, money, plural } from './figures.ts'
import type { Paint } from './io.ts'
import { oneLine } from './plain-text.ts'

/** `11:02:07.118 curator   act.completed       score  in 312 ms · 2 rows`; the time is UTC, as in the log. */
export function domainEventText(event: DomainEvent, paint: Paint): string {
  const { at, type, bot = '-' } = event
  const word = type.padEnd(19)
  const painted = BAD.test(type) ? paint('red', word) : word
  const time = paint('dim', isoTime(at).slice(11, 23))
  return `${time} ${oneLine(bot, 30).padEnd(9)} ${painted} ${oneLine(whatOf(event), 160)}`.trimEnd()
}

const BAD = /\.(?:failed|doubtful|crashed|escalated|hung|given_up)$/

/** What it is about, then what is to be said of it. */
function whatOf(event: DomainEvent): string {
  const { key, subject, executionId, type } = event
  const about = subject ?? key ?? (type.startsWith('execution.') ? executionId : undefined)
  return [about, domainEventDetails(event)].filter((part) => part !== undefined && part !== '').join(' · ')
}

/** Fields that say more of an event, in the order in which a person wants them. */
const DETAILS: readonly (readonly [field: string, show: (value: unknown) => string])[] = [
  ['narrative', String],
  ['command', String],
  ['model', String],
  ['message_type', String],
  ['error', (value) => errorText(value as { readonly code: string; readonly message: string })],
  ['was', (value) => `was ${value}`],
  ['from', (value) => `from ${value}`],
  ['copied', (value) => `as ${value}`],
  ['by', (value) => `by ${value}`],
  ['note', (value) => `"${value}"`],
  ['reason', String],
  ['attempt', (value) => (value === 1 ? '' : `attempt ${value}`)],
  ['restarts', (value) => `restart ${value}`],
  ['missed', (value) => plural(Number(value), 'run')],
  ['duration_ms', (value) => `in ${duration(Number(value))}`],
  ['busy_ms', (value) => `busy for ${duration(Number(value))}`],
  ['lag_ms', (value) => (Number(value) < 1_000 ? '' : `${duration(Number(value))} late`)],
  ['rows', (value) => (value === 0 ? '' : plural(Number(value), 'row'))],
  ['cost_usd', (value) => money(Number(value))],
  ['done', (value) => (value === true ? 'it was done' : 'it is sent again')],
  ['dry_run', (value) => (value === true ? 'dry run' : '')],
  ['executions', (value) => plural(Number(value), 'execution')],
  ['dead_letters', (value) => plural(Number(value), 'dead letter')],
  ['events', (value) => plural(Number(value), 'event')],
  ['version', (value) => `version ${value}`],
]

/** What an event's fields say. */
function domainEventDetails({ data }: Pick<DomainEvent, 'data'>): string {
  const tokens = tokensOf(data)
  const said = DETAILS.flatMap(([field, show]) => (data[field] === undefined ? [] : [show(data[field])]))
  return [...said, tokens].filter((part) => part !== '').join(' · ')
}

function tokensOf({ input_tokens: input, output_tokens: output }: DomainEvent['data']): string {
  return input === undefined ? '' : `${input} → ${output} tokens`
}

function errorText({ code, message }: { readonly code: string; readonly message: string }): string {
  return `${code}: ${message}`
}
