// Actor JSON: actors and their events as --json prints them, with every time as ISO 8601.

import type { ActorEntry } from '../console/actor-view.ts'
import type { EventLine } from '../console/event-history.ts'
import { isoTime } from './figures.ts'

export function actorJson<Entry extends ActorEntry>(entry: Entry) {
  const { startedAt, lastSuccessAt, lastFailureAt, recentErrors, paused } = entry
  return {
    ...entry,
    startedAt: isoTime(startedAt),
    ...(lastSuccessAt !== undefined && { lastSuccessAt: isoTime(lastSuccessAt) }),
    ...(lastFailureAt !== undefined && { lastFailureAt: isoTime(lastFailureAt) }),
    ...(recentErrors && { recentErrors: recentErrors.map(({ at, error }) => ({ at: isoTime(at), error })) }),
    ...(paused && { paused: { ...paused, ...(paused.until !== undefined && { until: isoTime(paused.until) }) } }),
  }
}

export function eventJson({ at, ...line }: EventLine) {
  return { at: isoTime(at), ...line, ...(typeof line.until === 'number' && { until: isoTime(line.until) }) }
}
