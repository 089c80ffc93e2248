// Span outbox: the way of an ended span to the backend.
//
// Owns what waits to be sent, its limit, and the account of what became of every span.
//
//   O1. At most `capacity` spans wait or are under way; more are dropped and counted, the caller never waits (P6).
//   O2. What waits holds no secret (P8).
//   O3. A backend that fails costs one log line a minute, with the numbers since the line before.

import { type SpanContext, TraceFlags } from '@opentelemetry/api'
import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { inTime } from './export-account.ts'
import { log } from './log.ts'
import { isSecretKey, redactWithin } from './redaction.ts'
import { TailBuffer } from './tail-buffer.ts'

export interface OutboxOptions {
  /** Most spans that wait or are under way. */
  readonly capacity: number
  /** Spans in one request. */
  readonly batchSize: number
  /** Longest wait for a batch to fill, in ms. */
  readonly delayMs: number
  /** Limit of one request, its retries included, in ms. */
  readonly timeoutMs: number
  /** Where spans go, for the log. */
  readonly endpoint: string
  /** Milliseconds that never go back. */
  readonly now: () => number
}

export class SpanOutbox implements SpanProcessor {
  readonly #options: OutboxOptions
  readonly #batches: BatchSpanProcessor
  /** Only sees spans when the sampler has them recorded. */
  readonly #unsampled = new TailBuffer((span) => this.#accept(span))
  #waiting = 0
  #accepted = 0
  #dropped = 0
  #sent = 0
  #lost = 0
  #failures: Failures = NO_FAILURES
  #saidAt = Number.NEGATIVE_INFINITY

  constructor(exporter: SpanExporter, options: OutboxOptions) {
    this.#options = options
    this.#batches = new BatchSpanProcessor(this.#watched(exporter), {
      maxQueueSize: options.capacity,
      maxExportBatchSize: options.batchSize,
      scheduledDelayMillis: options.delayMs,
      exportTimeoutMillis: options.timeoutMs + 500,
    })
  }

  /** What became of the spans so far. */
  get account() {
    return {
      waiting: this.#waiting,
      capacity: this.#options.capacity,
      accepted: this.#accepted,
      dropped: this.#dropped,
      sent: this.#sent,
      lost: this.#lost,
    }
  }

  onStart(span: { spanContext(): SpanContext }): void {
    const { traceId, traceFlags } = span.spanContext()
    if ((traceFlags & TraceFlags.SAMPLED) === 0) this.#unsampled.started(traceId)
  }

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) this.#unsampled.ended(span)
    else this.#accept(span)
  }

  /** Sends what waits; rejects when that fails. */
  forceFlush(): Promise<void> {
    return this.#batches.forceFlush()
  }

  async shutdown(): Promise<void> {
    try {
      await this.#batches.forceFlush()
    } finally {
      this.#saidAt = Number.NEGATIVE_INFINITY
      this.#say() // before the exporter ends, which may wait for a backend that never does
      await this.#batches.shutdown()
    }
  }

  #accept(span: ReadableSpan): void {
    if (this.#waiting >= this.#options.capacity) {
      this.#dropped += 1
      this.#failures = { ...this.#failures, dropped: this.#failures.dropped + 1 }
      this.#say()
      return
    }
    this.#waiting += 1
    this.#accepted += 1
    withoutSecrets(span)
    this.#batches.onEnd(span)
  }

  #watched(exporter: SpanExporter): SpanExporter {
    return {
      export: (spans, done) => {
        const settle = inTime(this.#options.timeoutMs, (result) => {
          this.#settle(spans.length, result)
          done(result)
        })
        exporter.export(spans, settle)
      },
      shutdown: () => exporter.shutdown(),
    }
  }

  #settle(spans: number, result: ExportResult): void {
    this.#waiting -= spans
    if (result.code === ExportResultCode.SUCCESS) {
      this.#sent += spans
      return
    }
    this.#lost += spans
    const { batches, lost, dropped } = this.#failures
    this.#failures = { batches: batches + 1, lost: lost + spans, dropped, error: result.error }
    this.#say()
  }

  #say(): void {
    const { batches, lost, dropped, error } = this.#failures
    const now = this.#options.now()
    if ((batches === 0 && dropped === 0) || now - this.#saidAt < SILENCE_MS) return
    this.#saidAt = now
    this.#failures = NO_FAILURES
    const { endpoint, capacity } = this.#options
    if (batches > 0) {
      log('telemetry.export_failed', { endpoint, failed_batches: batches, lost_spans: lost, err: messageOf(error) })
    }
    if (dropped > 0) log('telemetry.spans_dropped', { dropped_spans: dropped, capacity })
  }
}

interface Failures {
  readonly batches: number
  readonly lost: number
  readonly dropped: number
  readonly error?: unknown
}

const NO_FAILURES: Failures = { batches: 0, lost: 0, dropped: 0 }
const SILENCE_MS = 60_000
const MAX_VALUE_LENGTH = 4_096

/** Without its stack: it leads only through the exporter. */
function messageOf(error: unknown): object {
  if (!(error instanceof Error)) return { message: 'The backend gave no reason.' }
  const { code } = error as { code?: unknown }
  return { message: error.message || 'The backend could not be reached.', ...(code !== undefined && { code }) }
}

/** Takes secrets out of a span that has ended. Its objects are ours alone by now, so they are changed in place. */
function withoutSecrets(span: ReadableSpan): void {
  cleanAttributes(span.attributes)
  for (const event of span.events) if (event.attributes !== undefined) cleanAttributes(event.attributes)
  if (span.status.message !== undefined) span.status.message = redactWithin(span.status.message, MAX_VALUE_LENGTH)
}

function cleanAttributes(attributes: Record<string, unknown>): void {
  for (const key in attributes) {
    const value = attributes[key]
    if (isSecretKey(key)) attributes[key] = '[redacted]'
    else if (typeof value === 'string') attributes[key] = redactWithin(value, MAX_VALUE_LENGTH)
    else if (Array.isArray(value))
      attributes[key] = value.map((item) => (typeof item === 'string' ? redactWithin(item, MAX_VALUE_LENGTH) : item))
  }
}
