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
      readonly run: Run
    }
  /** A line with this event that has these fields with these values; without an event, every line. */
  | { readonly kind: 'line'; readonly event: string | undefined; readonly fields: Wanted; readonly run: Run }
  /** A span whose name begins so, with these attributes. */
  | { readonly kind: 'span'; readonly name: string; readonly attributes: Wanted; readonly run: Run }
  | { readonly kind: 'resource'; readonly attribute: string; readonly value: string | RegExp }
  | {
      readonly kind: 'page'
      readonly path: string
      readonly status: number
      readonly holds: readonly string[]
      readonly run: Run
    }
  /** A key, variable or command that a server of its own was started with (settings-at-work.ts). */
  | {
      readonly kind: 'at-work'
      readonly what: 'key' | 'variable' | 'command' | 'file' | 'run of'
      readonly name: string
    }
  /** A file of the project that says so. */
  | { readonly kind: 'told'; readonly file: string; readonly text: string }
  | { readonly kind: 'test'; readonly file: string; readonly title: string }
  /** What no running server can show, and why; and the test that shows it otherwise. */
  | { readonly kind: 'apart'; readonly why: string; readonly file: string; readonly title: string }

/**
 * Which of the servers: the one of `whole-server.ts`; that of `bad-day.ts`, there also while another process holds the
 * database, and while it stops; one of `settings-at-work.ts` that has done nothing yet.
 */
export type Run = 'good day' | 'bad day' | 'bad day, database locked' | 'bad day, stopping' | 'quiet start'

/** By name, in dots below a field that is an object; `ANY` is anything but nothing. */
export type Wanted = Readonly<Record<string, string | number | boolean | RegExp | typeof ANY>>
export const ANY = Symbol('any')

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

type Labels = Readonly<Record<string, string>>
const metric = (name: string, labels: Labels, expected: Expected, run: Run = 'good day'): Proof => ({
  kind: 'metric',
  name,
  labels,
  expected,
  run,
})
/** The same on the bad day. */
const bad = (name: string, labels: Labels, expected: Expected): Proof => metric(name, labels, expected, 'bad day')
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
const line = (event: string | undefined, fields: Wanted = {}, run: Run = 'good day'): Proof => ({
  kind: 'line',
  event,
  fields,
  run,
})
const span = (name: string, attributes: Wanted = {}, run: Run = 'good day'): Proof => ({
  kind: 'span',
  name,
  attributes,
  run,
})
const resource = (attribute: string, value: string | RegExp): Proof => ({ kind: 'resource', attribute, value })
const page = (path: string, status = 200, ...holds: string[]): Proof => pageOf('good day', path, status, ...holds)
const pageOf = (run: Run, path: string, status: number, ...holds: string[]): Proof => ({
  kind: 'page',
  path,
  status,
  holds,
  run,
})
const setting = (name: string): Proof => ({ kind: 'at-work', what: 'key', name })
const variable = (name: string): Proof => ({ kind: 'at-work', what: 'variable', name })
const server = (name: string): Proof => ({ kind: 'at-work', what: 'run of', name })
const command = (name: string): Proof => ({ kind: 'at-work', what: 'command', name })
const told = (file: string, text: string): Proof => ({ kind: 'told', file, text })
const tested = (file: string, title: string): Proof => ({ kind: 'test', file: `test/${file}`, title })
const shown = (title: string): Proof => tested('telemetry/checklist.test.ts', title)
const apart = (why: string, file: string, title: string): Proof => ({ kind: 'apart', why, file: `test/${file}`, title })

const TRACE_ID = /^[\da-f]{32}$/
const SPAN_ID = /^[\da-f]{16}$/
const ULID = /^[\dA-HJKMNP-TV-Z]{26}/
const ISO_TIME = /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const LEVEL = /^(?:TRACE|DEBUG|INFO|WARN|ERROR)$/
const SNOWFLAKE = /^\d{17,20}$/
const NUMBER = /^\d/

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

