// Table time: how long acts wait for the tables of narratives.

import { record } from '../telemetry/instruments.ts'

/** By the clock of the machine: the one that is handed in does not pass while a query runs. */
export function timed<T>(operation: 'read' | 'pull' | 'write', table: string, work: () => T): T {
  const startedAt = performance.now()
  const result = work()
  record('botticelli.table.operation.duration', (performance.now() - startedAt) / 1_000, { table, operation })
  return result
}
