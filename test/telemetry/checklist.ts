// Checklist: for each numbered requirement that holds, what proves it. A row without a proof comes later.
//
// Proofs of the first kinds are looked up in what a real server gave (`whole-server.ts`); `test` names a test that does
// the work elsewhere, by its file and its title.

import rowsFile from './checklist-rows.json' with { type: 'json' }
import { AT_WORK } from './settings-at-work.ts'

export type Proof =
  /**
   * The sum of the series with these labels; of a histogram the number of what it holds. Type, help and labels of the
   * family have to be those of the instrument table.
   */
  | {
      readonly kind: 'metric'
      readonly name: string
      readonly labels: Readonly<Record<string, string>>
      readonly expected: Expected
    }
  /** A line with this event that has these fields; without an event, any line. */
  | { readonly kind: 'line'; readonly event: string | undefined; readonly fields: readonly string[] }
  /** A span whose name begins so, with these attributes and events. */
  | { readonly kind: 'span'; readonly name: string; readonly attributes: readonly string[] }
  | { readonly kind: 'resource'; readonly attribute: string }
  | { readonly kind: 'page'; readonly path: string; readonly status: number; readonly holds: readonly string[] }
  /** A key, variable or command that a server of its own was started with (settings-at-work.ts). */
  | { readonly kind: 'at-work'; readonly what: 'key' | 'variable' | 'command'; readonly name: string }
  /** A file of the project that says so. */
  | { readonly kind: 'told'; readonly file: string; readonly text: string }
  | { readonly kind: 'test'; readonly file: string; readonly title: string }

/** What a number has to be: itself, within bounds, or what the log says by then. */
export type Expected =
  | number
  | { readonly least: number; readonly most?: number }
  /** So many lines with this event and these fields; with `sum`, the sum of that field of theirs. */
  | { readonly event: string; readonly where: Readonly<Record<string, string>>; readonly sum?: string }

export interface Row {
  readonly id: string
  readonly section: string
  readonly item: string
  readonly proof: Proof | undefined
}

const metric = (name: string, labels: Readonly<Record<string, string>>, expected: Expected): Proof => ({
  kind: 'metric',
  name,
  labels,
  expected,
})
const as = (event: string, where: Readonly<Record<string, string>> = {}): Expected => ({ event, where })
const sumOf = (event: string, sum: string, where: Readonly<Record<string, string>> = {}): Expected => ({
  event,
  where,
  sum,
})
/** After the beginning of 2025, in epoch seconds. */
const A_TIME: Expected = { least: 1_735_689_600, most: 4e9 }
/** Of the one call that has a price: 1,000 tokens in and 500 out, at 1 and 2 dollars a million. */
const COST = 0.002
const line = (event: string | undefined, ...fields: string[]): Proof => ({ kind: 'line', event, fields })
const span = (name: string, ...attributes: string[]): Proof => ({ kind: 'span', name, attributes })
const resource = (attribute: string): Proof => ({ kind: 'resource', attribute })
const page = (path: string, status = 200, ...holds: string[]): Proof => ({ kind: 'page', path, status, holds })
const setting = (name: string): Proof => ({ kind: 'at-work', what: 'key', name })
const variable = (name: string): Proof => ({ kind: 'at-work', what: 'variable', name })
const command = (name: string): Proof => ({ kind: 'at-work', what: 'command', name })
const told = (file: string, text: string): Proof => ({ kind: 'told', file, text })
const tested = (file: string, title: string): Proof => ({ kind: 'test', file: `test/${file}`, title })

const OFF = tested('telemetry/telemetry.test.ts', 'is not loaded, opens nothing and writes nothing')
const SENTRY = tested('telemetry/sentry.test.ts', 'an error goes out as an envelope, with trace, bot, act and release')
const LOG_TEST = 'telemetry/log.test.ts'
const ITEM_TRACE = tested('telemetry/checklist.test.ts', 'one item is one trace')
const SERVER_ENDS = tested(
  'telemetry/telemetry.test.ts',
  'a second start ends the first, and ending twice is ending once',
)
const REQUEST_TREE = tested(
  'telemetry/checklist.test.ts',
  'what a person asks for is request, command and calls of the database, in one trace',
)
const AUDIT = tested(
  'telemetry/checklist.test.ts',
  'who did what is in the audit and in the log, with the trace of what it was done to',
)
const ALL_TRACED = tested(
  'telemetry/checklist.test.ts',
  'every run, act, call, command, message and request that the log tells of is a span of its own',
)
/** As the provider's headers say: 25 of 100. */
const RATE_LIMITS = metric('botticelli_rate_limit_remaining_ratio', { model: 'small' }, 0.25)
const ERROR_TYPE = tested('models/observed.test.ts', '%s is counted as %s')

