// Viewer: one who looks at the actors, and what it knows of them so far.
//
//   V1. A viewer is told of an actor before anything happens to it, of a parent before its children.
//   V2. One that takes nothing more is left alone: what happens meanwhile is dropped and counted, never queued.
//   V3. When it takes frames again it is told the state of things, not what it missed; that is how it begins as well.
//   V4. The end of an actor is told once; afterwards nothing more is said of that actor.

import type { AnyActorRef, AnyEventObject, Snapshot } from 'xstate'
import type { Following, LineSink } from '../follow.ts'
import { type Moment, parentOf, type StatelyEncoder } from './stately-frame.ts'

/** What a viewer asks the feed about. */
export interface Scene {
  now(): number
  /** The actors that run now. */
  live(): Iterable<AnyActorRef>
}

export class Viewer implements Following {
  /** Frames that were left out because the viewer was slow. */
  dropped = 0
  readonly #sink: LineSink
  readonly #encoder: StatelyEncoder
  readonly #scene: Scene
  readonly #left: () => void
  /** Who the viewer knows, by session. */
  readonly #told = new Map<string, AnyActorRef>()
  /** Of those, whose state it knows is out of date. True: the actor has ended. */
  readonly #stale = new Map<string, boolean>()
  #behind = true

  constructor(sink: LineSink, encoder: StatelyEncoder, scene: Scene, left: () => void) {
    this.#sink = sink
    this.#encoder = encoder
    this.#scene = scene
    this.#left = left
  }

  /** Takes frames from now on. */
  drained(): void {
    if (this.#behind) this.#behind = !this.#catchUp()
  }

  close(): void {
    this.#left()
  }

  born(moment: Moment): void {
    if (this.#behind) this.dropped++
    else if (!this.#told.has(moment.ref.sessionId)) this.#announce(moment)
  }

  event(moment: Moment & { readonly event: AnyEventObject; readonly source?: AnyActorRef }): void {
    if (this.#behind) this.dropped++
    else if (this.#told.has(moment.ref.sessionId)) this.#write(this.#encoder.event(moment))
  }

  /** The actor has a new snapshot, perhaps its last one. */
  changed(
    moment: Moment & { readonly snapshot: Snapshot<unknown>; readonly event: AnyEventObject; readonly ended: boolean },
  ): void {
    const { sessionId } = moment.ref
    if (this.#behind) {
      this.dropped++
      if (this.#told.has(sessionId)) this.#stale.set(sessionId, moment.ended || this.#stale.get(sessionId) === true)
    } else if (this.#told.has(sessionId)) {
      if (moment.ended) this.#told.delete(sessionId)
      this.#write(this.#encoder.snapshot(moment))
    }
  }

  /** False: the sink is full again, and the rest has to wait. */
  #catchUp(): boolean {
    for (const [sessionId, ended] of this.#stale) {
      const ref = this.#told.get(sessionId)
      this.#stale.delete(sessionId)
      if (ended) this.#told.delete(sessionId)
      if (ref !== undefined && !this.#tellState(ref, ended)) return false
    }
    for (const ref of this.#scene.live()) {
      if (this.#told.has(ref.sessionId)) continue
      const room = this.#announce({ ref, at: this.#scene.now() })
      if (!this.#tellState(ref, false) || !room) return false
    }
    return true
  }

  #announce(moment: Moment): boolean {
    const parent = parentOf(moment.ref)
    if (parent !== undefined && !this.#told.has(parent.sessionId)) this.#announce({ ...moment, ref: parent })
    this.#told.set(moment.ref.sessionId, moment.ref)
    return this.#write(this.#encoder.actor(moment))
  }

  #tellState(ref: AnyActorRef, ended: boolean): boolean {
    const snapshot = ref.getSnapshot() as Snapshot<unknown>
    const moment = { ref, at: this.#scene.now(), event: { type: 'xstate.init' }, snapshot, ended }
    return this.#write(this.#encoder.snapshot(moment))
  }

  #write(frame: string): boolean {
    const room = this.#sink.write(frame)
    if (!room) this.#behind = true
    return room
  }
}
