// Whole server: one real `botticelli serve` over the library's narratives, and everything that came out of it.
//
// Three bots write, curate and post to the Discord double; a fourth one always fails. The model refuses once, a person
// rejects a draft, somebody asks for pages with a trace and a request id of their own.

import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pipelineProject } from '../../bin/demo/pipeline-project.ts'
import type { JsonObject } from '../../json.ts'
import { type DiscordDouble, startDiscordDouble } from '../../platforms/discord-double.ts'
import type { AuditLine, DomainEvent } from '../../store/store.ts'
import { traceIdOf } from '../../telemetry/trace-context.ts'
import { type Finished, makeProject, type Project, type Running } from '../end-to-end/project.ts'
import { startProviderServer } from '../models/provider-server.ts'
import { posts } from '../store/fixtures.ts'
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts'
import { type Family, parsePrometheus } from './prometheus-text.ts'

interface Page {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

export interface Evidence {
  readonly families: ReadonlyMap<string, Family>
  readonly pages: ReadonlyMap<string, Page>
  /** Lines of the log. */
  readonly lines: readonly JsonObject[]
  /** Those that were logged before the metrics were read. */
  readonly linesBefore: readonly JsonObject[]
  readonly receiver: OtlpReceiver
  /** Headers of the requests that Discord received. */
  readonly discordHeaders: readonly Readonly<Record<string, string>>[]
  /** Trace of the one published item: as its rows have it. */
  readonly draftTrace: string | undefined
  readonly approvedTrace: string | undefined
  /** The metrics as OpenMetrics has them. */
  readonly openMetrics: Page
  /** What commands said after the server had ended. */
  readonly said: ReadonlyMap<string, Finished>
  /** What people did, as the database has it. */
  readonly audit: readonly AuditLine[]
  /** What happened, as the database has it. */
  readonly events: readonly DomainEvent[]
  /** The trace that a page was asked in. */
  readonly askedTrace: string
}

const LIBRARY = join(import.meta.dirname, '../../narratives/library')
/** The metrics come last: they count the requests before them. */
const PAGES = [
  '/metrics.json',
  '/health',
  '/health/live',
  '/health/ready',
  '/health/startup',
  '/status',
  '/nothing',
  '/metrics',
]
const COMMANDS = [
  'audit --json',
  'report --json',
  'costs --calls --format csv',
  'costs --by narrative --json',
  'latency --json --within 1m',
  'latency SCAN --json',
]
const ASKED_TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

export interface WholeServer extends AsyncDisposable {
  readonly project: Project
  readonly server: Running
  readonly discord: DiscordDouble
  readonly environment: Record<string, string>
  /** Of the metrics. */
  readonly url: string
}

/** Starts the server, and waits until a post is out and the broken bot has failed. */
export async function startWholeServer(otlpEndpoint: string | undefined): Promise<WholeServer> {
  const discord = await startDiscordDouble()
  const provider = await startProviderServer({ text: 'Paid.', usage: { input: 1_000, output: 500 } })
  provider.sendHeaders({ 'x-ratelimit-limit-requests': '100', 'x-ratelimit-remaining-requests': '25' })
  const project = makeProject()
  fill(project, discord.url)
  const environment = {
    DISCORD_TOKEN: 'a-token-for-the-double',
    DISCORD_GUILD_ID: discord.guildId,
    OPENAI_API_KEY: 'a-key-for-the-double',
    OPENAI_BASE_URL: provider.urls.openai,
    ENVIRONMENT: 'staging',
    LOG_LEVEL: 'trace',
    ...(otlpEndpoint !== undefined && { OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint }),
  }
  project.look((store) => store.content.insert(posts([{ text: 'by hand' }], { table: 'imported' }), Date.now()))
  const server = project.start(['serve'], environment)
  await server.says('"event":"metrics.listening"', 30_000)
  await server.says('"event":"content.published"', 30_000)
  await server.says('"event":"bot.failed"', 30_000)
  await server.says('"event":"json.failed"', 30_000)
  await server.says('"code":"model-auth"', 30_000)
  await server.says('"model":"small","input_tokens"', 30_000)
  return {
    project,
    server,
    discord,
    environment,
    url: /"event":"metrics\.listening".*?"url":"([^"]+)"/.exec(server.output())?.[1] ?? '',
    async [Symbol.asyncDispose]() {
      project[Symbol.dispose]()
      await discord[Symbol.asyncDispose]()
      await provider[Symbol.asyncDispose]()
    },
  }
}

