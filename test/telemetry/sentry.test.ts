import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BotticelliError } from '../../errors.ts'
import { log } from '../../telemetry/log.ts'
import { inSpan } from '../../telemetry/spans.ts'
import { startTelemetry, type Telemetry } from '../../telemetry/telemetry.ts'
import { startOtlpReceiver } from './otlp-receiver.ts'
import { parsePrometheus, sampleValue } from './prometheus-text.ts'
import { SECRETS } from './secrets.ts'
import { startWebhookServer, type WebhookServer } from './webhook-server.ts'

let server: WebhookServer
let telemetry: Telemetry | undefined
const lines: Record<string, unknown>[] = []
beforeEach(async () => {
  lines.length = 0
  server = await startWebhookServer()
})
afterEach(async () => {
  await telemetry?.shutdown()
  await server[Symbol.asyncDispose]()
})

const dsn = () => server.url.replace(/\/\/([^/]+)\/.*/, '//publickey@$1/sub/42')

async function start(options: object = {}) {
  telemetry = await startTelemetry({
    serviceName: 'bots',
    serviceVersion: '1.2.3',
    environment: 'staging',
    sentryDsn: dsn(),
    shutdownMs: 2_000,
    log: { level: 'silent', format: 'json', destination: { write: (line) => lines.push(JSON.parse(line)) } },
    ...options,
  })
  return telemetry
}

/** An envelope as Sentry reads it: a header, and an item with its own, which tells its length in bytes. */
function decode(envelope: string) {
  const [header = '', item = '', ...rest] = envelope.split('\n')
  const { type, length } = JSON.parse(item)
  const payload = Buffer.from(rest.join('\n')).subarray(0, length).toString()
  return { header: JSON.parse(header), type, event: JSON.parse(payload) }
}
const events = () => server.requests.map(({ body }) => decode(body).event)

const fail = (bot: string, err: unknown = new BotticelliError('model-auth', 'The key of "Ann" was refused.')) =>
  log('narrative.failed', { narrative: 'post', bot, execution: '01J', err })

test('an error goes out as an envelope, with trace, bot, act and release', async () => {
  await using receiver = await startOtlpReceiver()
  await start({ otlpEndpoint: receiver.url })
  const cause = new TypeError('x is not a function: "Dear Ann"')
  const err = new BotticelliError('model-auth', 'The key of "Ann" was refused.', { cause })
  inSpan('act publish', {}, () => log('narrative.failed', { narrative: 'post', act: 'publish', bot: 'poster', err }))
  await telemetry!.shutdown()

  const [request] = server.requests
  expect(request?.path).toBe('/sub/api/42/envelope/')
  expect(request?.headers['content-type']).toBe('application/x-sentry-envelope')
  expect(request?.headers['x-sentry-auth']).toBe(
    'Sentry sentry_version=7, sentry_client=botticelli/1.2.3, sentry_key=publickey',
  )
  const { header, type, event } = decode(request!.body)
  expect([type, header.event_id]).toEqual(['event', event.event_id])
  expect(event.event_id).toMatch(/^[\da-f]{32}$/)
  const [span] = receiver.spans()
  expect(event).toMatchObject({
    platform: 'node',
    level: 'error',
    release: 'botticelli@1.2.3',
    environment: 'staging',
    tags: { event: 'narrative.failed', bot: 'poster', narrative: 'post', act: 'publish', service: 'bots' },
    contexts: { trace: { trace_id: span?.traceId, span_id: span?.spanId } },
  })
  const [inner, outer] = event.exception.values
  expect(inner).toMatchObject({ type: 'TypeError', value: 'x is not a function: "…"' })
  expect(outer.type).toBe('model-auth')
  const last = outer.stacktrace.frames.at(-1)
  expect(last).toMatchObject({ filename: 'app:///test/telemetry/sentry.test.ts', in_app: true })
  expect(last.lineno).toBeGreaterThan(0)
})

