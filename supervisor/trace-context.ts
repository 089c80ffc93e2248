// Trace context: how a message carries its trace, and the span it is handled in.
//
// The context travels in the message: AsyncLocalStorage alone is wrong for what is queued, redelivered or stored.
// With no tracer provider registered when the system starts, nothing here is called.

import {
  type Context,
  context,
  type Link,
  ProxyTracer,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { Delivered } from './message.ts'

/** The tracer of the registered provider; undefined when there is none, and so nothing to pay for. */
export function activeTracer(): Tracer | undefined {
  const tracer = trace.getTracer('botticelli/supervisor')
  return tracer instanceof ProxyTracer ? undefined : tracer
}

export interface TraceFields {
  traceparent?: string
  tracestate?: string
  baggage?: string
}

/** The active context as fields of a message. */
export function injectActive(): TraceFields {
  const fields: TraceFields = {}
  propagation.inject(context.active(), fields)
  return fields
}

/** A message's span while it is handled. */
export interface Handling {
  readonly span: Span
  readonly context: Context
}

/** Opens the consumer span of a message, child of its sender's; a later attempt links to the one before it. */
export function openHandling(
  tracer: Tracer,
  kind: string,
  path: string,
  incarnation: number,
  message: Delivered,
  previous: Handling | undefined,
  now: number,
): Handling {
  const { meta } = message
  const parent = propagation.extract(ROOT_CONTEXT, meta)
  const links: Link[] = previous === undefined ? [] : [{ context: previous.span.spanContext() }]
  const span = tracer.startSpan(
    `process ${kind} ${message.type}`,
    {
      kind: SpanKind.CONSUMER,
      links,
      attributes: {
        'botticelli.actor.path': path,
        'botticelli.actor.incarnation': incarnation,
        'botticelli.message.id': meta.id,
        'botticelli.message.attempt': meta.attempt,
        'botticelli.message.waited_ms': Math.max(0, now - meta.sentAt),
      },
    },
    parent,
  )
  return { span, context: trace.setSpan(parent, span) }
}

export function closeHandling({ span }: Handling, error?: unknown): void {
  if (error !== undefined) {
    if (error instanceof Error) span.recordException(error)
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) })
  }
  span.end()
}

/** `00-<trace id>-<span id>-<flags>` of a span that is being handled. */
export function traceparentOf(handling: Handling | undefined): string | undefined {
  if (handling === undefined) return undefined
  const { traceId, spanId, traceFlags } = handling.span.spanContext()
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}

export const runInContext = <Result>(active: Context, run: () => Result): Result => context.with(active, run)
export const activeContext = (): Context => context.active()
export { type Context, ROOT_CONTEXT }