/** Runs the server until a post is out, stops it and gives what it left. */
export async function runWholeServer(): Promise<Evidence> {
  const receiver = await startOtlpReceiver()
  await using whole = await startWholeServer(receiver.url)
  const { project, server, discord, environment, url } = whole
  const drafts = { table: 'potential_discord_posts', status: 'pending', limit: 1 }
  const rejected = project.look((store) => store.content.list(drafts))[0]
  await project.botticelli(['content', 'reject', `${rejected?.table}/${rejected?.id}`, '--yes'], environment)
  await project.botticelli(['reload'], environment)
  await project.botticelli(['log-level', 'trace'], environment)

  const pages = new Map<string, Page>()
  const reader = project.start(['logs', '-f', '--level', 'info', '--json'], environment)
  await reader.says('"event":')
  const openMetrics = await ask(new URL('/metrics', url), { accept: 'application/openmetrics-text' })
  for (const path of PAGES) pages.set(path, await ask(new URL(path, url)))
  const { code, stderr } = await server.kill('SIGTERM')
  if (code !== 0) throw new Error(`The server ended with ${code}:\n${stderr}`)

  const scan = project.look((store) => store.executions.list().find(({ narrative }) => narrative === 'scan'))?.id ?? ''
  const commands = COMMANDS.map((words) => project.botticelli(words.replace('SCAN', scan).split(' '), environment))
  const [post] = project.look((store) => store.content.list({ table: 'approved_discord_posts', status: 'posted' }))
  const draft = project.look((store) => (post?.source === undefined ? undefined : store.content.find(post.source)))
  const lines = stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as JsonObject)
  return {
    families: parsePrometheus(pages.get('/metrics')?.body ?? ''),
    pages,
    lines,
    linesBefore: lines.slice(
      0,
      lines.findLastIndex(({ route }) => route === '/metrics'),
    ),
    receiver,
    discordHeaders: discord.requests.map(({ headers }) => headers),
    draftTrace: traceIdOf(draft?.traceparent),
    approvedTrace: traceIdOf(post?.traceparent),
    openMetrics,
    said: new Map((await Promise.all(commands)).map((finished, index) => [COMMANDS[index]!, finished])),
    audit: project.look((store) => store.audit.list()),
    events: project.look((store) => store.events.list({ limit: 10_000 })),
    askedTrace: ASKED_TRACE,
  }
}

async function ask(url: URL, more: Record<string, string> = {}): Promise<Page> {
  const context = { traceparent: `00-${ASKED_TRACE}-00f067aa0ba902b7-01`, tracestate: 'vendor=1' }
  const headers = { ...more, ...context, 'x-request-id': 'asked-by-a-test' }
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) })
  return { status: response.status, headers: response.headers, body: await response.text() }
}

function fill(project: Project, discordUrl: string): void {
  mkdirSync(join(project.folder, 'narratives'))
  for (const name of readdirSync(LIBRARY)) copyFileSync(join(LIBRARY, name), join(project.folder, 'narratives', name))
  project.write('narratives/turns.toml', TURNS)
  project.write('narratives/scan.toml', SCAN)
  project.write('narratives/doomed.toml', DOOMED)
  project.write('narratives/take_in.toml', TAKE_IN)
  project.write('narratives/paid.toml', PAID)
  project.write('script.toml', SCRIPT)
  project.write(
    'botticelli.toml',
    `${pipelineProject({
      discordUrl,
      writes: 'batch',
      postsWhen: 'after = ["curator"]',
      models: 'retries = 1\n[models.prices.small]\ninput_per_million = 1.0\noutput_per_million = 2.0',
      telemetry: `metrics_port = 0
log_format = "json"
store_spans_from_ms = 0
log_fields = ["thread", "source", "span"]
export_console = true
push_metrics = true
push_logs = true`,
    })}
[bots.turner]
narrative = "turns"
every = "1h"
on_start = true
[bots.scanner]
narrative = "scan"
every = "1h"
on_start = true
[bots.payer]
narrative = "paid"
every = "1h"
on_start = true
[bots.doomed]
narrative = "doomed"
after = ["writer"]
[bots.keeper]
narrative = "take_in"
every = "1h"
on_start = true
[bots.broken]
narrative = "turns"
model = "scripted:http:500"
every = "1h"
on_start = true
`,
  )
}

const TURNS = `[narrative]
name = "turns"
description = "Says something twice"
skip_content_generation = true
[narrative.carousel]
iterations = 2
[toc]
order = ["say"]
[acts.say]
system_prompt = "You are brief."
[[acts.say.input]]
type = "text"
content = "Say something."
`

const SCAN = `[narrative]
name = "scan"
description = "Scores what it finds, and chats where it should not"
target = "findings"
[toc]
order = ["fetch", "score", "chat"]
[acts.fetch]
prompt = "Fetch."
[acts.score]
extract_output = true
prompt = "Score it. Answer with JSON only."
schema = { type = "array", items = { type = "object", required = ["score"] } }
[acts.chat]
extract_output = true
prompt = "Say something about it."
retry = { reask = 0 }
`

/** Takes a draft up and fails over it. */
const DOOMED = `[narrative]
name = "doomed"
description = "Judges a draft, if its model lets it"
skip_content_generation = true
[toc]
order = ["read", "judge"]
[acts.read]
input = [{ type = "table", table_name = "potential_discord_posts", limit = 1 }]
[acts.judge]
prompt = "Judge {{read}}."
`

/** Asks a model that has its price. */
const PAID = `[narrative]
name = "paid"
description = "Asks a model that costs something"
skip_content_generation = true
[toc]
order = ["ask"]
[acts.ask]
model = "openai:small"
system = "You are brief."
prompt = "Say something."
`

/** Takes up a row that came without a trace. */
const TAKE_IN = `[narrative]
name = "take_in"
description = "Looks at what somebody stored by hand"
skip_content_generation = true
[toc]
order = ["read", "look"]
[acts.read]
input = [{ type = "table", table_name = "imported", limit = 1 }]
[acts.look]
prompt = "Look at {{read}}."
`

const SCRIPT = `[[reply]]
when  = { narrative = "scan", act = "fetch" }
delay = "250ms"
[[reply]]
when  = { narrative = "doomed", act = "judge" }
fault = "http:401"
[[reply]]
when  = { narrative = "scan", act = "score" }
text  = '[{"title": "a find", "score": 8, "confidence": 0.75}]'
[[reply]]
when  = { narrative = "scan", act = "chat" }
text  = "It is a fine thing, all in all."
[[reply]]
when  = { narrative = "use_case", act = "critique", call = 1 }
fault = "http:429 retry_after=100ms"
`
