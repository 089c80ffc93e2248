// Event text: what happened to an actor, on one line for a person.

import type { EventLine } from '../console/event-history.ts'
import { duration, isoTime } from './figures.ts'
import type { Paint } from './io.ts'
import { oneLine } from './plain-text.ts'

/** `11:02:07.118 /bots/curator #2  crashed      Error: …`; the time is UTC, as in the log. */
export function eventText(line: EventLine, paint: Paint): string {
  const { at, path, incarnation, type } = line
  const who = incarnation > 1 ? `${path} #${incarnation}` : path
  const word = type.padEnd(12)
  const painted = IS_BAD[type] ? paint('red', word) : word
  return `${paint('dim', isoTime(at).slice(11, 23))} ${who}  ${painted} ${oneLine(details(line), 160)}`.trimEnd()
}

/** Every type of event, and whether it is told in red. */
const IS_BAD: Readonly<Record<EventLine['type'], boolean>> = {
  started: false,
  ready: false,
  ignored: false,
  doubtful: false,
  'start-failed': true,
  message: false,
  handled: false,
  crashed: true,
  resumed: false,
  restarting: false,
  restarted: false,
  escalated: true,
  'given-up': true,
  stopped: false,
  hung: true,
  'loop-blocked': true,
  fault: true,
  breaker: false,
  paused: false,
  'resumed-by-hand': false,
  'snapshot-refused': true,
  'dead-letter': true,
}

export const EVENT_TYPES = Object.keys(IS_BAD) as readonly EventLine['type'][]

/** Fields that say more of an event, in the order in which a person wants them. */
const DETAILS: readonly (readonly [field: string, show: (value: unknown) => string])[] = [
  ['messageType', String],
  ['error', (value) => errorText(value as NonNullable<EventLine['error']>)],
  ['what', String],
  ['reason', String],
  ['doubt', String],
  ['stored', (value) => `kept by ${value}`],
  ['expected', (value) => `wanted by ${value}`],
  ['state', String],
  ['decision', (value) => `decided: ${value}`],
  ['cause', (value) => `because of ${String(value).replace('_', ' ')}`],
  ['delayMs', (value) => (value === 0 ? 'at once' : `in ${duration(Number(value))}`)],
  ['restarts', (value) => `restarts ${value}`],
  ['attempt', (value) => (value === 1 ? '' : `attempt ${value}`)],
  ['attempts', (value) => (value === 1 ? '' : `after ${value} attempts`)],
  ['waitedMs', (value) => (Number(value) < 1_000 ? '' : `waited ${duration(Number(value))}`)],
  ['durationMs', (value) => `in ${duration(Number(value))}`],
  ['noticedAfterMs', (value) => `noticed after ${duration(Number(value))}`],
  ['until', (value) => `until ${isoTime(Number(value))}`],
  ['busyMs', (value) => `busy for ${duration(Number(value))}`],
  ['ok', (value) => (value === false ? 'failed' : '')],
]

function details(line: EventLine): string {
  const said = DETAILS.flatMap(([field, show]) => (line[field] === undefined ? [] : [show(line[field])]))
  return said.filter((part) => part !== '').join(' · ')
}

function errorText({ name, code, message }: NonNullable<EventLine['error']>): string {
  return `${code ?? name}: ${message}`
}
