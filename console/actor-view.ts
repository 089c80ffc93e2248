// Actor view: one actor as a person wants to know it: its record, its state, what it runs, what happened to it.

import type { AnyActorRef } from 'xstate'
import type { ActorRecord, ActorSystem } from '../supervisor/index.ts'
import type { ActorLook } from './actor-look.ts'
import { type ErrorLine, type EventLine, errorLine } from './event-history.ts'
import { type Sanitize, sanitized } from './inspector/sanitize.ts'
import { logicOf } from './inspector/stately-frame.ts'
import { statechartOf } from './statechart/statechart.ts'

/** How many of its latest events go with a view. */
const EVENTS_SHOWN = 12

/** A record that may be shown to anyone who may look: its errors are without a stack and without secrets. */
export type ActorEntry = Omit<ActorRecord, 'lastError' | 'recentErrors'> & {
  readonly lastError?: ErrorLine
  /** The newest last. */
  readonly recentErrors?: readonly { readonly at: number; readonly error: ErrorLine }[]
}

export interface ActorView extends ActorEntry {
  readonly tags: readonly string[]
  /** Sanitized. */
  readonly context?: unknown
  /** Actors that run inside it and have no path: promises, callbacks. */
  readonly inside: readonly { readonly id: string; readonly src: string; readonly status: string }[]
  /** Paths of its children, in start order. */
  readonly children: readonly string[]
  readonly hasStatechart: boolean
  /** Of the actor itself, oldest first. */
  readonly events: readonly EventLine[]
}

export function actorEntry({ lastError, recentErrors, ...record }: ActorRecord): ActorEntry {
  return {
    ...record,
    ...(lastError && { lastError: errorLine(lastError) }),
    ...(recentErrors && { recentErrors: recentErrors.map(({ at, error }) => ({ at, error: errorLine(error) })) }),
  }
}

/** Undefined: no actor has that path now. */
export function actorView(
  { system, records, events }: ActorLook,
  path: string,
  sanitize: Sanitize,
): ActorView | undefined {
  const all = records()
  const record = all.find((one) => one.path === path)
  if (record === undefined) return undefined
  const ref = refOf(system, path)
  const { tags, context, children } = (ref?.getSnapshot() ?? {}) as Snapshot
  const hasStatechart = ref !== undefined && statechartOf(logicOf(ref), ref.getSnapshot()) !== undefined
  return {
    ...actorEntry(record),
    tags: [...(tags ?? [])],
    ...(context !== undefined && { context: sanitized(context, sanitize) }),
    inside: Object.values(children ?? {}).flatMap((child) => (child === undefined ? [] : [inner(child)])),
    children: all.filter(({ parent }) => parent === path).map((child) => child.path),
    hasStatechart,
    events: events
      .recent(path)
      .filter((event) => event.path === path)
      .slice(-EVENTS_SHOWN),
  }
}

/** The XState actor that runs at a path. */
export function refOf(system: Pick<ActorSystem, 'actors'>, path: string): AnyActorRef | undefined {
  for (const actor of system.actors()) if (actor.path === path) return actor.ref
  return undefined
}

interface Snapshot {
  readonly tags?: ReadonlySet<string>
  readonly context?: unknown
  readonly children?: Readonly<Record<string, AnyActorRef | undefined>>
}

function inner(ref: AnyActorRef): ActorView['inside'][number] {
  const { status } = ref.getSnapshot() as { status: string }
  return { id: ref.id, src: typeof ref.src === 'string' ? ref.src : 'inline', status }
}
