import { expect, test } from 'vitest'
import type { ServerStatus } from '../../actors/server-status.ts'
import { attention } from '../../bin/attention.ts'
import type { ActorRecord } from '../../supervisor/index.ts'

const WELL = {
  path: '/bots/writer',
  state: 'running',
  spec: { restart: 'permanent' },
  mailbox: { depth: 0, highWater: 0, oldestAgeMs: 0, capacity: 1_000 },
} as unknown as ActorRecord
const died = { name: 'ThreadError', code: 'thread-died', message: 'The thread stood still.' }

test.for<[what: string, more: object, expected: string[]]>([
  ['one that runs', {}, []],
  [
    'a bot that dies whenever it is started',
    { state: 'restarting', lastError: died },
    ['/bots/writer is restarting (thread-died: The thread stood still.): botticelli actors show /bots/writer'],
  ],
  [
    'a scheduler that was given up',
    { path: '/scheduler', state: 'stopped' },
    ['/scheduler is stopped: botticelli actors show /scheduler'],
  ],
  ['a run that has ended', { path: '/bots/writer/run-1', state: 'stopped', spec: { restart: 'temporary' } }, []],
  [
    'one whose breaker is open',
    { breaker: { state: 'open', trips: 1, recoveries: 0 } },
    ['the circuit breaker of /bots/writer is open: botticelli actors show /bots/writer'],
  ],
  [
    'one that has too much to do',
    { mailbox: { depth: 900, highWater: 900, oldestAgeMs: 1, capacity: 1_000 } },
    ['900 of 1,000 messages wait for /bots/writer: botticelli actors show /bots/writer'],
  ],
])('of %s a person is told', ([, more, expected]) => {
  const actors = [{ ...WELL, ...more }]
  const status = { bots: [], actors, providers: [], deadLetters: 0, inDoubt: [], spending: [] }
  expect(attention(status as unknown as ServerStatus, undefined, String)).toEqual(expected)
})
