import { expect, test } from 'vitest'
import { openHealthBook } from '../../actors/bot-health.ts'
import { recordsOf } from '../../actors/bot-records.ts'
import type { ActorRecord } from '../../supervisor/index.ts'

function record(path: string, more: Partial<ActorRecord> = {}): ActorRecord {
  return {
    path,
    kind: 'bot',
    incarnation: 1,
    state: 'running',
    restarts: 0,
    consecutiveFailures: 0,
    handled: 1,
    failed: 0,
    deadLetters: 0,
    mailbox: { depth: 0, highWater: 0, oldestAgeMs: 0, capacity: 10 },
    startedAt: 1,
    lastSuccessAt: 50,
    spec: { id: 'x', restart: 'permanent', shutdown: 5_000, type: 'worker', significant: false },
    ...more,
  }
}
const recordsWith = (health: ReturnType<typeof openHealthBook>, ...records: ActorRecord[]) =>
  recordsOf({ records: () => records }, health)

test('a run that failed is a failure of its bot, though the message was handled', () => {
  const health = openHealthBook()
  health.failed('a', 60, new Error('no answer'))
  const [bot] = recordsWith(health, record('/bots/a', { consecutiveFailures: 2, lastFailureAt: 10 }))
  expect(bot).toMatchObject({ consecutiveFailures: 3, lastFailureAt: 60, lastError: { message: 'no answer' } })
  expect(bot).not.toHaveProperty('lastSuccessAt')
})

test('a run that went well is the last success', () => {
  const health = openHealthBook()
  health.succeeded('a', 70)
  expect(recordsWith(health, record('/bots/a'))).toMatchObject([{ consecutiveFailures: 0, lastSuccessAt: 70 }])
})

test('the newer of two failures is told: a crash after a failed run', () => {
  const health = openHealthBook()
  health.failed('a', 60, new Error('no answer'))
  const crashed = record('/bots/a', { lastFailureAt: 80, lastError: { name: 'Error', message: 'crashed' } })
  expect(recordsWith(health, crashed)).toMatchObject([{ lastFailureAt: 80, lastError: { message: 'crashed' } }])
})

test('what is no bot is as its record says', () => {
  const other = { ...record('/bots/a/run-1'), kind: 'execution' }
  expect(recordsWith(openHealthBook(), other)).toEqual([other])
})
