// Logged spans: ended spans as log lines, for who has no backend to look at.

import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api'
import { hrTimeToMilliseconds } from '@opentelemetry/core'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node'
import { log } from './log.ts'
import type { SpanListener } from './tracer.ts'

/** Writes each sampled span when it ends, under its own trace and span id. The log takes out secrets. */
export const loggedSpans: SpanListener = {
  onStart() {},
  onEnd(span) {
    const own = span.spanContext()
    if ((own.traceFlags & TraceFlags.SAMPLED) === 0) return
    context.with(trace.setSpanContext(ROOT_CONTEXT, own), () => log('telemetry.span', fieldsOf(span)))
  },
}

function fieldsOf({ name, kind, duration, parentSpanContext, status, attributes }: ReadableSpan) {
  return {
    span: name,
    kind: SpanKind[kind].toLowerCase(),
    duration_ms: hrTimeToMilliseconds(duration),
    ...(parentSpanContext !== undefined && { parent_id: parentSpanContext.spanId }),
    failed: status.code === SpanStatusCode.ERROR,
    attributes,
  }
}
