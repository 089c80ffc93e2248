// Pacing: asks a model no more often than its limits allow, and for a narrative with a budget no more often than its share of them
// (format, sections 14.1 and 21).
//
//   L1. A minute that is full is waited out. A day that is full is an error: nobody waits until midnight (D-39).
//   L2. What was asked is found in the ledger, which all threads and processes of a project share; what is under way in this
//       one is counted with it.
//   L3. A question with more tokens than a whole minute allows is asked when nothing else was.
//   L4. Of several budgets the smallest share counts, once (D-40).

import type { Clock } from '../supervisor/clock.ts'
import { log } from '../telemetry/log.ts'
import type { Model, Question } from './model.ts'
import { ModelError } from './model-error.ts'
import { countUsage } from './tokens.ts'
import { wait } from './wait.ts'

/** Undefined: any number. */
export interface ModelLimits {
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  readonly requestsPerDay?: number
}

/** What a narrative may take of the limits: above 0, at most 1. */
export interface Shares {
  readonly rpmMultiplier: number
  readonly tpmMultiplier: number
  readonly rpdMultiplier: number
}

interface RecentUse {
  readonly calls: number
  readonly tokens: number
  /** When the first of them was answered, epoch ms. */
  readonly firstAt?: number | undefined
}

export interface PacingOptions {
  /** By the name of the model, or `provider:model`. */
  readonly limits: Readonly<Record<string, ModelLimits>>
  /** What the ledger has of a model. `since`: epoch ms, inclusive. */
  recentUse(model: Pick<Model, 'provider' | 'name'>, since: number): RecentUse
  readonly clock: Clock
}

export type Pace = (model: Model, shares: Shares) => Model

export function createPacing({ limits, recentUse, clock }: PacingOptions): Pace {
  const underWay = new Map<string, Set<{ readonly tokens: number }>>()

  return (model, shares) => {
    const key = `${model.provider}:${model.name}`
    const limit = limits[key] ?? limits[model.name]
    if (limit === undefined) return model
    const held = underWay.get(key) ?? new Set()
    underWay.set(key, held)
    return {
      ...model,
      async ask(question, options) {
        const tokens = expectedTokens(question)
        let isTold = false
        for (;;) {
          refuseFullDay(model, limit, shares, held.size)
          const waitMs = waitForMinute(model, limit, shares, { held, tokens })
          if (waitMs === 0) break
          if (!isTold) log('model.paced', { provider: model.provider, model: model.name, wait_ms: waitMs })
          isTold = true
          await wait(clock, waitMs, options.signal)
        }
        const call = { tokens }
        held.add(call)
        try {
          return await model.ask(question, options)
        } finally {
          setImmediate(() => held.delete(call)) // by then whoever asked has saved the answer
        }
      },
    }
  }

  function refuseFullDay(model: Model, { requestsPerDay }: ModelLimits, shares: Shares, held: number): void {
    if (requestsPerDay === undefined) return
    const now = clock.now()
    const midnight = now - (now % DAY_MS)
    const most = shareOf(requestsPerDay, shares.rpdMultiplier)
    if (recentUse(model, midnight).calls + held < most) return
    const message = `${model.provider}:${model.name} may be asked ${most} times a day, and was. The day begins anew at ${new Date(midnight + DAY_MS).toISOString()}.`
    throw new ModelError('budget-exhausted', message)
  }

  /** How long the last minute has no room for the question, in ms; 0 when it has. */
  function waitForMinute(
    model: Model,
    { requestsPerMinute = Number.POSITIVE_INFINITY, tokensPerMinute = Number.POSITIVE_INFINITY }: ModelLimits,
    { rpmMultiplier, tpmMultiplier }: Shares,
    { held, tokens }: { readonly held: ReadonlySet<{ readonly tokens: number }>; readonly tokens: number },
  ): number {
    const now = clock.now()
    const recent = recentUse(model, now - MINUTE_MS + 1)
    const calls = recent.calls + held.size
    const used = [...held].reduce((sum, one) => sum + one.tokens, recent.tokens)
    const hasRoom =
      calls < shareOf(requestsPerMinute, rpmMultiplier) &&
      (calls === 0 || used + tokens <= shareOf(tokensPerMinute, tpmMultiplier))
    if (hasRoom) return 0
    // Of what is under way nobody knows when it is answered.
    return recent.firstAt === undefined ? LOOK_AGAIN_MS : Math.max(1, recent.firstAt + MINUTE_MS - now)
  }
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const LOOK_AGAIN_MS = 250

/** An answer without a limit is expected to be so long. */
const EXPECTED_ANSWER = 1_000

function expectedTokens(question: Question): number {
  return countUsage(question, '').input + (question.maxTokens ?? EXPECTED_ANSWER)
}

function shareOf(limit: number, share: number): number {
  return Math.max(1, Math.round(limit * share))
}
