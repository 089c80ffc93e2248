// Tail buffer: the spans of traces that were not chosen, held until it is known whether something failed in them.
//
// A sampling ratio is decided at the beginning of a trace, when nobody knows how it will end. A trace in which a span
// fails is sent all the same, as far as this process took part in it.
//
//   F1. A trace is held as long as one of its spans is open here. The first that fails sets all of them free.
//   F2. At most `MAX_SPANS` spans and `MAX_TRACES` traces are held; the oldest trace is given up first.

import { SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'

export class TailBuffer {
  readonly #release: (span: ReadableSpan) => void
  readonly #traces = new Map<string, Held>()
  #spans = 0

  /** @param release is given each span of a trace that failed, marked as sampled */
  constructor(release: (span: ReadableSpan) => void) {
    this.#release = release
  }

  /** Spans that are held now. */
  get size(): number {
    return this.#spans
  }

  started(traceId: string): void {
    const held = this.#traces.get(traceId)
    if (held !== undefined) {
      held.open += 1
      return
    }
    this.#traces.set(traceId, { open: 1, failed: false, spans: [] })
    if (this.#traces.size > MAX_TRACES) this.#giveUpOldest()
  }

  ended(span: ReadableSpan): void {
    const { traceId } = span.spanContext()
    const held = this.#traces.get(traceId)
    if (held === undefined) return // given up
    held.open -= 1
    held.failed ||= span.status.code === SpanStatusCode.ERROR
    held.spans.push(span)
    this.#spans += 1
    if (held.failed) this.#setFree(held)
    if (held.open <= 0) this.#forget(traceId, held)
    while (this.#spans > MAX_SPANS) this.#giveUpOldest()
  }

  #setFree(held: Held): void {
    const spans = held.spans.splice(0)
    this.#spans -= spans.length
    for (const span of spans) {
      span.spanContext().traceFlags |= TraceFlags.SAMPLED
      this.#release(span)
    }
  }

  #giveUpOldest(): void {
    const [oldest] = this.#traces
    if (oldest !== undefined) this.#forget(...oldest)
  }

  #forget(traceId: string, held: Held): void {
    this.#traces.delete(traceId)
    this.#spans -= held.spans.length
  }
}

/** About 1 kB each. */
const MAX_SPANS = 10_000
const MAX_TRACES = 5_000

interface Held {
  open: number
  failed: boolean
  readonly spans: ReadableSpan[]
}
