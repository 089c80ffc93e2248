// Settings at work: what each key and variable of telemetry does, seen in what a real `botticelli serve` gave that was
// started with it.

import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect } from 'vitest'
import type { JsonObject } from '../../json.ts'
import { makeProject, type Project, until } from '../end-to-end/project.ts'
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts'
import { type Family, parsePrometheus, sampleValue } from './prometheus-text.ts'
import { startWebhookServer, type WebhookServer } from './webhook-server.ts'

/** What one server gave. */
export interface Ran {
  readonly receiver: OtlpReceiver
  /** Takes what goes to Sentry and to the webhook. */
  readonly webhook: WebhookServer
  /** Lines of the log that are JSON; and all that was written. */
  readonly lines: readonly JsonObject[]
  readonly output: string
  /** Of the port that it was told to serve metrics on; empty where nobody listens. */
  readonly families: ReadonlyMap<string, Family>
  /** Status of the page for probes, on a port of its own; undefined where there is none. */
  readonly health: number | undefined
  /** What `metrics-server` gave on another address. */
  readonly mirrored: ReadonlyMap<string, Family>
}

/** Where a server is told to listen, and to send. */
interface Places {
  readonly port: number
  readonly endpoint: string
  readonly dsn: string
  readonly hook: string
}

interface Setup {
  /** The command, by one of its names. */
  readonly command: string
  readonly file: (places: Places) => string
  readonly env?: (places: Places) => Record<string, string>
  readonly dotenv?: (places: Places) => string
}

const SERVERS = {
  'the keys of earlier files': {
    command: 'bot-server',
    file: ({ port, endpoint }) => `[observability]
log_level = "debug"
json_logs = true
metrics_enabled = true
metrics_port = ${port}
metrics_path = "/numbers"
tracing_enabled = true
otlp_endpoint = "${endpoint}"
sample_rate = 1.0
health_enabled = true
health_port = 0
cost_tracking_enabled = true
daily_budget_usd = 10.0
monthly_budget_usd = 250.0
`,
  },
  'the keys of [telemetry]': {
    command: 'serve',
    file: ({ port, endpoint, dsn }) => `[telemetry]
enabled = true
otlp_endpoint = "${endpoint}"
service_name = "botticelli-production"
sampling_rate = 1.0
batch_size = 3
batch_timeout_ms = 100
log_level = "info"
log_levels = ["llm=debug", "db=trace"]
log_format = "json"
metrics_port = ${port}
environment = "staging"
export_console = true
collect_every = "1s"
sentry_dsn = "${dsn}"
[telemetry.histograms."botticelli.act.duration"]
buckets = [0.5, 5.0]
[notify]
after_failures = 1
`,
    env: ({ hook }) => ({ BOTTICELLI_NOTIFY_WEBHOOK_URL: hook }),
  },
  'shares of traces': {
    command: 'serve',
    file: ({ port, endpoint }) => `[telemetry]
otlp_endpoint = "${endpoint}"
metrics_port = ${port}
sample_rate = 0.0
[telemetry.narratives.say]
sample_ratio = 1.0
`,
  },
  'enabled = false': {
    command: 'serve',
    file: ({ port, endpoint }) =>
      `[telemetry]\nenabled = false\notlp_endpoint = "${endpoint}"\nmetrics_port = ${port}\n`,
  },
  'no metrics, spans to the log': {
    command: 'serve',
    file: ({ port }) =>
      `[telemetry]\nmetrics = false\nmetrics_port = ${port}\nbackend = "console"\nlog_format = "json"\n`,
  },
  OTEL_SDK_DISABLED: {
    command: 'serve',
    file: ({ port }) => `[telemetry]\nmetrics_port = ${port}\n`,
    env: ({ endpoint }) => ({ OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }),
  },
  variables: {
    command: 'serve',
    file: () => '',
    env: ({ port, endpoint }) => ({
      OTLP_ENDPOINT: endpoint,
      TRACE_SAMPLE_RATE: '0',
      METRICS_PORT: String(port),
      ENVIRONMENT: 'production',
      LOG_LEVEL: 'warn',
      LOG_LEVELS: 'llm=debug',
    }),
    dotenv: ({ dsn }) => `SENTRY_DSN=${dsn}\n`,
  },
  'variables of the standard': {
    command: 'actor-server',
    file: () => '',
    env: ({ port, endpoint }) => ({
      OTEL_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      PROMETHEUS_ENDPOINT: `127.0.0.1:${port}`,
      LOG_LEVELS: 'actor=debug',
    }),
  },
} as const satisfies Record<string, Setup>

