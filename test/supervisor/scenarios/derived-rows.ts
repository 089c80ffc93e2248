// Derived rows: scenarios of our own whose expectations were written before they were run.
//
// Each was worked out on paper from what its `from` names: the rules of the schema, OTP's documentation and the functions
// of its supervisor.erl, Pekko's documentation of supervision, death watch, stash and circuit breakers, or plain
// arithmetic. None was copied from what a run printed; where a run differed, the code was changed or the row explains why.

import type { Data, Scenario } from './scenario.ts'

type Expected = readonly string[] | { readonly anyOrder: readonly string[] } | Data

/** One step and what must be seen of it: events, or the expectation as the schema writes it. */
type Step = readonly [step: Data, expected: Expected]

function rowOf(
  kind: Scenario['kind'],
  id: string,
  title: string,
  tree: Data,
  start: Expected,
  steps: Step[],
): Scenario {
  const expected = (given: Expected) => (Array.isArray(given) || 'anyOrder' in given ? { events: given } : given)
  return {
    id,
    title,
    kind,
    tree,
    steps: steps.map(([step]) => step),
    expect: { start: expected(start), steps: steps.map(([, given]) => expected(given)), final: undefined },
  }
}

const actors = (id: string, title: string, list: Data[], start: Expected, ...steps: Step[]) =>
  rowOf('actor', `derived-${id}`, title, { id: 'sys', type: 'system', actors: list }, start, steps)
const breaker = (id: string, title: string, options: Data, ...steps: Step[]) =>
  rowOf('breaker', `derived-${id}`, title, options, { state: 'closed' }, steps)
const results = (id: string, title: string, name: string, ...steps: (readonly [args: Data, result: unknown])[]) =>
  rowOf(
    'function',
    `derived-${id}`,
    title,
    { id: name },
    {},
    steps.map(([args, result]) => [{ args }, { return: result }]),
  )

const send = (to: string, ...msgs: string[]) => ({ do: 'send', to, msgs })
const advance = (ms: number) => ({ do: 'advance', ms })
const release = (key: string) => ({ do: 'release', key })
const stop = (actor: string) => ({ do: 'stopActor', actor })
const drain = (actor: string) => ({ do: 'drainActor', actor })
const kill = (actor: string) => ({ do: 'killActor', actor })
const stats = (actor: string) => ({ do: 'stats', actor })
const spawn = (parent: string, spec: Data) => ({ do: 'spawn', parent, spec })

const RESTART = [{ on: ['*'], do: 'restart' }]
const RESUME = [{ on: ['*'], do: 'resume' }]
const ESCALATE = [{ on: ['*'], do: 'escalate' }]
const slowly = (minMs: number, maxMs: number, rest: Data = {}) => [
  { on: ['*'], do: 'restart', backoff: { minMs, maxMs, jitter: 0 }, ...rest },
]
const A = (rest: Data = {}) => ({ id: 'a', ...rest })
const UP = ['start:a#1']

/** From the table of policy actions in the schema. */
const policies = [
  actors('policy-1', 'no rule: the error ends it, what waits is dead', [A()], UP, [
    send('a', 'fail:E', 'ping:1'),
    ['exit:a#1:error:E', 'dead:a:ping:1:stopped'],
  ]),
  actors('policy-2', 'resume: the state before the message stays, the message is gone', [A({ policy: RESUME })], UP, [
    send('a', 'inc', 'fail:E', 'get', 'inc', 'get'),
    ['resume:a#1:E', 'state:a#1:1', 'state:a#1:2'],
  ]),
  actors(
    'policy-3',
    'resume: timers of the incarnation still fire',
    [A({ policy: RESUME })],
    UP,
    [send('a', 'timer:500:ping:9', 'fail:E'), ['resume:a#1:E']],
    [advance(499), []],
    [advance(1), ['pong:a#1:9']],
  ),
  actors(
    'policy-4',
    'resume: its watches and children stay, and it can have more',
    [A({ policy: RESUME }), { id: 'b' }],
    { anyOrder: ['start:a#1', 'start:b#1'] },
    [
      send('a', 'watch:b', 'spawn:c', 'fail:E', 'children', 'spawn:d'),
      ['resume:a#1:E', 'children:a#1:c', 'start:a/c#1', 'start:a/d#1'],
    ],
    [stop('b'), ['exit:b#1:normal', 'term:a:b:normal']],
    [stop('a'), ['exit:a/d#1:shutdown', 'exit:a/c#1:shutdown', 'exit:a#1:normal']],
  ),
  actors('policy-5', 'resume again and again', [A({ policy: RESUME })], UP, [
    send('a', 'inc', 'fail:E', 'inc', 'fail:F', 'fail:G', 'get'),
    ['resume:a#1:E', 'resume:a#1:F', 'resume:a#1:G', 'state:a#1:2'],
  ]),
  actors(
    'policy-6',
    'the first rule that matches counts',
    [
      A({
        policy: [
          { on: ['E'], do: 'stop' },
          { on: ['*'], do: 'restart' },
        ],
      }),
    ],
    UP,
    [send('a', 'fail:F'), ['down:a#1:error:F', 'start:a#2']],
    [send('a', 'fail:E'), ['exit:a#2:error:E']],
  ),
  actors(
    'policy-7',
    'one rule for several types',
    [A({ policy: [{ on: ['E', 'F'], do: 'restart' }] })],
    UP,
    [send('a', 'fail:F'), ['down:a#1:error:F', 'start:a#2']],
    [send('a', 'fail:E'), ['down:a#2:error:E', 'start:a#3']],
    [send('a', 'fail:G'), ['exit:a#3:error:G']],
  ),
  actors('policy-8', 'escalate at the top: nobody is above, it ends with its error', [A({ policy: ESCALATE })], UP, [
    send('a', 'fail:E'),
    ['escalate:a#1:error:E', 'exit:a#1:error:E'],
  ]),
  actors(
    'policy-9',
    'a child that stops by its rule does not touch its parent',
    [A({ children: [{ id: 'c' }] })],
    ['start:a#1', 'start:a/c#1'],
    [send('a/c', 'fail:E'), ['exit:a/c#1:error:E']],
    [send('a', 'children', 'ping:1'), ['children:a#1:', 'pong:a#1:1']],
  ),
  actors('policy-10', 'what waits is kept in order over restarts', [A({ policy: RESTART })], UP, [
    send('a', 'ping:1', 'fail:E', 'ping:2', 'fail:F', 'ping:3'),
    ['pong:a#1:1', 'down:a#1:error:E', 'start:a#2', 'pong:a#2:2', 'down:a#2:error:F', 'start:a#3', 'pong:a#3:3'],
  ]),
]

