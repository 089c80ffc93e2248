// Pacing: how often models are asked, and what a narrative with a budget gets of that.

import { beforeEach, describe, expect, test } from 'vitest'
import type { Answer, Model, Question } from '../../models/model.ts'
import { createPacing, type ModelLimits, type Shares } from '../../models/pacing.ts'
import type { Clock } from '../../supervisor/clock.ts'

const NOON = Date.UTC(2026, 10, 21, 12)
const ALL: Shares = { rpmMultiplier: 1, tpmMultiplier: 1, rpdMultiplier: 1 }
const never = new AbortController().signal

/** Time that passes when somebody waits for it. */
class PassingClock {
  at = NOON
  readonly waits: number[] = []
  now = () => this.at
  setTimeout = (fn: () => void, ms: number) => {
    this.waits.push(ms)
    this.at += ms
    return setImmediate(fn)
  }
  clearTimeout = (handle: unknown) => clearImmediate(handle as NodeJS.Immediate)
}

let clock: PassingClock
let calls: { at: number; tokens: number }[]
beforeEach(() => {
  clock = new PassingClock()
  calls = []
})

/** A model whose answers are in the ledger as soon as they are there. */
const model: Model = {
  provider: 'gemini',
  name: 'gemini-2.5-flash',
  media: {},
  ask: async () => {
    calls.push({ at: clock.now(), tokens: 100 })
    return { text: 'fine' } as Answer
  },
} as Model

function paced(limits: ModelLimits, shares: Partial<Shares> = {}, name = 'gemini-2.5-flash'): Model {
  const pace = createPacing({
    limits: { [name]: limits },
    clock: clock as unknown as Clock,
    recentUse: (_, since) => {
      const recent = calls.filter(({ at }) => at >= since)
      const tokens = recent.reduce((sum, one) => sum + one.tokens, 0)
      return { calls: recent.length, tokens, firstAt: recent[0]?.at }
    },
  })
  return pace(model, { ...ALL, ...shares })
}

const question = (maxTokens?: number): Question => ({
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Say something.' }] }],
  origin: { narrative: 'n', act: 'a' },
  ...(maxTokens !== undefined && { maxTokens }),
})

/** So many questions, one after the other. */
async function ask(asked: Model, times: number, maxTokens?: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    await asked.ask(question(maxTokens), { signal: never })
    await new Promise(setImmediate)
  }
}

const minutes = () => calls.map(({ at }) => Math.floor((at - NOON) / 60_000))

test.for<[title: string, limits: ModelLimits, shares: Partial<Shares>, asked: number, minutes: number[]]>([
  ['no limit is no wait', {}, {}, 3, [0, 0, 0]],
  ['a full minute is waited out', { requestsPerMinute: 2 }, {}, 5, [0, 0, 1, 1, 2]],
  ['a share of it is full earlier', { requestsPerMinute: 4 }, { rpmMultiplier: 0.5 }, 5, [0, 0, 1, 1, 2]],
  ['a share is rounded', { requestsPerMinute: 3 }, { rpmMultiplier: 0.5 }, 3, [0, 0, 1]],
  ['the least share is one', { requestsPerMinute: 2 }, { rpmMultiplier: 0.1 }, 3, [0, 1, 2]],
  ['tokens of a minute', { tokensPerMinute: 1_000 }, {}, 4, [0, 1, 2, 3]],
  ['a share of the tokens', { tokensPerMinute: 4_400 }, { tpmMultiplier: 0.5 }, 3, [0, 0, 0]],
  ['a question larger than a minute is asked alone', { tokensPerMinute: 50 }, {}, 2, [0, 1]],
])('%s', async ([, limits, shares, asked, expected]) => {
  await ask(paced(limits, shares), asked)
  expect(minutes()).toEqual(expected)
})

test('real tokens count once the answer is there', async () => {
  await ask(paced({ tokensPerMinute: 1_000 }), 3, 500)
  expect(minutes()).toEqual([0, 0, 0])
})

test('a limit may be given for one provider alone', async () => {
  await ask(paced({ requestsPerMinute: 1 }, {}, 'gemini:gemini-2.5-flash'), 2)
  await ask(paced({ requestsPerMinute: 1 }, {}, 'openai:gemini-2.5-flash'), 2)
  expect(minutes()).toEqual([0, 1, 1, 1])
})

describe('a day', () => {
  test('that is full is an error which says when it begins anew', async () => {
    const asked = paced({ requestsPerDay: 4 }, { rpdMultiplier: 0.5 })
    await ask(asked, 2)
    await expect(asked.ask(question(), { signal: never })).rejects.toMatchObject({
      code: 'budget-exhausted',
      retryable: false,
      message: expect.stringContaining('2026-11-22T00:00:00.000Z'),
    })
    expect(clock.waits).toEqual([])
  })

  test('begins at midnight, in UTC', async () => {
    const asked = paced({ requestsPerDay: 1 })
    await ask(asked, 1)
    clock.at = Date.UTC(2026, 10, 22)
    await ask(asked, 1)
    expect(calls).toHaveLength(2)
  })
})

test('calls at the same time count before they are answered', async () => {
  const asked = paced({ requestsPerMinute: 2 })
  await Promise.all([1, 2, 3, 4].map(() => asked.ask(question(), { signal: never })))
  for (const [at, call] of calls.entries()) {
    expect(
      calls.filter((one) => one.at > call.at - 60_000 && one.at <= call.at).length,
      `call ${at}`,
    ).toBeLessThanOrEqual(2)
  }
})

test('whoever withdraws the question waits no longer', async () => {
  const stop = new AbortController()
  const asked = paced({ requestsPerMinute: 1 })
  await ask(asked, 1)
  const waiting = asked.ask(question(), { signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  expect(calls).toHaveLength(1)
})
