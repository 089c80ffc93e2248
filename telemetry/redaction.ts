// Redaction: what must never leave the process in a log, a span or an error (P8).
//
// Owns the list of secret key names. Three layers, each enough for what it covers:
//
//   R1. A value under a secret key is replaced whole, at any depth and in any spelling of the key.
//   R2. A text that holds something shaped like a secret loses that part and keeps the rest (redact.ts).
//   R3. A value that configuration named as a secret is taken out wherever it turns up (redact.ts).

import { BotticelliError } from '../errors.ts'
import type { Json } from '../json.ts'
import { CENSOR, noteRedaction, redact } from '../redact.ts'

export { countRedactions, hideSecrets, redact } from '../redact.ts'

/** The text without secrets, cut at a length. A secret that lies across the cut is taken out as well. */
export function redactWithin(text: string, maxLength: number): string {
  const clean = redact(text.slice(0, maxLength + LONGEST_SECRET))
  if (clean.length <= maxLength && text.length <= maxLength + LONGEST_SECRET) return clean
  return `${clean.slice(0, maxLength)}… [cut]`
}

/** A value as plain data without secrets: R1 by key, R2 and R3 in every string. Deep, long and wide values are cut. */
export function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactWithin(value, MAX_TEXT_LENGTH)
  if (typeof value === 'bigint') return value.toString()
  if (value === null || typeof value !== 'object') return typeof value === 'function' ? '[function]' : value
  if (depth >= MAX_DEPTH) return '[too deep]'
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof Error) return redactError(value, depth)
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (Array.isArray(value)) return redactItems(value, depth)
  if (value instanceof Map || value instanceof Set) return redactItems([...value], depth)
  return redactFields(value as Readonly<Record<string, unknown>>, depth)
}

/** JSON of any size as it is, without secrets: R1, R2 and R3, and nothing is cut. */
export function redactJson<T extends Json>(value: T): T
export function redactJson(value: Json): Json {
  if (typeof value === 'string') return redact(value)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item: Json) => redactJson(item))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      isSecretKey(key) && typeof item !== 'boolean' && item !== null ? CENSOR : redactJson(item),
    ]),
  )
}

/** True for a name under which no value may be shown: `apiKey`, `X-Api-Key`, `DISCORD_TOKEN`; not for `max_tokens`. */
export function isSecretKey(key: string): boolean {
  const remembered = verdicts.get(key)
  if (remembered !== undefined) return remembered
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
  const verdict = !HARMLESS_KEY.test(words) && SECRET_KEY.test(words)
  if (verdicts.size < 2_000) verdicts.set(key, verdict)
  return verdict
}

const LONGEST_SECRET = 4_096
const MAX_TEXT_LENGTH = 8_192
const MAX_STACK_LENGTH = 4_096
const MAX_DEPTH = 6
const MAX_ITEMS = 100

const verdicts = new Map<string, boolean>()

const HARMLESS_KEY =
  /(?:^|_)(?:act|cache|dedupe|effect|foreign|idempotency|message|narrative|partition|primary|public|row|sort|step)_key$/

const SECRET_KEY =
  /(?:^|_)(?:authorization|cookie|password|passwd|passphrase|secrets?|token|api_?keys?|apikey|credentials?|dsn|webhook(?:_url)?|signing|session)$|_key$/

function redactItems(items: readonly unknown[], depth: number): unknown[] {
  const shown = items.slice(0, MAX_ITEMS).map((item) => redactValue(item, depth + 1))
  return items.length > MAX_ITEMS ? [...shown, `[${items.length - MAX_ITEMS} more]`] : shown
}

function redactFields(fields: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue
    const hidden = isSecretKey(key) && typeof value !== 'boolean'
    if (hidden) noteRedaction()
    clean[key] = hidden ? CENSOR : redactValue(value, depth + 1)
  }
  return clean
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  return {
    type: error.name,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    message: redactWithin(error.message, MAX_TEXT_LENGTH),
    ...(error.stack !== undefined && { stack: redactWithin(error.stack, MAX_STACK_LENGTH) }),
    ...(error instanceof BotticelliError &&
      error.place !== undefined && { place: redactValue(error.place, depth + 1) }),
    ...(cause !== undefined && { cause: redactValue(cause, depth + 1) }),
  }
}