/** From `maxRestarts` and `withinMs` of the schema; the window is OTP's: one exactly that old still counts. */
const limits = [
  actors(
    'limit-1',
    'no restarts allowed: the first failure ends it',
    [A({ policy: [{ on: ['*'], do: 'restart', maxRestarts: 0 }] })],
    UP,
    [send('a', 'fail:E'), ['exit:a#1:error:E']],
  ),
  actors(
    'limit-2',
    'failures further apart than the window never add up',
    [A({ policy: [{ on: ['*'], do: 'restart', maxRestarts: 1, withinMs: 1000 }] })],
    UP,
    [send('a', 'fail:E'), ['down:a#1:error:E', 'start:a#2']],
    [advance(1001), []],
    [send('a', 'fail:E'), ['down:a#2:error:E', 'start:a#3']],
    [advance(1001), []],
    [send('a', 'fail:E'), ['down:a#3:error:E', 'start:a#4']],
  ),
  actors(
    'limit-3',
    'within the window they do',
    [A({ policy: [{ on: ['*'], do: 'restart', maxRestarts: 1, withinMs: 1000 }] })],
    UP,
    [send('a', 'fail:E'), ['down:a#1:error:E', 'start:a#2']],
    [advance(999), []],
    [send('a', 'fail:E', 'ping:1'), ['exit:a#2:error:E', 'dead:a:ping:1:stopped']],
  ),
  actors(
    'limit-4',
    'the limit of one actor is not that of another',
    [
      A({ policy: [{ on: ['*'], do: 'restart', maxRestarts: 1 }] }),
      { id: 'b', policy: [{ on: ['*'], do: 'restart', maxRestarts: 1 }] },
    ],
    { anyOrder: ['start:a#1', 'start:b#1'] },
    [send('a', 'fail:E'), ['down:a#1:error:E', 'start:a#2']],
    [send('b', 'fail:E'), ['down:b#1:error:E', 'start:b#2']],
    [send('a', 'fail:E'), ['exit:a#2:error:E']],
    [send('b', 'ping:1'), ['pong:b#2:1']],
  ),
  actors(
    'limit-5',
    'a resume is no restart',
    [
      A({
        policy: [
          { on: ['R'], do: 'resume' },
          { on: ['*'], do: 'restart', maxRestarts: 1 },
        ],
      }),
    ],
    UP,
    [send('a', 'fail:R', 'fail:R', 'fail:R'), ['resume:a#1:R', 'resume:a#1:R', 'resume:a#1:R']],
    [send('a', 'fail:E'), ['down:a#1:error:E', 'start:a#2']],
    [send('a', 'fail:E'), ['exit:a#2:error:E']],
  ),
]

/** From `mailbox`, `stash` and the rule on control messages. */
const mailboxes = [
  actors('mailbox-1', 'messages are handled in the order they came', [A()], UP, [
    send('a', 'ping:1', 'ping:2', 'ping:3', 'ping:4', 'ping:5'),
    ['pong:a#1:1', 'pong:a#1:2', 'pong:a#1:3', 'pong:a#1:4', 'pong:a#1:5'],
  ]),
  actors(
    'mailbox-2',
    'dropNewest: what does not fit any more is dead',
    [A({ mailbox: { capacity: 2, overflow: 'dropNewest' } })],
    UP,
    [
      send('a', 'block:k', 'ping:1', 'ping:2', 'ping:3', 'ping:4'),
      ['dead:a:ping:3:overflow', 'dead:a:ping:4:overflow'],
    ],
    [release('k'), ['pong:a#1:1', 'pong:a#1:2']],
    [send('a', 'ping:5'), ['pong:a#1:5']],
  ),
  actors(
    'mailbox-3',
    'capacity 0: the one in hand does not count',
    [A({ mailbox: { capacity: 0, overflow: 'dropNewest' } })],
    UP,
    [send('a', 'ping:1'), ['pong:a#1:1']],
    [send('a', 'block:k'), []],
    [send('a', 'ping:2'), ['dead:a:ping:2:overflow']],
    [release('k'), []],
    [send('a', 'ping:3'), ['pong:a#1:3']],
  ),
  actors(
    'mailbox-3b',
    'capacity 0 and dropOldest: nothing older waits, the new one is dropped',
    [A({ mailbox: { capacity: 0, overflow: 'dropOldest' } })],
    UP,
    [send('a', 'block:k', 'ping:1'), ['dead:a:ping:1:overflow']],
    [release('k'), []],
  ),
  actors(
    'mailbox-4',
    'control messages keep their own order',
    [A()],
    UP,
    [send('a', 'block:k', 'ping:1', 'ctl:ping:7', 'ping:2', 'ctl:ping:8'), []],
    [release('k'), ['pong:a#1:7', 'pong:a#1:8', 'pong:a#1:1', 'pong:a#1:2']],
  ),
  actors(
    'mailbox-5',
    'dropOldest never drops a control message',
    [A({ mailbox: { capacity: 1, overflow: 'dropOldest' } })],
    UP,
    [send('a', 'block:k', 'ctl:ping:7', 'ping:1', 'ping:2'), ['dead:a:ping:1:overflow']],
    [release('k'), ['pong:a#1:7', 'pong:a#1:2']],
  ),
  actors(
    'mailbox-6',
    'a full mailbox while the actor is starting',
    [A({ start: [{ ok: true, afterMs: 100 }], mailbox: { capacity: 1, overflow: 'dropNewest' } })],
    [],
    [send('a', 'ping:1', 'ping:2'), ['dead:a:ping:2:overflow']],
    [advance(100), ['start:a#1', 'pong:a#1:1']],
  ),
  actors(
    'mailbox-7',
    'a message to an actor that has ended is a dead letter',
    [A()],
    UP,
    [send('a', 'stop'), ['exit:a#1:normal']],
    [send('a', 'ping:1'), ['dead:a:ping:1:stopped']],
  ),
  actors(
    'mailbox-8',
    'reject: the refused message is no dead letter, its sender knows',
    [A({ mailbox: { capacity: 1, overflow: 'reject' } })],
    UP,
    [send('a', 'block:k', 'ping:1', 'ping:2'), { return: { error: 'mailbox_full' }, events: [] }],
    [release('k'), ['pong:a#1:1']],
  ),
  actors(
    'mailbox-9',
    'control messages are taken while the actor is down, and go first',
    [A({ policy: slowly(100, 100) })],
    UP,
    [send('a', 'fail:E', 'ping:1'), ['down:a#1:error:E']],
    [send('a', 'ctl:ping:9'), []],
    [advance(100), ['start:a#2', 'pong:a#2:9', 'pong:a#2:1']],
  ),
  actors(
    'stash-1',
    'what waited at the crash counts for the stash; those beyond it are dead at once',
    [A({ policy: slowly(1000, 1000, { stash: 2 }) })],
    UP,
    [send('a', 'fail:E', 'ping:1', 'ping:2', 'ping:3'), ['down:a#1:error:E', 'dead:a:ping:3:overflow']],
    [send('a', 'ping:4'), ['dead:a:ping:4:overflow']],
    [advance(1000), ['start:a#2', 'pong:a#2:1', 'pong:a#2:2']],
    [send('a', 'ping:5', 'ping:6', 'ping:7'), ['pong:a#2:5', 'pong:a#2:6', 'pong:a#2:7']],
  ),
  actors(
    'stash-2',
    'control messages do not count for the stash',
    [A({ policy: slowly(1000, 1000, { stash: 1 }) })],
    UP,
    [send('a', 'fail:E'), ['down:a#1:error:E']],
    [send('a', 'ctl:ping:8', 'ping:1', 'ctl:ping:9', 'ping:2'), ['dead:a:ping:2:overflow']],
    [advance(1000), ['start:a#2', 'pong:a#2:8', 'pong:a#2:9', 'pong:a#2:1']],
  ),
  actors(
    'stash-3',
    'stash 0: nothing may wait',
    [A({ policy: slowly(1000, 1000, { stash: 0 }) })],
    UP,
    [send('a', 'fail:E', 'ping:1'), ['down:a#1:error:E', 'dead:a:ping:1:overflow']],
    [advance(1000), ['start:a#2']],
    [send('a', 'ping:2'), ['pong:a#2:2']],
  ),
  actors(
    'stash-4',
    'without one the capacity of the mailbox counts',
    [A({ mailbox: { capacity: 2, overflow: 'dropNewest' }, policy: slowly(1000, 1000) })],
    UP,
    [send('a', 'fail:E'), ['down:a#1:error:E']],
    [send('a', 'ping:1', 'ping:2', 'ping:3'), ['dead:a:ping:3:overflow']],
    [advance(1000), ['start:a#2', 'pong:a#2:1', 'pong:a#2:2']],
  ),
]

