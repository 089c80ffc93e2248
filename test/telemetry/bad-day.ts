// Bad day: one real `botticelli serve` in which everything goes wrong that can be made to, and what came out of it.
//
// Each trouble has a bot of its own. The providers refuse, stall or are not there, Discord forbids, limits and hangs, a
// message takes its bot down until it is given up, another process holds the database, and the server is told to stop
// while a run hangs. Answers are streamed.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { JsonObject } from '../../json.ts'
import { startDiscordDouble } from '../../platforms/discord-double.ts'
import type { DomainEvent } from '../../store/store.ts'
import { makeProject, until } from '../end-to-end/project.ts'
import { type Programmed, startProviderServer } from '../models/provider-server.ts'
import { execution } from '../store/fixtures.ts'
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts'
import { type Family, parsePrometheus } from './prometheus-text.ts'

export interface BadDay {
  readonly families: ReadonlyMap<string, Family>
  /** The same while another process holds the database. */
  readonly lockedFamilies: ReadonlyMap<string, Family>
  readonly lines: readonly JsonObject[]
  /** Those that were logged before the metrics were read. */
  readonly linesBefore: readonly JsonObject[]
  readonly output: string
  readonly receiver: OtlpReceiver
  readonly events: readonly DomainEvent[]
  /** Pages while another process holds the database, and while the server stops. */
  readonly locked: ReadonlyMap<string, Answered>
  readonly stopping: Answered
  readonly exitCode: number | null
}

interface Answered {
  readonly status: number
  readonly body: string
}

/** As the provider echoes it when it refuses the key. */
export const ECHOED_KEY = 'sk-proj-abcdefghijklmnopqrstuvwxyz0123456789'

/** Runs the server until all has happened, and stops it. */
export async function runBadDay(): Promise<BadDay> {
  const receiver = await startOtlpReceiver()
  await using discord = await startDiscordDouble({ guilds: ['forbidding', 'limiting', 'hanging'] })
  let shaken = 0
  await using provider = await startProviderServer(({ model }) =>
    model === 'shaky' && ++shaken > 3 ? 'Better.' : (ANSWERS[model] ?? 'Fine.'),
  )
  using project = makeProject()
  const [forbidding, limiting, hanging] = discord.guildIds.map((guildId) => String(discord.channels(guildId)[0]?.id))
  discord.fail({
    is: 'status',
    method: 'POST',
    path: `/channels/${forbidding}/`,
    status: 403,
    code: 50013,
    message: 'Missing Permissions',
    times: 9,
  })
  discord.fail({ is: 'rate-limit', method: 'POST', path: `/channels/${limiting}/`, retryAfterMs: 100 })
  discord.fail({ is: 'hang', path: `/guilds/${discord.guildIds[2]}/roles`, times: 1 })
  discord.fail({ is: 'hang', path: `/channels/${hanging}`, times: 9 })
  project.write('script.toml', SCRIPT)
  project.write('botticelli.toml', config(provider.urls.openai, await closedPort(), discord.url))
  const ids = { forbidding, limiting, hanging, guild: discord.guildId, hangingGuild: discord.guildIds[2] }
  for (const [name, text] of Object.entries(NARRATIVES)) {
    project.write(
      `${name}.toml`,
      text.replaceAll(/\{(\w+)\}/g, (whole, id) => (ids as Record<string, string>)[id] ?? whole),
    )
  }
  project.look((store) => {
    for (const id of ['OLD1', 'OLD2', 'OLD3']) {
      store.executions.begin(execution(id, { startedAt: Date.now() - 100 * DAY_MS }))
      store.executions.finish(id, { status: 'completed', at: Date.now() - 100 * DAY_MS })
    }
    // An earlier server began it, and its file is gone since.
    const lost = { bot: 'gone', file: '/nowhere/gone.toml', narrative: 'gone', trigger: 'schedule' } as const
    store.executions.begin(execution(LOST, { ...lost, startedAt: Date.now(), owner: NOBODY }))
    const meta = { id: 'CRASH', correlationId: 'CRASH', sentAt: Date.now(), attempt: 1 }
    store.mailbox.append({ id: 'CRASH', to: '/bots/crasher', message: { type: 'bot.crash', meta }, at: Date.now() })
  })
  const server = project.start(['serve'], {
    ...ENVIRONMENT,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    DISCORD_GUILD_ID: discord.guildId,
  })
  await server.says('"event":"metrics.listening"', LIMIT_MS)
  const url = /"event":"metrics\.listening".*?"url":"([^"]+)"/.exec(server.output())?.[1] ?? ''
  const ask = async (path: string): Promise<Answered> => {
    const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(LIMIT_MS) })
    return { status: response.status, body: await response.text() }
  }
  for (const sign of SIGNS)
    await until(
      () => sign.test(server.output()),
      LIMIT_MS,
      () => `${sign} was not said:\n${server.output()}`,
    )
  const families = parsePrometheus((await ask('/metrics')).body)

  const other = new Database(join(project.folder, '.botticelli', 'botticelli.db'))
  other.exec('begin immediate')
  await server.says('"code":"store-busy"', LIMIT_MS)
  const locked = new Map<string, Answered>()
  for (const path of ['/health', '/health/ready', '/metrics']) locked.set(path, await ask(path))
  other.exec('rollback')
  other.close()

  const ended = server.kill('SIGTERM')
  await server.says('"event":"app.stopping"', LIMIT_MS)
  const stopping = await ask('/health/ready')
  await discord.stop() // what hangs there is broken off, so that nobody waits for it
  const { code, stderr } = await ended
  const lines = stderr.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as JsonObject] : []))
  const scrapes = lines.flatMap(({ route }, index) => (route === '/metrics' ? [index] : []))
  return {
    families,
    lockedFamilies: parsePrometheus(locked.get('/metrics')?.body ?? ''),
    lines,
    linesBefore: lines.slice(0, scrapes[0]),
    output: stderr,
    receiver,
    events: project.look((store) => store.events.list({ limit: 10_000 })),
    locked,
    stopping,
    exitCode: code,
  }
}

