// Sentry event: what Sentry is told of one error line of the log. Pure.
//
//   Q1. No prompt, no answer, no row and no name of a person gets in: of our own errors the constant summary of their
//       code is sent, of others the message without what it quotes. The trace id leads to the rest, which stays here.
//   Q2. Of the machine nothing is told but the version of Node; paths are relative to the program.
//
// https://develop.sentry.dev/sdk/data-model/event-payloads/

import { basename, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CODES, type ErrorCode } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import { stackFrame } from './stack-frame.ts'

/** A line of the log as its listeners get it: without secrets. */
export interface ErrorLine {
  readonly event: string
  /** The constant message of the event. */
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly traceId?: string | undefined
  readonly spanId?: string | undefined
}

export interface ReportedBy {
  /** Such as `botticelli@0.1.0`. */
  readonly release: string
  readonly environment?: string | undefined
  readonly service: string
}

/** Fields that name a part of the configuration or of the program, and no person or content. */
const TAGS = [
  'bot',
  'bot_type',
  'narrative',
  'act',
  'actor',
  'kind',
  'model',
  'provider',
  'platform',
  'command',
] as const

/** @param at epoch ms @param leftOut events of the same kind that were not sent since the last one */
export function sentryEvent(line: ErrorLine, by: ReportedBy, id: string, at: number, leftOut: number): JsonObject {
  const { event, message, fields, traceId, spanId } = line
  const tags = TAGS.flatMap((name) => (typeof fields[name] === 'string' ? [[name, fields[name]] as const] : []))
  const errors = chainOf(fields.err)
  const { execution } = fields
  return {
    event_id: id,
    timestamp: at / 1_000,
    platform: 'node',
    level: 'error',
    logger: event.slice(0, event.indexOf('.')),
    release: by.release,
    environment: by.environment ?? 'production',
    tags: { event, service: by.service, ...Object.fromEntries(tags) },
    fingerprint: fingerprintOf(line),
    contexts: {
      runtime: { name: 'node', version: process.versions.node },
      ...(traceId !== undefined && { trace: { trace_id: traceId, span_id: spanId ?? '' } }),
    },
    extra: {
      ...(typeof execution === 'string' && { execution }),
      ...(leftOut > 0 && { left_out: leftOut }),
    },
    ...(errors.length === 0
      ? { message: { formatted: message } }
      : { exception: { values: errors.map(exceptionOf).toReversed() }, transaction: message }),
  }
}

/** What makes two errors the same: where it happened and what it was. */
export function fingerprintOf({ event, fields }: Pick<ErrorLine, 'event' | 'fields'>): string[] {
  const { bot, actor, narrative, act } = fields
  const [first] = chainOf(fields.err)
  const where = [bot ?? actor, narrative, act].map((part) => (typeof part === 'string' ? part : ''))
  return [event, first === undefined ? '' : typeOf(first), ...where]
}

// ---------------------------------------------------------------------------- errors

interface PlainError {
  readonly type?: unknown
  readonly name?: unknown
  readonly code?: unknown
  readonly message?: unknown
  readonly stack?: unknown
  readonly cause?: unknown
}

const LONGEST_CHAIN = 5

/** The error and its causes, outermost first. */
function chainOf(err: unknown): PlainError[] {
  const chain: PlainError[] = []
  for (let next = err; typeof next === 'object' && next !== null && chain.length < LONGEST_CHAIN; ) {
    chain.push(next)
    next = (next as PlainError).cause
  }
  return chain
}

function exceptionOf(error: PlainError): JsonObject {
  const frames = typeof error.stack === 'string' ? framesOf(error.stack) : []
  return {
    type: typeOf(error),
    value: messageOf(error),
    ...(frames.length > 0 && { stacktrace: { frames } }),
  }
}

function typeOf({ code, type, name }: PlainError): string {
  return String(code ?? type ?? name ?? 'Error')
}

/** Q1. */
function messageOf({ code, message }: PlainError): string {
  if (typeof code === 'string' && Object.hasOwn(CODES, code)) return CODES[code as ErrorCode].summary
  return String(message ?? '').replace(/(["'`]).*?\1/gs, '$1…$1')
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const MOST_FRAMES = 30

/** The frames of a stack, the innermost last, as Sentry has them. What stands above the frames is the message: Q1. */
function framesOf(stack: string): JsonObject[] {
  const lines = stack.split('\n').filter((line) => !line.endsWith('[cut]'))
  const frames = lines.slice(lines.findLastIndex((line) => !/^\s+at /.test(line)) + 1).map(frameOf)
  return frames
    .filter((frame) => frame !== undefined)
    .slice(0, MOST_FRAMES)
    .toReversed()
}

function frameOf(text: string): JsonObject | undefined {
  const frame = stackFrame(text)
  if (frame === undefined) return undefined
  const { called = '<anonymous>', file, line: lineno, column: colno } = frame
  const isOurs = !file.startsWith('node:')
  const short = relative(ROOT, file)
  const filename = isOurs ? `app:///${short.startsWith('..') ? basename(file) : short}` : file
  const in_app = isOurs && !file.includes('node_modules')
  return { filename, function: called, lineno, colno, in_app }
}