/** From `stopActor`, `drainActor` and `killActor` of the schema. */
const endings = [
  actors(
    'end-1',
    'stop waits for the handler, however long it takes',
    [A()],
    UP,
    [send('a', 'work:60000:7', 'ping:1'), []],
    [stop('a'), []],
    [advance(59_999), []],
    [advance(1), ['pong:a#1:7', 'exit:a#1:normal', 'dead:a:ping:1:stopped']],
  ),
  actors(
    'end-2',
    'what comes between the order to stop and the end is dead',
    [A()],
    UP,
    [send('a', 'block:k'), []],
    [stop('a'), []],
    [send('a', 'ping:1'), ['dead:a:ping:1:stopped']],
    [release('k'), ['exit:a#1:normal']],
  ),
  actors(
    'end-3',
    'kill interrupts the handler, and its answer never comes',
    [A({ policy: RESTART })],
    UP,
    [send('a', 'work:100:7', 'ping:1'), []],
    [kill('a'), ['exit:a#1:killed', 'dead:a:ping:1:stopped']],
    [advance(200), []],
  ),
  actors(
    'end-4',
    'kill while it waits for its restart',
    [A({ policy: slowly(1000, 1000) })],
    UP,
    [send('a', 'fail:E', 'ping:1'), ['down:a#1:error:E']],
    [kill('a'), ['exit:a#1:killed', 'dead:a:ping:1:stopped']],
    [advance(5000), []],
  ),
  actors('end-5', 'drain of an idle actor ends it at once', [A()], UP, [drain('a'), ['exit:a#1:normal']]),
  actors(
    'end-6',
    'a failure while it drains: by its rule it comes back and drains on',
    [A({ policy: RESTART })],
    UP,
    [send('a', 'block:k', 'fail:E', 'ping:1'), []],
    [drain('a'), []],
    [release('k'), ['down:a#1:error:E', 'start:a#2', 'pong:a#2:1', 'exit:a#2:normal']],
  ),
  actors(
    'end-7',
    'stop during a slow start: it never started',
    [A({ start: [{ ok: true, afterMs: 100 }] })],
    [],
    [send('a', 'ping:1'), []],
    [stop('a'), ['exit:a#0:normal', 'dead:a:ping:1:stopped']],
    [advance(200), []],
  ),
  actors('end-8', 'the message stop ends it after what came before, and those behind it are dead', [A()], UP, [
    send('a', 'ping:1', 'stop', 'ping:2'),
    ['pong:a#1:1', 'exit:a#1:normal', 'dead:a:ping:2:stopped'],
  ]),
  actors('end-9', 'a normal end is no failure: no rule applies', [A({ policy: RESTART })], UP, [
    send('a', 'stop'),
    ['exit:a#1:normal'],
  ]),
  actors(
    'end-10',
    'kill takes the children along',
    [A({ children: [{ id: 'c' }, { id: 'd' }] })],
    ['start:a#1', 'start:a/c#1', 'start:a/d#1'],
    [kill('a'), { anyOrder: ['exit:a/c#1:killed', 'exit:a/d#1:killed', 'exit:a#1:killed'] }],
  ),
]

