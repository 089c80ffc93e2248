// Charts by chance: machines without states in states, whose parts tell what they are told.

import fc from 'fast-check'
import {
  type AnyActorRef,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  assign,
  fromTransition,
  raise,
  setup,
} from 'xstate'

const STATES = ['a', 'b', 'c', 'd']
export const EVENTS = ['go', 'turn', 'xstate.odd', 'unknown', '*']

let told: unknown[][] = []
let hasGuardThrown = false
let sent = 0

/** A new record of what the parts of all charts are told, in the order in which they are. */
export function newRecord(): unknown[][] {
  told = []
  hasGuardThrown = false
  sent = 0
  return told
}

/** Leaves the guards out when one of them has thrown: then it and those before it are asked twice, by whom does not matter. */
export function comparable(record: readonly unknown[][]): readonly unknown[][] {
  return hasGuardThrown ? record.filter(([what]) => !Object.hasOwn(guards, what as string)) : record
}

interface Context {
  readonly n: number
  readonly last?: unknown
}

function tell(what: string, args: object, params?: unknown): void {
  const { context, event, self, system, ...rest } = args as Record<string, never>
  const seen = self === undefined ? undefined : outlookOn(self)
  told.push([what, context, event, seen, system === undefined, Object.keys(rest), params])
}

export const child = fromTransition((count: number, { type }) => {
  tell('child', { event: { type } })
  return count + 1
}, 0)

const actions = {
  note: (args: object, params: unknown) => tell('note', args, params),
  sendSelf: (args: { self: AnyActorRef; context: Context }) => {
    tell('sendSelf', args)
    if (sent++ < 3) args.self.send({ type: 'turn', from: 'itself' })
  },
  fail: (args: { context: Context }) => {
    tell('fail', args)
    if (args.context.n % 3 === 2) throw new Error(`failed at ${args.context.n}`)
  },
  count: assign((args: { context: Context }, params: unknown) => {
    tell('count', args, params)
    return { n: args.context.n + 1 }
  }) as never,
  countByKey: assign({
    n: (args: { context: Context }) => {
      tell('countByKey', args)
      return args.context.n + 1
    },
    last: 'constant',
  }) as never,
  nothing: assign(() => undefined as never) as never,
  failToAssign: assign((args: { context: Context }) => {
    tell('failToAssign', args)
    if (args.context.n > 2) throw new Error(`not assigned at ${args.context.n}`)
    return {}
  }) as never,
  spawn: assign((args) => {
    const { n } = args.context as Context
    const ref: AnyActorRef = args.spawn((n % 2 === 0 ? 'child' : child) as never, { id: `child-${n}` } as never)
    tell('spawn', args)
    return { n: n + 1, last: ref.id }
  }) as never,
  shout: raise({ type: 'go' }) as never,
}

const guards = {
  isEven: (args: { context: Context }) => {
    tell('isEven', args)
    return args.context.n % 2 === 0
  },
  isBelow: (args: { context: Context }, params: unknown) => {
    tell('isBelow', args, params)
    return args.context.n < ((params as { limit?: number })?.limit ?? 3)
  },
  failing: (args: { context: Context }) => {
    tell('failing', args)
    if (args.context.n < 2) return false
    hasGuardThrown = true
    throw new Error(`no answer at ${args.context.n}`)
  },
}

const named = (names: readonly string[]) => fc.constantFrom(...names)
const parameters = fc.constantFrom<unknown>(
  undefined,
  { limit: 2 },
  ({ context, event }: { context: Context; event: { type: string } }) => ({ limit: context.n, of: event.type }),
)
const inline = (args: object) => tell('inline', args)
const action = fc.oneof(
  { weight: 6, arbitrary: named(['note', 'count', 'countByKey', 'sendSelf', 'nothing']) },
  { weight: 1, arbitrary: named(['fail', 'failToAssign', 'spawn']) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(inline, (args: object) => tell('nameless', args), actions.count) },
  { weight: 2, arbitrary: fc.record({ type: named(['note', 'count']), params: parameters }) },
)
const some = fc.array(action, { maxLength: 3 })
const guard = fc.oneof(
  { weight: 4, arbitrary: named(['isEven', 'isBelow']) },
  { weight: 1, arbitrary: named(['failing']) },
  { weight: 1, arbitrary: fc.constant((args: { context: Context }) => args.context.n !== 1) },
  { weight: 2, arbitrary: fc.record({ type: named(['isBelow']), params: parameters }) },
)
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
const transition = (prefix: string, reenters: boolean) =>
  fc
    .record({
      target: optional(named(STATES.map((state) => `${prefix}${state}`))),
      guard: optional(guard),
      actions: some,
      reenter: reenters ? fc.boolean() : fc.constant(false),
    })
    .map(({ target, guard, ...rest }) => ({
      ...rest,
      ...(target && { target }),
      ...(guard !== undefined && { guard }),
    }))
