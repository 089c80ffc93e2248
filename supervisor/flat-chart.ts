// Flat chart: a machine without states in states, as tables.
//
// For each event XState works out anew which sets of states are left and entered, in charts of any shape. Where no state
// lies in another there is nothing to work out: what a transition does is one list of actions, known beforehand.
//
//   F1. A chart says all that its machine does. A machine with anything that it cannot say has none.

import { type AnyMachineSnapshot, type AnyStateMachine, type AnyStateNode, assign, StateMachine } from 'xstate'

/** A guard or an action that somebody wrote. */
type Called = (args: object, params: unknown) => unknown

interface Guard {
  readonly holds: Called
  readonly params: unknown
}

export interface Action {
  readonly type: string
  readonly params: unknown
  readonly run: Called
  /** Of one that changes the context: a function, or for each key a value or a function. */
  readonly assignment: unknown
}

/** A transition, as it is out of one state. */
export interface Branch {
  readonly guard: Guard | undefined
  /** All that is done: by the state that is left, on the way, by the state that is entered. */
  readonly actions: readonly Action[]
  /** The state that is entered; undefined when none is left. */
  readonly target: FlatState | undefined
}

export interface FlatState {
  readonly node: AnyStateNode
  /** What all snapshots in this state have in common. */
  readonly model: AnyMachineSnapshot
  readonly entry: readonly Action[]
  /** What is done when the machine ends here. */
  readonly atEnd: readonly Action[]
  /** By type of event, in the order in which they are tried. */
  readonly branches: Map<string, readonly Branch[]>
  always: readonly Branch[]
}

export interface FlatChart {
  readonly machine: AnyStateMachine
  readonly states: Map<unknown, FlatState>
  /** The snapshot before a state is entered; the machine may give no context. */
  readonly outset: AnyMachineSnapshot
  /** What makes the context, where that is not given as it is. */
  readonly making: readonly Action[]
  readonly beginning: Branch
}

interface Transition {
  readonly source: AnyStateNode
  readonly target: readonly AnyStateNode[] | undefined
  readonly reenter: boolean
  readonly guard?: unknown
  readonly actions: readonly unknown[]
}

/** The tables of a machine; undefined for any other logic, and for a machine that they cannot say. */
export function flatChart(logic: unknown): FlatChart | undefined {
  if (!(logic instanceof StateMachine) || !isFlat(logic)) return undefined
  const machine: AnyStateMachine = logic
  const { root, config } = machine
  const states = new Map(Object.values(root.states).map((node) => [node.key, stateOf(machine, node)]))
  for (const state of states.values()) connect(machine, states, state)
  const initial = states.get(root.initial.target[0]!.key)!
  const own = actionsOf(machine, [...root.entry, ...root.initial.actions])
  return {
    machine,
    states,
    outset: outsetOf(machine, initial.model),
    making: typeof config.context === 'function' ? actionsOf(machine, [makingOf(config.context)]) : [],
    beginning: { guard: undefined, actions: [...own, ...initial.entry], target: initial },
  }
}

// -------------------------------------------------------------------- what can be said

function isFlat(machine: AnyStateMachine): boolean {
  const { root, options } = machine
  const states: AnyStateNode[] = Object.values(root.states)
  return (
    // Somebody who puts other functions in their places means them to be called.
    machine.transition.name === 'bound transition' &&
    machine.getInitialSnapshot.name === 'bound getInitialSnapshot' &&
    options.maxIterations === Number.POSITIVE_INFINITY &&
    root.type === 'compound' &&
    states.every(({ type }) => type === 'atomic' || type === 'final') &&
    [root, ...states].every((node) => isPlain(machine, node))
  )
}

function isPlain(machine: AnyStateMachine, node: AnyStateNode): boolean {
  const transitions = [...node.transitions.values(), node.always ?? []].flat() as Transition[]
  const actions = [node.entry, node.exit, node.initial.actions, ...transitions.map((each) => each.actions)].flat()
  return (
    node.invoke.length === 0 &&
    node.config.after === undefined &&
    node.transitions.keys().every((type) => type !== '*' && !type.endsWith('.*')) &&
    transitions.every((each) => leadsToOne(machine, each)) &&
    transitions.every(({ guard }) => guard === undefined || guardOf(machine, guard) !== undefined) &&
    actions.every((action) => actionOf(machine, action) !== undefined)
  )
}

