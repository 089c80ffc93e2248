// Document names: our metrics under the names that other documents, dashboards and alerts have for them.
//
//   D1. Each is made of one metric of ours when the metrics are read: nothing is counted twice.
//   D2. Series that differ in nothing but labels that the other name lacks are added up.
//   D3. A name that is taken already stays whose it is.

import type { Attributes } from '@opentelemetry/api'
import type { InstrumentName } from './instrument-table.ts'
import { exposedName } from './prometheus.ts'
import type { Distribution, Metric, Point } from './series.ts'

export interface DocumentName {
  readonly of: InstrumentName
  /** Our labels, by the names that they have there. */
  readonly labels?: Readonly<Record<string, string>>
  /** The series with one of these values of our label. */
  readonly only?: Readonly<Record<string, readonly string[]>>
  /** Of a histogram: how many values it holds, as a counter. */
  readonly counted?: true
  readonly scale?: number
  /** What values are called there. */
  readonly values?: Readonly<Record<string, string>>
  /** The sum over this label of theirs is there as well, as its value `total`. */
  readonly total?: string
}

const model = { provider: 'provider', model: 'model' }
const http = { method: 'http.request.method', path: 'http.route' }
const endpoint = { method: 'http.request.method', endpoint: 'http.route', status: 'http.response.status_code' }
const tokens = { type: ['input', 'output'] }
const inference = { provider: 'gen_ai.provider.name', model: 'gen_ai.request.model' }

