// The numbered requirements, looked up one by one in what a real server gave.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OTHER_NAMES } from '../../config/other-names.ts'
import { SETTINGS } from '../../config/settings.ts'
import type { JsonObject } from '../../json.ts'
import { DOCUMENT_NAMES } from '../../telemetry/document-names.ts'
import { INSTRUMENTS, type InstrumentEntry } from '../../telemetry/instrument-table.ts'
import { COMMON_FIELDS, LOG_EVENTS, type LogEventName } from '../../telemetry/log-event-table.ts'
import { exposedName } from '../../telemetry/prometheus.ts'
import type { MetricKind } from '../../telemetry/series.ts'
import { SPANS } from '../../telemetry/span-table.ts'
import { type BadDay, ECHOED_KEY, runBadDay } from './bad-day.ts'
import {
  ANY,
  checklistPage,
  type Expected,
  type Proof,
  ROWS,
  type Row,
  type Run,
  STRAY_PROOFS,
  type Wanted,
} from './checklist.ts'
import type { ReceivedSpan } from './otlp-decode.ts'
import type { Family } from './prometheus-text.ts'
import { ALSO, AT_WORK, type Ran, runServers } from './settings-at-work.ts'
import { type Evidence, runWholeServer } from './whole-server.ts'

const ROOT = join(import.meta.dirname, '../..')
let evidence: Evidence
let badDay: BadDay
let servers: ReadonlyMap<string, Ran>

// Each waits for its own troubles and time limits: together they take little longer than the longest.
beforeAll(async () => {
  evidence = await runWholeServer()
  ;[badDay, servers] = await Promise.all([runBadDay(), runServers()])
}, 240_000)
afterAll(async () => {
  await evidence?.receiver.close()
  await badDay?.receiver.close()
})

/** What each of the servers gave. */
function ranOn(run: Run) {
  const { families, lines, linesBefore, receiver } = run === 'good day' ? evidence : badDay
  switch (run) {
    case 'good day':
      return { families, lines, linesBefore, receiver, pages: evidence.pages }
    case 'bad day, database locked':
      return { families: badDay.lockedFamilies, lines, linesBefore, receiver, pages: badDay.locked }
    case 'bad day, stopping':
      return { families, lines, linesBefore, receiver, pages: new Map([['/health/ready', badDay.stopping]]) }
    case 'quiet start':
      return { families: servers.get('a quiet start')!.families, lines, linesBefore, receiver, pages: badDay.locked }
    case 'bad day':
      return { families, lines, linesBefore, receiver, pages: badDay.locked }
  }
}

test('there is a row for every proof, and 698 rows', () => {
  expect(STRAY_PROOFS).toEqual([])
  expect(ROWS).toHaveLength(698)
})

test('the fourth document names 28 metrics, and each is there', () => {
  const metrics = ROWS.filter(({ id, section }) => id.startsWith('S004') && section.startsWith('1.1 '))
  const [total, ...named] = metrics.toReversed()
  expect(total?.id).toBe('S004-029')
  expect(named).toHaveLength(28)
  for (const { id, proof } of named) expect(proof, id).toBeDefined()
})

// `npx vitest run test/telemetry/checklist.test.ts -u` prints the page anew.
test('docs/checklist.md tells what holds', async () => {
  await expect(checklistPage()).toMatchFileSnapshot(join(ROOT, 'docs/checklist.md'))
})

test.for(ROWS.filter((row): row is Row & { proof: Proof } => row.proof !== undefined))('$id $item', ({ proof }) => {
  prove(proof)
})

