import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterEach, describe, expect, test } from 'vitest'
import { createDiscord } from '../../platforms/discord/discord.ts'
import { startDiscordDouble } from '../../platforms/discord-double.ts'
import type { Command, Platform } from '../../platforms/platform.ts'
import { createPlatforms } from '../../platforms/platforms.ts'
import { startInstruments } from '../../telemetry/instruments.ts'
import { errorOf } from './run-command.ts'

const options = { signal: new AbortController().signal, idempotencyKey: 'key' }
const read: Command = { platform: 'counting', command: 'read', args: { b: 1, a: [2] } }

/** Counts how often it is called, and answers the count. */
function counting(): Platform & { calls: number } {
  const platform = {
    name: 'counting',
    commands: ['read', 'write'],
    calls: 0,
    inDoubt: () => 'repeat' as const,
    effectOf: (command: string) =>
      command === 'read' || command === 'write' ? (command as 'read' | 'write') : undefined,
    async execute({ args }: Command) {
      platform.calls += 1
      if (args.fail === true) throw new Error('failed')
      return { result: platform.calls, dryRun: false }
    },
  }
  return platform
}

describe('the read cache', () => {
  test('answers the same question once, until it is too old', async () => {
    let now = 0
    const platforms = createPlatforms({ platforms: [counting()], now: () => now })
    const ask = async (cacheSeconds?: number, args = read.args) =>
      (await platforms.execute({ ...read, args }, { ...options, ...(cacheSeconds !== undefined && { cacheSeconds }) }))
        .result
    expect(await ask()).toBe(1)
    expect(await ask(300, { a: [2], b: 1 })).toBe(1)
    expect(await ask(300, { a: [2], b: 2 })).toBe(2)
    now = 299_999
    expect(await ask()).toBe(1)
    now = 300_000
    expect(await ask()).toBe(3)
    expect(await ask(0)).toBe(4)
  })

  test('never answers a write, and keeps no failure', async () => {
    const platform = counting()
    const platforms = createPlatforms({ platforms: [platform], now: () => 0 })
    for (const command of ['write', 'write']) await platforms.execute({ ...read, command }, options)
    for (let i = 0; i < 2; i += 1) {
      await expect(platforms.execute({ ...read, args: { fail: true } }, options)).rejects.toThrow('failed')
    }
    expect(platform.calls).toBe(4)
  })

  test('forgets the longest unused answer first', async () => {
    const platform = counting()
    const platforms = createPlatforms({ platforms: [platform], cacheCapacity: 2, now: () => 0 })
    const ask = async (n: number) => (await platforms.execute({ ...read, args: { n } }, options)).result
    await ask(1)
    await ask(2)
    await ask(1)
    await ask(3)
    expect([await ask(1), await ask(3)]).toEqual([1, 3])
    expect(await ask(2)).toBe(4)
  })
})

describe('names', () => {
  const discord = createDiscord({ posting: 'dry-run', now: () => 0 })
  const platforms = createPlatforms({ platforms: [discord], now: () => 0 })

  test.for([
    ['message.send', 'write'],
    ['channel.send_message', 'write'],
    ['channels.send_message', 'write'],
    ['channels.create_message', 'write'],
    ['channel.create', 'write'],
    ['server.get_info', 'read'],
    ['server.get', 'read'],
    ['guilds.get', 'read'],
    ['server.something_else', undefined],
  ])('%s is a %s', ([command, effect]) => {
    expect(platforms.effectOf({ platform: 'discord', command: command!, args: {} })).toBe(effect)
  })

  test('an alias is carried out', async () => {
    const command = { platform: 'discord', command: 'message.send', args: { channel_id: '1', content: 'x' } }
    expect(await platforms.execute(command, options)).toMatchObject({ dryRun: true, result: { content: 'x' } })
  })

  test('an unknown command or platform is told the nearest known one', async () => {
    const unknown = await errorOf(
      platforms.execute({ platform: 'discord', command: 'mesages.sent', args: {} }, options),
    )
    expect(unknown).toMatchObject({ code: 'unknown-command' })
    expect(unknown.message).toContain("Did you mean 'messages.send'?")
    const place = await errorOf(platforms.execute({ platform: 'discrod', command: 'messages.send', args: {} }, options))
    expect(place).toMatchObject({ code: 'unknown-platform' })
    expect(place.message).toContain("Did you mean 'discord'?")
  })
})

describe('telemetry', () => {
  afterEach(() => {
    trace.disable()
    context.disable()
    propagation.disable()
  })

  test('a command is a span, its request a span below it, and the trace goes along', async () => {
    const exporter = new InMemorySpanExporter()
    const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
    provider.register({ propagator: new W3CTraceContextPropagator() })
    await using double = await startDiscordDouble({ faults: [{ is: 'rate-limit', retryAfterMs: 10 }] })
    const platforms = live(double.url)
    await platforms.execute(send(String(double.channels()[0]!.id)), options)

    const spans = exporter.getFinishedSpans()
    const command = spans.find(({ name }) => name === 'discord messages.send')!
    expect(command).toMatchObject({
      kind: SpanKind.CLIENT,
      attributes: {
        'botticelli.platform': 'discord',
        'botticelli.command': 'messages.send',
        'botticelli.dry_run': false,
      },
    })
    const requests = spans.filter(({ name }) => name === 'POST discord /channels/{channel_id}/messages')
    expect(requests.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([429, 200])
    expect(requests[1]!.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.request.resend_count': 1,
      'server.address': '127.0.0.1',
      'url.template': '/channels/{channel_id}/messages',
    })
    expect(requests[1]!.parentSpanContext?.spanId).toBe(command.spanContext().spanId)
    const { traceId, spanId } = requests[1]!.spanContext()
    expect(double.requests[1]!.headers.traceparent).toBe(`00-${traceId}-${spanId}-01`)
    expect(JSON.stringify(spans.map(({ attributes, events }) => [attributes, events]))).not.toContain('secret-token')
  })

  test('what is published, fails and takes time is counted', async () => {
    const recorded = startInstruments()
    await using double = await startDiscordDouble()
    const platforms = live(double.url)
    const command = send(String(double.channels()[0]!.id))
    await platforms.execute(command, { ...options, bot: 'poster' })
    double.fail({ is: 'status', status: 403 })
    await errorOf(platforms.execute(command, { ...options, idempotencyKey: 'other' }))
    const metrics = [...recorded.read()]
    recorded.stop()
    const points = (name: string) =>
      metrics.find((metric) => metric.name === name)?.points.map(({ attributes }) => attributes) ?? []
    expect(points('botticelli.content.published')).toContainEqual({ platform: 'discord', bot: 'poster' })
    expect(points('botticelli.content.publish_failures')).toContainEqual({
      platform: 'discord',
      error_type: 'discord-forbidden',
    })
    expect(points('gen_ai.execute_tool.duration')).toContainEqual({ 'gen_ai.tool.name': 'discord.messages.send' })
    expect(points('http.client.request.duration')).toContainEqual({
      'http.request.method': 'POST',
      'server.address': '127.0.0.1',
      'http.response.status_code': '200',
    })
  })
})

function live(apiUrl: string) {
  const discord = createDiscord({ token: 'secret-token', apiUrl, posting: 'live', now: Date.now })
  return createPlatforms({ platforms: [discord], now: Date.now })
}

function send(channel_id: string): Command {
  return { platform: 'discord', command: 'messages.send', args: { channel_id, content: 'Hello' } }
}
