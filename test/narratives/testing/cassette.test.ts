import { expect, test } from 'vitest'
import { type Cassette, parseCassette, type Recording, writeCassette } from '../../../narratives/testing/cassette.ts'

const CASSETTE: Cassette = new Map<string, Recording>([
  [
    'a case',
    {
      now: Date.UTC(2026, 10, 21),
      answers: [
        {
          act: 'n/draft',
          asked: ['[user]', 'Write.'],
          answer: {
            text: 'one\ntwo\n',
            finishReason: 'length',
            provider: 'gemini',
            model: 'gemini-2.5-flash',
            inputTokens: 3,
            outputTokens: 4,
            costUsd: 0.001,
          },
        },
        {
          act: 'n/other',
          asked: [],
          answer: { error: { code: 'model-rate-limit', message: 'Slow down.', retryable: true } },
        },
      ],
      commands: [
        {
          at: 'say/0',
          command: 'discord messages.send',
          args: { content: 'a\nb' },
          outcome: { result: { id: '1' }, dryRun: true },
        },
        { at: 'say/1', command: 'discord messages.list', args: {}, outcome: { result: [], dryRun: false } },
        {
          at: 'say/2',
          command: 'discord channels.get',
          args: {},
          outcome: { error: { code: 'discord-not-found', message: 'Gone.' } },
        },
      ],
    },
  ],
  ['nothing was asked', { now: 0, answers: [], commands: [] }],
])

test('what is written is read back', () => {
  expect(parseCassette(writeCassette(CASSETTE), 'c.json')).toEqual(CASSETTE)
})

test('an answer of several lines is written as lines', () => {
  expect(writeCassette(CASSETTE)).toContain('"answered": [\n            "one",\n            "two",\n            ""\n')
})

test('an answer written by hand needs no more than its text', () => {
  const text = '{"cassette":1,"cases":{"a":{"now":"2026-11-21","answers":[{"act":"n/a","answered":"Hi"}]}}}'
  const answer = parseCassette(text, 'c.json').get('a')?.answers[0]
  expect(answer).toMatchObject({ act: 'n/a', asked: [], answer: { text: 'Hi', finishReason: 'stop' } })
})

test.for([
  ['not JSON', '{'],
  ['"cassette" is 2, this version reads 1', '{"cassette":2}'],
  ['"cases" is no object', '{"cassette":1,"cases":[]}'],
  ['"now" is not a time', '{"cassette":1,"cases":{"a":{"now":"soon"}}}'],
  ['"answered" is no text', '{"cassette":1,"cases":{"a":{"now":"2026-11-21","answers":[{"act":"x"}]}}}'],
  [
    '"error.code" is no text',
    '{"cassette":1,"cases":{"a":{"now":"2026-11-21","commands":[{"at":"x","command":"y","error":{}}]}}}',
  ],
])('refused: %s', ([reason, text]) => {
  const refused = expect.objectContaining({ code: 'bad-cassette', place: { file: 'c.json', line: 1, column: 1 } })
  expect(() => parseCassette(text!, 'c.json')).toThrow(refused)
  if (reason !== 'not JSON') expect(() => parseCassette(text!, 'c.json')).toThrow(reason)
})
