// Surroundings: what a piece of code runs in, carried along by promises, timers and streams.
//
// Owns the one storage of it. The span and the fields of log lines are kept together, since each entry copies whatever
// storages there are.
//
//   U1. Fields are bound around work and hold for everything that it logs, over awaits and timers; inner ones win.
//   U2. While we trace, what is entered is here. Where the process around us does, its storage has the span, and this the fields.
//   U3. To enter what one is in already costs nothing.

import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import type { Context } from '@opentelemetry/api'
import type { OpenTelemetry } from '../open-telemetry.ts'

/** Fields of the log that work can be bound to. */
export interface BoundFields {
  readonly bot?: string | undefined
  readonly narrative?: string | undefined
  readonly act?: string | undefined
  readonly execution?: string | undefined
  /** Trace id of the content item that is handled; `unknown` of an item that came without one. */
  readonly item_trace?: string | undefined
  /** Who asked for it, where that is a person. */
  readonly user?: string | undefined
}

interface Surroundings {
  /** Of the span that is active; none outside of any. */
  readonly context: Context | undefined
  readonly fields: BoundFields
}

/** The fields that hold here. */
export function boundFields(): BoundFields {
  return here().fields
}

/** Runs `fn`; each line that it logs, now or later, carries these fields beside those bound around it. */
export function withLogFields<T>(fields: BoundFields, fn: () => T): T {
  const around = here()
  return storage.run({ context: around.context, fields: { ...around.fields, ...fields } }, fn)
}

/** @returns runs what comes later as if it were called from here: in this span, with these fields of the log */
export function fromHere(): <T>(fn: () => T) => T {
  // To enter a storage anew copies all of them, on the way in and on the way out; to go back to where one was copies none.
  const at = new AsyncResource('botticelli.surroundings')
  return (fn) => at.runInAsyncScope(fn)
}

/** The same as `context.active()` of the API, without the way through it. */
export function activeContext(otel: OpenTelemetry): Context {
  return isTracing ? (here().context ?? otel.ROOT_CONTEXT) : otel.context.active()
}

/** Of the span that is active here while we trace. */
export function heldContext(): Context | undefined {
  return isTracing ? here().context : undefined
}

/** The same as `context.with(…)` of the API. */
export function withContext<T>(context: Context, otel: OpenTelemetry, fn: () => T): T {
  return isTracing ? enter(context, fn) : otel.context.with(context, fn)
}

/** U3. */
export function enter<T>(context: Context, fn: () => T): T {
  const around = here()
  return context === around.context ? fn() : storage.run({ context, fields: around.fields }, fn)
}

/** U2. What was entered earlier is not looked at while it is off. */
export function setTracing(on: boolean): void {
  isTracing = on
}

function here(): Surroundings {
  return storage.getStore() ?? NOWHERE
}

const storage = new AsyncLocalStorage<Surroundings>()
const NOWHERE: Surroundings = { context: undefined, fields: {} }
let isTracing = false
