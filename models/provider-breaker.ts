// Provider breaker: a provider that is down is left alone for a while, then tried with one call.
//
//   K1. One breaker a provider, whichever of its models is asked.
//   K2. Only what says that it is down counts as a failure: no connection, no answer in time, an error of its own. A
//       refusal, such as a spent limit or a bad key, is an answer.
//   K3. A call that is not made counts nowhere as one; the error says when the provider is tried again.

import { Breaker } from '../supervisor/breaker.ts'
import type { Clock } from '../supervisor/clock.ts'
import { errorTypeOf } from '../telemetry/error-type.ts'
import { providerEvent } from '../telemetry/provider-health.ts'
import type { Model } from './model.ts'
import { ModelError } from './model-error.ts'

export interface ProviderBreakerOptions {
  /** Failures in a row that open it, from 1. */
  readonly maxFailures: number
  /** How long the provider is left alone, in ms. */
  readonly pauseMs: number
  readonly clock: Clock
}

/** @returns puts the breaker of its provider before a model */
export function createProviderBreakers(options: ProviderBreakerOptions): (model: Model) => Model {
  const guards = new Map<string, Guard>()
  return (model) => {
    const guard = guards.get(model.provider) ?? createGuard(model.provider, options)
    guards.set(model.provider, guard)
    return { ...model, ask: (question, asked) => guard(() => model.ask(question, asked)) }
  }
}

type Guard = <Answer>(call: () => Promise<Answer>) => Promise<Answer>

function createGuard(provider: string, { maxFailures, pauseMs, clock }: ProviderBreakerOptions): Guard {
  const breaker = new Breaker({ maxFailures, resetTimeoutMs: pauseMs }, clock)
  let told = breaker.state
  const tell = () => {
    if (breaker.state === told) return
    told = breaker.state
    providerEvent({ type: 'breaker', provider, state: told })
  }
  providerEvent({ type: 'breaker', provider, state: told })

  return async (call) => {
    const permit = breaker.acquire()
    tell()
    if (permit === undefined) throw notAsked(provider, breaker.retryAfterMs)
    try {
      const answer = await call()
      breaker.succeeded(permit)
      return answer
    } catch (thrown) {
      const error = errorTypeOf(thrown)
      if (error === 'model-aborted') breaker.release(permit)
      else if (DOWN.has(error)) breaker.failed(permit)
      else breaker.succeeded(permit)
      throw thrown
    } finally {
      tell()
    }
  }
}

/** K2. */
const DOWN: ReadonlySet<string> = new Set(['model-network', 'model-timeout', 'model-server'])

/** While the one trial runs nobody knows how long that takes. */
const TRIAL_MS = 1_000

function notAsked(provider: string, leftMs: number): ModelError {
  const retryAfterMs = Math.max(leftMs, TRIAL_MS)
  const message = `${provider} failed several times in a row and is not asked; it is tried again in ${Math.ceil(retryAfterMs / 1_000)} s.`
  return new ModelError('model-unavailable', message, { provider, retryAfterMs, retryable: true })
}
