// Bots in threads of their own, in a real server: what spins or runs out of memory is killed and started anew, goes on
// where it was, and nobody else notices.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { type Botticelli, openBotticelli } from '../../botticelli.ts'
import { loadConfig } from '../../config/load-config.ts'
import type { SupervisionEvent } from '../../supervisor/index.ts'
import { traceIdOf } from '../../telemetry/trace-context.ts'
import { startOtlpReceiver } from '../telemetry/otlp-receiver.ts'
import { makeProject, type Project, until } from './project.ts'

const SECRET = 'sk-secret-of-this-test-0123456789'

let project: Project
let app: Botticelli | undefined
let lines = ''
let events: SupervisionEvent[] = []

afterEach(async () => {
  await app?.stop()
  app = undefined
  project[Symbol.dispose]()
})

/** `maker` in a thread, `reader` after it, and `other`, which runs all the time. */
async function serve(script: string, { maker = '', environment = {} } = {}): Promise<Botticelli> {
  project = makeProject()
  lines = ''
  events = []
  project.write(
    'posts.toml',
    `[narrative]
name = "posts"
[toc]
order = ["draft", "as_json"]
[acts]
draft = "Draft."
as_json = "As JSON."
`,
  )
  project.write('other.toml', '[narrative]\nname = "other"\n[toc]\norder = ["look"]\n[acts]\nlook = "Look."\n')
  project.write('script.toml', `${script}\n[[reply]]\nwhen = { act = "as_json" }\ntext = '[{"text":"a post"}]'\n`)
  project.write(
    'botticelli.toml',
    `drain = "10s"
[telemetry]
log_format = "json"
log_level = "debug"
metrics_port = 0
[models]
default = "scripted"
script = "script.toml"
retries = 0
[bots.maker]
narrative = "posts.toml"
isolation = "thread"
thread_blocked_after = "2s"
thread_memory_mb = 96
${maker}
[bots.reader]
narrative = "other.toml"
after = ["maker"]
[bots.other]
narrative = "other.toml"
every = "50ms"
on_start = true
`,
  )
  const log = new Writable({
    write(chunk, _, done) {
      lines += chunk
      done()
    },
  })
  const { config } = loadConfig({ cwd: project.folder, environment: { OPENAI_API_KEY: SECRET, ...environment } })
  app = await openBotticelli(config, { log, onSupervision: (event) => events.push(event) })
  return app
}

function tellMaker({ system }: Botticelli, run = '01RUN'): void {
  system.tell('/bots/maker', { type: 'bot.run', run, trigger: 'manual' } as never)
}

function done({ store }: Botticelli, count = 1): Promise<void> {
  const settled = () => store.executions.list({ bot: 'maker', status: 'completed' }).length >= count
  return until(settled, 60_000, said)
}

const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 20_000 })

/** What the log says of the maker. */
function said(): string {
  return lines
    .split('\n')
    .filter((line) => line.includes('maker') && !line.includes('"DEBUG"'))
    .join('\n')
}

function botOf(running: Botticelli, name: string) {
  return running.status().bots.find(({ bot }) => bot === name)
}

test('a bot in a thread is run, seen, counted and stopped like any other', { timeout: 120_000 }, async () => {
  await using receiver = await startOtlpReceiver()
  const running = await serve('[[reply]]\nwhen = { act = "draft" }\ndelay = "1500ms"\n', {
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
  })
  const told: string[] = []
  running.onProgress(({ type }) => told.push(type))
  expect(botOf(running, 'maker')).toMatchObject({ state: 'idle', incarnation: 1 })
  tellMaker(running)
  await expect
    .poll(() => running.system.record('/bots/maker/run-01RUN/draft'), { timeout: 10_000 })
    .toMatchObject({
      kind: 'act',
      state: 'running',
      value: 'asking',
    })
  expect(botOf(running, 'maker')).toMatchObject({ state: 'running' })
  await done(running)
  await eventually(() => botOf(running, 'maker')).toMatchObject({ state: 'idle', succeeded: 1, restarts: 0 })
  await expect.poll(() => botOf(running, 'reader')).toMatchObject({ succeeded: 1 })
  expect(told).toEqual(expect.arrayContaining(['execution.started', 'act.started', 'act.completed']))
  for (const event of ['bot.run_started', 'narrative.started', 'act.completed', 'llm.request', 'actor.started']) {
    expect(lines).toContain(`"${event}"`)
  }
  expect(events).toContainEqual(expect.objectContaining({ type: 'started', path: '/bots/maker/run-01RUN/draft' }))
  const page = await (await fetch(running.metricsUrl!)).text()
  expect(page).toMatch(/^botticelli_bot_executions_total\{.*bot="maker".*outcome="ok".*\} 1$/m)
  expect(page).toMatch(/^botticelli_bot_tokens_total\{.*bot="maker".*type="output".*\} [1-9]/m)
  expect(page).toMatch(/^botticelli_llm_inflight\{.*provider="scripted".*\} \d/m)
  const accept = 'application/openmetrics-text'
  const examples = await (await fetch(running.metricsUrl!, { headers: { accept } })).text()

  await running.stop()
  app = undefined
  const [row] = project.look((store) => store.content.list({ table: 'posts' }))
  const names = receiver.spans(traceIdOf(row?.traceparent)).map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['bot.run maker', 'chat scripted']))
  const slow = `trace_id="${traceIdOf(row?.traceparent)}",span_id="[0-9a-f]{16}"} [1-9]`
  expect(examples).toMatch(new RegExp(`^gen_ai_client_inference_duration_seconds_bucket.* # {${slow}`, 'm'))
  const started = lines.split('\n').find((line) => line.includes('"bot.run_started"') && line.includes('"maker"'))
  expect(JSON.parse(started!)).toMatchObject({ bot: 'maker', trace_id: traceIdOf(row?.traceparent) })
})

