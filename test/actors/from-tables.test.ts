// The machines of acts and executions have tables, and run from them as XState runs them: on all their ways.

import { describe, expect, test } from 'vitest'
import { type AnyActorLogic, type AnyActorRef, type AnyMachineSnapshot, createActor, fromTransition } from 'xstate'
import { actMachine } from '../../actors/act.ts'
import { executionMachine } from '../../actors/execution.ts'
import { flatChart } from '../../supervisor/flat-chart.ts'
import { fromTables } from '../../supervisor/flat-run.ts'
import { deafParent, prepareSystem } from '../../supervisor/xstate-internals.ts'
import { FakeClock, settle } from '../supervisor/fake-clock.ts'

const stage = ['gather', 'ask', 'keep'] as const
type Stage = (typeof stage)[number]

/** All that its observer sees of the actor, and what its work is given. */
async function live(
  logic: AnyActorLogic,
  inputOf: (tell: (...what: unknown[]) => void) => unknown,
): Promise<unknown[]> {
  const seen: unknown[] = []
  const root = createActor(fromTransition((state) => state, 0))
  prepareSystem(root as never, new FakeClock())
  const input = inputOf((...what) => seen.push(what))
  const actor = createActor(logic, { id: 'it', input, parent: deafParent(root as never) } as never) as AnyActorRef
  actor.subscribe({
    next: ({ value, status, context, output }: AnyMachineSnapshot) => seen.push([value, status, context, output]),
    error: (error) => seen.push(error),
    complete: () => seen.push('complete'),
  })
  actor.start()
  await settle()
  seen.push(actor.getSnapshot().status)
  return JSON.parse(JSON.stringify(seen, (_, value) => (value instanceof Error ? String(value) : value)))
}

describe('an act', () => {
  const ways = ['text', 'nothing'].flatMap((kind) =>
    [undefined, ...stage].flatMap((failing) => [0, 2].map((growths) => ({ kind, failing, growths }))),
  )

  test.each(ways)('with $kind to say, failing to $failing, told $growths times of its answer', async (way) => {
    const work = (tell: (...what: unknown[]) => void, name: Stage, result: unknown) => {
      tell(name)
      return way.failing === name ? Promise.reject(new Error(name)) : Promise.resolve(result)
    }
    const inputOf = (tell: (...what: unknown[]) => void) => ({
      task: { act: { inputs: way.kind === 'text' ? [{ kind: 'text', source: { text: 'Say it.' } }] : [] } },
      work: {
        gatherInputs: () => work(tell, 'gather', { pieces: 1 }),
        askModel: (gathered: unknown, grew: (soFar: unknown) => void) => {
          for (let n = 0; n < way.growths; n++) grew({ n })
          tell(gathered)
          return work(tell, 'ask', { answer: 2 })
        },
        keepResult: (gathered: unknown, asked: unknown) => {
          tell(gathered, asked)
          return work(tell, 'keep', { response: 3 })
        },
      },
    })
    const expected = await live(actMachine, inputOf)
    expect(expected.at(-1)).toBe(
      way.failing === undefined || (way.kind === 'nothing' && way.failing === 'ask') ? 'done' : 'error',
    )
    expect(await live(fromTables(actMachine), inputOf)).toEqual(expected)
  })

  test('has tables', () => {
    expect([...flatChart(actMachine)!.states.keys()]).toEqual(['gathering', 'asking', 'keeping', 'performed'])
  })
})

describe('an execution', () => {
  const act = (name: string, group?: number) => ({ name, inputs: [], ...(group !== undefined && { group }) })
  const narratives = [
    { acts: [], stages: 0 },
    { acts: [act('one')], stages: 1 },
    { acts: [act('one'), act('two', 1), act('three', 1), act('four')], stages: 3 },
  ]
  const ways = narratives.flatMap((each) => [undefined, 0, 1].map((failing) => ({ ...each, failing })))

  test.each(ways)('of $stages stages, failing at stage $failing', async ({ acts, stages, failing }) => {
    const inputOf = (tell: (...what: unknown[]) => void) => {
      let stage = 0
      return {
        plan: { id: 'e', narrative: { acts, processors: [] } },
        performStage: (given: { steps: readonly { key: string }[] }) => {
          tell(given)
          if (stage++ === failing) return Promise.reject(new Error(`stage ${failing}`))
          return Promise.resolve(
            given.steps.map(({ key }) => ({ response: key, rows: [], acts: 1, turns: [], tables: {}, read: [] })),
          )
        },
      }
    }
    const expected = await live(executionMachine, inputOf)
    expect(expected.at(-1)).toBe(failing !== undefined && failing < stages ? 'error' : 'done')
    expect(await live(fromTables(executionMachine), inputOf)).toEqual(expected)
  })

  test('has tables', () => {
    expect([...flatChart(executionMachine)!.states.keys()]).toEqual(['choosing', 'performing', 'completed'])
  })
})