const PROOFS: Readonly<Record<string, Proof>> = {
  // 1.1 metrics
  'S000-001': metric('botticelli_bot_executions_total', { bot_type: 'generation' }, 1),
  'S000-002': metric(
    'botticelli_bot_failures_total',
    { bot: 'doomed', bot_type: 'custom', error_type: 'model-auth' },
    1,
  ),
  'S000-003': metric('botticelli_bot_duration_seconds', { bot_type: 'posting', outcome: 'ok' }, 1),
  'S000-004': metric('botticelli_bot_queue_depth', { bot: 'poster', queue: 'approved_discord_posts' }, 1),
  'S000-005': bad('botticelli_bot_consecutive_failures', { bot: 'forbidden', bot_type: 'custom' }, 1),
  'S000-006': metric('botticelli_bot_last_success_timestamp', { bot: 'poster' }, A_TIME),
  'S000-007': metric('botticelli_content_published_total', { platform: 'discord', bot: 'poster' }, 1),
  'S000-008': metric('botticelli_content_generated_total', { bot: 'writer', narrative: 'use_case' }, 1),
  'S000-009': metric('botticelli_potential_posts_size', {}, 2),
  'S000-010': metric('botticelli_approved_posts_size', {}, 1),
  'S000-011': bad('botticelli_api_errors_total', { model: 'auth' }, 1),
  'S000-012': RATE_LIMITS,
  'S000-013': metric('process_resident_memory_bytes', {}, { least: 50e6, most: 2e9 }),
  'S000-014': metric('botticelli_pipeline_latency_seconds', { stage: 'end_to_end' }, 1),
  'S000-015': metric('botticelli_daily_cost_dollars', {}, COST),
  'S000-016': metric('botticelli_monthly_cost_dollars', {}, COST),
  'S000-017': metric('botticelli_llm_tokens_total', { provider: 'openai', model: 'small', type: 'output' }, 500),
  'S000-018': metric('botticelli_llm_cost_usd_total', { provider: 'openai', model: 'small' }, COST),
  'S000-019': metric('botticelli_bot_cost_usd_total', { bot: 'payer' }, COST),
  'S000-020': metric('botticelli_narrative_cost_usd_total', { narrative: 'paid' }, COST),
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
  'S001-007': bad(
    'botticelli_content_publish_failures_total',
    { platform: 'discord', error_type: 'discord-forbidden' },
    1,
  ),
  'S001-008': metric('botticelli_narrative_duration_seconds', { outcome: 'ok' }, as('narrative.completed')),
  'S001-009': metric('botticelli_act_duration_seconds', { act_type: 'model', outcome: 'ok' }, { least: 20 }),
  'S001-010': metric('botticelli_json_extractions_total', { outcome: 'failure', narrative: 'scan' }, 1),
  'S001-011': bad('botticelli_json_extractions_total', { narrative: 'odd', outcome: 'repaired' }, 1),
  'S001-012': metric('db_client_operation_duration_seconds', {}, { least: 300 }),
  'S001-013': metric('botticelli_db_connections', { state: 'idle' }, 1),
  'S001-014': metric('botticelli_llm_requests_total', {}, as('llm.request')),
  'S001-015': metric('gen_ai_client_inference_duration_seconds', {}, as('llm.request')),
  'S001-016': metric('botticelli_bot_duration_seconds', { outcome: 'error' }, as('bot.failed')),
  'S002-001': metric(
    'http_server_request_duration_seconds',
    { http_request_method: 'GET', http_route: '/health', http_response_status_code: '503' },
    1,
    'bad day, database locked',
  ),
  'S002-002': metric('http_server_request_duration_seconds', { http_request_method: 'GET' }, 8),
  'S002-003': metric(
    'botticelli_narrative_started_total',
    { trigger: 'schedule' },
    as('narrative.started', { trigger: 'schedule' }),
  ),
  'S002-004': bad('botticelli_narrative_runs_pruned_total', {}, 3),
  'S002-005': bad('botticelli_narrative_active', { narrative: 'slow' }, 1),
  'S002-006': metric('botticelli_carousel_started_total', { narrative: 'turns' }, 2),
  'S002-007': metric('botticelli_carousel_iterations_total', { outcome: 'ok' }, 2),
  'S002-008': metric('botticelli_carousel_completed_total', { outcome: 'ok' }, 1),
  'S002-009': metric('botticelli_act_started_total', { act_type: 'model' }, { least: 30 }),
  'S002-010': metric('botticelli_act_completed_total', { outcome: 'ok' }, as('act.completed')),
  'S002-011': metric('botticelli_act_duration_seconds', {}, { least: 40 }),
  'S002-012': metric('botticelli_conversation_messages_total', { role: 'system' }, 1),
  'S002-013': metric('botticelli_conversation_message_length_chars', { role: 'user' }, { least: 30 }),
  'S002-014': metric('botticelli_llm_tokens_total', { type: 'output' }, sumOf('llm.response', 'output_tokens')),
  'S002-015': metric('botticelli_llm_cost_usd_total', { provider: 'openai', model: 'small' }, COST),
  'S002-016': bad(
    'gen_ai_client_inference_duration_seconds',
    { gen_ai_request_model: 'fine', gen_ai_request_stream: 'true' },
    { least: 1 },
  ),
  'S002-017': bad('botticelli_llm_errors_total', { provider: 'openai', model: 'broken', error_type: 'server' }, 1),
  'S002-018': bad('botticelli_actor_messages_sent_total', { actor_kind: 'bot', message_type: 'bot.crash' }, 1),
  'S002-019': metric(
    'botticelli_actor_messages_processed_total',
    { message_type: 'content.produced', outcome: 'ok' },
    3,
  ),
  'S002-020': bad('botticelli_actor_messages_processed_total', { message_type: 'bot.crash', outcome: 'error' }, 5),
  'S002-021': bad(
    'messaging_process_duration_seconds',
    { messaging_destination_template: 'bot', error_type: '_other' },
    { least: 5 },
  ),
  'S002-022': bad('botticelli_rate_limit_hits_total', { scope: 'platform', resource: '/channels/:id/messages' }, 1),
  'S002-023': metric(
    'db_client_operation_duration_seconds',
    { db_operation_name: 'journal.complete' },
    as('act.completed'),
  ),
  'S002-024': metric('botticelli_db_connections_opened_total', {}, 1),
  'S002-025': metric('botticelli_db_connections', {}, 1),
  'S002-026': metric('botticelli_stream_connections_active', { kind: 'control' }, 1),
  'S002-027': metric('botticelli_stream_messages_total', { kind: 'control', direction: 'sent' }, { least: 10 }),
  'S002-028': shown('what is exported is what the table of instruments says: types, units, help, labels, buckets'),
  'S003-001': metric('botticelli_llm_requests_total', { provider: 'openai', model: 'small' }, 1),
  'S003-002': bad('botticelli_llm_errors_total', { provider: 'shaky' }, as('llm.failed', { provider: 'shaky' })),
  'S003-003': metric('gen_ai_client_inference_duration_seconds', {}, as('llm.request')),
  'S003-004': metric('botticelli_llm_tokens_total', {}, { least: 10_000 }),
  'S003-005': metric('botticelli_llm_tokens_total', { type: 'input' }, sumOf('llm.response', 'input_tokens')),
  'S003-006': metric('botticelli_llm_tokens_total', { type: 'output' }, sumOf('llm.response', 'output_tokens')),
  'S003-007': bad('botticelli_llm_errors_total', { model: 'limited', error_type: 'rate_limit' }, 1),
  'S003-008': bad('botticelli_llm_errors_total', { model: 'auth', error_type: 'auth' }, 1),
  'S003-009': bad('botticelli_llm_errors_total', { provider: 'nowhere', error_type: 'network' }, { least: 3 }),
  'S003-010': bad('botticelli_llm_errors_total', { model: 'late', error_type: 'timeout' }, 1),
  'S003-011': bad('botticelli_llm_errors_total', { model: 'bad', error_type: 'invalid_request' }, 1),
  'S003-012': apart('where each refusal has a word of its own', 'models/observed.test.ts', '%s is counted as %s'),
  'S004-001': metric('botticelli_narrative_executions_total', { outcome: 'ok' }, as('narrative.completed')),
  'S004-002': metric('botticelli_narrative_duration_seconds', {}, as('narrative.started')),
  'S004-003': bad(
    'botticelli_narrative_failures_total',
    { narrative: 'forbidden', error_type: 'bot-command-failed' },
    1,
  ),
  'S004-004': metric('botticelli_content_score', { kind: 'quality' }, 3),
  'S004-005': metric('botticelli_content_score', { kind: 'confidence' }, 1),
  'S004-006': bad('botticelli_content_flagged_total', { reason: 'duplicate' }, 1),
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
  'S004-009': bad('botticelli_source_errors_total', { source: 'discord', error_type: 'discord-forbidden' }, 1),
  'S004-010': bad('botticelli_cache_requests_total', { cache: 'platform_reads', result: 'hit' }, 1),
  'S004-011': bad('botticelli_cache_requests_total', { cache: 'answers', result: 'miss' }, 1),
  'S004-012': bad('botticelli_circuit_breaker_state', { target: 'nowhere' }, { least: 1, most: 2 }),
  'S004-013': bad('botticelli_circuit_breaker_trips_total', { target: 'shaky' }, 1),
  'S004-014': bad('botticelli_circuit_breaker_recoveries_total', { target: 'shaky' }, 1),
  'S004-015': metric('http_server_request_duration_seconds', { http_response_status_code: '200' }, 7),
  'S004-016': metric('http_server_request_duration_seconds', {}, 8),
  'S004-017': metric(
    'http_server_request_duration_seconds',
    { http_route: '/health/ready', error_type: '503' },
    1,
    'bad day, database locked',
  ),
  'S004-018': metric('http_server_active_requests', {}, 1),
  'S004-019': metric('botticelli_llm_requests_total', { outcome: 'ok' }, as('llm.response')),
  'S004-020': metric('gen_ai_client_inference_duration_seconds', {}, as('llm.request')),
  'S004-021': metric('botticelli_llm_tokens_total', {}, { least: 10_000 }),
  'S004-022': metric('botticelli_llm_cost_usd_total', { provider: 'openai', model: 'small' }, COST),
  'S004-023': metric('botticelli_act_output_validations_total', { rule: 'json', result: 'failure' }, 1),
  'S004-024': bad('botticelli_act_output_validations_total', { rule: 'columns', result: 'warning' }, 1),
  'S004-025': metric('botticelli_act_output_validations_total', { rule: 'schema', result: 'success' }, 1),
  'S004-026': bad('find_size', { narrative: 'odd' }, 2),
  'S004-027': metric('botticelli_act_input_age_seconds', { source: 'table' }, 4),
  'S004-028': metric(
    'db_client_operation_duration_seconds',
    { db_operation_name: 'journal.complete' },
    as('act.completed'),
  ),
  'S004-029': tested('telemetry/checklist.test.ts', 'the fourth document names 28 metrics, and each is there'),

  // 1.2 quantities
  'S000-025': metric('botticelli_bot_start_time_seconds', { bot: 'writer' }, A_TIME),
  'S000-026': bad('botticelli_bot_restarts_total', { bot: 'crasher', reason: 'own_failure' }, { least: 4, most: 6 }),
  'S000-027': metric('botticelli_bot_executions_total', {}, as('bot.run_started')),
  'S000-028': metric('botticelli_bot_duration_seconds', {}, as('bot.run_started')),
  'S000-029': metric('botticelli_bot_queue_depth', { bot: 'curator', queue: 'potential_discord_posts' }, 2),
  'S000-030': metric('botticelli_bot_executions_total', { outcome: 'error', bot: 'broken' }, 1),
  'S000-031': metric('botticelli_bot_last_success_timestamp', { bot: 'poster' }, A_TIME),
  'S000-032': metric('botticelli_narrative_executions_total', {}, as('narrative.started')),
  'S000-033': metric('botticelli_act_duration_seconds', { act_type: 'action' }, { least: 6, most: 6 }),
  'S000-034': metric('botticelli_processor_runs_total', { processor_type: 'content', outcome: 'error' }, 1),
  'S000-035': metric('botticelli_json_extractions_total', {}, 8),
  'S000-036': metric(
    'botticelli_table_operation_duration_seconds',
    { table: 'approved_discord_posts', operation: 'read' },
    1,
  ),
  'S000-037': metric('botticelli_content_generated_total', {}, 6),
  'S000-038': metric('botticelli_content_curated_total', {}, 3),
  'S000-039': metric('botticelli_content_published_total', {}, as('content.published')),
  'S000-040': metric('botticelli_content_score', { kind: 'quality' }, 3),
  'S000-041': metric('botticelli_pipeline_latency_seconds', { stage: 'generation_to_curation' }, 2),
  'S000-042': metric('botticelli_llm_requests_total', {}, as('llm.request')),
  'S000-043': metric('gen_ai_client_inference_usage_input_tokens_total', {}, sumOf('llm.response', 'input_tokens')),
  'S000-044': metric('gen_ai_client_inference_duration_seconds', {}, as('llm.request')),
  'S000-045': bad('botticelli_rate_limit_hits_total', { scope: 'provider', resource: 'limited' }, 1),
  'S000-046': metric('botticelli_llm_errors_total', {}, as('llm.failed')),
  'S000-047': span('chat small', { 'botticelli.cost.usd': 0.002 }),
  'S000-048': metric('db_client_operation_duration_seconds', {}, { least: 300 }),
  'S000-049': metric('botticelli_table_rows', { table: 'potential_discord_posts' }, 5),
  'S000-050': metric('botticelli_db_busy_total', {}, { least: 1 }, 'bad day, database locked'),
  'S000-051': metric(
    'botticelli_db_transactions_total',
    { outcome: 'rollback' },
    { least: 1 },
    'bad day, database locked',
  ),
  'S000-052': metric('process_cpu_time_seconds_total', { cpu_mode: 'user' }, { least: 0.05, most: 600 }),
  'S000-053': bad('botticelli_actor_mailbox_depth', { actor: '/bots/slow', actor_kind: 'bot' }, { least: 1, most: 2 }),
  'S000-054': bad('botticelli_worker_pool_size', { pool: 'bots' }, 1),
  'S000-055': metric('botticelli_state_write_duration_seconds', { kind: 'mailbox' }, { least: 5 }),
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
  'S000-058': line('narrative.started', { trace_id: TRACE_ID, span_id: SPAN_ID }),
  'S000-059': line('act.completed', { bot: 'payer', narrative: 'paid', act: 'ask', execution: ULID }),
  'S000-060': line('actor.started', { actor: '/bots/writer', kind: 'bot', incarnation: 1 }),
  'S000-061': line('act.failed', {
    'err.code': 'model-auth',
    execution: ULID,
    narrative: 'doomed',
    act: 'judge',
    trace_id: TRACE_ID,
    item_trace: TRACE_ID,
  }),
  'S000-062': line('bot.run_completed', { bot: 'writer', outcome: 'ok', duration_ms: NUMBER }),
  'S000-063': variable('LOG_LEVEL'),
  'S000-064': line(undefined, { target: /^[a-z]+$/ }),
  'S000-065': line(undefined, { thread_id: 0 }),
  'S000-066': line('act.completed', { 'source.file': 'actors/run-log.ts' }),
  'S000-067': line('act.completed', { 'source.line': NUMBER }),
  'S000-068': line(undefined, { timestamp: ISO_TIME, level: LEVEL, message: ANY, event: ANY }),
  'S000-069': setting('telemetry.log_format'),
  'S001-019': shown('a receiver of OTLP is sent the lines that the log has, with where an error was thrown'),
  'S001-020': shown('a receiver of OTLP is sent the lines that the log has, with where an error was thrown'),
  'S001-021': shown('a receiver of OTLP is sent the lines that the log has, with where an error was thrown'),
  'S002-032': line(undefined, { timestamp: ISO_TIME }),
  'S002-033': line(undefined, { level: LEVEL }),
  'S002-034': line(undefined, { target: /^[a-z]+$/ }),
  'S002-035': line('bot.started', { message: 'Bot starting' }),
  'S002-036': line('llm.response', { trace_id: TRACE_ID }),
  'S002-037': line('llm.response', { span_id: SPAN_ID }),
  'S002-038': line('config.reloaded', { user: ANY }),
  'S002-039': line('narrative.started', { execution: ULID }),
  'S002-040': line('http.request_completed', { request_id: 'asked-by-a-test' }),
  'S002-041': line('llm.response', { 'span.name': 'chat small', 'span.gen_ai.request.model': 'small' }),
  'S002-042': line('llm.response', { 'source.file': 'models/observed.ts', 'source.line': NUMBER }),
  'S002-043': line('telemetry.span', { span: 'chat small', duration_ms: NUMBER, trace_id: TRACE_ID, span_id: SPAN_ID }),
  'S002-044': line('http.request_completed', {
    method: 'GET',
    route: '/health',
    status: 200,
    duration_ms: NUMBER,
    bytes: NUMBER,
  }),
  'S002-045': line('bot.failed', { 'err.code': 'model-server', 'err.stack': /refusalError .*refusal\.ts:\d+/ }),
  'S002-046': AUDIT,
  'S002-047': tested('telemetry/checklist.test.ts', 'every line is as the table of log events says'),
  'S004-034': line(undefined, { timestamp: ISO_TIME, level: LEVEL, message: ANY, event: ANY }),
  'S004-035': line('llm.response', { bot: 'payer', narrative: 'paid', act: 'ask', execution: ULID }),
  'S004-036': line('content.published', { trace_id: TRACE_ID }),
  'S004-037': setting('telemetry.log_level'),
  'S004-038': variable('ENVIRONMENT=production'),
  'S004-039': shown('no signal of a server holds the key that its provider echoed'),
  'S004-040': line(undefined, { timestamp: ISO_TIME, level: LEVEL }),
  'S004-041': setting('telemetry.log_detail_ratio'),

  // 1.4 levels and events
  'S000-070': line('narrative.failed', { level: 'ERROR', 'err.code': 'model-auth' }),
  'S000-071': line('llm.rate_limited', { level: 'WARN' }),
  'S000-072': line('app.started', { level: 'INFO' }),
  'S000-073': line('act.started', { level: 'DEBUG' }),
  'S000-074': line('db.query', { level: 'TRACE' }),
  'S000-075': line('bot.started', { bot: 'writer', bot_type: 'generation', message: 'Bot starting' }),
  'S000-076': line('bot.stopped', { bot: 'writer', uptime_secs: NUMBER }),
  'S000-077': line('bot.restarted', { bot: 'crasher', attempt: 1, reason: 'own_failure', delay_ms: NUMBER }, 'bad day'),
  'S000-078': line(
    'bot.failed',
    { level: 'WARN', bot: 'shaky', 'err.code': 'model-server', consecutive_failures: 2 },
    'bad day',
  ),
  'S000-079': line('narrative.started', { narrative: 'turns', act_count: 0, has_carousel: true }),
  'S000-080': line('act.started', { act: 'critique', input_count: 1 }),
  'S000-081': line('narrative.completed', { narrative: 'post', duration_ms: NUMBER, acts_completed: 4 }),
  'S000-082': line('narrative.failed', { narrative: 'doomed', 'err.code': 'model-auth' }),
  'S000-083': line('content.generated', { table: 'potential_discord_posts', count: 1 }),
  'S000-084': line('content.curated', { selected: 2, evaluated: 5 }),
  'S000-085': line('content.published', { platform: 'discord', post_id: SNOWFLAKE, channel_id: SNOWFLAKE }),
  'S000-086': line('llm.request', { model: 'scripted', act: 'score', max_tokens: 2000 }),
  'S000-087': line('llm.response', {
    model: 'small',
    input_tokens: 1000,
    output_tokens: 500,
    duration_ms: NUMBER,
    finish_reason: 'stop',
  }),
  'S000-088': line('llm.rate_limited', { model: 'scripted', retry_after_ms: 100 }),
  'S000-089': line('db.query', { name: 'journal.complete', duration_ms: NUMBER }),
  'S000-090': line('db.commit', { name: 'commit', duration_ms: NUMBER }),
  'S000-091': line('schedule.next', { bot: 'writer', next_run: ISO_TIME }),
  'S000-092': line('schedule.triggered', { bot: 'writer', lag_ms: NUMBER }),
  'S000-093': line('bot.run_completed', { bot: 'curator', duration_ms: NUMBER, outcome: 'ok' }),
  'S002-048': line('narrative.started', { narrative: 'curate', execution: ULID, trigger: 'message' }),
  'S002-049': shown('every run, act, call, command, message and request that the log tells of is a span of its own'),
  'S002-050': line(
    'narrative.not_started',
    { level: 'ERROR', narrative: 'gone', bot: 'gone', execution: ULID, trigger: 'schedule', 'err.code': 'file-read' },
    'bad day',
  ),
  'S002-051': line('http.request_completed', { method: 'GET', route: '/metrics', status: 200 }),
  'S003-013': line('metrics.listening', {
    message: 'Prometheus metrics server listening',
    url: /^http:\/\/127\.0\.0\.1:\d+\/metrics$/,
  }),
  'S004-042': line('narrative.completed', { narrative: 'scan', quality: 0.8, confidence: 0.75, duration_ms: NUMBER }),
  'S004-043': line('app.started', { version: ANY, node: /^\d+\./, pid: NUMBER }),
  'S004-044': shown('one item is one trace'),
  'S004-045': line(
    'actor.crashed',
    { actor: '/bots/crasher', kind: 'bot', incarnation: 1, 'err.message': /Injected crash/, 'err.stack': ANY },
    'bad day',
  ),

  // 1.5 spans
  'S000-094': span(
    'bot.run shaky',
    {
      'botticelli.bot.type': 'custom',
      'botticelli.bot.name': 'shaky',
      'botticelli.run.id': ULID,
      'botticelli.bot.iteration': 2,
    },
    'bad day',
  ),
  'S000-095': span('invoke_workflow turns', {
    'gen_ai.workflow.name': 'turns',
    'botticelli.narrative.act_count': 1,
    'botticelli.narrative.has_carousel': false,
  }),
  'S000-096': span('processor content', {
    'botticelli.processor.type': 'content',
    'botticelli.table': 'findings',
    'botticelli.rows': 1,
  }),
  'S000-097': shown('an item that came without a trace is known as such'),
  'S000-098': ITEM_TRACE,
  'S000-099': span('bot.run curator', { 'botticelli.run.id': ULID }),
  'S000-100': metric('botticelli_pipeline_latency_seconds', {}, 4),
  'S000-101': shown('of a run is told where its time went: act by act, in models, commands and itself'),
  'S000-102': ALL_TRACED,
  'S000-103': resource('service.name', 'botticelli-bot-server'),
  'S000-104': resource('service.version', /^\d+\.\d+\.\d+$/),
  'S001-022': tested('telemetry/checklist.test.ts', 'spans show who did what for whom'),
  'S001-023': ALL_TRACED,
  'S001-024': resource('deployment.environment.name', 'staging'),
  'S002-052': span('POST /v1/reload', {
    'http.request.method': 'POST',
    'http.route': '/v1/reload',
    'http.response.status_code': 200,
  }),
  'S002-053': span('command reload', { 'botticelli.command': 'reload', 'enduser.id': ANY }),
  'S002-054': span('authorize discord messages.send', { 'botticelli.allowed': true }),
  'S002-055': span('chat small', {
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'small',
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.usage.output_tokens': 500,
  }),
  'S002-056': span('store journal.complete', { 'db.system.name': 'sqlite', 'db.operation.name': 'journal.complete' }),
  'S002-057': tested(
    'telemetry/checklist.test.ts',
    'what a bot tells a bot is sent in one span and handled in its child',
  ),
  'S002-058': span('GET /health', { 'http.response.status_code': 200 }),
  'S002-059': span('invoke_workflow post', { 'botticelli.execution.id': ULID }),
  'S002-060': tested('telemetry/checklist.test.ts', 'a request goes on in the trace that it brings'),
  'S002-061': REQUEST_TREE,
  'S002-062': tested(
    'telemetry/checklist.test.ts',
    'of a run is told where its time went: act by act, in models, commands and itself',
  ),
  'S002-063': resource('deployment.environment.name', 'staging'),
  'S004-046': shown('spans show who did what for whom'),
  'S004-047': span('fetch table', {
    'botticelli.source': 'table',
    'botticelli.table': 'imported',
    'botticelli.rows': 1,
  }),
  'S004-048': shown('every span is as the table of spans says: its kind and its attributes, each of which is used'),
  'S004-049': span('GET /health/ready', { 'http.request.method': 'GET', 'http.response.status_code': 200 }),
  'S004-050': tested('telemetry/checklist.test.ts', 'spans show who did what for whom'),

  // 1.6 propagation
  'S000-105': span('create potential_discord_posts', { 'messaging.destination.name': 'potential_discord_posts' }),
  'S000-106': ITEM_TRACE,
  'S000-107': line('content.generated', { trace_id: TRACE_ID }),
  'S000-108': tested('telemetry/checklist.test.ts', 'counters and histograms name a trace that was sent'),
  'S000-109': ITEM_TRACE,
  'S000-110': ITEM_TRACE,
  'S000-111': tested('telemetry/checklist.test.ts', 'an item that came without a trace is known as such'),
  'S001-025': ITEM_TRACE,
  'S001-026': ITEM_TRACE,
  'S001-027': tested('telemetry/checklist.test.ts', 'what failed over an item leads to the generation of the item'),
  'S001-028': tested('telemetry/checklist.test.ts', 'Discord is sent the context of the item'),
  'S002-064': shown('a request goes on in the trace that it brings'),
  'S002-065': tested('telemetry/checklist.test.ts', 'a request goes on in the trace that it brings'),
  'S002-066': tested('telemetry/checklist.test.ts', 'a request goes on in the trace that it brings'),
  'S002-067': shown('each event names what brought it about, and the trace it happened in'),
  'S002-068': shown('each event names what brought it about, and the trace it happened in'),
  'S002-069': span('process bot content.produced', {
    'messaging.message.conversation_id': ANY,
    'messaging.message.id': ANY,
  }),
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
  'S004-052': shown('log lines and spans meet under one id'),

  // 1.7 endpoints
  'S000-112': page('/health', 200, '"status":"degraded"'),
  'S000-113': page('/metrics', 200, '# HELP', '# TYPE botticelli_bot_executions_total counter'),
  'S000-114': page('/health/live', 200, '{"status":"ok"}'),
  'S000-115': page('/health/ready', 200, '"status":"ready"'),
  'S001-029': page('/metrics', 200, 'botticelli_bot_executions_total{'),
  'S001-030': page('/health', 200, '"name":"broken","status":"degraded"', '"consecutive_failures":1'),
  'S002-074': page('/health/live', 200, '{"status":"ok"}'),
  'S002-075': page('/health/ready', 200, '"status":"ready"', '"checks"'),
  'S002-076': page('/metrics', 200, 'botticelli_llm_requests_total{'),
  'S003-014': page('/metrics', 200, 'botticelli_llm_tokens_total{'),
  'S001-031': page('/status', 200, '<title>Botticelli: degraded', '<th scope="row">writer'),
  'S003-015': apart(
    'but by a Prometheus, which `npm run observe:check` starts',
    'telemetry/observe-check.ts',
    'Prometheus scrapes the server',
  ),
  'S004-053': command('metrics-server'),
  'S004-054': line('http.request_completed', {
    method: 'GET',
    route: '/status',
    status: 200,
    request_id: 'asked-by-a-test',
  }),

  // 1.8 health
  'S000-116': page('/health', 200, '"status":"degraded"', '"status":"healthy"'),
  'S000-117': shown('a degraded server answers 200 and warns, an unhealthy one 503'),
  'S000-118': page('/health', 200, '"bots":['),
  'S000-119': pageOf(
    'bad day, database locked',
    '/health',
    503,
    '"database":{"status":"unhealthy","latency_ms":',
    '"last_error":"store-busy"',
  ),
  'S000-120': pageOf(
    'bad day, database locked',
    '/health',
    503,
    '"api":{"status":"degraded"',
    '"name":"nowhere","status":"degraded"',
    '"circuit":"closed"',
    '"rate_limit_remaining":',
    '"last_error":"model-network"',
  ),
  'S000-121': page('/health', 200, '"name":"broken"'),
  'S000-122': pageOf(
    'bad day, database locked',
    '/health',
    503,
    '"name":"down","status":"unhealthy"',
    '"name":"odd","status":"healthy"',
  ),
  'S000-123': page('/health', 200, '"last_success":"20'),
  'S000-124': page('/health', 200, '"last_failure":"20'),
  'S000-125': page('/health', 200, '"consecutive_failures":1'),
  'S000-126': page('/health/live'),
  'S000-127': pageOf('bad day, database locked', '/health/ready', 503, '"database":"fail"'),
  'S000-128': server('a server without a healthy bot'),
  'S000-129': server('a server whose provider takes nothing'),
  'S000-130': shown('ready is who has a database, a bot and a provider; each that is missing makes it not ready'),
  'S002-077': pageOf('bad day, database locked', '/health/ready', 503, '"database":"fail"'),
  'S002-078': pageOf('bad day, stopping', '/health/ready', 503, '"message_bus":"fail"'),
  'S002-079': server('a server whose provider takes nothing'),
  'S002-080': shown('ready is who has a database, a bot and a provider; each that is missing makes it not ready'),
  'S004-055': shown('a server that stops is not ready, finishes, and sends what it has'),

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
  'S000-144': { kind: 'at-work', what: 'file', name: 'bot_server.toml' },
  'S000-141': setting('observability.cost_tracking_enabled'),
  'S000-142': setting('observability.daily_budget_usd'),
  'S000-143': setting('observability.monthly_budget_usd'),
  'S001-036': setting('telemetry.backend'),
  'S001-037': setting('telemetry.export_console'),
  'S002-086': setting('telemetry.sentry_dsn'),
  'S003-016': apart(
    'but by a Grafana',
    'deploy/observability.test.ts',
    'Grafana finds both, and leads from a number to its trace',
  ),
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
  'S002-093': apart(
    'but by a Grafana',
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
  'S000-149': line('metrics.listening', { url: ANY }),
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
  'S000-203': setting('telemetry.narratives.*.sample_ratio'),
  'S001-060': variable('OTEL_TRACES_SAMPLER'),
  'S001-061': variable('ENVIRONMENT=production'),
  'S001-062': variable('ENVIRONMENT=production'),
  'S001-064': setting('telemetry.narratives.*.sample_ratio'),
  'S002-116': variable('TRACE_SAMPLE_RATE'),
  'S002-117': apart(
    'but by a collector',
    'deploy/observability.test.ts',
    'the collector keeps traces that failed or were slow, and a share of the others',
  ),
  'S001-063': setting('telemetry.max_traces_per_second'),
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
hold. Printed by \`test/telemetry/checklist.test.ts\`, which looks each proof up.

Metrics, log events, spans and pages are looked up in what a real \`botticelli serve\` gave: the text that Prometheus reads, the
log, and the requests that a receiver of OTLP was sent. One server has a good day (\`test/telemetry/whole-server.ts\`), one a bad
day on which everything goes wrong that can be made to (\`bad-day.ts\`); keys and variables have servers of their own that were
started with them (\`settings-at-work.ts\`). Tests of \`checklist.test.ts\` look at the same runs. What stands as *is 0* or *at first*
is what a server that has done nothing yet gives.

${sections.join('\n')}`
}

function describe(proof: Proof | undefined): string {
  if (proof === undefined) return '*later*'
  switch (proof.kind) {
    case 'metric':
      return `metric \`${proof.name}${labelsOf(proof.labels)}\` ${shownExpected(proof.expected)}${on(proof.run)}`
    case 'line':
      return `${proof.event === undefined ? 'each log line' : `log event \`${proof.event}\``}${wanted(proof.fields)}${on(proof.run)}`
    case 'span':
      return `span \`${proof.name.trim()}\`${wanted(proof.attributes)}${on(proof.run)}`
    case 'resource':
      return `resource attribute \`${proof.attribute}\` is \`${text(proof.value)}\``
    case 'page':
      return `\`GET ${proof.path}\` answers ${proof.status}${listed(proof.holds)}${on(proof.run)}`
    case 'at-work':
      return `${proof.what} ${proof.what === 'run of' ? proof.name : `\`${proof.name}\``}: ${AT_WORK[proof.name]?.shows}`
    case 'told':
      return `\`${proof.file}\`: ${proof.text}`
    case 'test':
      return `\`${proof.file}\`: ${proof.title}`
    case 'apart':
      return `not by a running server, ${proof.why}: \`${proof.file}\`: ${proof.title}`
  }
}

function on(run: Run): string {
  return run === 'good day' ? '' : ` (${run})`
}

function wanted(fields: Wanted): string {
  const names = Object.entries(fields).map(([name, value]) => {
    if (value === ANY) return `\`${name}\``
    return `\`${name}\` ${value instanceof RegExp ? 'like' : 'of'} \`${text(value)}\``
  })
  return names.length === 0 ? '' : ` with ${names.join(', ')}`
}

function text(value: string | number | boolean | RegExp): string {
  return (value instanceof RegExp ? value.source : String(value)).replaceAll('|', '\\|')
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
