// Spans: the one way in which Botticelli makes a span.
//
//   T1. A span is active exactly while its function runs, and always ends.
//   T2. A function that throws leaves a span with status ERROR, `error.type` and an exception event; the throw goes on.
//   T3. Without a running trace SDK a span costs some nanoseconds, makes no object and leaves nothing.

import type {
  Attributes,
  Link,
  Span,
  SpanOptions as SpanStart,
  SpanStatusCode,
  Tracer,
  TracerProvider,
} from '@opentelemetry/api'
import { type OpenTelemetry, openTelemetry } from '../open-telemetry.ts'
import { errorTypeOf } from './error-type.ts'
import { kindOfSpan, type SpanKindName, type SpanName } from './span-table.ts'
import { activeContext, withContext } from './surroundings.ts'
import { parseTraceparent, type TraceContext, toContext } from './trace-context.ts'

export const SCOPE = 'botticelli'

export interface SpanOptions {
  /** The table's kind for this name without it. */
  readonly kind?: SpanKindName
  readonly attributes?: Attributes
  /** The active span without it; `root` begins a new trace. */
  readonly parent?: TraceContext | 'root'
  /** Traceparents of spans that this one has to do with; those that cannot be read are left out. At most 128. */
  readonly links?: readonly (string | undefined)[]
}

/**
 * Runs `fn` inside a span and ends the span when `fn`, or the promise it returns, has ended.
 *
 * Secrets in attributes, events and messages of errors are taken out before they leave the process.
 */
export function inSpan<T>(name: SpanName, options: SpanOptions, fn: (span: Span) => T): T {
  const otel = openTelemetry()
  const tracer = otel && currentTracer(otel)
  if (otel === undefined || tracer === undefined) return fn(NO_SPAN)
  const { trace, ROOT_CONTEXT } = otel
  const { parent, links } = options
  const around = parent === undefined ? activeContext(otel) : parent === 'root' ? ROOT_CONTEXT : toContext(parent, otel)
  const about: SpanStart = {
    kind: otel.SpanKind[KINDS[options.kind ?? kindOfSpan(name)]],
    attributes: options.attributes ?? {},
  }
  if (links !== undefined) about.links = toLinks(links)
  const span = tracer.startSpan(name, about, around)
  return withContext(trace.setSpan(around, span), otel, () => endWith(span, fn))
}

/** A span of something that has just ended, as a child of the active one; none where nothing is traced. */
export function pastSpan(name: SpanName, durationMs: number, attributes: Attributes): void {
  const otel = openTelemetry()
  if (otel?.trace.getActiveSpan() === undefined) return
  const startTime = Date.now() - durationMs
  const kind = otel.SpanKind[KINDS[kindOfSpan(name)]]
  const span = currentTracer(otel)?.startSpan(name, { kind, attributes, startTime })
  if (span === undefined) return
  if (attributes['error.type'] !== undefined) span.setStatus({ code: ERROR })
  span.end()
}

/** The span that this code runs in; undefined outside of any. */
export function activeSpan(): Span | undefined {
  return openTelemetry()?.trace.getActiveSpan()
}

/** Adds a link to a span that has begun already; none for what cannot be read. */
export function linkTo(span: Span, traceparent: string | undefined): void {
  span.addLinks(toLinks([traceparent]))
}

/** Takes everything and keeps nothing. */
const NO_SPAN: Span = {
  spanContext: () => ({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 }),
  setAttribute: () => NO_SPAN,
  setAttributes: () => NO_SPAN,
  addEvent: () => NO_SPAN,
  addLink: () => NO_SPAN,
  addLinks: () => NO_SPAN,
  setStatus: () => NO_SPAN,
  updateName: () => NO_SPAN,
  end() {},
  isRecording: () => false,
  recordException() {},
}

/** Undefined where nothing is traced. */
function currentTracer({ trace, ProxyTracerProvider }: OpenTelemetry): Tracer | undefined {
  const proxy = trace.getTracerProvider()
  const provider = proxy instanceof ProxyTracerProvider ? proxy.getDelegate() : proxy
  if (provider !== known?.provider) {
    const isNobody = provider === new ProxyTracerProvider().getDelegate()
    known = { provider, tracer: isNobody ? undefined : provider.getTracer(SCOPE) }
  }
  return known.tracer
}

/** To look a tracer up is dearer than to compare two providers. */
let known: { readonly provider: TracerProvider; readonly tracer: Tracer | undefined } | undefined

const KINDS = {
  internal: 'INTERNAL',
  server: 'SERVER',
  client: 'CLIENT',
  producer: 'PRODUCER',
  consumer: 'CONSUMER',
} as const satisfies Record<SpanKindName, string>

const MAX_LINKS = 128

function toLinks(traceparents: readonly (string | undefined)[]): Link[] {
  return traceparents
    .slice(0, MAX_LINKS)
    .map(parseTraceparent)
    .filter((parsed) => parsed !== undefined)
    .map((parsed) => ({ context: parsed }))
}

function endWith<T>(span: Span, fn: (span: Span) => T): T {
  let result: T
  try {
    result = fn(span)
  } catch (thrown) {
    markFailed(span, thrown)
    span.end()
    throw thrown
  }
  if (!isPromise(result)) {
    span.end()
    return result
  }
  return result.then(
    (value: unknown) => {
      span.end()
      return value
    },
    (thrown: unknown) => {
      markFailed(span, thrown)
      span.end()
      throw thrown
    },
  ) as T
}

const ERROR: SpanStatusCode.ERROR = 2

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise
}

function markFailed(span: Span, thrown: unknown): void {
  if (!span.isRecording()) return
  const type = errorTypeOf(thrown)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  span.setAttribute('error.type', type)
  span.setStatus({ code: ERROR, message })
  span.addEvent('exception', {
    'exception.type': thrown instanceof Error ? thrown.name : typeof thrown,
    'exception.message': message,
    ...(thrown instanceof Error && thrown.stack && { 'exception.stacktrace': thrown.stack }),
  })
}