test('a bot in a thread takes over a changed configuration, and its thread goes when the bot does', {
  timeout: 120_000,
}, async () => {
  const running = await serve('[[reply]]\nwhen = { act = "draft" }\ndelay = "300ms"\n')
  const reload = async (change: (text: string) => string) => {
    project.write('botticelli.toml', change(readFileSync(join(project.folder, 'botticelli.toml'), 'utf8')))
    return running.reload(loadConfig({ cwd: project.folder, environment: {} }).config)
  }
  tellMaker(running, '01OLD')
  await until(() => running.system.record('/bots/maker/run-01OLD/draft') !== undefined, 20_000, said)

  // The run that is under way ends as it began; the next one has the new narrative, in the same thread.
  project.write('second.toml', '[narrative]\nname = "second"\n[toc]\norder = ["look"]\n[acts]\nlook = "Look."\n')
  await reload((text) => text.replace('"posts.toml"', '"second.toml"'))
  tellMaker(running, '01NEW')
  await done(running, 2)
  const narrativeOf = (id: string) => running.store.executions.find(id)?.narrative
  expect([narrativeOf('01OLD'), narrativeOf('01NEW')]).toEqual(['posts', 'second'])
  expect(running.store.content.list({ table: 'posts' })).toHaveLength(1)
  await eventually(() => botOf(running, 'maker')).toMatchObject({ incarnation: 1, restarts: 0, succeeded: 2 })

  // A file with a fault changes nothing, over there neither.
  await expect(reload((text) => text.replace('"second.toml"', '"missing.toml"'))).rejects.toThrow('missing.toml')
  tellMaker(running, '01AGAIN')
  await done(running, 3)
  expect(narrativeOf('01AGAIN')).toBe('second')

  await reload((text) => text.replace(/\[bots\.maker\][^[]*/, '').replace('after = ["maker"]', 'every = "1h"'))
  await eventually(() => running.system.record('/bots/maker')).toBeUndefined()
  await eventually(() => [...running.system.records()].filter(({ path }) => path.startsWith('/bots/maker'))).toEqual([])
})

test.for<[fault: string, lastError: object]>([
  ['spin:60s', { code: 'thread-died', message: expect.stringMatching(/stood still for \d+ ms/) }],
  ['hoard:2000MB', { code: 'thread-died', cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' } }],
])('a bot whose code meets %s is killed and goes on with its run', { timeout: 120_000 }, async ([fault, lastError]) => {
  // The second question of a life is the one that goes wrong: in the next life it is the first.
  const running = await serve(`[[reply]]\nwhen = { narrative = "posts", call = 2 }\nfault = "${fault}"\n`)
  tellMaker(running)
  await until(() => running.system.record('/bots/maker/run-01RUN/as_json') !== undefined, 20_000, said)
  const before = botOf(running, 'other')?.succeeded ?? 0
  await until(() => (running.system.record('/bots/maker')?.restarts ?? 0) === 1, 60_000, said)
  const record = running.system.record('/bots/maker')
  expect(record).toMatchObject({ incarnation: 2, lastError })
  expect(running.system.record('/bots/maker')?.mailbox.depth).toBeLessThanOrEqual(1)
  // The others have gone on meanwhile, in their first lives.
  expect(botOf(running, 'other')?.succeeded).toBeGreaterThan(before)
  expect(botOf(running, 'other')).toMatchObject({ incarnation: 1, restarts: 0, failed: 0 })

  await done(running)
  await eventually(() => botOf(running, 'maker')).toMatchObject({ state: 'idle', succeeded: 1 })
  await eventually(() => botOf(running, 'reader')).toMatchObject({ succeeded: 1 })
  const { store } = running
  // The draft was paid once; of the question that was in flight the ledger says that it was asked before.
  expect(store.journal.acts('01RUN')).toMatchObject([
    { key: 'draft', attempts: 1, status: 'completed' },
    { key: 'as_json', attempts: 2, status: 'completed' },
  ])
  expect(store.ledger.totals({ bot: 'maker' })).toMatchObject({ calls: 2, repeated: 1 })
  expect(store.content.list({ table: 'posts' })).toHaveLength(1)
  expect(store.executions.list({ bot: 'reader' })).toHaveLength(1)
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'stopped', path: '/bots/maker/run-01RUN/as_json', reason: 'killed' }),
  )
  expect(lines).toContain('"bot.restarted"')
})

test('a run that takes its bot down again and again is given up, and the bot goes on', {
  timeout: 180_000,
}, async () => {
  const running = await serve('[[reply]]\nwhen = { act = "draft" }\nfault = "hoard:2000MB"\n')
  tellMaker(running)
  const failed = () => running.store.executions.find('01RUN')?.status === 'failed'
  await until(failed, 150_000, said)
  expect(running.store.executions.find('01RUN')).toMatchObject({ error: { code: 'run-takes-bot-down' } })
  await eventually(() => botOf(running, 'maker')).toMatchObject({
    state: 'idle',
    failed: 1,
    lastError: { code: 'run-takes-bot-down' },
  })
})
