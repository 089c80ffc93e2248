// OTLP logs: sends each log line to a receiver as well, with the trace it belongs to.
//
//   S1. At most 2048 lines wait or are under way; more are dropped and counted. The line in the ordinary log is never
//       touched.

import { context } from '@opentelemetry/api'
import { SeverityNumber } from '@opentelemetry/api-logs'
import { ExportResultCode } from '@opentelemetry/core'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import type { Resource } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from '@opentelemetry/sdk-logs'
import { inTime, openExportAccount } from './export-account.ts'
import type { LogSink } from './log.ts'
import type { LogLevel } from './log-event-table.ts'
import type { ExporterOptions } from './otlp-endpoint.ts'
import { SCOPE } from './spans.ts'
import { stackFrame } from './stack-frame.ts'

export interface OtlpLogs {
  readonly sink: LogSink
  flush(): Promise<void>
  stop(): Promise<void>
}

export function startLogsPush(sending: ExporterOptions, resource: Resource): OtlpLogs {
  const exporter = new OTLPLogExporter(sending)
  const account = openExportAccount({
    signal: 'logs',
    instrument: 'otel.sdk.exporter.log.exported',
    endpoint: sending.url,
    now: () => performance.now(),
  })
  let waiting = 0
  const watched: LogRecordExporter = {
    export: (records, done) => {
      const settle = inTime(sending.timeoutMillis, (result) => {
        waiting -= records.length
        account.settle(records.length, result)
        done(result)
      })
      exporter.export(records, settle)
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  }
  const provider = new LoggerProvider({
    resource,
    processors: [
      new BatchLogRecordProcessor({
        exporter: watched,
        maxQueueSize: MAX_WAITING,
        maxExportBatchSize: 512,
        scheduledDelayMillis: 1_000,
        exportTimeoutMillis: sending.timeoutMillis + 500,
      }),
    ],
  })
  const logger = provider.getLogger(SCOPE)
  return {
    sink(level, message, fields) {
      if (waiting >= MAX_WAITING) {
        account.settle(1, TOO_MANY, 0)
        return
      }
      waiting += 1
      logger.emit({
        severityNumber: SEVERITIES[level],
        severityText: level.toUpperCase(),
        body: message,
        eventName: String(fields.event),
        attributes: flat(fields),
        context: context.active(),
      })
    },
    flush: () => provider.forceFlush(),
    async stop() {
      account.close()
      await provider.shutdown()
    },
  }
}

const MAX_WAITING = 2_048
const TOO_MANY = { code: ExportResultCode.FAILED, error: new Error('Too many lines wait to be sent.') }

const SEVERITIES: Readonly<Record<LogLevel, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
}

/** Errors and other objects as JSON: a backend can search a text, few can search a tree. */
function flat(fields: Readonly<Record<string, unknown>>): Record<string, string | number | boolean> {
  const attributes: Record<string, string | number | boolean> = {}
  for (const [key, value] of Object.entries(fields)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') attributes[key] = value
    else if (key === 'err') Object.assign(attributes, exception(value))
    else if (value !== undefined && value !== null) attributes[key] = JSON.stringify(value)
  }
  return attributes
}

/** Under the names of the semantic conventions, with the place where it was thrown. */
function exception(err: unknown): Record<string, string | number> {
  const { type, name, message, stack } = (err ?? {}) as Record<string, unknown>
  return {
    'exception.type': String(type ?? name ?? 'Error'),
    'exception.message': String(message ?? ''),
    ...(typeof stack === 'string' && { 'exception.stacktrace': stack, ...placeIn(stack) }),
  }
}

function placeIn(stack: string): Record<string, string | number> {
  const frame = stack.split('\n').map(stackFrame).find(Boolean)
  if (frame === undefined) return {}
  return {
    'code.file.path': frame.file,
    'code.line.number': frame.line,
    ...(frame.called !== undefined && { 'code.function.name': frame.called }),
  }
}
