// Faults: errors of callbacks, listeners and stores that nothing could crash over.
//
// Owns which of them have been told. An error of an actor's own is a crash; these belong to whoever uses the system, and
// are told as an event so that they are not lost.
//
//   F1. One is told once for each place and kind, so that a listener that throws at each event does not flood the others.
//   F2. What is remembered is bounded; past that it begins anew.

/** What threw: somebody who was told or asked something, or where something was to be kept. */
export const FAULTS = [
  'listener',
  'inspector',
  'before-restart',
  'restart-on',
  'policy',
  'resume',
  'inbox',
  'timers',
  'snapshots',
  'thread-end',
  'watchdog',
] as const
export type Fault = (typeof FAULTS)[number]

const REMEMBERED = 1_000

export class Faults {
  readonly #told = new Set<string>()
  readonly #observers = new WeakSet<object>()

  /** Whether this is new. */
  isNew(path: string, what: Fault): boolean {
    const key = `${what} ${path}`
    if (this.#told.has(key)) return false
    if (this.#told.size >= REMEMBERED) this.#told.clear()
    this.#told.add(key)
    return true
  }

  /** Whether a listener or inspector has not thrown before. */
  isFirstOf(observer: object): boolean {
    if (this.#observers.has(observer)) return false
    this.#observers.add(observer)
    return true
  }
}