function prove(proof: Proof): void {
  switch (proof.kind) {
    case 'metric': {
      const { families, linesBefore } = ranOn(proof.run)
      const family = families.get(proof.name)
      expect(family, proof.name).toBeDefined()
      if (!isDeclared(family!)) asTheTableSays(family!)
      isExpected(totalOf(family!, proof.labels), proof.expected, linesBefore)
      break
    }
    case 'line': {
      const lines = ranOn(proof.run).lines.filter(({ event }) => proof.event === undefined || event === proof.event)
      const complete = lines.filter((line) => hasWanted(line, proof.fields))
      expect(complete, `lines ${proof.event}`).not.toEqual([])
      // What is said of every line holds for every line, spans apart: some lines are about no span.
      if (proof.event === undefined) expect(complete.length).toBe(lines.length)
      break
    }
    case 'span': {
      const spans = ranOn(proof.run)
        .receiver.spans()
        .filter(({ name }) => name.startsWith(proof.name))
      const complete = spans.filter(({ attributes }) => hasWanted(attributes, proof.attributes))
      expect(complete, `spans ${proof.name}: ${JSON.stringify(spans[0]?.attributes)}`).not.toEqual([])
      break
    }
    case 'resource': {
      const spans = evidence.receiver.spans()
      expect(spans.length).toBeGreaterThan(0)
      for (const { resource } of spans) expect(hasWanted(resource, { [proof.attribute]: proof.value })).toBe(true)
      break
    }
    case 'page': {
      const page = ranOn(proof.run).pages.get(proof.path)
      expect(page?.status).toBe(proof.status)
      for (const part of proof.holds) expect(page?.body).toContain(part)
      break
    }
    case 'at-work': {
      const { server, holds } = AT_WORK[proof.name]!
      holds(servers.get(server)!, servers)
      break
    }
    case 'told':
      expect(readFileSync(join(ROOT, proof.file), 'utf8')).toContain(proof.text)
      break
    case 'apart':
    case 'test': {
      const path = join(ROOT, proof.file)
      expect(existsSync(path), proof.file).toBe(true)
      expect(readFileSync(path, 'utf8')).toContain(proof.title)
    }
  }
}

/** Fields by name, in dots below one that is an object. A number is one also for a pattern. */
function hasWanted(given: Readonly<Record<string, unknown>>, wanted: Wanted): boolean {
  return Object.entries(wanted).every(([name, expected]) => {
    const value = given[name] ?? fieldOf(given, name)
    if (expected === ANY) return value !== undefined && value !== null && value !== ''
    return expected instanceof RegExp ? value !== undefined && expected.test(String(value)) : value === expected
  })
}

/** `err.code` is `code` in `err`; `span.gen_ai.request.model` is `gen_ai.request.model` in `span`. */
function fieldOf(given: Readonly<Record<string, unknown>>, name: string): unknown {
  const at = name.indexOf('.')
  const inside = at < 0 ? undefined : given[name.slice(0, at)]
  if (typeof inside !== 'object' || inside === null) return undefined
  return (inside as Readonly<Record<string, unknown>>)[name.slice(at + 1)]
}

/** A metric that a narrative declares, or another name of one of ours. */
function isDeclared({ name }: Family): boolean {
  return name === 'find_size' || (!BY_NAME.has(name) && otherNames().has(name))
}

/** Names of the documents, as Prometheus has them. */
function otherNames(): ReadonlySet<string> {
  return new Set(
    Object.entries(DOCUMENT_NAMES).map(([name, { of, counted }]) => {
      const { kind, unit } = INSTRUMENTS[of]
      return counted
        ? exposedName(name, '', 'counter')
        : exposedName(name, unit, kind.replace('observable-', '') as MetricKind)
    }),
  )
}

/** What fits a pattern of the table of spans. */
function shapeOf(pattern: string): RegExp {
  const slot = (name: string) => (name === 'METHOD' ? '(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)' : '.+')
  return new RegExp(`^${pattern.replaceAll('.', '\\.').replace(/\{(\w+)\}/g, (_, name: string) => slot(name))}$`)
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'strings') return Array.isArray(value) && value.every((item) => typeof item === 'string')
  if (type === 'error') return typeof (value as { readonly message?: unknown }).message === 'string'
  return type === 'data' || typeof value === type
}

/** Type, help and labels; the unit is in the name. */
function asTheTableSays({ name, type, help, samples }: Family): void {
  const [, entry] = BY_NAME.get(name) ?? []
  expect({ type, help }).toEqual({ type: entry?.kind.replace('observable-', ''), help: entry?.help })
  const known = Object.keys(entry?.labels ?? {}).map((label) =>
    label.replace(/\?$/, '').replaceAll(/[^A-Za-z0-9_]/g, '_'),
  )
  for (const { labels } of samples) expect([...known, 'le']).toEqual(expect.arrayContaining(Object.keys(labels)))
  expect(help.length).toBeGreaterThan(10)
}

const BY_NAME = new Map(
  Object.entries<InstrumentEntry>(INSTRUMENTS).map(([name, entry]) => [
    exposedName(name, entry.unit, entry.kind.replace('observable-', '') as MetricKind),
    [name, entry] as const,
  ]),
)

