// Item trace: the one trace that a content item has, from its birth to its publication (P5).
//
// Each step leaves its own span's context with the item, so that the next step becomes its child: the trace reads as
// the item's story. Without a running tracer there are no spans, but the item has its trace id all the same: it is found
// by it in tables and logs, and its later steps are traced once a tracer runs.

import type { Span } from '@opentelemetry/api'
import type { Journal } from '../store/store.ts'
import { inSpan, linkTo, type SpanOptions } from '../telemetry/spans.ts'
import { activeTraceparent, newTraceparent, traceIdOf } from '../telemetry/trace-context.ts'
import type { ActResult } from './act-task.ts'

/**
 * The item is born, as a row of the table.
 *
 * @param alone false when the act made several: each then begins a trace of its own, linked to the act
 * @param around that of the act, for where nothing is traced
 * @returns the traceparent to store with the row
 */
export function beginItem(table: string, alone: boolean, around: string | undefined): string {
  const apart: SpanOptions = alone ? {} : { parent: 'root', links: [activeTraceparent()] }
  return (
    inSpan(`create ${table}`, { attributes: attributesOf(table, 'create'), ...apart }, activeTraceparent) ??
    (alone ? around : undefined) ??
    newTraceparent()
  )
}

/**
 * The item, a row of the table so far, is worked on: by the act whose span is active.
 *
 * @param traceparent as it was stored with the row
 */
export function continueItem(table: string, traceparent: string): string {
  const options: SpanOptions = {
    attributes: attributesOf(table, 'process'),
    parent: { traceparent },
    links: [activeTraceparent()],
  }
  return inSpan(`process ${table}`, options, activeTraceparent) ?? traceparent
}

/**
 * Links the span of a run that failed to the item that it had taken up, and so to the item's generation.
 *
 * @returns what the lines about the failure say of it
 */
export function linkToItem(span: Span, executionId: string, journal: Journal): { readonly item_trace?: string } {
  const results = journal.acts(executionId).map(({ result }) => result as unknown as Partial<ActResult> | undefined)
  const last = results.findLast((result) => result?.itemRow !== undefined)
  if (last === undefined) return {}
  linkTo(span, last.item)
  return { item_trace: traceIdOf(last.item) ?? UNKNOWN_TRACE }
}

/** Of an item that somebody stored without one. */
export const UNKNOWN_TRACE = 'unknown'

function attributesOf(table: string, operation: 'create' | 'process') {
  return {
    'messaging.system': 'botticelli',
    'messaging.operation.type': operation,
    'messaging.destination.name': table,
  }
}
