// Codes that only the runtime itself raises: what a watcher and the caller of a breaker are told.

import { expect, test } from 'vitest'
import { Breaker, type SupervisionEvent, startSystem } from '../../supervisor/index.ts'
import { counter, say } from './counter.ts'
import { FakeClock, settle } from './fake-clock.ts'

test('a watcher that does not handle the end of whom it watches crashes with death-pact, and says of whom', async () => {
  const children = [counter('watcher'), counter('watched', { restart: 'temporary' })]
  const events: SupervisionEvent[] = []
  const system = await startSystem(
    { id: 'root', strategy: 'one_for_one', children },
    { clock: new FakeClock(), listen: (event) => events.push(event) },
  )
  say(system, '/watcher', { type: 'work', run: (scope) => scope.watch('/watched') })
  await settle()
  say(system, '/watched', { type: 'end' })
  await settle()
  const error = {
    code: 'death-pact',
    message: '/watcher watches /watched, which has ended, and does not handle the notice.',
    fix: expect.stringContaining('actor.terminated'),
  }
  expect(events).toContainEqual(expect.objectContaining({ path: '/watcher', error: expect.objectContaining(error) }))
  await system.stop()
})

test('a call that takes too long fails with breaker-timeout, its signal too, and the next ones with breaker-open', async () => {
  const clock = new FakeClock()
  const breaker = new Breaker({ maxFailures: 1, callTimeoutMs: 200, resetTimeoutMs: 1_000 }, clock)
  let signal: AbortSignal | undefined
  const slow = breaker.call((given) => {
    signal = given
    return new Promise(() => {})
  })
  const failed = expect(slow).rejects.toMatchObject({ code: 'breaker-timeout', retryable: true })
  await clock.advance(200)
  await failed
  expect(signal?.reason).toMatchObject({ code: 'breaker-timeout' })
  await expect(breaker.call(() => 1)).rejects.toMatchObject({ code: 'breaker-open', retryAfterMs: 1_000 })
})