function totalOf({ name, type, samples }: Family, wanted: Readonly<Record<string, string>>): number {
  const counted = samples.filter((sample) => sample.name === (type === 'histogram' ? `${name}_count` : name))
  const fitting = counted.filter(({ labels }) => Object.entries(wanted).every(([key, value]) => labels[key] === value))
  expect(fitting, `${name} ${JSON.stringify(wanted)}`).not.toEqual([])
  return fitting.reduce((sum, { value }) => sum + value, 0)
}

function isExpected(value: number, expected: Expected, logged: readonly JsonObject[]): void {
  if (typeof expected === 'number') expect(value).toBeCloseTo(expected, 9)
  else if ('least' in expected) {
    expect(value).toBeGreaterThanOrEqual(expected.least)
    expect(value).toBeLessThanOrEqual(expected.most ?? Number.POSITIVE_INFINITY)
  } else {
    const { event, where, sum } = expected
    const lines = logged.filter(
      (line) => line.event === event && Object.entries(where).every(([field, text]) => line[field] === text),
    )
    expect(lines.length, event).toBeGreaterThan(0)
    expect(value).toBe(sum === undefined ? lines.length : lines.reduce((total, line) => total + Number(line[sum]), 0))
  }
}

// ---------------------------------------------------------------------------- what a look at one thing cannot tell

test('every line is as the table of log events says', () => {
  for (const line of evidence.lines) {
    const { fields, level } = LOG_EVENTS[line.event as LogEventName] ?? {}
    expect(fields, String(line.event)).toBeDefined()
    const known = Object.keys({ ...fields, ...COMMON_FIELDS }).map((name) => name.replace(/\?$/, ''))
    const standard = ['timestamp', 'level', 'message', 'event', 'target', 'trace_id', 'span_id', 'left_out']
    const needed = Object.keys(fields ?? {}).filter((name) => !name.endsWith('?'))
    expect([...known, ...standard]).toEqual(expect.arrayContaining(Object.keys(line)))
    expect(Object.keys(line)).toEqual(expect.arrayContaining(needed))
    expect(line.level).toBe(level?.toUpperCase())
    for (const [name, type] of Object.entries<string>({ ...COMMON_FIELDS, ...fields })) {
      const value = line[name.replace(/\?$/, '')]
      // What a narrower event calls by a common name is the event's.
      if (value !== undefined)
        expect(isOfType(value, type), `${line.event} ${name}: ${JSON.stringify(value)}`).toBe(true)
    }
  }
})

test('each key and variable of telemetry is at work in some server', () => {
  const settings = Object.entries(SETTINGS).filter(([key]) => key.startsWith('telemetry.'))
  const variables = settings.flatMap(([, { env }]) => env)
  const all = [...settings.map(([key]) => key), ...Object.keys(OTHER_NAMES), ...variables]
  for (const name of Object.values(ALSO)) expect(AT_WORK[name], name).toBeDefined()
  const unseen = all.filter((name) => AT_WORK[name] === undefined && ALSO[name] === undefined)
  // How long a receiver is waited for: telemetry.test.ts and resilience.test.ts have receivers that are slow. Headers,
  // limits and packing of single signals: test/config/telemetry.test.ts.
  const elsewhere =
    /^telemetry\.otlp_.*(?:timeout|headers|compression)$|^OTEL_EXPORTER_OTLP_.*(?:TIMEOUT|HEADERS|COMPRESSION)$/
  expect(unseen.filter((name) => !elsewhere.test(name))).toEqual([])
})

test.for(Object.keys(AT_WORK))('%s is at work', (name) => {
  const { server, holds } = AT_WORK[name]!
  holds(servers.get(server)!, servers)
})

test('what is exported is what the table of instruments says: types, units, help, labels, buckets', () => {
  for (const run of ['good day', 'bad day', 'bad day, database locked', 'quiet start'] as const) {
    const families = [...ranOn(run).families.values()].filter(({ name }) => name !== 'target_info')
    expect(families.length).toBeGreaterThan(90)
    for (const family of families) {
      if (isDeclared(family)) continue
      asTheTableSays(family)
      if (family.type !== 'histogram') continue
      const [, entry] = BY_NAME.get(family.name)!
      const bounds = new Set(family.samples.flatMap(({ labels: { le } }) => (le === undefined ? [] : [le])))
      expect([...bounds], family.name).toEqual([...(entry.buckets ?? []).map(String), '+Inf'])
    }
  }
})

