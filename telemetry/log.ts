// Log: one line an event, as JSON or for a person, to a destination that is handed in.
//
//   L1. Nothing is written, and no logger is loaded, before `startLog`.
//   L2. No secret gets through: every field passes redaction, and so do the messages and stacks of errors (P8).
//   L3. A line carries `trace_id` and `span_id` of the span that it was logged in.
//   L4. A destination that fails costs the line, never the caller.

import { context, isSpanContextValid, trace } from '@opentelemetry/api'
import { type FieldsOf, LOG_EVENTS, type LogEventName, type LogLevel } from './log-event-table.ts'
import { prettyLine } from './pretty-line.ts'
import { redactValue } from './redaction.ts'

/** The least level that is written. */
type LogThreshold = LogLevel | 'silent'

/** Where lines go: `process.stderr`, a file stream, an array in a test. */
interface LogDestination {
  write(line: string): unknown
}

export interface LogOptions {
  readonly level: LogThreshold
  readonly format: 'json' | 'pretty'
  readonly destination: LogDestination
  /** Levels of single targets, such as `{ llm: 'debug' }`; they win over `level`. */
  readonly levels?: Readonly<Record<string, LogThreshold>>
  /** Colours in the pretty format. Default false. */
  readonly colors?: boolean
  /** Fields that every line carries, such as `service`. */
  readonly base?: Readonly<Record<string, string | number>>
}

/** Logs one event of the table. */
export function log<E extends LogEventName>(event: E, fields: FieldsOf<E>): void {
  running?.write(event, fields)
}

/** Begins to write. A second start replaces the first. */
export async function startLog(options: LogOptions): Promise<void> {
  const { pino } = await import('pino')
  const logger = pino(
    {
      level: 'trace', // levels are decided by target, in `isOn`
      base: options.base ?? null,
      messageKey: 'message',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
      serializers: { err: (err) => err }, // an error has become plain data by then
      mixin: activeSpan,
    },
    guard(options),
  )
  const isOn = levelsByTarget(options.level, options.levels ?? {})
  running = {
    write(event, fields) {
      const { level, message } = LOG_EVENTS[event]
      const part = event.slice(0, event.indexOf('.'))
      if (!isOn(part, level)) return
      countLine(level, part)
      logger[level]({ event, target: part, ...(redactValue(fields) as Record<string, unknown>) }, message)
    },
  }
}

/** Ends it: from now on nothing is written. */
export function stopLog(): void {
  running = undefined
}

/** Lines written so far, by level and target. */
export function* countedLines(): Iterable<{
  readonly value: number
  readonly labels: { level: string; target: string }
}> {
  for (const [key, value] of lines) {
    const [level = '', target = ''] = key.split(' ')
    yield { value, labels: { level, target } }
  }
}

let running: { write(event: LogEventName, fields: object): void } | undefined
const lines = new Map<string, number>()

const RANK = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, silent: 60 } as const

function levelsByTarget(level: LogThreshold, levels: Readonly<Record<string, LogThreshold>>) {
  return (target: string, wanted: LogLevel) => RANK[wanted] >= RANK[levels[target] ?? level]
}

function countLine(level: string, target: string): void {
  const key = `${level} ${target}`
  lines.set(key, (lines.get(key) ?? 0) + 1)
}

function activeSpan(): object {
  const span = trace.getSpanContext(context.active())
  if (span === undefined || !isSpanContextValid(span)) return {}
  return { trace_id: span.traceId, span_id: span.spanId }
}

function guard({ destination, format, colors = false }: LogOptions): LogDestination {
  return {
    write(line) {
      try {
        destination.write(format === 'json' ? line : prettyLine(line, colors))
      } catch {
        // L4: a closed pipe or a full disk must not stop a bot, and there is nowhere left to tell it.
      }
    },
  }
}
