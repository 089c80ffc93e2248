// Trace storage: the surroundings as OpenTelemetry's API wants to see them.

import * as api from '@opentelemetry/api'
import { enter, heldContext, setTracing } from './surroundings.ts'

/** Holds contexts from `enable` to `disable`. */
export class TraceStorage implements api.ContextManager {
  active(): api.Context {
    return heldContext() ?? api.ROOT_CONTEXT
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    around: api.Context,
    fn: F,
    self?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return enter(around, () => fn.apply(self, args))
  }

  bind<T>(around: api.Context, target: T): T {
    if (typeof target !== 'function') return target
    return ((...args: unknown[]) => enter(around, () => target(...args))) as T
  }

  enable(): this {
    setTracing(true)
    return this
  }

  disable(): this {
    setTracing(false)
    return this
  }
}
