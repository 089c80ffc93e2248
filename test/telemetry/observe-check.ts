// Observe check: a real Prometheus and a real Jaeger look at a real server, and this says what they saw.
//
// Run by `npm run observe:check`. Prometheus and promtool come from the system (Debian: apt-get install prometheus).
// Jaeger is the program `jaeger` in PATH, or, where Go is at hand, built from its module (some minutes, once). What is
// missing is skipped, and said.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { traceIdOf } from '../../telemetry/trace-context.ts'
import { startWholeServer, type WholeServer } from './whole-server.ts'

/** v2.13 by its other name: the module has no `/v2` in its path, so that Go knows it by the tags of v1 alone. */
const JAEGER = { module: 'github.com/jaegertracing/jaeger', version: 'v1.76.0' }
const QUERIES = [
  'up',
  'sum by (bot, outcome) (botticelli_bot_executions_total)',
  'botticelli_bot_consecutive_failures > 0',
  'sum by (stage) (botticelli_pipeline_latency_seconds_count)',
  'botticelli_approved_posts_size',
  'sum by (error_type) (botticelli_llm_errors_total)',
  'histogram_quantile(0.95, sum by (le) (gen_ai_client_inference_duration_seconds_bucket))',
]

const folder = mkdtempSync(join(tmpdir(), 'botticelli-observe-'))
const children: ChildProcess[] = []
const DEPLOY = join(import.meta.dirname, '../../deploy/observability')
let failures = 0
try {
  const jaeger = await startJaeger()
  await using whole = await startWholeServer(jaeger?.otlp)
  await checkMetrics(whole)
  await askPrometheus(whole)
  if (jaeger !== undefined) await askJaeger(whole, jaeger.query)
} finally {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
console.log(failures === 0 ? 'observe:check: well' : `observe:check: ${failures} failed`)
process.exitCode = failures === 0 ? 0 : 1

// ---------------------------------------------------------------------------- Prometheus

async function checkMetrics({ url }: WholeServer): Promise<void> {
  if (!has('promtool')) return skip('promtool', 'it is not installed (Debian: apt-get install prometheus)')
  const config = spawnSync('promtool', ['check', 'config', join(DEPLOY, 'prometheus.yml')], { encoding: 'utf8' })
  say('promtool check config', config.status === 0, config.stdout + config.stderr)
  const text = await (await fetch(url)).text()
  const { status, stderr, stdout } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
  say('promtool check metrics', status === 0, `${text.split('\n').length} lines${stdout}${stderr}`)
}

async function askPrometheus({ url }: WholeServer): Promise<void> {
  if (!has('prometheus')) return skip('Prometheus', 'it is not installed (Debian: apt-get install prometheus)')
  const port = await freePort()
  writeFileSync(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 1s }\nscrape_configs:\n  - job_name: botticelli\n    static_configs: [{ targets: ['${new URL(url).host}'] }]\n`,
  )
  start('prometheus', [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    '--enable-feature=exemplar-storage',
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ])
  const query = async (expression: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`)
    const { data } = (await answer.json()) as { data: { result: { metric: object; value: [number, string] }[] } }
    return data.result
  }
  const isUp = await eventually(async () => (await query('up'))[0]?.value[1] === '1')
  say('Prometheus scrapes the server', isUp, `${url}`)
  if (!isUp) return
  const exemplars = await fetch(
    `http://127.0.0.1:${port}/api/v1/query_exemplars?query=gen_ai_client_inference_duration_seconds_bucket&start=${Date.now() / 1_000 - 600}&end=${Date.now() / 1_000 + 60}`,
  )
  const { data = [] } = (await exemplars.json()) as { data?: { exemplars: { labels: { trace_id: string } }[] }[] }
  const traces = data.flatMap((series) => series.exemplars.map(({ labels }) => labels.trace_id))
  say('Prometheus has the traces that numbers come from', traces.length > 0, traces.slice(0, 3).join(' '))
  for (const expression of QUERIES) {
    const result = await query(expression)
    const shown = result.map(({ metric, value }) => `${JSON.stringify(metric)} ${value[1]}`)
    say(expression, result.length > 0, shown.slice(0, 6).join('\n    '))
  }
}

// ---------------------------------------------------------------------------- Jaeger

interface Jaeger {
  readonly otlp: string
  readonly query: string
}

async function startJaeger(): Promise<Jaeger | undefined> {
  const program = jaegerProgram()
  if (program === undefined) return undefined
  const [grpc, http, query, queryGrpc, health] = await Promise.all([1, 2, 3, 4, 5].map(freePort))
  const config = join(folder, 'jaeger.json')
  writeFileSync(
    config,
    JSON.stringify({
      service: {
        extensions: ['jaeger_storage', 'jaeger_query', 'healthcheckv2'],
        pipelines: { traces: { receivers: ['otlp'], exporters: ['jaeger_storage_exporter'] } },
        telemetry: { metrics: { level: 'none' } },
      },
      extensions: {
        healthcheckv2: { use_v2: true, http: { endpoint: `127.0.0.1:${health}` } },
        jaeger_storage: { backends: { memory: { memory: { max_traces: 10_000 } } } },
        jaeger_query: {
          storage: { traces: 'memory' },
          http: { endpoint: `127.0.0.1:${query}` },
          grpc: { endpoint: `127.0.0.1:${queryGrpc}` },
        },
      },
      receivers: {
        otlp: {
          protocols: { grpc: { endpoint: `127.0.0.1:${grpc}` }, http: { endpoint: `127.0.0.1:${http}` } },
        },
      },
      exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
    }),
  )
  const valid = spawnSync(program, ['validate', '--config', join(DEPLOY, 'jaeger.yml')], { encoding: 'utf8' })
  say('Jaeger takes the configuration of deploy/', valid.status === 0, valid.stderr)
  start(program, ['--config', config])
  const base = `http://127.0.0.1:${query}`
  const isUp = await eventually(async () => (await fetch(`${base}/api/services`)).ok)
  say('Jaeger runs', isUp, base)
  return isUp ? { otlp: `http://127.0.0.1:${http}`, query: base } : undefined
}

