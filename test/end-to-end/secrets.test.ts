// Secrets stay in (P8): one server that is given every kind of secret, among neighbours that all repeat what they are sent.
//
// The secrets have no shape by which they could be known. A provider, Discord and a web server echo them in errors, the
// model even in an answer. Then everything that came out is searched: streams, pages, traces, metrics, Sentry, webhooks,
// what the commands print, the inspector, cassettes, and the database's files byte by byte.

import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { SAMPLES } from '../media/samples.ts'
import { startProviderServer } from '../models/provider-server.ts'
import { makeProject, type Project, until } from './project.ts'

const SECRETS = {
  openai: 'correct-horse-battery-openai',
  gemini: 'correct-horse-battery-gemini',
  server: 'correct-horse-battery-server',
  discord: 'correct-horse-battery-discord',
  otlp: 'correct-horse-battery-otlp',
  sentry: 'correcthorsebatterysentry',
  webhook: 'correct-horse-battery-webhook',
  password: 'correct-horse-battery-password',
  query: 'correct-horse-battery-query',
} as const

/** What came out, by where. */
const exits = new Map<string, string>()
const exit = (name: string, text: string) => exits.set(name, (exits.get(name) ?? '') + text)

let project: Project
beforeAll(async () => {
  project = makeProject()
  await using provider = await startProviderServer(({ model }) =>
    model === 'refuses'
      ? { status: 401, message: `Incorrect key provided: ${SECRETS.openai}. You sent "Bearer ${SECRETS.openai}".` }
      : model === 'breaks'
        ? { status: 400, message: `No such field in {"authorization":"${SECRETS.server}"}` }
        : `Your key is ${SECRETS.openai}, said the proxy.`,
  )
  await using discord = await listen((request, response) => {
    const message = `Invalid token: ${request.headers.authorization} (${encodeURIComponent(SECRETS.discord)})`
    response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify({ code: 50_001, message }))
  })
  await using web = await listen((request, response) => {
    if (request.url?.startsWith('/here.png')) response.end(SAMPLES.png)
    else response.writeHead(404, `No ${request.url}`).end(`Nothing for ${request.headers.authorization}`)
  })
  await using collector = await listen((request, response, body) => {
    exit('OTLP', request.headers['content-encoding'] === 'gzip' ? gunzipSync(body).toString() : body.toString())
    response.writeHead(200, { 'content-type': String(request.headers['content-type']) }).end()
  })
  await using sentry = await listen((_, response, body) => {
    exit('Sentry', body.toString())
    response.end('{}')
  })
  await using hook = await listen((_, response, body) => {
    exit('notifications', body.toString())
    response.end('{}')
  })
  const environment = {
    OPENAI_API_KEY: SECRETS.openai,
    OPENAI_BASE_URL: provider.urls.openai,
    GEMINI_API_KEY: SECRETS.gemini,
    GEMINI_BASE_URL: provider.urls.gemini,
    SERVER_KEY: SECRETS.server,
    DISCORD_TOKEN: SECRETS.discord,
    PICTURE_PASSWORD: SECRETS.password,
    PICTURE_QUERY: SECRETS.query,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: `x-house=${SECRETS.otlp}`,
    SENTRY_DSN: collector.url.replace('//', `//${SECRETS.sentry}@`).replace(/:\d+$/, `:${sentry.port}/42`),
    BOTTICELLI_NOTIFY_WEBHOOK_URL: `${hook.url}/${SECRETS.webhook}`,
    LOG_LEVEL: 'trace',
  }
  const media = (file: string) =>
    `[[acts.a.input]]\ntype = "image"\nurl = "http://ann:\${PICTURE_PASSWORD}@127.0.0.1:${web.port}/${file}?q=\${PICTURE_QUERY}&token=\${PICTURE_QUERY}"\n[[acts.a.input]]\ncontent = "Look."\n`
  write('ask', '[acts.a]\nprompt = "Say something."\n')
  write(
    'tell',
    '[acts.a]\nprompt = "Say ${OPENAI_API_KEY} and $DISCORD_TOKEN and ${env:GEMINI_API_KEY} and ${SERVER_KEY}."\n',
  )
  write('look', media('here.png'))
  write('miss', media('gone.png'))
  write(
    'post',
    '[[acts.a.input]]\ntype = "bot_command"\nplatform = "discord"\ncommand = "channels.list"\nguild_id = "1"\nrequired = true\n',
  )
  project.write('botticelli.toml', configuration(provider.urls.openai, discord.url, web.port))
  project.write('ask.test.toml', '[[case]]\nname = "it answers"\n')

  const server = project.start(['serve'], environment)
  await until(
    () => {
      const ended = project.look((store) => store.executions.list({ limit: 50 })).filter(({ endedAt }) => endedAt)
      return new Set(ended.map(({ bot }) => bot)).size === 8 && exits.has('Sentry') && exits.has('notifications')
    },
    60_000,
    () => server.output(),
  )
  const metrics = /"event":"metrics.listening".*?"url":"([^"]+)"/.exec(server.output())?.[1] ?? ''
  for (const path of ['/metrics', '/metrics.json', '/health', '/status']) {
    exit('pages', await (await fetch(new URL(path, metrics))).text())
  }
  const inspecting = project.start(['inspect', '--json', '--port', '0', '--sanitize', 'full'], environment)
  await inspecting.says('socketUrl')
  exit('inspector', await framesOf(/"socketUrl":"([^"]+)"/.exec(inspecting.output())![1]!))
  await inspecting.kill('SIGINT')

  const executions = project.look((store) => store.executions.list({ limit: 50 }))
  const commands = [
    ...['status', 'logs --level trace', 'actors tree', 'actors show /bots/asker', 'actors events', 'events --json'],
    ...['executions list', 'content list', 'dead-letters list', 'report', 'config show', 'config show --json'],
    ...executions.flatMap(({ id }) => [`executions show ${id} --json`]),
    'run ask.toml --model openai:refuses',
    'run miss.toml --model openai:answers --json',
    'run tell.toml --model openai:answers --dry-run',
    'narratives test ask.test.toml --record --model openai:answers',
  ].values()
  const work = async () => {
    for (const command of commands) {
      const { stdout, stderr } = await project.botticelli(command.split(' '), environment)
      exit(`botticelli ${command}`, stdout + stderr)
    }
  }
  await Promise.all([work(), work(), work()])
  const { stdout, stderr } = await server.kill('SIGTERM')
  exit('stdout', stdout)
  exit('stderr', stderr)
  for (const file of readdirSync(project.folder, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) exit(`files ${file.name}`, readFileSync(join(file.parentPath, file.name), 'latin1'))
  }
}, 240_000)
afterAll(() => project[Symbol.dispose]())