/** By the name of the instrument that would have it. */
export const DOCUMENT_NAMES: Readonly<Record<string, DocumentName>> = {
  'bot.generation.runs': {
    of: 'botticelli.bot.executions',
    labels: { topic: 'bot' },
    only: { bot_type: ['generation'] },
  },
  'bot.generation.duration': { of: 'botticelli.bot.duration', only: { bot_type: ['generation'] } },
  'bot.curation.approved': { of: 'botticelli.content.curated', only: { decision: ['approved'] } },
  'bot.curation.rejected': { of: 'botticelli.content.curated', only: { decision: ['rejected'] } },
  'bot.posting.published': { of: 'botticelli.content.published' },
  'bot.posting.failed': { of: 'botticelli.content.publish_failures' },
  'narrative.execution.duration': { of: 'botticelli.narrative.duration', labels: { narrative: 'narrative' } },
  'narrative.act.duration': { of: 'botticelli.act.duration', labels: { act_type: 'act_type' } },
  'narrative.json.parse.failures': { of: 'botticelli.json.extractions', only: { outcome: ['failure'] } },
  'narrative.json.parse.success': { of: 'botticelli.json.extractions', only: { outcome: ['success', 'repaired'] } },
  'database.query.duration': { of: 'db.client.operation.duration' },
  'database.connection.pool.size': { of: 'botticelli.db.connections' },

  'db.client.connection.count': {
    of: 'botticelli.db.connections',
    labels: { 'db.client.connection.state': 'state' },
  },
  'process.unix.file_descriptor.count': { of: 'process.open_fds' },

  'http.requests': { of: 'http.server.request.duration', labels: { ...http, status: endpoint.status }, counted: true },
  'http.request.duration': { of: 'http.server.request.duration', labels: http },
  'sessions.created': { of: 'botticelli.narrative.started' },
  'sessions.archived': { of: 'botticelli.narrative.runs_pruned' },
  'sessions.active': { of: 'botticelli.narrative.active' },
  'cycles.created': { of: 'botticelli.carousel.started' },
  'cycles.branched': { of: 'botticelli.carousel.iterations' },
  'cycles.completed': { of: 'botticelli.carousel.completed' },
  'components.started': { of: 'botticelli.act.started', labels: { component_type: 'act_type' } },
  'components.completed': { of: 'botticelli.act.completed', labels: { component_type: 'act_type' } },
  'component.duration': { of: 'botticelli.act.duration', labels: { component_type: 'act_type' } },
  'messages.sent': { of: 'botticelli.conversation.messages', labels: { role: 'role' } },
  'message.length.chars': { of: 'botticelli.conversation.message.length.chars', labels: { role: 'role' } },
  'ai.tokens': {
    of: 'botticelli.llm.tokens',
    labels: { ...model, type: 'type' },
    only: tokens,
    values: { input: 'prompt', output: 'completion' },
  },
  'ai.cost.cents': { of: 'botticelli.llm.cost.usd', labels: model, scale: 100 },
  'ai.completion.duration': {
    of: 'gen_ai.client.inference.duration',
    labels: { provider: inference.provider, streaming: 'gen_ai.request.stream' },
  },
  'ai.errors': { of: 'botticelli.llm.errors', labels: { provider: 'provider', error_type: 'error_type' } },
  'events.published': { of: 'botticelli.actor.messages.sent', labels: { event_type: 'message_type' } },
  'events.processed': {
    of: 'botticelli.actor.messages.processed',
    labels: { event_type: 'message_type', handler: 'actor_kind' },
  },
  'events.failed': {
    of: 'botticelli.actor.messages.processed',
    labels: { event_type: 'message_type', handler: 'actor_kind' },
    only: { outcome: ['error'] },
  },
  'event.processing.duration': {
    of: 'messaging.process.duration',
    labels: { handler: 'messaging.destination.template' },
  },
  'rate.limit.hits': { of: 'botticelli.rate_limit.hits', labels: { scope: 'scope', resource: 'resource' } },
  'db.query.duration': { of: 'db.client.operation.duration', labels: { operation: 'db.operation.name' } },
  'db.connections': { of: 'botticelli.db.connections_opened' },
  'db.pool.size': { of: 'botticelli.db.connections' },
  'websocket.connections.active': { of: 'botticelli.stream.connections.active' },
  'websocket.messages.sent': { of: 'botticelli.stream.messages', only: { direction: ['sent'] } },

  'llm.requests': { of: 'botticelli.llm.requests', labels: model },
  'llm.errors': { of: 'botticelli.llm.errors', labels: { ...model, error_type: 'error_type' } },
  'llm.duration': { of: 'gen_ai.client.inference.duration', labels: inference },
  'llm.tokens': { of: 'botticelli.llm.tokens', labels: model, only: tokens },
  'llm.tokens.prompt': { of: 'botticelli.llm.tokens', labels: model, only: { type: ['input'] } },
  'llm.tokens.completion': { of: 'botticelli.llm.tokens', labels: model, only: { type: ['output'] } },

  'scan.requests': { of: 'botticelli.narrative.executions', labels: { token: 'narrative', status: 'outcome' } },
  'scan.duration': { of: 'botticelli.narrative.duration' },
  'scan.errors': { of: 'botticelli.narrative.failures', labels: { type: 'error_type' } },
  'gem.score.distribution': { of: 'botticelli.content.score', only: { kind: ['quality'] } },
  'confidence.score.distribution': { of: 'botticelli.content.score', only: { kind: ['confidence'] } },
  'flagged.tokens': { of: 'botticelli.content.flagged', labels: { reason: 'reason' } },
  'data.source.requests': { of: 'botticelli.source.requests', labels: { source: 'source', endpoint: 'operation' } },
  'data.source.latency': { of: 'botticelli.source.duration', labels: { source: 'source' } },
  'data.source.errors': { of: 'botticelli.source.errors', labels: { source: 'source', type: 'error_type' } },
  'data.source.cache.hits': { of: 'botticelli.cache.requests', labels: { source: 'cache' }, only: { result: ['hit'] } },
  'data.source.cache.misses': {
    of: 'botticelli.cache.requests',
    labels: { source: 'cache' },
    only: { result: ['miss'] },
  },
  'circuit.breaker.state': { of: 'botticelli.circuit_breaker.state', labels: { source: 'target' } },
  'circuit.breaker.trips': { of: 'botticelli.circuit_breaker.trips', labels: { source: 'target' } },
  'circuit.breaker.recoveries': { of: 'botticelli.circuit_breaker.recoveries', labels: { source: 'target' } },
  'api.requests': { of: 'http.server.request.duration', labels: endpoint, counted: true },
  'api.request.duration': { of: 'http.server.request.duration' },
  'api.errors': {
    of: 'http.server.request.duration',
    labels: { type: 'error.type' },
    only: { 'error.type': [] },
    counted: true,
  },
  'active.api.requests': { of: 'http.server.active_requests' },
  'llm.latency': { of: 'gen_ai.client.inference.duration', labels: inference },
  'llm.tokens.used': { of: 'botticelli.llm.tokens', labels: { ...model, type: 'type' }, only: tokens, total: 'type' },
  'llm.cost.usd': { of: 'botticelli.llm.cost.usd', labels: model },
  'feature.validation.failures': { of: 'botticelli.act.output.validations', only: { result: ['failure'] } },
  'feature.validation.warnings': { of: 'botticelli.act.output.validations', only: { result: ['warning'] } },
  'feature.validation.success': { of: 'botticelli.act.output.validations', only: { result: ['success'] } },
  'feature.freshness': { of: 'botticelli.act.input_age', labels: { source: 'source' } },
  'feature.write.duration': {
    of: 'db.client.operation.duration',
    only: { 'db.operation.name': ['content.insert', 'content.update', 'journal.complete'] },
  },
}

