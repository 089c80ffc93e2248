import { beforeEach, describe, expect, test } from 'vitest'
import { startLog, stopLog } from '../../telemetry/log.ts'
import type { Condition, Notification } from '../../telemetry/notification.ts'
import { type NotifierOptions, openNotifier } from '../../telemetry/notifier.ts'
import { bodyFor, deliver } from '../../telemetry/notify-channel.ts'
import { until } from '../end-to-end/project.ts'
import { SECRETS } from './secrets.ts'
import { startWebhookServer, type WebhookServer } from './webhook-server.ts'

const sender = { service: 'bots', environment: 'staging', host: 'here' }
const notification: Notification = {
  kind: 'raised',
  severity: 'critical',
  title: 'Bot <b> fails @everyone',
  text: 'Look at *this* & that: [link](http://x).',
  at: 0,
  since: 0,
  condition: 'bot-failing',
  of: 'b',
  facts: { bot: 'b' },
}
const failing: Condition = {
  name: 'bot-failing',
  of: 'b',
  severity: 'critical',
  title: 'Bot b fails',
  text: 'Look.',
  facts: { bot: 'b' },
}

/** Timers that go off at once, and what was asked of them. */
function hurriedTimers() {
  const waits: number[] = []
  const timers = {
    now: () => 0,
    setTimeout: (run: () => void, ms: number) => {
      waits.push(ms)
      return setImmediate(run)
    },
    clearTimeout: (handle: unknown) => clearImmediate(handle as NodeJS.Immediate),
  }
  return { timers, waits }
}

