// Runs the rows that need no actors: kind `breaker` and kind `function`.

import {
  Breaker,
  BreakerOpenError,
  BreakerTimeoutError,
  backoffDelayMs,
  partitionFor,
} from '../../../supervisor/index.ts'
import { addRestart } from '../../../supervisor/restart-policy.ts'
import { settle } from '../fake-clock.ts'
import { FakeWorld } from './fake-world.ts'
import { type Data, type Outcome, type Scenario, type Seen, UnknownWord } from './scenario.ts'

export async function runBreakerScenario({ tree, steps }: Scenario): Promise<Outcome> {
  const world = new FakeWorld()
  const breaker = new Breaker(tree, world.clock)
  const pending = new Map<string, { finish(ok: boolean): void; result: Promise<string> }>()
  const resultOf = (running: Promise<unknown>) =>
    running.then(
      () => 'success',
      (error) =>
        error instanceof BreakerOpenError ? 'rejected' : error instanceof BreakerTimeoutError ? 'timeout' : 'failure',
    )
  const perform = async (step: Data): Promise<unknown> => {
    switch (step.do) {
      case 'callOk':
        return resultOf(breaker.call(() => Promise.resolve()))
      case 'callFail':
        return resultOf(breaker.call(() => Promise.reject(new Error('failed'))))
      case 'callSlow':
        return resultOf(breaker.call(() => world.wait(step.ms)))
      case 'callPending': {
        const { promise, resolve, reject } = Promise.withResolvers<void>()
        const finish = (ok: boolean) => (ok ? resolve() : reject(new Error('failed')))
        const result = resultOf(breaker.call(() => promise))
        pending.set(step.key, { finish, result })
        // Nothing is returned while it runs; one that was refused has its answer at once.
        return Promise.race([result, settle().then(() => undefined)])
      }
      case 'finish': {
        const call = pending.get(step.key)
        if (call === undefined) throw new UnknownWord('call', step.key)
        call.finish(step.ok)
        return call.result
      }
      default:
        throw new UnknownWord('step', step.do)
    }
  }
  const start = { state: breaker.state }
  const seen: Seen[] = []
  for (const step of steps) {
    const done = await world.step(step, () => perform(step))
    seen.push({ ...done, state: breaker.state })
  }
  return { start, steps: seen, final: {} }
}

const FUNCTIONS: Readonly<Record<string, (args: Data, expected: Data) => unknown>> = {
  backoffDelayMs: ({ attempt, minMs, maxMs }) => backoffDelayMs(attempt, { minMs, maxMs, jitter: 0 }, 0.5),
  backoffDelayBoundsMs: ({ attempt, ...backoff }, expected) => {
    const draws = Array.from({ length: 1_000 }, () => backoffDelayMs(attempt, backoff, Math.random()))
    const [low, high] = expected
    const inside = draws.every((draw) => draw >= low && draw <= high)
    const varied = backoff.jitter === 0 || new Set(draws).size > 1
    return inside && varied ? expected : [Math.min(...draws), Math.max(...draws)]
  },
  restartWindow: ({ intensity, period, crashesAtS }) => {
    const history: number[] = []
    for (const [index, at] of crashesAtS.entries()) {
      if (!addRestart(history, at * 1_000, intensity, period * 1_000)) return { givesUpAt: index }
    }
    return { givesUpAt: null }
  },
  partitionFor: ({ key, partitions }) => partitionFor(key, partitions),
}

export async function runFunctionScenario({ tree, steps, expect }: Scenario): Promise<Outcome> {
  const apply = FUNCTIONS[tree.id]
  if (apply === undefined) throw new UnknownWord('function', tree.id)
  const seen = steps.map(({ args }, n) => ({ return: apply(args, expect.steps[n]?.return) }))
  return { start: {}, steps: seen, final: {} }
}
