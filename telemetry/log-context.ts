// Log context: what a line says about where it was logged, without anyone handing it down.
//
//   X1. Thread, source and span cost something, so each line has them only where that was asked for.

import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { threadId } from 'node:worker_threads'
import type { Attributes } from '@opentelemetry/api'
import { openTelemetry } from '../open-telemetry.ts'
import { stackFrame } from './stack-frame.ts'

/** What every line can be given: the thread, the place in our code, the span with its attributes. */
export const LOG_EXTRAS = ['thread', 'source', 'span'] as const
export type LogExtra = (typeof LOG_EXTRAS)[number]

/** @param logger the function whose caller logs */
export function extraFields(wanted: readonly LogExtra[], logger: (...args: never[]) => unknown): object {
  if (wanted.length === 0) return NONE
  return Object.assign({}, ...wanted.map((extra) => EXTRAS[extra](logger)))
}

const NONE = {}

const EXTRAS: Readonly<Record<LogExtra, (logger: (...args: never[]) => unknown) => object>> = {
  thread: () => ({ thread_id: threadId }),
  source: sourceField,
  span: spanField,
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))

function sourceField(logger: (...args: never[]) => unknown): object {
  const holder: { stack?: string } = {}
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 1
  Error.captureStackTrace(holder, logger)
  Error.stackTraceLimit = limit
  const frame = stackFrame(holder.stack?.split('\n').at(-1) ?? '')
  return frame === undefined ? NONE : { source: { file: relative(ROOT, frame.file), line: frame.line } }
}

/** A span that is not recorded knows neither. */
function spanField(): object {
  const { name, attributes } = (openTelemetry()?.trace.getActiveSpan() ?? {}) as {
    name?: string
    attributes?: Attributes
  }
  return name === undefined ? NONE : { span: { name, ...attributes } }
}
