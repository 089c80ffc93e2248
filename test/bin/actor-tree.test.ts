import { describe, expect, test } from 'vitest'
import { actorPath } from '../../bin/actor-path.ts'
import { isUnhealthy, selectActors, type TreeOptions, treeLines } from '../../bin/actor-tree.ts'
import { eventText } from '../../bin/event-text.ts'
import type { ActorEntry } from '../../console/actor-view.ts'
import type { EventLine } from '../../console/event-history.ts'

const NOW = 1_000_000
const plain = (_style: unknown, text: string) => text

function actor(path: string, more: Partial<ActorEntry> = {}): ActorEntry {
  const parent = path.replace(/\/[^/]*$/, '') || '/'
  return {
    path,
    ...(path !== '/' && { parent }),
    kind: 'bot',
    incarnation: 1,
    state: 'running',
    restarts: 0,
    consecutiveFailures: 0,
    handled: 0,
    failed: 0,
    deadLetters: 0,
    mailbox: { depth: 0, highWater: 0, oldestAgeMs: 0, capacity: 100 },
    startedAt: NOW - 90_000,
    spec: { id: 'x', restart: 'permanent', shutdown: 5_000, type: 'worker', significant: false },
    ...more,
  }
}

const supervisor = { strategy: 'one_for_one', intensity: 3, periodMs: 5_000, left: 2, children: 2 } as const
const TREE = [
  actor('/', { kind: 'supervisor', supervisor }),
  actor('/bots', { kind: 'supervisor', supervisor }),
  actor('/runs'),
  actor('/bots/curator', {
    incarnation: 2,
    value: 'idle',
    restarts: 1,
    consecutiveFailures: 1,
    lastFailureAt: NOW - 8_000,
    lastError: { name: 'Error', message: 'It fell\nover.' },
  }),
  actor('/bots/curator/run-1', { value: 'acting', busy: { messageType: 'act.go', forMs: 1_500 } }),
  actor('/bots/poster', { paused: { reason: 'by hand', until: NOW + 60_000 } }),
]
const lines = (actors: readonly ActorEntry[], more: Partial<TreeOptions> = {}) =>
  treeLines(actors, { top: '/', stats: false, now: NOW, paint: plain, ...more })

describe('the tree', () => {
  test('has a branch for each actor, below its parent, with what is worth a look', () => {
    expect(lines(TREE)).toEqual([
      '/                 running  one_for_one, 2 of 3 restarts left',
      '├─ bots           running  one_for_one, 2 of 3 restarts left',
      '│  ├─ curator #2  idle     restarts 1 · fails 1 · last error 8 s ago: It fell over.',
      '│  │  └─ run-1    acting   act.go for 1.5 s',
      '│  └─ poster      paused   paused: by hand, on in 1 min 0 s',
      '└─ runs           running',
    ])
  })

  test('begins at any actor, with its whole path', () => {
    const shown = selectActors(TREE, { top: '/bots/curator', unhealthy: false })
    expect(lines(shown, { top: '/bots/curator' }).map((line) => line.split('  ')[0])).toEqual([
      '/bots/curator #2',
      '└─ run-1',
    ])
  })

  test('counts everything with stats', () => {
    expect(lines([actor('/')], { stats: true })).toEqual([
      '/  running  up 1 min 30 s · restarts 0 · inbox 0 of 100, at most 0 · handled 0 · failed 0 · fails 0 · dead letters 0',
    ])
  })

  test('stays within the terminal, and cuts no count', () => {
    const cut = lines(TREE, { columns: 60 })
    expect(cut[2]).toBe('│  ├─ curator #2  idle     restarts 1 · fails 1 · last erro…')
    expect(Math.max(...cut.map(({ length }) => length))).toBe(60)
    expect(lines(TREE, { columns: 60, stats: true })).toEqual(lines(TREE, { stats: true }))
  })

  test('never lets an error write to the terminal', () => {
    const evil = actor('/', { consecutiveFailures: 1, lastError: { name: 'Error', message: '\x1b[2Jgone\x07' } })
    expect(lines([evil])[0]).toContain('last error: gone')
  })
})