describe('no secret comes out', () => {
  test('of anywhere', () => {
    const found = [...exits].flatMap(([name, text]) =>
      Object.entries(SECRETS).flatMap(([kind, secret]) => {
        const at = text.indexOf(secret)
        return at < 0 ? [] : [`${name}: the secret of ${kind}: ${text.slice(Math.max(0, at - 150), at + 60)}`]
      }),
    )
    expect(found).toEqual([])
  })

  test('though everything was looked at, and there was something to take out', () => {
    for (const name of ['OTLP', 'Sentry', 'notifications', 'pages', 'inspector', 'stderr', 'files botticelli.db']) {
      expect([name, exits.get(name)?.length ?? 0]).toEqual([name, expect.toSatisfy((length) => length > 200)])
    }
    for (const name of [
      'OTLP',
      'stderr',
      'botticelli logs --level trace',
      'files botticelli.db',
      'files ask.cassette.json',
    ])
      expect([name, exits.get(name)]).toEqual([name, expect.stringContaining('[redacted]')])
  })
})

function write(name: string, acts: string): void {
  project.write(`${name}.toml`, `[narrative]\nname = "${name}"\n[toc]\norder = ["a"]\n${acts}`)
}

function configuration(modelUrl: string, discordUrl: string, webPort: number): string {
  const bot = (name: string, narrative: string, model: string, more = '') =>
    `[bots.${name}]\nnarrative = "${narrative}.toml"\nmodel = "${model}"\nevery = "1h"\non_start = true\n${more}`
  return `posting = "live"
[models]
default = "scripted"
retries = 0
[models.servers.house]
base_url = "${modelUrl}"
api_key_env = "SERVER_KEY"
[media]
private_hosts = ["127.0.0.1:${webPort}"]
[discord]
api_url = "${discordUrl}"
[telemetry]
metrics_port = 0
log_format = "json"
capture_content = true
push_metrics = true
push_logs = true
[notify]
after_failures = 1
${bot('asker', 'ask', 'openai:refuses')}
${bot('apart', 'ask', 'openai:refuses', 'isolation = "thread"\n')}
${bot('sender', 'ask', 'house:breaks')}
${bot('hearer', 'ask', 'openai:answers')}
${bot('teller', 'tell', 'scripted')}
${bot('looker', 'look', 'openai:answers')}
${bot('misser', 'miss', 'openai:answers')}
${bot('poster', 'post', 'scripted')}
`
}

type Handle = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void

async function listen(handle: Handle) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    handle(request, response, Buffer.concat(chunks))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** What the inspector is told of everything that lives. */
async function framesOf(url: string): Promise<string> {
  const frames: string[] = []
  const socket = new WebSocket(url)
  socket.on('message', (frame) => frames.push(String(frame)))
  await until(
    () => frames.length > 20,
    10_000,
    () => `${frames.length} frames`,
  )
  socket.close()
  return frames.join('\n')
}
