// Span table: every span that Botticelli makes, from which docs/observability.md is printed.
//
// Owns names, kinds and attribute keys. Names are low in cardinality: ids go into attributes. Keys are those of the
// semantic conventions where they exist, else `botticelli.*` in snake case.

export type SpanKindName = 'internal' | 'server' | 'client' | 'producer' | 'consumer'

interface SpanEntry {
  readonly kind: SpanKindName
  /** When it is made, and whose child it is. */
  readonly when: string
  readonly attributes: readonly string[]
}

/** By name. What stands in braces is filled in; more specific names stand before the ones they also fit. */
export const SPANS = {
  'cli {command}': {
    kind: 'internal',
    when: 'A command runs; root, or child of TRACEPARENT where the environment sets it.',
    attributes: ['botticelli.narrative.name'],
  },
  'bot.run {bot}': {
    kind: 'internal',
    when: 'A bot carries out one run; a new trace. Links to the items it took and to the message that caused it.',
    attributes: [
      'botticelli.bot.name',
      'botticelli.bot.type',
      'botticelli.bot.iteration',
      'botticelli.run.id',
      'botticelli.trigger',
      'botticelli.narrative.name',
      'gen_ai.operation.name',
      'gen_ai.agent.name',
    ],
  },
  'invoke_workflow {narrative}': {
    kind: 'internal',
    when: 'A narrative is executed; child of the run, the command or the act that asked for it.',
    attributes: [
      'gen_ai.operation.name',
      'gen_ai.workflow.name',
      'botticelli.execution.id',
      'botticelli.narrative.name',
      'botticelli.narrative.act_count',
      'botticelli.narrative.has_carousel',
      'botticelli.resumed',
    ],
  },
  'act {act}': {
    kind: 'internal',
    when: 'An act is performed, retries included; child of the narrative or the turn.',
    attributes: ['botticelli.act.name', 'botticelli.act.key', 'botticelli.act.type', 'botticelli.act.input_count'],
  },
  'chat {model}': {
    kind: 'client',
    when: 'A language model is asked, one span an attempt; child of the act.',
    attributes: [
      'gen_ai.operation.name',
      'gen_ai.provider.name',
      'gen_ai.request.model',
      'gen_ai.request.temperature',
      'gen_ai.request.max_tokens',
      'gen_ai.request.stream',
      'gen_ai.output.type',
      'gen_ai.prompt.name',
      'gen_ai.response.id',
      'gen_ai.response.model',
      'gen_ai.response.finish_reasons',
      'gen_ai.usage.input_tokens',
      'gen_ai.usage.output_tokens',
      'gen_ai.usage.cache_read.input_tokens',
      'gen_ai.usage.reasoning.output_tokens',
      'gen_ai.input.messages',
      'gen_ai.output.messages',
      'gen_ai.system_instructions',
      'botticelli.cost.usd',
      'server.address',
      'server.port',
    ],
  },
  'execute_tool {command}': {
    kind: 'internal',
    when: 'A command of a platform other than these two is carried out; child of the act.',
    attributes: ['botticelli.platform', 'botticelli.command', 'botticelli.effect', 'botticelli.dry_run'],
  },
  'discord {command}': {
    kind: 'client',
    when: 'A command is carried out on Discord, dry runs included; the requests it makes are its children.',
    attributes: ['botticelli.platform', 'botticelli.command', 'botticelli.effect', 'botticelli.dry_run'],
  },
  'database {command}': {
    kind: 'client',
    when: 'A command of a narrative is carried out on the database.',
    attributes: ['botticelli.platform', 'botticelli.command', 'botticelli.effect', 'botticelli.dry_run'],
  },
  'processor {processor}': {
    kind: 'internal',
    when: 'The answer of an act is worked on: JSON taken out, rows stored; child of the act.',
    attributes: ['botticelli.processor.type', 'botticelli.table', 'botticelli.rows'],
  },
  'create {table}': {
    kind: 'producer',
    when: "A content item is born; its context is stored with the row and begins the item's trace.",
    attributes: ['messaging.system', 'messaging.operation.type', 'messaging.destination.name'],
  },
  'process {table}': {
    kind: 'consumer',
    when: 'A content item is curated or posted; child of the context on its row, with a link to the run.',
    attributes: ['messaging.system', 'messaging.operation.type', 'messaging.destination.name'],
  },
  'process {actor_kind} {message_type}': {
    kind: 'consumer',
    when: 'An actor handles a message; child of the context that the message carries.',
    attributes: [
      'messaging.system',
      'messaging.operation.type',
      'messaging.operation.name',
      'messaging.destination.name',
      'messaging.message.id',
      'messaging.message.conversation_id',
      'messaging.botticelli.wait_ms',
      'botticelli.actor.path',
      'botticelli.actor.incarnation',
      'botticelli.message.attempt',
    ],
  },
  'supervisor.restart {actor_kind}': {
    kind: 'internal',
    when: 'A supervisor restarts an actor; a new trace with a link to the span that failed.',
    attributes: [
      'botticelli.actor.path',
      'botticelli.actor.kind',
      'botticelli.restart.reason',
      'botticelli.restart.count',
    ],
  },
  'send {actor_kind} {message_type}': {
    kind: 'producer',
    when: 'A bot or a person tells a bot something; what that bot does about it is its child.',
    attributes: ['messaging.system', 'messaging.operation.type', 'messaging.destination.name'],
  },
  'command {command}': {
    kind: 'internal',
    when: 'The server does what a person asked for, such as `command reload`; child of the request.',
    attributes: ['botticelli.command', 'enduser.id'],
  },
  'authorize {command}': {
    kind: 'internal',
    when: 'The policy of the narrative decides whether a command may be carried out; child of the act.',
    attributes: ['botticelli.platform', 'botticelli.command', 'botticelli.allowed'],
  },
  'fetch {source}': {
    kind: 'client',
    when: 'An act reads an input: rows of a table, a file, the result of a command; child of the act.',
    attributes: ['botticelli.source', 'botticelli.table', 'botticelli.rows'],
  },
  'store {call}': {
    kind: 'client',
    when: 'A call of the store that took longer than `telemetry.store_spans_from_ms` (5 ms), such as `store journal.complete`.',
    attributes: ['db.system.name', 'db.operation.name', 'error.type'],
  },
  '{METHOD} discord {route}': {
    kind: 'client',
    when: 'A request to Discord; child of the command.',
    attributes: [
      'http.request.method',
      'http.request.resend_count',
      'http.response.status_code',
      'server.address',
      'server.port',
      'url.template',
    ],
  },
  '{METHOD} {route}': {
    kind: 'server',
    when: 'A request to one of our own servers; child of its `traceparent` header.',
    attributes: ['http.request.method', 'http.route', 'url.path', 'http.response.status_code', 'request_id'],
  },
  shutdown: {
    kind: 'internal',
    when: 'The server stops; a new trace, the last one to be sent.',
    attributes: [],
  },
} as const satisfies Record<string, SpanEntry>

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

