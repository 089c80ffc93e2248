// ModelError: what can go wrong between a question and its answer.
//
// One class, one code a situation (the `model-…` and `provider-…` codes of errors.ts). What the provider had already
// charged for when it failed travels in `answer`, so that the ledger can count it.

import { BotticelliError, type ErrorCode, type ErrorDetails } from '../errors.ts'
import type { Answer } from './model.ts'

/** The codes a call itself can fail with: the values of `error.type` in telemetry. */
export type CallErrorCode = Extract<ErrorCode, `model-${string}`>

export interface ModelErrorDetails extends ErrorDetails {
  readonly provider?: string
  readonly model?: string
  /** The HTTP status, where there was one. */
  readonly status?: number
  /** An answer that came but cannot be used: refused, cut off or empty. Its tokens are paid. */
  readonly answer?: Answer
}

export class ModelError extends BotticelliError {
  readonly provider: string | undefined
  readonly model: string | undefined
  readonly status: number | undefined
  readonly answer: Answer | undefined

  constructor(code: ErrorCode, message: string, details: ModelErrorDetails = {}) {
    super(code, message, { retryable: isUsuallyRetryable(code), ...details })
    this.provider = details.provider
    this.model = details.model
    this.status = details.status
    this.answer = details.answer
  }
}

function isUsuallyRetryable(code: ErrorCode): boolean {
  return RETRYABLE.has(code)
}

const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'model-rate-limit',
  'model-timeout',
  'model-network',
  'model-server',
  'model-malformed-answer',
])

/** Why a call stopped when its signal was aborted: time ran out, or whoever asked withdrew the question. */
export function abortError(
  signal: AbortSignal,
  of: { readonly provider: string; readonly name: string; readonly answer?: Answer },
): ModelError {
  const paid = of.answer === undefined ? {} : { answer: of.answer }
  const details = { provider: of.provider, model: of.name, cause: signal.reason, ...paid }
  if (signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError')
    return new ModelError('model-timeout', `${of.provider} model ${of.name} did not answer in time.`, details)
  return new ModelError('model-aborted', `The question to ${of.provider} model ${of.name} was withdrawn.`, details)
}
