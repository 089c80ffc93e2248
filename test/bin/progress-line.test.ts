import { expect, test } from 'vitest'
import type { ProgressEvent } from '../../actors/progress.ts'
import { progressLine } from '../../bin/progress-line.ts'

const plain = (_: unknown, text: string) => text
const failed = (fields: object): ProgressEvent =>
  ({
    type: 'act.failed',
    executionId: 'E',
    narrative: 'n',
    act: 'a',
    key: 'write_the_post',
    durationMs: 1,
    errorType: 'model-server',
    error: { name: 'ModelError', message: `The provider ${'says so much '.repeat(20)}.` },
    willRetry: false,
    ...fields,
  }) as unknown as ProgressEvent

test.for([
  ['for good', { willRetry: false }, 80],
  ['for now', { willRetry: true }, 80],
  ['within two others', { executionId: 'E/a/b' }, 80],
  ['on a wide terminal', {}, 200],
] as const)('an act that failed %s is one line of the terminal', ([, fields, columns]) => {
  const line = progressLine(failed(fields), plain, columns)!
  expect(line.length).toBe(columns)
  expect(line).toContain('…')
})

test('what cost nothing says nothing of it, and fits 80 columns below two others', () => {
  const event = {
    ...{
      type: 'act.completed',
      executionId: 'E/a/b',
      narrative: 'n',
      act: 'a',
      key: 'refine_best',
      durationMs: 22_000,
    },
    ...{ inputTokens: 5_000, outputTokens: 87, costUsd: 0, cached: false, replayed: false, outputChars: 9, read: [] },
    ...{ rowsStored: 3, table: 'welcome_messages' },
  } as unknown as ProgressEvent
  const line = progressLine(event, plain, 80)!
  expect(line).toBe('     ✓ refine_best          22.0 s   5,087 tok   3 rows in welcome_messages')
})
