// Telemetry options: what telemetry is started with, by a command, a server, or the thread of a bot.

import type { Writable } from 'node:stream'
import type { Config } from './config.ts'
import { secretsOf } from './secrets.ts'
import { VERSION } from './version.ts'

export interface TelemetryUse {
  /** Metrics are served where the configuration has a port for them. */
  readonly bots?: boolean
  /** Metrics are pushed where the configuration says so. Default as `bots`. */
  readonly pushMetrics?: boolean
  /** Where log lines go. No log without it. */
  readonly log?: Writable
  readonly colors?: boolean
}

/** What telemetry is started with, here and in the threads of bots, which have no log and no metrics of their own. */
export function telemetryOptions(config: Config, options: TelemetryUse) {
  const { bots = false, pushMetrics = bots, log, colors = false } = options
  const { prometheus, pushMetricsEveryMs, log: logging, ...telemetry } = config.telemetry
  return {
    ...telemetry,
    serviceVersion: VERSION,
    metrics: (bots && prometheus !== undefined) || (pushMetrics && pushMetricsEveryMs !== undefined),
    pushMetricsEveryMs: pushMetrics ? pushMetricsEveryMs : undefined,
    secrets: secretsOf(config),
    ...(log !== undefined && { log: { ...logging, destination: log, colors } }),
  }
}