/** From the rules on children: reverse order, before the new incarnation, at the same time as the back-off. */
const children = [
  actors(
    'children-1',
    'they stop in reverse order, before the parent',
    [A()],
    UP,
    [send('a', 'spawn:c', 'spawn:d', 'spawn:e'), ['start:a/c#1', 'start:a/d#1', 'start:a/e#1']],
    [stop('a'), ['exit:a/e#1:shutdown', 'exit:a/d#1:shutdown', 'exit:a/c#1:shutdown', 'exit:a#1:normal']],
  ),
  actors(
    'children-2',
    'slow ones one after another',
    [A()],
    UP,
    [send('a', 'spawn:c:100', 'spawn:d:200'), ['start:a/c#1', 'start:a/d#1']],
    [stop('a'), []],
    [advance(200), ['exit:a/d#1:shutdown']],
    [advance(100), ['exit:a/c#1:shutdown', 'exit:a#1:normal']],
  ),
  actors(
    'children-3',
    'the back-off and their end run at the same time',
    [A({ policy: slowly(500, 500) })],
    UP,
    [send('a', 'spawn:c:300'), ['start:a/c#1']],
    [send('a', 'fail:E'), ['down:a#1:error:E']],
    [advance(300), ['exit:a/c#1:shutdown']],
    [advance(200), ['start:a#2']],
  ),
  actors(
    'children-4',
    'children that take longer than the back-off hold the start up',
    [A({ policy: slowly(100, 100) })],
    UP,
    [send('a', 'spawn:c:300'), ['start:a/c#1']],
    [send('a', 'fail:E'), ['down:a#1:error:E']],
    [advance(299), []],
    [advance(1), ['exit:a/c#1:shutdown', 'start:a#2']],
  ),
  actors(
    'children-5',
    'a name is free again when its child has ended',
    [A()],
    UP,
    [send('a', 'spawn:c'), ['start:a/c#1']],
    [send('a/c', 'stop'), ['exit:a/c#1:normal']],
    [send('a', 'children', 'spawn:c'), ['children:a#1:', 'start:a/c#2']],
  ),
  actors(
    'children-6',
    'a spawned child has rules of its own',
    [A()],
    UP,
    [spawn('a', { id: 'c', policy: RESTART }), { return: { ok: true }, events: ['start:a/c#1'] }],
    [send('a/c', 'fail:E', 'ping:1'), ['down:a/c#1:error:E', 'start:a/c#2', 'pong:a/c#2:1']],
  ),
  actors(
    'children-7',
    'two levels of escalation, restarted at the top',
    [A({ policy: RESTART, children: [{ id: 'b', policy: ESCALATE, children: [{ id: 'c', policy: ESCALATE }] }] })],
    ['start:a#1', 'start:a/b#1', 'start:a/b/c#1'],
    [
      send('a/b/c', 'fail:E'),
      [
        'escalate:a/b/c#1:error:E',
        'escalate:a/b#1:error:E',
        'down:a#1:error:E',
        'exit:a/b/c#1:shutdown',
        'exit:a/b#1:shutdown',
        'start:a#2',
        'start:a/b#2',
        'start:a/b/c#2',
      ],
    ],
  ),
  actors(
    'children-8',
    'a parent that ends takes children along that wait for their restart',
    [A({ children: [{ id: 'c', policy: slowly(1000, 1000) }] })],
    ['start:a#1', 'start:a/c#1'],
    [send('a/c', 'fail:E'), ['down:a/c#1:error:E']],
    [stop('a'), ['exit:a/c#1:shutdown', 'exit:a#1:normal']],
    [advance(2000), []],
  ),
]

/** Arithmetic of `min(maxMs, minMs · 2^n)` and of the reset after a quiet time. */
const delays = [
  actors(
    'backoff-1',
    'it doubles up to the cap',
    [A({ policy: slowly(100, 350) })],
    UP,
    [send('a', 'fail:E', 'fail:E', 'fail:E', 'fail:E'), ['down:a#1:error:E']],
    [advance(99), []],
    [advance(1), ['start:a#2', 'down:a#2:error:E']],
    [advance(199), []],
    [advance(1), ['start:a#3', 'down:a#3:error:E']],
    [advance(349), []],
    [advance(1), ['start:a#4', 'down:a#4:error:E']],
    [advance(350), ['start:a#5']],
  ),
  actors(
    'backoff-2',
    'at the reset time it begins anew',
    [A({ policy: slowly(100, 1000) })],
    UP,
    [send('a', 'fail:E'), ['down:a#1:error:E']],
    [advance(100), ['start:a#2']],
    [advance(550), []],
    [send('a', 'fail:E'), ['down:a#2:error:E']],
    [advance(100), ['start:a#3']],
  ),
  actors(
    'backoff-3',
    'a reset time of its own',
    [A({ policy: [{ on: ['*'], do: 'restart', backoff: { minMs: 100, maxMs: 1000, jitter: 0, resetAfterMs: 200 } }] })],
    UP,
    [send('a', 'fail:E'), ['down:a#1:error:E']],
    [advance(100), ['start:a#2']],
    [advance(199), []],
    [send('a', 'fail:E'), ['down:a#2:error:E']],
    [advance(200), ['start:a#3']],
    [advance(200), []],
    [send('a', 'fail:E'), ['down:a#3:error:E']],
    [advance(100), ['start:a#4']],
  ),
  actors(
    'backoff-4',
    'a limit counts since the last reset',
    [A({ policy: slowly(100, 100, { maxRestarts: 2 }) })],
    UP,
    [send('a', 'fail:E'), ['down:a#1:error:E']],
    [advance(100), ['start:a#2']],
    [send('a', 'fail:E'), ['down:a#2:error:E']],
    [advance(100), ['start:a#3']],
    [advance(100), []],
    [send('a', 'fail:E'), ['down:a#3:error:E']],
    [advance(100), ['start:a#4']],
    [send('a', 'fail:E'), ['down:a#4:error:E']],
    [advance(100), ['start:a#5']],
    [send('a', 'fail:E', 'ping:1'), ['exit:a#5:error:E', 'dead:a:ping:1:stopped']],
  ),
  actors('backoff-5', 'minimum 0 is no wait at all', [A({ policy: slowly(0, 0) })], UP, [
    send('a', 'fail:E', 'ping:1'),
    ['down:a#1:error:E', 'start:a#2', 'pong:a#2:1'],
  ]),
  actors(
    'backoff-6',
    'drain during the wait: what waits is handled by the next incarnation',
    [A({ policy: slowly(1000, 1000) })],
    UP,
    [send('a', 'fail:E', 'ping:1'), ['down:a#1:error:E']],
    [drain('a'), []],
    [send('a', 'ping:2'), ['dead:a:ping:2:stopped']],
    [advance(1000), ['start:a#2', 'pong:a#2:1', 'exit:a#2:normal']],
  ),
]

