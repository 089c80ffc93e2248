// How much of the JSON that models break is read again, beside repair libraries: `npm run bench:json`.
//
// The answers are those of test/narratives/broken-answers.ts, every value broken in every way, and of found-answers.ts, each
// broken in a way of its own. The libraries get them twice: as they are, and with the
// work done that they do not promise, the text between the first and the last bracket being cut out beforehand.

import { disableErrorLogging, parse as parseByBestEffort } from 'best-effort-json-parser'
import { jsonrepair } from 'jsonrepair'
import { extractJson } from '../narratives/extract-json.ts'
import { type BrokenAnswer, brokenAnswers, readAll } from '../test/narratives/broken-answers.ts'
import { foundAnswers } from '../test/narratives/found-answers.ts'

const ROUNDS = 20

disableErrorLogging()
const byJsonrepair = (text: string) => JSON.parse(jsonrepair(text))
const readers: readonly (readonly [title: string, read: (answer: string) => unknown])[] = [
  ['ours (extractJson)', (answer) => extractJson(answer).value],
  ['jsonrepair', byJsonrepair],
  ['jsonrepair, brackets cut out', (answer) => byJsonrepair(cutOut(answer))],
  ['best-effort-json-parser', parseByBestEffort],
  ['best-effort…, brackets cut out', (answer) => parseByBestEffort(cutOut(answer))],
  ['floor: JSON.parse', JSON.parse],
]

function cutOut(answer: string): string {
  const [first, last] = [answer.search(/[{[]/), Math.max(answer.lastIndexOf('}'), answer.lastIndexOf(']'))]
  return first < 0 ? answer : answer.slice(first, last < first ? undefined : last + 1)
}

function microseconds(answers: readonly BrokenAnswer[], read: (answer: string) => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now()
    readAll(answers, read)
    return performance.now() - start
  })
  return (times.toSorted((a, b) => a - b)[ROUNDS >> 1]! * 1_000) / answers.length
}

function show(title: string, answers: readonly BrokenAnswer[]): void {
  const rows = readers.map(([title, read]) => {
    const outcomes = readAll(answers, read)
    const share = (wanted: string) => (100 * outcomes.filter((one) => one === wanted).length) / outcomes.length
    const percent = (wanted: string) => `${share(wanted).toFixed(1)} %`
    return [title, percent('meant'), percent('other'), percent('refused'), microseconds(answers, read).toFixed(1)]
  })
  const head = ['reader', 'read as meant', 'read as something else', 'refused', 'µs an answer']
  console.log(
    `${title}: ${answers.length} answers, ${new Set(answers.map(({ way }) => way)).size} ways to break JSON\n`,
  )
  for (const row of [head, head.map(() => '---'), ...rows]) console.log(`| ${row.join(' | ')} |`)
  console.log()
}

show('Every value in every way', brokenAnswers)
show(
  'Each in a way of its own',
  foundAnswers.map(([way, answer, value]) => ({ way, answer, value })),
)
