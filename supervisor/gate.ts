// Gate: what holds the messages of an actor back although it is ready: a pause by hand, or an open breaker.
//
//   G1. Control messages pass a closed gate.
//   G2. A breaker that is half open lets one message through as its trial.

import { Breaker, type BreakerOptions, type BreakerState, type Permit } from './breaker.ts'
import type { Clock } from './clock.ts'
import type { EventBody } from './event.ts'

export interface Pause {
  readonly reason: string
  /** Epoch ms. */
  readonly until?: number
}

/** Told when messages may pass again, and of what there is to publish. */
export interface GateOwner {
  gateOpened(): void
  publish(body: EventBody): void
}

export class Gate {
  readonly breaker: Breaker | undefined
  pause: Pause | undefined
  readonly #clock: Clock
  readonly #owner: GateOwner
  #pauseTimer: unknown
  #breakerTimer: unknown
  #permit: Permit | undefined

  constructor(clock: Clock, owner: GateOwner, breaker: BreakerOptions | undefined) {
    this.#clock = clock
    this.#owner = owner
    this.breaker = breaker && new Breaker(breaker, clock)
  }

  get holds(): boolean {
    return this.pause !== undefined || (this.breaker !== undefined && this.breaker.state === 'open')
  }

  /** With a breaker, each message needs leave. False: not now. */
  admits(): boolean {
    if (this.breaker === undefined || this.#permit !== undefined) return true
    this.#permit = this.breaker.acquire()
    return this.#permit !== undefined
  }

  /** How the message went that was let through; undefined when that says nothing of what the breaker guards. */
  told(ok: boolean | undefined): void {
    const { breaker } = this
    const permit = this.#permit
    this.#permit = undefined
    if (breaker === undefined || permit === undefined) return
    const before = breaker.state
    if (ok === undefined) breaker.release(permit)
    else if (ok) breaker.succeeded(permit)
    else breaker.failed(permit)
    if (breaker.state !== before) this.#changed(breaker.state)
  }

  close(pause: Pause): void {
    this.#clock.clearTimeout(this.#pauseTimer)
    const { until } = pause
    this.pause = pause
    this.#owner.publish({ type: 'paused', ...pause })
    if (until === undefined) return
    this.#pauseTimer = this.#clock.setTimeout(() => this.open(), Math.max(0, until - this.#clock.now()))
  }

  open(): void {
    if (this.pause === undefined) return
    this.#clock.clearTimeout(this.#pauseTimer)
    this.pause = undefined
    this.#owner.publish({ type: 'resumed-by-hand' })
    this.#owner.gateOpened()
  }

  /** Nothing is left to be let through. */
  end(): void {
    this.#clock.clearTimeout(this.#pauseTimer)
    this.#clock.clearTimeout(this.#breakerTimer)
  }

  #changed(state: BreakerState): void {
    this.#owner.publish({ type: 'breaker', state })
    if (state !== 'open') return
    this.#breakerTimer = this.#clock.setTimeout(() => {
      this.#owner.publish({ type: 'breaker', state: this.breaker!.state })
      this.#owner.gateOpened()
    }, this.breaker!.retryAfterMs)
  }
}
