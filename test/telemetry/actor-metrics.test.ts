import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { countActorEvent } from '../../telemetry/actor-event-metrics.ts'
import { type ActorFigures, type ActorMetrics, startActorMetrics } from '../../telemetry/actor-metrics.ts'
import { startTelemetry, type Telemetry } from '../../telemetry/telemetry.ts'
import { parsePrometheus, sampleValue } from './prometheus-text.ts'

let telemetry: Telemetry
let metrics: ActorMetrics
let records: ActorFigures[]

beforeEach(async () => {
  records = []
  telemetry = await startTelemetry({ serviceName: 'x', serviceVersion: '0', metrics: true })
  metrics = startActorMetrics({
    records: () => records,
    botTypeOf: ({ kind }) => (kind === 'bot' ? 'curation' : undefined),
  })
})
afterEach(async () => {
  metrics.stop()
  await telemetry.shutdown()
})

function actor(path: string, kind: string, figures: Partial<ActorFigures> = {}): ActorFigures {
  return {
    path,
    kind,
    incarnation: 1,
    state: 'running',
    restarts: 0,
    consecutiveFailures: 0,
    handled: 0,
    failed: 0,
    deadLetters: 0,
    mailbox: { depth: 0, highWater: 0, oldestAgeMs: 0 },
    startedAt: 1_700_000_000_000,
    ...figures,
  }
}

async function read() {
  const families = parsePrometheus(await telemetry.metricsText())
  return (name: string, labels: Record<string, string> = {}) => sampleValue(families, name, labels)
}

const CURATOR = { actor: '/bots/curator', actor_kind: 'bot' }

test('an actor that lives long has its own series', async () => {
  records = [
    actor('/bots/curator', 'bot', {
      incarnation: 3,
      restarts: 2,
      consecutiveFailures: 1,
      handled: 7,
      failed: 2,
      deadLetters: 1,
      mailbox: { depth: 4, highWater: 9, oldestAgeMs: 1_500 },
      lastSuccessAt: 1_700_000_100_000,
    }),
  ]
  const value = await read()
  expect(value('botticelli_actor_restarts_total', CURATOR)).toBe(2)
  expect(value('botticelli_actor_incarnation', CURATOR)).toBe(3)
  expect(value('botticelli_actor_consecutive_failures', CURATOR)).toBe(1)
  expect(value('botticelli_actor_mailbox_depth', CURATOR)).toBe(4)
  expect(value('botticelli_actor_mailbox_high_water', CURATOR)).toBe(9)
  expect(value('botticelli_actor_mailbox_oldest_age_seconds', CURATOR)).toBe(1.5)
  expect(value('botticelli_actor_handled_total', { ...CURATOR, outcome: 'ok' })).toBe(7)
  expect(value('botticelli_actor_handled_total', { ...CURATOR, outcome: 'error' })).toBe(2)
  expect(value('botticelli_actor_given_up_total', CURATOR)).toBe(1)
  expect(value('botticelli_actor_last_success_timestamp', CURATOR)).toBe(1_700_000_100)
  expect(value('botticelli_actor_last_failure_timestamp', CURATOR)).toBeUndefined()
  expect(value('botticelli_actor_live', { actor_kind: 'bot' })).toBe(1)
})

test('an actor that is gone takes its series along', async () => {
  records = [actor('/bots/curator', 'bot')]
  expect((await read())('botticelli_actor_restarts_total', CURATOR)).toBe(0)
  records = []
  expect((await read())('botticelli_actor_restarts_total', CURATOR)).toBeUndefined()
})

test('its states are 1 and 0, and those it never was in are absent', async () => {
  const state = { ...CURATOR }
  records = [actor('/bots/curator', 'bot', { state: 'restarting' })]
  expect((await read())('botticelli_actor_state', { ...state, state: 'restarting' })).toBe(1)
  records = [actor('/bots/curator', 'bot')]
  const value = await read()
  expect(value('botticelli_actor_state', { ...state, state: 'restarting' })).toBe(0)
  expect(value('botticelli_actor_state', { ...state, state: 'running' })).toBe(1)
  expect(value('botticelli_actor_state', { ...state, state: 'stopped' })).toBeUndefined()
})

