// Settings: every key of botticelli.toml, once, with its variable, kind, default and meaning.
//
// `*` stands for a name that the person chooses. docs/configuration.md, `help config` and `config show` are printed
// from this table.

import { type DayWindow, MISSED_POLICIES } from '../actors/timetable.ts'
import { BOT_TYPES } from '../telemetry/instrument-table.ts'
import { LOG_EXTRAS } from '../telemetry/log-context.ts'
import { CONDITIONS } from '../telemetry/notification.ts'
import { ISOLATIONS, LOG_FORMATS, LOG_LEVELS, POSTINGS } from './config.ts'
import {
  boolean,
  bucketList,
  choice,
  choices,
  cron,
  duration,
  duration0,
  durationFrom,
  hostOrUrl,
  integer,
  type Kind,
  levelList,
  msDuration,
  number,
  pairList,
  pathList,
  ruleList,
  sentryDsn,
  size,
  snowflake,
  text,
  textList,
  textTable,
  time,
  timeOfDay,
  timeZone,
  url,
  urlPath,
  windowList,
} from './kinds.ts'

/** Receivers that are known by name; the keys of `telemetry.backend`. */
export const BACKENDS = [
  'jaeger',
  'signoz',
  'tempo',
  'grafana',
  'datadog',
  'honeycomb',
  'otlp',
  'console',
  'none',
] as const

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

export interface Setting<T> {
  readonly kind: Kind<T>
  readonly help: string
  /** Variables that set it, the first one found wins. */
  readonly env: readonly string[]
  readonly default?: T
  /** Never shown, never in botticelli.toml, and readable from the file that `NAME_FILE` names. */
  readonly secret: boolean
}