type Slots = { METHOD: (typeof METHODS)[number] }

type Filled<P extends string> = P extends `${infer Head}{${infer Slot}}${infer Tail}`
  ? `${Head}${Slot extends keyof Slots ? Slots[Slot] : string}${Filled<Tail>}`
  : P

/** A name that fits the table: `` `act ${act.name}` `` compiles, `` `acts ${act.name}` `` does not. */
export type SpanName = Filled<keyof typeof SPANS>

/** The kind that the table gives to a span of this name. */
export function kindOfSpan(name: SpanName): SpanKindName {
  const remembered = kinds.get(name)
  if (remembered !== undefined) return remembered
  const kind = SHAPES.find(([shape]) => shape.test(name))?.[1] ?? 'internal'
  if (kinds.size < 1_000) kinds.set(name, kind)
  return kind
}

const kinds = new Map<string, SpanKindName>()

const SHAPES: readonly (readonly [RegExp, SpanKindName])[] = Object.entries(SPANS).map(([pattern, { kind }]) => [
  new RegExp(`^${pattern.replaceAll('.', '\\.').replace(/\{(\w+)\}/g, (_, slot) => slotShape(slot))}$`, 's'),
  kind,
])

function slotShape(slot: string): string {
  if (slot === 'METHOD') return `(?:${METHODS.join('|')})`
  return '.+'
}