describe('actors of kinds that come and go', () => {
  test('are summed, their oldest message by its age', async () => {
    records = [
      actor('/bots/a/run-1/x', 'act', { restarts: 1, mailbox: { depth: 2, highWater: 2, oldestAgeMs: 100 } }),
      actor('/bots/a/run-1/y', 'act', { restarts: 2, mailbox: { depth: 3, highWater: 3, oldestAgeMs: 900 } }),
    ]
    const value = await read()
    expect(value('botticelli_actor_mailbox_depth', { actor_kind: 'act' })).toBe(5)
    expect(value('botticelli_actor_mailbox_oldest_age_seconds', { actor_kind: 'act' })).toBe(0.9)
    expect(value('botticelli_actor_restarts_total', { actor_kind: 'act' })).toBe(3)
    expect(value('botticelli_actor_restarts_total', { actor: '/bots/a/run-1/x', actor_kind: 'act' })).toBeUndefined()
  })

  test('leave their counts behind when they retire, but not their mail', async () => {
    const gone = actor('/r/x', 'act', {
      restarts: 2,
      handled: 5,
      mailbox: { depth: 3, highWater: 3, oldestAgeMs: 9_000 },
    })
    records = [gone]
    expect((await read())('botticelli_actor_handled_total', { actor_kind: 'act', outcome: 'ok' })).toBe(5)
    metrics.retire(gone)
    records = [actor('/r/y', 'act', { handled: 1 })]
    const value = await read()
    expect(value('botticelli_actor_handled_total', { actor_kind: 'act', outcome: 'ok' })).toBe(6)
    expect(value('botticelli_actor_restarts_total', { actor_kind: 'act' })).toBe(2)
    expect(value('botticelli_actor_mailbox_depth', { actor_kind: 'act' })).toBe(0)
    expect(value('botticelli_actor_mailbox_oldest_age_seconds', { actor_kind: 'act' })).toBe(0)
  })
})

test('the number of series is bounded even when the number of long-lived actors is not', async () => {
  records = Array.from({ length: 500 }, (_, i) => actor(`/x/${i}`, 'bot', { restarts: 1 }))
  const families = parsePrometheus(await telemetry.metricsText())
  expect(families.get('botticelli_actor_restarts_total')?.samples).toHaveLength(201)
  expect(sampleValue(families, 'botticelli_actor_restarts_total', { actor_kind: 'bot' })).toBe(300)
})

test('a bot shows under the names that alerts are written on', async () => {
  records = [
    actor('/bots/curator', 'bot', { consecutiveFailures: 3, restarts: 1, lastFailureAt: 1_700_000_050_000, busy: {} }),
    actor('/scheduler', 'scheduler'),
  ]
  const bot = { bot: 'curator', bot_type: 'curation' }
  const value = await read()
  expect(value('botticelli_bot_consecutive_failures', bot)).toBe(3)
  expect(value('botticelli_bot_last_success_timestamp', bot)).toBe(1_700_000_000)
  expect(value('botticelli_bot_last_failure_timestamp', bot)).toBe(1_700_000_050)
  expect(value('botticelli_bot_start_time_seconds', bot)).toBe(1_700_000_000)
  expect(value('botticelli_bot_state', { bot: 'curator', state: 'running' })).toBe(1)
  expect(value('botticelli_bot_state', { bot: 'curator', state: 'idle' })).toBe(0)
  expect(value('botticelli_bot_state', { bot: 'scheduler', state: 'idle' })).toBeUndefined()
})

test('the counts of the runs of a bot are there before its first run', async () => {
  records = [actor('/bots/poster', 'bot')]
  const again = startActorMetrics({ records: () => records, botTypeOf: () => 'posting' })
  const bot = { bot: 'poster', bot_type: 'posting' }
  expect((await read())('botticelli_bot_executions_total', { ...bot, outcome: 'error' })).toBe(0)
  again.stop()
})

test('circuit breakers show their state as a number', async () => {
  records = [actor('/models/gemini', 'model', { breaker: { state: 'half-open', trips: 2, recoveries: 1 } })]
  const value = await read()
  expect(value('botticelli_circuit_breaker_state', { target: '/models/gemini' })).toBe(2)
  expect(value('botticelli_circuit_breaker_trips_total', { target: '/models/gemini' })).toBe(2)
  expect(value('botticelli_circuit_breaker_recoveries_total', { target: '/models/gemini' })).toBe(1)
})

test('events are counted by kind, others let pass', async () => {
  countActorEvent({ type: 'started', kind: 'bot' })
  countActorEvent({ type: 'message', kind: 'bot', waitedMs: 20 })
  countActorEvent({ type: 'handled', kind: 'bot', messageType: 'bot.run', durationMs: 5, ok: true })
  countActorEvent({ type: 'handled', kind: 'bot', messageType: 'bot.run', durationMs: 5, ok: false })
  countActorEvent({ type: 'dead-letter', kind: 'bot', letter: { reason: 'unhandled' } })
  countActorEvent({ type: 'hung', kind: 'bot' })
  countActorEvent({ type: 'loop-blocked', kind: 'bot' })
  const value = await read()
  expect(value('botticelli_actor_mailbox_wait_seconds_count', { actor_kind: 'bot' })).toBe(1)
  const processed = { actor_kind: 'bot', message_type: 'bot.run' }
  expect(value('botticelli_actor_messages_processed_total', { ...processed, outcome: 'ok' })).toBe(1)
  expect(value('botticelli_actor_messages_processed_total', { ...processed, outcome: 'error' })).toBe(1)
  expect(value('botticelli_actor_dead_letters_total', { actor_kind: 'bot', reason: 'unhandled' })).toBe(1)
  expect(value('botticelli_actor_hung_total', { actor_kind: 'bot' })).toBe(1)
  expect(value('botticelli_actor_loop_blocks_total', { actor_kind: 'bot' })).toBe(1)
})
