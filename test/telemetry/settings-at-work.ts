// Settings at work: what each key and variable of telemetry does, seen in what a real `botticelli serve` gave that was
// started with it.

import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { JsonObject } from '../../json.ts'
import { makeProject, type Project, until } from '../end-to-end/project.ts'
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts'
import { type Family, parsePrometheus, sampleValue } from './prometheus-text.ts'
import { startWebhookServer, type WebhookServer } from './webhook-server.ts'

/** What one server gave. */
export interface Ran {
  readonly receiver: OtlpReceiver
  /** How many spans it had when the server was told to stop. */
  readonly spansBefore: number
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
  /** Pages beside the metrics, where the server was asked for them. */
  readonly pages: ReadonlyMap<string, { readonly status: number; readonly body: string }>
}

/** Where a server is told to listen, and to send. */
interface Places {
  readonly port: number
  readonly endpoint: string
  readonly dsn: string
  readonly hook: string
}

const LIBRARY = join(import.meta.dirname, '../../narratives/library')

interface Setup {
  /** The command, by one of its names. */
  readonly command: string
  /** Of the configuration. Default botticelli.toml. */
  readonly fileName?: string
  readonly file: (places: Places) => string
  /** In place of three bots that run one narrative each. */
  readonly bots?: string
  /** So many runs have ended before anything is looked at. */
  readonly runs?: number
  readonly asks?: readonly string[]
  readonly env?: (places: Places) => Record<string, string>
  readonly dotenv?: (places: Places) => string
}

/** A machine with much else to do is slow. */
const LIMIT_MS = 60_000

/** Each round makes a row, and so is a trace of its own. */
const ROUNDS = 120
const MANY = `[models]
default = "scripted"
script = "many.script.toml"
retries = 0
[bots.teller]
narrative = "many.toml"
every = "1h"
on_start = true
[bots.failer]
narrative = "other.toml"
model = "scripted:http:401"
every = "1h"
on_start = true
`

/** Only what runs the narrative "say" is traced. */
const ONLY_SAY = '[telemetry.narratives.say]\nsample_ratio = 1.0\n'