/** An execution, and the process that ran it: no system has one of this number. */
const LOST = '01JD8M0000000000000000G0NE'
const NOBODY = 2 ** 30

const DAY_MS = 86_400_000
/** A machine with much else to do is slow; nothing waits for so long because of the server. */
const LIMIT_MS = 60_000

const ENVIRONMENT = { OPENAI_API_KEY: ECHOED_KEY, DISCORD_TOKEN: 'a-token-for-the-double', LOG_LEVEL: 'trace' }

/** What the provider says, by the model that is asked. */
const ANSWERS: Readonly<Record<string, Programmed>> = {
  auth: { status: 401, message: `Incorrect API key provided: ${ECHOED_KEY}.` },
  limited: { status: 429, message: 'Slow down.' },
  bad: { status: 400, message: 'That is no question.' },
  broken: { status: 500, message: 'We are down.' },
  shaky: { status: 503, message: 'We are overloaded.' },
  late: { text: 'Too late.', delayMs: 4_000 },
  filtered: { text: 'I', finishReason: 'content_filter' },
  empty: { text: '' },
  fine: '[{"is": "warm"}]',
}

/** What has to be logged before the metrics are worth reading. */
const SIGNS = [
  ...['auth', 'limited', 'bad', 'broken', 'late', 'filtered', 'empty', 'forbidden', 'gone'].map((bot) =>
    seen('bot.failed', bot),
  ),
  ...['cacher', 'patient', 'shaky', 'stuck', 'twice', 'odd', 'cut'].map((bot) => seen('bot.run_completed', bot)),
  /"event":"bot.failed".*"bot":"down".*"code":"model-unavailable"/,
  /"event":"actor.dead_letter"/,
]

function seen(event: string, bot: string): RegExp {
  return new RegExp(`"event":"${event}","target":"bot","bot":"${bot}"`)
}

function config(openai: string, closed: number, discord: string): string {
  return `posting = "live"
drain = "2s"
[models]
default = "scripted"
script = "script.toml"
retries = 0
timeout = "5s"
breaker_failures = 3
breaker_pause = "1s"
stream = true
[models.openai]
base_url = "${openai}"
[models.servers.shaky]
base_url = "${openai}"
[models.servers.nowhere]
base_url = "http://127.0.0.1:${closed}/v1"
[discord]
api_url = "${discord}"
[telemetry]
metrics_port = 0
log_format = "json"
push_metrics = true
push_logs = true
collect_every = "1s"
metrics_other_names = true
${bot('warm', 'warm', 'model = "openai:fine"')}
${['auth', 'limited', 'bad', 'broken', 'filtered', 'empty'].map((model) => afterWarm(model, 'ask')).join('')}
${afterWarm('late', 'late')}
${bot('down', 'ask', 'model = "nowhere:any"', '1s')}
${bot('shaky', 'ask', 'model = "shaky:shaky"', '1s')}
${bot('crasher', 'ask')}
${bot('cacher', 'look')}
${bot('forbidden', 'forbidden')}
${bot('patient', 'limited')}
${bot('stuck', 'stuck', 'hung_after = "10s"')}
${bot('maker', 'make', 'type = "generation"')}
[bots.again]
narrative = "make.toml"
after = ["maker"]
[bots.twice]
narrative = "twice.toml"
after = ["again"]
[bots.slow]
narrative = "slow.toml"
after = ["maker", "again", "twice"]
${bot('odd', 'odd')}
${bot('cut', 'ask', 'model = "scripted:truncate:60%"')}
[bots.gone]
narrative = "gone.toml"
isolation = "thread"
every = "1h"
`
}

