// Log history: the latest lines of the running server's log, and those to come, for people on the same machine.
//
//   G1. Bounded. What is here has passed redaction.
//   G2. A reader that is slow is told how many lines it missed.

import type { LogSink } from '../telemetry/log.ts'
import { activeSpanContext } from '../telemetry/trace-context.ts'
import type { Streams } from './control.ts'
import type { Follow, LineSink } from './follow.ts'

/** A line of the log, or the number of lines that a slow reader missed. */
export type LogLine =
  | { readonly timestamp: string; readonly level: string; readonly message: string; readonly [field: string]: unknown }
  | { readonly missed: number }

export interface LogHistory {
  /** To be added to the log. */
  readonly record: LogSink
  /** The latest lines as JSON; then, if `goesOn`, those to come. */
  follow(goesOn: boolean): Follow
}

const KEPT = 500

/** @param now epoch ms */
export function createLogHistory(now: () => number): LogHistory {
  const kept: string[] = []
  const readers = new Set<(line: string) => void>()
  return {
    record(level, message, fields) {
      const timestamp = new Date(now()).toISOString()
      const span = activeSpanContext()
      const trace = span && { trace_id: span.traceId, span_id: span.spanId }
      const line = JSON.stringify({ level: level.toUpperCase(), timestamp, ...trace, ...fields, message })
      kept.push(line)
      if (kept.length > KEPT) kept.shift()
      for (const read of readers) read(line)
    },
    follow: (goesOn) => (sink) => {
      const reader = readerOf(sink)
      for (const line of kept) reader.read(line)
      if (goesOn) readers.add(reader.read)
      else sink.end()
      return { drained: reader.drained, close: () => readers.delete(reader.read) }
    },
  }
}

export function logStreams(history: LogHistory): Streams {
  return { '/v1/logs': (query) => history.follow(query.get('follow') === 'true') }
}

/** One who reads, at its own pace. */
function readerOf(sink: LineSink) {
  let isFull = false
  let missed = 0
  return {
    read(line: string) {
      if (isFull) missed += 1
      else isFull = !sink.write(line)
    },
    drained() {
      isFull = false
      if (missed === 0) return
      const line = JSON.stringify({ missed })
      missed = 0
      isFull = !sink.write(line)
    },
  }
}
