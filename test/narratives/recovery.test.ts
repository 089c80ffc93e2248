// How much of what models break is read again. `npm run bench:json` shows it beside repair libraries.

import { expect, test } from 'vitest'
import { extractJson } from '../../narratives/extract-json.ts'
import { NarrativeError } from '../../narratives/narrative-error.ts'
import { brokenAnswers, readAll } from './broken-answers.ts'
import { foundAnswers } from './found-answers.ts'

test('what models break is read again, or refused, but never read wrongly', () => {
  const outcomes = readAll(brokenAnswers, (answer) => extractJson(answer).value)
  const ways = (wanted: string) => brokenAnswers.filter((_, at) => outcomes[at] === wanted).map(({ way }) => way)
  expect(ways('other')).toEqual([])
  expect(brokenAnswers.length).toBeGreaterThanOrEqual(200)
  expect(ways('meant').length / brokenAnswers.length).toBeGreaterThanOrEqual(0.98)
})

test('what is refused is refused as an error of the narrative', () => {
  const outcomes = readAll(brokenAnswers, (answer) => extractJson(answer).value)
  for (const [at, { answer }] of brokenAnswers.entries()) {
    if (outcomes[at] === 'refused') expect(() => extractJson(answer)).toThrow(NarrativeError)
  }
})

test('of answers that are each broken in their own way nearly all are read again, and what is read otherwise is known', () => {
  const answers = foundAnswers.map(([way, answer, value]) => ({ way, answer, value }))
  const outcomes = readAll(answers, (answer) => extractJson(answer).value)
  const ways = (wanted: string) => answers.filter((_, at) => outcomes[at] === wanted).map(({ way }) => way)
  expect(answers.length).toBeGreaterThanOrEqual(180)
  expect(new Set(answers.map(({ way }) => way)).size).toBe(answers.length)
  expect(ways('other')).toEqual([
    // The rows are found; the name in front of them is not kept.
    'with a key in front and no braces around',
    // The end of the fence counts as part of the text that was cut off.
    'cut in the middle of a list of tags, in a fence with a note',
  ])
  expect(ways('meant').length / answers.length).toBeGreaterThanOrEqual(0.97)
})