test('a metric that the documents name is there when a server has done nothing yet', () => {
  const named = ROWS.flatMap(({ section, proof }) =>
    /^1\.[12] /.test(section) && proof?.kind === 'metric' ? [proof.name] : [],
  )
  const missing = new Set(named.filter((name) => !servers.get('a quiet start')!.families.has(name)))
  // Of these nobody knows the value, or the labels, before something has happened.
  expect(missing).toEqual(
    new Set([
      'botticelli_rate_limit_remaining_ratio',
      'botticelli_table_rows',
      'messaging_process_duration_seconds',
      'botticelli_cost_per_1000_posts_dollars',
      'find_size',
    ]),
  )
  for (const { samples, type } of servers.get('a quiet start')!.families.values())
    expect([type, samples.length]).not.toEqual([type, 0])
})

test('each name that a document has for a metric is there when it is asked for, and says what ours says', () => {
  const families = badDay.lockedFamilies
  const named = ROWS.filter(({ id, section }) => /^S00[234]/.test(id) && section.startsWith('1.1 ')).flatMap(
    ({ item }) => {
      const [, name] = /^`([a-z_]+)`$/.exec(item) ?? []
      return name === undefined ? [] : [name]
    },
  )
  expect(named.length).toBeGreaterThan(50)
  const enums = ['rate_limit', 'auth', 'network', 'timeout', 'invalid_request', 'unknown']
  // Narratives declare it, under a name of their own.
  const missing = named.filter((name) => !families.has(name) && !enums.includes(name))
  expect(missing).toEqual(['feature_value_distribution'])
  for (const name of otherNames()) expect(families.has(name), name).toBe(true)

  const total = (name: string, labels: Readonly<Record<string, string>> = {}) => totalOf(families.get(name)!, labels)
  const auth = { provider: 'openai', model: 'auth' }
  expect(total('llm_errors_total', { ...auth, error_type: 'auth' })).toBe(1)
  expect(total('llm_requests_total', auth)).toBe(1)
  expect(total('llm_tokens_used_total', { type: 'total' })).toBe(total('llm_tokens_total'))
  expect(total('ai_tokens_total', { type: 'prompt' })).toBe(total('botticelli_llm_tokens_total', { type: 'input' }))
  expect(total('http_requests_total', { path: '/health', status: '503' })).toBe(1)
  expect(total('api_errors_total', { type: '503' })).toBe(2)
  expect(total('http_request_duration_seconds')).toBe(total('http_server_request_duration_seconds'))
  expect(total('circuit_breaker_trips_total', { source: 'shaky' })).toBe(1)
  expect(total('scan_requests_total', { token: 'odd', status: 'ok' })).toBe(3)
  expect(servers.get('a quiet start')!.families.has('llm_requests_total')).toBe(false)
})

test('a receiver of OTLP is sent the lines that the log has, with where an error was thrown', () => {
  const { receiver, lines } = evidence
  const shown = (event: unknown, execution: unknown, message: unknown) => JSON.stringify([event, execution, message])
  const written = new Set(lines.map(({ event, execution, message }) => shown(event, execution, message)))
  expect(receiver.logs.length).toBeGreaterThan(0.9 * lines.length)
  for (const { eventName, attributes, body } of receiver.logs) {
    expect(written).toContain(shown(eventName, attributes.execution, body))
  }
  const [failed] = receiver.logs.filter(({ eventName }) => eventName === 'bot.failed')
  expect(failed).toMatchObject({
    severity: 'WARN',
    attributes: {
      bot: 'broken',
      'exception.type': 'ModelError',
      'exception.stacktrace': expect.stringContaining('refusal.ts'),
      'code.file.path': expect.stringContaining('refusal.ts'),
      'code.line.number': expect.any(Number),
      'code.function.name': 'refusalError',
    },
  })
})

test('no signal of a server holds the key that its provider echoed', () => {
  const { output, receiver, locked, families, events } = badDay
  const signals = [receiver.spans(), receiver.logs, [...receiver.metrics], [...locked], [...families], events]
  const told = output + JSON.stringify(signals, (_, value) => (typeof value === 'bigint' ? String(value) : value))
  expect(told).toContain('Incorrect API key provided: [redacted]')
  expect(told).not.toContain(ECHOED_KEY)
  expect(told).not.toContain('a-token-for-the-double')
  expect(totalOf(families.get('botticelli_telemetry_redactions_total')!, {})).toBeGreaterThan(0)
})