function jaegerProgram(): string | undefined {
  if (has('jaeger')) return 'jaeger'
  if (!has('go')) return skip('Jaeger', 'there is neither a program jaeger nor Go to build it with')
  const bin = join(process.env.GOBIN ?? join(process.env.GOPATH ?? join(homedir(), 'go'), 'bin'), 'jaeger')
  if (existsSync(bin)) return bin
  console.log(`Jaeger is built from ${JAEGER.module}@${JAEGER.version}, which takes some minutes`)
  const problem = buildJaeger(bin)
  return problem === undefined ? bin : skip('Jaeger', `its module could not be built: ${problem}`)
}

/** Below a module of its own: `go install` refuses a module that replaces a dependency. @returns what went wrong */
function buildJaeger(bin: string): string | undefined {
  const { module, version } = JAEGER
  const source = join(folder, 'jaeger')
  mkdirSync(source)
  writeFileSync(join(source, 'go.mod'), 'module observe\n')
  const go = (...args: string[]) => spawnSync('go', args, { cwd: source, encoding: 'utf8', timeout: 1_800_000 })
  const found = go('mod', 'download', '-json', `${module}@${version}`)
  if (found.status !== 0) return firstLines(found.stderr || found.stdout)
  const { Dir } = JSON.parse(found.stdout) as { Dir: string }
  const itsModule = readFileSync(join(Dir, 'go.mod'), 'utf8')
  writeFileSync(join(source, 'go.mod'), itsModule.replace(/^module .*$/m, 'module observe'))
  copyFileSync(join(Dir, 'go.sum'), join(source, 'go.sum'))
  const got = go('get', `${module}@${version}`)
  if (got.status !== 0) return firstLines(got.stderr)
  const built = go('build', '-o', bin, `${module}/cmd/jaeger`)
  return built.status === 0 ? undefined : firstLines(built.stderr)
}

function firstLines(text: string): string {
  return text.trim().split('\n').slice(0, 2).join(' ')
}

async function askJaeger({ project }: WholeServer, base: string): Promise<void> {
  const [post] = project.look((store) => store.content.list({ table: 'approved_discord_posts', status: 'posted' }))
  const traceId = traceIdOf(post?.traceparent)
  let spans: readonly JaegerSpan[] = []
  const isWhole = await eventually(async () => {
    const answer = await fetch(`${base}/api/traces/${traceId}`)
    const { data } = (await answer.json()) as { data: { spans: JaegerSpan[] }[] | null }
    spans = data?.[0]?.spans ?? []
    const names = spans.map(({ operationName }) => operationName)
    return ['create potential_discord_posts', 'discord messages.send'].every((name) => names.includes(name))
  })
  const ids = new Set(spans.map(({ spanID }) => spanID))
  const roots = spans.filter((span) => parentOf(span) === undefined)
  const strays = spans.filter((span) => parentOf(span) !== undefined && !ids.has(parentOf(span)!))
  const isTree = isWhole && roots.length === 1 && strays.length === 0
  say(
    `Jaeger has the trace ${traceId} of the post as one tree`,
    isTree,
    drawn(spans, roots.concat(strays)).join('\n    '),
  )
}

interface JaegerSpan {
  readonly spanID: string
  readonly operationName: string
  readonly startTime: number
  readonly references: readonly { readonly refType: string; readonly spanID: string; readonly traceID: string }[]
  readonly traceID: string
}

function parentOf({ references, traceID }: JaegerSpan): string | undefined {
  return references.find((one) => one.refType === 'CHILD_OF' && one.traceID === traceID)?.spanID
}

function drawn(spans: readonly JaegerSpan[], level: readonly JaegerSpan[], indent = ''): string[] {
  return level
    .toSorted((a, b) => a.startTime - b.startTime)
    .flatMap((span) => {
      const below = spans.filter((each) => parentOf(each) === span.spanID)
      return [`${indent}${span.operationName}`, ...drawn(spans, below, `${indent}  `)]
    })
}

// ---------------------------------------------------------------------------- programs

function has(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined
}

function start(program: string, args: readonly string[]): void {
  children.push(spawn(program, args, { stdio: 'ignore' }))
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

async function eventually(check: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 60; tries++) {
    if (await check().catch(() => false)) return true
    await sleep(500)
  }
  return false
}

function say(what: string, isWell: boolean, seen: string): void {
  if (!isWell) failures += 1
  console.log(`${isWell ? 'ok    ' : 'FAILED'} ${what}\n    ${seen}`)
}

function skip(what: string, why: string): undefined {
  console.log(`skip   ${what}: ${why}`)
}