const SERVERS = {
  'the keys of earlier files': {
    command: 'bot-server',
    fileName: 'bot_server.toml',
    file: ({ port, endpoint }) => `[observability]
log_level = "debug"
json_logs = true
metrics_enabled = true
metrics_port = ${port}
metrics_path = "/numbers"
tracing_enabled = true
otlp_endpoint = "${endpoint}"
sample_rate = 0.0
batch_timeout_ms = 60000
health_enabled = true
health_port = 0
cost_tracking_enabled = true
daily_budget_usd = 10.0
monthly_budget_usd = 250.0
[telemetry]
span_queue = 4000
${ONLY_SAY}`,
  },
  'the same keys, turned round': {
    command: 'serve',
    file: ({ port, endpoint }) => `[observability]
json_logs = false
metrics_port = ${port}
tracing_enabled = false
otlp_endpoint = "${endpoint}"
health_enabled = false
[telemetry]
metrics_other_names = true
`,
    asks: ['/health', '/health/ready'],
  },
  'the keys of [telemetry]': {
    command: 'serve',
    file: ({ port, endpoint, dsn }) => `[telemetry]
enabled = true
otlp_endpoint = "${endpoint}"
service_name = "botticelli-production"
sampling_rate = 0.0
batch_size = 3
log_level = "info"
log_levels = ["llm=debug", "db=trace"]
log_format = "json"
metrics_port = ${port}
environment = "staging"
export_console = true
collect_every = "1s"
health_port = 0
log_fields = ["thread"]
sentry_dsn = "${dsn}"
${ONLY_SAY}[telemetry.histograms."botticelli.act.duration"]
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
log_format = "pretty"
batch_delay = "1m"
store_spans_from_ms = 0
capture_content = true
metrics_host = "localhost"
metrics_path = "/own"
resource = ["team=content"]
${ONLY_SAY}`,
  },
  'enabled = false': {
    command: 'serve',
    file: ({ port, endpoint }) =>
      `[telemetry]\nenabled = false\notlp_endpoint = "${endpoint}"\nmetrics_port = ${port}\nlog_level = "warn"\n`,
  },
  'no metrics, spans to the log': {
    command: 'serve',
    file: ({ port }) => `[telemetry]
metrics = false
metrics_port = ${port}
backend = "console"
log_format = "json"
log_level = "debug"
log_detail_ratio = 0.0
`,
  },
  OTEL_SDK_DISABLED: {
    command: 'serve',
    file: ({ port }) => `[telemetry]\nmetrics_port = ${port}\n`,
    env: ({ endpoint }) => ({ OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }),
  },
  variables: {
    command: 'serve',
    file: () => `[telemetry]\nbatch_timeout_ms = 60000\n${ONLY_SAY}`,
    env: ({ port, endpoint }) => ({
      OTLP_ENDPOINT: endpoint,
      TRACE_SAMPLE_RATE: '0',
      METRICS_PORT: String(port),
      ENVIRONMENT: 'production',
      LOG_LEVEL: 'warn',
      LOG_LEVELS: 'llm=debug',
      LOG_FIELDS: 'thread',
      BOTTICELLI_PUSH_METRICS: 'true',
      BOTTICELLI_PUSH_LOGS: 'true',
    }),
    dotenv: ({ dsn }) => `SENTRY_DSN=${dsn}\n`,
  },
  'variables of the standard': {
    command: 'actor-server',
    file: () => '',
    env: ({ port, endpoint }) => ({
      OTEL_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=one%20two',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_SERVICE_NAME: 'of-the-standard',
      OTEL_RESOURCE_ATTRIBUTES: 'team=content,region=eu%2Fwest',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '2',
      PROMETHEUS_ENDPOINT: `127.0.0.1:${port}`,
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true',
      BOTTICELLI_HEALTH_PORT: '0',
      LOG_LEVELS: 'actor=debug',
      LOG_SAMPLE_DEBUG: '0',
    }),
  },
  'no exporter': {
    command: 'serve',
    file: () => '[observability]\nmetrics_enabled = false\n',
    env: ({ port, endpoint }) => ({
      OTEL_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      BOTTICELLI_TELEMETRY_BACKEND: 'console',
      METRICS_PORT: String(port),
    }),
  },
  'no sampler': {
    command: 'serve',
    file: () => '',
    env: ({ port, endpoint }) => ({
      OTEL_TRACES_SAMPLER: 'always_off',
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_BSP_MAX_QUEUE_SIZE: '5',
      BOTTICELLI_METRICS_HOST: 'localhost',
      BOTTICELLI_METRICS_PORT: String(port),
    }),
  },
  production: {
    command: 'serve',
    file: ({ port }) => `[telemetry]\nmetrics_port = ${port}\n`,
    bots: MANY,
    runs: 2,
    env: ({ endpoint }) => ({
      ENVIRONMENT: 'production',
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '60000',
      LOG_FORMAT: 'pretty',
    }),
  },
  'a share and a limit': {
    command: 'serve',
    file: ({ port, dsn }) => `[observability]
metrics_host = "localhost"
metrics_port = ${port}
service_name = "of-earlier-files"
environment = "quality"
export_console = true
batch_size = 4
sentry_dsn = "${dsn}"
[telemetry]
max_traces_per_second = 1.0
push_metrics = true
push_logs = true
`,
    bots: MANY,
    runs: 2,
    env: ({ endpoint, hook }) => ({
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '1.0',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/v1/traces`,
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${hook}/metrics`,
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${hook}/logs`,
      OTEL_METRIC_EXPORT_INTERVAL: '200',
    }),
  },
  'nothing works': {
    command: 'serve',
    file: ({ port }) => `[telemetry]\nmetrics_port = ${port}\n`,
    bots: `[models]\ndefault = "scripted:http:429"\nretries = 0\n[bots.failer]\nnarrative = "other.toml"\nevery = "1s"\non_start = true\n`,
    asks: ['/health', '/health/ready', '/health/live'],
    env: () => ({ BOTTICELLI_LOG_LEVEL: 'error' }),
  },
  'a quiet start': {
    command: 'serve',
    file: ({ port }) => `[telemetry]\nmetrics_port = ${port}\n[narratives]\npath = "${LIBRARY}"\n`,
    bots: `[models]
default = "scripted"
daily_budget_usd = 5.0
[bots.writer]
type = "generation"
narrative = "generate"
narrative_name = "batch"
every = "1h"
[bots.curator]
type = "curation"
narrative = "curate"
after = ["writer"]
[bots.poster]
type = "posting"
narrative = "post"
[bots.turner]
narrative = "many.toml"
every = "1h"
`,
    runs: 0,
    env: () => ({ BOTTICELLI_LOG_FORMAT: 'pretty' }),
  },
} as const satisfies Record<string, Setup>

type ServerName = keyof typeof SERVERS

/** Runs all of them, three at a time. */
export async function runServers(): Promise<ReadonlyMap<string, Ran>> {
  const waiting = Object.entries<Setup>(SERVERS)
  const ran = new Map<string, Ran>()
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) ran.set(next[0], await run(next[1]))
  }
  await Promise.all([work(), work(), work()])
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

const MANY_ROUNDS = `[narrative]
name = "many"
description = "Makes a row again and again"
target = "rows_of_many"
[narrative.carousel]
iterations = ${ROUNDS}
[toc]
order = ["say"]
[acts.say]
prompt = "A row as JSON."
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

async function run(setup: Setup): Promise<Ran> {
  const { command, fileName = 'botticelli.toml', file, bots = BOTS, runs = 3, asks = [], env, dotenv } = setup
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
  project.write('many.toml', MANY_ROUNDS)
  project.write('many.script.toml', '[[reply]]\nwhen = { narrative = "many" }\ntext = \'[{"name": "a row"}]\'\n')
  project.write(fileName, `${file(places)}${bots}`)
  if (dotenv !== undefined) project.write('.env', dotenv(places))
  const server = project.start([command], env?.(places))
  await server.says('ready in', LIMIT_MS)
  await until(() => settled(project) >= runs, LIMIT_MS, server.output)
  const [, path = '/metrics'] = /metrics_path = "([^"]+)"/.exec(file(places)) ?? []
  const first = await scrape(places.port, path)
  const readAt = performance.now()
  const health = await probe(server.output())
  const mirrored = command === 'actor-server' ? await mirror(project) : new Map()
  if (file(places).includes('collect_every')) {
    // The second reading of the metrics is to ask the database again.
    const isOver = () => performance.now() - readAt > 1_050 && webhook.requests.some(isNotification)
    await until(isOver, LIMIT_MS, server.output)
  }
  const families = runs === 0 ? first : await scrape(places.port, path)
  const pages = new Map<string, { status: number; body: string }>()
  for (const page of asks) {
    const response = await fetch(`http://localhost:${places.port}${page}`)
    pages.set(page, { status: response.status, body: await response.text() })
  }
  const spansBefore = receiver.spans().length
  const { stderr } = await server.kill('SIGTERM')
  const lines = stderr.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as JsonObject] : []))
  await receiver[Symbol.asyncDispose]()
  await webhook[Symbol.asyncDispose]()
  return { receiver, spansBefore, webhook, lines, output: stderr, families, health, mirrored, pages }
}