describe('the wire format', () => {
  test('of a webhook is everything as JSON', () => {
    expect(bodyFor('webhook', notification, sender)).toEqual({
      kind: 'raised',
      severity: 'critical',
      condition: 'bot-failing',
      of: 'b',
      title: notification.title,
      text: notification.text,
      at: '1970-01-01T00:00:00.000Z',
      since: '1970-01-01T00:00:00.000Z',
      facts: { bot: 'b' },
      service: 'bots',
      environment: 'staging',
      host: 'here',
    })
  })

  test('of Slack is a text in which nothing is markup', () => {
    const { text } = bodyFor('slack', { ...notification, title: '<!channel>' }, sender)
    expect(text).toBe('*&lt;!channel&gt;*\nLook at *this* &amp; that: [link](http://x).\n_bots · staging · here_')
  })

  test('of Discord is a text that mentions nobody and hides no link', () => {
    const body = bodyFor('discord', notification, sender)
    expect(body).toMatchObject({ allowed_mentions: { parse: [] } })
    expect(body.content).toBe(
      '**Bot \\<b\\> fails @everyone**\nLook at \\*this\\* & that: \\[link\\]\\(http://x\\).\n-# bots · staging · here',
    )
  })

  test.for(['slack', 'discord'] as const)('of %s is cut where it takes no more', (channel) => {
    const body = bodyFor(channel, { ...notification, text: 'long '.repeat(2_000) }, sender)
    expect(String(body.text ?? body.content).length).toBeLessThanOrEqual(channel === 'slack' ? 3_000 : 2_000)
    expect(body.text ?? body.content).toMatch(/…\n(_|-# )bots · staging · here_?$/)
  })

  test.for(['slack', 'discord'] as const)('of %s is never cut within a character or an escape', (channel) => {
    for (let more = 0; more < 8; more += 1) {
      const title = `${'x'.repeat(more)}${'<😀*'.repeat(400)}`
      const body = bodyFor(channel, { ...notification, title, text: title }, sender)
      const written = String(body.text ?? body.content)
      expect(written.isWellFormed()).toBe(true)
      expect(written).not.toMatch(/\\…|&[a-z]*…/)
      expect(written.split('\n')[0]).toMatch(channel === 'slack' ? /^\*.*…\*$/ : /^\*\*.*…\*\*$/)
    }
  })
})

describe('a delivery', () => {
  const to = (server: WebhookServer) => ({ name: 'webhook', url: server.url }) as const
  const signal = new AbortController().signal

  test('is tried again after errors that may pass, longer and longer', async () => {
    await using server = await startWebhookServer()
    server.answerWith(500, 503, { status: 429, retryAfter: '7' })
    const { timers, waits } = hurriedTimers()
    await deliver(to(server), { title: 'x' }, timers, signal)
    expect(server.bodies()).toEqual([{ title: 'x' }])
    expect(waits).toEqual([1_000, 2_000, 7_000])
    expect(server.requests[0]?.headers['content-type']).toBe('application/json')
  })

  test('ends after four attempts', async () => {
    await using server = await startWebhookServer()
    server.answerWith(500, 500, 500, 500, 500)
    const { timers } = hurriedTimers()
    await expect(deliver(to(server), {}, timers, signal)).rejects.toThrow('it answered with status 500')
    expect(server.requests).toHaveLength(4)
  })

  test.for([400, 404, 302])('is not tried again after %i', async (status) => {
    await using server = await startWebhookServer()
    if (status === 302) server.answerWith(302, 302, 302, 302)
    else server.answerWith(status)
    const { timers } = hurriedTimers()
    await expect(deliver(to(server), {}, timers, signal)).rejects.toMatchObject({ code: 'notification-failed' })
    expect(server.requests.every(({ path }) => path !== '/other')).toBe(true)
  })

  test('says nothing of its URL', async () => {
    const { timers } = hurriedTimers()
    const dead = { name: 'webhook', url: 'http://127.0.0.1:9/hooks/abcdefghijklmnop1234' } as const
    const failure = await deliver(dead, {}, timers, signal).catch((thrown: Error) => thrown.message)
    expect(failure).toContain('The webhook took no notification')
    expect(failure).not.toContain('abcdefghijklmnop')
  })
})

describe('the notifier', () => {
  const lines: Record<string, unknown>[] = []
  beforeEach(async () => {
    lines.length = 0
    await startLog({ level: 'info', format: 'json', destination: { write: (line) => lines.push(JSON.parse(line)) } })
    return stopLog
  })

  function open(servers: readonly WebhookServer[], options: Partial<NotifierOptions> = {}) {
    return openNotifier({
      channels: servers.map(({ url }, index) => ({ name: index === 0 ? 'webhook' : 'slack', url })),
      sender,
      timers: hurriedTimers().timers,
      repeatMs: 1_000,
      settleMs: 0,
      mostPerHour: 100,
      mute: [],
      ...options,
    })
  }

  test('tells what comes and goes, each channel in its own way', async () => {
    await using hook = await startWebhookServer()
    await using slack = await startWebhookServer()
    const notifier = open([hook, slack])
    notifier.see([failing])
    notifier.see([failing])
    notifier.see([])
    await Promise.all([hook.gets(2), slack.gets(2)])
    expect(hook.bodies()).toMatchObject([{ kind: 'raised' }, { kind: 'resolved', title: 'Over: Bot b fails' }])
    expect(slack.bodies()[0]?.text).toContain('*Bot b fails*')
    await notifier.close(1_000)
    expect(lines.filter(({ event }) => event === 'notify.sent')).toHaveLength(4)
  })

  test('never waits: a channel that hangs keeps neither the caller nor another channel', async () => {
    await using hanging = await startWebhookServer()
    await using well = await startWebhookServer()
    hanging.answerWith('hang')
    const notifier = open([hanging, well])
    const begun = performance.now()
    notifier.see([failing])
    expect(performance.now() - begun).toBeLessThan(100)
    await well.gets(1)
    expect(well.bodies()).toHaveLength(1)
    await notifier.close(1)
    expect(lines.find(({ event }) => event === 'notify.failed')).toMatchObject({ channel: 'webhook' })
  })

  test('leaves out what is over the limit, and says how many when there is room again', async () => {
    await using hook = await startWebhookServer()
    let now = 0
    const timers = { ...hurriedTimers().timers, now: () => now }
    const notifier = open([hook], { mostPerHour: 2, timers })
    for (let n = 0; n < 5; n++) notifier.tell({ ...notification, title: `number ${n}` })
    now = 3_600_001
    notifier.tell({ ...notification, title: 'later' })
    await hook.gets(3)
    await notifier.close(1_000)
    expect(hook.bodies().map(({ title }) => title)).toEqual(['number 0', 'number 1', 'later'])
    expect(hook.bodies()[2]?.text).toContain('(3 more were left out before')
  })

  test('tells a condition that was over the limit as soon as there is room, if it still holds', async () => {
    await using hook = await startWebhookServer()
    let now = 0
    const timers = { ...hurriedTimers().timers, now: () => now }
    const notifier = open([hook], { mostPerHour: 2, timers, repeatMs: 4 * 3_600_000 })
    const [one, two, three, four] = ['1', '2', '3', '4'].map((of) => ({ ...failing, of, title: `bot ${of}` }))
    notifier.see([one!, two!, three!, four!])
    now = 3_600_000
    notifier.see([one!, two!, three!])
    await hook.gets(3)
    notifier.see([one!, two!, three!])
    await notifier.close(1_000)
    const told = hook.bodies().map(({ kind, title }) => `${kind}: ${title}`)
    expect(told).toEqual(['raised: bot 1', 'raised: bot 2', 'raised: bot 3'])
  })

  test('tells a condition again that no channel took, some minutes later', async () => {
    await using hook = await startWebhookServer()
    hook.answerWith(404)
    let now = 0
    const kept: unknown[] = []
    const timers = { ...hurriedTimers().timers, now: () => now }
    const notifier = open([hook], { timers, repeatMs: 4 * 3_600_000, onChange: (book) => kept.push(book) })
    notifier.see([failing])
    await until(
      () => kept.length === 2,
      5_000,
      () => `kept ${kept.length} times`,
    )
    now = 60_000
    notifier.see([failing])
    now = 300_000
    notifier.see([failing])
    await hook.gets(2)
    await notifier.close(1_000)
    expect(hook.requests).toHaveLength(2)
    expect(hook.bodies()).toMatchObject([{ kind: 'raised', since: '1970-01-01T00:00:00.000Z' }])
  })

  test('holds a bounded number for a channel that takes nothing', async () => {
    await using hook = await startWebhookServer()
    hook.answerWith('hang')
    const notifier = open([hook], { mostPerHour: 1_000 })
    for (let n = 0; n < 500; n++) notifier.tell({ ...notification, title: `number ${n}` })
    await hook.gets(1)
    await notifier.close(1)
    expect(lines.filter(({ event }) => event === 'notify.failed').length).toBeLessThanOrEqual(51)
  })

  test('does not tell what is muted, nor what an earlier process has told', async () => {
    await using hook = await startWebhookServer()
    const book = { 'bot-failing:b': { condition: failing, since: 0, seenAt: 0, toldAt: 0 } }
    const kept: unknown[] = []
    const notifier = open([hook], { mute: ['dead-letters'], book, onChange: (next) => kept.push(next) })
    notifier.see([failing, { ...failing, name: 'dead-letters', of: 'server' }])
    expect(kept).toEqual([])
    notifier.see([failing, { ...failing, of: 'c' }])
    await hook.gets(1)
    await notifier.close(1_000)
    expect(hook.bodies()).toMatchObject([{ of: 'c' }])
    expect(kept).toHaveLength(1)
  })

  test('sends no secret', async () => {
    await using hook = await startWebhookServer()
    const notifier = open([hook], { mostPerHour: 1_000 })
    for (const [, secret, text] of SECRETS.slice(0, 40))
      notifier.tell({ ...notification, title: text, text, facts: { text, password: secret } })
    await until(
      () => hook.requests.length >= Math.min(40, SECRETS.length),
      10_000,
      () => `${hook.requests.length}`,
    )
    await notifier.close(1_000)
    const everything = hook.requests.map(({ body }) => body).join('\n')
    for (const [, secret] of SECRETS.slice(0, 40)) expect(everything).not.toContain(JSON.stringify(secret).slice(1, -1))
  })
})