/** From the rule on first starts: tried again only by a rule with a limit or a back-off. */
const starts = [
  actors(
    'start-1',
    'a restart rule without limit or back-off does not try a first start again',
    [A({ policy: RESTART, start: [{ error: 'S' }] })],
    ['fail:a:S', 'exit:a#0:error:S'],
  ),
  actors(
    'start-2',
    'a first start that works at the third attempt',
    [A({ policy: [{ on: ['*'], do: 'restart', maxRestarts: 5 }], start: [{ error: 'S' }, { error: 'S' }, 'ok'] })],
    ['fail:a:S', 'fail:a:S', 'start:a#1'],
    [send('a', 'ping:1'), ['pong:a#1:1']],
  ),
  actors(
    'start-3',
    'a first start with back-off keeps what waits',
    [A({ policy: slowly(100, 100), start: [{ error: 'S' }, 'ok'] })],
    ['fail:a:S'],
    [send('a', 'ping:1'), []],
    [advance(100), ['start:a#1', 'pong:a#1:1']],
  ),
  actors(
    'start-4',
    'a start that throws is one that fails',
    [A({ start: [{ throw: 'S' }] })],
    ['fail:a:S', 'exit:a#0:error:S'],
  ),
  actors(
    'start-5',
    'a start that returns nonsense is one that fails',
    [A({ start: [{ bad: 'what' }] })],
    ['fail:a:what', 'exit:a#0:error:what'],
  ),
  actors(
    'start-6',
    'a slow start that fails',
    [A({ start: [{ error: 'S', afterMs: 50 }] })],
    [],
    [advance(49), []],
    [advance(1), ['fail:a:S', 'exit:a#0:error:S']],
    [send('a', 'ping:1'), ['dead:a:ping:1:stopped']],
  ),
  actors(
    'start-7',
    'the rules of a restart look at the error of the start that failed',
    [
      A({
        policy: [
          { on: ['E'], do: 'restart' },
          { on: ['S'], do: 'stop' },
        ],
        start: ['ok', { error: 'S' }],
      }),
    ],
    UP,
    [send('a', 'fail:E', 'ping:1'), ['down:a#1:error:E', 'fail:a:S', 'exit:a#1:error:S', 'dead:a:ping:1:stopped']],
  ),
  actors(
    'start-8',
    'attempts to start count towards the limit of the restart',
    [A({ policy: [{ on: ['*'], do: 'restart', maxRestarts: 2 }], start: ['ok', { error: 'S' }, { error: 'S' }] })],
    UP,
    [
      send('a', 'fail:E', 'ping:1'),
      ['down:a#1:error:E', 'fail:a:S', 'fail:a:S', 'exit:a#1:error:S', 'dead:a:ping:1:stopped'],
    ],
  ),
  actors(
    'start-9',
    'the back-off goes on over attempts that fail',
    [A({ policy: slowly(100, 1000), start: ['ok', { error: 'S' }, 'ok'] })],
    UP,
    [send('a', 'fail:E'), ['down:a#1:error:E']],
    [advance(100), ['fail:a:S']],
    [advance(199), []],
    [advance(1), ['start:a#2']],
  ),
]

/** From `watch`, `watchWith`, `unwatch` and `handlesTermination`; `noproc` is Erlang's word for an actor that is not there. */
const watches = [
  actors('watch-1', 'an actor that never was', [A()], UP, [send('a', 'watch:zzz'), ['term:a:zzz:noproc']]),
  actors(
    'watch-2',
    'the reason of a crash',
    [A(), { id: 'b' }],
    { anyOrder: ['start:a#1', 'start:b#1'] },
    [send('a', 'watch:b'), []],
    [send('b', 'fail:E'), ['exit:b#1:error:E', 'term:a:b:error:E']],
  ),
  actors(
    'watch-3',
    'a restart is no death; one notice comes at the end',
    [A(), { id: 'b', policy: RESTART }],
    { anyOrder: ['start:a#1', 'start:b#1'] },
    [send('a', 'watch:b'), []],
    [send('b', 'fail:E'), ['down:b#1:error:E', 'start:b#2']],
    [kill('b'), ['exit:b#2:killed', 'term:a:b:killed']],
  ),
  actors(
    'watch-4',
    'watched twice, told once',
    [A(), { id: 'b' }],
    { anyOrder: ['start:a#1', 'start:b#1'] },
    [send('a', 'watch:b', 'watch:b'), []],
    [stop('b'), ['exit:b#1:normal', 'term:a:b:normal']],
  ),
  actors(
    'watch-5',
    'every watcher is told',
    [A(), { id: 'b' }, { id: 'w' }],
    { anyOrder: ['start:a#1', 'start:b#1', 'start:w#1'] },
    [send('a', 'watch:b'), []],
    [send('w', 'watch:b'), []],
    [stop('b'), { anyOrder: ['exit:b#1:normal', 'term:a:b:normal', 'term:w:b:normal'] }],
  ),
  actors(
    'watch-6',
    'the notice goes before waiting messages, and a full mailbox takes it',
    [A({ mailbox: { capacity: 1, overflow: 'dropNewest' } }), { id: 'b' }],
    { anyOrder: ['start:a#1', 'start:b#1'] },
    [send('a', 'watch:b'), []],
    [send('a', 'block:k', 'ping:1'), []],
    [stop('b'), ['exit:b#1:normal']],
    [release('k'), ['term:a:b:normal', 'pong:a#1:1']],
  ),
  actors(
    'watch-7',
    'unwatched before the notice was handled: it is not handled at all',
    [A(), { id: 'b' }],
    { anyOrder: ['start:a#1', 'start:b#1'] },
    [send('a', 'watch:b'), []],
    [send('a', 'block:k', 'ctl:unwatch:b', 'ping:1'), []],
    [stop('b'), ['exit:b#1:normal']],
    [release('k'), ['pong:a#1:1']],
  ),
  actors(
    'watch-8',
    'the same for a message of choice',
    [A(), { id: 'b' }],
    { anyOrder: ['start:a#1', 'start:b#1'] },
    [send('a', 'watchWith:b:ping:77'), []],
    [send('a', 'block:k', 'ctl:unwatch:b', 'ping:1'), []],
    [stop('b'), ['exit:b#1:normal']],
    [release('k'), ['pong:a#1:1']],
  ),
  actors(
    'watch-9',
    'a watcher that ends is not told any more',
    [A(), { id: 'b' }],
    { anyOrder: ['start:a#1', 'start:b#1'] },
    [send('a', 'watch:b'), []],
    [stop('a'), ['exit:a#1:normal']],
    [stop('b'), ['exit:b#1:normal']],
  ),
  actors(
    'watch-10',
    'a death pact under a rule that restarts',
    [A({ handlesTermination: false, policy: RESTART }), { id: 'b' }],
    { anyOrder: ['start:a#1', 'start:b#1'] },
    [send('a', 'watch:b'), []],
    [stop('b'), ['exit:b#1:normal', 'down:a#1:error:DeathPact', 'start:a#2']],
  ),
  actors(
    'watch-11',
    'a parent watches its child, and both of them stop: no notice to who is gone',
    [A()],
    UP,
    [send('a', 'spawn:c', 'watch:a/c'), ['start:a/c#1']],
    [stop('a'), ['exit:a/c#1:shutdown', 'exit:a#1:normal']],
  ),
  actors(
    'watch-12',
    'a start that fails for good is a death too',
    [A(), { id: 'b', start: [{ error: 'S', afterMs: 100 }] }],
    ['start:a#1'],
    [send('a', 'watch:b'), []],
    [advance(100), ['fail:b:S', 'exit:b#0:error:S', 'term:a:b:error:S']],
  ),
]

