// Dead letters: the messages that were given up.
//
// Owns the bounded list of them. Past its limit the oldest are forgotten and counted, so that a broken sender cannot
// fill the memory.

import type { DeadLetter } from './message.ts'

const CAPACITY = 1_000

export class DeadLetters {
  /** How many were ever given up, and how many of them were pushed out of the list. */
  total = 0
  forgotten = 0
  readonly #letters = new Map<string, DeadLetter>()

  add(letter: DeadLetter): void {
    this.total++
    this.#letters.delete(letter.id)
    this.#letters.set(letter.id, letter)
    if (this.#letters.size <= CAPACITY) return
    this.#letters.delete(this.#letters.keys().next().value!)
    this.forgotten++
  }

  /** Oldest first. */
  list(): readonly DeadLetter[] {
    return [...this.#letters.values()]
  }

  /** Takes one out of the list. */
  take(id: string): DeadLetter | undefined {
    const letter = this.#letters.get(id)
    this.#letters.delete(id)
    return letter
  }
}
