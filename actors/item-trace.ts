// Item trace: the one trace that a content item has, from its birth to its publication (P5).
//
// Each step leaves its own span's context with the item, so that the next step becomes its child: the trace reads as
// the item's story. Without a running tracer there are no spans, but the item has its trace id all the same: it is found
// by it in tables and logs, and its later steps are traced once a tracer runs.

import { randomBytes } from 'node:crypto'
import { inSpan, type SpanOptions } from '../telemetry/spans.ts'
import { currentTraceContext } from '../telemetry/trace-context.ts'

/**
 * The item is born, as a row of the table.
 *
 * @param alone false when the act made several: each then begins a trace of its own, linked to the act
 * @returns the traceparent to store with the row
 */
export function beginItem(table: string, alone: boolean): string {
  const apart: SpanOptions = alone ? {} : { parent: 'root', links: [here()] }
  return inSpan(`create ${table}`, { attributes: attributesOf(table), ...apart }, here) ?? newTraceparent()
}

/**
 * The item, a row of the table so far, is worked on: by the act whose span is active.
 *
 * @param traceparent as it was stored with the row
 */
export function continueItem(table: string, traceparent: string): string {
  const options: SpanOptions = { attributes: attributesOf(table), parent: { traceparent }, links: [here()] }
  return inSpan(`process ${table}`, options, here) ?? traceparent
}

/** Sampled, so that what comes later is not left out. @see https://www.w3.org/TR/trace-context/#traceparent-header */
function newTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
}

function attributesOf(table: string) {
  return { 'messaging.system': 'botticelli', 'messaging.destination.name': table }
}

function here(): string | undefined {
  return currentTraceContext()?.traceparent
}
