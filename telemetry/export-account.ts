// Export account: what became of the metrics, log lines and errors that were pushed.
//
//   E1. A backend that fails costs one log line a minute and signal, with the numbers since the line before.
//   E2. What is sent is settled once: by the answer, or as lost when none is there in time. An answer that comes drop by
//       drop is none: the limits of the exporters are on the silence between two drops.

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
  /** Takes down what became of so many items. @param requests that were made for them */
  settle(items: number, result: ExportResult, requests?: number): void
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
    settle(items, result, requests = 1) {
      if (result.code === ExportResultCode.SUCCESS) {
        sent += items
        return
      }
      lost += items
      untold = { requests: untold.requests + requests, items: untold.items + items }
      if (now() - saidAt < SILENCE_MS) return
      saidAt = now()
      const err = { message: result.error?.message || 'The backend could not be reached.' }
      log('telemetry.push_failed', { signal, endpoint, failed_requests: untold.requests, lost: untold.items, err })
      untold = { requests: 0, items: 0 }
    },
  }
}

/** E2. @returns the callback for whoever sends */
export function inTime(limitMs: number, settle: (result: ExportResult) => void): (result: ExportResult) => void {
  let isOpen = true
  const once = (result: ExportResult) => {
    if (!isOpen) return
    isOpen = false
    clearTimeout(timer)
    settle(result)
  }
  const error = new Error(`The backend gave no whole answer within ${limitMs} ms.`)
  const timer = setTimeout(once, limitMs + GRACE_MS, { code: ExportResultCode.FAILED, error })
  timer.unref()
  return once
}

/** For an exporter that keeps its limit, to say itself what went wrong. */
const GRACE_MS = 250
const SILENCE_MS = 60_000
