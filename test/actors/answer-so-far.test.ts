import { expect, test } from 'vitest'
import { type AnswerSoFar, followAnswer } from '../../actors/answer-so-far.ts'

test('the first piece is told at once, then four a second at most, with the end of the text', () => {
  const told: AnswerSoFar[] = []
  let now = 0
  const follow = followAnswer(
    (soFar) => told.push(soFar),
    () => now,
  )
  for (; now < 1_000; now += 10) follow('word ')
  expect(told.map(({ characters }) => characters)).toEqual([5, 130, 255, 380])
  expect(told.at(-1)?.latest).toBe('word '.repeat(40))
})
