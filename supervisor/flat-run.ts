// Flat run: a machine whose chart is flat, run from its tables.
//
//   R1. What is seen of the actor is what XState would show: each snapshot is one of the machine, actions run in the same
//       order with the same arguments, and what they throw goes the same way.
//   R2. The machine itself takes over, at any snapshot, where the tables say nothing: while somebody inspects the system,
//       for XState's own events, with children of XState's own, when a guard throws.

import {
  type AnyActorLogic,
  type AnyActorRef,
  type AnyActorScope,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  assign,
  stopChild,
} from 'xstate'
import { type Action, type Branch, type FlatChart, type FlatState, flatChart } from './flat-chart.ts'
import { isInspected } from './xstate-internals.ts'

/** What logic is run as, from the second time on; undefined until then. */
const known = new WeakMap<AnyActorLogic, AnyActorLogic | undefined>()

/** The logic that does the same in the shortest time. For one that is made anew at each start tables are not worth it. */
export function fastest(logic: AnyActorLogic): AnyActorLogic {
  let runs = known.get(logic)
  if (runs === undefined && known.has(logic)) runs = fromTables(logic)
  known.set(logic, runs)
  return runs ?? logic
}

/** The same logic, and to whoever looks at it the same machine; run from tables where it has some. */
export function fromTables(logic: AnyActorLogic): AnyActorLogic {
  const chart = flatChart(logic)
  if (chart === undefined) return logic
  const { machine, states } = chart
  const transition = (snapshot: AnyMachineSnapshot, event: AnyEventObject, scope: AnyActorScope) => {
    const state = states.get(snapshot.value)
    if (state === undefined || !isOurs(event) || !isWhole(snapshot, machine) || isInspected(scope.system)) {
      return machine.transition(snapshot, event, scope)
    }
    let branch: Branch | undefined
    try {
      branch = firstOf(state.branches.get(event.type), snapshot.context, event)
    } catch {
      // XState says which guard it was.
      return machine.transition(snapshot, event, scope)
    }
    return new Macrostep(snapshot, state.model, event, scope).run(branch, state)
  }
  const getInitialSnapshot = (scope: AnyActorScope, input: unknown) =>
    isInspected(scope.system) ? machine.getInitialSnapshot(scope, input) : initialSnapshot(chart, scope, input)
  return Object.assign(Object.create(Object.getPrototypeOf(machine)), machine, { transition, getInitialSnapshot })
}

function isOurs({ type }: AnyEventObject): boolean {
  return typeof type === 'string' && type !== '*' && !type.startsWith('xstate.')
}

function isWhole(snapshot: AnyMachineSnapshot, machine: AnyStateMachine): boolean {
  for (const _ in snapshot.children) return false
  return snapshot.status === 'active' && snapshot.machine === machine && Boolean(snapshot.context)
}

function initialSnapshot(chart: FlatChart, scope: AnyActorScope, input: unknown): AnyMachineSnapshot {
  let made: AnyMachineSnapshot = chart.outset.context ? chart.outset : { ...chart.outset, context: {} }
  const macrostep = new Macrostep(made, made, { type: 'xstate.init', input }, scope)
  try {
    macrostep.perform(chart.making)
    made = macrostep.snapshot()
    return macrostep.run(chart.beginning, undefined)
  } catch (error) {
    return { ...made, status: 'error', error } as AnyMachineSnapshot
  }
}

/** The transition to be taken. */
function firstOf(branches: readonly Branch[] | undefined, context: unknown, event: AnyEventObject): Branch | undefined {
  if (branches === undefined) return undefined
  for (const branch of branches) {
    const { guard } = branch
    if (guard === undefined || guard.holds({ context, event }, paramsOf(guard.params, context, event))) return branch
  }
  return undefined
}

function paramsOf(params: unknown, context: unknown, event: AnyEventObject): unknown {
  return typeof params === 'function' ? params({ context, event }) : params
}

/** All that comes of one event. */
class Macrostep {
  readonly #before: AnyMachineSnapshot
  readonly #event: AnyEventObject
  readonly #scope: AnyActorScope
  #model: AnyMachineSnapshot
  #context: object
  #children: Record<string, AnyActorRef>
  #status: 'active' | 'done' = 'active'
  #output: unknown
  #changes = 0

  constructor(before: AnyMachineSnapshot, model: AnyMachineSnapshot, event: AnyEventObject, scope: AnyActorScope) {
    this.#before = before
    this.#event = event
    this.#scope = scope
    this.#model = model
    this.#context = before.context
    this.#children = before.children
    this.#output = before.output
  }

