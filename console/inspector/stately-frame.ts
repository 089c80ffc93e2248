// Stately frame: the three messages that the Stately inspector understands, as JSON texts.
//
//   T1. Session ids are unique over processes: `<boot id>/<session id of XState>`.
//   T2. `createdAt` is the time of what happened, not of its encoding.
//   T3. Nothing but the names in a chart leaves unsanitized: contexts, inputs, outputs, errors and events are not shown as they are.

import type { AnyActorLogic, AnyActorRef, AnyEventObject, Snapshot } from 'xstate'
import { definitionOf } from './definition.ts'
import { type Sanitize, sanitized, sanitizedEvent } from './sanitize.ts'

/** The version of the inspector's package, which is that of its protocol. */
const PROTOCOL_VERSION = '0.7.2'

/** What happened to whom, and when. */
export interface Moment {
  readonly ref: AnyActorRef
  /** Epoch ms. */
  readonly at: number
}

export interface StatelyEncoder {
  /** The actor exists, in the state that it is in now. */
  actor(moment: Moment): string
  event(moment: Moment & { readonly event: AnyEventObject; readonly source?: AnyActorRef }): string
  /** The actor's state. `ended`: it was stopped, even if its snapshot does not say so. */
  snapshot(
    moment: Moment & { readonly snapshot: Snapshot<unknown>; readonly event: AnyEventObject; readonly ended: boolean },
  ): string
}

/** @param boot of this process; no other process has it */
export function createStatelyEncoder(boot: string, how: Sanitize): StatelyEncoder {
  const idOf = (ref: AnyActorRef) => `${boot}/${ref.sessionId}`
  const frame = (type: string, { ref, at }: Moment, fields: object) =>
    JSON.stringify({
      type,
      ...fields,
      sessionId: idOf(ref),
      rootId: idOf(rootOf(ref)),
      id: null,
      createdAt: String(at),
      _version: PROTOCOL_VERSION,
    })
  return {
    actor: (moment) => {
      const { ref } = moment
      const parent = parentOf(ref)
      const snapshot = ref.getSnapshot() as Snapshot<unknown> | undefined
      return frame('@xstate.actor', moment, {
        // The root of our trees has no name.
        name: ref.id || '/',
        ...(parent && { parentId: idOf(parent) }),
        definition: definitionOf(logicOf(ref), ref.id || '/'),
        snapshot: snapshot === undefined ? { status: 'active' } : encodeSnapshot(snapshot, how, false),
      })
    },
    event: (moment) => {
      const { event, source } = moment
      const from = source && { sourceId: idOf(source) }
      return frame('@xstate.event', moment, { event: sanitizedEvent(event, how), ...from })
    },
    snapshot: (moment) =>
      frame('@xstate.snapshot', moment, {
        event: sanitizedEvent(moment.event, how),
        snapshot: encodeSnapshot(moment.snapshot, how, moment.ended),
      }),
  }
}

interface Fields {
  readonly value?: unknown
  readonly context?: unknown
  readonly input?: unknown
  readonly tags?: ReadonlySet<string>
  readonly children?: Readonly<Record<string, AnyActorRef | undefined>>
  readonly historyValue?: Readonly<Record<string, readonly { readonly id: string }[]>>
}

function encodeSnapshot(snapshot: Snapshot<unknown>, how: Sanitize, ended: boolean): object {
  const { status, output, error } = snapshot
  const { value, context, input, tags, children, historyValue } = snapshot as Fields
  return {
    status: ended && status === 'active' ? 'stopped' : status,
    ...(value !== undefined && { value }),
    ...(context !== undefined && { context: sanitized(context, how) }),
    ...(input !== undefined && { input: sanitized(input, how) }),
    ...(output !== undefined && { output: sanitized(output, how) }),
    ...(error !== undefined && { error: sanitized(error, how) }),
    ...(tags !== undefined && { tags: [...tags] }),
    ...(historyValue !== undefined && {
      historyValue: mapValues(historyValue, (nodes) => nodes.map(({ id }) => ({ id }))),
    }),
    children: mapValues(children ?? {}, (child) => child && { xstate$$type: 1, id: child.id }),
  }
}

/** The actor that this one belongs to, in the tree that XState knows. */
export function parentOf(ref: AnyActorRef): AnyActorRef | undefined {
  return (ref as { _parent?: AnyActorRef })._parent
}

/** What an actor runs. */
export function logicOf(ref: AnyActorRef): AnyActorLogic {
  return (ref as unknown as { logic: AnyActorLogic }).logic
}

function rootOf(ref: AnyActorRef): AnyActorRef {
  let root = ref
  for (let parent = parentOf(root); parent; parent = parentOf(root)) root = parent
  return root
}

function mapValues<In, Out>(fields: Readonly<Record<string, In>>, map: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, map(value)]))
}
