// Inspection feed: what happens inside the actors, as the Stately inspector's messages, for as long as someone looks.
//
//   N1. With nobody looking nothing is attached to the actors, and nothing is kept.
//   N2. A frame is encoded when it happens, so that it shows the moment; viewers that want the same share it.
//   N3. An actor is born when it starts: one that is created and never started is not shown.
//   N4. Every death is told. XState says nothing of an actor that throws in its own transition: it is inferred from the
//       error that its parent is told. A stopped actor whose snapshot still says active is shown as stopped.

import type { AnyActorRef, AnyEventObject, InspectionEvent, Snapshot } from 'xstate'
import type { ActorSystem } from '../../supervisor/index.ts'
import type { Follow } from '../follow.ts'
import type { Sanitize } from './sanitize.ts'
import { createStatelyEncoder, type StatelyEncoder } from './stately-frame.ts'
import { Viewer } from './viewer.ts'

export interface InspectionFeed {
  /** Frames as lines: first the state of every living actor, then what happens. */
  readonly follow: (sanitize: Sanitize) => Follow
  /** How many look now, and how many frames all viewers so far were too slow for. */
  counts(): { readonly viewers: number; readonly dropped: number }
}

export interface FeedOptions {
  /** Stands before every session id: a value that no other process has. */
  readonly boot: string
  readonly now: () => number
}

export function createInspectionFeed(
  system: Pick<ActorSystem, 'actors' | 'inspect'>,
  options: FeedOptions,
): InspectionFeed {
  const viewers = new Set<Viewer>()
  const encoders: Record<Sanitize, StatelyEncoder> = {
    types: sharing(createStatelyEncoder(options.boot, 'types')),
    full: sharing(createStatelyEncoder(options.boot, 'full')),
  }
  let detach: (() => void) | undefined
  let droppedBefore = 0

  function see(event: InspectionEvent): void {
    const at = options.now()
    const ref = event.actorRef as AnyActorRef
    if (event.type === '@xstate.event') {
      const source = event.sourceRef as AnyActorRef | undefined
      if (source !== undefined && isDeathNotice(event.event)) tellDeath(source, event.event, at)
      const moment = { ref, at, event: event.event, ...(source && { source }) }
      const isBirth = event.event.type === 'xstate.init'
      for (const viewer of viewers) {
        if (isBirth) viewer.born(moment)
        viewer.event(moment)
      }
    }
    if (event.type === '@xstate.snapshot') {
      const ended = event.snapshot.status !== 'active' || event.event.type === 'xstate.stop'
      const moment = { ref, at, event: event.event, snapshot: event.snapshot, ended }
      for (const viewer of viewers) viewer.changed(moment)
    }
  }

  function tellDeath(ref: AnyActorRef, event: AnyEventObject, at: number): void {
    const snapshot = ref.getSnapshot() as Snapshot<unknown>
    if (snapshot.status !== 'error') return
    const moment = { ref, at, event, snapshot, ended: true }
    for (const viewer of viewers) viewer.changed(moment)
  }

  return {
    follow: (sanitize) => (sink) => {
      const viewer = new Viewer(sink, encoders[sanitize], { now: options.now, live: () => liveActors(system) }, () => {
        if (!viewers.delete(viewer)) return
        droppedBefore += viewer.dropped
        if (viewers.size > 0) return
        detach?.()
        detach = undefined
      })
      viewers.add(viewer)
      detach ??= system.inspect(see)
      viewer.drained()
      return viewer
    },
    counts: () => ({
      viewers: viewers.size,
      dropped: viewers.values().reduce((sum, { dropped }) => sum + dropped, droppedBefore),
    }),
  }
}

function isDeathNotice(event: AnyEventObject): boolean {
  return event.type.startsWith('xstate.error.actor.')
}

/** Every actor with a path, and what each of them has invoked or spawned, at any depth. */
function* liveActors(system: Pick<ActorSystem, 'actors'>): Iterable<AnyActorRef> {
  for (const { ref } of system.actors()) yield* withChildren(ref)
}

function* withChildren(ref: AnyActorRef): Iterable<AnyActorRef> {
  const snapshot = ref.getSnapshot() as {
    status?: string
    children?: Readonly<Record<string, AnyActorRef | undefined>>
  }
  if (snapshot?.status !== 'active') return
  yield ref
  for (const child of Object.values(snapshot.children ?? {})) if (child !== undefined) yield* withChildren(child)
}

/** Encodes each moment once: whoever asks for the same one again gets the same text. */
function sharing(encoder: StatelyEncoder): StatelyEncoder {
  const once = <Moment extends object>(encode: (moment: Moment) => string) => {
    let last: { readonly moment: Moment; readonly frame: string } | undefined
    return (moment: Moment): string => {
      if (last?.moment !== moment) last = { moment, frame: encode(moment) }
      return last.frame
    }
  }
  return { actor: once(encoder.actor), event: once(encoder.event), snapshot: once(encoder.snapshot) }
}