/** From `redeliver {maxAttempts}`: first in the next incarnation, that often, then `poison`. */
const redeliveries = [
  actors('redeliver-1', 'one attempt is none again', [A({ policy: RESTART, redeliver: { maxAttempts: 1 } })], UP, [
    send('a', 'fail:E', 'ping:1'),
    ['down:a#1:error:E', 'dead:a:fail:E:poison', 'start:a#2', 'pong:a#2:1'],
  ]),
  actors(
    'redeliver-2',
    'what fails once is handled before later messages',
    [A({ policy: RESTART, redeliver: { maxAttempts: 3 } })],
    UP,
    [send('a', 'failOnce:x:E', 'ping:1'), ['down:a#1:error:E', 'start:a#2', 'pong:a#2:x', 'pong:a#2:1']],
  ),
  actors(
    'redeliver-3',
    'a control message that came meanwhile does not overtake the one in hand',
    [A({ policy: slowly(100, 100), redeliver: { maxAttempts: 3 } })],
    UP,
    [send('a', 'failOnce:x:E', 'ping:1'), ['down:a#1:error:E']],
    [send('a', 'ctl:ping:9'), []],
    [advance(100), ['start:a#2', 'pong:a#2:x', 'pong:a#2:9', 'pong:a#2:1']],
  ),
  actors(
    'redeliver-4',
    'the limit of restarts ends it first: the message is dead with the actor',
    [A({ policy: [{ on: ['*'], do: 'restart', maxRestarts: 1 }], redeliver: { maxAttempts: 5 } })],
    UP,
    [
      send('a', 'fail:E', 'ping:1'),
      ['down:a#1:error:E', 'start:a#2', 'exit:a#2:error:E', 'dead:a:fail:E:stopped', 'dead:a:ping:1:stopped'],
    ],
  ),
  actors(
    'redeliver-5',
    'a resume drops the message, however often it might be tried',
    [A({ policy: RESUME, redeliver: { maxAttempts: 3 } })],
    UP,
    [send('a', 'fail:E', 'ping:1'), ['resume:a#1:E', 'pong:a#1:1']],
  ),
]

/** From `stats`, and `healthyAfterMs`. */
const counts = [
  actors(
    'stats-1',
    'failures in a row, within the healthy time',
    [A({ policy: RESTART, healthyAfterMs: 2000 })],
    UP,
    [send('a', 'fail:E'), ['down:a#1:error:E', 'start:a#2']],
    [advance(1999), []],
    [stats('a'), { return: { restarts: 1, consecutiveFailures: 1, mailboxDepth: 0 } }],
    [send('a', 'fail:E'), ['down:a#2:error:E', 'start:a#3']],
    [stats('a'), { return: { restarts: 2, consecutiveFailures: 2, mailboxDepth: 0 } }],
    [advance(2000), []],
    [stats('a'), { return: { restarts: 2, consecutiveFailures: 0, mailboxDepth: 0 } }],
  ),
  actors(
    'stats-2',
    'what waits while it is down is its depth',
    [A({ policy: slowly(1000, 1000) })],
    UP,
    [send('a', 'fail:E', 'ping:1', 'ping:2'), ['down:a#1:error:E']],
    [stats('a'), { return: { restarts: 0, consecutiveFailures: 1, mailboxDepth: 2 } }],
    [advance(1000), ['start:a#2', 'pong:a#2:1', 'pong:a#2:2']],
  ),
  actors(
    'stats-3',
    'control messages count for the depth',
    [A()],
    UP,
    [send('a', 'block:k', 'ctl:ping:1', 'ping:2'), []],
    [stats('a'), { return: { restarts: 0, consecutiveFailures: 0, mailboxDepth: 2 } }],
    [release('k'), ['pong:a#1:1', 'pong:a#1:2']],
  ),
]

const BREAKER = { maxFailures: 2, callTimeoutMs: 200, resetTimeoutMs: 1000 }
const OK = { do: 'callOk' }
const FAIL = { do: 'callFail' }

/** From Pekko's documentation of the circuit breaker. */
const breakers = [
  breaker(
    'breaker-1',
    'a success in between starts the count anew',
    BREAKER,
    [FAIL, { return: 'failure', state: 'closed' }],
    [OK, { return: 'success', state: 'closed' }],
    [FAIL, { return: 'failure', state: 'closed' }],
    [FAIL, { return: 'failure', state: 'open' }],
  ),
  breaker(
    'breaker-2',
    'it opens for exactly the reset time',
    BREAKER,
    [FAIL, { return: 'failure' }],
    [FAIL, { return: 'failure', state: 'open' }],
    [advance(999), { state: 'open' }],
    [OK, { return: 'rejected', state: 'open' }],
    [advance(1), { state: 'half-open' }],
    [OK, { return: 'success', state: 'closed' }],
  ),
  breaker(
    'breaker-3',
    'a trial that fails opens it at once, whatever the count',
    BREAKER,
    [FAIL, { return: 'failure' }],
    [FAIL, { return: 'failure', state: 'open' }],
    [advance(1000), { state: 'half-open' }],
    [FAIL, { return: 'failure', state: 'open' }],
    [advance(1000), { state: 'half-open' }],
    [OK, { return: 'success', state: 'closed' }],
    [FAIL, { return: 'failure', state: 'closed' }],
  ),
  breaker(
    'breaker-4',
    'a trial that takes too long is one that fails',
    BREAKER,
    [FAIL, { return: 'failure' }],
    [FAIL, { return: 'failure', state: 'open' }],
    [advance(1000), { state: 'half-open' }],
    [
      { do: 'callSlow', ms: 300 },
      { return: 'timeout', state: 'open', elapsedMs: 200 },
    ],
  ),
  breaker('breaker-5', 'a call within its time is a success', BREAKER, [
    { do: 'callSlow', ms: 199 },
    { return: 'success', state: 'closed', elapsedMs: 199 },
  ]),
  breaker(
    'breaker-6',
    'a call that began before it opened changes nothing when it ends',
    { maxFailures: 1, callTimeoutMs: 5000, resetTimeoutMs: 1000 },
    [{ do: 'callPending', key: 'p' }, { state: 'closed' }],
    [FAIL, { return: 'failure', state: 'open' }],
    [
      { do: 'finish', key: 'p', ok: true },
      { return: 'success', state: 'open' },
    ],
  ),
  breaker(
    'breaker-7',
    'a pending call is refused when it is open',
    { maxFailures: 1, callTimeoutMs: 200, resetTimeoutMs: 1000 },
    [FAIL, { return: 'failure', state: 'open' }],
    [
      { do: 'callPending', key: 'p' },
      { return: 'rejected', state: 'open' },
    ],
  ),
  breaker(
    'breaker-8',
    'the reset time grows by its factor, without a cap',
    { maxFailures: 1, callTimeoutMs: 200, resetTimeoutMs: 100, resetFactor: 3 },
    [FAIL, { return: 'failure', state: 'open' }],
    [advance(100), { state: 'half-open' }],
    [FAIL, { return: 'failure', state: 'open' }],
    [advance(299), { state: 'open' }],
    [advance(1), { state: 'half-open' }],
    [FAIL, { return: 'failure', state: 'open' }],
    [advance(899), { state: 'open' }],
    [advance(1), { state: 'half-open' }],
  ),
]

