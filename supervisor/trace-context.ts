// Trace context: how a message carries its trace, and the span it is handled in.
//
// The context travels in the message: AsyncLocalStorage alone is wrong for what is queued, redelivered or stored.
// With no tracer provider registered when the system starts, nothing here is called.

import type { Context, Link, Span, SpanContext, SpanOptions, SpanStatusCode, Tracer } from '@opentelemetry/api'
import { openTelemetry } from '../open-telemetry.ts'
import type { Delivered } from './message.ts'

/** The tracer of the registered provider; undefined when there is none, and so nothing to pay for. */
export function activeTracer(): Tracer | undefined {
  const otel = openTelemetry()
  const tracer = otel?.trace.getTracer('botticelli/supervisor')
  return otel === undefined || tracer instanceof otel.ProxyTracer ? undefined : tracer
}

export interface TraceFields {
  traceparent?: string
  tracestate?: string
  baggage?: string
}

/** The active context as fields of a message. */
export function injectActive(): TraceFields {
  const fields: TraceFields = {}
  const otel = openTelemetry()
  otel?.propagation.inject(otel.context.active(), fields)
  return fields
}

/** The same where there is a tracer; empty without one. */
export const activeTraceFields = (): TraceFields => (activeTracer() === undefined ? {} : injectActive())

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
  const { propagation, ROOT_CONTEXT, SpanKind, trace } = openTelemetry()!
  const { meta } = message
  const parent = propagation.extract(ROOT_CONTEXT, meta)
  const links: Link[] = previous === undefined ? [] : [{ context: previous.span.spanContext() }]
  const span = tracer.startSpan(
    `process ${kind} ${message.type}`,
    {
      kind: SpanKind.CONSUMER,
      links,
      attributes: {
        'messaging.system': 'botticelli',
        'messaging.operation.type': 'process',
        'messaging.operation.name': 'process',
        'messaging.destination.name': path,
        'messaging.message.id': meta.id,
        'messaging.message.conversation_id': meta.correlationId,
        'messaging.botticelli.wait_ms': Math.max(0, now - meta.sentAt),
        'botticelli.actor.path': path,
        'botticelli.actor.incarnation': incarnation,
        'botticelli.message.attempt': meta.attempt,
      },
    },
    parent,
  )
  return { span, context: trace.setSpan(parent, span) }
}

export function closeHandling({ span }: Handling, error?: unknown): void {
  if (error !== undefined) {
    const { code, name, message } = describe(error)
    span.setAttribute('error.type', code ?? name)
    span.setStatus({ code: ERROR, message })
    if (error instanceof Error) span.recordException(error)
  }
  span.end()
}

const ERROR: SpanStatusCode.ERROR = 2

/** A crash, until the next life has begun. */
export interface Crash {
  readonly at: number
  readonly error: unknown
  /** The span that failed. */
  readonly span: SpanContext | undefined
}

/** The span of a restart, from the crash to the start of the next life: a trace of its own, linked to what failed. */
export function traceRestart(tracer: Tracer, path: string, kind: string, restarts: number, crash: Crash, now: number) {
  const { ROOT_CONTEXT, SpanKind } = openTelemetry()!
  const { code, name } = describe(crash.error)
  const options: SpanOptions = {
    kind: SpanKind.INTERNAL,
    startTime: crash.at,
    ...(crash.span && { links: [{ context: crash.span }] }),
    attributes: {
      'botticelli.actor.path': path,
      'botticelli.actor.kind': kind,
      'botticelli.restart.reason': code ?? name,
      'botticelli.restart.count': restarts,
    },
  }
  tracer.startSpan(`supervisor.restart ${kind}`, options, ROOT_CONTEXT).end(now)
}

function describe(error: unknown): { readonly code?: string; readonly name: string; readonly message: string } {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { code } = error as { code?: unknown }
  return { name: error.name, message: error.message, ...(typeof code === 'string' && { code }) }
}

/** `00-<trace id>-<span id>-<flags>` of a span that is being handled. */
export function traceparentOf(handling: Handling | undefined): string | undefined {
  if (handling === undefined) return undefined
  const { traceId, spanId, traceFlags } = handling.span.spanContext()
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}

/** @param active undefined: outside of any span */
export function runInContext<Result>(active: Context | undefined, run: () => Result): Result {
  const otel = openTelemetry()
  return otel === undefined ? run() : otel.context.with(active ?? otel.ROOT_CONTEXT, run)
}

/** Undefined as long as nobody traces. */
export const activeContext = (): Context | undefined => openTelemetry()?.context.active()
