// Log: one line an event, as JSON or for a person, to a destination that is handed in.
//
//   L1. Nothing is written, and no logger is loaded, before `startLog`.
//   L2. No secret gets through: every field passes redaction, and so do the messages and stacks of errors (P8).
//   L3. A line carries `trace_id` and `span_id` of the span that it was logged in.
//   L4. A destination that fails costs the line, never the caller.
//   L5. A warning or an error that comes again and again is written some times, then counted.

import { extraFields, type LogExtra } from './log-context.ts'
import { type FieldsOf, LOG_EVENTS, type LogEventName, type LogLevel } from './log-event-table.ts'
import { prettyLine } from './pretty-line.ts'
import { redactValue } from './redaction.ts'
import { openRepeats, type Repeats } from './repeats.ts'
import { boundFields } from './surroundings.ts'
import { activeSpanContext, currentTraceContext, type TraceContext, withTraceContext } from './trace-context.ts'

/** The least level that is written. */
export type LogThreshold = LogLevel | 'silent'

/** Where lines go: `process.stderr`, a file stream, an array in a test. */
interface LogDestination {
  write(line: string): unknown
}

/** A second way for lines, beside the destination. What it is given holds no secret. */
export type LogSink = (level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>) => void

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
  /** Share of the lines of the levels debug and trace that are written, 0 to 1. Default 1. */
  readonly detailRatio?: number
  /** What each line tells beside its own fields. Default nothing. */
  readonly extras?: readonly LogExtra[]
  /** A number from 0 to 1, below 1. Default: by chance. */
  readonly random?: () => number
}

/** Logs one event of the table. */
export function log<E extends LogEventName>(event: E, fields: FieldsOf<E>): void {
  take(event, fields, around)
}

function take(event: LogEventName, fields: object, readAround: () => object): void {
  running?.write(event, fields, readAround)
  if (listeners.size === 0) return
  const { rank, message } = EVENTS[event]
  if (rank < RANK.warn) return
  const read = () => redactValue({ ...readAround(), ...fields }) as Record<string, unknown>
  for (const listener of listeners) listener(event, message, read)
}

/** What the line says that nobody handed down. Costs something: to be asked for a line that is written. */
function around(): object {
  return { ...extraFields(running?.extras ?? [], log), ...boundFields() }
}

/** Hears of every warning and error, also of repeated ones. @param read gives the fields, without secrets */
export type WarningListener = (event: LogEventName, message: string, read: () => Record<string, unknown>) => void

/** Listens whether or not a log is written. @returns the end of it */
export function onWarning(listener: WarningListener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
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
  const levels = new Map(Object.entries(options.levels ?? {}))
  const { detailRatio = 1, random = Math.random, extras = [] } = options
  const repeats = openRepeats(() => performance.now())
  running = {
    level: options.level,
    levels,
    repeats,
    extras,
    write(event, fields, readAround) {
      const { level, rank, part, message } = EVENTS[event]
      if (rank < RANK[levels.get(part) ?? this.level]) return
      if (detailRatio < 1 && rank <= RANK.debug && random() >= detailRatio) return
      const leftOut = rank < RANK.warn ? 0 : repeats.take(keyOf(event, fields))
      if (leftOut === undefined) return
      countLine(level, part)
      const clean = redactValue({ ...readAround(), ...fields }) as Record<string, unknown>
      const shown = { event, target: part, ...clean, ...(leftOut > 0 && { left_out: leftOut }) }
      logger[level](shown, message)
      for (const sink of sinks) sink(level, message, shown)
    },
  }
}

/** A line on its way to the thread that writes it. What it holds is plain data without secrets. */
export interface RelayedLine {
  readonly event: LogEventName
  readonly fields: object
  /** The span that it was logged in. */
  readonly trace?: TraceContext
}

/** From now on another thread writes the lines, and decides on their levels. */
export function relayLog(send: (line: RelayedLine) => void, extras: readonly LogExtra[]): void {
  running = {
    level: 'trace',
    levels: new Map(),
    repeats: openRepeats(() => performance.now()),
    extras,
    write(event, fields, readAround) {
      const trace = currentTraceContext()
      send({ event, fields: redactValue({ ...readAround(), ...fields }) as object, ...(trace && { trace }) })
    },
  }
}

/** Logs a line of another thread, in the span that it belongs to. */
export function logRelayed({ event, fields, trace }: RelayedLine): void {
  withTraceContext(trace, () => take(event, fields, () => ({})))
}

/** Sends the lines to another place as well, those to come before a start included. @returns the end of it */
export function addLogSink(sink: LogSink): () => void {
  sinks.add(sink)
  return () => sinks.delete(sink)
}

export interface LogLevels {
  readonly level: LogThreshold
  /** By target, where they differ. */
  readonly levels: Readonly<Record<string, LogThreshold>>
}

/** The levels as they are now; undefined when nothing is logged. */
export function logLevels(): LogLevels | undefined {
  return running && { level: running.level, levels: Object.fromEntries(running.levels) }
}

/** Changes the level of one target, or without one the level of all that have none of their own. */
export function setLogLevel(level: LogThreshold, target?: string): void {
  if (running === undefined) return
  if (target === undefined) running.level = level
  else running.levels.set(target, level)
}

/** Lines that were left out because they repeated others. */
export function repeatsLeftOut(): number {
  return running?.repeats.leftOut ?? 0
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

interface RunningLog {
  level: LogThreshold
  readonly levels: Map<string, LogThreshold>
  readonly repeats: Repeats
  readonly extras: readonly LogExtra[]
  write(event: LogEventName, fields: object, readAround: () => object): void
}

let running: RunningLog | undefined
const sinks = new Set<LogSink>()
const listeners = new Set<WarningListener>()
const lines = new Map<string, number>()

const RANK = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, silent: 60 } as const

/** What is asked of each event at every line, most of which are below the level and go no further. */
const EVENTS = Object.fromEntries(
  Object.entries(LOG_EVENTS).map(([event, { level, message }]) => [
    event,
    { level, rank: RANK[level], part: event.slice(0, event.indexOf('.')), message },
  ]),
) as Readonly<Record<LogEventName, { level: LogLevel; rank: number; part: string; message: string }>>

/** Lines that say the same of the same. */
function keyOf(event: string, fields: object): string {
  const { actor, bot, narrative, act, table, model, err } = fields as Readonly<Record<string, unknown>>
  const { message } = (err ?? {}) as { readonly message?: unknown }
  return [event, actor, bot, narrative, act, table, model, message].join('\n')
}

function countLine(level: string, target: string): void {
  const key = `${level} ${target}`
  lines.set(key, (lines.get(key) ?? 0) + 1)
}

function activeSpan(): object {
  const span = activeSpanContext()
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId }
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