describe('selected are', () => {
  const paths = (options: Parameters<typeof selectActors>[1]) => selectActors(TREE, options).map(({ path }) => path)
  test('so many levels', () => {
    expect(paths({ top: '/', depth: 1, unhealthy: false })).toEqual(['/', '/bots', '/runs'])
    expect(paths({ top: '/bots', depth: 1, unhealthy: false })).toEqual(['/bots', '/bots/curator', '/bots/poster'])
  })
  test('the unhealthy and the way to them', () => {
    expect(paths({ top: '/', unhealthy: true })).toEqual(['/', '/bots', '/bots/curator', '/bots/poster'])
  })
})

test.for<[what: string, more: Partial<ActorEntry>, unhealthy: boolean]>([
  ['one that runs', {}, false],
  ['one that was restarted and works', { restarts: 3, lastFailureAt: 1 }, false],
  ['one that is down', { state: 'restarting' }, true],
  ['one that fails', { consecutiveFailures: 1 }, true],
  ['one with dead letters', { deadLetters: 1 }, true],
  ['one that is held back', { paused: { reason: 'r' } }, true],
  ['one whose breaker is open', { breaker: { state: 'open', trips: 1, recoveries: 0 } }, true],
  ['one whose breaker is closed', { breaker: { state: 'closed', trips: 1, recoveries: 1 } }, false],
  ['one whose inbox is nearly full', { mailbox: { depth: 80, highWater: 80, oldestAgeMs: 0, capacity: 100 } }, true],
])('%s is told from one that needs a look', ([, more, unhealthy]) => {
  expect(isUnhealthy(actor('/a', more))).toBe(unhealthy)
})

describe('a person means', () => {
  const PATHS = ['/', '/bots', '/bots/a', '/bots/b', '/runs/a']
  test.for([
    ['/', '/'],
    ['/bots/a', '/bots/a'],
    ['bots/a', '/bots/a'],
    ['/bots/', '/bots'],
    ['b', '/bots/b'],
    ['bots', '/bots'],
  ])('by %s the actor %s', ([words = '', path]) => {
    expect(actorPath(words, PATHS)).toBe(path)
  })
  test('one of several, and has to say which', () => {
    expect(() => actorPath('a', PATHS)).toThrow(
      expect.objectContaining({ code: 'usage', fix: 'Say which: /bots/a, /runs/a' }),
    )
  })
  test('one that is not there', () => {
    expect(() => actorPath('bts', PATHS)).toThrow(
      expect.objectContaining({ code: 'not-found', fix: 'Did you mean "/bots"?' }),
    )
    expect(() => actorPath('/zzzzzzzz', PATHS)).toThrow(expect.objectContaining({ code: 'not-found' }))
  })
})

test.for<[line: object, text: string]>([
  [{ type: 'started' }, '00:16:40.000 /bots/a  started'],
  [
    {
      type: 'crashed',
      incarnation: 2,
      error: { name: 'Error', code: 'no-json', message: 'bad\nline' },
      decision: 'stop',
    },
    '00:16:40.000 /bots/a #2  crashed      no-json: bad line · decided: stop',
  ],
  [
    { type: 'restarting', delayMs: 400, cause: 'own_failure' },
    '00:16:40.000 /bots/a  restarting   because of own failure · in 400 ms',
  ],
  [
    { type: 'handled', messageType: 'bot.run', durationMs: 24, ok: true },
    '00:16:40.000 /bots/a  handled      bot.run · in 24 ms',
  ],
  [
    { type: 'dead-letter', messageType: 'bot.run', reason: 'poison', attempts: 3 },
    '00:16:40.000 /bots/a  dead-letter  bot.run · poison · after 3 attempts',
  ],
])('an event is a line: %j', ([line, text]) => {
  const whole = { at: NOW, path: '/bots/a', kind: 'bot', incarnation: 1, ...line } as EventLine
  expect(eventText(whole, plain)).toBe(text)
})
