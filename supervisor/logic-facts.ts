// Logic facts: what can be read off XState logic and its snapshots from outside.

import type { AnyActorLogic, AnyMachineSnapshot, Snapshot } from 'xstate'

/** A machine that handles this is asked to end itself, and given its shutdown time to do so. */
export const SHUTDOWN_EVENT = { type: 'actor.shutdown' } as const

/** What of a machine says when it takes messages; other logic may say so by `gated`. */
interface Gated {
  readonly config?: unknown
  readonly idMap?: Map<string, { tags: readonly string[] }>
  readonly gated?: boolean
}

const gatedLogic = new WeakMap<object, boolean>()

/** Whether any state of a machine is tagged `ready`. Kept by configuration, which `provide` shares. */
export function isGated(logic: AnyActorLogic): boolean {
  const { config, idMap, gated: says } = logic as Gated
  if (says !== undefined) return says
  if (idMap === undefined || typeof config !== 'object' || config === null) return false
  let gated = gatedLogic.get(config)
  if (gated === undefined) {
    gated = idMap.values().some(({ tags }) => tags.includes('ready'))
    gatedLogic.set(config, gated)
  }
  return gated
}

/** Whether a machine has no transition for the event in this state. Other logic does not say: false. */
export function isUnhandled(snapshot: Snapshot<unknown>, event: { readonly type: string }): boolean {
  const { machine } = snapshot as Partial<AnyMachineSnapshot>
  try {
    return machine !== undefined && !machine.getTransitionData(snapshot as never, event as never)?.length
  } catch {
    // A guard that throws when it is asked again.
    return false
  }
}

/** Whether a machine names `actor.shutdown` and would act on it in this state; a catch-all does not count. */
export function handlesShutdown(snapshot: Snapshot<unknown> | undefined): boolean {
  const { machine } = (snapshot ?? {}) as Partial<AnyMachineSnapshot>
  if (snapshot?.status !== 'active' || machine === undefined) return false
  const { events } = machine as unknown as { events: readonly string[] }
  return events.includes(SHUTDOWN_EVENT.type) && !isUnhandled(snapshot, SHUTDOWN_EVENT)
}

/** `machine@version`, under which a snapshot is kept. */
export function logicName(logic: AnyActorLogic, version: string): string {
  const { id } = logic as { id?: string }
  return `${id ?? 'logic'}@${version}`
}
