// A machine run from tables is to everybody the machine that XState runs: charts, events and inspectors by chance.

import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import {
  type Actor,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  fromTransition,
  type InspectionEvent,
  StateMachine,
} from 'xstate'
import { flatChart } from '../../supervisor/flat-chart.ts'
import { fastest, fromTables } from '../../supervisor/flat-run.ts'
import { type ActorSystem, type SystemOptions, startSystem } from '../../supervisor/index.ts'
import { deafParent, prepareSystem } from '../../supervisor/xstate-internals.ts'
import { chart, comparable, EVENTS, type Move, machineOf, move, newRecord, outlook } from './chance-chart.ts'
import { FakeClock, settle } from './fake-clock.ts'

describe('a machine run from tables', () => {
  test('does and shows what XState does and shows, whatever the chart and whatever happens', () => {
    let flat = 0
    const kinds = new Set<string>()
    fc.assert(
      fc.property(
        chart,
        // Half of them with an inspector from the start: by chance alone it was mostly too late.
        fc.tuple(fc.constantFrom([], [{ do: 'inspect' }] as const), fc.array(move, { maxLength: 12 })),
        fc.constantFrom(undefined, { given: 1 }),
        (config, [first, then], input) => {
          const moves = [...first, ...then]
          const machine = machineOf(config)
          if (flatChart(machine)) flat++
          const expected = live(machine, moves, input)
          const seen = live(fromTables(machine), moves, input)
          for (const entry of expected) kinds.add(String(entry[0]))
          expect(seen).toEqual(expected)
        },
      ),
      { numRuns: 400 },
    )
    expect(flat).toBe(400)
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        'next',
        'error',
        'complete',
        'spawn',
        'child',
        'output',
        'isBelow',
        'sendSelf',
        '@xstate.microstep',
        '@xstate.action',
      ]),
    )
  })
})

describe('what an actor is run as', () => {
  test('the machine itself the first time, its tables from then on, and the same ones', () => {
    const machine = machineOf({ initial: 'a', states: { a: {} } })
    expect(fastest(machine)).toBe(machine)
    const tables = fastest(machine)
    expect(tables).not.toBe(machine)
    expect(fastest(machine)).toBe(tables)
  })

  test('is a machine like it to whoever looks', () => {
    const machine = machineOf({ id: 'looked-at', initial: 'a', states: { a: { tags: 'ready' } } })
    const tables = fromTables(machine) as AnyStateMachine
    expect(tables).toBeInstanceOf(StateMachine)
    expect(JSON.stringify(tables.definition)).toBe(JSON.stringify(machine.definition))
    expect([tables.id, tables.config, tables.root]).toEqual([machine.id, machine.config, machine.root])
    expect(createActor(tables).getSnapshot().machine).toBe(machine)
  })

  test('in a system that was not prepared, XState runs it: nobody knows who inspects', () => {
    const steps: string[] = []
    const tables = fromTables(machineOf({ initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } }))
    const actor = createActor(tables, { inspect: ({ type }) => steps.push(type) }).start()
    actor.send({ type: 'go' })
    expect(actor.getSnapshot().value).toBe('b')
    expect(steps).toContain('@xstate.microstep')
  })

  test('a system that is inspected from its beginning is told of each step', async () => {
    const steps: string[] = []
    const inspect = (event: InspectionEvent) => {
      if (event.type === '@xstate.microstep') steps.push((event.actorRef as AnyActorRef).id)
    }
    const system = await systemOfThree({ inspect })
    for (const path of ['/one', '/two', '/three']) system.tell(path, { type: 'go' })
    await settle()
    expect(steps).toEqual(['one', 'two', 'three'])
    await system.stop()
  })

  test('whoever only asks for changes hears of each, and no step is taken by XState for that', async () => {
    const system = await systemOfThree({})
    let changes = 0
    const end = system.onChange(() => changes++)
    const send = async () => {
      for (const path of ['/two', '/three']) system.tell(path, { type: 'go' })
      await settle()
    }
    const steps = await countingSteps(send)
    expect([changes, steps]).toEqual([2, 0])
    const endInspection = system.inspect(() => {})
    expect(await countingSteps(send)).toBe(2)
    endInspection()
    end()
    expect([await countingSteps(send), changes]).toEqual([0, 4])
    await system.stop()
  })
})

