// Statechart: the states and transitions of a machine as plain data, with the states that an actor is in now.
//
// Read off the machine's own nodes, so that what XState adds is there as well: `always`, `after`, the ends of invoked
// actors. Names only: no context, no input, no params.

import type { AnyStateMachine, AnyStateNode } from 'xstate'

export interface ChartState {
  /** Unique in its chart: `bot.running`. */
  readonly id: string
  readonly name: string
  /** Id of the state around it; the root has none. */
  readonly parent?: string
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  /** Entered first, of the states beside it. */
  readonly isInitial: boolean
  readonly isCurrent: boolean
  readonly tags: readonly string[]
  /** Actors that run while the machine is here. */
  readonly invokes: readonly string[]
}

export interface ChartTransition {
  readonly from: string
  /** Ids; none: the machine stays where it is. */
  readonly to: readonly string[]
  /** `bot.run`, `always`, `after 5000`, `done(askModel)`, `error(askModel)`. */
  readonly on: string
  readonly guard?: string
  readonly actions: readonly string[]
}

export interface Statechart {
  readonly machine: string
  /** A state before those within it. */
  readonly states: readonly ChartState[]
  readonly transitions: readonly ChartTransition[]
}

/** @param logic of an actor; what is no machine has no chart */
export function statechartOf(logic: unknown, snapshot: unknown): Statechart | undefined {
  const { root } = logic as Partial<AnyStateMachine>
  if (root === undefined) return undefined
  const { _nodes = [] } = (snapshot ?? {}) as { _nodes?: readonly AnyStateNode[] }
  // By id: a machine and what `provide` made of it have nodes of their own.
  const current = new Set(_nodes.map(({ id }) => id))
  const nodes = [...withDescendants(root)]
  return {
    machine: root.id,
    states: nodes.map((node) => stateOf(node, current)),
    transitions: nodes.flatMap(transitionsOf),
  }
}

function* withDescendants(node: AnyStateNode): Iterable<AnyStateNode> {
  yield node
  for (const child of Object.values(node.states)) yield* withDescendants(child)
}

function stateOf(node: AnyStateNode, current: ReadonlySet<string>): ChartState {
  const { id, key, parent, type, tags, invoke } = node
  return {
    id,
    name: key,
    ...(parent && { parent: parent.id }),
    kind: type,
    isInitial: parent?.initial?.target.includes(node) ?? false,
    isCurrent: current.has(id),
    tags: [...tags],
    invokes: invoke.map(({ src }) => sourceName(src)),
  }
}

function transitionsOf(node: AnyStateNode): ChartTransition[] {
  const triggered = [...node.transitions.values()].flat()
  return [...triggered, ...(node.always ?? [])].map(({ eventType, target, guard, actions }) => ({
    from: node.id,
    to: (target ?? []).map(({ id }) => id),
    on: triggerName(eventType, node),
    ...(guard !== undefined && { guard: implementationName(guard) }),
    actions: actions.map(implementationName),
  }))
}

/** XState's names for what is no event of the machine's own, in words. */
function triggerName(eventType: string, node: AnyStateNode): string {
  if (eventType === '') return 'always'
  const after = /^xstate\.after\.([^.]+)\./.exec(eventType)
  if (after) return `after ${after[1]}`
  const end = /^xstate\.(done|error|snapshot)\.(?:actor\.)?(.*)$/.exec(eventType)
  if (!end) return eventType
  const invoked = node.invoke.find(({ id }) => id === end[2])
  return invoked === undefined ? end[1]! : `${end[1]}(${sourceName(invoked.src)})`
}

function sourceName(src: unknown): string {
  return typeof src === 'string' && !src.startsWith('xstate.invoke.') ? src : 'inline'
}

/** An action or a guard by its name; one that has none is written where it is used. */
function implementationName(implementation: unknown): string {
  if (typeof implementation === 'string') return implementation
  const { type, name } = implementation as { type?: unknown; name?: unknown }
  for (const known of [type, name]) if (typeof known === 'string' && known !== '') return known
  return 'inline'
}