test('every span is as the table of spans says: its kind and its attributes, each of which is used', () => {
  const spans = [...evidence.receiver.spans(), ...badDay.receiver.spans()]
  const patterns = Object.entries(SPANS).map(([pattern, entry]) => ({ entry, pattern, shape: shapeOf(pattern) }))
  const used = new Map(patterns.map(({ pattern }) => [pattern, new Set<string>()]))
  for (const { name, kind, attributes } of spans) {
    const fitting = patterns.filter(({ shape }) => shape.test(name))
    expect(new Set(fitting.map(({ entry }) => entry.kind)), name).toContain(kind)
    const keys = Object.keys(attributes).filter((key) => key !== 'error.type')
    const found = fitting.find(({ entry }) => keys.every((key) => entry.attributes.some((known) => known === key)))
    expect(found?.entry.kind, `${name}: ${keys}`).toBe(kind)
    for (const key of Object.keys(attributes)) used.get(found!.pattern)!.add(key)
  }
  const unseen = patterns.flatMap(({ pattern, entry }) =>
    entry.attributes.filter((key) => !used.get(pattern)!.has(key)).map((key) => `${pattern}: ${key}`),
  )
  // Of commands, of platforms that are not ours, of content that is captured only when asked for, of calls that fail late.
  const elsewhere = /^cli |^execute_tool |^chat .*(?:messages|system_instructions)$|^store .*error\.type$/
  expect(unseen.filter((each) => !elsewhere.test(each))).toEqual([])
})

