// Address book: which cell has which path.
//
// Owns the table of living paths, the last incarnations of some that have been given up, and the way to what lives below
// a cell in another thread.

import { ActorCell } from './actor-cell.ts'
import type { RunningActor } from './actor-system.ts'
import type { Cell } from './cell.ts'
import type { Beyond } from './life.ts'
import type { ActorRecord } from './record.ts'

/** Ended paths whose last incarnation is remembered, so that numbers are not used twice soon. */
const REMEMBERED_PATHS = 10_000
const FORGOTTEN_AT_ONCE = 1_000

export class AddressBook {
  readonly #cells = new Map<string, Cell>()
  readonly #past = new Map<string, number>()

  find(path: string): Cell | undefined {
    return this.#cells.get(path)
  }

  /** The actor of this path; undefined where there is none, or a supervisor. */
  actor(path: string): ActorCell | undefined {
    const cell = this.#cells.get(path)
    return cell instanceof ActorCell ? cell : undefined
  }

  cells(): Iterable<Cell> {
    return this.#cells.values()
  }

  add(cell: Cell): void {
    this.#cells.set(cell.path, cell)
  }

  forget(cell: Cell): void {
    if (this.#cells.get(cell.path) !== cell) return
    this.#cells.delete(cell.path)
    this.#past.delete(cell.path)
    this.#past.set(cell.path, cell.incarnation)
    if (this.#past.size < REMEMBERED_PATHS + FORGOTTEN_AT_ONCE) return
    // A map looks for its first key among all that were deleted before: one by one would cost a walk each.
    for (const path of this.#past.keys()) {
      this.#past.delete(path)
      if (this.#past.size === REMEMBERED_PATHS) return
    }
  }

  /** Whether the path was given up not long ago. */
  hasHad(path: string): boolean {
    return this.#past.has(path)
  }

  lastIncarnation(path: string): number {
    return this.#cells.get(path)?.incarnation ?? this.#past.get(path) ?? 0
  }

  *records(): Iterable<ActorRecord> {
    for (const cell of this.#cells.values()) {
      yield cell.record()
      const beyond = beyondOf(cell)
      if (beyond) yield* beyond.records()
    }
  }

  /** What runs, of all paths: of those in another thread what stands for them here. */
  *actors(): Iterable<RunningActor> {
    for (const cell of this.#cells.values()) {
      const { path, ref } = cell
      if (ref !== undefined) yield { path, ref }
      const beyond = beyondOf(cell)
      if (beyond) yield* beyond.actors()
    }
  }

  record(path: string): ActorRecord | undefined {
    const cell = this.#cells.get(path)
    if (cell !== undefined) return cell.record()
    return this.beyond(path)
      ?.records()
      .find((record) => record.path === path)
  }

  /** Where an actor lives that is in no cell of this system, but below one. */
  beyond(path: string): Beyond | undefined {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const cell = this.#cells.get(path.slice(0, end))
      if (cell !== undefined) return beyondOf(cell)
    }
    return undefined
  }
}

function beyondOf(cell: Cell): Beyond | undefined {
  return cell instanceof ActorCell ? cell.life?.beyond : undefined
}
