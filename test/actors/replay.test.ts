// Replays from an act on, also within rounds of a carousel and within nested narratives.

import { expect, test } from 'vitest'
import { openHouse } from './house.ts'

const ROUNDS = `[narrative]
name = "rounds"
carousel = 3
[toc]
order = ["one", "two"]
[acts]
one = "First."
two = "Second, after {{one}}, as JSON."
`
const OUTER = `[narrative]
name = "outer"
toc = ["before", "inside", "after"]
[acts]
before = "Before."
after = "After."
[[acts.inside.input]]
ref = "narrative:leaf"
[[acts.inside.input]]
ref = "narrative:leaf"
`
const LEAF = `[narrative]
name = "leaf"
toc = ["a", "b"]
[acts]
a = "A."
b = "B."
`

/** What was asked, beginning with the replay. */
async function replayed(toml: string, fromAct: string, ofNested = '') {
  const house = await openHouse(({ call }) => JSON.stringify({ text: `answer ${call}` }))
  await using _ = house
  house.write('leaf.toml', LEAF)
  const first = await house.run(toml)
  expect(first.status).toBe('completed')
  const asked = house.asked.length
  const id = `${first.executionId}${ofNested}`
  const again = await house.run(toml, { replay: { id, ...(fromAct !== '' && { fromAct }) } })
  expect(again).toMatchObject({ status: 'completed', acts: first.acts })
  const children = (of: string) =>
    house.store.executions.list({ parentId: of }).map(({ id: child, status }) => [child.slice(of.length + 1), status])
  expect(children(again.executionId)).toEqual(children(first.executionId))
  return house.asked.slice(asked).map(({ act }) => act)
}

test.for<[from: string, toml: string, asked: readonly string[]]>([
  ['round-2/two', ROUNDS, ['two', 'one', 'two']],
  ['round-3/one', ROUNDS, ['one', 'two']],
  ['round-3', ROUNDS, ['one', 'two']],
  ['round-1/one', ROUNDS, ['one', 'two', 'one', 'two', 'one', 'two']],
])('a carousel from %s on asks only what comes then', async ([from, toml, asked]) => {
  expect(await replayed(toml, from)).toEqual(asked)
})

test('an act after a nested narrative has that one taken over in one piece', async () => {
  await using house = await openHouse()
  house.write('leaf.toml', LEAF)
  const { executionId: id } = await house.run(OUTER)
  const again = await house.run(OUTER, { replay: { id, fromAct: 'after' } })
  expect(again.status).toBe('completed')
  expect(house.asked.map(({ act }) => act).slice(-2)).toEqual(['after', 'after'])
  expect(house.store.executions.list({ parentId: again.executionId })).toEqual([])
})

test('a round that is named by its id is replayed within its run', async () => {
  expect(await replayed(ROUNDS, 'two', '/round-3')).toEqual(['two'])
  expect(await replayed(ROUNDS, '', '/round-2')).toEqual(['one', 'two', 'one', 'two'])
})

test.for<[from: string, asked: readonly string[]]>([
  ['inside.1/b', ['b', 'after']],
  ['inside.0/b', ['b', 'a', 'b', 'after']],
  ['inside.1', ['a', 'b', 'after']],
  ['inside', ['a', 'b', 'a', 'b', 'after']],
])('a run with nested narratives from %s on asks only what comes then', async ([from, asked]) => {
  expect(await replayed(OUTER, from)).toEqual(asked)
})

test('rows of what is taken over are not stored again', async () => {
  const house = await openHouse(({ act, call }) => (act === 'two' ? JSON.stringify({ text: `post ${call}` }) : 'x'))
  await using _ = house
  const first = await house.run(ROUNDS)
  await house.run(ROUNDS, { replay: { id: first.executionId, fromAct: 'round-3/two' } })
  expect(house.store.content.list({ table: 'rounds' })).toHaveLength(4)
})

test('an act that was never begun is refused with those that were', async () => {
  await using house = await openHouse()
  const { executionId: id } = await house.run(ROUNDS.replace('3', '1').replace(', as JSON', ''))
  await expect(house.run(ROUNDS, { replay: { id, fromAct: 'two' } })).rejects.toMatchObject({
    code: 'unknown-record',
    fix: 'It has begun round-1/one, round-1/two.',
  })
})
