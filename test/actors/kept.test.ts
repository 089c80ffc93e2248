import { expect, test } from 'vitest'
import type { ActResult, Asked, Gathered } from '../../actors/act-task.ts'
import type { Piece } from '../../actors/conversation.ts'
import { gatheredFrom, keptPrompt, keptResult, resultFrom } from '../../actors/kept.ts'
import type { ActRecord, StoredAnswer } from '../../store/store.ts'

const question: Piece = { type: 'text', text: 'Write a poem.' }
const summary: Piece = { type: 'text', text: 'A long table.' }
const gathered: Gathered = {
  pieces: [{ piece: question, input: 0 }],
  response: '',
  tables: {},
  read: [],
  pulled: [],
}
const answer: StoredAnswer = {
  text: 'A poem.',
  finishReason: 'stop',
  provider: 'p',
  model: 'm',
  inputTokens: 10,
  outputTokens: 3,
  costUsd: 0.5,
  durationMs: 1,
}
const result: ActResult = {
  response: 'A poem.',
  turns: [
    { role: 'user', pieces: [question] },
    { role: 'assistant', text: 'A poem.' },
  ],
  asked: true,
  tables: {},
  read: [],
  rows: [],
  inputTokens: 10,
  outputTokens: 3,
  costUsd: 0.5,
}
const asked: Asked = { answer, refused: [] }

/** As the journal gives it back. */
function recordOf(kept: unknown, given: Gathered, answered: StoredAnswer | undefined): ActRecord {
  const act = { executionId: 'E', key: 'a', act: 'a', sequence: 0, status: 'completed', attempts: 1, rowsStored: 0 }
  const prompt = answered && keptPrompt(given, [])
  return JSON.parse(JSON.stringify({ ...act, startedAt: 1, prompt, answer: answered, result: kept }))
}

test('of an act that was asked and answered once, the result adds nothing to its prompt and its answer', () => {
  expect(keptResult(result, gathered, asked)).toEqual({})
  expect(keptPrompt(gathered, [])).toEqual({ pieces: gathered.pieces })
})

test.for<[title: string, ActResult, Gathered, Asked | undefined]>([
  ['asked once', result, gathered, asked],
  [
    'given an earlier answer',
    { ...result, cached: true },
    gathered,
    { answer: { ...answer, cached: true }, refused: [] },
  ],
  [
    'without a known price',
    { ...result, costUsd: undefined } as unknown as ActResult,
    gathered,
    { answer: { ...answer, costUsd: undefined } as unknown as StoredAnswer, refused: [] },
  ],
  [
    'with an input of which a summary stays',
    { ...result, turns: [{ role: 'user', pieces: [summary] }, result.turns[1]!] },
    gathered,
    asked,
  ],
  [
    'with inputs of which nothing stays',
    { ...result, turns: [{ role: 'user', pieces: [] }, result.turns[1]!] },
    gathered,
    asked,
  ],
  [
    'that read a row',
    {
      ...result,
      tables: { posts: '| id |' },
      read: [{ ref: { table: 'posts', id: 4 } }],
      item: '00-1-2-01',
      itemRow: { table: 'posts', id: 4 },
    },
    { ...gathered, tables: { posts: '| id |' }, read: [{ ref: { table: 'posts', id: 4 } }] },
    asked,
  ],
  [
    'that uses an answer before the last one',
    { ...result, response: 'The better one.', inputTokens: 20 },
    gathered,
    { answer: { ...answer, text: 'The better one.' }, refused: [{ answer, reason: 'no-json', problem: 'None.' }] },
  ],
  [
    'that asked nobody',
    { ...result, response: 'sent', turns: [], asked: false, inputTokens: 0, outputTokens: 0, costUsd: 0 },
    gathered,
    undefined,
  ],
])('the result is found again of an act %s', ([, whole, given, answered]) => {
  const record = recordOf(
    keptResult(whole, given, answered),
    given,
    answered && (answered.refused[0]?.answer ?? answered.answer),
  )
  expect(resultFrom(record)).toEqual(JSON.parse(JSON.stringify(whole)))
})

test('a result that was kept whole is read as it is', () => {
  expect(resultFrom(recordOf(result, gathered, answer))).toEqual(result)
})

test('what was gathered is found again', () => {
  const read = { ...gathered, response: 'x', pulled: [{ table: 'posts', ids: [1] }] }
  expect(gatheredFrom(keptPrompt(gathered, []))).toEqual(gathered)
  expect(gatheredFrom(keptPrompt(read as never, []))).toEqual(read)
})
