// Log event table: every line that Botticelli can log, from which docs/observability.md is printed.
//
// Owns names, levels, messages and fields. A message is constant: what varies is a field. The part of a name before the
// first point is the line's `target`, the unit in which levels are set.
//
//   error  somebody must look at it        info   major steps of a life
//   warn   degraded, or near a limit       debug  the flow in detail; trace: every message and query

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error'

/** What a field may hold. `error` is anything thrown, or an error as plain data. */
type FieldType = keyof FieldValues

export interface LogEventEntry {
  readonly level: LogLevel
  readonly message: string
  /** By name; one that ends in `?` may be left out. */
  readonly fields: Readonly<Record<string, FieldType>>
}

/** Fields that any event may carry. Times end in their unit. */
export const COMMON_FIELDS = {
  'actor?': 'string',
  'bot?': 'string',
  'bot_type?': 'string',
  'narrative?': 'string',
  'act?': 'string',
  /** Id of the execution. */
  'execution?': 'string',
  'duration_ms?': 'number',
  'err?': 'error',
  /** Trace id of the content item that is handled, which began with its generation; `unknown` where it has none. */
  'item_trace?': 'string',
  /** The person who asked for it. */
  'user?': 'string',
  /** Where `telemetry.log_fields` asks for them: 0 is the main thread. */
  'thread_id?': 'number',
  /** `file` and `line` of our code. */
  'source?': 'data',
  /** `name` and attributes of the span. */
  'span?': 'data',
} as const satisfies Record<string, FieldType>