function settled(project: Project): number {
  return project.look(({ executions }) => executions.list().filter(({ status }) => status !== 'running').length)
}

async function scrape(port: number, path: string): Promise<ReadonlyMap<string, Family>> {
  const page = await fetch(`http://localhost:${port}${path}`).catch(() => undefined)
  return page?.status === 200 ? parsePrometheus(await page.text()) : new Map()
}

async function probe(output: string): Promise<number | undefined> {
  const url = /"event":"health\.listening".*?"url":"([^"]+)"/.exec(output)?.[1]
  return url === undefined ? undefined : (await fetch(url)).status
}

async function mirror(project: Project): Promise<ReadonlyMap<string, Family>> {
  const port = await freePort()
  const server = project.start(['metrics-server', '--host', '127.0.0.1', '--port', String(port), '--path', '/mirror'])
  await server.says('/mirror', LIMIT_MS)
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
  /** @param others all servers, by name */
  holds(ran: Ran, others: ReadonlyMap<string, Ran>): void
}

const EARLIER = 'the keys of earlier files'
const PRESENT = 'the keys of [telemetry]'
const TURNED = 'the same keys, turned round'
const SHARE = 'a share and a limit'
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
const PRETTY = /^\d\d:\d\d:\d\d\.\d{3} (?:INFO|WARN|ERROR) +\S/m
const isPretty = ({ lines, output }: Ran) => {
  expect(lines).toEqual([])
  expect(output).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}Bot run completed .*bot=teller .*outcome=ok/m)
}
const hasThreads = ({ lines }: Ran) => {
  expect(lines.length).toBeGreaterThan(3)
  expect(new Set(lines.map(({ thread_id }) => thread_id))).toEqual(new Set([0]))
}
const hasPrompts = ({ receiver }: Ran) => {
  const asked = receiver
    .spans()
    .filter(({ name, attributes }) => name.startsWith('chat ') && attributes['gen_ai.input.messages'])
  expect(String(asked[0]?.attributes['gen_ai.input.messages'])).toContain('Say something.')
}
const waitForTheEnd = (ran: Ran, others: ReadonlyMap<string, Ran>) => {
  expect(ran.spansBefore).toBe(0)
  hasSpans(ran)
  expect(others.get(PRESENT)!.spansBefore).toBeGreaterThan(0)
}
/** At least so many requests for a signal came to a receiver of its own. */
const gets =
  (signal: 'metrics' | 'logs', least: number) =>
  ({ webhook }: Ran) =>
    expect(webhook.requests.filter(({ path }) => path.endsWith(`/${signal}`)).length).toBeGreaterThanOrEqual(least)
