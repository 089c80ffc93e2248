// The status page, as text and in a real browser: what it shows, that it is inert, and that it keeps itself up to date.

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { BotStatus, ServerStatus } from '../../actors/server-status.ts'
import { attention } from '../../bin/attention.ts'
import { type PageFacts, statusPage } from '../../bin/status-page.ts'
import { type MetricsServer, startMetricsServer } from '../../telemetry/metrics-server.ts'
import { type OpenedBrowser, openBrowser } from '../browser.ts'

const NOW = Date.UTC(2026, 10, 21, 9, 30)
const HOSTILE = `<img src=x onerror="window.hacked = 1">'"&\u202e`

const bot = (name: string, more: Partial<BotStatus> = {}): BotStatus => ({
  bot: name,
  type: 'generation',
  state: 'idle',
  succeeded: 3,
  failed: 0,
  skipped: 0,
  consecutiveFailures: 0,
  incarnation: 1,
  restarts: 0,
  mailboxDepth: 0,
  lastSuccessAt: NOW - 65_000,
  nextRunAt: NOW + 3_600_000,
  ...more,
})

function facts(bots: readonly BotStatus[], more: Partial<ServerStatus> = {}): PageFacts {
  const status: ServerStatus = {
    pid: 7,
    startedAt: NOW - 90_000,
    posting: 'dry-run',
    bots,
    pipeline: { pending: 0, approved: 0, posted: 1_234 },
    today: {
      calls: 2,
      inputTokens: 1_000,
      outputTokens: 234,
      costUsd: 0.02,
      unpriced: 0,
      repeated: 0,
      cached: 0,
      lost: 0,
    },
    actors: [],
    providers: [],
    deadLetters: 0,
    spending: [],
    inDoubt: [],
    ...more,
  }
  const worries = attention(status, undefined, ({ file }) => file)
  return { project: 'garden', version: '1.2.3', health: 'healthy', status, worries, now: NOW }
}

const failing = bot('writer', {
  consecutiveFailures: 3,
  failed: 3,
  lastError: { name: 'ModelError', code: 'model-auth', message: `refused ${HOSTILE}` },
})

describe('the page', () => {
  test('says what calls for a person, with the command that helps', () => {
    const { html } = statusPage(facts([failing], { deadLetters: 2, posting: 'live' }))
    expect(html).toContain('<li>writer: 3 failures in a row (model-auth): refused')
    expect(html).toContain('<li>2 dead letters: <code>botticelli dead-letters list</code></li>')
    expect(html).toContain('<tr class="bad"><th scope="row">writer')
    expect(html).toContain('live posting')
    expect(html).toContain('Botticelli: healthy · garden')
  })

  test('tells of budgets what is spent, and when one is', () => {
    const until = Date.UTC(2026, 10, 22)
    const day = { period: 'day', spentUsd: 0.0188, limitUsd: 0.02, until } as const
    expect(statusPage(facts([], { spending: [day] })).html).toContain('<dt>of $0.0200 this day</dt><dd>$0.0188</dd>')
    const { worries } = facts([], { spending: [{ ...day, denied: true }] })
    expect(worries).toEqual([
      'the budget of the day is reached, $0.0188 of $0.0200; calls that could cost more than is left wait until 2026-11-22 00:00 UTC: botticelli costs',
    ])
  })

  test('has words for a project without anything', () => {
    const { html } = statusPage(facts([]))
    expect(html).toContain('Nothing calls for you.')
    expect(html).toContain('botticelli help config')
    expect(html).toContain('None was asked since the server began.')
  })

  test('tells when a bot runs next, or why not', () => {
    const { nextRunAt: _, ...told } = bot('told')
    const bots = [
      told,
      bot('late', { nextRunAt: NOW - 1 }),
      bot('quiet', { paused: { reason: HOSTILE, until: NOW + 60_000 } }),
    ]
    const cells = [...statusPage(facts(bots)).html.matchAll(/data-label="next run">(.*?)<\/td>/g)].map(
      ([, cell]) => cell,
    )
    expect(cells[0]).toBe('when told')
    expect(cells[1]).toMatch(/>now<\/time>$/)
    expect(cells[2]).toMatch(/^paused for 1 min 0 s: &#60;img/)
  })

  test('escapes whatever it is given', () => {
    const bots = [bot(HOSTILE, { type: HOSTILE, state: HOSTILE }), failing]
    const page = { ...facts(bots, { inDoubt: [HOSTILE] }), project: HOSTILE }
    const providers = [{ provider: HOSTILE, consecutiveFailures: 1, limited: false, lastError: HOSTILE }]
    const { html } = statusPage({ ...page, status: { ...page.status, providers } })
    expect(html).not.toContain('<img')
    expect(html).not.toContain('\u202e')
  })
})

describe('in a browser', () => {
  let opened: OpenedBrowser
  let server: MetricsServer
  let shown: PageFacts
  const health = { report: () => ({ status: 'healthy' as const }), readiness: () => ({}) }
  const serve = (port: number) => startMetricsServer({ port, health, status: () => statusPage(shown) })

  beforeAll(async () => {
    server = await serve(0)
    opened = await openBrowser()
  }, 60_000)
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]()
    await server.close()
  })

  test('it runs nothing of what it shows, takes over what changes, and can be told to stand still', async () => {
    shown = facts([bot(HOSTILE), failing])
    const page = await opened.browser.newPage({ viewport: { width: 1280, height: 800 } })
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.clock.install()
    await page.goto(`http://127.0.0.1:${server.port}/status`)
    await page.evaluate('window.isSame = true')
    const bots = page.locator('#bots')
    expect(await bots.textContent()).toContain('model-auth')

    shown = facts([bot('gardener')])
    await page.clock.runFor(5_000)
    await vi.waitUntil(async () => (await bots.textContent())?.includes('gardener'), { timeout: 10_000 })
    expect(await page.locator('#attention').textContent()).toBe('Nothing calls for you.')
    expect(await page.evaluate('[window.isSame, window.hacked]')).toEqual([true, undefined])

    const pause = page.getByRole('button')
    while (!(await pause.evaluate((button) => button.matches(':focus')))) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    shown = facts([bot('nobody')])
    await page.clock.runFor(15_000)
    expect(await page.locator('#refresh').textContent()).toBe('Stands still.')
    expect(await bots.textContent()).not.toContain('nobody')
    await page.keyboard.press('Enter')
    await vi.waitUntil(async () => (await bots.textContent())?.includes('nobody'), { timeout: 10_000 })
    expect(complaints).toEqual([])

    const { port } = server
    await server.close()
    await page.clock.runFor(5_000)
    const said = page.locator('#refresh')
    await vi.waitUntil(async () => (await said.textContent())?.startsWith('The server does not answer'), {
      timeout: 10_000,
    })
    server = await serve(port)
    await page.clock.runFor(5_000)
    await vi.waitUntil(async () => (await said.textContent()) === 'Updates every 5 s.', { timeout: 10_000 })
    await page.close()
  }, 60_000)

  test.for([[1280], [390]])('fifty bots fit on a screen %i wide', async ([width = 0]) => {
    shown = facts(Array.from({ length: 50 }, (_, index) => bot(`bot-with-a-rather-long-name-${index}`)))
    const page = await opened.browser.newPage({ viewport: { width, height: 800 } })
    await page.goto(`http://127.0.0.1:${server.port}/status`)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    expect(await page.locator('tbody tr').count()).toBe(50)
    await page.close()
  })
})