test('a degraded server answers 200 and warns, an unhealthy one 503', () => {
  const health = evidence.pages.get('/health')
  expect([health?.status, health?.headers.get('warning')]).toEqual([200, '199 - "degraded"'])
  expect(health?.body).toMatch(/^\{"status":"degraded"/)
  const locked = badDay.locked.get('/health')
  expect(locked?.status).toBe(503)
  expect(locked?.body).toMatch(/^\{"status":"unhealthy"/)
})

test('ready is who has a database, a bot and a provider; each that is missing makes it not ready', () => {
  const checksOf = (page: { readonly status: number; readonly body: string } | undefined) => ({
    code: page?.status,
    ...(JSON.parse(page?.body ?? '{}') as { status: string; checks: Record<string, string> }),
  })
  const all = { database: 'ok', bots: 'ok', ai_provider: 'ok', message_bus: 'ok' }
  expect(checksOf(evidence.pages.get('/health/ready'))).toEqual({ code: 200, status: 'ready', checks: all })
  const notReady = { code: 503, status: 'not_ready' }
  expect(checksOf(badDay.locked.get('/health/ready'))).toEqual({ ...notReady, checks: { ...all, database: 'fail' } })
  expect(checksOf(servers.get('nothing works')!.pages.get('/health/ready'))).toEqual({
    ...notReady,
    checks: { ...all, bots: 'fail', ai_provider: 'fail' },
  })
  expect(checksOf(badDay.stopping)).toEqual({ ...notReady, checks: { ...all, message_bus: 'fail' } })
})

test('a server that stops is not ready, finishes, and sends what it has', () => {
  const { stopping, exitCode, receiver, lines } = badDay
  expect([stopping.status, exitCode]).toEqual([503, 0])
  expect(receiver.spans().map(({ name }) => name)).toContain('shutdown')
  expect(receiver.metrics.get('botticelli.db.busy')?.points).toMatchObject([{ value: expect.any(Number) }])
  expect(lines.map(({ event }) => event)).toContain('app.stopped')
})

describe('traces', () => {
  test('one item is one trace', () => {
    const { draftTrace, approvedTrace, receiver } = evidence
    expect(draftTrace).toMatch(/^[\da-f]{32}$/)
    expect(approvedTrace).toBe(draftTrace)
    const names = receiver.spans(draftTrace).map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining([
        'create potential_discord_posts',
        'process potential_discord_posts',
        'process approved_discord_posts',
        'discord messages.send',
      ]),
    )
  })

  test('spans show who did what for whom', () => {
    const spans = evidence.receiver.spans()
    const chat = spans.find(({ name }) => name.startsWith('chat '))
    const above = (span: ReceivedSpan | undefined) => spans.find(({ spanId }) => spanId === span?.parentSpanId)
    expect(above(chat)?.name).toMatch(/^act /)
    expect(above(above(chat))?.name).toMatch(/^invoke_workflow /)
    const run = spans.find(({ name }) => name === 'bot.run curator')
    expect(spans.filter(({ parentSpanId }) => parentSpanId === run?.spanId).map(({ name }) => name)).toContain(
      'invoke_workflow curate',
    )
    expect(run?.links.length).toBeGreaterThan(0)
  })

  test('Discord is sent the context of the item', () => {
    const traces = evidence.discordHeaders.map(({ traceparent }) => traceparent?.split('-')[1])
    expect(traces).toContain(evidence.draftTrace)
  })

  test('log lines and spans meet under one id', () => {
    const published = evidence.lines.find(({ event }) => event === 'content.published')
    const span = evidence.receiver.spans().find(({ spanId }) => spanId === published?.span_id)
    expect(span?.name).toBe('discord messages.send')
    expect(published?.trace_id).toBe(evidence.draftTrace)
    const pushed = evidence.receiver.logs.find(({ eventName }) => eventName === 'content.published')
    expect(pushed?.traceId).toBe(evidence.draftTrace)
  })

  test('each event names what brought it about, and the trace it happened in', () => {
    const { events, receiver } = evidence
    const [published] = events.filter(({ type }) => type === 'content.published')
    const causes: string[] = []
    for (let at = published; at !== undefined; at = events.find(({ id }) => String(id) === at?.causationId)) {
      causes.push(at.type)
    }
    expect(causes).toEqual(['content.published', 'act.started', 'execution.started'])
    const run = events.find(({ id }) => String(id) === published?.causationId)
    expect(run?.correlationId).toBe(published?.correlationId)
    expect(published?.traceId).toBe(evidence.draftTrace)
    for (const { type, subject, executionId, traceId, spanId, causationId, correlationId } of events) {
      if (executionId === undefined || subject === 'imported/1') continue // stored by hand
      expect({ type, causationId, correlationId }).toEqual({
        type,
        causationId: expect.any(String),
        correlationId: expect.any(String),
      })
      expect(
        receiver.spans(traceId).map((span) => span.spanId),
        type,
      ).toContain(spanId)
    }
  })

  test('what a person asks for is request, command and calls of the database, in one trace', () => {
    const spans = evidence.receiver.spans()
    const below = (span: ReceivedSpan | undefined) => spans.filter(({ parentSpanId }) => parentSpanId === span?.spanId)
    const request = spans.find(({ name }) => name === 'POST /v1/reload')
    expect(request).toMatchObject({ kind: 'server', attributes: { 'http.route': '/v1/reload' } })
    expect(request?.parentSpanId ?? '').toBe('')
    const [command] = below(request)
    const user = userInfo().username
    expect(command).toMatchObject({ name: 'command reload', attributes: { 'enduser.id': user } })
    expect(command?.events.map(({ name }) => name)).toEqual(['message_received'])
    const write = below(command).find(({ name }) => name === 'store audit.add')
    expect(write).toMatchObject({ kind: 'client', attributes: { 'db.system.name': 'sqlite' } })
    const line = evidence.lines.find(({ event }) => event === 'config.reloaded')
    expect(line).toMatchObject({ user, trace_id: request?.traceId })
  })

  test('who did what is in the audit and in the log, with the trace of what it was done to', () => {
    const user = userInfo().username
    expect(evidence.audit.map(({ by, action }) => [by, action])).toEqual([
      [user, 'server.start'],
      [user, 'content.reject'],
      [user, 'server.reload'],
      [user, 'server.log-level'],
    ])
    const rejected = evidence.audit.find(({ action }) => action === 'content.reject')
    const line = evidence.lines.find(({ action }) => action === 'content.reject')
    expect(line).toMatchObject({ event: 'audit.recorded', user, subject: rejected?.subject, of_trace: rejected?.trace })
    expect(evidence.receiver.spans(rejected?.trace).map(({ name }) => name)).toContain('create potential_discord_posts')
  })

  test('what failed over an item leads to the generation of the item', () => {
    const { lines, receiver } = evidence
    const failed = lines.find(({ event, narrative }) => event === 'narrative.failed' && narrative === 'doomed')
    const trace = String(failed?.item_trace)
    expect(receiver.spans(trace).map(({ name }) => name)).toContain('create potential_discord_posts')
    for (const name of ['invoke_workflow doomed', 'bot.run doomed']) {
      const span = receiver.spans().find((each) => each.name === name)
      expect(
        span?.links.map(({ traceId }) => traceId),
        name,
      ).toContain(trace)
    }
    expect(receiver.spans(trace)).toContainEqual(expect.objectContaining({ name: 'act judge', status: 'error' }))
  })

  test('an item that came without a trace is known as such', () => {
    const about = evidence.lines.filter(({ event, act }) => event === 'llm.response' && act === 'look')
    expect(about).toMatchObject([{ narrative: 'take_in', item_trace: 'unknown' }])
  })

  test('what a bot tells a bot is sent in one span and handled in its child', () => {
    const spans = evidence.receiver.spans()
    const sent = spans.filter(({ name }) => name === 'send bot content.produced')
    expect(sent.length).toBeGreaterThan(1)
    for (const { spanId, kind, attributes } of sent) {
      expect(kind).toBe('producer')
      const handled = spans.filter(({ parentSpanId }) => parentSpanId === spanId).map(({ name }) => name)
      expect(handled, String(attributes['messaging.destination.name'])).toContain('process bot content.produced')
      expect(handled).toContain('store mailbox.append')
    }
  })

  test('every run, act, call, command, message and request that the log tells of is a span of its own', () => {
    const spans = new Map(evidence.receiver.spans().map((span) => [span.spanId, span]))
    const TRACED: Readonly<Record<string, RegExp>> = {
      'bot.run_started': /^bot\.run /,
      'narrative.started': /^invoke_workflow /,
      'act.started': /^act /,
      'act.completed': /^act /,
      'llm.response': /^chat /,
      'platform.command': /^(?:discord|database) /,
      'content.published': /^discord /,
    }
    for (const [event, name] of Object.entries(TRACED)) {
      const lines = evidence.lines.filter((line) => line.event === event)
      expect(lines.length, event).toBeGreaterThan(0)
      for (const line of lines) expect(spans.get(String(line.span_id))?.name, JSON.stringify(line)).toMatch(name)
    }
    const handled = evidence.lines.filter(
      ({ event, actor }) => event === 'message.handled' && String(actor).startsWith('/bots/'),
    )
    const consumed = [...spans.values()].filter(({ name }) => name.startsWith('process bot '))
    expect(consumed.length).toBe(handled.length)
  })

  test('a request goes on in the trace that it brings', () => {
    const { askedTrace, pages, receiver } = evidence
    const [first] = receiver.spans(askedTrace)
    expect(first).toMatchObject({ kind: 'server', parentSpanId: '00f067aa0ba902b7', traceState: 'vendor=1' })
    expect(pages.get('/metrics')?.headers.get('x-trace-id')).toBe(askedTrace)
    expect(pages.get('/metrics')?.headers.get('x-request-id')).toBe('asked-by-a-test')
  })
})

test('counters and histograms name a trace that was sent', () => {
  const { body, headers } = evidence.openMetrics
  expect(headers.get('content-type')).toContain('application/openmetrics-text')
  const exemplars = [...body.matchAll(/^(\w+)\{[^\n]*\} \S+ # \{trace_id="(\w+)",span_id="(\w+)"\}/gm)]
  const names = new Set(exemplars.map(([, name]) => name))
  for (const name of ['gen_ai_client_inference_duration_seconds_bucket', 'botticelli_llm_errors_total']) {
    expect(names).toContain(name)
  }
  for (const [whole, , trace, span] of exemplars) {
    expect(
      evidence.receiver.spans(trace).map(({ spanId }) => spanId),
      whole,
    ).toContain(span)
  }
})

test('a report names each failure, with how often and where', () => {
  const { failures, failed } = JSON.parse(evidence.said.get('report --json')!.stdout)
  const runs = evidence.lines.filter(({ event }) => event === 'bot.failed')
  expect(failed).toBe(runs.length)
  expect(failures.map(({ bot, count }: { bot: string; count: number }) => [bot, count]).sort()).toEqual([
    ['broken', 1],
    ['doomed', 1],
  ])
  for (const { execution } of failures) expect(runs.map((line) => line.execution)).toContain(execution)
})

test('what each call cost can be had as CSV', () => {
  const { code, stdout } = evidence.said.get('costs --calls --format csv')!
  expect(code).toBe(0)
  const [head = '', ...rows] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','))
  const answers = evidence.lines.filter(({ event }) => event === 'llm.response')
  const column = (name: string) => rows.map((row) => row[head.indexOf(name)])
  expect(column('outputTokens').map(Number).sort()).toEqual(answers.map(({ output_tokens }) => output_tokens).sort())
  expect(new Set(column('narrative'))).toEqual(new Set(answers.map(({ narrative }) => narrative)))
})

test('percentiles, and the share within an objective, are those of the records', () => {
  const { stdout } = evidence.said.get('latency --json --within 1m')!
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const asked = evidence.lines.filter(({ event }) => event === 'llm.response').length
  const models = lines.filter(({ kind }) => kind === 'model')
  expect(models.map(({ name, within }) => [name, within])).toEqual([
    ['openai:small', 1],
    ['scripted:scripted', 1],
  ])
  expect(models.reduce((sum, { count }) => sum + count, 0)).toBe(asked)
  expect(lines.find(({ name }) => name === 'post')).toMatchObject({ kind: 'narrative', count: 1, isSlower: false })
  for (const { p50, p95, p99 } of lines) expect([p50, p95, p99]).toEqual([p50, p95, p99].toSorted((a, b) => a - b))
})

test('of a run is told where its time went: act by act, in models, commands and itself', () => {
  const { code, stdout } = evidence.said.get('latency SCAN --json')!
  expect(code).toBe(0)
  const { ms, betweenMs, acts } = JSON.parse(stdout)
  expect(acts.map(({ act }: { act: string }) => act)).toEqual(['fetch', 'score', 'chat'])
  for (const act of acts) expect(act.modelMs + act.commandMs + act.ownMs).toBe(act.ms)
  // The script has this one wait for its answer.
  expect(acts[0].modelMs).toBeGreaterThanOrEqual(200)
  const took = acts.reduce((sum: number, act: { ms: number }) => sum + act.ms, betweenMs)
  expect(took).toBe(ms)
})

test('numbers of the run are those of the run', () => {
  const value = (name: string, labels: Record<string, string>) =>
    evidence.families
      .get(name)
      ?.samples.find((sample) => Object.entries(labels).every(([label, text]) => sample.labels[label] === text))?.value
  expect(value('botticelli_content_published_total', { bot: 'poster' })).toBe(1)
  expect(value('botticelli_content_curated_total', { decision: 'rejected', bot: 'none' })).toBe(1)
  expect(value('botticelli_bot_consecutive_failures', { bot: 'broken' })).toBe(1)
  expect(value('botticelli_llm_retries_total', { reason: 'model-rate-limit' })).toBe(1)
  expect(value('botticelli_carousel_iterations_total', { narrative: 'turns', outcome: 'ok' })).toBe(2)
  expect(value('botticelli_bot_tokens_total', { bot: 'writer', type: 'output' })).toBeGreaterThan(0)
})

test('no metric has more series than its budget', () => {
  for (const { name, samples, type } of evidence.families.values()) {
    const series = new Set(samples.map(({ labels: { le: _, ...labels } }) => JSON.stringify(labels)))
    expect(series.size, `${name} (${type})`).toBeLessThanOrEqual(100)
  }
})

test('telemetry is there before the first actor', () => {
  const [first] = evidence.lines.filter(({ event }) => event === 'actor.started')
  expect(first).toMatchObject({ actor: '/' })
})

test('nobody but telemetry/ loads an SDK', () => {
  const folders = ['actors', 'bin', 'config', 'console', 'models', 'narratives', 'platforms', 'store', 'supervisor']
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  const sources = [...files.filter((name) => name.endsWith('.ts')), 'botticelli.ts']
  const loading = sources.filter((name) =>
    /from '(?:@opentelemetry\/(?!api')|pino|@sentry)/.test(readFileSync(join(ROOT, name), 'utf8')),
  )
  expect(loading).toEqual([])
})

test('metrics and log lines were pushed as well', () => {
  const { receiver } = evidence
  expect(receiver.errors).toEqual([])
  expect(receiver.metrics.get('botticelli.content.published')?.points.length).toBeGreaterThan(0)
  expect(receiver.logs.length).toBeGreaterThan(100)
})

test('no path of telemetry holds the token', () => {
  const everything = JSON.stringify([evidence.lines, evidence.receiver.logs, [...evidence.pages.values()]])
  expect(everything).not.toContain('a-token-for-the-double')
})
