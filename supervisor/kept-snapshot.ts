// Kept snapshot: the state of one actor over a restart of the process.
//
// Owns the name it is stored under, `machine@version`, and the refusal of one that does not fit.

import type { AnyActorLogic, AnyActorRef } from 'xstate'
import type { Runtime } from './cell.ts'
import type { EventBody } from './event.ts'
import { logicName } from './logic-facts.ts'

export class KeptSnapshot {
  readonly #runtime: Runtime
  readonly #path: string
  readonly #version: string
  readonly #publish: (body: EventBody) => void

  constructor(runtime: Runtime, path: string, version: string, publish: (body: EventBody) => void) {
    this.#runtime = runtime
    this.#path = path
    this.#version = version
    this.#publish = publish
  }

  /** The state that the last process left for this logic; one for another is refused. */
  load(logic: AnyActorLogic): unknown {
    const stored = this.#runtime.snapshots?.load(this.#path)
    if (stored === undefined || stored.logic === logicName(logic, this.#version)) return stored?.snapshot
    this.refuse(logic)
    return undefined
  }

  refuse(logic: AnyActorLogic): void {
    const stored = this.#runtime.snapshots?.load(this.#path)?.logic ?? ''
    this.remove()
    this.#publish({ type: 'snapshot-refused', stored, expected: logicName(logic, this.#version) })
  }

  save(ref: AnyActorRef): void {
    const { snapshots, clock } = this.#runtime
    const { logic } = ref as unknown as { logic: AnyActorLogic }
    snapshots?.save(this.#path, {
      logic: logicName(logic, this.#version),
      snapshot: ref.getPersistedSnapshot(),
      savedAt: clock.now(),
    })
  }

  remove(): void {
    this.#runtime.snapshots?.remove(this.#path)
  }
}
