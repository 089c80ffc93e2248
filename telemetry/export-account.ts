// Export account: what became of the metrics, log lines and errors that were pushed.
//
//   E1. A backend that fails costs one log line a minute and signal, with the numbers since the line before.

import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { observe } from './instruments.ts'
import { log } from './log.ts'

type Counted =
  | 'otel.sdk.exporter.metric_data_point.exported'
  | 'otel.sdk.exporter.log.exported'
  | 'botticelli.error_reports'

export interface AccountOptions {
  readonly signal: 'metrics' | 'logs' | 'errors'
  readonly instrument: Counted
  readonly endpoint: string
  /** Milliseconds that never go back. */
  readonly now: () => number
}

export interface ExportAccount {
  /** The same callback, with its result taken down. */
  watch(items: number, done: (result: ExportResult) => void): (result: ExportResult) => void
  /** Ends the observation. */
  close(): void
}

export function openExportAccount({ signal, instrument, endpoint, now }: AccountOptions): ExportAccount {
  let sent = 0
  let lost = 0
  let untold = { requests: 0, items: 0 }
  let saidAt = Number.NEGATIVE_INFINITY
  const close = observe(instrument, () => [
    { value: sent, labels: {} },
    { value: lost, labels: { 'error.type': 'export_failed' } },
  ])
  return {
    close,
    watch: (items, done) => (result) => {
      if (result.code === ExportResultCode.SUCCESS) sent += items
      else {
        lost += items
        untold = { requests: untold.requests + 1, items: untold.items + items }
        if (now() - saidAt >= SILENCE_MS) {
          saidAt = now()
          const err = { message: result.error?.message || 'The backend could not be reached.' }
          log('telemetry.push_failed', { signal, endpoint, failed_requests: untold.requests, lost: untold.items, err })
          untold = { requests: 0, items: 0 }
        }
      }
      done(result)
    },
  }
}

const SILENCE_MS = 60_000
