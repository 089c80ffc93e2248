// Definition: the statechart of a machine as the inspector draws it, without any data that the machine was built with.
//
//   D1. Only what a chart consists of is let through: states, transitions, names. Context, input, params and meta are not.
//   D2. `createMachine(JSON.parse(definition))` makes a machine with the same states and transitions.

import type { AnyActorLogic } from 'xstate'

/** As JSON. Logic that is no machine has a chart of nothing but its name. */
export function definitionOf(logic: AnyActorLogic, name: string): string {
  const { config } = logic as { config?: unknown }
  if (!isObject(config) || !('states' in config || 'on' in config)) return JSON.stringify({ id: name })
  let text = known.get(config)
  if (text === undefined) {
    text = JSON.stringify(stateOf(config))
    known.set(config, text)
  }
  return text
}

/** By configuration, which `provide` shares. */
const known = new WeakMap<object, string>()

type Fields = Readonly<Record<string, unknown>>

function stateOf(state: Fields): Fields {
  const { id, type, initial, history, target, description, tags, entry, exit, invoke, on, always, after, states } =
    state
  return defined({
    id,
    type,
    initial: isObject(initial) ? initial.target : initial,
    history,
    target: type === 'history' ? target : undefined,
    description,
    tags,
    entry: named(entry),
    exit: named(exit),
    invoke: each(invoke, invocationOf),
    on: entries(on, transitionsOf),
    always: each(always, transitionOf),
    after: entries(after, transitionsOf),
    onDone: each(state.onDone, transitionOf),
    states: entries(states, (inner) => (isObject(inner) ? stateOf(inner) : {})),
  })
}

function invocationOf(invoke: unknown): unknown {
  if (!isObject(invoke)) return named(invoke)
  const { id, src, onDone, onError, onSnapshot } = invoke
  return defined({
    id,
    src: typeof src === 'string' ? src : 'inline',
    onDone: each(onDone, transitionOf),
    onError: each(onError, transitionOf),
    onSnapshot: each(onSnapshot, transitionOf),
  })
}

/** `undefined` stands for a transition that is forbidden, and JSON has no word for that. */
function transitionsOf(transitions: unknown): unknown {
  return each(transitions, transitionOf) ?? {}
}

function transitionOf(transition: unknown): unknown {
  if (!isObject(transition)) return transition
  const { target, guard, actions, reenter, description } = transition
  const ids = each(target, (one) => (typeof one === 'string' ? one : undefined))
  return defined({ target: ids, guard: named(guard), actions: named(actions), reenter, description })
}

/** Actions, guards and actors by name: a function's own name where it has no other. */
function named(implementation: unknown): unknown {
  return each(implementation, (one) => {
    if (typeof one === 'string') return one
    const { type, name } = (one ?? {}) as { type?: unknown; name?: unknown }
    const known = typeof type === 'string' ? type : name
    return { type: typeof known === 'string' && known !== '' ? known : 'inline' }
  })
}

/** One or many of them; nothing for none. */
function each(value: unknown, map: (one: unknown) => unknown): unknown {
  if (value === undefined) return undefined
  return Array.isArray(value) ? value.map(map) : map(value)
}

function entries(value: unknown, map: (one: unknown) => unknown): Fields | undefined {
  if (!isObject(value)) return undefined
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, map(one)]))
}

function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