const looped = machineOf({ initial: 'a', states: { a: { tags: 'ready', on: { go: 'a' } } } })

function systemOfThree(options: SystemOptions): Promise<ActorSystem> {
  const children = ['one', 'two', 'three'].map((id) => ({ id, kind: 'test', start: () => ({ logic: looped }) }))
  return startSystem({ id: '', strategy: 'one_for_one', children }, { clock: new FakeClock(), ...options })
}

/** How often XState works a transition out meanwhile. */
async function countingSteps(run: () => Promise<void>): Promise<number> {
  const asked = vi.spyOn(looped, 'transition')
  await run()
  const steps = asked.mock.calls.length
  asked.mockRestore()
  return steps
}

function inspected(event: InspectionEvent): unknown[] {
  const { type, actorRef, event: cause, snapshot, action, _transitions: taken } = event as unknown as Seen
  const { params } = action ?? {}
  const given = (params as Partial<AnyActorRef> | undefined)?.send === undefined ? params : (params as AnyActorRef).id
  return [type, actorRef.id, cause, outlook(snapshot), action?.type, given, taken?.map(({ eventType }) => eventType)]
}

/** What an inspector is told, in all of its forms. */
interface Seen {
  readonly type: string
  readonly actorRef: AnyActorRef
  readonly event: unknown
  readonly snapshot: AnyMachineSnapshot | undefined
  readonly action: { readonly type: string; readonly params: unknown } | undefined
  readonly _transitions: readonly { readonly eventType: string }[] | undefined
}

/** Lives through the moves; what anybody was told on the way. */
function live(logic: AnyActorLogic, moves: readonly Move[], input: unknown): readonly unknown[][] {
  const record = newRecord()
  const clock = new FakeClock()
  const root = createActor(
    fromTransition((state) => state, 0),
    { id: 'root', clock: clock as never, logger: () => {} },
  )
  prepareSystem(root as never, clock)
  root.start()
  const parent = deafParent(root as never)
  let leave = () => {}
  let ref: Actor<AnyActorLogic>
  const begin = (snapshot?: unknown) => {
    ref = createActor(logic, {
      id: 'it',
      input,
      parent,
      src: 'it',
      ...(snapshot !== undefined && { snapshot }),
    } as never)
    let last: unknown
    ref.subscribe({
      next: (snapshot) => {
        record.push(['next', outlook(snapshot as never), snapshot === last])
        last = snapshot
      },
      error: (error) => record.push(['error', String(error)]),
      complete: () => record.push(['complete']),
    })
    record.push(['made', outlook(ref.getSnapshot() as never)])
    ref.start()
    record.push(['started', outlook(ref.getSnapshot() as never)])
  }
  begin()
  for (const move of moves) {
    const before = ref!.getSnapshot() as AnyMachineSnapshot
    if (move.do === 'send') before.status === 'active' && ref!.send({ type: move.type })
    else if (move.do === 'leave') leave()
    else if (move.do === 'inspect') leave = root.system.inspect((event) => record.push(inspected(event))).unsubscribe
    else if (move.do === 'stop') (ref! as unknown as { _stop(): void })._stop()
    else if (before.machine !== undefined && before.status !== 'error')
      begin(ref!.logic.getPersistedSnapshot(before, { __unsafeAllowInlineActors: true }))
    const after = ref!.getSnapshot() as AnyMachineSnapshot
    record.push(['moved', move, outlook(after), after === before])
    if (after.machine !== undefined && after.status === 'active') {
      // Asks the guards, which may throw.
      try {
        record.push(['can', EVENTS.map((type) => after.can({ type }))])
      } catch (error) {
        record.push(['cannot', String(error)])
      }
    }
  }
  return comparable(record)
}
