import { expect, test } from 'vitest'
import { assign, createMachine, fromCallback } from 'xstate'
import { actMachine } from '../../../actors/act.ts'
import { botMachine } from '../../../actors/bot.ts'
import { definitionOf } from '../../../console/inspector/definition.ts'
import { statechartOf } from '../../../console/statechart/statechart.ts'

const SECRET = 'a-secret-that-was-built-in'
/** Everything that a machine may carry besides its chart. */
const laden = createMachine({
  id: 'laden',
  context: { text: SECRET },
  meta: { text: SECRET },
  output: { text: SECRET },
  entry: [{ type: 'say', params: { text: SECRET } }, assign({ text: SECRET })],
  initial: 'a',
  states: {
    a: {
      tags: ['ready'],
      invoke: [
        {
          src: 'work',
          id: 'w',
          input: { text: SECRET },
          onDone: { target: 'b', guard: { type: 'ok', params: SECRET } },
        },
        { src: fromCallback(() => {}), id: 'v' },
      ],
      after: { 500: 'b', soon: { target: 'p', actions: 'log' } },
      on: { NO: undefined, '*': { actions: [() => SECRET] }, GO: [{ target: 'b', guard: 'may' }, 'p'] },
    },
    b: { type: 'history', history: 'deep', target: 'a' },
    p: {
      type: 'parallel',
      states: { x: { initial: 'x1', states: { x1: { always: 'x2' }, x2: {} } }, y: {} },
      onDone: 'end',
    },
    end: { type: 'final', output: { text: SECRET } },
  },
})

test('holds no data that the machine was built with', () => {
  expect(definitionOf(laden, 'laden')).not.toContain(SECRET)
})

test.for([
  ['laden', laden],
  ['bot', botMachine],
  ['act', actMachine],
] as const)('makes a machine of the same states and transitions again: %s', ([name, machine]) => {
  const again = createMachine(JSON.parse(definitionOf(machine, name)))
  const [chart, copy] = [statechartOf(machine, undefined), statechartOf(again, undefined)]
  expect(copy?.states).toEqual(chart?.states)
  expect(copy?.transitions.map(({ from, to, on }) => [from, to, on])).toEqual(
    chart?.transitions.map(({ from, to, on }) => [from, to, on]),
  )
})

test('of what is no machine is its name', () => {
  expect(
    definitionOf(
      fromCallback(() => {}),
      'ticking',
    ),
  ).toBe('{"id":"ticking"}')
})