test('nothing that a person wrote or a model said gets in, nor anything of the machine', async () => {
  await start()
  fail('b', new BotticelliError('model-malformed-answer', 'Not JSON: Dear Ann, here is the prompt.'))
  log('actor.dead_letter', { actor: '/bots/b', kind: 'bot', message_type: 'run', reason: 'attempts' })
  await telemetry!.shutdown()
  const everything = server.requests.map(({ body }) => body).join()
  expect(everything).not.toContain('Ann')
  expect(everything).not.toContain(process.cwd())
  expect(events()).toHaveLength(2)
  for (const event of events())
    for (const key of ['user', 'server_name', 'request', 'breadcrumbs', 'modules'])
      expect(event).not.toHaveProperty(key)
})

test('secrets in messages of other errors are taken out before Sentry', async () => {
  await start()
  for (const [, , text] of SECRETS) fail(`bot-${text.length}`, new Error(text))
  await telemetry!.shutdown()
  const everything = server.requests.map(({ body }) => body).join()
  for (const [, secret] of SECRETS) expect(everything).not.toContain(JSON.stringify(secret).slice(1, -1))
})

test('warnings stay here, crashes do not', async () => {
  await start()
  log('bot.failed', { bot: 'b', err: new Error('refused') })
  log('actor.crashed', { actor: '/bots/b', kind: 'bot', incarnation: 1, err: new Error('broken') })
  await telemetry!.shutdown()
  expect(events().map(({ tags }) => tags.event)).toEqual(['actor.crashed'])
})

test('of errors that are the same one is sent', async () => {
  await start()
  for (let n = 0; n < 50; n++) fail('same')
  fail('other')
  await telemetry!.shutdown()
  expect(events().map(({ tags }) => tags.bot)).toEqual(['same', 'other'])
})

describe('a Sentry that', () => {
  test('asks to wait is left alone', async () => {
    server.answerWith({ status: 429, retryAfter: '60' })
    await start()
    fail('first')
    await telemetry!.flush()
    fail('second')
    await telemetry!.shutdown()
    expect(server.requests).toHaveLength(1)
  })

  test('refuses or is away costs one line and a count, and bounded memory', async () => {
    await start({
      sentryDsn: 'http://key@127.0.0.1:9/1',
      metrics: true,
      log: { level: 'info', format: 'json', destination: { write: (line: string) => lines.push(JSON.parse(line)) } },
    })
    for (let n = 0; n < 100; n++) fail(`bot-${n}`)
    await telemetry!.flush()
    const families = parsePrometheus(await telemetry!.metricsText())
    expect(sampleValue(families, 'botticelli_error_reports_total', { error_type: 'export_failed' })).toBe(100)
    const told = lines.filter(({ event }) => event === 'telemetry.push_failed')
    expect(told).toMatchObject([{ signal: 'errors', endpoint: 'http://127.0.0.1:9/api/1/envelope/' }])
    expect(JSON.stringify(told)).not.toContain('key@')
  })

  test('hangs keeps neither the caller nor the end', async () => {
    server.answerWith('hang')
    await start({ shutdownMs: 100 })
    const begun = performance.now()
    fail('b')
    expect(performance.now() - begun).toBeLessThan(100)
    await telemetry!.shutdown()
    expect(performance.now() - begun).toBeLessThan(2_000)
  })
})

test('without a DSN none of it is loaded', () => {
  const program = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ resolve: (name, context, next) => { loaded.push(name); return next(name, context) } })
    const { startTelemetry } = await import('./telemetry/telemetry.ts')
    await startTelemetry({ serviceName: 'x', serviceVersion: '0' })
    console.log(JSON.stringify(loaded))
  `
  const root = new URL('../..', import.meta.url)
  const stdout = execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: root })
  const loaded: string[] = JSON.parse(stdout.toString())
  expect(loaded).toContain('./log.ts')
  expect(loaded.filter((name) => name.includes('sentry'))).toEqual([])
})
