// Fake world: time and events of one scenario.

import { FakeClock, settle } from '../fake-clock.ts'
import { type Data, type Seen, UnknownWord } from './scenario.ts'

/** How often time may be moved on for one call, before the call counts as hanging. */
const MOST_MOVES = 10_000

export class FakeWorld {
  readonly clock = new FakeClock()
  #events: string[] = []
  #fault: Error | undefined

  /** Fails the row: what went wrong happened where an actor would only crash over it. */
  fault(error: Error): Error {
    this.#fault ??= error
    return error
  }

  see(event: string): void {
    this.#events.push(event)
  }

  /** What happened since the last time this was asked. */
  taken(): readonly string[] {
    const events = this.#events
    this.#events = []
    return events
  }

  /** Waits on the fake clock. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.setTimeout(resolve, ms))
  }

  /** Takes a step: time passes, or something is done that may need time. */
  async step({ do: what, ms }: Data, perform: () => Promise<unknown> | unknown): Promise<Seen> {
    if (what !== 'advance') return this.call(perform)
    if (typeof ms !== 'number') throw new UnknownWord('time to advance', ms)
    await this.clock.advance(ms)
    this.#check()
    return { return: undefined, elapsedMs: ms, events: this.taken() }
  }

  /** Makes a call, moving time on only where it cannot return without. */
  async call(run: () => Promise<unknown> | unknown): Promise<Seen> {
    const begun = this.clock.now()
    let returned = false
    const running = (async () => run())().finally(() => {
      returned = true
    })
    await settle()
    for (let moves = 0; !returned && moves < MOST_MOVES; moves++)
      if (!(await this.clock.advanceToNext())) await settle()
    if (!returned) throw new Error('The call does not return.')
    const result = await running
    await settle()
    this.#check()
    return { return: result, elapsedMs: this.clock.now() - begun, events: this.taken() }
  }

  #check(): void {
    if (this.#fault) throw this.#fault
  }
}
