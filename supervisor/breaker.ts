// Breaker: stops calling what keeps failing, and tries again after a while.
//
// Owns the three states and their counts. Does not know what it guards.
//
//   closed ─ maxFailures in a row ─▶ open ─ reset time over ─▶ half-open ─ success ─▶ closed
//                                     ▲                            └─ failure ─┘ (reset time grows)
//
//   B1. In half-open exactly one call is let through at a time.
//   B2. The result of a call that began before the last change of state changes nothing.

import { BotticelliError } from '../errors.ts'
import type { Clock } from './clock.ts'

export interface BreakerOptions {
  /** Failures in a row that open it. */
  readonly maxFailures: number
  /** Limit on one call, in ms; past it the call counts as failed. Default none. */
  readonly callTimeoutMs?: number
  /** How long it stays open at first, in ms. */
  readonly resetTimeoutMs: number
  /** By how much that grows with each failed trial. Default 1. */
  readonly resetFactor?: number
  /** Where that growth ends. Default no limit. */
  readonly maxResetTimeoutMs?: number
}

export const BREAKER_STATES = ['closed', 'half-open', 'open'] as const
export type BreakerState = (typeof BREAKER_STATES)[number]

export class BreakerOpenError extends BotticelliError {}
export class BreakerTimeoutError extends BotticelliError {}

/** Leave to make one call. Tell the breaker how it ended. */
export interface Permit {
  readonly epoch: number
}

export class Breaker {
  /** How often it opened, and how often it closed again. */
  trips = 0
  recoveries = 0
  readonly #options: BreakerOptions
  readonly #clock: Clock
  #state: BreakerState = 'closed'
  #epoch = 0
  #failures = 0
  #failedTrials = 0
  #openUntil = 0
  #trialRuns = false

  constructor(options: BreakerOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
  }

  get state(): BreakerState {
    if (this.#state === 'open' && this.#clock.now() >= this.#openUntil) this.#enter('half-open')
    return this.#state
  }

  /** Milliseconds until it lets a call through again; 0 when it does now. */
  get retryAfterMs(): number {
    return this.state === 'open' ? this.#openUntil - this.#clock.now() : 0
  }

  /** Leave to call, or undefined when none is given now. */
  acquire(): Permit | undefined {
    const state = this.state
    if (state === 'open' || (state === 'half-open' && this.#trialRuns)) return undefined
    if (state === 'half-open') this.#trialRuns = true
    return { epoch: this.#epoch }
  }

  succeeded(permit: Permit): void {
    if (permit.epoch !== this.#epoch) return
    this.#failures = 0
    if (this.#state === 'closed') return
    this.#failedTrials = 0
    this.recoveries++
    this.#enter('closed')
  }

  failed(permit: Permit): void {
    if (permit.epoch !== this.#epoch) return
    this.#failures++
    if (this.#state === 'closed' && this.#failures < this.#options.maxFailures) return
    if (this.#state === 'half-open') this.#failedTrials++
    this.#open()
  }

  /** Gives back a permit that was not used. */
  release(permit: Permit): void {
    if (permit.epoch === this.#epoch) this.#trialRuns = false
  }

  /**
   * Makes a call through the breaker.
   * @throws BreakerOpenError, BreakerTimeoutError, or what the call threw
   */
  async call<Result>(run: (signal: AbortSignal) => Promise<Result> | Result): Promise<Result> {
    const permit = this.acquire()
    if (permit === undefined) {
      const retryAfterMs = this.retryAfterMs
      throw new BreakerOpenError('breaker-open', `The breaker is open; it tries again in ${retryAfterMs} ms.`, {
        retryable: true,
        retryAfterMs,
      })
    }
    const controller = new AbortController()
    try {
      const result = await this.#withinTime(run(controller.signal), controller)
      this.succeeded(permit)
      return result
    } catch (error) {
      this.failed(permit)
      throw error
    }
  }

  #withinTime<Result>(running: Promise<Result> | Result, controller: AbortController): Promise<Result> | Result {
    const { callTimeoutMs } = this.#options
    if (callTimeoutMs === undefined || !(running instanceof Promise)) return running
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => {
        const error = new BreakerTimeoutError('breaker-timeout', `The call took longer than ${callTimeoutMs} ms.`, {
          retryable: true,
        })
        controller.abort(error)
        reject(error)
      }, callTimeoutMs)
      running.finally(() => this.#clock.clearTimeout(timer)).then(resolve, reject)
    })
  }

  #open(): void {
    const { resetTimeoutMs, resetFactor = 1, maxResetTimeoutMs = Number.POSITIVE_INFINITY } = this.#options
    this.#openUntil =
      this.#clock.now() + Math.min(maxResetTimeoutMs, resetTimeoutMs * resetFactor ** this.#failedTrials)
    this.trips++
    this.#enter('open')
  }

  #enter(state: BreakerState): void {
    this.#state = state
    this.#epoch++
    this.#failures = 0
    this.#trialRuns = false
  }
}