type ServerName = keyof typeof SERVERS

/** Runs all of them, two at a time. */
export async function runServers(): Promise<ReadonlyMap<string, Ran>> {
  const waiting = Object.entries<Setup>(SERVERS)
  const ran = new Map<string, Ran>()
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) ran.set(next[0], await run(next[1]))
  }
  await Promise.all([work(), work()])
  return ran
}

const SAY = `[narrative]
name = "NAME"
description = "Says something"
skip_content_generation = true
[toc]
order = ["say"]
[acts.say]
prompt = "Say something."
`

const BOTS = `[models]
default = "scripted"
retries = 0
[bots.teller]
narrative = "say.toml"
every = "1h"
on_start = true
[bots.other]
narrative = "other.toml"
every = "1h"
on_start = true
[bots.failer]
narrative = "other.toml"
model = "scripted:http:401"
every = "1h"
on_start = true
`

async function run({ command, file, env, dotenv }: Setup): Promise<Ran> {
  const receiver = await startOtlpReceiver()
  const webhook = await startWebhookServer()
  using project = makeProject()
  const places = {
    port: await freePort(),
    endpoint: receiver.url,
    dsn: webhook.url.replace(/\/\/([^/]+)\/.*/, '//publickey@$1/42'),
    hook: webhook.url,
  }
  for (const name of ['say', 'other']) project.write(`${name}.toml`, SAY.replace('NAME', name))
  project.write('botticelli.toml', `${file(places)}${BOTS}`)
  if (dotenv !== undefined) project.write('.env', dotenv(places))
  const server = project.start([command], env?.(places))
  await server.says('ready in')
  await until(() => settled(project) === 3, 20_000, server.output)
  const path = file(places).includes('/numbers') ? '/numbers' : '/metrics'
  await scrape(places.port, path)
  const readAt = performance.now()
  const health = await probe(server.output())
  const mirrored = command === 'actor-server' ? await mirror(project) : new Map()
  if (file(places).includes('collect_every')) {
    // The second reading of the metrics is to ask the database again.
    const isOver = () => performance.now() - readAt > 1_050 && webhook.requests.some(isNotification)
    await until(isOver, 20_000, server.output)
  }
  const families = await scrape(places.port, path)
  const { stderr } = await server.kill('SIGTERM')
  const lines = stderr.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as JsonObject] : []))
  await receiver[Symbol.asyncDispose]()
  await webhook[Symbol.asyncDispose]()
  return { receiver, webhook, lines, output: stderr, families, health, mirrored }
}

function settled(project: Project): number {
  return project.look(({ executions }) => executions.list().filter(({ status }) => status !== 'running').length)
}

async function scrape(port: number, path: string): Promise<ReadonlyMap<string, Family>> {
  const page = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined)
  return page?.status === 200 ? parsePrometheus(await page.text()) : new Map()
}

async function probe(output: string): Promise<number | undefined> {
  const url = /"event":"health\.listening".*?"url":"([^"]+)"/.exec(output)?.[1]
  return url === undefined ? undefined : (await fetch(url)).status
}