/** The metrics, and after them those under other names. */
export function withDocumentNames(metrics: readonly Metric[]): readonly Metric[] {
  const byName = new Map(metrics.map((metric) => [metric.name, metric]))
  const taken = new Set(metrics.map(({ name, unit, kind }) => exposedName(name, unit, kind)))
  const others = Object.entries(DOCUMENT_NAMES).flatMap(([name, other]): Metric[] => {
    const source = byName.get(other.of)
    if (source === undefined) return []
    const { unit, help } = source
    const kind = other.counted ? 'counter' : source.kind
    const points = pointsOf(source.points, other)
    if (points.length === 0 || taken.has(exposedName(name, other.counted ? '' : unit, kind))) return [] // D3
    return [{ name, kind, unit: other.counted ? '' : unit, help, points }]
  })
  return [...metrics, ...others]
}

function pointsOf(points: readonly Point[], other: DocumentName): readonly Point[] {
  const made = new Map<string, Point>()
  const put = (attributes: Attributes, value: Point['value']) => {
    const key = JSON.stringify(attributes)
    const before = made.get(key)
    made.set(key, { attributes, value: before === undefined ? value : sum(before.value, value) })
  }
  for (const { attributes, value } of points) {
    if (!isWanted(attributes, other)) continue
    const labels = labelsOf(attributes, other)
    put(labels, numberOf(value, other))
    if (other.total !== undefined) put({ ...labels, [other.total]: 'total' }, numberOf(value, other))
  }
  return [...made.values()]
}

/** An empty list of values wants the label, whatever it says. */
function isWanted(attributes: Attributes, { only = {} }: DocumentName): boolean {
  return Object.entries(only).every(([label, values]) => {
    const value = attributes[label]
    return values.length === 0 ? value !== undefined : values.some((wanted) => wanted === value)
  })
}

function labelsOf(attributes: Attributes, { labels = {}, values = {} }: DocumentName): Attributes {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([theirs, ours]) => {
      const value = attributes[ours]
      return value === undefined ? [] : [[theirs, values[String(value)] ?? value]]
    }),
  )
}

function numberOf(value: Point['value'], { counted, scale = 1 }: DocumentName): Point['value'] {
  if (typeof value === 'number') return value * scale
  return counted ? value.count : value
}

function sum(one: Point['value'], other: Point['value']): Point['value'] {
  if (typeof one === 'number' || typeof other === 'number') return Number(one) + Number(other)
  const added: Distribution = {
    bounds: one.bounds,
    counts: one.counts.map((count, index) => count + (other.counts[index] ?? 0)),
    count: one.count + other.count,
    sum: one.sum + other.sum,
    min: Math.min(one.min, other.min),
    max: Math.max(one.max, other.max),
  }
  return added
}