const PROOFS: Readonly<Record<string, Proof>> = {
  // 1.1 metrics
  'S000-001': metric('botticelli_bot_executions_total', { bot_type: 'generation' }, 1),
  'S000-002': metric('botticelli_bot_failures_total', {}, as('bot.failed')),
  'S000-003': metric('botticelli_bot_duration_seconds', {}, as('bot.run_started')),
  'S000-004': metric('botticelli_bot_queue_depth', {}, 3),
  'S000-005': metric('botticelli_bot_consecutive_failures', {}, 2),
  'S000-006': metric('botticelli_bot_last_success_timestamp', { bot: 'poster' }, A_TIME),
  'S000-007': metric('botticelli_content_published_total', { platform: 'discord', bot: 'poster' }, 1),
  'S000-008': metric('botticelli_content_generated_total', { bot: 'writer' }, 5),
  'S000-009': metric('botticelli_potential_posts_size', {}, 2),
  'S000-010': metric('botticelli_approved_posts_size', {}, 1),
  'S000-011': metric('botticelli_api_errors_total', { model: 'scripted' }, as('llm.failed', { model: 'scripted' })),
  'S000-012': RATE_LIMITS,
  'S000-013': metric('process_resident_memory_bytes', {}, { least: 50e6, most: 2e9 }),
  'S000-014': metric('botticelli_pipeline_latency_seconds', { stage: 'end_to_end' }, 1),
  'S000-015': metric('botticelli_daily_cost_dollars', {}, COST),
  'S000-016': metric('botticelli_monthly_cost_dollars', {}, COST),
  'S000-017': metric('botticelli_llm_tokens_total', { type: 'input' }, sumOf('llm.response', 'input_tokens')),
  'S000-018': metric('botticelli_llm_cost_usd_total', {}, COST),
  'S000-019': metric('botticelli_bot_cost_usd_total', { bot: 'writer' }, 0),
  'S000-020': metric('botticelli_narrative_cost_usd_total', {}, COST),
  'S000-021': metric('botticelli_daily_cost_dollars', {}, COST),
  'S000-022': metric('botticelli_monthly_cost_dollars', {}, COST),
  'S000-023': page(
    '/metrics.json',
    200,
    '"group":"bots"',
    '"group":"narratives"',
    '"group":"pipeline"',
    '"group":"costs"',
  ),
  'S000-024': page('/metrics.json', 200, 'botticelli_bot_executions_total', '"series"'),
  'S001-001': metric('botticelli_bot_executions_total', { bot_type: 'generation' }, 1),
  'S001-002': metric('botticelli_bot_duration_seconds', { bot_type: 'generation' }, 1),
  'S001-003': metric(
    'botticelli_bot_tokens_total',
    { bot: 'writer', type: 'output' },
    sumOf('llm.response', 'output_tokens', { bot: 'writer' }),
  ),
  'S001-004': metric('botticelli_content_curated_total', { decision: 'approved', bot: 'curator' }, 2),
  'S001-005': metric('botticelli_content_curated_total', { decision: 'rejected', bot: 'none' }, 1),
  'S001-006': metric('botticelli_content_published_total', {}, as('content.published')),
  'S001-007': tested('platforms/platforms.test.ts', 'what is published, fails and takes time is counted'),
  'S001-008': metric('botticelli_narrative_duration_seconds', { outcome: 'ok' }, as('narrative.completed')),
  'S001-009': metric('botticelli_act_duration_seconds', { act_type: 'model' }, { least: 30 }),
  'S001-010': metric('botticelli_json_extractions_total', { outcome: 'failure', narrative: 'scan' }, 1),
  'S001-011': metric('botticelli_json_extractions_total', {}, 8),
  'S001-012': metric('db_client_operation_duration_seconds', {}, { least: 300 }),
  'S001-013': metric('botticelli_db_connections', { state: 'idle' }, 1),
  'S001-014': metric('botticelli_llm_requests_total', {}, as('llm.request')),
  'S001-015': metric('gen_ai_client_inference_duration_seconds', {}, as('llm.request')),
  'S001-016': metric('botticelli_bot_duration_seconds', { outcome: 'error' }, as('bot.failed')),
  'S002-001': metric('http_server_request_duration_seconds', { http_route: '/health' }, 1),
  'S002-002': metric('http_server_request_duration_seconds', { http_request_method: 'GET' }, 8),
  'S002-003': metric(
    'botticelli_narrative_started_total',
    { trigger: 'schedule' },
    as('narrative.started', { trigger: 'schedule' }),
  ),
  'S002-004': metric('botticelli_narrative_runs_pruned_total', {}, 0),
  'S002-005': metric('botticelli_narrative_active', {}, 0),
  'S002-006': metric('botticelli_carousel_started_total', { narrative: 'turns' }, 2),
  'S002-007': metric('botticelli_carousel_iterations_total', { outcome: 'ok' }, 2),
  'S002-008': metric('botticelli_carousel_completed_total', { outcome: 'ok' }, 1),
  'S002-009': metric('botticelli_act_started_total', { act_type: 'model' }, { least: 30 }),
  'S002-010': metric('botticelli_act_completed_total', { outcome: 'ok' }, as('act.completed')),
  'S002-011': metric('botticelli_act_duration_seconds', {}, { least: 40 }),
  'S002-012': metric('botticelli_conversation_messages_total', { role: 'system' }, 1),
  'S002-013': metric('botticelli_conversation_message_length_chars', { role: 'user' }, { least: 30 }),
  'S002-014': metric('botticelli_llm_tokens_total', { type: 'output' }, sumOf('llm.response', 'output_tokens')),
  'S002-015': metric('botticelli_llm_cost_usd_total', {}, COST),
  'S002-016': metric('gen_ai_client_inference_duration_seconds', {}, as('llm.request')),
  'S002-017': metric('botticelli_llm_errors_total', {}, as('llm.failed')),
  'S002-018': metric('botticelli_actor_messages_sent_total', { actor_kind: 'bot' }, { least: 8 }),
  'S002-019': metric('botticelli_actor_messages_processed_total', { outcome: 'ok' }, { least: 8 }),
  'S002-020': tested('telemetry/actor-metrics.test.ts', 'events are counted by kind, others let pass'),
  'S002-021': metric('messaging_process_duration_seconds', {}, { least: 8 }),
  'S002-022': metric('botticelli_rate_limit_hits_total', { scope: 'provider' }, as('llm.rate_limited')),
  'S002-023': metric(
    'db_client_operation_duration_seconds',
    { db_operation_name: 'journal.complete' },
    as('act.completed'),
  ),
  'S002-024': metric('botticelli_db_connections_opened_total', {}, 1),
  'S002-025': metric('botticelli_db_connections', {}, 1),
  'S002-026': metric('botticelli_stream_connections_active', { kind: 'control' }, 1),
  'S002-027': metric('botticelli_stream_messages_total', { kind: 'control', direction: 'sent' }, { least: 10 }),
  'S002-028': tested('telemetry/prometheus.test.ts', 'holds every instrument of the table'),
  'S003-001': metric(
    'botticelli_llm_requests_total',
    { provider: 'scripted' },
    as('llm.request', { provider: 'scripted' }),
  ),
  'S003-002': metric('botticelli_llm_errors_total', {}, as('llm.failed')),
  'S003-003': metric('gen_ai_client_inference_duration_seconds', {}, as('llm.request')),
  'S003-004': metric('botticelli_llm_tokens_total', {}, { least: 10_000 }),
  'S003-005': metric('botticelli_llm_tokens_total', { type: 'input' }, sumOf('llm.response', 'input_tokens')),
  'S003-006': metric('botticelli_llm_tokens_total', { type: 'output' }, sumOf('llm.response', 'output_tokens')),
  'S003-007': metric('botticelli_llm_errors_total', { error_type: 'rate_limit' }, as('llm.rate_limited')),
  'S003-008': ERROR_TYPE,
  'S003-009': ERROR_TYPE,
  'S003-010': ERROR_TYPE,
  'S003-011': ERROR_TYPE,
  'S003-012': ERROR_TYPE,
  'S004-001': metric('botticelli_narrative_executions_total', { outcome: 'ok' }, as('narrative.completed')),
  'S004-002': metric('botticelli_narrative_duration_seconds', {}, as('narrative.started')),
  'S004-003': metric('botticelli_narrative_failures_total', {}, as('narrative.failed')),
  'S004-004': metric('botticelli_content_score', { kind: 'quality' }, 3),
  'S004-005': metric('botticelli_content_score', { kind: 'confidence' }, 1),
  'S004-006': metric('botticelli_content_flagged_total', { reason: 'duplicate' }, 0),
  'S004-007': metric(
    'botticelli_source_requests_total',
    { source: 'discord', outcome: 'ok' },
    as('platform.command', { platform: 'discord' }),
  ),
  'S004-008': metric(
    'botticelli_source_duration_seconds',
    { source: 'discord' },
    as('platform.command', { platform: 'discord' }),
  ),
  'S004-009': tested('platforms/platforms.test.ts', 'what is published, fails and takes time is counted'),
  'S004-010': tested('platforms/platforms.test.ts', 'answers the same question once, until it is too old'),
  'S004-011': tested('platforms/platforms.test.ts', 'answers the same question once, until it is too old'),
  'S004-012': tested('telemetry/actor-metrics.test.ts', 'circuit breakers show their state as a number'),
  'S004-013': tested('telemetry/actor-metrics.test.ts', 'circuit breakers show their state as a number'),
  'S004-014': tested('telemetry/actor-metrics.test.ts', 'circuit breakers show their state as a number'),
  'S004-015': metric('http_server_request_duration_seconds', { http_response_status_code: '200' }, 7),
  'S004-016': metric('http_server_request_duration_seconds', {}, 8),
  'S004-017': tested('telemetry/metrics-server.test.ts', 'an answer that says of a failure is counted as one'),
  'S004-018': metric('http_server_active_requests', {}, 1),
  'S004-019': metric('botticelli_llm_requests_total', { outcome: 'ok' }, as('llm.response')),
  'S004-020': metric('gen_ai_client_inference_duration_seconds', {}, as('llm.request')),
  'S004-021': metric('botticelli_llm_tokens_total', {}, { least: 10_000 }),
  'S004-022': metric('botticelli_llm_cost_usd_total', {}, COST),
  'S004-023': metric('botticelli_act_output_validations_total', { rule: 'json', result: 'failure' }, 1),
  'S004-024': metric('botticelli_act_output_validations_total', { result: 'warning' }, 0),
  'S004-025': metric('botticelli_act_output_validations_total', { rule: 'schema', result: 'success' }, 1),
  'S004-026': metric('botticelli_act_output_length_chars', { act_type: 'model' }, { least: 28 }),
  'S004-027': metric('botticelli_act_input_age_seconds', { source: 'table' }, 4),
  'S004-028': metric(
    'db_client_operation_duration_seconds',
    { db_operation_name: 'journal.complete' },
    as('act.completed'),
  ),
  'S004-029': tested('telemetry/checklist.test.ts', 'the fourth document names 28 metrics, and each is there'),

  // 1.2 quantities
  'S000-025': metric('botticelli_bot_start_time_seconds', { bot: 'writer' }, A_TIME),
  'S000-026': metric('botticelli_bot_restarts_total', {}, 0),
  'S000-027': metric('botticelli_bot_executions_total', {}, as('bot.run_started')),
  'S000-028': metric('botticelli_bot_duration_seconds', {}, as('bot.run_started')),
  'S000-029': metric('botticelli_bot_queue_depth', { bot: 'curator' }, 2),
  'S000-030': metric('botticelli_bot_executions_total', { outcome: 'error', bot: 'broken' }, 1),
  'S000-031': metric('botticelli_bot_last_success_timestamp', { bot: 'poster' }, A_TIME),
  'S000-032': metric('botticelli_narrative_executions_total', {}, as('narrative.started')),
  'S000-033': metric('botticelli_act_duration_seconds', { act_type: 'action' }, { least: 6, most: 6 }),
  'S000-034': metric('botticelli_processor_runs_total', { outcome: 'ok' }, 7),
  'S000-035': metric('botticelli_json_extractions_total', {}, 8),
  'S000-036': metric('db_client_operation_duration_seconds', { db_operation_name: 'content.select' }, { least: 3 }),
  'S000-037': metric('botticelli_content_generated_total', {}, 6),
  'S000-038': metric('botticelli_content_curated_total', {}, 3),
  'S000-039': metric('botticelli_content_published_total', {}, as('content.published')),
  'S000-040': metric('botticelli_content_score', { kind: 'quality' }, 3),
  'S000-041': metric('botticelli_pipeline_latency_seconds', { stage: 'generation_to_curation' }, 2),
  'S000-042': metric('botticelli_llm_requests_total', {}, as('llm.request')),
  'S000-043': metric('gen_ai_client_inference_usage_input_tokens_total', {}, sumOf('llm.response', 'input_tokens')),
  'S000-044': metric('gen_ai_client_inference_duration_seconds', {}, as('llm.request')),
  'S000-045': RATE_LIMITS,
  'S000-046': metric('botticelli_llm_errors_total', {}, as('llm.failed')),
  'S000-047': span('chat', 'botticelli.cost.usd'),
  'S000-048': metric('db_client_operation_duration_seconds', {}, { least: 300 }),
  'S000-049': metric('botticelli_table_rows', { table: 'potential_discord_posts' }, 5),
  'S000-050': metric('botticelli_db_connections', { state: 'used' }, 0),
  'S000-051': metric('botticelli_db_transactions_total', { outcome: 'commit' }, { least: 30 }),
  'S000-052': metric('process_cpu_time_seconds_total', { cpu_mode: 'user' }, { least: 0.05, most: 600 }),
  'S000-053': metric('botticelli_actor_mailbox_depth', {}, 0),
  'S000-054': metric('nodejs_eventloop_utilization_ratio', {}, { least: 0, most: 1 }),
  'S000-055': metric('botticelli_db_wal_size_bytes', {}, { least: 32 }),
  'S000-056': metric('botticelli_carousel_iteration_duration_seconds', {}, 3),
  'S000-057': metric('botticelli_pipeline_latency_seconds', { stage: 'curation_to_posting' }, 1),
  'S001-017': metric('gen_ai_client_inference_duration_seconds', {}, as('llm.request')),
  'S001-018': metric('botticelli_cost_per_1000_posts_dollars', {}, 1_000 * COST),
  'S002-029': metric('http_server_request_duration_seconds', {}, 8),
  'S002-030': metric('botticelli_llm_cost_usd_total', {}, COST),
  'S002-031': metric('botticelli_narrative_started_total', {}, as('narrative.started')),
  'S004-030': metric('botticelli_narrative_executions_total', {}, as('narrative.started')),
  'S004-031': tested(
    'telemetry/checklist.test.ts',
    'percentiles, and the share within an objective, are those of the records',
  ),
  'S004-032': metric('botticelli_act_output_validations_total', { result: 'success' }, 14),
  'S004-033': metric('botticelli_llm_cost_usd_total', {}, COST),

  // 1.3 log records
  'S000-058': line(undefined, 'trace_id', 'span_id'),
  'S000-059': line('act.completed', 'bot', 'narrative', 'act', 'execution'),
  'S000-060': line('actor.started', 'actor', 'kind', 'incarnation'),
  'S000-061': line('act.failed', 'err', 'execution', 'act', 'trace_id'),
  'S000-062': line('bot.run_completed', 'duration_ms'),
  'S000-063': variable('LOG_LEVEL'),
  'S000-064': line(undefined, 'target'),
  'S000-065': line(undefined, 'thread_id'),
  'S000-066': line('act.completed', 'source'),
  'S000-067': line('act.completed', 'source'),
  'S000-068': tested(LOG_TEST, 'a line carries the standard fields and its own'),
  'S000-069': tested(LOG_TEST, 'a line has time, level, message and fields'),
  'S001-019': tested('telemetry/push.test.ts', 'metrics and log lines go to the receiver as well'),
  'S001-020': tested('telemetry/push.test.ts', 'metrics and log lines go to the receiver as well'),
  'S001-021': tested('telemetry/push.test.ts', 'metrics and log lines go to the receiver as well'),
  'S002-032': line(undefined, 'timestamp'),
  'S002-033': line(undefined, 'level'),
  'S002-034': line(undefined, 'target'),
  'S002-035': line(undefined, 'message'),
  'S002-036': line(undefined, 'trace_id'),
  'S002-037': line(undefined, 'span_id'),
  'S002-038': line('config.reloaded', 'user'),
  'S002-039': line('narrative.started', 'execution'),
  'S002-040': line('http.request_completed', 'request_id'),
  'S002-041': line('llm.response', 'span'),
  'S002-042': line('llm.response', 'source'),
  'S002-043': line('telemetry.span', 'span', 'duration_ms', 'trace_id', 'span_id'),
  'S002-044': line('http.request_completed', 'method', 'route', 'status', 'duration_ms', 'bytes'),
  'S002-045': line('bot.failed', 'err'),
  'S002-046': AUDIT,
  'S002-047': tested('telemetry/checklist.test.ts', 'every line is as the table of log events says'),
  'S004-034': tested(LOG_TEST, 'a line carries the standard fields and its own'),
  'S004-035': line('llm.response', 'bot', 'narrative', 'act', 'execution'),
  'S004-036': line(undefined, 'trace_id'),
  'S004-037': tested(LOG_TEST, 'a line carries the standard fields and its own'),
  'S004-038': tested('config/telemetry.test.ts', 'on a terminal, %j gives other defaults'),
  'S004-039': tested(LOG_TEST, 'no line holds %s'),
  'S004-040': line(undefined, 'timestamp', 'level'),
  'S004-041': tested(LOG_TEST, 'of the details a share can be written'),

  // 1.4 levels and events
  'S000-070': line('narrative.failed', 'err'),
  'S000-071': line('llm.rate_limited'),
  'S000-072': line('app.started'),
  'S000-073': line('act.started'),
  'S000-074': line('db.query'),
  'S000-075': line('bot.started', 'bot_type'),
  'S000-076': line('bot.stopped', 'uptime_secs'),
  'S000-077': tested('telemetry/checklist.test.ts', 'what happens to a bot is told under its name'),
  'S000-078': line('bot.failed', 'err', 'consecutive_failures'),
  'S000-079': line('narrative.started', 'narrative', 'act_count', 'has_carousel'),
  'S000-080': line('act.started', 'act'),
  'S000-081': line('narrative.completed', 'narrative', 'duration_ms', 'acts_completed'),
  'S000-082': line('narrative.failed', 'err'),
  'S000-083': line('content.generated', 'table', 'count'),
  'S000-084': line('content.curated', 'selected', 'evaluated'),
  'S000-085': line('content.published', 'post_id', 'channel_id'),
  'S000-086': line('llm.request', 'model', 'max_tokens'),
  'S000-087': line('llm.response', 'model', 'input_tokens', 'output_tokens', 'duration_ms', 'finish_reason'),
  'S000-088': line('llm.rate_limited', 'model', 'retry_after_ms'),
  'S000-089': line('db.query', 'name', 'duration_ms'),
  'S000-090': line('db.commit', 'duration_ms'),
  'S000-091': line('schedule.next', 'next_run'),
  'S000-092': line('schedule.triggered', 'lag_ms'),
  'S000-093': line('bot.run_completed', 'duration_ms', 'outcome'),
  'S002-048': line('narrative.started', 'execution', 'narrative', 'trigger'),
  'S002-049': line('narrative.started', 'span_id'),
  'S002-050': tested(
    'actors/bots.test.ts',
    'a narrative that cannot be executed at all is told, with whom and what asked for it',
  ),
  'S002-051': line('http.request_completed'),
  'S003-013': line('metrics.listening', 'url'),
  'S004-042': line('narrative.completed', 'narrative', 'quality', 'confidence', 'duration_ms'),
  'S004-043': line('app.started', 'version', 'node', 'pid'),
  'S004-044': line('content.curated'),
  'S004-045': line('actor.stopped', 'actor', 'reason'),

  // 1.5 spans
  'S000-094': span('bot.run ', 'botticelli.bot.type', 'botticelli.bot.name', 'botticelli.run.id'),
  'S000-095': span('invoke_workflow ', 'gen_ai.workflow.name'),
  'S000-096': span('act ', 'botticelli.act.name', 'botticelli.act.type'),
  'S000-097': span('process potential_discord_posts'),
  'S000-098': ITEM_TRACE,
  'S000-099': span('bot.run ', 'botticelli.run.id'),
  'S000-100': metric('botticelli_pipeline_latency_seconds', {}, 4),
  'S000-101': span('act '),
  'S000-102': ALL_TRACED,
  'S000-103': resource('service.name'),
  'S000-104': resource('service.version'),
  'S001-022': tested('telemetry/checklist.test.ts', 'spans show who did what for whom'),
  'S001-023': ALL_TRACED,
  'S001-024': resource('deployment.environment.name'),
  'S002-052': span('GET /metrics', 'http.route'),
  'S002-053': span('command reload', 'botticelli.command', 'enduser.id'),
  'S002-054': span('authorize discord messages.send', 'botticelli.allowed'),
  'S002-055': span('chat ', 'gen_ai.provider.name', 'gen_ai.request.model', 'gen_ai.usage.output_tokens'),
  'S002-056': tested('telemetry/store-metrics.test.ts', 'a call of the store that takes long is a span'),
  'S002-057': tested(
    'telemetry/checklist.test.ts',
    'what a bot tells a bot is sent in one span and handled in its child',
  ),
  'S002-058': span('GET /health', 'http.response.status_code'),
  'S002-059': span('invoke_workflow ', 'botticelli.execution.id'),
  'S002-060': tested('telemetry/checklist.test.ts', 'a request goes on in the trace that it brings'),
  'S002-061': REQUEST_TREE,
  'S002-062': tested(
    'telemetry/checklist.test.ts',
    'of a run is told where its time went: act by act, in models, commands and itself',
  ),
  'S002-063': resource('deployment.environment.name'),
  'S004-046': tested('telemetry/spans.test.ts', 'nests what is called inside, over awaits'),
  'S004-047': span('fetch table', 'botticelli.source', 'botticelli.table', 'botticelli.rows'),
  'S004-048': tested('telemetry/spans.test.ts', 'gives %j the kind %s'),
  'S004-049': span('GET /health/ready', 'http.request.method'),
  'S004-050': tested('telemetry/checklist.test.ts', 'spans show who did what for whom'),

  // 1.6 propagation
  'S000-105': span('create potential_discord_posts'),
  'S000-106': ITEM_TRACE,
  'S000-107': line('content.generated', 'trace_id'),
  'S000-108': tested('telemetry/checklist.test.ts', 'counters and histograms name a trace that was sent'),
  'S000-109': ITEM_TRACE,
  'S000-110': ITEM_TRACE,
  'S000-111': tested('telemetry/checklist.test.ts', 'an item that came without a trace is known as such'),
  'S001-025': ITEM_TRACE,
  'S001-026': ITEM_TRACE,
  'S001-027': tested('telemetry/checklist.test.ts', 'what failed over an item leads to the generation of the item'),
  'S001-028': tested('telemetry/checklist.test.ts', 'Discord is sent the context of the item'),
  'S002-064': tested(
    'telemetry/trace-context.test.ts',
    'a written context comes back as it was, with state and baggage',
  ),
  'S002-065': tested('telemetry/checklist.test.ts', 'a request goes on in the trace that it brings'),
  'S002-066': tested('telemetry/checklist.test.ts', 'a request goes on in the trace that it brings'),
  'S002-067': tested('supervisor/tracing.test.ts', 'a hop is a consumer span below the sender'),
  'S002-068': tested('supervisor/tracing.test.ts', 'a hop is a consumer span below the sender'),
  'S002-069': span('process bot ', 'messaging.message.conversation_id'),
  'S002-070': tested(
    'telemetry/checklist.test.ts',
    'each event names what brought it about, and the trace it happened in',
  ),
  'S002-071': tested(
    'telemetry/checklist.test.ts',
    'each event names what brought it about, and the trace it happened in',
  ),
  'S002-072': tested('telemetry/checklist.test.ts', 'log lines and spans meet under one id'),
  'S002-073': tested('telemetry/checklist.test.ts', 'Discord is sent the context of the item'),
  'S004-051': tested('telemetry/checklist.test.ts', 'Discord is sent the context of the item'),
  'S004-052': tested(
    'telemetry/trace-context.test.ts',
    'a written context comes back as it was, with state and baggage',
  ),

  // 1.7 endpoints
  'S000-112': page('/health', 200, '"status"'),
  'S000-113': page('/metrics', 200, '# HELP'),
  'S000-114': page('/health/live'),
  'S000-115': page('/health/ready'),
  'S001-029': page('/metrics'),
  'S001-030': page('/health', 200, 'consecutive_failures'),
  'S002-074': page('/health/live', 200, '{"status":"ok"}'),
  'S002-075': page('/health/ready', 200, '"status":"ready"', '"checks"'),
  'S002-076': page('/metrics'),
  'S003-014': page('/metrics'),
  'S001-031': page('/status', 200, '<title>Botticelli: degraded', '<th scope="row">writer'),
  'S003-015': tested('telemetry/observe-check.ts', 'Prometheus scrapes the server'),
  'S004-053': command('metrics-server'),
  'S004-054': line('http.request_completed', 'method', 'route', 'request_id'),

  // 1.8 health
  'S000-116': page('/health', 200, '"status":"degraded"', '"status":"healthy"'),
  'S000-117': tested('telemetry/metrics-server.test.ts', 'is ready when every check is ok'),
  'S000-118': page('/health', 200, '"bots":['),
  'S000-119': page('/health', 200, '"database":{"status":"healthy","latency_ms":'),
  'S000-120': page('/health', 200, '"api":{', '"providers":[{"name":"scripted"'),
  'S000-121': page('/health', 200, '"name":"broken"'),
  'S000-122': page('/health', 200, '"name":"writer","status":"healthy"'),
  'S000-123': page('/health', 200, '"last_success":"20'),
  'S000-124': page('/health', 200, '"last_failure":"20'),
  'S000-125': page('/health', 200, '"consecutive_failures":1'),
  'S000-126': page('/health/live'),
  'S000-127': page('/health/ready', 200, '"database":"ok"'),
  'S000-128': page('/health/ready', 200, '"bots":"ok"'),
  'S000-129': page('/health/ready', 200, '"ai_provider":"ok"'),
  'S000-130': tested('actors/server-health.test.ts', 'is ready when all checks are'),
  'S002-077': page('/health/ready', 200, '"database":"ok"'),
  'S002-078': page('/health/ready', 200, '"message_bus":"ok"'),
  'S002-079': page('/health/ready', 200, '"ai_provider":"ok"'),
  'S002-080': tested('actors/server-health.test.ts', 'is ready when all checks are'),
  'S004-055': tested('actors/server-health.test.ts', 'is not ready while it stops'),

  // 1.9 configuration
  'S000-131': setting('observability.log_level'),
  'S000-132': setting('observability.json_logs'),
  'S000-133': setting('observability.metrics_enabled'),
  'S000-134': setting('observability.metrics_port'),
  'S000-135': setting('observability.metrics_path'),
  'S000-136': setting('observability.tracing_enabled'),
  'S000-137': setting('observability.otlp_endpoint'),
  'S000-138': setting('observability.sample_rate'),
  'S000-139': setting('observability.health_enabled'),
  'S001-032': setting('telemetry.enabled'),
  'S001-033': setting('telemetry.otlp_endpoint'),
  'S001-034': setting('telemetry.service_name'),
  'S001-035': setting('telemetry.sampling_rate'),
  'S001-038': setting('telemetry.batch_size'),
  'S001-039': setting('telemetry.batch_timeout_ms'),
  'S001-040': variable('OTEL_SDK_DISABLED'),
  'S002-081': setting('telemetry.log_level'),
  'S002-082': setting('telemetry.otlp_endpoint'),
  'S002-083': setting('telemetry.sample_rate'),
  'S002-084': setting('telemetry.metrics_port'),
  'S002-085': setting('telemetry.environment'),
  'S004-056': setting('telemetry.log_levels'),
  'S004-057': setting('telemetry.log_format'),
  'S004-058': setting('telemetry.sample_ratio'),
  'S000-140': setting('observability.health_port'),
  'S000-144': tested('config/telemetry.test.ts', 'bot_server.toml is the file where there is no botticelli.toml'),
  'S000-141': setting('observability.cost_tracking_enabled'),
  'S000-142': setting('observability.daily_budget_usd'),
  'S000-143': setting('observability.monthly_budget_usd'),
  'S001-036': setting('telemetry.backend'),
  'S001-037': setting('telemetry.export_console'),
  'S002-086': setting('telemetry.sentry_dsn'),
  'S003-016': tested('deploy/observability.test.ts', 'Grafana finds both, and leads from a number to its trace'),
  'S004-059': setting('telemetry.collect_every'),
  'S004-060': setting('telemetry.histograms.*.buckets'),
  'S004-061': setting('notify.after_failures'),
  'S004-062': setting('telemetry.backend'),
  'S004-063': told('deploy/observability/prometheus.yml', 'scrape_interval: 15s'),

  // 1.10 environment
  'S000-145': variable('LOG_LEVELS'),
  'S002-087': variable('LOG_LEVEL'),
  'S002-088': variable('OTLP_ENDPOINT'),
  'S002-089': variable('TRACE_SAMPLE_RATE'),
  'S002-090': variable('METRICS_PORT'),
  'S002-091': variable('ENVIRONMENT'),
  'S002-092': variable('SENTRY_DSN'),
  'S002-093': tested(
    'deploy/observability.test.ts',
    'nobody but this machine reaches it, and the password comes from the environment',
  ),
  'S003-017': variable('OTEL_EXPORTER'),
  'S003-018': variable('OTEL_EXPORTER_OTLP_ENDPOINT'),
  'S003-019': variable('PROMETHEUS_ENDPOINT'),
  'S003-020': variable('.env'),

  // 1.11 components
  'S000-147': SERVER_ENDS,
  'S000-148': page('/metrics'),
  'S000-149': line('metrics.listening'),
  'S000-152': page('/health', 200, 'last_success'),
  'S001-042': SERVER_ENDS,
  'S000-146': SERVER_ENDS,
  'S000-150': metric('botticelli_bot_executions_total', { bot: 'poster' }, 1),
  'S000-151': command('bot-server'),
  'S001-041': SERVER_ENDS,
  'S001-043': tested('telemetry/checklist.test.ts', 'telemetry is there before the first actor'),
  'S001-044': tested('telemetry/span-outbox.test.ts', 'holds no more than its capacity'),
  'S001-045': tested('telemetry/checklist.test.ts', 'nobody but telemetry/ loads an SDK'),
  'S001-046': setting('telemetry.backend'),
  'S001-047': tested('telemetry/checklist.test.ts', 'what each call cost can be had as CSV'),
  'S001-048': tested('telemetry/checklist.test.ts', 'a report names each failure, with how often and where'),
  'S001-049': tested('actors/latency.test.ts', 'half as long again and 100 ms more'),
  'S002-094': tested('telemetry/checklist.test.ts', 'a request goes on in the trace that it brings'),
  'S002-096': SENTRY,
  'S002-095': metric('http_server_request_duration_seconds', { http_route: '_unmatched' }, 1),
  'S003-021': command('actor-server'),
  'S003-022': metric('botticelli_llm_requests_total', {}, as('llm.request')),
  'S003-023': tested('deploy/observability.test.ts', 'three services run, each with a volume that outlives it'),
  'S003-024': tested('deploy/observability.test.ts', 'Grafana finds both, and leads from a number to its trace'),
  'S003-025': setting('telemetry.metrics'),
  'S004-064': tested(LOG_TEST, 'a line carries the standard fields and its own'),
  'S004-065': tested('telemetry/prometheus.test.ts', 'holds every instrument of the table'),
  'S004-066': tested('telemetry/spans.test.ts', 'nests what is called inside, over awaits'),
  'S004-067': command('metrics-server'),
  'S004-068': tested('telemetry/checklist.test.ts', 'a request goes on in the trace that it brings'),
  'S004-069': tested('telemetry/checklist.test.ts', 'spans show who did what for whom'),
  'S004-070': OFF,
  'S004-071': tested('telemetry/checklist.test.ts', 'nobody but telemetry/ loads an SDK'),
  'S004-072': told('bench/README.md', '## Telemetry'),
  'S004-073': OFF,

  // 1.14 sampling
  'S000-202': setting('telemetry.sample_ratio'),
  'S000-203': tested('telemetry/telemetry.test.ts', 'a narrative may have its own share of traces'),
  'S001-060': setting('telemetry.sample_ratio'),
  'S001-061': tested('config/telemetry.test.ts', 'on a terminal, %j gives other defaults'),
  'S001-062': tested('telemetry/tail-buffer.test.ts', 'a trace in which something failed arrives whole'),
  'S001-064': tested('telemetry/telemetry.test.ts', 'a narrative may have its own share of traces'),
  'S002-116': variable('TRACE_SAMPLE_RATE'),
  'S002-117': tested(
    'deploy/observability.test.ts',
    'the collector keeps traces that failed or were slow, and a share of the others',
  ),
  'S001-063': tested(
    'telemetry/telemetry.test.ts',
    'of traces that begin at once no more are kept than the limit says',
  ),
  'S001-065': told('docs/observability.md', 'In production'),
  'S004-080': setting('telemetry.narratives.*.sample_ratio'),

  // 1.16 integrations
  'S000-227': tested('telemetry/notifier.test.ts', 'of Slack is a text in which nothing is markup'),
  'S000-230': tested('telemetry/notifier.test.ts', 'of Discord is a text that mentions nobody and hides no link'),
  'S002-121': SENTRY,
  'S002-122': SENTRY,
  'S002-123': SENTRY,
  'S002-124': SENTRY,
  'S002-125': tested('telemetry/sentry.test.ts', 'nothing that a person wrote or a model said gets in'),
  'S002-126': SENTRY,
  'S001-073': tested('telemetry/telemetry.test.ts', 'spans can be read in the log, without any endpoint'),
  'S001-075': metric('botticelli_build_info', {}, 1),
}

