import { execFileSync, spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { INSTRUMENTS, type InstrumentEntry } from '../../telemetry/instrument-table.ts'
import { begin, count, observe, record } from '../../telemetry/instruments.ts'
import { exposedName } from '../../telemetry/prometheus.ts'
import { startTelemetry, type Telemetry } from '../../telemetry/telemetry.ts'
import { exerciseAll } from './exercise.ts'
import { parsePrometheus, sampleValue } from './prometheus-text.ts'

let telemetry: Telemetry
const read = async () => parsePrometheus(await telemetry.metricsText())

beforeEach(async () => {
  telemetry = await startTelemetry({ serviceName: 'botticelli-test', serviceVersion: '1.2.3', metrics: true })
})
afterEach(() => telemetry.shutdown())

test.for<[name: string, unit: string, kind: 'counter' | 'gauge' | 'histogram', exposed: string]>([
  ['botticelli.bot.executions', '{execution}', 'counter', 'botticelli_bot_executions_total'],
  ['botticelli.bot.duration', 's', 'histogram', 'botticelli_bot_duration_seconds'],
  ['botticelli.llm.cost.usd', '{USD}', 'counter', 'botticelli_llm_cost_usd_total'],
  ['botticelli.db.size', 'By', 'gauge', 'botticelli_db_size_bytes'],
  ['botticelli.state.write', 'By', 'counter', 'botticelli_state_write_bytes_total'],
  ['botticelli.rate_limit.remaining', '1', 'gauge', 'botticelli_rate_limit_remaining_ratio'],
  ['process.cpu.time', 's', 'counter', 'process_cpu_time_seconds_total'],
  ['botticelli.daily_cost_dollars', '{USD}', 'gauge', 'botticelli_daily_cost_dollars'],
  ['botticelli.bot.last_success_timestamp', '', 'gauge', 'botticelli_bot_last_success_timestamp'],
  ['already.seconds', 's', 'gauge', 'already_seconds'],
  ['already.total', '', 'counter', 'already_total'],
  ['total.first', '', 'counter', 'first_total'],
  ['2nd..name', '', 'gauge', '_2nd_name'],
])('%s in %j as a %s is %s', ([name, unit, kind, exposed]) => {
  expect(exposedName(name, unit, kind)).toBe(exposed)
})

describe('the text', () => {
  test('holds every instrument of the table, in a form that a strict parser takes', async () => {
    const end = exerciseAll()
    const families = await read()
    end()
    for (const [name, entry] of Object.entries(INSTRUMENTS) as [string, InstrumentEntry][]) {
      const kind = entry.kind.replace('observable-', '') as 'counter' | 'gauge' | 'histogram'
      const family = families.get(exposedName(name, entry.unit, kind))
      expect([name, family?.type, family?.help]).toEqual([name, kind, entry.help])
    }
  })

  test('keeps quotes, backslashes and line ends of a label', async () => {
    const model = 'a "b" \\ c\nd'
    count('botticelli.llm.unpriced_requests', { model }, 3)
    expect(sampleValue(await read(), 'botticelli_llm_unpriced_requests_total', { model })).toBe(3)
  })

  test('has cumulative buckets, a sum and a count', async () => {
    for (const seconds of [0.01, 0.2, 0.2, 500]) {
      record('botticelli.act.duration', seconds, { act_type: 'prompt', outcome: 'ok' })
    }
    const families = await read()
    const at = (le: string) =>
      sampleValue(families, 'botticelli_act_duration_seconds_bucket', { act_type: 'prompt', outcome: 'ok', le })
    expect([at('0.005'), at('0.01'), at('0.1'), at('0.25'), at('120'), at('+Inf')]).toEqual([0, 1, 1, 3, 3, 4])
    const labels = { act_type: 'prompt', outcome: 'ok' }
    expect(sampleValue(families, 'botticelli_act_duration_seconds_sum', labels)).toBeCloseTo(500.41)
    expect(sampleValue(families, 'botticelli_act_duration_seconds_count', labels)).toBe(4)
  })

  test('has counters with closed labels from the beginning, at 0', async () => {
    const families = await read()
    expect(sampleValue(families, 'botticelli_db_transactions_total', { outcome: 'rollback' })).toBe(0)
    expect(sampleValue(families, 'botticelli_conversation_messages_total', { role: 'user' })).toBe(0)
    count('botticelli.content.published', { platform: 'discord', bot: 'poster' }, 0)
    expect(
      sampleValue(await read(), 'botticelli_content_published_total', { platform: 'discord', bot: 'poster' }),
    ).toBe(0)
  })

  test('has histograms with closed labels from the beginning, and others once they are begun', async () => {
    const families = await read()
    const stage = 'end_to_end'
    expect(sampleValue(families, 'botticelli_pipeline_latency_seconds_count', { stage })).toBe(0)
    expect(sampleValue(families, 'botticelli_pipeline_latency_seconds_bucket', { stage, le: '+Inf' })).toBe(0)
    expect(families.get('botticelli_narrative_duration_seconds')).toBeUndefined()
    const labels = { narrative: 'post', outcome: 'ok' } as const
    begin('botticelli.narrative.duration', labels)
    expect(sampleValue(await read(), 'botticelli_narrative_duration_seconds_count', labels)).toBe(0)
    record('botticelli.narrative.duration', 2, labels)
    expect(sampleValue(await read(), 'botticelli_narrative_duration_seconds_sum', labels)).toBe(2)
  })

  test('says what runs, once', async () => {
    const families = await read()
    expect(families.get('target_info')?.samples).toHaveLength(1)
    expect(families.get('target_info')?.samples[0]?.labels).toMatchObject({
      service_name: 'botticelli-test',
      service_version: '1.2.3',
      process_runtime_name: 'nodejs',
    })
    expect(families.get('botticelli_build_info')?.samples[0]?.labels).toMatchObject({ version: '1.2.3' })
    for (const [name, { samples }] of families) {
      if (name === 'target_info') continue
      expect(samples.flatMap(({ labels }) => Object.keys(labels)).filter((label) => label.startsWith('otel_'))).toEqual(
        [],
      )
    }
  })

  test('stays bounded when a label is not', async () => {
    for (let i = 0; i < 5_000; i++) count('botticelli.llm.unpriced_requests', { model: `model-${i}` })
    const samples = (await read()).get('botticelli_llm_unpriced_requests_total')?.samples ?? []
    expect(samples).toHaveLength(2_000)
    expect(samples.find(({ labels }) => labels.otel_metric_overflow === 'true')?.value).toBe(3_001)
  })

  const promtool = spawnSync('promtool', ['--version']).status === 0
  test.skipIf(!promtool)('pleases promtool', async () => {
    const end = exerciseAll()
    const text = await telemetry.metricsText()
    end()
    execFileSync('promtool', ['check', 'metrics'], { input: text })
  })
})

describe('observing', () => {
  test('reads all sources, and only as long as they are there', async () => {
    const end = observe('botticelli.llm.inflight', () => [{ value: 2, labels: { provider: 'a' } }])
    const endOther = observe('botticelli.llm.inflight', () => [{ value: 5, labels: { provider: 'b' } }])
    let families = await read()
    expect(sampleValue(families, 'botticelli_llm_inflight', { provider: 'a' })).toBe(2)
    expect(sampleValue(families, 'botticelli_llm_inflight', { provider: 'b' })).toBe(5)
    end()
    families = await read()
    expect(sampleValue(families, 'botticelli_llm_inflight', { provider: 'a' })).toBeUndefined()
    expect(sampleValue(families, 'botticelli_llm_inflight', { provider: 'b' })).toBe(5)
    endOther()
  })

  test('a source that throws does not cost the others', async () => {
    const ends = [
      observe('botticelli.llm.inflight', () => {
        throw new Error('no')
      }),
      observe('botticelli.llm.inflight', () => [{ value: 1, labels: { provider: 'b' } }]),
    ]
    expect(sampleValue(await read(), 'botticelli_llm_inflight', { provider: 'b' })).toBe(1)
    for (const end of ends) end()
  })

  test('a label that is undefined is a label left out', async () => {
    record('gen_ai.execute_tool.duration', 1, { 'gen_ai.tool.name': 't', 'error.type': undefined })
    record('gen_ai.execute_tool.duration', 1, { 'gen_ai.tool.name': 't' })
    const labels = { gen_ai_tool_name: 't' }
    expect(sampleValue(await read(), 'gen_ai_execute_tool_duration_seconds_count', labels)).toBe(2)
  })
})

test('wrong names, labels and values do not compile', () => {
  // @ts-expect-error no such instrument
  count('botticelli.bot.execution', {})
  // @ts-expect-error a histogram is not counted
  count('botticelli.bot.duration', { bot_type: 'custom', outcome: 'ok' })
  // @ts-expect-error a label is missing
  count('botticelli.llm.requests', { provider: 'p', outcome: 'ok' })
  // @ts-expect-error no such label
  record('botticelli.metrics.scrape.duration', 1, { table: 't' })
  // @ts-expect-error no such outcome
  count('botticelli.llm.requests', { provider: 'p', model: 'm', outcome: 'failed' })
  // @ts-expect-error a counter is not observed
  observe('botticelli.db.transactions', () => [])()
})

test('the process shows itself', async () => {
  const families = await read()
  expect(sampleValue(families, 'process_resident_memory_bytes')).toBeGreaterThan(10_000_000)
  expect(sampleValue(families, 'process_cpu_time_seconds_total', { cpu_mode: 'user' })).toBeGreaterThan(0)
  expect(sampleValue(families, 'process_start_time_seconds')).toBeGreaterThan(1_700_000_000)
  expect(sampleValue(families, 'nodejs_eventloop_utilization_ratio')).toBeGreaterThanOrEqual(0)
  expect(sampleValue(families, 'v8js_memory_heap_used_bytes', { v8js_heap_space_name: 'old_space' })).toBeGreaterThan(0)
})
