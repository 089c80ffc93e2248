// Rate limits: what a provider says of its own limits, in the headers of each answer.
//
// OpenAI and those who speak its protocol count requests and tokens of a minute, Anthropic input and output tokens apart.
//
// https://platform.openai.com/docs/guides/rate-limits, https://docs.anthropic.com/en/api/rate-limits

import type { LimitWindow } from '../telemetry/instrument-table.ts'
import { record } from '../telemetry/instruments.ts'
import { providerEvent } from '../telemetry/provider-health.ts'

/** Records how much is left, as far as the headers say so. Their names are in lower case. */
export function noteRateLimits(
  labels: { readonly provider: string; readonly model: string },
  headers: Readonly<Record<string, string>> | undefined,
): void {
  const left = [...remainingOf(headers ?? {})]
  for (const [window, ratio] of left) record('botticelli.rate_limit.remaining', ratio, { ...labels, window })
  if (left.length === 0) return
  providerEvent({ type: 'limits', provider: labels.provider, remaining: Math.min(...left.map(([, ratio]) => ratio)) })
}

/** From 0 to 1. */
function* remainingOf(headers: Readonly<Record<string, string>>): Iterable<readonly [LimitWindow, number]> {
  for (const [window, limitHeader, remainingHeader] of HEADERS) {
    const limit = Number(headers[limitHeader] ?? Number.NaN)
    const remaining = Number(headers[remainingHeader] ?? Number.NaN)
    if (limit > 0 && remaining >= 0) yield [window, Math.min(remaining / limit, 1)]
  }
}

const HEADERS: readonly (readonly [LimitWindow, limit: string, remaining: string])[] = [
  ['requests', 'x-ratelimit-limit-requests', 'x-ratelimit-remaining-requests'],
  ['tokens', 'x-ratelimit-limit-tokens', 'x-ratelimit-remaining-tokens'],
  ['requests', 'anthropic-ratelimit-requests-limit', 'anthropic-ratelimit-requests-remaining'],
  ['tokens', 'anthropic-ratelimit-tokens-limit', 'anthropic-ratelimit-tokens-remaining'],
  ['input_tokens', 'anthropic-ratelimit-input-tokens-limit', 'anthropic-ratelimit-input-tokens-remaining'],
  ['output_tokens', 'anthropic-ratelimit-output-tokens-limit', 'anthropic-ratelimit-output-tokens-remaining'],
]