/** All rows in order, with their proofs. */
export const ROWS: readonly Row[] = rowsFile.sections.flatMap(({ section, rows }) =>
  rows.map(([id = '', item = '']) => ({ id, section, item, proof: PROOFS[id] })),
)

/** Ids of proofs for rows that do not exist. */
export const STRAY_PROOFS = Object.keys(PROOFS).filter((id) => !ROWS.some((row) => row.id === id))

/** The page docs/checklist.md. */
export function checklistPage(): string {
  const held = ROWS.filter(({ proof }) => proof !== undefined).length
  const sections = rowsFile.sections.map(({ section }) => {
    const rows = ROWS.filter((row) => row.section === section)
    const lines = rows.map(({ id, item, proof }) => `| ${id} | ${item} | ${describe(proof)} |`)
    return [`## ${section}`, '', '| row | what is asked for | proof |', '| --- | --- | --- |', ...lines, ''].join('\n')
  })
  return `# Checklist

Every numbered requirement of the five documents on observability, with what proves it, or *later*: ${held} of ${ROWS.length}
hold. Printed by \`test/telemetry/checklist.test.ts\`, which looks each proof up; those of a running server in what a real
\`botticelli serve\` gave.

${sections.join('\n')}`
}

function describe(proof: Proof | undefined): string {
  if (proof === undefined) return '*later*'
  switch (proof.kind) {
    case 'metric':
      return `metric \`${proof.name}${labelsOf(proof.labels)}\` ${shownExpected(proof.expected)}`
    case 'line':
      return `log ${proof.event === undefined ? 'lines' : `event \`${proof.event}\``}${listed(proof.fields)}`
    case 'span':
      return `span \`${proof.name.trim()}\`${listed(proof.attributes)}`
    case 'resource':
      return `resource attribute \`${proof.attribute}\``
    case 'page':
      return `\`GET ${proof.path}\` answers ${proof.status}${listed(proof.holds)}`
    case 'at-work':
      return `${proof.what} \`${proof.name}\`: ${AT_WORK[proof.name]?.shows}`
    case 'told':
      return `\`${proof.file}\`: ${proof.text}`
    case 'test':
      return `\`${proof.file}\`: ${proof.title}`
  }
}

function shownExpected(expected: Expected): string {
  if (typeof expected === 'number') return `is ${expected}`
  if ('least' in expected) {
    return expected.most === undefined ? `from ${expected.least} on` : `from ${expected.least} to ${expected.most}`
  }
  const where = Object.entries(expected.where).map(([name, value]) => ` ${name}=${value}`)
  const lines = `\`${expected.event}\`${where.join('')}`
  return expected.sum === undefined ? `as often as ${lines} is logged` : `the sum of \`${expected.sum}\` in ${lines}`
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? '' : ` with ${names.map((name) => `\`${name}\``).join(', ')}`
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
