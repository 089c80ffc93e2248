// Pretty line: a JSON log line turned into one that a person reads on a terminal.

import { styleText } from 'node:util'

/** `12:03:44.123 INFO  Bot run completed  bot=curator duration_ms=1234`, with the stack of an error below it, unless its place in a file says more. */
export function prettyLine(json: string, colors: boolean): string {
  const {
    timestamp,
    level,
    message,
    event: _event,
    target: _target,
    err,
    trace_id,
    span_id: _span,
    ...fields
  } = JSON.parse(json) as Record<string, unknown>
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colors ? styleText(style, text, { validateStream: false }) : text

  const label = String(level)
  const head = [
    paint('dim', String(timestamp).slice(11, 23)),
    paint(STYLES[label] ?? 'reset', label.padEnd(5)),
    paint('bold', visible(String(message))),
  ].join(' ')
  const pairs = Object.entries(fields).map(([key, value]) => `${paint('dim', `${key}=`)}${show(value)}`)
  const place = isRecord(err) ? placeOf(err) : undefined
  if (isRecord(err)) pairs.push(`${paint('dim', 'err=')}${paint('red', show(err.message))}`)
  if (place !== undefined) pairs.push(`${paint('dim', 'at=')}${show(place)}`)
  if (trace_id !== undefined) pairs.push(paint('dim', `trace=${String(trace_id).slice(0, 8)}`))
  const line = pairs.length === 0 ? head : `${head}  ${pairs.join(' ')}`
  return `${line}\n${isRecord(err) && label === 'ERROR' && place === undefined ? stackOf(err) : ''}`
}

const STYLES: Readonly<Record<string, Parameters<typeof styleText>[0]>> = {
  TRACE: 'dim',
  DEBUG: 'cyan',
  INFO: 'green',
  WARN: 'yellow',
  ERROR: 'red',
}

function show(value: unknown): string {
  if (typeof value === 'string' && /^[\w./:@+-]+$/.test(value)) return value
  return visible(typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? ''))
}

/** Control characters as escapes: a text out of a model must not move the cursor or ring the bell. */
function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** `post.toml:3:7`, for what is wrong in something that a person wrote. */
function placeOf({ place }: Readonly<Record<string, unknown>>): string | undefined {
  return isRecord(place) ? `${place.file}:${place.line}:${place.column}` : undefined
}

function stackOf(error: Readonly<Record<string, unknown>>): string {
  if (typeof error.stack !== 'string') return ''
  const frames = error.stack.split('\n').filter((line) => line.startsWith('    at '))
  return frames.map((line) => `  ${visible(line)}\n`).join('')
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object'
}
