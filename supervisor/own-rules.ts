// Own rules: what an actor does about its errors before its supervisor hears of them, and what it has used up of that.
//
// Owns the rules of one actor, the history that their limits count, the place in the back-off and the wait before the
// next start. The arithmetic is restart-policy.ts; carrying a decision out is actor-cell.ts.

import type { Runtime } from './cell.ts'
import type { ActorSpec } from './child-spec.ts'
import type { EventBody } from './event.ts'
import type { Fault } from './faults.ts'
import { addLimited, backoffDelayMs, resetAfterMs, ruleFor } from './restart-policy.ts'
import type { PolicyRule } from './spec-words.ts'

/** Where no rule sets a limit and nothing slows restarts down, a storm of them still ends. */
const STORM = { maxRestarts: 1_000, withinMs: 1_000 } as const

/** OTP's default intensity, for children of actors that bring no limit of their own. */
const CHILD_LIMIT = { maxRestarts: 1, withinMs: 5_000 } as const

/** The actor whose rules they are. */
interface Ruled {
  readonly runtime: Runtime
  publish(body: EventBody): void
  fault(what: Fault, error: unknown): void
}

export class OwnRules {
  rules: readonly PolicyRule[]
  readonly #actor: Ruled
  readonly #history: number[] = []
  #attempt = 0
  #timer: unknown

  constructor(actor: Ruled, rules: readonly PolicyRule[]) {
    this.#actor = actor
    this.rules = rules
  }

  /** The rule for this error; none: the error is not the actor's own business. */
  ruleFor(error: unknown): PolicyRule | undefined {
    return ruleFor(this.rules, error, (thrown) => this.#actor.fault('policy', thrown))
  }

  /** After a healthy life the delays, and a limit that has no window of its own, begin anew. */
  forgetAfter(lifeMs: number, { backoff, limit }: PolicyRule): void {
    if (backoff === undefined || lifeMs < resetAfterMs(backoff)) return
    this.#attempt = 0
    if (limit?.withinMs === undefined) this.#history.length = 0
  }

  /** Counts one more restart. False: the rule allows no more. */
  allow({ limit, backoff }: PolicyRule): boolean {
    if (limit === undefined && backoff !== undefined) return true
    return addLimited(this.#history, this.#actor.runtime.clock.now(), limit ?? STORM)
  }

  /** Settles when the next start is due; never, once it is given up. */
  wait({ backoff }: PolicyRule, cause: 'own_failure' | 'start_retry'): Promise<void> {
    const { clock, random } = this.#actor.runtime
    const delayMs = backoff === undefined ? 0 : backoffDelayMs(this.#attempt++, backoff, random())
    this.#actor.publish({ type: 'restarting', delayMs, cause })
    if (delayMs === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#timer = clock.setTimeout(resolve, delayMs)
    })
  }

  /** The start that is waited for is off. */
  giveUpWait(): void {
    this.#actor.runtime.clock.clearTimeout(this.#timer)
  }
}

/** The rules of a specification; none where errors are the supervisor's business. */
export function rulesOf(spec: ActorSpec, isBelowActor: boolean): readonly PolicyRule[] | undefined {
  return spec.policy ?? (isBelowActor ? rulesBelowActor(spec) : undefined)
}

/** Restart, limit and back-off of a child below an actor, as rules: there is no supervisor that would count for it. */
function rulesBelowActor(spec: ActorSpec): readonly PolicyRule[] {
  if (spec.restart === 'temporary') return []
  const on = (error: unknown) => spec.restartOn?.(error) ?? true
  return [{ on, do: 'restart', limit: spec.limit ?? CHILD_LIMIT, ...(spec.backoff && { backoff: spec.backoff }) }]
}
