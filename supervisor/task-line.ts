// Task line: what a supervisor has to do, one thing at a time.
//
// Owns the order. A task that takes time (a start, a stop) holds the others up, so that none sees the tree half changed.
// One life of a supervisor has one line.
//
//   L1. Tasks run in the order they came, never on the stack of whoever brought them.
//   L2. A child that never starts, tried again and again, does not keep timers and sockets waiting.
//   L3. When the line ends nothing more of it is run, and every call that still waits is answered with `noproc`.

import { keepsLoopWaiting, nextTurnOfLoop } from './event-loop.ts'

/** Tasks between two looks at the time. */
const TASKS_A_LOOK = 32

/** The answer of a supervisor that is not there. */
export interface NoProcess {
  readonly error: 'noproc'
}

type Answer = (result: NoProcess) => void

export class TaskLine {
  hasEnded = false
  #tasks: (() => void | Promise<void>)[] = []
  /** Place of the next task; what lies before it is done. */
  #next = 0
  #isHeld = true
  #sinceLook = 0
  readonly #waiting = new Set<Answer>()
  readonly #failed: (error: unknown) => void

  /**
   * A new line is held: what comes waits until it is opened.
   * @param failed told when a task throws, which ends the line's work
   */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed
  }

  /** Whether something is being done, or about to be. */
  get isBusy(): boolean {
    return this.#isHeld
  }

  open(): void {
    this.#isHeld = false
    if (this.#tasks.length > this.#next) this.#begin()
  }

  add(task: () => void | Promise<void>): void {
    if (this.hasEnded) return
    this.#tasks.push(task)
    if (!this.#isHeld) this.#begin()
  }

  /** Adds a task whose result is wanted, what it throws included. */
  call<Result>(run: () => Result | Promise<Result>): Promise<Result | NoProcess> {
    const { promise, resolve, reject } = Promise.withResolvers<Result | NoProcess>()
    if (this.hasEnded) {
      resolve({ error: 'noproc' })
      return promise
    }
    this.#waiting.add(resolve)
    this.add(async () => {
      try {
        resolve(await run())
      } catch (error) {
        reject(error)
      }
      this.#waiting.delete(resolve)
    })
    return promise
  }

  end(): void {
    this.hasEnded = true
    this.#tasks = []
    this.#next = 0
    for (const answer of this.#waiting) answer({ error: 'noproc' })
    this.#waiting.clear()
  }

  #begin(): void {
    this.#isHeld = true
    queueMicrotask(() => void this.#work())
  }

  async #work(): Promise<void> {
    try {
      while (this.#next < this.#tasks.length) {
        await this.#tasks[this.#next++]!()
        if (++this.#sinceLook === TASKS_A_LOOK) await this.#look()
      }
    } catch (error) {
      if (!this.hasEnded) this.#failed(error)
    }
    this.#forgetDone()
    this.#isHeld = false
    if (this.#tasks.length > 0) this.#begin()
  }

  async #look(): Promise<void> {
    this.#sinceLook = 0
    this.#forgetDone()
    if (keepsLoopWaiting()) await nextTurnOfLoop()
  }

  #forgetDone(): void {
    this.#tasks = this.#tasks.slice(this.#next)
    this.#next = 0
  }
}