/** To one state, or to none. */
function leadsToOne({ root }: AnyStateMachine, { source, target, reenter }: Transition): boolean {
  if (target === undefined || target.length === 0) return true
  return target.length === 1 && target[0]!.parent === root && !(source === root && reenter)
}

// -------------------------------------------------------------------- its parts

/** A state that leads nowhere yet: it may lead to any other. */
function stateOf(machine: AnyStateMachine, node: AnyStateNode): FlatState {
  return {
    node,
    model: modelOf(machine, node),
    entry: actionsOf(machine, node.entry),
    atEnd: actionsOf(machine, [...node.exit, ...machine.root.exit]),
    branches: new Map(),
    always: [],
  }
}

function connect(machine: AnyStateMachine, states: ReadonlyMap<string, FlatState>, state: FlatState): void {
  const branchesOf = (transitions: readonly unknown[]) =>
    transitions.map((transition) => branchOf(machine, states, state.node, transition as Transition))
  // What the root says holds where the state says nothing.
  const nodes = [state.node, machine.root]
  for (const type of nodes.flatMap((node) => [...node.transitions.keys()])) {
    state.branches.set(type, branchesOf(nodes.flatMap((node) => node.transitions.get(type) ?? [])))
  }
  state.always = branchesOf(nodes.flatMap((node) => node.always ?? []))
}

function branchOf(
  machine: AnyStateMachine,
  states: ReadonlyMap<string, FlatState>,
  from: AnyStateNode,
  transition: Transition,
): Branch {
  const { source, reenter } = transition
  const guard = transition.guard === undefined ? undefined : guardOf(machine, transition.guard)
  const to = transition.target?.[0]
  const own = actionsOf(machine, transition.actions)
  if (to === undefined || (to === source && !reenter)) return { guard, actions: own, target: undefined }
  const target = states.get(to.key)!
  return { guard, actions: [...actionsOf(machine, from.exit), ...own, ...target.entry], target }
}

function outsetOf({ root, config }: AnyStateMachine, initial: AnyMachineSnapshot): AnyMachineSnapshot {
  const context = typeof config.context === 'function' ? undefined : config.context
  return { ...initial, context, status: 'active', _nodes: [root], tags: new Set(root.tags) } as AnyMachineSnapshot
}

function modelOf(machine: AnyStateMachine, node: AnyStateNode): AnyMachineSnapshot {
  // XState has them in this order.
  const nodes = node.type === 'final' ? [node, machine.root] : [machine.root, node]
  const model = machine.resolveState({ value: node.key, context: {} })
  return { ...model, _nodes: nodes, tags: new Set(nodes.flatMap(({ tags }) => tags)) } as AnyMachineSnapshot
}

function makingOf(contextOf: (args: object) => object) {
  return assign(({ spawn, event, self }) => contextOf({ spawn, input: (event as { input?: unknown }).input, self }))
}

/** Undefined: this is one of XState's own, or there is none of this name. */
function guardOf({ implementations }: AnyStateMachine, guard: unknown): Guard | undefined {
  const { given, params } = implementationOf(guard, implementations.guards)
  return given === undefined || 'check' in given ? undefined : { holds: given, params }
}

function actionsOf(machine: AnyStateMachine, actions: readonly unknown[]): Action[] {
  return actions.map((action) => actionOf(machine, action)!)
}

/** Undefined: this is one of XState's own other than `assign`, or there is none of this name. */
function actionOf({ implementations }: AnyStateMachine, action: unknown): Action | undefined {
  const { type, given, params } = implementationOf(action, implementations.actions)
  if (given === undefined) return undefined
  if (!('resolve' in given)) return { type, params, run: given, assignment: undefined }
  const { resolve, assignment } = given as unknown as Assign
  return resolve === ASSIGN.resolve ? { type, params, run: given, assignment } : undefined
}

interface Assign {
  readonly resolve: unknown
  readonly assignment: unknown
}

const ASSIGN = assign({}) as unknown as Assign

/** What is called for a function, a name, or a name with parameters. */
function implementationOf(what: unknown, implementations: Readonly<Record<string, unknown>>): Implementation {
  if (typeof what === 'function') return { type: what.name || '(anonymous)', given: what as Called, params: undefined }
  const { type, params } = (typeof what === 'string' ? { type: what } : what) as { type: string; params?: unknown }
  const given = implementations[type]
  return { type, given: typeof given === 'function' ? (given as Called) : undefined, params }
}

interface Implementation {
  readonly type: string
  readonly given: Called | undefined
  readonly params: unknown
}
