// Curators at the same time, killed, abandoned, cancelled and resumed in any order: no row is seen by two of them, and none is
// lost.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openStore } from '../../store/open-store.ts'
import type { Store } from '../../store/store.ts'
import { answer, execution, posts } from './fixtures.ts'
import { temporaryStore } from './temporary-store.ts'

const ROWS = 6
const CURATORS = 3
const PROCESS = 4_000_000

/** What a curator does next, or what becomes of it. */
const STEPS = ['pull', 'look', 'complete', 'fail', 'cancel', 'resume', 'process gone', 'server killed'] as const
type Step = readonly [step: (typeof STEPS)[number], curator: number, limit: number]

const steps = fc.array(
  fc.tuple(fc.constantFrom(...STEPS), fc.nat({ max: CURATORS - 1 }), fc.integer({ min: 1, max: 3 })),
  { maxLength: 30 },
)

test('two curators never see the same row, and each row is chosen once or still there', () => {
  const { store: first, path } = temporaryStore({ commitAtOnce: true })
  // Two connections, as of two processes; the curators are divided among them.
  using second = openStore(path, { commitAtOnce: true })
  let round = 0
  fc.assert(
    fc.property(steps, (given) => {
      round++
      play(given as readonly Step[], [first, second], `r${round}`)
    }),
    { numRuns: 60, seed: 21 },
  )
})

function play(given: readonly Step[], stores: readonly Store[], prefix: string): void {
  const table = `drafts_${prefix}`
  const rows = posts(
    Array.from({ length: ROWS }, (_, index) => ({ title: `t${index}` })),
    { table },
  )
  stores[0]!.content.insert(rows, 1)
  const all = stores[0]!.content.list({ table, limit: 100 }).map(({ id }) => id)
  const chosen: number[] = []
  /** Of each curator: the run, what its act has read, and how the run stands. */
  const curators = Array.from({ length: CURATORS }, (_, index) => ({
    store: stores[index % stores.length]!,
    id: `${prefix}-${index}`,
    owner: PROCESS + index,
    has: [] as readonly number[],
    is: 'new' as 'new' | 'running' | 'ended' | 'completed',
  }))

  for (const [step, which, limit] of given) {
    const curator = curators[which]!
    const { store, id } = curator
    const act = { executionId: id, key: 'choose' }
    const begin = () => store.journal.begin({ ...act, act: 'choose', sequence: 0, at: 2 })
    const query = { table, orderBy: 'id ASC', limit }
    const ids = (read: { refs: readonly { readonly id?: number }[] }) => read.refs.map((ref) => ref.id!)
    const end = () => {
      curator.has = []
      curator.is = 'ended'
    }
    if (step === 'pull' && (curator.is === 'new' || curator.is === 'running')) {
      if (curator.is === 'new') store.executions.begin(execution(id, { owner: curator.owner }))
      begin()
      curator.is = 'running'
      curator.has = ids(store.content.pull(query, 2, act))
    } else if (step === 'look') {
      const others = new Set(curators.filter((one) => one !== curator).flatMap(({ has }) => has))
      const seen = ids(store.content.select({ table, limit: 100 }, 2, id))
      expect(seen.filter((row) => others.has(row))).toEqual([])
    } else if (curator.is === 'running' && step === 'complete') {
      store.journal.saveAnswer(act, { prompt: 'p', answer: answer(), at: 3 })
      store.journal.complete(act, { result: {}, pulled: [{ table, ids: curator.has }], at: 3 })
      store.executions.finish(id, { status: 'completed', at: 3 })
      chosen.push(...curator.has)
      end()
      curator.is = 'completed'
    } else if (curator.is === 'running' && step === 'fail') {
      store.executions.finish(id, { status: 'failed', error: { name: 'Error', message: 'bad' }, at: 3 })
      end()
    } else if (curator.is === 'running' && step === 'cancel') {
      store.executions.cancel(id, { by: 'ann', at: 3 })
      end()
    } else if (curator.is === 'running' && step === 'process gone') {
      store.executions.abandon((owner) => owner !== curator.owner, 3)
      end()
    } else if (curator.is === 'ended' && step === 'resume') {
      store.executions.reopen(id, { owner: curator.owner, at: 4 })
      curator.is = 'running'
    } else if (curator.is === 'running' && step === 'server killed') {
      // It goes on with its run: its act begins anew, and reads again.
      store.executions.reopen(id, { owner: curator.owner, at: 4 })
      begin()
      curator.has = ids(store.content.pull(query, 4, act))
    }
    const held = curators.flatMap(({ has }) => has)
    expect(new Set(held).size, 'rows that two have').toBe(held.length)
    expect(
      held.filter((row) => chosen.includes(row)),
      'rows that were chosen before',
    ).toEqual([])
  }
  expect(new Set(chosen).size).toBe(chosen.length)
  // A new reader sees what is neither chosen nor held.
  for (const { id, is, store } of curators) if (is === 'running') store.executions.cancel(id, { by: 'ann', at: 9 })
  const left = stores[0]!.content.select({ table, limit: 100 }, 9, 'somebody else').refs.map(({ id }) => id)
  expect([...left, ...chosen].sort()).toEqual([...all].sort())
}
