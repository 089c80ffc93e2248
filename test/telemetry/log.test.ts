import { threadId } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { BotticelliError } from '../../errors.ts'
import { type LogOptions, log, logLevels, repeatsLeftOut, setLogLevel, startLog, stopLog } from '../../telemetry/log.ts'
import { COMMON_FIELDS, LOG_EVENTS } from '../../telemetry/log-event-table.ts'
import { openRepeats } from '../../telemetry/repeats.ts'
import { inSpan } from '../../telemetry/spans.ts'
import { withLogFields } from '../../telemetry/surroundings.ts'
import { startTelemetry } from '../../telemetry/telemetry.ts'
import { currentTraceContext, traceIdOf } from '../../telemetry/trace-context.ts'
import { SECRETS } from './secrets.ts'

afterEach(stopLog)

async function captured(options: Partial<LogOptions> = {}) {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  await startLog({ level: 'trace', format: 'json', ...options, destination: options.destination ?? destination })
  return { lines, records: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

describe('as JSON', () => {
  test('a line carries the standard fields and its own', async () => {
    const { lines, records } = await captured({ base: { service: 'botticelli' } })
    log('content.generated', { table: 'drafts', count: 3, bot: 'generator', act: undefined })
    expect(lines[0]?.endsWith('\n')).toBe(true)
    expect(records()).toEqual([
      {
        level: 'INFO',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        service: 'botticelli',
        event: 'content.generated',
        target: 'content',
        table: 'drafts',
        count: 3,
        bot: 'generator',
        message: 'Generated new content',
      },
    ])
  })

  test('an error keeps its code, its cause and its stack', async () => {
    const { records } = await captured()
    const err = new BotticelliError('bad-type', 'No number.', { cause: new Error('deeper') })
    log('act.failed', { act: 'draft', err, will_retry: true })
    expect(records()[0]).toMatchObject({
      level: 'WARN',
      err: {
        type: 'BotticelliError',
        code: 'bad-type',
        message: 'No number.',
        stack: expect.stringContaining('log.test.ts'),
        cause: { message: 'deeper' },
      },
    })
  })

  test('what work is bound to stands in all of its lines, over awaits, and the inner and the own field wins', async () => {
    const { records } = await captured()
    await withLogFields({ bot: 'writer', execution: 'e1' }, async () => {
      await Promise.resolve()
      withLogFields({ act: 'draft' }, () => log('db.slow', { name: 'a', duration_ms: 1 }))
      log('bot.paused', { bot: 'other', reason: 'by hand' })
    })
    log('db.slow', { name: 'b', duration_ms: 1 })
    const [inside, own, outside] = records()
    expect(inside).toMatchObject({ bot: 'writer', execution: 'e1', act: 'draft' })
    expect(own).toMatchObject({ bot: 'other', execution: 'e1' })
    expect(outside).not.toHaveProperty('bot')
  })

  test('thread, source and span are in a line where they are wanted, and nowhere else', async () => {
    const lines: string[] = []
    const destination = { write: (line: string) => lines.push(line) }
    const telemetry = await startTelemetry({
      serviceName: 'x',
      serviceVersion: '0',
      otlpEndpoint: 'http://127.0.0.1:9',
      shutdownMs: 50,
      log: { level: 'info', format: 'json', destination, extras: ['thread', 'source', 'span'] },
    })
    inSpan('act a', { attributes: { 'botticelli.act.type': 'model', api_key: SECRETS[0]![1] } }, () =>
      log('bot.resumed', { bot: 'b' }),
    )
    log('bot.resumed', { bot: 'b' })
    await telemetry.shutdown()
    const [inside, outside] = lines.map((line) => JSON.parse(line))
    const source = { file: 'test/telemetry/log.test.ts', line: expect.any(Number) }
    expect(inside).toMatchObject({ source, span: { name: 'act a', 'botticelli.act.type': 'model' } })
    expect(inside.thread_id).toEqual(threadId)
    expect(inside.source.line).toBeLessThan(outside.source.line)
    expect(lines[0]).not.toContain(SECRETS[0]![1])
    expect(outside).not.toHaveProperty('span')
    const { records } = await captured()
    log('bot.resumed', { bot: 'b' })
    for (const field of ['thread_id', 'source', 'span']) expect(records()[0]).not.toHaveProperty(field)
  })

  test('a line inside a span carries its ids', async () => {
    const lines: string[] = []
    const telemetry = await startTelemetry({
      serviceName: 'x',
      serviceVersion: '0',
      otlpEndpoint: 'http://127.0.0.1:9',
      sampleRatio: 0,
      shutdownMs: 50,
      log: { level: 'info', format: 'json', destination: { write: (line) => lines.push(line) } },
    })
    const context = inSpan('act a', {}, () => {
      log('bot.resumed', { bot: 'b' })
      return currentTraceContext()
    })
    log('bot.resumed', { bot: 'b' })
    await telemetry.shutdown()
    const [inside, outside] = lines.map((line) => JSON.parse(line))
    expect(inside.trace_id).toBe(traceIdOf(context?.traceparent))
    expect(context?.traceparent).toContain(inside.span_id)
    expect(outside).not.toHaveProperty('trace_id')
  })
})

test.for(SECRETS)('no line holds %s', async ([, secret, text]) => {
  const { lines } = await captured()
  log('narrative.failed', { narrative: 'n', err: new Error(text, { cause: new Error(text) }) })
  log('table.warning', { narrative: 'n', act: 'a', table: 't', warning: text })
  log('json.repaired', { act: text, repairs: [{ deep: { er: [text] } }] })
  expect(lines).toHaveLength(3)
  for (const line of lines) expect(line).not.toContain(JSON.stringify(secret).slice(1, -1))
})

describe('levels', () => {
  test('are kept, and may differ by target', async () => {
    const { records } = await captured({ level: 'warn', levels: { llm: 'debug', db: 'silent' } })
    log('bot.resumed', { bot: 'b' })
    log('bot.paused', { bot: 'b', reason: 'budget' })
    log('llm.unpriced', { provider: 'p', model: 'm' })
    log('llm.request', { provider: 'p', model: 'm' })
    log('db.slow', { name: 'q', duration_ms: 9 })
    expect(records().map(({ event }) => event)).toEqual(['bot.paused', 'llm.unpriced', 'llm.request'])
  })

  test('silent is silent, and so is a log that has not begun or has ended', async () => {
    log('narrative.failed', { narrative: 'n', err: new Error('early') })
    const { lines } = await captured({ level: 'silent' })
    log('narrative.failed', { narrative: 'n', err: new Error('no') })
    expect(lines).toEqual([])
    const { lines: later } = await captured()
    stopLog()
    log('narrative.failed', { narrative: 'n', err: new Error('late') })
    expect(later).toEqual([])
  })
})

describe('levels that change while it runs', () => {
  test('are those of one target, or of all that have none of their own', async () => {
    const { records } = await captured({ level: 'info', levels: { db: 'warn' } })
    log('llm.request', { provider: 'p', model: 'm' })
    setLogLevel('debug', 'llm')
    log('llm.request', { provider: 'p', model: 'm' })
    setLogLevel('error')
    log('bot.resumed', { bot: 'b' })
    log('db.slow', { name: 'q', duration_ms: 9 })
    expect(records().map(({ event }) => event)).toEqual(['llm.request', 'db.slow'])
    expect(logLevels()).toEqual({ level: 'error', levels: { db: 'warn', llm: 'debug' } })
  })
})

describe('lines that come again and again', () => {
  test('are written five times, then counted', async () => {
    const { records } = await captured()
    const before = repeatsLeftOut()
    for (let n = 0; n < 20; n++) log('bot.failed', { bot: 'b', err: new Error('down') })
    log('bot.failed', { bot: 'other', err: new Error('down') })
    for (let n = 0; n < 20; n++) log('bot.resumed', { bot: 'b' })
    const of = (event: string) => records().filter((record) => record.event === event)
    expect(of('bot.failed')).toHaveLength(6)
    expect(of('bot.resumed')).toHaveLength(20)
    expect(repeatsLeftOut() - before).toBe(15)
  })

  test('say afterwards how many were left out', () => {
    let nowMs = 0
    const repeats = openRepeats(() => nowMs)
    const taken = Array.from({ length: 8 }, () => repeats.take('k'))
    expect(taken).toEqual([0, 0, 0, 0, 0, undefined, undefined, undefined])
    expect(repeats.take('another')).toBe(0)
    nowMs = 10_000
    expect(repeats.take('k')).toBe(3)
    expect(repeats.take('k')).toBe(0)
  })
})

test('of the details a share can be written', async () => {
  const chances = [0.5, 0.1, 0.3]
  const { records } = await captured({ level: 'trace', detailRatio: 0.2, random: () => chances.shift() ?? 0 })
  for (const name of ['a', 'b', 'c']) log('db.query', { name, duration_ms: 1 })
  log('bot.resumed', { bot: 'b' })
  expect(records().map(({ event, name }) => name ?? event)).toEqual(['b', 'bot.resumed'])
})

test('a destination that fails does not hurt who logs', async () => {
  await captured({
    destination: {
      write() {
        throw new Error('EPIPE')
      },
    },
  })
  expect(() => log('bot.resumed', { bot: 'b' })).not.toThrow()
})

describe('for a person', () => {
  const clock = /^\d\d:\d\d:\d\d\.\d{3} /

  test('a line has time, level, message and fields', async () => {
    const { lines } = await captured({ format: 'pretty' })
    log('bot.run_completed', { bot: 'curator', outcome: 'ok', duration_ms: 12 })
    expect(lines[0]).toMatch(clock)
    expect(lines[0]?.replace(clock, '')).toBe('INFO  Bot run completed  bot=curator outcome=ok duration_ms=12\n')
  })

  test('control characters come out as escapes', async () => {
    const { lines } = await captured({ format: 'pretty' })
    log('table.warning', { narrative: 'n', act: 'a', table: 't', warning: 'a\u001b[2Jb\r\n\u0007' })
    expect(lines[0]?.replace(clock, '')).toContain('warning="a\\u001b[2Jb\\r\\n\\u0007"\n')
  })

  test('an error of level ERROR comes with its stack, one of WARN without', async () => {
    const { lines } = await captured({ format: 'pretty' })
    log('narrative.failed', { narrative: 'n', err: new Error('broken') })
    log('act.failed', { act: 'a', err: new Error('broken') })
    expect(lines[0]).toMatch(/err=broken\n +at .*log\.test\.ts/)
    expect(lines[1]?.trimEnd().split('\n')).toHaveLength(1)
  })

  test('colours are there when asked for, and only then', async () => {
    const { lines } = await captured({ format: 'pretty', colors: true })
    log('bot.resumed', { bot: 'b' })
    expect(lines[0]).toContain('\u001b[32m')
    const { lines: plain } = await captured({ format: 'pretty' })
    log('bot.resumed', { bot: 'b' })
    expect(plain[0]).not.toContain('\u001b')
  })
})

test('wrong events and fields do not compile', () => {
  // @ts-expect-error no such event
  log('bot.exploded', {})
  // @ts-expect-error a field is missing
  log('bot.paused', { bot: 'b' })
  // @ts-expect-error of the wrong type
  log('db.slow', { name: 'q', duration_ms: '9' })
  // @ts-expect-error no such field
  log('bot.resumed', { bot: 'b', colour: 'red' })
})

test('the table is in order', () => {
  const reserved = ['level', 'timestamp', 'message', 'event', 'target', 'trace_id', 'span_id', 'type']
  for (const [name, { message, fields }] of Object.entries(LOG_EVENTS)) {
    expect(name).toMatch(/^[a-z]+\.[a-z_]+$/)
    expect(message).toMatch(/^[A-Z].*[^.]$/)
    for (const field of Object.keys({ ...fields, ...COMMON_FIELDS })) {
      expect(field).toMatch(/^[a-z]+(_[a-z]+)*\??$/)
      expect(reserved).not.toContain(field.replace('?', ''))
    }
  }
})
