// Tracer: begins spans, and decides which are recorded.
//
//   T1. What a trace's beginning was decided to be holds for all of it; only a span without a parent is decided on.
//   T2. What is not sampled is recorded all the same where `recordsAll` says so, so that failures can be sent.

import {
  type Attributes,
  type Context,
  context,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { type ReadableSpan, type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace-node'
import { randomHex } from './random-hex.ts'
import { type Origin, RecordedSpan } from './recorded-span.ts'
import { spanContextOf } from './trace-context.ts'

export interface TracerParts {
  readonly resource: Origin['resource']
  readonly instrumentationScope: Origin['instrumentationScope']
  /** Decides on spans without a parent. */
  readonly sampler: Sampler
  readonly recordsAll: boolean
  readonly listeners: readonly SpanListener[]
}

export interface SpanListener {
  onStart(span: Span): void
  onEnd(span: ReadableSpan): void
}

export function createTracer({ sampler, recordsAll, listeners, ...common }: TracerParts): Tracer {
  const origin: Origin = {
    ...common,
    onEnd: (span) => {
      for (const listener of listeners) listener.onEnd(span)
    },
  }
  return { startSpan, startActiveSpan }

  function startSpan(name: string, options: SpanOptions = {}, around: Context = context.active()): Span {
    const parent = spanContextOf(around, { trace })
    const { kind = SpanKind.INTERNAL, attributes = {}, links = [] } = options
    const traceId = parent?.traceId ?? randomHex(32)
    const isSampled = parent === undefined ? isChosen(around, traceId, name, attributes) : isSampledContext(parent)
    const own: SpanContext = {
      traceId,
      spanId: randomHex(16),
      traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
      ...(parent?.traceState && { traceState: parent.traceState }),
    }
    if (!isSampled && !recordsAll) return trace.wrapSpanContext(own)
    const startedAt = options.startTime as number | undefined
    const span = new RecordedSpan(origin, { name, kind, context: own, parent, attributes, links, startedAt })
    for (const listener of listeners) listener.onStart(span)
    return span
  }

  /** For libraries; our own spans are those of `inSpan`. */
  function startActiveSpan<T>(name: string, ...given: unknown[]): T {
    const fn = given.pop() as (span: Span) => T
    const [options, around = context.active()] = given as [SpanOptions?, Context?]
    const span = startSpan(name, options, around)
    return context.with(trace.setSpan(around, span), fn, undefined, span)
  }

  function isChosen(around: Context, traceId: string, name: string, attributes: Attributes): boolean {
    const { decision } = sampler.shouldSample(around, traceId, name, SpanKind.INTERNAL, attributes, [])
    return decision === SamplingDecision.RECORD_AND_SAMPLED
  }
}

function isSampledContext({ traceFlags }: SpanContext): boolean {
  return (traceFlags & TraceFlags.SAMPLED) !== 0
}