function bot(name: string, narrative: string, more = '', every = '1h'): string {
  return `[bots.${name}]\nnarrative = "${narrative}.toml"\n${more}\nevery = "${every}"\non_start = true\n`
}

/** What asks the provider begins when its SDK is loaded, so that no call is late because of that. */
function afterWarm(model: string, narrative: string): string {
  return `[bots.${model}]\nnarrative = "${narrative}.toml"\nmodel = "openai:${model}"\nafter = ["warm"]\n`
}

function narrative(name: string, rest: string): string {
  return `[narrative]\nname = "${name}"\ndescription = "Does ${name}"\n${rest}`
}

const NARRATIVES: Readonly<Record<string, string>> = {
  ask: narrative('ask', 'skip_content_generation = true\ntoc = ["say"]\n[acts]\nsay = "Say something."\n'),
  late: narrative(
    'late',
    'skip_content_generation = true\ntoc = ["say"]\n[acts.say]\nprompt = "Say."\ntimeout = "250ms"\n',
  ),
  warm: narrative('warm', 'target = "warmth"\ntoc = ["say"]\n[acts.say]\nprompt = "As JSON."\nretry = 6\n'),
  look: narrative(
    'look',
    `skip_content_generation = true
toc = ["see", "say"]
[narrative.carousel]
iterations = 2
[acts.see]
input = [{ type = "bot_command", platform = "discord", command = "channels.list", guild_id = "{guild}" }]
[acts.say]
prompt = "Say the same."
cache = "1h"
`,
  ),
  forbidden: publishing('forbidden', '{forbidding}'),
  limited: publishing('limited', '{limiting}'),
  slow: publishing('slow', '{hanging}'),
  stuck: narrative(
    'stuck',
    `skip_content_generation = true
toc = ["see"]
[acts.see]
input = [{ type = "bot_command", platform = "discord", command = "roles.list", guild_id = "{hangingGuild}" }]
`,
  ),
  make: narrative('make', 'target = "potential_discord_posts"\ntoc = ["draft"]\n[acts]\ndraft = "Draft, as JSON."\n'),
  twice: narrative(
    'twice',
    `target = "approved_discord_posts"
toc = ["read", "choose"]
[narrative.carousel]
iterations = 2
[acts.read]
input = [{ type = "table", table_name = "potential_discord_posts", order_by = "id", limit = 1 }]
[acts.choose]
prompt = "Choose {{read}}, as JSON."
`,
  ),
  odd: narrative(
    'odd',
    `target = "oddities"
toc = ["find"]
[narrative.carousel]
iterations = 2
[narrative.metrics.find_size]
kind = "histogram"
act = "find"
value = "$.size"
buckets = [1, 10]
[acts]
find = "Find, as JSON."
`,
  ),
  gone: narrative('gone', 'skip_content_generation = true\ntoc = ["say"]\n[acts]\nsay = "Say something."\n'),
}

function publishing(name: string, channel: string): string {
  return narrative(
    name,
    `skip_content_generation = true
toc = ["publish"]
[bots.publish]
platform = "discord"
command = "messages.send"
required = true
channel_id = "${channel}"
content = "Hello"
[acts]
publish = "bots.publish"
`,
  )
}

const SCRIPT = `[[reply]]
when = { narrative = "make" }
text = '[{"text_content": "A draft about bridges in the rain."}]'
[[reply]]
when = { narrative = "twice", act = "choose" }
text = '[{"text_content": "A draft about bridges in the rain."}]'
[[reply]]
when = { narrative = "odd", call = 1 }
text = '[{"name": "a find", "size": 4,}]'
[[reply]]
when = { narrative = "odd", call = 2 }
text = '[{"name": "a find", "size": 40, "source_act": "mine"}]'
`

async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
