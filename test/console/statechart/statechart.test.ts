import { describe, expect, test } from 'vitest'
import { createActor, createMachine, fromCallback, fromPromise } from 'xstate'
import { botMachine } from '../../../actors/bot.ts'
import { toDot } from '../../../console/statechart/dot.ts'
import { toMermaid } from '../../../console/statechart/mermaid.ts'
import { type Statechart, statechartOf } from '../../../console/statechart/statechart.ts'

/** One of everything. */
const machine = createMachine({
  id: 'all',
  initial: 'a',
  on: { RESET: '.a', NOTE: { actions: 'note' } },
  states: {
    a: {
      tags: ['ready'],
      on: { GO: { target: 'work', guard: 'may', actions: ['log', { type: 'count', params: { secret: 1 } }] }, '*': {} },
      after: { 5000: 'end' },
    },
    work: {
      initial: 'asking',
      onDone: 'side',
      states: {
        asking: {
          invoke: {
            src: fromPromise(async () => {}),
            id: 'ask',
            onDone: 'kept',
            onError: { target: '#all.end', actions: () => {} },
          },
        },
        kept: { type: 'final' },
      },
    },
    side: {
      type: 'parallel',
      states: { left: { initial: 'l1', states: { l1: { always: 'l2' }, l2: {} } }, right: {} },
      on: { 'TO "end"': 'end' },
    },
    end: { type: 'final' },
  },
})
const chart = (logic: unknown, snapshot?: unknown): Statechart => {
  const found = statechartOf(logic, snapshot)
  if (found === undefined) throw new Error('no chart')
  return found
}

describe('the chart', () => {
  test('has every state, one before those within it', () => {
    const states = chart(machine).states.map(({ id, parent, kind, isInitial }) => [id, parent, kind, isInitial])
    expect(states).toEqual([
      ['all', undefined, 'compound', false],
      ['all.a', 'all', 'atomic', true],
      ['all.work', 'all', 'compound', false],
      ['all.work.asking', 'all.work', 'atomic', true],
      ['all.work.kept', 'all.work', 'final', false],
      ['all.side', 'all', 'parallel', false],
      ['all.side.left', 'all.side', 'compound', false],
      ['all.side.left.l1', 'all.side.left', 'atomic', true],
      ['all.side.left.l2', 'all.side.left', 'atomic', false],
      ['all.side.right', 'all.side', 'atomic', false],
      ['all.end', 'all', 'final', false],
    ])
  })

  test('has every transition: events, always, after, the ends of states and of what is invoked', () => {
    const transitions = chart(machine).transitions.map(({ from, to, on }) => `${from} ${on} ${to.join()}`)
    expect(transitions.sort()).toEqual(
      [
        'all RESET all.a',
        'all NOTE ',
        'all.a GO all.work',
        'all.a * ',
        'all.a after 5000 all.end',
        'all.work done all.side',
        'all.work.asking done(inline) all.work.kept',
        'all.work.asking error(inline) all.end',
        'all.side TO "end" all.end',
        'all.side.left.l1 always all.side.left.l2',
      ].sort(),
    )
  })

  test('names guards and actions, without their params', () => {
    const go = chart(machine).transitions.find(({ on }) => on === 'GO')
    expect(go).toMatchObject({ guard: 'may', actions: ['log', 'count'] })
    expect(JSON.stringify(chart(machine))).not.toContain('secret')
  })

  test('marks the states that an actor is in', () => {
    const actor = createActor(botMachine.provide({ actors: {} }), { input: { bot: 'b' } })
    const current = chart(botMachine, actor.getSnapshot()).states.filter(({ isCurrent }) => isCurrent)
    expect(current.map(({ id }) => id)).toEqual(['bot', 'bot.recovering'])
  })

  test('of what is no machine is none', () => {
    expect(
      statechartOf(
        fromCallback(() => {}),
        undefined,
      ),
    ).toBeUndefined()
  })
})

describe.for([
  ['mermaid', toMermaid, 'mmd'],
  ['dot', toDot, 'dot'],
] as const)('as %s', ([, draw, ending]) => {
  // `npx vitest run test/console/statechart -u` draws them anew; look at them with mermaid or Graphviz.
  test('is as agreed', async () => {
    const actor = createActor(machine)
    await expect(`${draw(chart(machine, actor.getSnapshot()))}\n`).toMatchFileSnapshot(`all.${ending}`)
  })

  test('names that mean something to the language are taken as names', () => {
    const hostile: Statechart = {
      machine: 'm"\n}',
      states: [
        { id: 'm', name: 'm', kind: 'compound', isInitial: false, isCurrent: true, tags: [], invokes: [] },
        {
          id: 'm.a b',
          name: 'a" --> b\n}',
          parent: 'm',
          kind: 'atomic',
          isInitial: true,
          isCurrent: true,
          tags: [],
          invokes: ['x"];y'],
        },
      ],
      transitions: [{ from: 'm.a b', to: ['m.a b'], on: 'e: "x"; y\nz', actions: [] }],
    }
    const lines = draw(hostile).split('\n')
    expect(lines.filter((line) => line.trim() === '}').length).toBe(ending === 'dot' ? 1 : 0)
    expect(lines.join('\n')).not.toContain('a" --> b')
  })
})