/** Arithmetic. */
const functions = [
  results(
    'backoff-table',
    'back-off: doubling, cap, no minimum',
    'backoffDelayMs',
    [{ attempt: 0, minMs: 100, maxMs: 1000 }, 100],
    [{ attempt: 1, minMs: 100, maxMs: 1000 }, 200],
    [{ attempt: 3, minMs: 100, maxMs: 1000 }, 800],
    [{ attempt: 4, minMs: 100, maxMs: 1000 }, 1000],
    [{ attempt: 5000, minMs: 1, maxMs: 60_000 }, 60_000],
    [{ attempt: 5000, minMs: 0, maxMs: 60_000 }, 0],
  ),
  results(
    'window-table',
    'restart window: inclusive, sliding, whole',
    'restartWindow',
    [{ intensity: 1, period: 5, crashesAtS: [0, 6, 12] }, { givesUpAt: null }],
    [{ intensity: 1, period: 5, crashesAtS: [0, 6, 11] }, { givesUpAt: 2 }],
    [{ intensity: 2, period: 10, crashesAtS: [0, 5, 10] }, { givesUpAt: 2 }],
    [{ intensity: 2, period: 10, crashesAtS: [0, 5, 11] }, { givesUpAt: null }],
    [{ intensity: 0, period: 1, crashesAtS: [7] }, { givesUpAt: 0 }],
    [{ intensity: 3, period: 1, crashesAtS: [2, 2, 2, 2] }, { givesUpAt: 3 }],
    [{ intensity: 3, period: 1, crashesAtS: [] }, { givesUpAt: null }],
  ),
]

const sup = (id: string, title: string, tree: Data, start: Expected, ...steps: Step[]) =>
  rowOf(
    'supervisor',
    `derived-${id}`,
    title,
    { id: 'root', type: 'supervisor', strategy: 'one_for_one', ...tree },
    start,
    steps,
  )
const call = (op: string, rest: Data = {}) => ({ do: 'call', op, sup: 'root', ...rest })
const exit = (child: string, reason: string) => ({ do: 'exit', child, reason })
const refused = (error: string, value?: unknown) => ({
  return: { error, in: 'start_spec', ...(value !== undefined && { value }) },
})

