// Time limit: a model that is not waited for longer than configured.

import type { Clock } from '../supervisor/clock.ts'
import type { Model } from './model.ts'

export interface TimeLimit {
  readonly clock: Clock
  /** Longest wait for one answer. */
  readonly timeoutMs: number
}

/** Fails with `model-timeout` when the time is over, and closes the connection. */
export function withTimeLimit(model: Model, { clock, timeoutMs }: TimeLimit): Model {
  return {
    ...model,
    async ask(question, { signal, ...options }) {
      const limit = new AbortController()
      const timeIsOver = () => limit.abort(new DOMException(`${timeoutMs} ms are over.`, 'TimeoutError'))
      const timer = clock.setTimeout(timeIsOver, timeoutMs)
      try {
        return await model.ask(question, { ...options, signal: AbortSignal.any([signal, limit.signal]) })
      } finally {
        clock.clearTimeout(timer)
      }
    },
  }
}
