// Far actors: what lives below an actor in its thread, as actors of this side, for whoever looks at them here.
//
// Owns one stand-in for each: an XState actor that shows what was last told of the real one, so that inspectors and the
// list of what runs see one tree. Records of them come at most every STATES_MS (thread-protocol.ts), and so do the states.
//
//   F1. A stand-in takes no messages and does no work.
//   F2. It is born, and ends, with its incarnation: session ids are those of this process, and none is used twice.

import { type ActorLogic, type AnyActorRef, createActor, type EventObject, type Snapshot } from 'xstate'
import type { RunningActor } from './actor-system.ts'
import type { ActorRecord } from './record.ts'
import { deafParent, stopActor } from './xstate-internals.ts'

interface StandIn {
  readonly incarnation: number
  readonly ref: AnyActorRef
  value: string
}

export class FarActors {
  #records: readonly ActorRecord[] = []
  readonly #top: () => AnyActorRef | undefined
  readonly #standIns = new Map<string, StandIn>()

  /** @param top the actor on this side that all of them live below; undefined while there is none */
  constructor(top: () => AnyActorRef | undefined) {
    this.#top = top
  }

  /** As they were last told. Parents come before their children. */
  get records(): readonly ActorRecord[] {
    return this.#records
  }

  *actors(): Iterable<RunningActor> {
    for (const [path, { ref }] of this.#standIns) yield { path, ref }
  }

  take(records: readonly ActorRecord[]): void {
    this.#records = records
    this.show()
  }

  /** Brings the stand-ins up to what was last told. */
  show(): void {
    const top = this.#top()
    if (top === undefined) return
    const lives = new Map(this.#records.map((record) => [record.path, record]))
    for (const [path, { incarnation, ref }] of [...this.#standIns].reverse()) {
      if (lives.get(path)?.incarnation === incarnation) continue
      this.#standIns.delete(path)
      stopActor(ref)
    }
    for (const record of this.#records) this.#showOne(record, top)
  }

  #showOne({ path, parent, incarnation, value, state }: ActorRecord, top: AnyActorRef): void {
    const shown = value ?? state
    const known = this.#standIns.get(path)
    if (known === undefined) {
      const above = this.#standIns.get(parent ?? '')?.ref ?? top
      const id = path.slice(path.lastIndexOf('/') + 1)
      const options = { id, input: shown, parent: deafParent(above) }
      const ref = createActor(standIn, options as never) as AnyActorRef
      this.#standIns.set(path, { incarnation, ref, value: shown })
      ref.start()
    } else if (known.value !== shown) {
      known.value = shown
      known.ref.send({ type: 'thread.state', value: shown })
    }
  }
}

type Shown = Snapshot<undefined> & { readonly value: string }
type Change = EventObject & { readonly value?: string }

/** Logic of a stand-in: its state is the name of the state that the real one is in. */
const standIn: ActorLogic<Shown, Change, string> = {
  getInitialSnapshot: (_, value) => ({ status: 'active', output: undefined, error: undefined, value }),
  transition(snapshot, event) {
    if (event.type === 'xstate.stop') return { ...snapshot, status: 'stopped', error: undefined, output: undefined }
    return event.type === 'thread.state' && event.value !== undefined ? { ...snapshot, value: event.value } : snapshot
  },
  getPersistedSnapshot: (snapshot) => snapshot,
}
