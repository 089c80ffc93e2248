// Bot records: what is counted of each actor; a bot's failures are those of its runs and of its own life together.

import type { ActorRecord, ActorSystem } from '../supervisor/index.ts'
import type { BotHealth, BotHealthBook } from './bot-health.ts'

/** A record for each living actor, a parent before its children. */
export function recordsOf(system: Pick<ActorSystem, 'records'>, health: BotHealthBook): ActorRecord[] {
  return Array.from(system.records(), (record) =>
    record.kind === 'bot' ? withHealth(record, health.of(record.path.slice('/bots/'.length))) : record,
  )
}

function withHealth(record: ActorRecord, health: BotHealth): ActorRecord {
  const { consecutiveFailures, lastSuccessAt, lastFailureAt, lastError } = health
  // A message is handled though the run that it asked for has failed: only the run is a success.
  const { lastSuccessAt: _, ...rest } = record
  const isNewer = lastFailureAt !== undefined && lastFailureAt >= (record.lastFailureAt ?? 0)
  return {
    ...rest,
    consecutiveFailures: record.consecutiveFailures + consecutiveFailures,
    ...(lastSuccessAt !== undefined && { lastSuccessAt }),
    ...(isNewer && { lastFailureAt, ...(lastError && { lastError }) }),
  }
}
