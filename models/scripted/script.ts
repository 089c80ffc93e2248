// Script: replies that a person wrote for the scripted model, in TOML.
//
//   [[reply]]
//   when  = { narrative = "launch", act = "critique", call = 2 }
//   text  = "A stronger verb in line 1, please."
//   usage = { input = 412, output = 96 }
//   delay = "800ms ±200ms"
//   fault = "http:429 retry_after=2s"
//
// Replies are tried in order and the first that fits is taken. Without `text`, the model makes up a reply as it does
// without a script. `[default]` has the same keys and fits whatever nothing else does.

import { parse, TomlError } from 'smol-toml'
import type { Place } from '../../errors.ts'
import type { Usage } from '../model.ts'
import { ModelError } from '../model-error.ts'
import { FAULTS, type Fault, parseFault } from './fault.ts'

/** All that are given must hold. */
export interface When {
  readonly narrative?: string
  readonly act?: string
  /** The n-th call of the act, from 1; without `act`, of the narrative; without both, of the model. */
  readonly call?: number
  /** The n-th time that this very question is asked, from 1. */
  readonly attempt?: number
}

export interface ScriptedReply {
  readonly when?: When
  /** `{{narrative}}`, `{{act}}` and `{{call}}` are filled in. */
  readonly text?: string
  readonly usage?: Usage
  readonly delay?: Delay
  readonly fault?: Fault
}

export interface Delay {
  readonly ms: number
  /** Up to so much more or less, chosen by the seed. */
  readonly spreadMs: number
}

/** @throws ModelError `script-invalid` with the place of the mistake */
export function parseScript(text: string, file: string): ScriptedReply[] {
  const script = parseToml(text, file)
  const stray = Object.keys(script).find((key) => key !== 'reply' && key !== 'default')
  if (stray !== undefined)
    throw invalid(`${stray} is not known; a script has [[reply]] and [default]`, place(text, file, 0))
  const replies = script.reply ?? []
  if (!Array.isArray(replies)) throw invalid('reply must be written as [[reply]]', place(text, file, 0))
  const parsed = replies.map((entry, index) => readReply(entry, placeOfReply(text, file, index)))
  return script.default === undefined
    ? parsed
    : [...parsed, readReply(script.default, place(text, file, text.indexOf('[default]')))]
}

function parseToml(text: string, file: string): Record<string, unknown> {
  try {
    return parse(text)
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    const at = { file, line: cause.line, column: cause.column }
    throw invalid(cause.message.split('\n')[0]!, at, cause)
  }
}

function readReply(entry: unknown, at: Place): ScriptedReply {
  const fields = asTable(entry, 'a reply', at)
  for (const key of Object.keys(fields))
    if (!(REPLY_KEYS as readonly string[]).includes(key))
      throw invalid(`${key} is not a key of a reply; known are ${REPLY_KEYS.join(', ')}`, at)
  return {
    ...(fields.when !== undefined && { when: readWhen(fields.when, at) }),
    ...(fields.text !== undefined && { text: asText(fields.text, 'text', at) }),
    ...(fields.usage !== undefined && { usage: readUsage(fields.usage, at) }),
    ...(fields.delay !== undefined && { delay: readDelay(asText(fields.delay, 'delay', at), at) }),
    ...(fields.fault !== undefined && { fault: readFault(asText(fields.fault, 'fault', at), at) }),
  }
}

const REPLY_KEYS = ['when', 'text', 'usage', 'delay', 'fault'] as const

function readWhen(value: unknown, at: Place): When {
  const when = asTable(value, 'when', at)
  for (const [key, part] of Object.entries(when)) {
    const wanted = { narrative: 'string', act: 'string', call: 'number', attempt: 'number' }[key]
    if (wanted === undefined) throw invalid(`when has no ${key}; known are narrative, act, call, attempt`, at)
    if (typeof part !== wanted) throw invalid(`when.${key} must be a ${wanted}`, at)
  }
  return when as When
}

function readUsage(value: unknown, at: Place): Usage {
  const { input, output } = asTable(value, 'usage', at)
  if (typeof input !== 'number' || typeof output !== 'number')
    throw invalid('usage must have the numbers input and output', at)
  return { input, output }
}

function readDelay(text: string, at: Place): Delay {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s)(?:\s*±\s*(\d+(?:\.\d+)?)\s*(ms|s))?$/.exec(text.trim())
  if (match === null) throw invalid(`delay must look like "800ms" or "2s ±500ms", not "${text}"`, at)
  const inMs = (amount: string | undefined, unit: string | undefined) => Number(amount ?? 0) * (unit === 's' ? 1000 : 1)
  return { ms: inMs(match[1], match[2]), spreadMs: inMs(match[3], match[4]) }
}

function readFault(text: string, at: Place): Fault {
  const fault = parseFault(text)
  if (fault === undefined) throw invalid(`"${text}" is no fault; known are ${FAULTS}`, at)
  return fault
}

function asTable(value: unknown, key: string, at: Place): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${key} must be a table`, at)
  return value as Readonly<Record<string, unknown>>
}

function asText(value: unknown, key: string, at: Place): string {
  if (typeof value !== 'string') throw invalid(`${key} must be a string`, at)
  return value
}

function placeOfReply(text: string, file: string, index: number): Place {
  const headers = [...text.matchAll(/^[ \t]*\[\[\s*reply\s*\]\]/gm)]
  return place(text, file, headers[index]?.index ?? 0)
}

function place(text: string, file: string, offset: number): Place {
  const before = text.slice(0, Math.max(offset, 0)).split('\n')
  return { file, line: before.length, column: before.at(-1)!.length + 1 }
}

function invalid(problem: string, at: Place, cause?: unknown): ModelError {
  return new ModelError('script-invalid', `In the script of replies, ${problem}.`, { place: at, cause })
}