const transitions = (prefix: string, reenters: boolean) =>
  fc.array(transition(prefix, reenters), { minLength: 1, maxLength: 2 })
const on = (prefix: string, reenters: boolean) =>
  fc.dictionary(
    named(['go', 'turn', 'xstate.odd']),
    fc.oneof(fc.constant(undefined as never), transitions(prefix, reenters)),
    { maxKeys: 3 },
  )
/** Each counts, and stops when enough is counted: without that both would go round for ever. */
const always = (prefix: string) =>
  fc.array(
    fc
      .record({ target: optional(named(STATES.map((state) => `${prefix}${state}`))), actions: some })
      .map(({ target, actions }) => ({
        ...(target && { target }),
        guard: { type: 'isBelow', params: { limit: 4 } },
        actions: [...actions, 'count'],
      })),
    { maxLength: 1 },
  )
const output = fc.constantFrom<unknown>(undefined, 'given', (args: { context: Context }) => {
  tell('output', args)
  if (args.context.n === 5) throw new Error('no output')
  return { n: args.context.n }
})
const state = fc
  .record({
    isFinal: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
    tags: fc.constantFrom<readonly string[]>([], ['ready'], ['slow', 'ready']),
    meta: optional(fc.constant({ shown: true })),
    entry: some,
    exit: some,
    on: on('', true),
    always: always(''),
    output,
  })
  .map(({ isFinal, on, always, output, ...rest }) =>
    isFinal
      ? { ...rest, type: 'final', ...(output !== undefined && { output }) }
      : { ...rest, on, ...(always.length > 0 && { always }) },
  )
const context = fc.constantFrom<unknown>(
  { n: 0 },
  ({ input }: { input: unknown }) => ({ n: 0, last: input }),
  (args: { input: unknown; self: AnyActorRef; spawn: (logic: unknown, options: object) => AnyActorRef }) => {
    args.spawn('child', { id: 'first' })
    told.push(['context', Object.keys(args), args.self.id])
    return { n: 1 }
  },
  () => {
    throw new Error('no context')
  },
)
/** Configuration of a machine without states in states. */
export const chart = fc
  .record({
    context,
    initial: fc.oneof(named(STATES), fc.record({ target: named(STATES), actions: some })),
    states: fc
      .tuple(state, state, state, state)
      .map((all) => Object.fromEntries(all.map((each, i) => [STATES[i]!, each]))),
    on: on('.', false),
    always: always('.'),
    entry: some,
    exit: some,
    tags: fc.constantFrom<readonly string[]>([], ['whole']),
    output,
  })
  .map(({ output, always, ...config }) => ({
    id: 'chance',
    ...config,
    ...(always.length > 0 && { always }),
    ...(output !== undefined && { output }),
  }))

export function machineOf(config: object): AnyStateMachine {
  const made = setup({ actors: { child }, actions: actions as never, guards: guards as never })
  return made.createMachine(config as never) as unknown as AnyStateMachine
}

export type Move =
  | { readonly do: 'send'; readonly type: string }
  | { readonly do: 'inspect' | 'leave' | 'restore' | 'stop' }

export const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('send' as const), type: named(EVENTS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('inspect' as const, 'leave' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('restore' as const, 'stop' as const) }) },
)

/** XState's development build throws before there is one. */
function outlookOn(ref: AnyActorRef): unknown {
  try {
    return outlook(ref.getSnapshot() as AnyMachineSnapshot)
  } catch (error) {
    return String(error)
  }
}

/** All of a snapshot that anybody could ask for. */
export function outlook(snapshot: AnyMachineSnapshot | undefined) {
  if (snapshot?.machine === undefined) return snapshot
  const { status, value, context, output, error, tags, children, historyValue } = snapshot
  return {
    status,
    value,
    context,
    output,
    error: String(error),
    tags: [...tags],
    children: Object.entries(children).map(([id, ref]) => [id, (ref as AnyActorRef).getSnapshot()]),
    historyValue,
    meta: snapshot.getMeta(),
    is: STATES.filter((state) => snapshot.matches(state as never)),
    has: ['ready', 'slow', 'whole'].filter((tag) => snapshot.hasTag(tag)),
    nodes: snapshot._nodes.map(({ id }) => id),
    keys: Object.keys(snapshot),
    json: Object.keys(snapshot.toJSON() as object),
  }
}
