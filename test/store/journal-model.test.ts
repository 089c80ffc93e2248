// The store against a model of a few lines: any sequence of calls, with restarts in between, tells the same story.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openStore } from '../../store/open-store.ts'
import type { ActStatus, Store } from '../../store/store.ts'
import { answer, execution, posts } from './fixtures.ts'
import { temporaryFolder } from './temporary-store.ts'

interface Act {
  status: ActStatus
  attempts: number
  answer?: string
  rows: number
}

interface Model {
  readonly acts: Map<string, Act>
  readonly effects: Map<string, 'intended' | 'done' | 'failed'>
  readonly waiting: string[]
  readonly state: Map<string, string>
  calls: number
}

interface Real {
  store: Store
  readonly path: string
}

type Command = fc.Command<Model, Real>

/** A call that is possible when `when` says so; both sides do it. */
function command(name: string, when: (model: Model) => boolean, run: (model: Model, real: Real) => void): Command {
  return { check: when, run, toString: () => name }
}

const KEYS = ['a', 'b', 'b#2'] as const
const place = (key: string) => ({ executionId: 'E1', key })
const always = () => true

const begin = (key: string) =>
  command(`begin ${key}`, always, (model, { store }) => {
    const act = model.acts.get(key) ?? { status: 'running', attempts: 0, rows: 0 }
    if (act.status !== 'completed') {
      act.attempts++
      act.status = act.answer === undefined ? 'running' : 'answered'
    }
    model.acts.set(key, act)
    const { status, attempts } = store.journal.begin({ ...place(key), act: key, sequence: 0, at: 1 })
    expect({ status, attempts }).toEqual({ status: act.status, attempts: act.attempts })
  })

const save = (key: string, text: string) =>
  command(
    `save ${key} ${text}`,
    ({ acts }) => acts.has(key),
    (model, { store }) => {
      const act = model.acts.get(key)!
      model.calls++
      if (act.status !== 'completed') {
        act.status = 'answered'
        act.answer = text
      }
      store.journal.saveAnswer(place(key), { prompt: '', answer: answer({ text }), at: 2 })
    },
  )

const complete = (key: string, rows: number) =>
  command(
    `complete ${key} ${rows}`,
    ({ acts }) => acts.has(key),
    (model, { store }) => {
      const act = model.acts.get(key)!
      if (act.status !== 'completed') {
        act.status = 'completed'
        act.rows = rows
      }
      const values = Array.from({ length: rows }, () => ({ title: key }))
      const outcome = store.journal.complete(place(key), { result: {}, rows: posts(values), at: 3 })
      expect(outcome?.stored).toBe(act.rows)
    },
  )

const fail = (key: string) =>
  command(
    `fail ${key}`,
    ({ acts }) => acts.has(key),
    (model, { store }) => {
      const act = model.acts.get(key)!
      if (act.status !== 'completed') act.status = 'failed'
      store.journal.fail(place(key), { error: { name: 'E', message: 'm' }, at: 4 })
    },
  )

const intend = (key: string) =>
  command(`intend ${key}`, always, (model, { store }) => {
    if ([undefined, 'failed'].includes(model.effects.get(key))) model.effects.set(key, 'intended')
    const effect = { key, executionId: 'E1', act: 'a', platform: 'p', command: 'c', args: {}, at: 1 }
    expect(store.effects.intend(effect).status).toBe(model.effects.get(key))
  })

const settle = (key: string, ok: boolean) =>
  command(
    `settle ${key} ${ok}`,
    ({ effects }) => effects.has(key),
    (model, { store }) => {
      if (model.effects.get(key) !== 'done') model.effects.set(key, ok ? 'done' : 'failed')
      store.effects.settle(
        key,
        ok ? { result: 1, dryRun: false, at: 2 } : { error: { name: 'E', message: 'm' }, at: 2 },
      )
    },
  )

const append = (id: string) =>
  command(`append ${id}`, always, (model, { store }) => {
    const isNew = !model.waiting.includes(id)
    if (isNew) model.waiting.push(id)
    expect(store.mailbox.append({ id, to: '/a', message: {}, at: 1 })).toBe(isNew)
  })

const ack = (id: string) =>
  command(`ack ${id}`, always, (model, { store }) => {
    if (model.waiting.includes(id)) model.waiting.splice(model.waiting.indexOf(id), 1)
    store.mailbox.ack(id)
  })

const set = (key: string, value: string) =>
  command(`set ${key} ${value}`, always, (model, { store }) => {
    model.state.set(key, value)
    store.state.set(key, value, 1)
  })

const restart = () =>
  command('restart', always, (_, real) => {
    real.store.close()
    real.store = openStore(real.path)
  })

function expectSame(model: Model, { store }: Real): void {
  const acts = store.journal.acts('E1')
  expect(
    acts.map(({ key, status, attempts, answer, rowsStored }) => [key, status, attempts, answer?.text, rowsStored]),
  ).toEqual([...model.acts].map(([key, act]) => [key, act.status, act.attempts, act.answer, act.rows]))
  expect(store.effects.list('E1').map(({ key, status }) => [key, status])).toEqual([...model.effects])
  expect(store.mailbox.load('/a').map(({ id }) => id)).toEqual(model.waiting)
  expect(new Map(store.state.keys().map((key) => [key, store.state.get(key)]))).toEqual(model.state)
  expect(store.ledger.totals().calls).toBe(model.calls)
  const stored = [...model.acts.values()].reduce((sum, { rows }) => sum + rows, 0)
  expect(store.content.exists('posts') ? store.content.list({ table: 'posts' }).length : 0).toBe(stored)
}

test('any sequence of calls leaves what the model says', () => {
  const key = fc.constantFrom(...KEYS)
  const commands = fc.commands(
    [
      key.map(begin),
      fc.tuple(key, fc.constantFrom('x', 'y')).map(([which, text]) => save(which, text)),
      fc.tuple(key, fc.integer({ min: 0, max: 2 })).map(([which, rows]) => complete(which, rows)),
      key.map(fail),
      key.map(intend),
      fc.tuple(key, fc.boolean()).map(([which, ok]) => settle(which, ok)),
      key.map(append),
      key.map(ack),
      fc.tuple(key, fc.string()).map(([which, value]) => set(which, value)),
      fc.constant(restart()),
    ],
    { maxCommands: 30 },
  )
  const folder = temporaryFolder()
  let run = 0
  fc.assert(
    fc.property(commands, (sequence) => {
      const path = `${folder}/${run++}.db`
      const model: Model = { acts: new Map(), effects: new Map(), waiting: [], state: new Map(), calls: 0 }
      const real = { store: openStore(path), path }
      real.store.executions.begin(execution('E1'))
      try {
        fc.modelRun(() => ({ model, real }), sequence)
        expectSame(model, real)
      } finally {
        real.store.close()
      }
    }),
    { numRuns: 40 },
  )
})