async function mirror(project: Project): Promise<ReadonlyMap<string, Family>> {
  const port = await freePort()
  const server = project.start(['metrics-server', '--host', '127.0.0.1', '--port', String(port), '--path', '/mirror'])
  await server.says('/mirror')
  const families = await scrape(port, '/mirror')
  await server.kill('SIGTERM')
  return families
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

// ---------------------------------------------------------------------------- what each shows

interface Work {
  readonly server: ServerName
  /** What is seen, in words. */
  readonly shows: string
  holds(ran: Ran): void
}

const EARLIER = 'the keys of earlier files'
const PRESENT = 'the keys of [telemetry]'
const STANDARD = 'variables of the standard'

const spanNames = ({ receiver }: Ran) => receiver.spans().map(({ name }) => name)
const events = ({ lines }: Ran) => lines.map(({ event }) => event)
const hasSpans = (ran: Ran) => expect(spanNames(ran)).toEqual(expect.arrayContaining(['bot.run teller', 'act say']))
const hasMetrics = ({ families }: Ran) =>
  expect(
    sampleValue(families, 'botticelli_bot_executions_total', { bot: 'teller', bot_type: 'custom', outcome: 'ok' }),
  ).toBe(1)
const isSilent = ({ receiver, families }: Ran) => {
  expect(receiver.requests).toEqual([])
  expect(families.size).toBe(0)
}
const isNotification = ({ path }: { readonly path: string }) => !path.startsWith('/api/')
const toSentry = ({ webhook }: Ran) => webhook.requests.filter(({ path }) => path === '/api/42/envelope/')
const budget = (period: 'day' | 'month', usd: number) => (ran: Ran) =>
  expect(sampleValue(ran.families, 'botticelli_budget_limit_usd', { period })).toBe(usd)
const onlySay = (ran: Ran) => {
  expect(spanNames(ran)).toContain('bot.run teller')
  expect(spanNames(ran)).not.toContain('bot.run other')
}
const targetInfo = ({ families }: Ran) => families.get('target_info')?.samples[0]?.labels

/** By the key or variable that is at work. */
export const AT_WORK: Readonly<Record<string, Work>> = {
  'observability.log_level': {
    server: EARLIER,
    shows: '"debug" writes lines of that level, and none of trace',
    holds: ({ lines }) =>
      expect(new Set(lines.map(({ level }) => level))).toEqual(new Set(['DEBUG', 'INFO', 'WARN', 'ERROR'])),
  },
  'observability.json_logs': {
    server: EARLIER,
    shows: 'every line of the log is JSON',
    holds: ({ lines, output }) => {
      expect(lines.length).toBeGreaterThan(20)
      expect(output).not.toMatch(/^\d\d:\d\d:\d\d\.\d{3} /m)
    },
  },
  'observability.metrics_enabled': { server: EARLIER, shows: 'metrics are served', holds: hasMetrics },
  'observability.metrics_port': { server: EARLIER, shows: 'they are on that port', holds: hasMetrics },
  'observability.metrics_path': { server: EARLIER, shows: 'they are on /numbers', holds: hasMetrics },
  'observability.tracing_enabled': { server: EARLIER, shows: 'spans are sent', holds: hasSpans },
  'observability.otlp_endpoint': { server: EARLIER, shows: 'the receiver there has the spans', holds: hasSpans },
  'observability.sample_rate': {
    server: EARLIER,
    shows: 'with 1.0 each run is a trace',
    holds: (ran) =>
      expect(
        spanNames(ran)
          .filter((name) => name.startsWith('bot.run '))
          .sort(),
      ).toEqual(['bot.run failer', 'bot.run other', 'bot.run teller']),
  },
  'observability.health_enabled': {
    server: EARLIER,
    shows: '/health answers',
    holds: ({ health }) => expect(health).toBe(200),
  },
  'observability.health_port': {
    server: EARLIER,
    shows: 'on a port of its own',
    holds: ({ health, lines }) => {
      expect(health).toBe(200)
      const urls = lines.flatMap(({ event, url }) =>
        String(event).endsWith('.listening') ? [new URL(String(url)).port] : [],
      )
      expect(new Set(urls).size).toBe(2)
    },
  },
  'observability.cost_tracking_enabled': {
    server: EARLIER,
    shows: 'what was spent today is a metric',
    holds: ({ families }) => expect(sampleValue(families, 'botticelli_daily_cost_dollars')).toBe(0),
  },
  'observability.daily_budget_usd': {
    server: EARLIER,
    shows: 'the budget of the day is a metric',
    holds: budget('day', 10),
  },
  'observability.monthly_budget_usd': {
    server: EARLIER,
    shows: 'the budget of the month is a metric',
    holds: budget('month', 250),
  },
  'telemetry.enabled': { server: 'enabled = false', shows: 'nothing is sent, nobody listens', holds: isSilent },
  'telemetry.otlp_endpoint': { server: PRESENT, shows: 'the receiver there has the spans', holds: hasSpans },
  'telemetry.service_name': {
    server: PRESENT,
    shows: 'spans and target_info have it',
    holds: (ran) => {
      expect(ran.receiver.spans()[0]?.resource).toMatchObject({ 'service.name': 'botticelli-production' })
      expect(targetInfo(ran)).toMatchObject({ service_name: 'botticelli-production' })
    },
  },
  'telemetry.sampling_rate': { server: PRESENT, shows: 'with 1.0 each run is a trace', holds: hasSpans },
  'telemetry.batch_size': {
    server: PRESENT,
    shows: 'no request brings more than 3 spans',
    holds: ({ receiver }) => expect(receiver.requests.length).toBeGreaterThanOrEqual(receiver.spans().length / 3),
  },
  'telemetry.batch_timeout_ms': {
    server: PRESENT,
    shows: 'spans are sent while the server runs, long before its end',
    holds: ({ receiver }) => expect(receiver.requests.length).toBeGreaterThan(3),
  },
  'telemetry.log_level': {
    server: PRESENT,
    shows: '"info" leaves out the details of acts',
    holds: (ran) => {
      expect(events(ran)).toContain('narrative.started')
      expect(events(ran)).not.toContain('act.started')
    },
  },
  'telemetry.sample_rate': {
    server: 'shares of traces',
    shows: 'with 0 a narrative without its own share is not traced',
    holds: onlySay,
  },
  'telemetry.sample_ratio': {
    server: 'shares of traces',
    shows: 'the other name of the same: with 0 nothing is traced but what has its own share',
    holds: onlySay,
  },
  'telemetry.narratives.*.sample_ratio': {
    server: 'shares of traces',
    shows: 'the narrative with a share of 1 is traced',
    holds: onlySay,
  },
  'telemetry.metrics_port': { server: PRESENT, shows: 'metrics are on that port', holds: hasMetrics },
  'telemetry.environment': {
    server: PRESENT,
    shows: 'spans and target_info have it',
    holds: (ran) => {
      expect(ran.receiver.spans()[0]?.resource).toMatchObject({ 'deployment.environment.name': 'staging' })
      expect(targetInfo(ran)).toMatchObject({ deployment_environment_name: 'staging' })
    },
  },
  'telemetry.log_levels': {
    server: PRESENT,
    shows: 'one part logs in detail, the others do not',
    holds: (ran) => {
      expect(events(ran)).toEqual(expect.arrayContaining(['llm.request', 'db.query']))
      expect(events(ran)).not.toContain('actor.started')
    },
  },
  'telemetry.log_format': {
    server: PRESENT,
    shows: '"json" writes JSON',
    holds: ({ lines }) => expect(lines.length).toBeGreaterThan(20),
  },
  'telemetry.backend': {
    server: 'no metrics, spans to the log',
    shows: '"console" writes spans to the log, and sends none',
    holds: (ran) => {
      expect(ran.lines.filter(({ event }) => event === 'telemetry.span').map(({ span }) => span)).toContain(
        'bot.run teller',
      )
      expect(ran.receiver.requests).toEqual([])
    },
  },
  'telemetry.export_console': {
    server: PRESENT,
    shows: 'spans are lines of the log as well',
    holds: (ran) => {
      hasSpans(ran)
      expect(ran.lines.filter(({ event }) => event === 'telemetry.span').map(({ span }) => span)).toContain('act say')
    },
  },
  'telemetry.sentry_dsn': {
    server: PRESENT,
    shows: 'Sentry is sent the failure',
    holds: (ran) =>
      expect(
        toSentry(ran)
          .map(({ body }) => body)
          .join('\n'),
      ).toContain('model-auth'),
  },
  'telemetry.collect_every': {
    server: PRESENT,
    shows: 'a second later the tables are counted anew',
    holds: ({ lines }) => expect(lines.filter(({ name }) => name === 'figures.tables').length).toBeGreaterThan(1),
  },
  'telemetry.histograms.*.buckets': {
    server: PRESENT,
    shows: 'the buckets are those',
    holds: ({ families }) => {
      const buckets = families.get('botticelli_act_duration_seconds')?.samples ?? []
      expect(new Set(buckets.flatMap(({ labels }) => labels.le ?? []))).toEqual(new Set(['0.5', '5', '+Inf']))
    },
  },
  'notify.after_failures': {
    server: PRESENT,
    shows: 'with 1 the first failure is told',
    holds: ({ webhook }) => {
      const told = webhook.requests.filter(isNotification).map(({ body }) => body)
      expect(told.join('\n')).toContain('bot-failing')
    },
  },
  'telemetry.metrics': {
    server: 'no metrics, spans to the log',
    shows: 'with false nobody listens',
    holds: (ran) => {
      expect(ran.families.size).toBe(0)
      expect(events(ran)).not.toContain('metrics.listening')
    },
  },
  OTEL_SDK_DISABLED: { server: 'OTEL_SDK_DISABLED', shows: 'nothing is sent, nobody listens', holds: isSilent },
  LOG_LEVEL: {
    server: 'variables',
    shows: '"warn" leaves out what is in order',
    holds: (ran) => {
      expect(events(ran)).toContain('bot.failed')
      expect(events(ran)).not.toContain('narrative.started')
    },
  },
  LOG_LEVELS: {
    server: 'variables',
    shows: '"llm=debug" tells of calls all the same',
    holds: (ran) => expect(events(ran)).toContain('llm.response'),
  },
  OTLP_ENDPOINT: {
    server: STANDARD,
    shows: 'the older name of OTEL_EXPORTER_OTLP_ENDPOINT',
    holds: hasSpans,
  },
  TRACE_SAMPLE_RATE: {
    server: 'variables',
    shows: 'with 0 nothing is traced',
    holds: ({ receiver }) => expect(receiver.spans()).toEqual([]),
  },
  METRICS_PORT: { server: 'variables', shows: 'metrics are on that port', holds: hasMetrics },
  ENVIRONMENT: {
    server: 'variables',
    shows: 'target_info has it',
    holds: (ran) => expect(targetInfo(ran)).toMatchObject({ deployment_environment_name: 'production' }),
  },
  SENTRY_DSN: {
    server: 'variables',
    shows: 'Sentry is sent the failure',
    holds: (ran) => expect(toSentry(ran)).not.toEqual([]),
  },
  '.env': {
    server: 'variables',
    shows: 'SENTRY_DSN stands there, and is read',
    holds: (ran) => expect(toSentry(ran)).not.toEqual([]),
  },
  OTEL_EXPORTER: { server: STANDARD, shows: '"otlp" sends spans', holds: hasSpans },
  OTEL_EXPORTER_OTLP_ENDPOINT: { server: STANDARD, shows: 'the receiver there has the spans', holds: hasSpans },
  PROMETHEUS_ENDPOINT: { server: STANDARD, shows: 'metrics are on that address', holds: hasMetrics },
  'bot-server': { server: EARLIER, shows: 'the server runs under this name', holds: hasMetrics },
  'actor-server': { server: STANDARD, shows: 'the server runs under this name', holds: hasMetrics },
  'metrics-server': {
    server: STANDARD,
    shows: 'the metrics are on another host, port and path as well',
    holds: ({ mirrored, families }) =>
      expect([...mirrored.keys()]).toEqual(
        expect.arrayContaining([...families.keys()].filter((name) => name.startsWith('botticelli_bot_'))),
      ),
  },
}
