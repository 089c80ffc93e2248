// XState internals: what reaches past XState's public API, beside the tables of flat charts.
//
// Owns what XState 5 has no public form for:
//
//   X1. Stopping an actor that is not a root, without its parent's logic.
//   X2. Stopping what an actor leaves behind when it throws in its own transition, at any depth.
//   X3. A scheduler whose cost at an actor's end is that actor's own timers, not the timers of the whole system.
//   X4. Knowing whether anybody inspects a system.

import type { AnyActorRef, AnyEventObject, InspectionEvent } from 'xstate'
import type { Clock } from './clock.ts'

interface Internals {
  _stop(): void
  _send(event: AnyEventObject): void
  _processingStatus: 0 | 1 | 2
}

interface SystemInternals {
  _relay(source: AnyActorRef | undefined, target: AnyActorRef, event: AnyEventObject): void
  scheduler: {
    schedule(source: AnyActorRef, target: AnyActorRef, event: AnyEventObject, delay: number, id?: string): void
    cancel(source: AnyActorRef, id: string): void
    cancelAll(source: AnyActorRef): void
  }
}

const RUNNING = 1

type System = AnyActorRef['system']

interface Inspection {
  /** How many want to see each step. */
  inspectors: number
  /** XState's own: who comes this way is not counted. */
  readonly inspect: System['inspect']
}

/** Of the systems that were prepared. */
const inspections = new WeakMap<object, Inspection>()

/** Stops an actor and everything it invoked or spawned; nothing happens when it has stopped already. */
export function stopActor(ref: AnyActorRef): void {
  const internals = ref as unknown as Internals
  if (internals._processingStatus === RUNNING && ref.getSnapshot()?.status === 'active') internals._stop()
  else stopChildrenOf(ref)
}

/** The same actor as a parent that hears nothing of its children's ends: for children the runtime watches itself. */
export function deafParent(ref: AnyActorRef): AnyActorRef {
  return new Proxy(ref, DEAF)
}

/** Not an object made from the actor: that would turn the actor into a prototype, which takes V8 longer than all the rest. */
const DEAF: ProxyHandler<AnyActorRef> = {
  get: (ref, key) => (key === '_send' ? hearNothing : ref[key as keyof AnyActorRef]),
}

function hearNothing(): void {}

/** Whether somebody may be told of the steps of this system's actors. */
export function isInspected(system: object): boolean {
  return inspections.get(system)?.inspectors !== 0
}

/** Tells of each new snapshot of any actor of a prepared system, and inspects nothing for that. */
export function watchSnapshots(system: System, changed: (event: InspectionEvent) => void): () => void {
  const watching = inspections.get(system)!.inspect((event) => {
    if (event.type === '@xstate.snapshot') changed(event)
  })
  return () => watching.unsubscribe()
}

/**
 * Makes an actor system stop orphans and keep its timers by owner. To be called once, with the system's root.
 * @param inspectors how many it has already
 */
export function prepareSystem(root: AnyActorRef, clock: Clock, inspectors = 0): void {
  const system = root.system as unknown as SystemInternals
  const relay = system._relay
  system._relay = (source, target, event) => {
    if (source !== undefined && event.type.startsWith('xstate.error.actor.')) stopChildrenOf(source)
    relay(source, target, event)
  }
  countInspectors(root.system, inspectors)
  const timers = new Map<AnyActorRef, Map<string, unknown>>()
  let ids = 0
  const forget = (source: AnyActorRef, id: string) => {
    const own = timers.get(source)
    const handle = own?.get(id)
    own?.delete(id)
    if (own?.size === 0) timers.delete(source)
    return handle
  }
  system.scheduler.schedule = (source, target, event, delay, id = `timer-${ids++}`) => {
    const previous = forget(source, id)
    if (previous !== undefined) clock.clearTimeout(previous)
    const own = timers.get(source) ?? new Map<string, unknown>()
    timers.set(source, own)
    const fire = () => {
      forget(source, id)
      system._relay(source, target, event)
    }
    own.set(id, clock.setTimeout(fire, delay))
  }
  system.scheduler.cancel = (source, id) => {
    const handle = forget(source, id)
    if (handle !== undefined) clock.clearTimeout(handle)
  }
  system.scheduler.cancelAll = (source) => {
    const own = timers.get(source)
    if (own === undefined) return
    timers.delete(source)
    for (const handle of own.values()) clock.clearTimeout(handle)
  }
}

function countInspectors(system: System, atFirst: number): void {
  const { inspect } = system
  const inspection: Inspection = { inspectors: atFirst, inspect }
  inspections.set(system, inspection)
  system.inspect = (observer) => {
    const { unsubscribe } = inspect(observer)
    let ended = false
    inspection.inspectors++
    return {
      unsubscribe: () => {
        unsubscribe()
        if (!ended) inspection.inspectors--
        ended = true
      },
    }
  }
}

function stopChildrenOf(ref: AnyActorRef): void {
  const children = (ref.getSnapshot() as { children?: Record<string, AnyActorRef> } | undefined)?.children
  for (const id in children) if (children[id]) stopActor(children[id])
}