  /** Takes a transition and all that follow by themselves. @param from undefined at the beginning */
  run(branch: Branch | undefined, from: FlatState | undefined): AnyMachineSnapshot {
    let state = branch === undefined ? from! : this.#take(branch, from)
    while (this.#status === 'active') {
      const next = firstOf(state.always, this.#context, this.#event)
      if (next === undefined) break
      const changes = this.#changes
      state = this.#take(next, state)
      if (this.#changes === changes) break
    }
    if (this.#status === 'done') this.#stopChildren()
    return this.snapshot()
  }

  /** The one it began with, as long as nothing has changed. */
  snapshot(): AnyMachineSnapshot {
    if (this.#changes === 0) return this.#before
    const { error, historyValue } = this.#before
    const { machine, _nodes, value, tags, matches, hasTag, can, getMeta, toJSON } = this.#model as AnyMachineSnapshot
    return {
      status: this.#status,
      output: this.#output,
      error,
      machine,
      context: this.#context,
      _nodes,
      value,
      tags,
      children: this.#children,
      historyValue,
      matches,
      hasTag,
      can,
      getMeta,
      toJSON,
    } as AnyMachineSnapshot
  }

  /** The state that it leads to. */
  #take({ actions, target }: Branch, from: FlatState | undefined): FlatState {
    this.perform(actions)
    if (target === undefined) return from!
    if (target !== from) {
      this.#model = target.model
      this.#changes++
    }
    if (target.node.type === 'final') this.#end(target)
    return target
  }

  #end({ node, atEnd }: FlatState): void {
    // The output of the state is asked for twice, as XState does: for an event of its own, and for that of the machine.
    if (node.output !== undefined) this.#outputOf(node.output, this.#event)
    const { output } = node.machine.root
    if (output === undefined) this.#output = undefined
    else {
      const given = node.output === undefined ? undefined : this.#outputOf(node.output, this.#event)
      this.#output = this.#outputOf(output, { type: `xstate.done.state.${node.id}`, output: given })
    }
    this.#status = 'done'
    this.#changes++
    this.perform(atEnd)
  }

  #outputOf(output: unknown, event: AnyEventObject): unknown {
    if (typeof output !== 'function') return output
    return output({ context: this.#context, event, self: this.#scope.self })
  }

  perform(actions: readonly Action[]): void {
    for (const { type, params, run, assignment } of actions) {
      const given = paramsOf(params, this.#context, this.#event)
      if (assignment !== undefined) this.#assign(assignment, given)
      else this.#scope.actionExecutor({ type, info: this.#info(), params: given as never, exec: run })
    }
  }

  #info() {
    return { context: this.#context, event: this.#event, self: this.#scope.self, system: this.#scope.system }
  }

  #assign(assignment: unknown, params: unknown): void {
    const { self, system } = this.#scope
    const context = this.#context
    let spawned: Record<string, AnyActorRef> | undefined
    let spawner: Spawn | undefined
    const spawn: Spawn = (src, options) => {
      spawner ??= this.#spawner()
      const ref = spawner(src, options)
      spawned ??= {}
      spawned[ref.id] = ref
      return ref
    }
    const args = { context, event: this.#event, spawn, self, system }
    const update = typeof assignment === 'function' ? assignment(args, params) : eachOf(assignment, args, params)
    this.#context = Object.assign({}, context, update)
    if (spawned) this.#children = { ...this.#children, ...spawned }
    this.#changes++
  }

  /** XState's own: it hands it to whoever assigns, and nobody else. */
  #spawner(): Spawn {
    let spawner: Spawn | undefined
    const capture = assign(({ spawn }) => {
      spawner = spawn as never
      return {}
    }) as unknown as Builtin
    capture.resolve(this.#scope, this.snapshot(), this.#info(), undefined, capture)
    return spawner!
  }

  #stopChildren(): void {
    for (const child of Object.values(this.#children)) {
      const { type, execute } = stopChild(child) as unknown as Builtin
      this.#scope.actionExecutor({ type, info: this.#info(), params: child, exec: () => execute(this.#scope, child) })
    }
  }
}

function eachOf(assignments: unknown, args: object, params: unknown): object {
  const values: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(assignments as object)) {
    values[key] = typeof value === 'function' ? value(args, params) : value
  }
  return values
}

type Spawn = (src: never, options?: never) => AnyActorRef

/** An action of XState's. */
interface Builtin {
  readonly type: string
  resolve(scope: AnyActorScope, snapshot: AnyMachineSnapshot, info: object, params: unknown, self: Builtin): unknown
  execute(scope: AnyActorScope, resolved: unknown): void
}