/** From supervisor.erl of OTP 27, function by function, and gen_server's rule on the exit of a parent. */
const supervisors = [
  sup(
    'kill-1',
    'a supervisor below one that is killed stops its own children in order, then ends with killed',
    {
      children: [{ id: 'a' }, { id: 's', strategy: 'one_for_one', children: [{ id: 'x' }, { id: 'y' }] }],
    },
    { events: ['start:root#1', 'start:root/a#1', 'start:root/s#1', 'start:root/s/x#1', 'start:root/s/y#1'] },
    [
      { do: 'kill', sup: 'root' },
      {
        anyOrder: [
          'exit:root#1:killed',
          'exit:root/a#1:killed',
          'exit:root/s/y#1:shutdown',
          'exit:root/s/x#1:shutdown',
          'exit:root/s#1:killed',
        ],
      },
    ],
    [advance(50), []],
  ),
  sup(
    'kill-2',
    'killed below: its own workers are killed with it, and it comes back',
    {
      children: [
        {
          id: 's',
          strategy: 'one_for_one',
          children: [{ id: 'x' }, { id: 't', strategy: 'one_for_one', children: [{ id: 'y' }] }],
        },
      ],
    },
    { return: { ok: true } },
    [
      { do: 'kill', sup: 'root/s' },
      {
        anyOrder: [
          'exit:root/s#1:killed',
          'exit:root/s/x#1:killed',
          'exit:root/s/t/y#1:shutdown',
          'exit:root/s/t#1:killed',
          'start:root/s#2',
          'start:root/s/x#2',
          'start:root/s/t#2',
          'start:root/s/t/y#2',
        ],
      },
    ],
  ),
  sup(
    'reload-1',
    'update_chsp keeps the process and takes the start of the new specification',
    { children: [{ id: 'a', start: ['ok', { error: 'old' }] }] },
    { return: { ok: true } },
    [
      {
        do: 'reload',
        sup: 'root',
        tree: { id: 'root', strategy: 'one_for_one', intensity: 5, children: [{ id: 'a', start: ['ok'] }] },
      },
      { return: { ok: true }, events: [] },
    ],
    [exit('root/a', 'error:boom'), ['exit:root/a#1:error:boom', 'start:root/a#2']],
  ),
  sup(
    'reload-2',
    'a new specification of a running supervisor below counts from its next start',
    {
      intensity: 5,
      children: [{ id: 's', strategy: 'one_for_one', children: [{ id: 'x' }] }],
    },
    { return: { ok: true } },
    [
      {
        do: 'reload',
        sup: 'root',
        tree: {
          id: 'root',
          strategy: 'one_for_one',
          intensity: 5,
          children: [{ id: 's', strategy: 'one_for_one', children: [{ id: 'y' }] }],
        },
      },
      { return: { ok: true }, events: [] },
    ],
    [call('which_children', { sup: 'root/s' }), { return: { children: [['x', 'running', 1]] } }],
    [
      { do: 'kill', sup: 'root/s' },
      ['exit:root/s#1:killed', 'exit:root/s/x#1:killed', 'start:root/s#2', 'start:root/s/y#1'],
    ],
  ),
  sup(
    'reload-3',
    'instances restart with the new template and their own arguments',
    { strategy: 'simple_one_for_one', template: { id: 't', shutdown: 100 } },
    { return: { ok: true } },
    [call('start_child', { as: 'c1' }), { return: { ok: 'child', inc: 1 } }],
    [
      {
        do: 'reload',
        sup: 'root',
        tree: {
          id: 'root',
          strategy: 'simple_one_for_one',
          intensity: 5,
          template: { id: 't', shutdown: 'brutal_kill' },
        },
      },
      { return: { ok: true } },
    ],
    [exit('root/c1', 'error:boom'), ['exit:root/c1#1:error:boom', 'start:root/c1#2']],
    [call('terminate_child', { child: 'c1' }), { return: { ok: true }, events: ['exit:root/c1#2:killed'] }],
  ),
  sup(
    'spec-of-dead',
    'find_child of an instance that has died gives the template',
    { strategy: 'simple_one_for_one', template: { id: 't', restart: 'temporary' } },
    { return: { ok: true } },
    [call('start_child', { as: 'c1' }), { return: { ok: 'child', inc: 1 } }],
    [exit('root/c1', 'normal'), ['exit:root/c1#1:normal']],
    [
      call('get_childspec', { child: 'c1' }),
      { return: { spec: { id: 't', restart: 'temporary', shutdown: 5000, type: 'worker', significant: false } } },
    ],
    [call('get_childspec', { child: 'zzz' }), { return: { error: 'not_found' } }],
  ),
  sup(
    'ignored-below',
    'a supervisor below that says ignore is kept, and not running',
    { children: [{ id: 's', strategy: 'one_for_one', init: 'ignore', children: [{ id: 'x' }] }, { id: 'b' }] },
    { return: { ok: true }, events: ['start:root#1', 'ignore:root/s', 'start:root/b#1'] },
    [call('count_children'), { return: { counts: [2, 1, 1, 1] } }],
    [call('delete_child', { child: 's' }), { return: { ok: true } }],
  ),
  sup(
    'set-start',
    'what is set before the first start holds for it',
    { children: [] },
    { return: { ok: true } },
    [{ do: 'setStart', child: 'root/a', start: [{ error: 'e' }, 'ok'] }, []],
    [
      call('start_child', { spec: { id: 'a' } }),
      { return: { error: 'start_failed', reason: 'e' }, events: ['fail:root/a:e'] },
    ],
    [call('start_child', { spec: { id: 'a' } }), { return: { ok: 'child', inc: 1 }, events: ['start:root/a#1'] }],
  ),
  sup(
    'check-order-1',
    'restart is looked at before significant',
    { autoShutdown: 'never', children: [{ id: 'a', restart: 'nonsense', significant: true }] },
    refused('invalid_restart_type', 'nonsense'),
  ),
  sup(
    'check-order-2',
    'significant before the type of the child',
    { children: [{ id: 'a', restart: 'transient', significant: 'x', type: 'y' }] },
    refused('invalid_significant', 'x'),
  ),
  sup(
    'check-order-3',
    'the type before the shutdown',
    { children: [{ id: 'a', type: 'y', shutdown: -1 }] },
    refused('invalid_child_type', 'y'),
  ),
  sup(
    'check-order-4',
    'specs in their order: the name given twice comes before a later fault',
    { children: [{ id: 'a' }, { id: 'a' }, { id: 'b', type: 'y' }] },
    refused('duplicate_child_name', 'a'),
  ),
  sup(
    'check-order-5',
    'and a fault before a later name given twice',
    { children: [{ id: 'a' }, { id: 'b', type: 'y' }, { id: 'a' }] },
    refused('invalid_child_type', 'y'),
  ),
  sup(
    'check-order-6',
    'flags in the order strategy, intensity, period, auto-shutdown',
    { strategy: 's', intensity: -1, period: 0, autoShutdown: 'x' },
    { return: { error: 'invalid_strategy', in: 'supervisor_flags', value: 's' } },
  ),
  sup(
    'check-order-7',
    'intensity before period',
    { intensity: -1, period: 0, autoShutdown: 'x' },
    { return: { error: 'invalid_intensity', in: 'supervisor_flags', value: -1 } },
  ),
  sup(
    'check-order-8',
    'flags before children',
    { period: 0, children: [{ id: 'a' }, { id: 'a' }] },
    { return: { error: 'invalid_period', in: 'supervisor_flags', value: 0 } },
  ),
  sup(
    'group-1',
    'restart_multiple_children: what comes after the member that fails is stopped, not restarting',
    {
      strategy: 'one_for_all',
      intensity: 2,
      period: 3600,
      children: [{ id: 'a' }, { id: 'b', start: ['ok', { error: 'e', afterMs: 100 }] }, { id: 'c' }],
    },
    { return: { ok: true } },
    [
      exit('root/a', 'error:boom'),
      ['exit:root/a#1:error:boom', 'exit:root/c#1:shutdown', 'exit:root/b#1:shutdown', 'start:root/a#2'],
    ],
    [advance(100), ['fail:root/b:e', 'exit:root/a#2:shutdown', 'start:root/a#3']],
    [advance(100), ['fail:root/b:e', 'exit:root/a#3:shutdown', 'exit:root#1:shutdown']],
  ),
  sup(
    'transient-0',
    'intensity 0: the crash of a transient child ends it, its normal end does not',
    {
      intensity: 0,
      children: [
        { id: 'a', restart: 'transient' },
        { id: 'b', restart: 'transient' },
      ],
    },
    { return: { ok: true } },
    [exit('root/a', 'shutdown:done'), ['exit:root/a#1:shutdown:done']],
    [exit('root/b', 'killed'), ['exit:root/b#1:killed', 'exit:root#1:shutdown']],
  ),
]

export const derivedRows: readonly Scenario[] = [
  ...policies,
  ...limits,
  ...mailboxes,
  ...endings,
  ...children,
  ...delays,
  ...starts,
  ...watches,
  ...redeliveries,
  ...counts,
  ...breakers,
  ...functions,
  ...supervisors,
]
