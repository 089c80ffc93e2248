// Spans: the one way in which Botticelli makes a span.
//
//   T1. A span is active exactly while its function runs, and always ends.
//   T2. A function that throws leaves a span with status ERROR, `error.type` and an exception event; the throw goes on.
//   T3. Without a running trace SDK a span costs some nanoseconds, makes no object and leaves nothing.

import {
  type Attributes,
  context,
  INVALID_SPAN_CONTEXT,
  type Link,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions as SpanStart,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import { errorTypeOf } from './error-type.ts'
import { kindOfSpan, type SpanKindName, type SpanName } from './span-table.ts'
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
  const tracer = currentTracer()
  if (tracer === undefined) return fn(NO_SPAN)
  const { parent, links } = options
  const around = parent === undefined ? context.active() : parent === 'root' ? ROOT_CONTEXT : toContext(parent)
  const about: SpanStart = { kind: KINDS[options.kind ?? kindOfSpan(name)], attributes: options.attributes ?? {} }
  if (links !== undefined) about.links = toLinks(links)
  const span = tracer.startSpan(name, about, around)
  return context.with(trace.setSpan(around, span), () => endWith(span, fn))
}

/** A span of something that has just ended, as a child of the active one; none where nothing is traced. */
export function pastSpan(name: SpanName, durationMs: number, attributes: Attributes): void {
  if (trace.getActiveSpan() === undefined) return
  const startTime = Date.now() - durationMs
  const span = currentTracer()?.startSpan(name, { kind: KINDS[kindOfSpan(name)], attributes, startTime })
  if (span === undefined) return
  if (attributes['error.type'] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}

/** Adds a link to a span that has begun already; none for what cannot be read. */
export function linkTo(span: Span, traceparent: string | undefined): void {
  span.addLinks(toLinks([traceparent]))
}

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)

/** Undefined where nothing is traced. */
function currentTracer(): Tracer | undefined {
  const proxy = trace.getTracerProvider()
  const provider = proxy instanceof ProxyTracerProvider ? proxy.getDelegate() : proxy
  if (provider !== known.provider) known = provider === NOBODY ? OFF : { provider, tracer: provider.getTracer(SCOPE) }
  return known.tracer
}

const NOBODY: TracerProvider = new ProxyTracerProvider().getDelegate()
const OFF: { readonly provider: TracerProvider; readonly tracer?: Tracer } = { provider: NOBODY }
/** To look a tracer up is dearer than to compare two providers. */
let known = OFF

const KINDS: Readonly<Record<SpanKindName, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
}

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

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise
}

function markFailed(span: Span, thrown: unknown): void {
  if (!span.isRecording()) return
  const type = errorTypeOf(thrown)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  span.setAttribute('error.type', type)
  span.setStatus({ code: SpanStatusCode.ERROR, message })
  span.addEvent('exception', {
    'exception.type': thrown instanceof Error ? thrown.name : typeof thrown,
    'exception.message': message,
    ...(thrown instanceof Error && thrown.stack && { 'exception.stacktrace': thrown.stack }),
  })
}
