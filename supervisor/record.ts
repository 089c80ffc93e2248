// Record: everything that is counted of one actor, as one value that metrics, health, CLI and console all read.

import type { SerializedError } from '../errors.ts'
import type { BreakerState } from './breaker.ts'
import type { EffectiveSpec } from './child-spec.ts'
import type { Strategy } from './spec-words.ts'

export const CELL_STATES = ['starting', 'running', 'restarting', 'stopping', 'stopped'] as const
export type CellState = (typeof CELL_STATES)[number]

export interface ActorRecord {
  readonly path: string
  readonly kind: string
  /** Path of the parent; the root has none. */
  readonly parent?: string
  readonly incarnation: number
  readonly state: CellState
  /** The XState state value as a dotted string. */
  readonly value?: string
  readonly restarts: number
  /** Failures since the last handled message. */
  readonly consecutiveFailures: number
  readonly handled: number
  readonly failed: number
  readonly deadLetters: number
  readonly mailbox: {
    readonly depth: number
    readonly highWater: number
    readonly oldestAgeMs: number
    readonly capacity: number
  }
  /** Type of the message in hand, and for how long it has been there. */
  readonly busy?: { readonly messageType: string; readonly forMs: number }
  readonly startedAt: number
  readonly lastSuccessAt?: number
  readonly lastFailureAt?: number
  readonly lastError?: SerializedError
  /** The last five failures, the newest last. */
  readonly recentErrors?: readonly { readonly at: number; readonly error: SerializedError }[]
  /** What its supervisor was told of it, with the defaults. */
  readonly spec: EffectiveSpec
  readonly paused?: { readonly reason: string; readonly until?: number }
  readonly breaker?: { readonly state: BreakerState; readonly trips: number; readonly recoveries: number }
  /** Supervisors only. `left`: restarts that the window still has room for. */
  readonly supervisor?: {
    readonly strategy: Strategy
    readonly intensity: number
    readonly periodMs: number
    readonly left: number
    readonly children: number
  }
}

/** `a.b` for a nested state value, `a | b` for parallel regions. */
export function dottedValue(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return undefined
  const regions = Object.entries(value).map(([name, inner]) => {
    const below = dottedValue(inner)
    return below ? `${name}.${below}` : name
  })
  return regions.join(' | ')
}
