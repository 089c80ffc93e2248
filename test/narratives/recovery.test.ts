// How much of what models break is read again. `npm run bench:json` shows it beside repair libraries.

import { expect, test } from 'vitest'
import { extractJson } from '../../narratives/extract-json.ts'
import { NarrativeError } from '../../narratives/narrative-error.ts'
import { brokenAnswers, readAll } from './broken-answers.ts'

test('what models break is read again, or refused, but never read wrongly', () => {
  const outcomes = readAll((answer) => extractJson(answer).value)
  const ways = (wanted: string) => brokenAnswers.filter((_, at) => outcomes[at] === wanted).map(({ way }) => way)
  expect(ways('other')).toEqual([])
  expect(brokenAnswers.length).toBeGreaterThanOrEqual(200)
  expect(ways('meant').length / brokenAnswers.length).toBeGreaterThanOrEqual(0.98)
})

test('what is refused is refused as an error of the narrative', () => {
  const outcomes = readAll((answer) => extractJson(answer).value)
  for (const [at, { answer }] of brokenAnswers.entries()) {
    if (outcomes[at] === 'refused') expect(() => extractJson(answer)).toThrow(NarrativeError)
  }
})
