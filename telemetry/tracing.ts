// Tracing: the trace SDK, loaded only when there is somewhere to send spans.
//
// Owns everything that is registered globally; alone knows the classes of the SDK, together with the outbox. Settings are
// explained in docs/observability.md.

import { context, propagation, trace } from '@opentelemetry/api'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import type { Resource } from '@opentelemetry/resources'
import { type Sampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-node'
import { observe } from './instruments.ts'
import { limitedTo } from './load-limit.ts'
import { loggedSpans } from './logged-spans.ts'
import type { ExporterOptions } from './otlp-endpoint.ts'
import { SpanOutbox } from './span-outbox.ts'
import { SCOPE } from './spans.ts'
import { TraceStorage } from './trace-storage.ts'
import { createTracer } from './tracer.ts'

export interface TracingOptions {
  /** Who takes the spans; nobody without it. */
  readonly sending: ExporterOptions | undefined
  /** Write ended spans to the log. */
  readonly toLog: boolean
  /**
   * Share of new traces that are kept, 0 to 1; a continued trace follows the decision made at its beginning. Between 0
   * and 1 what this process did in a trace is kept as well when something failed in it.
   */
  readonly sampleRatio: number
  /** Other shares for new traces of single narratives, by `botticelli.narrative.name` or `gen_ai.workflow.name`. */
  readonly narrativeRatios: Readonly<Record<string, number>>
  /** Most new traces a second; no limit without it. */
  readonly maxPerSecond: number | undefined
  readonly resource: Resource
  /** Most spans that may wait for the backend. */
  readonly queueSize: number
  /** Spans in one request. */
  readonly batchSize: number
  /** Longest wait for a request to fill, in ms. */
  readonly batchDelayMs: number
}

export interface Tracing {
  flush(): Promise<void>
  /** Sends what waits, then takes everything back that was registered. Rejects when the backend did not take it. */
  stop(): Promise<void>
}

export function startTracing(options: TracingOptions): Tracing {
  const outbox = options.sending && openOutbox(options.sending, options)
  const { sampler, leavesOut } = samplerFor(options)
  const tracer = createTracer({
    resource: options.resource,
    instrumentationScope: { name: SCOPE },
    sampler,
    recordsAll: leavesOut && outbox !== undefined,
    listeners: [...(outbox ? [outbox] : []), ...(options.toLog ? [loggedSpans] : [])],
  })
  trace.setGlobalTracerProvider({ getTracer: () => tracer })
  context.setGlobalContextManager(new TraceStorage().enable())
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  )
  const endObservation = outbox && observeOutbox(outbox)

  return {
    flush: async () => outbox?.forceFlush(),
    async stop() {
      trace.disable()
      context.disable()
      propagation.disable()
      endObservation?.()
      await outbox?.shutdown()
    },
  }
}

function openOutbox(sending: ExporterOptions, { queueSize, batchSize, batchDelayMs }: TracingOptions): SpanOutbox {
  return new SpanOutbox(new OTLPTraceExporter(sending), {
    capacity: queueSize,
    batchSize: Math.min(batchSize, queueSize),
    delayMs: batchDelayMs,
    timeoutMs: sending.timeoutMillis,
    endpoint: sending.url,
    now: () => performance.now(),
  })
}

/** Of traces that begin; `leavesOut` when it takes some and not all. */
function samplerFor({ sampleRatio, narrativeRatios, maxPerSecond }: TracingOptions) {
  const ratios = [sampleRatio, ...Object.values(narrativeRatios)]
  const chosen = byNarrative(sampleRatio, narrativeRatios)
  return {
    sampler: maxPerSecond === undefined ? chosen : limitedTo(maxPerSecond, chosen, () => performance.now()),
    leavesOut: maxPerSecond !== undefined || ratios.some((ratio) => ratio > 0 && ratio < 1),
  }
}

/** The narrative is known when the trace begins: by the span of a bot's run, or by that of the narrative itself. */
function byNarrative(ratio: number, narrativeRatios: Readonly<Record<string, number>>): Sampler {
  const usual = new TraceIdRatioBasedSampler(ratio)
  const samplers = new Map(
    Object.entries(narrativeRatios).map(([name, other]) => [name, new TraceIdRatioBasedSampler(other)]),
  )
  if (samplers.size === 0) return usual
  return {
    shouldSample(around, traceId, _name, _kind, attributes) {
      const narrative = attributes['botticelli.narrative.name'] ?? attributes['gen_ai.workflow.name']
      return (samplers.get(String(narrative)) ?? usual).shouldSample(around, traceId)
    },
    toString: () => `ByNarrative{${usual}}`,
  }
}

function observeOutbox(outbox: SpanOutbox): () => void {
  const ends = [
    observe('otel.sdk.processor.span.queue.size', () => [{ value: outbox.account.waiting, labels: {} }]),
    observe('otel.sdk.processor.span.queue.capacity', () => [{ value: outbox.account.capacity, labels: {} }]),
    observe('otel.sdk.processor.span.processed', () => [
      { value: outbox.account.accepted, labels: {} },
      { value: outbox.account.dropped, labels: { 'error.type': 'queue_full' } },
    ]),
    observe('otel.sdk.exporter.span.exported', () => [
      { value: outbox.account.sent, labels: {} },
      { value: outbox.account.lost, labels: { 'error.type': 'export_failed' } },
    ]),
  ]
  return () => {
    for (const end of ends) end()
  }
}