export const SETTINGS = {
  state_dir: setting(text, '.botticelli', 'Folder of the database, the socket and the lock.', ['BOTTICELLI_STATE_DIR']),
  database: unset(text, 'Path of the database. Default: botticelli.db in state_dir.', ['BOTTICELLI_DATABASE']),
  posting: setting(choice(POSTINGS), 'dry-run', 'Only "live" lets anything leave this machine.', [
    'BOTTICELLI_POSTING',
  ]),
  drain: setting(duration, 30_000, 'Time that work in progress gets to finish at the end.', ['BOTTICELLI_DRAIN']),

  retention: setting(duration, 90 * 86_400_000, 'Runs, dead letters and events are forgotten after this time.'),
  // Budgets are of a month.
  ledger_retention: setting(
    durationFrom('32d'),
    400 * 86_400_000,
    'Lines of the ledger, reviews and the audit are forgotten after this time, never before `retention`.',
  ),
  content_retention: unset(
    duration,
    'Content that was posted or rejected is forgotten so long after it was made. Without it, content stays.',
  ),

  'context.path': setting(pathList, [] as readonly string[], 'Folders of the files that narratives name.', [
    'BOTTICELLI_CONTEXT_PATH',
  ]),
  'narratives.path': setting(pathList, ['narratives'], 'Folders where narratives are looked for by name.', [
    'BOTTICELLI_NARRATIVES',
  ]),

  'lint.off': setting(ruleList, [] as readonly string[], 'Rules that `narratives lint` leaves out.'),

  'media.max_size': setting(size, 20_000_000, 'Largest picture, sound, film or document that an act may send.'),
  'media.timeout': setting(duration, 30_000, 'Longest wait for media from the web.'),
  'media.private_hosts': setting(
    textList,
    [] as readonly string[],
    'Hosts that media may be fetched from though they are on this machine or in a private network: "files.local", "127.0.0.1:8080".',
  ),

  'models.default': setting(text, 'gemini-2.5-flash-lite', 'The model of an act that names none.', [
    'BOTTICELLI_MODEL',
  ]),
  'models.timeout': setting(duration, 120_000, 'Longest wait for one answer.', ['BOTTICELLI_MODEL_TIMEOUT']),
  'models.retries': setting(integer(0, 20), 3, 'How often a failed question is asked again.', [
    'BOTTICELLI_MODEL_RETRIES',
  ]),
  'models.breaker_failures': setting(
    integer(0, 1_000),
    5,
    'After so many failures in a row a provider that is down is not asked for a while; 0 asks on.',
  ),
  'models.breaker_pause': setting(duration, 30_000, 'How long it is not asked, before one call tries it.'),
  'models.stream': unset(boolean, 'Answers are received in pieces. Default: by run on a terminal, not by the server.', [
    'BOTTICELLI_MODEL_STREAM',
  ]),
  'models.daily_budget_usd': unset(number(0), 'Most that calls may cost in a day (UTC), in US dollars.', [
    'BOTTICELLI_DAILY_BUDGET_USD',
  ]),
  'models.monthly_budget_usd': unset(number(0), 'Most that calls may cost in a month (UTC), in US dollars.', [
    'BOTTICELLI_MONTHLY_BUDGET_USD',
  ]),
  'models.cost_tracking': setting(boolean, true, 'False: no price is looked up and no budget is kept.'),
  'models.script': unset(text, 'Path of a file with replies for the scripted model.', ['BOTTICELLI_SCRIPT']),
  'models.gemini.api_key': secret('Key of the Gemini API.', ['GEMINI_API_KEY', 'GOOGLE_API_KEY']),
  'models.gemini.base_url': unset(url, 'Another address of the Gemini API.', ['GEMINI_BASE_URL']),
  'models.openai.api_key': secret('Key of the OpenAI API.', ['OPENAI_API_KEY']),
  'models.openai.base_url': unset(url, 'Any server that speaks the protocol.', ['OPENAI_BASE_URL']),
  'models.anthropic.api_key': secret('Key of the Anthropic API.', ['ANTHROPIC_API_KEY']),
  'models.anthropic.base_url': unset(url, 'Another address of the Anthropic API.', ['ANTHROPIC_BASE_URL']),
  'models.ollama.api_key': secret('Key of an Ollama server that asks for one.', ['OLLAMA_API_KEY']),
  'models.ollama.base_url': setting(hostOrUrl, 'http://127.0.0.1:11434', 'Where Ollama listens.', ['OLLAMA_HOST']),
  'models.servers.*.base_url': unset(url, 'A further server that speaks the protocol of OpenAI.'),
  'models.servers.*.api_key_env': unset(text, 'Name of the variable that holds its key.'),
  'models.prices.*.input_per_million': unset(number(0), 'US dollars per million tokens of a prompt.'),
  'models.prices.*.output_per_million': unset(number(0), 'US dollars per million tokens of an answer.'),
  'models.limits.*.requests_per_minute': unset(
    integer(1),
    'How often the model may be asked in a minute; then it is waited.',
  ),
  'models.limits.*.tokens_per_minute': unset(
    integer(1),
    'Tokens of questions and answers in a minute; then it is waited.',
  ),
  'models.limits.*.requests_per_day': unset(integer(1), 'How often it may be asked in a day (UTC); then runs fail.'),

  'discord.token': secret('Token of the Discord bot.', ['DISCORD_TOKEN']),
  'discord.api_url': unset(url, 'Another server that speaks the API of Discord.', ['DISCORD_API_URL']),
  'discord.guild_id': unset(snowflake, 'The Discord server; narratives write ${DISCORD_GUILD_ID}.', [
    'DISCORD_GUILD_ID',
  ]),
  'discord.channel_id': unset(snowflake, 'A channel; narratives write ${DISCORD_CHANNEL_ID}.', ['DISCORD_CHANNEL_ID']),

  'bots.*.type': setting(choice(BOT_TYPES), 'custom', 'The role of the bot.'),
  'bots.*.narrative': unset(text, 'Path of its narrative file, or the name of one in narratives.path.'),
  'bots.*.narrative_name': unset(text, 'Which narrative of the file.'),
  'bots.*.every': unset(duration, 'Time between two runs.'),
  'bots.*.cron': unset(
    cron,
    'When it runs: five fields, or six with seconds first; also names of days and months, `L`, `#` and `@daily`.',
  ),
  'bots.*.at': unset(time, 'Once, at this time; one without an offset is of `time_zone`.'),
  'bots.*.time_zone': setting(timeZone, 'UTC', 'Of cron, windows and times without an offset.'),
  'bots.*.windows': setting(
    windowList,
    [] as readonly DayWindow[],
    'Parts of the day in which its schedule may start it.',
  ),
  'bots.*.jitter': setting(duration0, 0, 'Each run is put off by so much at most, within its window.'),
  'bots.*.missed': setting(
    choice(MISSED_POLICIES),
    'once',
    'What becomes of runs that were due while nothing ran: none of them, one for all, or each. What was due during a pause is never made up for.',
  ),
  'bots.*.on_start': setting(
    boolean,
    false,
    'The first run is due at once, not after `every`. A restart of the server changes no due time.',
  ),
  'bots.*.after': setting(textList, [] as readonly string[], 'Run when one of these bots has finished something.'),
  'bots.*.model': unset(text, 'Overrides the model of every act.'),
  'bots.*.inputs': setting(textTable, {}, 'Values for the variables (`vars`) of its narrative.'),
  'bots.*.enabled': setting(boolean, true, 'False keeps the bot from running.'),
  'bots.*.hung_after': setting(
    duration0,
    1_800_000,
    'At work without a sign of life for so long, the bot is restarted and goes on with its run; 0 waits for ever. At least twice models.timeout.',
  ),
  'bots.*.isolation': setting(
    choice(ISOLATIONS),
    'shared',
    '"thread" gives the bot a thread of its own: when its code spins or runs out of memory, it is killed and started anew, and the others do not notice.',
  ),
  'bots.*.thread_memory_mb': setting(integer(32, 65_536), 256, 'Limit of the heap of its thread, in MB.'),
  'bots.*.thread_blocked_after': setting(
    duration,
    10_000,
    'Its thread is killed when the event loop there stands still for so long.',
  ),

  'pipeline.drafts': setting(text, 'potential_discord_posts', 'Table of what was generated.'),
  'pipeline.approved': setting(text, 'approved_discord_posts', 'Table that the posting bot reads.'),
  'pipeline.updatable_tables': setting(
    textList,
    ['approved_discord_posts', 'potential_discord_posts', 'content', 'post_history'],
    'Tables that the command database.update_table may change.',
  ),

  'supervision.watchdog': setting(
    duration0,
    1_000,
    'The event loop of the server standing still for so long is reported, with the actor whose turn it was; 0 watches nothing.',
  ),
  'supervision.watchdog_hard_limit': unset(
    duration,
    'The event loop standing still for so long ends the process at once, so that whatever runs it starts it anew. Default: never.',
  ),

  'supervision.act_hung_after': setting(
    duration0,
    900_000,
    'An act without a sign of life for so long is stopped and tried again; 0 waits for ever. At least twice models.timeout.',
  ),

  'inspector.enabled': setting(boolean, false, 'Open the XState inspector on loopback; the link has a token.'),
  'inspector.port': setting(integer(0, 65_535), 7718, 'Port of the inspector; 0 takes a free one.', [
    'BOTTICELLI_INSPECTOR_PORT',
  ]),

  'notify.webhook_url': secret('Where notifications are sent as JSON.', ['BOTTICELLI_NOTIFY_WEBHOOK_URL'], url),
  'notify.slack_url': secret(
    'An incoming webhook of Slack, or of whatever takes the same.',
    ['BOTTICELLI_NOTIFY_SLACK_URL', 'SLACK_WEBHOOK_URL'],
    url,
  ),
  'notify.discord_url': secret(
    'A webhook of a Discord channel.',
    ['BOTTICELLI_NOTIFY_DISCORD_URL', 'DISCORD_WEBHOOK_URL'],
    url,
  ),
  'notify.after_failures': setting(integer(1), 3, 'So many failures of a bot or a provider in a row are told.'),
  'notify.no_post_after': unset(duration, 'Nothing posted live for so long is told. Default: never.'),
  'notify.daily_report': unset(timeOfDay, 'When the report of the last day is told. Default: never.'),
  'notify.time_zone': setting(timeZone, 'UTC', 'Of the report.'),
  'notify.repeat_every': setting(duration, 4 * 3_600_000, 'What lasts is told again so often.'),
  'notify.most_per_hour': setting(integer(1, 1_000), 20, 'More notifications than that are left out and counted.'),
  'notify.mute': setting(choices(CONDITIONS), [], 'What is not told.'),

  'telemetry.enabled': setting(boolean, true, 'False: no traces and no metrics.'),
  'telemetry.service_name': setting(text, 'botticelli-bot-server', 'Name of the server in traces.', [
    'OTEL_SERVICE_NAME',
  ]),
  'telemetry.environment': unset(
    text,
    'Where the server runs, such as development or production. In production the log is JSON, and a tenth of the traces is kept, unless told otherwise.',
    ['ENVIRONMENT'],
  ),
  'telemetry.tracing': setting(boolean, true, 'Trace, where there is an endpoint.'),
  'telemetry.otlp_endpoint': unset(url, 'Receiver of OTLP over HTTP that traces go to, and what is pushed.', [
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OTLP_ENDPOINT',
  ]),
  'telemetry.otlp_traces_endpoint': unset(url, 'Another receiver for traces, its whole URL.', [
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  ]),
  'telemetry.otlp_metrics_endpoint': unset(url, 'Another receiver for metrics, its whole URL.', [
    'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
  ]),
  'telemetry.otlp_logs_endpoint': unset(url, 'Another receiver for log lines, its whole URL.', [
    'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
  ]),
  'telemetry.otlp_timeout': setting(msDuration, 3_000, 'Limit of one request to a receiver, its retries included.', [
    'OTEL_EXPORTER_OTLP_TIMEOUT',
  ]),
  'telemetry.otlp_compression': setting(choice(['none', 'gzip']), 'none', 'How requests to a receiver are packed.', [
    'OTEL_EXPORTER_OTLP_COMPRESSION',
  ]),
  'telemetry.backend': unset(
    choice(BACKENDS),
    'A known receiver, in place of its endpoint; "console" writes spans to the log, "none" sends nothing.',
    ['BOTTICELLI_TELEMETRY_BACKEND'],
  ),
  'telemetry.export_console': setting(boolean, false, 'Write each span to the log as well.'),
  'telemetry.resource': setting(pairList, [], 'What is said of the server in every signal.', [
    'OTEL_RESOURCE_ATTRIBUTES',
  ]),
  'telemetry.sampler': unset(
    choice(SAMPLERS),
    'The standard name of a rule; a continued trace follows its beginning.',
    ['OTEL_TRACES_SAMPLER'],
  ),
  'telemetry.max_traces_per_second': unset(number(0), 'More new traces than that are left out.'),
  'telemetry.sample_ratio': unset(
    number(0, 1),
    'Share of traces that are kept, 0 to 1. Default 1, and 0.1 where the environment is production.',
    ['OTEL_TRACES_SAMPLER_ARG', 'TRACE_SAMPLE_RATE'],
  ),
  'telemetry.narratives.*.sample_ratio': unset(number(0, 1), 'Another share for the traces of one narrative.'),
  'telemetry.store_spans_from_ms': setting(
    integer(0, 60_000),
    5,
    'A call of the database that takes longer is a span; 0: each one.',
  ),
  'telemetry.batch_size': setting(integer(1, 8_192), 512, 'Spans that are sent in one request.', [
    'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
  ]),
  'telemetry.batch_delay': setting(msDuration, 1_000, 'Longest wait for a request to fill.', [
    'OTEL_BSP_SCHEDULE_DELAY',
  ]),
  'telemetry.span_queue': setting(integer(1, 1_000_000), 8_192, 'Most spans that wait to be sent; more are dropped.', [
    'OTEL_BSP_MAX_QUEUE_SIZE',
  ]),
  'telemetry.push_metrics': setting(boolean, false, 'Send metrics to the endpoint too.', ['BOTTICELLI_PUSH_METRICS']),
  'telemetry.push_metrics_every': setting(msDuration, 60_000, 'Time between two such requests.', [
    'OTEL_METRIC_EXPORT_INTERVAL',
  ]),
  'telemetry.push_logs': setting(boolean, false, 'Send log lines to the endpoint too.', ['BOTTICELLI_PUSH_LOGS']),
  'telemetry.capture_content': setting(boolean, false, 'Put prompts and answers into spans.', [
    'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT',
  ]),
  'telemetry.metrics': setting(boolean, true, 'Serve metrics for Prometheus.'),
  'telemetry.metrics_path': setting(urlPath, '/metrics', 'Path the metrics are served on.'),
  'telemetry.metrics_other_names': setting(
    boolean,
    false,
    'Serve metrics also under the names that other dashboards and alerts have for them, such as llm_requests_total.',
  ),
  'telemetry.histograms.*.buckets': unset(bucketList, 'Other bounds for the buckets of one histogram, in its unit.'),
  'telemetry.collect_every': setting(duration, 15_000, 'Figures of the database are read for metrics no more often.'),
  'telemetry.health': setting(
    boolean,
    true,
    'Serve the pages under /health beside the metrics, and /status for a browser.',
  ),
  'telemetry.health_port': unset(integer(0, 65_535), 'A port of their own for these pages, also without metrics.', [
    'BOTTICELLI_HEALTH_PORT',
  ]),
  'telemetry.metrics_host': setting(text, '127.0.0.1', 'Address the metrics are served on.', [
    'BOTTICELLI_METRICS_HOST',
  ]),
  'telemetry.metrics_port': setting(integer(0, 65_535), 9464, 'Port the metrics are served on; 0 takes a free one.', [
    'BOTTICELLI_METRICS_PORT',
    'METRICS_PORT',
  ]),
  'telemetry.sentry_dsn': unset(sentryDsn, 'Where Sentry takes errors. Without it nowhere.', ['SENTRY_DSN']),
  'telemetry.log_level': setting(choice(LOG_LEVELS), 'info', 'From which level on the server logs.', [
    'BOTTICELLI_LOG_LEVEL',
    'LOG_LEVEL',
  ]),
  'telemetry.log_levels': setting(levelList, [], 'Levels of single parts, such as ["llm=debug", "db=warn"].', [
    'LOG_LEVELS',
  ]),
  'telemetry.log_detail_ratio': setting(number(0, 1), 1, 'Share of the debug and trace lines that are written.', [
    'LOG_SAMPLE_DEBUG',
  ]),
  'telemetry.log_fields': setting(
    choices(LOG_EXTRAS),
    [],
    'What each line tells beside: "thread", "source" (file and line of our code), "span" (name and attributes).',
    ['LOG_FIELDS'],
  ),
  'telemetry.log_format': unset(
    choice(LOG_FORMATS),
    'Default: "pretty" on a terminal, "json" elsewhere and in production.',
    ['BOTTICELLI_LOG_FORMAT', 'LOG_FORMAT'],
  ),
} as const satisfies Record<string, Setting<unknown>>

/** A value of a setting as a person would write it; `-` where there is none. */
export function showValue(key: SettingKey, value: unknown): string {
  const kind: Kind<unknown> = SETTINGS[key].kind
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return '-'
  return kind.show?.(value) ?? (Array.isArray(value) ? value.join(', ') : String(value))
}

export type SettingKey = keyof typeof SETTINGS
/** What a setting holds once resolved: without a default, possibly nothing. */
export type ValueOf<K extends SettingKey> =
  (typeof SETTINGS)[K] extends Setting<infer T>
    ? (typeof SETTINGS)[K] extends { readonly default: T }
      ? T
      : T | undefined
    : never

function setting<T>(kind: Kind<T>, fallback: T, help: string, env: readonly string[] = []) {
  return { ...unset(kind, help, env), default: fallback }
}

function unset<T>(kind: Kind<T>, help: string, env: readonly string[] = []): Setting<T> {
  return { kind, help, env, secret: false }
}

function secret(help: string, env: readonly string[], kind: Kind<string> = text): Setting<string> {
  return { kind, help, env, secret: true }
}