/** The traces of single rounds. */
const rounds = ({ receiver }: Ran) => receiver.spans().filter(({ name }) => name === 'create rows_of_many')
/** Fewer, or more, come by chance once in a hundred thousand times. */
const isATenth = (ran: Ran) => {
  expect(rounds(ran).length).toBeGreaterThanOrEqual(1)
  expect(rounds(ran).length).toBeLessThanOrEqual(30)
}
const targetInfo = ({ families }: Ran) => families.get('target_info')?.samples[0]?.labels
/** Attributes of the resource, in spans and, by Prometheus's spelling, in target_info. */
const isCalled = (attributes: Readonly<Record<string, string>>) => (ran: Ran) => {
  expect(ran.receiver.spans()[0]?.resource).toMatchObject(attributes)
  const labels = Object.entries(attributes).map(([name, value]) => [name.replaceAll('.', '_'), value])
  expect(targetInfo(ran)).toMatchObject(Object.fromEntries(labels))
}

/** By the key or variable that is at work. */
export const AT_WORK: Readonly<Record<string, Work>> = {
  'observability.log_level': {
    server: EARLIER,
    shows: '"debug" writes lines of that level, and none of trace',
    holds: ({ lines }) =>
      expect(new Set(lines.map(({ level }) => level))).toEqual(new Set(['DEBUG', 'INFO', 'WARN', 'ERROR'])),
  },
  'observability.json_logs': {
    server: TURNED,
    shows: 'with false no line is JSON, with true each',
    holds: (ran, others) => {
      isPretty(ran)
      const { lines, output } = others.get(EARLIER)!
      expect(lines.length).toBeGreaterThan(20)
      expect(output).not.toMatch(PRETTY)
    },
  },
  'observability.metrics_enabled': {
    server: 'no exporter',
    shows: 'with false nobody listens, with true they are served',
    holds: (ran, others) => {
      expect(ran.families.size).toBe(0)
      expect(events(ran)).not.toContain('metrics.listening')
      hasMetrics(others.get(EARLIER)!)
    },
  },
  'observability.metrics_port': { server: EARLIER, shows: 'they are on that port', holds: hasMetrics },
  'observability.metrics_path': { server: EARLIER, shows: 'they are on /numbers', holds: hasMetrics },
  'observability.tracing_enabled': {
    server: TURNED,
    shows: 'with false nothing is sent, with true spans are',
    holds: (ran, others) => {
      expect(ran.receiver.requests).toEqual([])
      hasSpans(others.get(EARLIER)!)
    },
  },
  'observability.otlp_endpoint': { server: EARLIER, shows: 'the receiver there has the spans', holds: hasSpans },
  'observability.sample_rate': {
    server: EARLIER,
    shows: 'with 0 a narrative without its own share is not traced',
    holds: onlySay,
  },
  'observability.health_enabled': {
    server: TURNED,
    shows: 'with false there are no pages of health beside the metrics, with true /health answers',
    holds: (ran, others) => {
      hasMetrics(ran)
      expect([...ran.pages.values()].map(({ status }) => status)).toEqual([404, 404])
      expect(others.get(EARLIER)!.health).toBe(200)
    },
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
    holds: isCalled({ 'service.name': 'botticelli-production' }),
  },
  'telemetry.sampling_rate': {
    server: PRESENT,
    shows: 'with 0 a narrative without its own share is not traced',
    holds: onlySay,
  },
  'telemetry.batch_size': {
    server: PRESENT,
    shows: 'no request brings more than 3 spans',
    holds: ({ receiver }) => expect(receiver.requests.length).toBeGreaterThanOrEqual(receiver.spans().length / 3),
  },
  'telemetry.batch_timeout_ms': {
    server: 'variables',
    shows: 'with 60000 spans wait for the end of the server, by itself they are sent while it runs',
    holds: waitForTheEnd,
  },
  'telemetry.batch_delay': {
    server: 'shares of traces',
    shows: 'with a minute spans wait for the end of the server',
    holds: waitForTheEnd,
  },
  'observability.batch_timeout_ms': {
    server: EARLIER,
    shows: 'with 60000 spans wait for the end of the server',
    holds: waitForTheEnd,
  },
  OTEL_BSP_SCHEDULE_DELAY: {
    server: 'production',
    shows: 'with 60000 spans wait for the end of the server',
    holds: ({ spansBefore, receiver }) => {
      expect(spansBefore).toBe(0)
      expect(receiver.spans()).not.toEqual([])
    },
  },
  'telemetry.span_queue': {
    server: EARLIER,
    shows: 'the capacity of the queue is that',
    holds: ({ families }) => expect(sampleValue(families, 'otel_sdk_processor_span_queue_capacity')).toBe(4_000),
  },
  OTEL_BSP_MAX_QUEUE_SIZE: {
    server: 'no sampler',
    shows: 'the capacity of the queue is that',
    holds: ({ families }) => expect(sampleValue(families, 'otel_sdk_processor_span_queue_capacity')).toBe(5),
  },
  'telemetry.metrics_other_names': {
    server: TURNED,
    shows: 'names of other documents are served as well',
    holds: (ran, others) => {
      expect(sampleValue(ran.families, 'llm_requests_total', { provider: 'scripted', model: 'scripted' })).toBe(3)
      expect(others.get(EARLIER)!.families.has('llm_requests_total')).toBe(false)
    },
  },
  'telemetry.health_port': {
    server: PRESENT,
    shows: 'pages of health have a port of their own',
    holds: ({ health }) => expect(health).toBe(200),
  },
  BOTTICELLI_HEALTH_PORT: {
    server: STANDARD,
    shows: 'pages of health have a port of their own',
    holds: ({ health }) => expect(health).toBe(200),
  },
  'telemetry.log_fields': { server: PRESENT, shows: '"thread" is in each line', holds: hasThreads },
  'telemetry.store_spans_from_ms': {
    server: 'shares of traces',
    shows: 'with 0 each call of the database is a span',
    holds: (ran) => expect(spanNames(ran)).toContain('store journal.complete'),
  },
  'telemetry.capture_content': { server: 'shares of traces', shows: 'prompts are in spans', holds: hasPrompts },
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: {
    server: STANDARD,
    shows: 'prompts are in spans',
    holds: hasPrompts,
  },
  'telemetry.metrics_host': {
    server: 'shares of traces',
    shows: 'metrics are on that host',
    holds: ({ output }) => expect(output).toMatch(/http:\/\/localhost:\d+\/own/),
  },
  'telemetry.metrics_path': { server: 'shares of traces', shows: 'metrics are on that path', holds: hasMetrics },
  'observability.metrics_host': {
    server: SHARE,
    shows: 'metrics are on that host',
    holds: ({ output }) => expect(output).toMatch(/http:\/\/localhost:\d+\/metrics/),
  },
  BOTTICELLI_METRICS_HOST: {
    server: 'no sampler',
    shows: 'metrics are on that host',
    holds: ({ output }) => expect(output).toMatch(/http:\/\/localhost:\d+\/metrics/),
  },
  BOTTICELLI_METRICS_PORT: { server: 'no sampler', shows: 'metrics are on that port', holds: hasMetrics },
  'telemetry.resource': {
    server: 'shares of traces',
    shows: 'spans and target_info have it',
    holds: isCalled({ team: 'content' }),
  },
  'observability.service_name': {
    server: SHARE,
    shows: 'target_info has it',
    holds: (ran) => expect(targetInfo(ran)).toMatchObject({ service_name: 'of-earlier-files' }),
  },
  'observability.environment': {
    server: SHARE,
    shows: 'target_info has it',
    holds: (ran) => expect(targetInfo(ran)).toMatchObject({ deployment_environment_name: 'quality' }),
  },
  'observability.export_console': {
    server: SHARE,
    shows: 'spans are lines of the log as well',
    holds: (ran) => expect(events(ran)).toContain('telemetry.span'),
  },
  'observability.batch_size': {
    server: SHARE,
    shows: 'no request brings more than 4 spans',
    holds: ({ receiver }) => expect(receiver.requests.length).toBeGreaterThanOrEqual(receiver.spans().length / 4),
  },
  'observability.sentry_dsn': {
    server: SHARE,
    shows: 'Sentry is sent the failure',
    holds: (ran) => expect(toSentry(ran)).not.toEqual([]),
  },
  'telemetry.push_metrics': { server: SHARE, shows: 'metrics are sent', holds: gets('metrics', 1) },
  'telemetry.push_logs': { server: SHARE, shows: 'lines of the log are sent', holds: gets('logs', 1) },
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: { server: SHARE, shows: 'metrics go there', holds: gets('metrics', 1) },
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: { server: SHARE, shows: 'lines of the log go there', holds: gets('logs', 1) },
  OTEL_METRIC_EXPORT_INTERVAL: {
    server: SHARE,
    shows: 'with 200 metrics are sent again and again',
    holds: gets('metrics', 3),
  },
  BOTTICELLI_PUSH_METRICS: {
    server: 'variables',
    shows: 'metrics are sent',
    holds: ({ receiver }) => expect(receiver.metrics.get('botticelli.bot.executions')?.points).not.toEqual([]),
  },
  BOTTICELLI_PUSH_LOGS: {
    server: 'variables',
    shows: 'lines of the log are sent',
    holds: ({ receiver }) => expect(receiver.logs.map(({ eventName }) => eventName)).toContain('bot.failed'),
  },
  BOTTICELLI_TELEMETRY_BACKEND: {
    server: 'no exporter',
    shows: '"console" writes spans to the log',
    holds: (ran) => expect(events(ran)).toContain('telemetry.span'),
  },
  BOTTICELLI_LOG_LEVEL: {
    server: 'nothing works',
    shows: '"error" leaves out warnings',
    holds: ({ lines }) => expect(new Set(lines.map(({ level }) => level))).toEqual(new Set(['ERROR'])),
  },
  BOTTICELLI_LOG_FORMAT: {
    server: 'a quiet start',
    shows: '"pretty" writes for a person',
    holds: ({ lines, output }) => {
      expect(lines).toEqual([])
      expect(output).toMatch(PRETTY)
    },
  },
  LOG_FORMAT: {
    server: 'production',
    shows: '"pretty" writes for a person, in production as well',
    holds: ({ lines, output }) => {
      expect(lines).toEqual([])
      expect(output).toMatch(PRETTY)
    },
  },
  LOG_SAMPLE_DEBUG: {
    server: STANDARD,
    shows: 'with 0 no detail is written, though LOG_LEVELS would have it',
    holds: ({ lines }) => expect(new Set(lines.map(({ level }) => level))).not.toContain('DEBUG'),
  },
  'telemetry.log_level': {
    server: 'enabled = false',
    shows: '"warn" leaves out what is in order, "info" the details of acts',
    holds: (ran, others) => {
      expect(events(ran)).toContain('bot.failed')
      expect(events(ran)).not.toContain('narrative.started')
      expect(events(others.get(PRESENT)!)).toContain('narrative.started')
      expect(events(others.get(PRESENT)!)).not.toContain('act.started')
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
    holds: isCalled({ 'deployment.environment.name': 'staging' }),
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
    server: 'shares of traces',
    shows: '"pretty" writes for a person: time, level, message and fields',
    holds: isPretty,
  },
  'telemetry.log_detail_ratio': {
    server: 'no metrics, spans to the log',
    shows: 'with 0 no detail is written, though the level would have it',
    holds: (ran, others) => {
      expect(new Set(ran.lines.map(({ level }) => level))).not.toContain('DEBUG')
      expect(events(ran)).toContain('narrative.started')
      expect(new Set(others.get(EARLIER)!.lines.map(({ level }) => level))).toContain('DEBUG')
    },
  },
  'telemetry.max_traces_per_second': {
    server: 'a share and a limit',
    shows: 'with 1 few of 120 traces are kept, and the one that failed',
    holds: (ran) => {
      const { length } = rounds(ran)
      expect(length).toBeLessThan(ROUNDS / 3)
      expect(spanNames(ran)).toContain('bot.run failer')
    },
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
    server: 'variables',
    shows: 'the receiver there has the spans',
    holds: hasSpans,
  },
  TRACE_SAMPLE_RATE: {
    server: 'variables',
    shows: 'with 0 a narrative without its own share is not traced',
    holds: onlySay,
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
  OTEL_EXPORTER: {
    server: 'no exporter',
    shows: '"none" sends nothing, "otlp" sends spans',
    holds: (ran, others) => {
      expect(ran.receiver.requests).toEqual([])
      hasSpans(others.get(STANDARD)!)
    },
  },
  OTEL_TRACES_SAMPLER: {
    server: 'no sampler',
    shows: '"always_off" traces nothing, "parentbased_traceidratio" the share that is named',
    holds: (ran, others) => {
      expect(ran.receiver.spans()).toEqual([])
      expect(others.get('a share and a limit')!.receiver.spans()).not.toEqual([])
    },
  },
  OTEL_TRACES_SAMPLER_ARG: {
    server: 'a share and a limit',
    shows: 'with 1.0 traces are kept; in production, without it, a tenth',
    holds: (ran, others) => {
      expect(rounds(ran)).not.toEqual([])
      isATenth(others.get('production')!)
    },
  },
  'ENVIRONMENT=production': {
    server: 'production',
    shows: 'of 120 traces about a tenth is kept, and each in which something failed',
    holds: (ran) => {
      isATenth(ran)
      expect(spanNames(ran)).toContain('bot.run failer')
      expect(ran.receiver.spans()).toContainEqual(expect.objectContaining({ name: 'act say', status: 'error' }))
    },
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    server: 'a share and a limit',
    shows: 'the receiver there has the spans, without another endpoint',
    holds: (ran) => expect(spanNames(ran)).toContain('bot.run failer'),
  },
  OTEL_SERVICE_NAME: {
    server: STANDARD,
    shows: 'spans, metrics and lines have it',
    holds: (ran) => {
      isCalled({ 'service.name': 'of-the-standard' })(ran)
      expect(ran.receiver.logs[0]?.resource).toMatchObject({ 'service.name': 'of-the-standard' })
    },
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    server: STANDARD,
    shows: 'every signal has them',
    holds: isCalled({ team: 'content', region: 'eu/west' }),
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    server: STANDARD,
    shows: 'each request has them',
    holds: ({ receiver }) => {
      for (const { headers } of receiver.requests) expect(headers).toMatchObject({ 'x-key': 'one two' })
    },
  },
  OTEL_EXPORTER_OTLP_COMPRESSION: {
    server: STANDARD,
    shows: '"gzip" packs each request',
    holds: ({ receiver }) => {
      for (const { headers } of receiver.requests) expect(headers).toMatchObject({ 'content-encoding': 'gzip' })
    },
  },
  OTEL_METRICS_EXPORTER: {
    server: STANDARD,
    shows: '"otlp" pushes metrics',
    holds: ({ receiver }) => expect(receiver.metrics.get('botticelli.bot.executions')?.points).not.toEqual([]),
  },
  OTEL_LOGS_EXPORTER: {
    server: STANDARD,
    shows: '"otlp" pushes the lines of the log',
    holds: ({ receiver }) => expect(receiver.logs.map(({ eventName }) => eventName)).toContain('bot.failed'),
  },
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: {
    server: STANDARD,
    shows: 'no request brings more than 2 spans',
    holds: ({ receiver }) => expect(receiver.requests.length).toBeGreaterThanOrEqual(receiver.spans().length / 2),
  },
  LOG_FIELDS: {
    server: 'variables',
    shows: '"thread" is in each line',
    holds: hasThreads,
  },
  'bot_server.toml': {
    server: EARLIER,
    shows: 'is read where there is no botticelli.toml',
    holds: hasMetrics,
  },
  'a server without a healthy bot': {
    server: 'nothing works',
    shows: 'is unhealthy and not ready, and lives',
    holds: ({ pages }) => {
      expect(pages.get('/health')?.status).toBe(503)
      expect(pages.get('/health')?.body).toContain('"status":"unhealthy","bots":[{"name":"failer","status":"unhealthy"')
      expect(pages.get('/health/ready')?.status).toBe(503)
      expect(pages.get('/health/ready')?.body).toContain('"bots":"fail"')
      expect(pages.get('/health/live')).toMatchObject({ status: 200 })
    },
  },
  'a server whose provider takes nothing': {
    server: 'nothing works',
    shows: 'is not ready: its limit is spent',
    holds: ({ pages }) => {
      expect(pages.get('/health/ready')?.status).toBe(503)
      expect(pages.get('/health/ready')?.body).toContain('"ai_provider":"fail"')
      expect(pages.get('/health')?.body).toContain('"rate_limited":true')
    },
  },
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

/** What has no server of its own: another name of something that has, or what only a slow receiver would show. */
export const ALSO: Readonly<Record<string, string>> = {
  'telemetry.tracing': 'observability.tracing_enabled',
  'telemetry.health': 'observability.health_enabled',
  'telemetry.otlp_traces_endpoint': 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'telemetry.otlp_metrics_endpoint': 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
  'telemetry.otlp_logs_endpoint': 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
  'telemetry.otlp_compression': 'OTEL_EXPORTER_OTLP_COMPRESSION',
  'telemetry.sampler': 'OTEL_TRACES_SAMPLER',
  'telemetry.push_metrics_every': 'OTEL_METRIC_EXPORT_INTERVAL',
  'observability.enabled': 'telemetry.enabled',
  'observability.backend': 'telemetry.backend',
  'observability.sampling_rate': 'observability.sample_rate',
}
