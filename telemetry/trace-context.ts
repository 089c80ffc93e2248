// Trace context: W3C trace context and baggage as plain data, for messages, rows and headers.
//
// Owns the way between the active context and its written form. Without a running trace SDK there is no
// active context: reading gives undefined, entering only runs the function.

import type { Context, SpanContext } from '@opentelemetry/api'
import { type OpenTelemetry, openTelemetry } from '../open-telemetry.ts'
import { randomHex } from './random-hex.ts'
import { activeContext, withContext } from './surroundings.ts'

/** @see https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  /** `00-<trace id>-<span id>-<flags>`, 55 characters. */
  readonly traceparent: string
  readonly tracestate?: string
  readonly baggage?: string
}

/** The context that this code runs in, written down; undefined outside of any span. */
export function currentTraceContext(): TraceContext | undefined {
  const otel = openTelemetry()
  if (otel === undefined) return undefined
  const active = activeContext(otel)
  const span = spanContextOf(active, otel)
  if (span === undefined) return undefined
  // Nearly always there is nothing else, and the general way takes many times as long.
  if (span.traceState === undefined && otel.propagation.getBaggage(active) === undefined) {
    return { traceparent: traceparentOf(span) }
  }
  const carrier: Record<string, string> = {}
  otel.propagation.inject(active, carrier)
  const { traceparent, tracestate, baggage } = carrier
  if (traceparent === undefined) return undefined
  return { traceparent, ...(tracestate && { tracestate }), ...(baggage && { baggage }) }
}

/** The traceparent alone: the quick form for what is done often. */
export function activeTraceparent(): string | undefined {
  const span = activeSpanContext()
  return span && traceparentOf(span)
}

/** Of the span that is active; undefined outside of any. */
export function activeSpanContext(): SpanContext | undefined {
  const otel = openTelemetry()
  return otel && spanContextOf(activeContext(otel), otel)
}

/** The function as called from here: what it does later belongs to the span that is active now. */
export function bindToTrace<T>(work: () => T): () => T {
  const otel = openTelemetry()
  if (otel === undefined) return work
  const active = activeContext(otel)
  return active === otel.ROOT_CONTEXT ? work : () => withContext(active, otel, work)
}

/** Of a trace that begins where nothing is traced. Sampled, so that what comes later is not left out. */
export function newTraceparent(): string {
  return `00-${randomHex(32)}-${randomHex(16)}-01`
}

/**
 * Runs `fn` in exactly this context. Undefined means in none: whatever was active around the caller does not leak in.
 * Promises, timers and streams that `fn` starts inherit it.
 */
export function withTraceContext<T>(traceContext: TraceContext | undefined, fn: () => T): T {
  const otel = openTelemetry()
  return otel === undefined ? fn() : withContext(toContext(traceContext, otel), otel, fn)
}

/** The 32 hex digits of the trace id; undefined for a text that is no traceparent. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return parseTraceparent(traceparent)?.traceId
}

/** A written context as OpenTelemetry's, with nothing else in it. */
export function toContext(
  traceContext: TraceContext | undefined,
  { propagation, ROOT_CONTEXT, trace }: OpenTelemetry,
): Context {
  if (traceContext === undefined) return ROOT_CONTEXT
  if (traceContext.tracestate === undefined && traceContext.baggage === undefined) {
    const span = parseTraceparent(traceContext.traceparent)
    return span === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, span)
  }
  return propagation.extract(ROOT_CONTEXT, traceContext)
}

/** A traceparent as a span context; undefined when it is malformed or all zeros. */
export function parseTraceparent(traceparent: string | undefined): SpanContext | undefined {
  const match = traceparent === undefined ? null : TRACEPARENT.exec(traceparent)
  if (match === null) return undefined
  const [, version, traceId, spanId, flags, more] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string?,
  ]
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined
  const parsed = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
  return isValid(parsed) ? parsed : undefined
}

/** Of the span in this context; undefined where there is none. */
export function spanContextOf(around: Context, { trace }: Pick<OpenTelemetry, 'trace'>): SpanContext | undefined {
  const span = trace.getSpanContext(around)
  return span !== undefined && isValid(span) ? span : undefined
}

/** Of ids that are hexadecimal: they are made by the SDK or were parsed here. */
function isValid({ traceId, spanId }: SpanContext): boolean {
  return traceId !== NO_TRACE && spanId !== NO_SPAN
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & 1) === 1 ? '01' : '00'}`
}

/** W3C: ids of zeros alone are not valid. */
const NO_TRACE = '0'.repeat(32)
const NO_SPAN = '0'.repeat(16)

const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/
