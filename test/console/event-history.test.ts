import { describe, expect, test } from 'vitest'
import { createEventHistory, type EventLine } from '../../console/event-history.ts'
import type { SupervisionEvent } from '../../supervisor/index.ts'

const at = (number: number, path = '/bots/a') => ({ at: number, path, kind: 'bot', incarnation: 1 })
const started = (number: number, path?: string): SupervisionEvent => ({ ...at(number, path), type: 'started' })
const handled = (number: number): SupervisionEvent => ({
  ...at(number),
  type: 'handled',
  messageType: 'bot.run',
  durationMs: 5,
  ok: true,
})

function reader(room = Number.POSITIVE_INFINITY) {
  const lines: (EventLine | { missed: number })[] = []
  const state = { room, ended: false }
  const sink = {
    write: (line: string) => {
      lines.push(JSON.parse(line))
      state.room -= 1
      return state.room > 0
    },
    end: () => {
      state.ended = true
    },
  }
  return { lines, state, sink }
}

test('what happened is kept in its order, of a path and all below it', () => {
  const history = createEventHistory()
  for (const [index, path] of ['/bots', '/bots/a', '/bots/ab', '/bots/a/run-1', '/runs'].entries()) {
    history.record(started(index, path))
  }
  expect(history.recent('/bots/a').map(({ path }) => path)).toEqual(['/bots/a', '/bots/a/run-1'])
  expect(history.recent('/')).toHaveLength(5)
  expect(history.recent('/', 2).map(({ at }) => at)).toEqual([3, 4])
})

test('messages by the thousand do not push out a start, and nothing grows without end', () => {
  const history = createEventHistory()
  history.record(started(0))
  for (let number = 1; number <= 5_000; number += 1) history.record(handled(number))
  const lines = history.recent('/', 10_000)
  expect(lines[0]?.type).toBe('started')
  expect(lines).toHaveLength(501)
  for (let number = 0; number <= 5_000; number += 1) history.record(started(number))
  expect(history.recent('/', 10_000)).toHaveLength(1_000)
})

describe('a line', () => {
  test('of a dead letter has no payload', () => {
    const history = createEventHistory()
    const message = { type: 'bot.run', prompt: 'a secret plan', meta: { id: 'm1', attempt: 3 } }
    const letter = { id: 'm1', at: 1, to: '/bots/a', reason: 'poison', message, errors: [] }
    history.record({ ...at(1), type: 'dead-letter', letter } as unknown as SupervisionEvent)
    expect(history.recent('/')).toEqual([
      { ...at(1), type: 'dead-letter', reason: 'poison', messageType: 'bot.run', messageId: 'm1', attempts: 3 },
    ])
  })

  test('of a crash has the error without its stack and without a secret', () => {
    const history = createEventHistory()
    const error = { name: 'Error', code: 'unauthorized', message: 'no: Bearer abcdef0123456789', stack: 'at …' }
    history.record({ ...at(1), type: 'crashed', error } as SupervisionEvent)
    expect(history.recent('/')[0]?.error).toEqual({
      name: 'Error',
      code: 'unauthorized',
      message: 'no: Bearer [redacted]',
    })
  })
})

describe('a reader', () => {
  test('is told the latest, and that is all it asked for', () => {
    const history = createEventHistory()
    history.record(started(1))
    const { lines, state, sink } = reader()
    history.follow('/', false)(sink)
    history.record(started(2))
    expect([lines.length, state.ended]).toEqual([1, true])
  })

  test('that follows is told what comes, until it closes', () => {
    const history = createEventHistory()
    const { lines, state, sink } = reader()
    const following = history.follow('/bots/a', true)(sink)
    history.record(started(1))
    history.record(started(2, '/runs'))
    following.close()
    history.record(started(3))
    expect(lines).toEqual([started(1)])
    expect(state.ended).toBe(false)
  })

  test('that is slow is told how many it missed', () => {
    const history = createEventHistory()
    const { lines, state, sink } = reader(2)
    const following = history.follow('/', true)(sink)
    for (let number = 1; number <= 6; number += 1) history.record(started(number))
    expect(lines).toHaveLength(2)
    state.room = Number.POSITIVE_INFINITY
    following.drained()
    history.record(started(7))
    expect(lines.slice(2)).toEqual([{ missed: 4 }, started(7)])
  })
})
