// Call error: whatever a call through the AI SDK throws, as a ModelError.
//
//   E1. No key, header or prompt gets into the error: of the SDK's errors only name, message and stack are kept.

import type { Answer } from './model.ts'
import { abortError, ModelError } from './model-error.ts'
import { refusalError, scrub } from './refusal.ts'

export interface Call {
  readonly provider: string
  readonly model: string
  readonly signal: AbortSignal
  readonly secrets: readonly string[]
  readonly now: number
  /** What had come of the answer: it is paid, as far as anyone knows. */
  readonly answer?: Answer
}

export function callError(thrown: unknown, call: Call): ModelError {
  if (thrown instanceof ModelError) return thrown
  const paid = call.answer === undefined ? {} : { answer: call.answer }
  if (call.signal.aborted) return abortError(call.signal, { provider: call.provider, name: call.model, ...paid })
  const error = thrown as SdkError
  const { statusCode } = error
  if (statusCode !== undefined && (statusCode < 200 || statusCode > 299))
    return refusalError({
      ...call,
      status: statusCode,
      body: error.responseBody ?? '',
      headers: error.responseHeaders ?? {},
    })
  return unansweredError(error, call, paid)
}

/** What is read of the SDK's APICallError and its kin. */
interface SdkError extends Error {
  readonly statusCode?: number
  readonly responseBody?: string
  readonly responseHeaders?: Readonly<Record<string, string>>
}

/** No status, or a good one: the connection failed, the question could not be put, or the body could not be read. */
function unansweredError(
  error: SdkError,
  { provider, model, secrets }: Call,
  paid: { readonly answer?: Answer },
): ModelError {
  const said = scrub(error.message, secrets)
  const details = { provider, model, cause: plainCause(error, said), ...paid }
  const systemCode = codeInside(error)
  if (error.name === 'AI_DownloadError')
    return new ModelError(
      'model-bad-request',
      `An attachment for ${provider} model ${model} could not be fetched: ${said}`,
      {
        ...details,
        retryable: systemCode !== undefined,
      },
    )
  if (systemCode !== undefined && /TIMEOUT|ETIMEDOUT/.test(systemCode))
    return new ModelError(
      'model-timeout',
      `${provider} did not answer for model ${model} in time (${systemCode}).`,
      details,
    )
  if (systemCode !== undefined)
    return new ModelError(
      'model-network',
      `${provider} could not be reached for model ${model}: ${said} (${systemCode}).`,
      details,
    )
  if (BAD_QUESTION.has(error.name))
    return new ModelError('model-bad-request', `${provider} model ${model} cannot be asked this: ${said}`, details)
  if (error.name === 'AI_APICallError' && error.statusCode === undefined)
    return new ModelError('model-network', `The call to ${provider} model ${model} failed: ${said}`, details)
  return new ModelError(
    'model-malformed-answer',
    `The answer of ${provider} model ${model} could not be read: ${said}`,
    details,
  )
}

const BAD_QUESTION = new Set([
  'AI_UnsupportedFunctionalityError',
  'AI_InvalidPromptError',
  'AI_InvalidArgumentError',
  'AI_InvalidDataContentError',
])
/** The code of the system or of undici, at any depth of causes. */
function codeInside(error: unknown): string | undefined {
  let current = error
  for (let depth = 0; depth < 8 && current instanceof Error; depth++) {
    const { code } = current as { code?: unknown }
    if (typeof code === 'string' && /^(E[A-Z]+|UND_ERR_\w+|CERT_\w+|ERR_TLS\w+)$/.test(code)) return code
    current = current.cause
  }
  return undefined
}

function plainCause(error: Error, message: string): Error {
  const plain = new Error(message)
  plain.name = error.name
  return plain
}
