// Single pieces of telemetry: what one span, count, log line and message hop cost, off and on, in nanoseconds.

import { createMachine } from 'xstate'
import { startSystem } from '../supervisor/index.ts'
import { count, record } from '../telemetry/instruments.ts'
import { log } from '../telemetry/log.ts'
import { inSpan } from '../telemetry/spans.ts'
import { startTelemetry } from '../telemetry/telemetry.ts'

const BATCH = 2_000
const BATCHES = 15
const WARM_UP = 5

/** @param endpoint of an OTLP receiver that takes everything */
export async function measureSingles(endpoint: string): Promise<Record<string, number>> {
  const costs: Record<string, number> = {}
  await measureAll('off')
  const telemetry = await startTelemetry({
    serviceName: 'bench',
    serviceVersion: '0',
    otlpEndpoint: endpoint,
    metrics: true,
    log: { level: 'info', format: 'json', destination: { write: () => true } },
  })
  await measureAll('on')
  await telemetry.shutdown()
  return costs

  async function measureAll(state: 'off' | 'on') {
    for (const [what, work] of Object.entries(PIECES)) costs[`${what}, ${state}`] = nanoseconds(work)
    costs[`message hop, ${state}`] = await hop()
  }
}

const PIECES: Readonly<Record<string, () => void>> = {
  span: () => inSpan('act bench', { attributes: { 'botticelli.act.name': 'bench' } }, () => {}),
  counter: () => count('botticelli.llm.tokens', { provider: 'p', model: 'm', type: 'input' }, 7),
  histogram: () => record('botticelli.act.duration', 0.05, { act_type: 'model', outcome: 'ok' }),
  'log line': () => log('content.generated', { table: 't', count: 5, narrative: 'n', bot: 'b' }),
}

function nanoseconds(work: () => void): number {
  return perPiece(
    Array.from({ length: BATCHES }, () => {
      const begun = process.hrtime.bigint()
      for (let n = 0; n < BATCH; n += 1) work()
      return Number(process.hrtime.bigint() - begun)
    }),
  )
}

/** From `tell` to handled, sent inside a span. */
async function hop(): Promise<number> {
  const logic = createMachine({
    initial: 'on',
    states: { on: { tags: 'ready', on: { ping: { target: 'on', reenter: true } } } },
  })
  const one = { id: 'one', kind: 'bench', start: () => ({ logic }) }
  const system = await startSystem({ id: '', strategy: 'one_for_one', children: [one] })
  const times: number[] = []
  for (let sent = 0; sent < BATCHES * BATCH; ) {
    const begun = process.hrtime.bigint()
    const end = sent + BATCH
    while (sent < end) {
      inSpan('act bench', {}, () => {
        for (let n = 0; n < 100; n += 1, sent += 1) system.tell('/one', { type: 'ping' })
      })
      while (system.record('/one')!.handled < sent) await new Promise(setImmediate)
    }
    times.push(Number(process.hrtime.bigint() - begun))
  }
  await system.stop()
  return perPiece(times)
}

function perPiece(times: readonly number[]): number {
  const steady = times.slice(WARM_UP).toSorted((a, b) => a - b)
  return steady[steady.length >> 1]! / BATCH
}
