// Sanitize: what of an actor's data an inspector may see. Its page may belong to somebody else.
//
//   Z1. `types` shows of every value its type and size, and the names of fields. It is the default.
//   Z2. `full` shows values, but nothing under a secret name and nothing shaped like a secret.
//   Z3. An error shows its name, code and message in both, the message as Z2 says.
//   Z4. The result is plain data of bounded size, whatever the value: cycles, proxies and getters that throw as well.

import { isSecretKey, redactValue, redactWithin } from '../../telemetry/redaction.ts'

export const SANITIZE = ['types', 'full'] as const
export type Sanitize = (typeof SANITIZE)[number]

export function sanitized(value: unknown, how: Sanitize): unknown {
  try {
    return look(value, { how, left: MAX_PARTS }, 0)
  } catch {
    return '[unreadable]'
  }
}

/** An event: its type as it is, everything else sanitized. */
export function sanitizedEvent(event: { readonly type: string }, how: Sanitize): Readonly<Record<string, unknown>> {
  const { type, ...fields } = event
  const shown = sanitized(fields, how)
  return { ...(typeof shown === 'object' ? shown : {}), type: redactWithin(String(type), MAX_NAME_LENGTH) }
}

const MAX_DEPTH = 6
/** Fields and items of one value, all depths together. */
const MAX_PARTS = 1_000
const MAX_TEXT_LENGTH = 2_000
const MAX_NAME_LENGTH = 200
const MAX_MESSAGE_LENGTH = 500

interface Look {
  readonly how: Sanitize
  /** Parts that may still be shown. */
  left: number
}

function look(value: unknown, state: Look, depth: number): unknown {
  if (value === null || value === undefined) return value
  if (typeof value === 'object') {
    if (value instanceof Error) return errorShown(value)
    if (isActorRef(value)) return { xstate$$type: 1, id: String(value.id) }
    if (Array.isArray(value) && state.how === 'full') return items(value, state, depth)
    if (isPlain(value)) return fields(value as Readonly<Record<string, unknown>>, state, depth)
    return sizeOf(value)
  }
  if (state.how === 'types') return typeof value === 'string' ? `string(${value.length})` : typeof value
  if (typeof value === 'string') return redactWithin(value, MAX_TEXT_LENGTH)
  return redactValue(value)
}

function items(value: readonly unknown[], state: Look, depth: number): unknown {
  if (depth >= MAX_DEPTH) return sizeOf(value)
  const shown: unknown[] = []
  for (const item of value) {
    if (state.left-- <= 0) break
    shown.push(look(item, state, depth + 1) ?? null)
  }
  return shown.length < value.length ? [...shown, `[${value.length - shown.length} more]`] : shown
}

function fields(value: Readonly<Record<string, unknown>>, state: Look, depth: number): unknown {
  const keys = Object.keys(value)
  if (depth >= MAX_DEPTH) return `object(${keys.length})`
  const shown: [string, unknown][] = []
  for (const key of keys) {
    if (state.left-- <= 0) break
    const hidden = state.how === 'full' && isSecretKey(key)
    shown.push([redactWithin(key, MAX_NAME_LENGTH), hidden ? '[redacted]' : look(value[key], state, depth + 1)])
  }
  if (shown.length < keys.length) shown.push(['…', `[${keys.length - shown.length} more]`])
  return Object.fromEntries(shown)
}

function errorShown(error: Error): Readonly<Record<string, unknown>> {
  const { code } = error as { code?: unknown }
  return {
    name: error.name,
    ...(typeof code === 'string' && { code: redactWithin(code, MAX_NAME_LENGTH) }),
    message: redactWithin(error.message, MAX_MESSAGE_LENGTH),
  }
}

/** `array(3)`, `Map(2)`, `Uint8Array(512)`, `Date`. */
function sizeOf(value: object): string {
  if (Array.isArray(value)) return `array(${value.length})`
  const name = value.constructor?.name ?? 'object'
  if (value instanceof Map || value instanceof Set) return `${name}(${value.size})`
  return ArrayBuffer.isView(value) ? `${name}(${value.byteLength})` : name
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function isActorRef(value: object): value is { readonly id: unknown } {
  return 'sessionId' in value && 'send' in value && typeof value.send === 'function'
}
