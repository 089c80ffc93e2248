import { expect, test } from 'vitest'
import { inSpan } from '../../telemetry/spans.ts'
import { observeStore, queryRecorder } from '../../telemetry/store-metrics.ts'
import { startTelemetry } from '../../telemetry/telemetry.ts'
import { startOtlpReceiver } from './otlp-receiver.ts'
import { parsePrometheus, sampleValue } from './prometheus-text.ts'

test('the store is read once in 15 seconds, however often the metrics are', async () => {
  const telemetry = await startTelemetry({ serviceName: 'x', serviceVersion: '0', metrics: true })
  let reads = 0
  let nowMs = 0
  const read = () => {
    reads += 1
    const waiting = reads * 10
    return {
      potentialPosts: waiting,
      approvedPosts: 2,
      oldestPotentialMs: 90_000,
      queues: [{ bot: 'curator', queue: 'drafts', depth: waiting }],
      tables: [{ table: 'drafts', rows: 100 }],
      costTodayUsd: 0.5,
      costThisMonthUsd: 7,
      databaseBytes: 4_096,
      walBytes: 0,
    }
  }
  const end = observeStore(read, () => nowMs, 15_000)
  const value = async (name: string, labels: Record<string, string> = {}) =>
    sampleValue(parsePrometheus(await telemetry.metricsText()), name, labels)

  expect(await value('botticelli_potential_posts_size')).toBe(10)
  expect(await value('botticelli_approved_posts_size')).toBe(2)
  expect(await value('botticelli_pipeline_oldest_age_seconds', { stage: 'generated' })).toBe(90)
  expect(await value('botticelli_pipeline_oldest_age_seconds', { stage: 'approved' })).toBeUndefined()
  expect(await value('botticelli_bot_queue_depth', { bot: 'curator', queue: 'drafts' })).toBe(10)
  expect(await value('botticelli_table_rows', { table: 'drafts' })).toBe(100)
  expect(await value('botticelli_daily_cost_dollars')).toBe(0.5)
  expect(await value('botticelli_monthly_cost_dollars')).toBe(7)
  expect(await value('botticelli_db_size_bytes')).toBe(4_096)
  expect(await value('botticelli_db_wal_size_bytes')).toBe(0)
  nowMs = 14_999
  expect(await value('botticelli_potential_posts_size')).toBe(10)
  expect(reads).toBe(1)
  nowMs = 15_000
  expect(await value('botticelli_potential_posts_size')).toBe(20)
  expect(reads).toBe(2)
  end()
  expect(await value('botticelli_potential_posts_size')).toBeUndefined()
  await telemetry.shutdown()
})

test('a call of the store that takes long is a span', async () => {
  const recordQuery = queryRecorder(5)
  const receiver = await startOtlpReceiver()
  const telemetry = await startTelemetry({ serviceName: 'x', serviceVersion: '0', otlpEndpoint: receiver.url })
  recordQuery('content.list', 40, {})
  inSpan('act a', {}, () => {
    recordQuery('journal.begin', 1, {})
    recordQuery('journal.complete', 40, { transaction: 'commit' })
    recordQuery('content.insert', 40, { transaction: 'rollback', error: new Error('no room') })
  })
  await telemetry.shutdown()
  const calls = receiver.spans().filter(({ name }) => name.startsWith('store '))
  expect(calls.map(({ name, status }) => [name, status])).toEqual([
    ['store journal.complete', 'unset'],
    ['store content.insert', 'error'],
  ])
  expect(calls[0]).toMatchObject({ kind: 'client', attributes: { 'db.operation.name': 'journal.complete' } })
  expect(Number(calls[0]!.endedAt - calls[0]!.startedAt) / 1e6).toBeGreaterThanOrEqual(39)
  await receiver.close()
})