export const LOG_EVENTS = {
  // --- the server
  'app.started': {
    level: 'info',
    message: 'Botticelli started',
    fields: {
      version: 'string',
      node: 'string',
      pid: 'number',
      'bots?': 'number',
      'database?': 'string',
      'posting?': 'string',
    },
  },
  'app.stopping': { level: 'info', message: 'Stopping', fields: { 'reason?': 'string' } },
  'app.stopped': {
    level: 'info',
    message: 'Botticelli stopped',
    fields: { 'reason?': 'string', 'uptime_secs?': 'number' },
  },

  'config.reloaded': {
    level: 'info',
    message: 'Configuration and narratives were read again',
    fields: {
      cause: 'string',
      outcome: 'string',
      'added?': 'strings',
      'changed?': 'strings',
      'disabled?': 'strings',
      'removed?': 'strings',
      'narratives?': 'strings',
      'settings?': 'strings',
      'at_next_start?': 'strings',
    },
  },
  'config.reload_failed': {
    level: 'error',
    message: 'Configuration or a narrative cannot be used, everything goes on as it was',
    fields: { cause: 'string', err: 'error', 'file?': 'string', 'line?': 'number', 'column?': 'number' },
  },
  'config.not_watched': {
    level: 'warn',
    message: 'Files are not watched, "botticelli reload" reads them again',
    fields: { file: 'string', err: 'error' },
  },

  'audit.recorded': {
    level: 'info',
    message: 'A person did something',
    fields: {
      user: 'string',
      action: 'string',
      subject: 'string',
      at: 'string',
      'details?': 'data',
      'of_trace?': 'string',
    },
  },

  // --- bots and schedules
  'bot.started': { level: 'info', message: 'Bot starting', fields: { bot: 'string', bot_type: 'string' } },
  'bot.stopped': {
    level: 'info',
    message: 'Bot stopped',
    fields: { bot: 'string', 'uptime_secs?': 'number', 'reason?': 'string' },
  },
  'bot.restarted': {
    level: 'warn',
    message: 'Bot restarted',
    fields: { bot: 'string', attempt: 'number', 'reason?': 'string', 'delay_ms?': 'number' },
  },
  'bot.failed': {
    level: 'warn',
    message: 'Bot execution failed',
    fields: { bot: 'string', err: 'error', 'consecutive_failures?': 'number', 'will_retry?': 'boolean' },
  },
  'bot.run_started': {
    level: 'info',
    message: 'Bot run started',
    fields: { bot: 'string', trigger: 'string', 'resumed?': 'boolean' },
  },
  'bot.run_completed': {
    level: 'info',
    message: 'Bot run completed',
    fields: { bot: 'string', outcome: 'string', duration_ms: 'number', 'rows?': 'number', 'cost_usd?': 'number' },
  },
  'bot.run_skipped': { level: 'info', message: 'Bot run skipped', fields: { bot: 'string', reason: 'string' } },
  'bot.paused': { level: 'warn', message: 'Bot paused', fields: { bot: 'string', reason: 'string' } },
  'bot.resumed': { level: 'info', message: 'Bot resumed', fields: { bot: 'string' } },
  'bot.removed': {
    level: 'warn',
    message: 'Bot is not configured any more, what waited for it was given up',
    fields: { bot: 'string', messages: 'number', executions: 'number', held: 'number' },
  },
  'schedule.next': {
    level: 'info',
    message: 'Scheduled next execution',
    fields: { bot: 'string', next_run: 'string' },
  },
  'schedule.triggered': { level: 'info', message: 'Schedule triggered', fields: { bot: 'string', lag_ms: 'number' } },
  'schedule.delayed': {
    level: 'warn',
    message: 'Schedule waits for the database',
    fields: { bot: 'string', err: 'error' },
  },
  'schedule.missed': {
    level: 'warn',
    message: 'Scheduled run was missed',
    fields: { bot: 'string', missed: 'number', policy: 'string' },
  },

  // --- actors
  'actor.started': {
    level: 'debug',
    message: 'Actor started',
    fields: { actor: 'string', kind: 'string', incarnation: 'number' },
  },
  'actor.crashed': {
    level: 'warn',
    message: 'Actor crashed',
    fields: { actor: 'string', kind: 'string', incarnation: 'number', err: 'error' },
  },
  'actor.restarting': {
    level: 'info',
    message: 'Actor will be restarted',
    fields: { actor: 'string', kind: 'string', delay_ms: 'number', 'cause?': 'string' },
  },
  'actor.restarted': {
    level: 'info',
    message: 'Actor restarted',
    fields: { actor: 'string', kind: 'string', incarnation: 'number', restarts: 'number' },
  },
  'actor.escalated': {
    level: 'error',
    message: 'Supervisor gave up and escalates',
    fields: { actor: 'string', kind: 'string', 'reason?': 'string' },
  },
  'actor.stopped': {
    level: 'debug',
    message: 'Actor stopped',
    fields: { actor: 'string', kind: 'string', reason: 'string' },
  },
  'actor.dead_letter': {
    level: 'error',
    message: 'Message given up',
    fields: {
      actor: 'string',
      kind: 'string',
      message_type: 'string',
      reason: 'string',
      'message_id?': 'string',
      'attempts?': 'number',
    },
  },
  'actor.hung': {
    level: 'warn',
    message: 'Actor makes no progress and is taken down',
    fields: { actor: 'string', kind: 'string', busy_ms: 'number', 'message_type?': 'string' },
  },
  'actor.loop_blocked': {
    level: 'error',
    message: 'Event loop stood still',
    fields: { actor: 'string', kind: 'string', noticed_after_ms: 'number' },
  },
  'actor.fault': {
    level: 'warn',
    message: 'Something that actors call failed, and hindered nothing',
    fields: { actor: 'string', kind: 'string', what: 'string', err: 'error' },
  },
  'message.handled': {
    level: 'trace',
    message: 'Message handled',
    fields: { actor: 'string', message_type: 'string', duration_ms: 'number', ok: 'boolean' },
  },

  // --- narratives and acts
  'narrative.reload_failed': {
    level: 'error',
    message: 'Narrative file cannot be used, the narrative goes on as it was',
    fields: { narrative: 'string', file: 'string', err: 'error' },
  },
  'narrative.not_started': {
    level: 'error',
    message: 'Narrative cannot be executed',
    fields: { narrative: 'string', err: 'error', 'trigger?': 'string' },
  },
  'narrative.started': {
    level: 'info',
    message: 'Starting narrative execution',
    fields: { narrative: 'string', act_count: 'number', has_carousel: 'boolean', 'trigger?': 'string' },
  },
  'narrative.completed': {
    level: 'info',
    message: 'Narrative execution completed',
    fields: {
      narrative: 'string',
      duration_ms: 'number',
      'acts_completed?': 'number',
      'cost_usd?': 'number',
      'quality?': 'number',
      'confidence?': 'number',
    },
  },
  'narrative.failed': {
    level: 'error',
    message: 'Narrative execution failed',
    fields: { narrative: 'string', err: 'error', 'act?': 'string' },
  },
  'carousel.iteration': {
    level: 'info',
    message: 'Carousel turn',
    fields: { narrative: 'string', iteration: 'number', 'iterations?': 'number' },
  },
  'act.started': {
    level: 'debug',
    message: 'Processing act',
    fields: { act: 'string', 'input_count?': 'number', 'attempt?': 'number' },
  },
  'act.completed': {
    level: 'debug',
    message: 'Act completed',
    fields: { act: 'string', duration_ms: 'number', 'output_length?': 'number' },
  },
  'act.failed': {
    level: 'warn',
    message: 'Act failed',
    fields: { act: 'string', err: 'error', 'will_retry?': 'boolean', 'attempt?': 'number' },
  },
  'act.skipped': {
    level: 'info',
    message: 'Act is not performed: its condition does not hold',
    fields: { narrative: 'string', act: 'string' },
  },
  'act.replayed': { level: 'debug', message: 'Act was done already and is not asked again', fields: { act: 'string' } },
  'placeholder.unresolved': {
    level: 'warn',
    message: 'Placeholders stay as they are because nothing has their name',
    fields: { narrative: 'string', act: 'string', names: 'strings' },
  },
  'table.missing': {
    level: 'warn',
    message: 'Table does not exist yet; the act gets no rows from it',
    fields: { narrative: 'string', act: 'string', table: 'string' },
  },
  'narrative.warning': {
    level: 'warn',
    message: 'Narrative file has an oddity',
    fields: { narrative: 'string', code: 'string', warning: 'string', file: 'string', line: 'number' },
  },
  'table.warning': {
    level: 'warn',
    message: 'Table was read with a doubt',
    fields: { narrative: 'string', act: 'string', table: 'string', warning: 'string' },
  },
  'table.capped': {
    level: 'warn',
    message: 'Table has more rows than an act may be given',
    fields: { narrative: 'string', act: 'string', table: 'string' },
  },
  'json.repaired': {
    level: 'debug',
    message: 'JSON of an answer was repaired',
    fields: { act: 'string', 'repairs?': 'data' },
  },
  'metric.left_out': {
    level: 'warn',
    message: 'A metric of the narrative could not be taken from the answer',
    fields: { act: 'string', problem: 'string' },
  },
  'metric.conflict': {
    level: 'warn',
    message: 'A metric of this name was declared otherwise before; it is not counted',
    fields: { metric: 'string' },
  },
  'json.refused': {
    level: 'info',
    message: 'JSON of an answer cannot be used as it is',
    fields: { act: 'string', problem: 'string', asks_again: 'boolean' },
  },
  'model.paced': {
    level: 'info',
    message: 'Call waits for the limits of its model',
    fields: { provider: 'string', model: 'string', wait_ms: 'number' },
  },
  'json.schema_refused': {
    level: 'warn',
    message: 'Provider refused the schema; the question is asked without it',
    fields: { act: 'string', err: 'error' },
  },
  'json.failed': {
    level: 'warn',
    message: 'Answer holds no usable JSON',
    fields: { act: 'string', err: 'error' },
  },

  // --- content
  'content.generated': {
    level: 'info',
    message: 'Generated new content',
    fields: { table: 'string', count: 'number', 'skipped?': 'number' },
  },
  'content.skipped': {
    level: 'warn',
    message: 'Content could not be stored',
    fields: { table: 'string', reason: 'string', 'index?': 'number' },
  },
  'content.warning': {
    level: 'warn',
    message: 'Content was stored with a change',
    fields: { table: 'string', warning: 'string' },
  },
  'content.curated': {
    level: 'info',
    message: 'Curated content',
    fields: { selected: 'number', evaluated: 'number' },
  },
  'content.published': {
    level: 'info',
    message: 'Published content',
    fields: { platform: 'string', 'post_id?': 'string', 'channel_id?': 'string', 'dry_run?': 'boolean' },
  },

  // --- models
  'llm.request': {
    level: 'debug',
    message: 'Model asked',
    fields: {
      provider: 'string',
      model: 'string',
      'input_tokens?': 'number',
      'max_tokens?': 'number',
      'attempt?': 'number',
    },
  },
  'llm.response': {
    level: 'debug',
    message: 'Model answered',
    fields: {
      provider: 'string',
      model: 'string',
      input_tokens: 'number',
      output_tokens: 'number',
      duration_ms: 'number',
      finish_reason: 'string',
      'cost_usd?': 'number',
    },
  },
  'llm.given_again': {
    level: 'debug',
    message: 'Answer was given before, to the same question',
    fields: { act: 'string' },
  },
  'llm.failed': {
    level: 'warn',
    message: 'Model call failed',
    fields: { provider: 'string', model: 'string', err: 'error', 'attempt?': 'number' },
  },
  'llm.rate_limited': {
    level: 'warn',
    message: 'Rate limited, backing off',
    fields: { provider: 'string', model: 'string', 'retry_after_ms?': 'number' },
  },
  'llm.unpriced': {
    level: 'warn',
    message: 'No price is known for the model',
    fields: { provider: 'string', model: 'string' },
  },

  // --- platforms
  'platform.command': {
    level: 'debug',
    message: 'Command carried out',
    fields: { platform: 'string', command: 'string', dry_run: 'boolean', 'duration_ms?': 'number' },
  },
  'platform.failed': {
    level: 'warn',
    message: 'Command failed',
    fields: { platform: 'string', command: 'string', err: 'error' },
  },
  'platform.left_out': {
    level: 'warn',
    message: 'Command that may fail did; the act goes on without its result',
    fields: { act: 'string', platform: 'string', command: 'string', err: 'error' },
  },
  'platform.rate_limited': {
    level: 'warn',
    message: 'Platform asks to wait',
    fields: { platform: 'string', retry_after_ms: 'number', 'route?': 'string' },
  },

  // --- database
  'db.query': { level: 'trace', message: 'Query executed', fields: { name: 'string', duration_ms: 'number' } },
  'db.commit': {
    level: 'trace',
    message: 'Transaction committed',
    fields: { name: 'string', duration_ms: 'number' },
  },
  'db.event_lost': {
    level: 'warn',
    message: 'Event could not be stored',
    fields: { event_type: 'string', err: 'error' },
  },
  'db.slow': { level: 'warn', message: 'Slow query', fields: { name: 'string', duration_ms: 'number' } },

  // --- HTTP and telemetry
  'http.request_completed': {
    level: 'debug',
    message: 'Request answered',
    fields: {
      method: 'string',
      route: 'string',
      status: 'number',
      duration_ms: 'number',
      'request_id?': 'string',
      'bytes?': 'number',
    },
  },
  'http.failed': {
    level: 'error',
    message: 'Request failed',
    fields: { method: 'string', route: 'string', err: 'error' },
  },
  'metrics.listening': { level: 'info', message: 'Prometheus metrics server listening', fields: { url: 'string' } },
  'notify.sent': {
    level: 'info',
    message: 'Notification sent',
    fields: { channel: 'string', kind: 'string', 'condition?': 'string', 'of?': 'string' },
  },
  'notify.failed': {
    level: 'warn',
    message: 'Notification could not be sent',
    fields: { channel: 'string', kind: 'string', 'condition?': 'string', 'of?': 'string', err: 'error' },
  },
  'health.listening': { level: 'info', message: 'Health pages served', fields: { url: 'string' } },
  'telemetry.span': {
    level: 'info',
    message: 'Span ended',
    fields: {
      span: 'string',
      kind: 'string',
      duration_ms: 'number',
      'parent_id?': 'string',
      failed: 'boolean',
      attributes: 'data',
    },
  },
  'telemetry.export_failed': {
    level: 'warn',
    message: 'Traces could not be sent',
    fields: { endpoint: 'string', err: 'error', lost_spans: 'number', failed_batches: 'number' },
  },
  'telemetry.endpoint_changed': {
    level: 'warn',
    message: 'Port 4317 speaks gRPC; traces go to port 4318, where OTLP over HTTP is',
    fields: { endpoint: 'string' },
  },
  'telemetry.push_failed': {
    level: 'warn',
    message: 'Metrics, log lines or errors could not be sent',
    fields: { signal: 'string', endpoint: 'string', err: 'error', failed_requests: 'number', lost: 'number' },
  },
  'telemetry.log_level_changed': {
    level: 'info',
    message: 'Log level changed',
    fields: { to: 'string', 'of?': 'string' },
  },
  'telemetry.spans_dropped': {
    level: 'warn',
    message: 'Spans were dropped because too many wait to be sent',
    fields: { dropped_spans: 'number', capacity: 'number' },
  },
  'telemetry.metric_failed': {
    level: 'error',
    message: 'A metric could not be read',
    fields: { instrument: 'string', err: 'error' },
  },
} as const satisfies Record<string, LogEventEntry>

export type LogEventName = keyof typeof LOG_EVENTS

interface FieldValues {
  string: string
  number: number
  boolean: boolean
  strings: readonly string[]
  error: unknown
  data: unknown
}

type Fields<F> = { readonly [K in keyof F as K extends `${string}?` ? never : K]: FieldValues[F[K] & FieldType] } & {
  readonly [K in keyof F as K extends `${infer Name}?` ? Name : never]?: FieldValues[F[K] & FieldType] | undefined
}

type CommonFields = Fields<typeof COMMON_FIELDS>

/** The fields of an event: its own, and any of the common ones. */
export type FieldsOf<E extends LogEventName> = Fields<(typeof LOG_EVENTS)[E]['fields']> & CommonFields

/** Every part of the program that logs: the first word of its events. */
export const LOG_TARGETS: readonly string[] = [
  ...new Set(Object.keys(LOG_EVENTS).map((name) => name.split('.', 1)[0]!)),
]
