// Refusal: what an HTTP status and the body next to it mean.
//
// Every provider says “no” in its own words; this is the one place that knows them. Pure: values in, ModelError out.
//
//   H1. `retryAfterMs` is what the provider said, however long; without a word from it, undefined.
//   H2. The message holds the provider's own sentence, cut to 300 characters and without anything that looks like a key.

import { redact } from '../telemetry/redaction.ts'
import { type CallErrorCode, ModelError } from './model-error.ts'

export interface Refusal {
  readonly provider: string
  readonly model: string
  readonly status: number
  readonly body: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly now: number
  /** Known secrets, never to be shown. */
  readonly secrets?: readonly string[]
}

export function refusalError(refusal: Refusal): ModelError {
  const { provider, model, status, body } = refusal
  const code = codeOf(status, body)
  const retryAfterMs = retryAfterOf(refusal)
  const said = scrub(sentenceOf(body), refusal.secrets ?? [])
  return new ModelError(code, `${provider} answered ${status} for model ${model}: ${said}`, {
    provider,
    model,
    status,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(fixOf(code, provider, model) !== undefined && { fix: fixOf(code, provider, model)! }),
  })
}

function codeOf(status: number, body: string): CallErrorCode {
  // OpenAI and Gemini report a used-up account as 429, Anthropic as 400; neither is cured by waiting a little.
  if (status === 402 || QUOTA_WORDS.test(body)) return 'model-quota'
  if (status === 401 || status === 403 || KEY_WORDS.test(body)) return 'model-auth'
  if (status === 429) return 'model-rate-limit'
  if (status === 408 || status === 504) return 'model-timeout'
  if (status === 404) return 'model-unknown'
  if (status >= 500 || status === 409) return 'model-server'
  if (FILTER_WORDS.test(body)) return 'model-content-filter'
  if (status === 400 && /model\b.{0,80}(not (found|exist|supported)|does not exist|is not available)/i.test(body))
    return 'model-unknown'
  return 'model-bad-request'
}

const QUOTA_WORDS = /insufficient_quota|billing_hard_limit|credit balance is too low|PerDay[\w-]*"/i
const KEY_WORDS = /API_KEY_INVALID|API key not valid|invalid[_ ]api[_ ]key|invalid x-api-key/i
const FILTER_WORDS = /content_filter|content_policy_violation|PROHIBITED_CONTENT/

/** `retry-after-ms`, `retry-after` (seconds or a date), or the retry delay in a Google error. */
function retryAfterOf({ headers, body, now }: Refusal): number | undefined {
  const ms = Number(headers['retry-after-ms'] ?? Number.NaN)
  if (ms >= 0) return Math.ceil(ms)
  const after = headers['retry-after']
  if (after !== undefined) {
    if (/^\s*\d+(\.\d+)?\s*$/.test(after)) return Math.ceil(Number(after) * 1000)
    const date = Date.parse(after)
    if (!Number.isNaN(date)) return Math.max(0, date - now)
  }
  const seconds = /"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"/.exec(body)?.[1]
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1000)
}

/** The sentence for people in an error body, else the start of the body. */
function sentenceOf(body: string): string {
  try {
    const parsed = JSON.parse(body) as { error?: { message?: unknown } | string; message?: unknown }
    const error = typeof parsed.error === 'object' && parsed.error !== null ? parsed.error.message : parsed.error
    const sentence = error ?? parsed.message
    if (typeof sentence === 'string' && sentence !== '') return sentence
  } catch {
    // Not JSON: a proxy's page, perhaps.
  }
  return body.trim() === '' ? 'no explanation was given.' : body.trim()
}

/** A text without secrets, on one line, of at most 300 characters. */
export function scrub(text: string, secrets: readonly string[]): string {
  const clean = secrets.filter(Boolean).reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), redact(text))
  const line = clean.replaceAll(/\s+/g, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}

function fixOf(code: CallErrorCode, provider: string, model: string): string | undefined {
  const keys: Readonly<Record<string, string>> = {
    gemini: 'GEMINI_API_KEY',
    openai: 'OPENAI_API_KEY',
    anthropic: 'ANTHROPIC_API_KEY',
  }
  if (code === 'model-auth') return `Check ${keys[provider] ?? `the key of ${provider}`} and that it may use ${model}.`
  if (code === 'model-unknown' && provider === 'ollama') return `Fetch it first: ollama pull ${model}`
  return undefined
}
