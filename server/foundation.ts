// Foundation: what a server and a single run both stand on: telemetry, the store, and what runs are given to work with.

import { callsInFlight } from '../actors/calls-in-flight.ts'
import { isAlive } from '../actors/is-alive.ts'
import type { ProgressEvent, ProgressListener } from '../actors/progress.ts'
import { runLog } from '../actors/run-log.ts'
import type { Services } from '../actors/services.ts'
import { spendingOf } from '../actors/spending.ts'
import type { Config } from '../config/config.ts'
import { type TelemetryUse, telemetryOptions } from '../config/telemetry-options.ts'
import { type Allowance, type Budget, openBudgetBook } from '../models/budget-book.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { type Clock, systemClock } from '../supervisor/index.ts'
import { onWarning, type WarningListener } from '../telemetry/log.ts'
import { countConnection, queryRecorder } from '../telemetry/store-metrics.ts'
import { startTelemetry, type Telemetry } from '../telemetry/telemetry.ts'
import { createServices, OUTSIDE, type Outside } from './adapters.ts'

export interface FoundationOptions extends TelemetryUse {
  /** Hears of every warning of the log, whether or not one is written. */
  readonly onWarning?: WarningListener
  readonly outside?: Outside
}

export interface Foundation {
  readonly telemetry: Telemetry
  /** Metrics are read by somebody. */
  readonly isMeasured: boolean
  readonly store: Store
  readonly clock: Clock
  /** One for all runs, whatever thread they are in and whatever configuration they began with. */
  readonly budget: Budget
  /** The last call that a budget did not allow, by its period. */
  readonly denied: ReadonlyMap<Allowance['period'], Allowance>
  /** What runs that begin with this configuration are given to work with. */
  employ(config: Config): Services
  /** @returns the end of listening */
  onProgress(listener: ProgressListener): () => void
}

/**
 * Telemetry first, so that it sees the rest.
 *
 * @param current the configuration as it is now
 * @param opened gets what has to be closed
 * @throws BotticelliError when a part cannot start
 */
export async function layFoundation(
  current: () => Config,
  options: FoundationOptions,
  opened: AsyncDisposableStack,
): Promise<Foundation> {
  const { database, pipeline, telemetry: settings } = current()
  const wanted = telemetryOptions(current(), options)
  const telemetry = opened.adopt(await startTelemetry(wanted), (each) => each.shutdown())
  const onQuery = queryRecorder(settings.storeSpansFromMs)
  const store = opened.adopt(openStore(database, { onQuery, onConnection: countConnection }), (each) => each.close())
  // Of a process that is gone, what it ran is nobody's any more.
  store.executions.abandon(isAlive, systemClock.now())
  if (options.onWarning !== undefined) opened.defer(onWarning(options.onWarning))

  const { clock } = options.outside ?? OUTSIDE
  const listeners = new Set<ProgressListener>([runLog(pipeline)])
  const tell = (event: ProgressEvent) => {
    for (const listener of listeners) listener(event)
  }
  const calls = callsInFlight(systemClock)
  opened.defer(() => calls.settled())
  const denied = new Map<Allowance['period'], Allowance>()
  const budget = openBudgetBook({
    allowances: () => spendingOf(current().models.budgets, store.ledger, clock.now()),
    onDenied: (allowance) => void denied.set(allowance.period, allowance),
  })
  const given = { store, onProgress: tell, budget, calls, ...(options.outside && { outside: options.outside }) }
  return {
    telemetry,
    isMeasured: wanted.metrics,
    store,
    clock,
    budget,
    denied,
    employ: (config) => createServices(config, given),
    onProgress(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
