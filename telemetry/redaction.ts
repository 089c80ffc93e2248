// Redaction: what must never leave the process in a log, a span or an error (P8).
//
// Owns the list of secret key names and of secret shapes. Three layers, each enough for what it covers:
//
//   R1. A value under a secret key is replaced whole, at any depth and in any spelling of the key.
//   R2. A text that holds something shaped like a secret loses that part and keeps the rest.
//   R3. A value that configuration named as a secret (`hideSecrets`) is taken out wherever it turns up.

import { BotticelliError } from '../errors.ts'
import type { Json } from '../json.ts'

const CENSOR = '[redacted]'

/** The text without anything that looks like a key, a token, a password or an authorization header. */
export function redact(text: string): string {
  if (text.length < MIN_SECRET_LENGTH || harmless.has(text)) return text
  const clean = withoutSecrets(text)
  if (clean !== text) redactions += 1
  else if (text.length <= MAX_REMEMBERED_LENGTH) remember(text)
  return clean
}

function remember(text: string): void {
  if (harmless.size >= MAX_REMEMBERED) harmless.clear()
  harmless.add(text)
}

function withoutSecrets(text: string): string {
  let clean = text
  for (const secret of known) {
    if (clean.includes(secret)) clean = clean.replaceAll(secret, CENSOR)
  }
  if (SUSPICIOUS.test(clean)) for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement)
  return clean
}

/** The same, cut at a length. A secret that lies across the cut is taken out as well. */
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

/** Takes these very values out of everything from now on, as they are, in a URL or in JSON. Values under 8 characters are too common to be looked for. */
export function hideSecrets(secrets: Iterable<string | undefined>): void {
  for (const secret of secrets) {
    if (secret === undefined || secret.length < MIN_SECRET_LENGTH) continue
    harmless.clear()
    known.add(secret)
    known.add(encodeURIComponent(secret.toWellFormed()))
    known.add(JSON.stringify(secret).slice(1, -1))
  }
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

/** How many texts and values lost something since the process began. */
export function countRedactions(): number {
  return redactions
}

const MIN_SECRET_LENGTH = 8
const LONGEST_SECRET = 4_096
const MAX_TEXT_LENGTH = 8_192
const MAX_STACK_LENGTH = 4_096
const MAX_DEPTH = 6
const MAX_ITEMS = 100

const known = new Set<string>()
/** Names that come again and again, in every span and line, are looked at once. */
const harmless = new Set<string>()
const MAX_REMEMBERED = 2_000
const MAX_REMEMBERED_LENGTH = 100
const verdicts = new Map<string, boolean>()
let redactions = 0

const HARMLESS_KEY =
  /(?:^|_)(?:act|cache|dedupe|effect|foreign|idempotency|message|narrative|partition|primary|public|row|sort|step)_key$/

const SECRET_KEY =
  /(?:^|_)(?:authorization|cookie|password|passwd|passphrase|secrets?|token|api_?keys?|apikey|credentials?|dsn|webhook(?:_url)?|signing|session)$|_key$/

/** Where this finds nothing, none of the patterns does: one look in place of seventeen. */
const SUSPICIOUS =
  /-----BEGIN|bearer|basic|aiza|sk-|gh[pousr]_|github_pat_|glpat-|hf_|xox|akia|asia|eyj|\.[\w-]{6}\.|webhooks\/|services\/|\/\/|[?&;]|passw|secret|api|authorization|cookie|token/i

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, CENSOR],
  // With a digit or padding in it: "a bearer authentication scheme" is no secret.
  [/\b(Bearer|Basic)\s+(?=[\w.~+/-]*[\d=])[\w.~+/-]{8,}=*/gi, `$1 ${CENSOR}`],
  [/\bAIza[\w-]{30,}/g, CENSOR],
  [/\bsk-[\w-]{16,}/g, CENSOR],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|hf_)\w{16,}/g, CENSOR],
  [/\bxox[a-z]-[\w-]{10,}/g, CENSOR],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, CENSOR],
  [/\beyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?/g, CENSOR],
  // A Discord bot token: the bot's id in base 64, a time and a signature.
  [/\b[MNO][\w-]{22,28}\.[\w-]{6}\.[\w-]{27,}/g, CENSOR],
  [/(\/api\/(?:v\d+\/)?webhooks\/\d+\/)[\w-]{16,}/g, `$1${CENSOR}`],
  [/(\/services\/T\w+\/B\w+\/)\w{16,}/g, `$1${CENSOR}`],
  [/(\/\/)[^\s/?#@"'<>]+@/g, `$1${CENSOR}@`],
  [/([?&;](?:[\w-]*(?:key|token|secret|password|signature)|sig)=)[^&\s#"']+/gi, `$1${CENSOR}`],
  [/((?:password|passwd|secret|api[_-]?key)["']?\s*[:=]\s*["']?)(?!\[redacted)[^\s"',;&})\]]{4,}/gi, `$1${CENSOR}`],
  [/((?:authorization|cookie)["']?\s*[:=]\s*["']?)(?!\[redacted)[^\s"'][^\r\n"']{3,}/gi, `$1${CENSOR}`],
  // A parser's "unexpected token: name" is not a secret; what looks random or stands after `=` is.
  [/(token["']?\s*(?:=\s*["']?))(?!\[redacted)[^\s"',;&})\]]{8,}/gi, `$1${CENSOR}`],
  [/(token["']?\s*:\s*["']?)(?=[\w.~+/=-]*\d)[\w.~+/=-]{16,}/gi, `$1${CENSOR}`],
]

function redactItems(items: readonly unknown[], depth: number): unknown[] {
  const shown = items.slice(0, MAX_ITEMS).map((item) => redactValue(item, depth + 1))
  return items.length > MAX_ITEMS ? [...shown, `[${items.length - MAX_ITEMS} more]`] : shown
}

function redactFields(fields: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue
    const hidden = isSecretKey(key) && typeof value !== 'boolean'
    if (hidden) redactions += 1
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
