// Instrument table: every metric that Botticelli can give, from which docs/observability.md is printed.
//
// Owns names, kinds, units, labels and buckets. Names under `gen_ai.`, `messaging.`, `db.`, `http.`, `process.`,
// `nodejs.`, `v8js.` and `otel.` are those of the semantic conventions.
//
//   I1. A label is a closed list, or ANY: a name out of configuration or code. An id is never a label.
//   I2. A label whose name ends in `?` may be left out.
//   I3. Nothing but a histogram ends in `count`: Prometheus keeps that ending for histograms.
//   I4. A change of name, unit or label breaks somebody's dashboard: it needs a line in the changelog.

/** UCUM; what stands in braces is a remark and not part of the exposed name. */
type Unit = '' | 's' | 'By' | '1' | `{${string}}`

/** A counter and a gauge that are observable are read from a source, see `observe`. */
type InstrumentKind = 'counter' | 'histogram' | 'gauge' | 'observable-counter' | 'observable-gauge'

/** Any value of a bounded set that only the running server knows. */
const ANY = 'any'

export interface InstrumentEntry {
  /** Number in the catalogue of metrics. */
  readonly id: string
  readonly kind: InstrumentKind
  readonly unit: Unit
  readonly help: string
  readonly labels: Readonly<Record<string, typeof ANY | readonly string[]>>
  /** Upper bounds, ascending, in the instrument's unit; histograms only. */
  readonly buckets?: readonly number[]
}

/** The roles that a bot can play in the pipeline; here because a label needs its values closed. */
export const BOT_TYPES = ['generation', 'curation', 'posting', 'custom'] as const
export type BotType = (typeof BOT_TYPES)[number]

const OK_OR_ERROR = ['ok', 'error'] as const
const RUN_OUTCOMES = ['ok', 'error', 'cancelled'] as const
export const BOT_STATES = ['idle', 'running', 'backoff', 'paused', 'stopped'] as const
export type BotState = (typeof BOT_STATES)[number]

/** As the supervisor calls them. */
export const RESTART_REASONS = ['own_failure', 'sibling', 'start_retry', 'operator'] as const

const STAGES = ['generation_to_curation', 'curation_to_posting', 'end_to_end'] as const
const TOKEN_TYPES = ['input', 'output', 'cache_read', 'reasoning'] as const

export const SCORE_KINDS = ['quality', 'confidence'] as const
export type ScoreKind = (typeof SCORE_KINDS)[number]
const FLAG_REASONS = ['duplicate', 'invalid', 'content_filter'] as const
export type FlagReason = (typeof FLAG_REASONS)[number]
const LIMIT_WINDOWS = ['requests', 'tokens', 'input_tokens', 'output_tokens'] as const
export type LimitWindow = (typeof LIMIT_WINDOWS)[number]
const STREAM_KINDS = ['control', 'inspector'] as const
export type StreamKind = (typeof STREAM_KINDS)[number]

export const LLM_ERROR_TYPES = [
  'rate_limit',
  'auth',
  'network',
  'timeout',
  'invalid_request',
  'server',
  'content_filter',
  'answer',
  'cancelled',
  'unknown',
] as const
export type LlmErrorType = (typeof LLM_ERROR_TYPES)[number]

const bot = { bot: ANY, bot_type: BOT_TYPES } as const
const actor = { actor: ANY, actor_kind: ANY } as const
const act = { narrative: ANY, act: ANY, act_type: ANY } as const
const model = { provider: ANY, model: ANY } as const
const genAi = {
  'gen_ai.operation.name': ANY,
  'gen_ai.provider.name': ANY,
  'gen_ai.request.model': ANY,
} as const

const HOP = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]
const STEP = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]
const RUN = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800]
const REQUEST = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const INFERENCE = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
const QUERY = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
const AGE = [1, 10, 60, 300, 900, 3_600, 14_400, 43_200, 86_400, 259_200]
const CHARS = [50, 100, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 64_000]
const TOKENS = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576]

export const INSTRUMENTS = {
  // --- bots
  'botticelli.bot.executions': {
    id: 'M001',
    kind: 'counter',
    unit: '{execution}',
    labels: { ...bot, outcome: ['ok', 'error', 'skipped', 'cancelled'] },
    help: 'Runs of a bot that ended, by outcome',
  },
  'botticelli.bot.failures': {
    id: 'M002',
    kind: 'counter',
    unit: '{failure}',
    labels: { ...bot, error_type: ANY },
    help: 'Runs of a bot that failed, by what went wrong',
  },
  'botticelli.bot.duration': {
    id: 'M003',
    kind: 'histogram',
    unit: 's',
    labels: { bot_type: BOT_TYPES, outcome: RUN_OUTCOMES },
    buckets: RUN,
    help: 'Duration of a run of a bot',
  },
  'botticelli.bot.consecutive_failures': {
    id: 'M004',
    kind: 'observable-gauge',
    unit: '',
    labels: bot,
    help: 'Failures of a bot since its last success',
  },
  'botticelli.bot.last_success_timestamp': {
    id: 'M005',
    kind: 'observable-gauge',
    unit: '',
    labels: bot,
    help: 'When a bot last succeeded, in seconds since 1970; its start as long as it has not',
  },
  'botticelli.bot.last_failure_timestamp': {
    id: 'M006',
    kind: 'observable-gauge',
    unit: '',
    labels: bot,
    help: 'When a bot last failed, in seconds since 1970; absent as long as it has not',
  },
  'botticelli.bot.start_time': {
    id: 'M007',
    kind: 'observable-gauge',
    unit: 's',
    labels: bot,
    help: 'When the present life of a bot began, in seconds since 1970',
  },
  'botticelli.bot.restarts': {
    id: 'M008',
    kind: 'counter',
    unit: '{restart}',
    labels: { ...bot, reason: RESTART_REASONS },
    help: 'Restarts of a bot, by whether it failed itself, one beside it did, it could not start, or a person asked for it',
  },
  'botticelli.bot.state': {
    id: 'M009',
    kind: 'observable-gauge',
    unit: '',
    labels: { bot: ANY, state: BOT_STATES },
    help: '1 for the state that a bot is in, 0 for the others',
  },
  'botticelli.bot.queue_depth': {
    id: 'M010',
    kind: 'observable-gauge',
    unit: '{item}',
    labels: { bot: ANY, queue: ANY },
    help: 'Content that waits for a bot',
  },
  'botticelli.bot.schedule_interval': {
    id: 'M011',
    kind: 'observable-gauge',
    unit: 's',
    labels: { bot: ANY },
    help: 'Time between two scheduled runs of a bot',
  },
  'botticelli.bot.next_run_timestamp': {
    id: 'M012',
    kind: 'observable-gauge',
    unit: '',
    labels: { bot: ANY },
    help: 'When a bot runs next, in seconds since 1970',
  },
  'botticelli.schedule.lag': {
    id: 'M013',
    kind: 'histogram',
    unit: 's',
    labels: { bot_type: BOT_TYPES },
    buckets: STEP,
    help: 'How late a scheduled run began',
  },
  'botticelli.bot.tokens': {
    id: 'M014',
    kind: 'counter',
    unit: '{token}',
    labels: { bot: ANY, type: ['input', 'output'] },
    help: 'Tokens of the answers that the acts of a bot went on with',
  },
  'botticelli.bot.cost.usd': {
    id: 'M015',
    kind: 'counter',
    unit: '{USD}',
    labels: { bot: ANY },
    help: 'What the answers cost that the acts of a bot went on with, in US dollars',
  },
  'botticelli.supervisor.children': {
    id: 'M016',
    kind: 'observable-gauge',
    unit: '{actor}',
    labels: { kind: ANY, state: ANY },
    help: 'Actors under supervision, by kind and state',
  },

  // --- actors: one series a path for those that live long, one a kind for executions, acts and the like
  'botticelli.actor.messages.sent': {
    id: 'M017',
    kind: 'counter',
    unit: '{message}',
    labels: { actor_kind: ANY, message_type: ANY },
    help: 'Messages that came out of mailboxes, each once, by kind of the receiver',
  },
  'botticelli.actor.messages.processed': {
    id: 'M018',
    kind: 'counter',
    unit: '{message}',
    labels: { actor_kind: ANY, message_type: ANY, outcome: OK_OR_ERROR },
    help: 'Messages handled, by outcome',
  },
  'botticelli.actor.dead_letters': {
    id: 'M019',
    kind: 'counter',
    unit: '{message}',
    labels: { actor_kind: ANY, reason: ANY },
    help: 'Messages given up, by reason',
  },
  'botticelli.actor.hung': {
    id: 'M008',
    kind: 'counter',
    unit: '{actor}',
    labels: { actor_kind: ANY },
    help: 'Actors taken down because they made no progress',
  },
  'botticelli.actor.loop_blocks': {
    id: 'M109',
    kind: 'counter',
    unit: '{block}',
    labels: { actor_kind: ANY },
    help: 'Times that the event loop stood still, by the kind of the actor whose turn it was',
  },
  'botticelli.actor.mailbox.depth': {
    id: 'M020',
    kind: 'observable-gauge',
    unit: '{message}',
    labels: { 'actor?': ANY, actor_kind: ANY },
    help: 'Messages that wait in the mailbox of an actor; without `actor`, in all mailboxes of the kind',
  },
  'botticelli.actor.mailbox.high_water': {
    id: 'M020',
    kind: 'observable-gauge',
    unit: '{message}',
    labels: actor,
    help: 'Most messages that ever waited in the mailbox of an actor',
  },
  'botticelli.actor.mailbox.oldest_age': {
    id: 'M021',
    kind: 'observable-gauge',
    unit: 's',
    labels: { 'actor?': ANY, actor_kind: ANY },
    help: 'Age of the oldest message that waits; without `actor`, of the oldest of the kind',
  },
  'botticelli.actor.mailbox.wait': {
    id: 'M022',
    kind: 'histogram',
    unit: 's',
    labels: { actor_kind: ANY },
    buckets: HOP,
    help: 'Time that a message waited in a mailbox',
  },
  'messaging.process.duration': {
    id: 'M023',
    kind: 'histogram',
    unit: 's',
    labels: {
      'messaging.system': ANY,
      'messaging.destination.template': ANY,
      'messaging.operation.name': ANY,
      'error.type?': ANY,
    },
    buckets: HOP,
    help: 'Time that an actor took to handle a message',
  },
  'botticelli.actor.live': {
    id: 'M024',
    kind: 'observable-gauge',
    unit: '{actor}',
    labels: { actor_kind: ANY },
    help: 'Actors that live now',
  },
  'botticelli.actor.restarts': {
    id: 'M008',
    kind: 'observable-counter',
    unit: '{restart}',
    labels: { 'actor?': ANY, actor_kind: ANY },
    help: 'Restarts of an actor; without `actor`, of all actors of the kind',
  },
  'botticelli.actor.consecutive_failures': {
    id: 'M004',
    kind: 'observable-gauge',
    unit: '{failure}',
    labels: actor,
    help: 'Failures of an actor since its last success',
  },
  'botticelli.actor.incarnation': {
    id: 'M008',
    kind: 'observable-gauge',
    unit: '',
    labels: actor,
    help: 'Which life of its path an actor is in, counted from 1',
  },
  'botticelli.actor.state': {
    id: 'M009',
    kind: 'observable-gauge',
    unit: '',
    labels: { ...actor, state: ANY },
    help: '1 for the state that an actor is in, 0 for those it was in before',
  },
  'botticelli.actor.handled': {
    id: 'M018',
    kind: 'observable-counter',
    unit: '{message}',
    labels: { 'actor?': ANY, actor_kind: ANY, outcome: OK_OR_ERROR },
    help: 'Messages that an actor handled; without `actor`, that all actors of the kind handled',
  },
  'botticelli.actor.given_up': {
    id: 'M019',
    kind: 'observable-counter',
    unit: '{message}',
    labels: { 'actor?': ANY, actor_kind: ANY },
    help: 'Messages to an actor that became dead letters; without `actor`, to all actors of the kind',
  },
  'botticelli.actor.last_success_timestamp': {
    id: 'M005',
    kind: 'observable-gauge',
    unit: '',
    labels: actor,
    help: 'When an actor last succeeded, in seconds since 1970; absent as long as it has not',
  },
  'botticelli.actor.last_failure_timestamp': {
    id: 'M006',
    kind: 'observable-gauge',
    unit: '',
    labels: actor,
    help: 'When an actor last failed, in seconds since 1970; absent as long as it has not',
  },

  'botticelli.worker_pool.size': pool('Threads that bots have of their own'),
  'botticelli.worker_pool.active': pool('Threads of bots that work on something'),
  'botticelli.worker_pool.queued': pool('Messages that wait for a bot in a thread'),

  // --- narratives and acts
  'botticelli.narrative.started': {
    id: 'M026',
    kind: 'counter',
    unit: '{run}',
    labels: { narrative: ANY, trigger: ['schedule', 'api', 'cli', 'message', 'narrative'] },
    help: 'Executions of a narrative that began',
  },
  'botticelli.narrative.executions': {
    id: 'M027',
    kind: 'counter',
    unit: '{run}',
    labels: { narrative: ANY, outcome: RUN_OUTCOMES },
    help: 'Executions of a narrative that ended, by outcome',
  },
  'botticelli.narrative.failures': {
    id: 'M028',
    kind: 'counter',
    unit: '{run}',
    labels: { narrative: ANY, error_type: ANY },
    help: 'Executions of a narrative that failed, by what went wrong',
  },
  'botticelli.narrative.duration': {
    id: 'M029',
    kind: 'histogram',
    unit: 's',
    labels: { narrative: ANY, outcome: RUN_OUTCOMES },
    buckets: RUN,
    help: 'Duration of an execution of a narrative',
  },
  'botticelli.narrative.active': {
    id: 'M030',
    kind: 'observable-gauge',
    unit: '{run}',
    labels: { narrative: ANY },
    help: 'Executions of a narrative that run now',
  },
  'botticelli.narrative.runs_pruned': {
    id: 'M031',
    kind: 'counter',
    unit: '{run}',
    labels: {},
    help: 'Executions that were forgotten because they are old',
  },
  'botticelli.narrative.cost.usd': {
    id: 'M032',
    kind: 'counter',
    unit: '{USD}',
    labels: { narrative: ANY },
    help: 'What the answers cost that the acts of a narrative went on with, in US dollars',
  },
  'botticelli.act.started': {
    id: 'M033',
    kind: 'counter',
    unit: '{act}',
    labels: act,
    help: 'Acts that began',
  },
  'botticelli.act.completed': {
    id: 'M034',
    kind: 'counter',
    unit: '{act}',
    labels: { ...act, outcome: RUN_OUTCOMES },
    help: 'Acts that ended, by outcome',
  },
  'botticelli.act.duration': {
    id: 'M035',
    kind: 'histogram',
    unit: 's',
    labels: { act_type: ANY, outcome: RUN_OUTCOMES },
    buckets: STEP,
    help: 'Duration of an act, retries included',
  },
  'botticelli.act.input_age': {
    id: 'M036',
    kind: 'histogram',
    unit: 's',
    labels: { source: ['table', 'file', 'platform'] },
    buckets: AGE,
    help: 'Age of what an act was given: of the oldest row, of a file, of an answer out of the cache',
  },
  'botticelli.act.output.validations': {
    id: 'M037',
    kind: 'counter',
    unit: '{validation}',
    labels: { act_type: ['model'], rule: ['json', 'schema', 'columns'], result: ['success', 'warning', 'failure'] },
    help: 'Checks of what an act gave: that it is JSON, that it is as it had to be, that it fits the columns',
  },
  'botticelli.act.output.length.chars': {
    id: 'M039',
    kind: 'histogram',
    unit: '{char}',
    labels: { act_type: ANY },
    buckets: CHARS,
    help: 'Length of what an act produced',
  },
  'botticelli.processor.runs': {
    id: 'M040',
    kind: 'counter',
    unit: '{run}',
    labels: { processor_type: ANY, outcome: OK_OR_ERROR },
    help: 'Runs of a processor of answers, by outcome',
  },
  'botticelli.processor.duration': {
    id: 'M041',
    kind: 'histogram',
    unit: 's',
    labels: { processor_type: ANY, outcome: OK_OR_ERROR },
    buckets: STEP,
    help: 'Duration of a run of a processor of answers',
  },
  'botticelli.json.extractions': {
    id: 'M042',
    kind: 'counter',
    unit: '{extraction}',
    labels: { narrative: ANY, outcome: ['success', 'repaired', 'failure'] },
    help: 'Attempts to take JSON out of an answer, by outcome',
  },
  'botticelli.json.refusals': {
    id: 'M043',
    kind: 'counter',
    unit: '{answer}',
    labels: { narrative: ANY, reason: ['no-json', 'bad-json', 'invalid'] },
    help: 'Answers whose JSON was missing, broken beyond repair or not as it had to be',
  },
  'botticelli.json.retries': {
    id: 'M043',
    kind: 'counter',
    unit: '{question}',
    labels: { narrative: ANY, reason: ['no-json', 'bad-json', 'invalid'] },
    help: 'Questions asked again because the JSON of their answer could not be used',
  },
  'botticelli.table.operation.duration': {
    id: 'M044',
    kind: 'histogram',
    unit: 's',
    labels: { table: ANY, operation: ['read', 'pull', 'write'] },
    buckets: QUERY,
    help: 'Time that an act took to read rows of a table, to take them out of it, or to store its own in it',
  },
  'botticelli.carousel.started': {
    id: 'M045',
    kind: 'counter',
    unit: '{carousel}',
    labels: { narrative: ANY },
    help: 'Carousels that began',
  },
  'botticelli.carousel.completed': {
    id: 'M045',
    kind: 'counter',
    unit: '{carousel}',
    labels: { narrative: ANY, outcome: RUN_OUTCOMES },
    help: 'Carousels that ended, by outcome',
  },
  'botticelli.carousel.iterations': {
    id: 'M046',
    kind: 'counter',
    unit: '{iteration}',
    labels: { narrative: ANY, outcome: RUN_OUTCOMES },
    help: 'Turns of a carousel, by outcome',
  },
  'botticelli.carousel.iteration.duration': {
    id: 'M047',
    kind: 'histogram',
    unit: 's',
    labels: { narrative: ANY },
    buckets: RUN,
    help: 'Duration of one turn of a carousel',
  },
  'botticelli.conversation.messages': {
    id: 'M048',
    kind: 'counter',
    unit: '{message}',
    labels: { role: ['system', 'user', 'assistant'] },
    help: 'Messages sent to and received from language models, by role',
  },
  'botticelli.conversation.message.length.chars': {
    id: 'M049',
    kind: 'histogram',
    unit: '{char}',
    labels: { role: ['system', 'user', 'assistant'] },
    buckets: CHARS,
    help: 'Length of a message sent to or received from a language model',
  },

  // --- content
  'botticelli.content.generated': {
    id: 'M050',
    kind: 'counter',
    unit: '{post}',
    labels: { narrative: ANY, bot: ANY },
    help: 'Content items that were generated',
  },
  'botticelli.content.curated': {
    id: 'M051',
    kind: 'observable-counter',
    unit: '{post}',
    labels: { decision: ['approved', 'rejected'], bot: ANY },
    help: 'Content items that were decided on; with `bot="none"`, by a person, since the database began',
  },
  'botticelli.content.published': {
    id: 'M052',
    kind: 'counter',
    unit: '{post}',
    labels: { platform: ANY, bot: ANY },
    help: 'Content items that were published',
  },
  'botticelli.content.publish_failures': {
    id: 'M053',
    kind: 'counter',
    unit: '{post}',
    labels: { platform: ANY, error_type: ANY },
    help: 'Content items that could not be published, by what went wrong',
  },
  'botticelli.content.score': {
    id: 'M054',
    kind: 'histogram',
    unit: '',
    labels: { kind: SCORE_KINDS },
    buckets: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
    help: 'Scores that stored content brings with it, brought to 0 to 1',
  },
  'botticelli.content.flagged': {
    id: 'M055',
    kind: 'counter',
    unit: '{post}',
    labels: { reason: FLAG_REASONS },
    help: 'Content that was held back, by reason',
  },
  'botticelli.potential_posts.size': {
    id: 'M056',
    kind: 'observable-gauge',
    unit: '{post}',
    labels: {},
    help: 'Generated content that waits for curation',
  },
  'botticelli.approved_posts.size': {
    id: 'M057',
    kind: 'observable-gauge',
    unit: '{post}',
    labels: {},
    help: 'Approved content that waits to be posted',
  },
  'botticelli.pipeline.latency': {
    id: 'M058',
    kind: 'histogram',
    unit: 's',
    labels: { stage: STAGES },
    buckets: AGE,
    help: 'Time that a content item took from stage to stage',
  },
  'botticelli.pipeline.oldest_age': {
    id: 'M059',
    kind: 'observable-gauge',
    unit: 's',
    labels: { stage: ['generated', 'approved'] },
    help: 'Age of the oldest content item that waits in a stage',
  },

  // --- models and cost
  'gen_ai.client.inference.duration': {
    id: 'M060',
    kind: 'histogram',
    unit: 's',
    labels: { ...genAi, 'gen_ai.request.stream?': ['true', 'false'], 'error.type?': ANY },
    buckets: INFERENCE,
    help: 'Duration of a call of a language model',
  },
  'gen_ai.client.inference.time_to_first_chunk': {
    id: 'M061',
    kind: 'histogram',
    unit: 's',
    labels: genAi,
    buckets: INFERENCE,
    help: 'Time until the first piece of an answer came that was streamed',
  },
  'gen_ai.client.inference.usage.input_tokens': {
    id: 'M062',
    kind: 'counter',
    unit: '{token}',
    labels: { ...genAi, 'gen_ai.token.modality?': ANY },
    help: 'Tokens sent to language models, cached ones included',
  },
  'gen_ai.client.inference.usage.output_tokens': {
    id: 'M063',
    kind: 'counter',
    unit: '{token}',
    labels: { ...genAi, 'gen_ai.token.modality?': ANY },
    help: 'Tokens that language models answered with',
  },
  'gen_ai.client.inference.usage.cache_read.input_tokens': {
    id: 'M064',
    kind: 'counter',
    unit: '{token}',
    labels: { ...genAi, 'gen_ai.token.modality?': ANY },
    help: 'Tokens sent to language models that came out of the cache of the provider',
  },
  'gen_ai.client.inference.usage.reasoning.output_tokens': {
    id: 'M065',
    kind: 'counter',
    unit: '{token}',
    labels: { ...genAi, 'gen_ai.token.modality?': ANY },
    help: 'Tokens that language models spent on reasoning',
  },
  'gen_ai.client.inference.operation.input_tokens': {
    id: 'M066',
    kind: 'histogram',
    unit: '{token}',
    labels: genAi,
    buckets: TOKENS,
    help: 'Tokens sent in one call of a language model',
  },
  'gen_ai.client.inference.operation.output_tokens': {
    id: 'M066',
    kind: 'histogram',
    unit: '{token}',
    labels: genAi,
    buckets: TOKENS,
    help: 'Tokens answered in one call of a language model',
  },
  'gen_ai.invoke_workflow.duration': {
    id: 'M067',
    kind: 'histogram',
    unit: 's',
    labels: { 'gen_ai.workflow.name': ANY, 'error.type?': ANY },
    buckets: RUN,
    help: 'Duration of an execution of a narrative, under its conventional name',
  },
  'gen_ai.execute_tool.duration': {
    id: 'M068',
    kind: 'histogram',
    unit: 's',
    labels: { 'gen_ai.tool.name': ANY, 'error.type?': ANY },
    buckets: STEP,
    help: 'Duration of a command of a platform',
  },
  'botticelli.llm.requests': {
    id: 'M069',
    kind: 'counter',
    unit: '{request}',
    labels: { ...model, outcome: OK_OR_ERROR },
    help: 'Calls of language models, by outcome',
  },
  'botticelli.llm.errors': {
    id: 'M070',
    kind: 'counter',
    unit: '{error}',
    labels: { ...model, error_type: LLM_ERROR_TYPES },
    help: 'Calls of language models that failed, by what went wrong',
  },
  'botticelli.api.errors': {
    id: 'M121',
    kind: 'counter',
    unit: '{error}',
    labels: { model: ANY },
    help: 'Calls of a language model that failed, by model alone',
  },
  'botticelli.llm.tokens': {
    id: 'M071',
    kind: 'counter',
    unit: '{token}',
    labels: { ...model, type: TOKEN_TYPES },
    help: 'Tokens by kind; `input` includes `cache_read`, `output` includes `reasoning`',
  },
  'botticelli.llm.cost.usd': {
    id: 'M072',
    kind: 'counter',
    unit: '{USD}',
    labels: { ...model, 'tier?': ANY },
    help: 'What calls of language models cost, in US dollars',
  },
  'botticelli.llm.unpriced_requests': {
    id: 'M073',
    kind: 'counter',
    unit: '{request}',
    labels: { model: ANY },
    help: 'Calls of language models whose price is not known',
  },
  'botticelli.llm.retries': {
    id: 'M074',
    kind: 'counter',
    unit: '{retry}',
    labels: { ...model, reason: ANY },
    help: 'Calls of language models that were made again',
  },
  'botticelli.llm.inflight': {
    id: 'M075',
    kind: 'observable-gauge',
    unit: '{request}',
    labels: { provider: ANY },
    help: 'Calls of language models that wait for their answer',
  },
  'botticelli.daily_cost_dollars': {
    id: 'M076',
    kind: 'observable-gauge',
    unit: '{USD}',
    labels: {},
    help: 'What this day cost so far (UTC), in US dollars',
  },
  'botticelli.monthly_cost_dollars': {
    id: 'M077',
    kind: 'observable-gauge',
    unit: '{USD}',
    labels: {},
    help: 'What this month cost so far (UTC), in US dollars',
  },
  'botticelli.budget.limit.usd': {
    id: 'M078',
    kind: 'observable-gauge',
    unit: '',
    labels: { period: ['day', 'month'] },
    help: 'Most that calls of language models may cost in a day or month (UTC), in US dollars',
  },
  'botticelli.budget.denied': {
    id: 'M079',
    kind: 'counter',
    unit: '{request}',
    labels: { period: ['day', 'month'] },
    help: 'Calls of language models that were not made, because they could have cost more than the budget has left',
  },
  'botticelli.cost_per_1000_posts_dollars': {
    id: 'M122',
    kind: 'observable-gauge',
    unit: '{USD}',
    labels: {},
    help: 'What the ledger has cost for 1,000 of the posts that are out; absent before the first',
  },
  'botticelli.rate_limit.remaining': {
    id: 'M080',
    kind: 'gauge',
    unit: '1',
    labels: { ...model, window: LIMIT_WINDOWS },
    help: 'Share of a limit of the provider that is left, as its last answer said',
  },
  'botticelli.rate_limit.hits': {
    id: 'M081',
    kind: 'counter',
    unit: '{hit}',
    labels: { scope: ANY, resource: ANY },
    help: 'Requests that met a rate limit',
  },
  'botticelli.rate_limit.wait': {
    id: 'M082',
    kind: 'histogram',
    unit: 's',
    labels: { scope: ANY },
    buckets: RUN,
    help: 'Time that requests waited for a rate limit',
  },

  // --- platforms and sources
  'botticelli.source.requests': {
    id: 'M084',
    kind: 'counter',
    unit: '{request}',
    labels: { source: ANY, operation: ANY, outcome: OK_OR_ERROR },
    help: 'Commands carried out on a platform, by outcome',
  },
  'botticelli.source.duration': {
    id: 'M085',
    kind: 'histogram',
    unit: 's',
    labels: { source: ANY, operation: ANY },
    buckets: REQUEST,
    help: 'Duration of a command on a platform',
  },
  'botticelli.source.errors': {
    id: 'M086',
    kind: 'counter',
    unit: '{error}',
    labels: { source: ANY, error_type: ANY },
    help: 'Commands on a platform that failed, by what went wrong',
  },
  'botticelli.cache.requests': {
    id: 'M087',
    kind: 'counter',
    unit: '{request}',
    labels: { cache: ANY, result: ['hit', 'miss'] },
    help: 'Look-ups in a cache, by result',
  },
  'botticelli.circuit_breaker.state': {
    id: 'M088',
    kind: 'observable-gauge',
    unit: '',
    labels: { target: ANY },
    help: 'State of the circuit breaker of a provider or an actor: 0 closed, 1 open, 2 half open',
  },
  'botticelli.circuit_breaker.trips': {
    id: 'M089',
    kind: 'observable-counter',
    unit: '{trip}',
    labels: { target: ANY },
    help: 'How often a circuit breaker opened',
  },
  'botticelli.circuit_breaker.recoveries': {
    id: 'M090',
    kind: 'observable-counter',
    unit: '{recovery}',
    labels: { target: ANY },
    help: 'How often a circuit breaker closed again',
  },
  'http.client.request.duration': {
    id: 'M091',
    kind: 'histogram',
    unit: 's',
    labels: {
      'http.request.method': ANY,
      'server.address': ANY,
      'http.response.status_code?': ANY,
      'error.type?': ANY,
    },
    buckets: REQUEST,
    help: 'Duration of an outgoing HTTP request',
  },
  'http.server.request.duration': {
    id: 'M092',
    kind: 'histogram',
    unit: 's',
    labels: {
      'http.request.method': ANY,
      'http.route': ANY,
      'http.response.status_code': ANY,
      'error.type?': ANY,
    },
    buckets: REQUEST,
    help: 'Duration of an incoming HTTP request',
  },
  'http.server.active_requests': {
    id: 'M093',
    kind: 'observable-gauge',
    unit: '{request}',
    labels: { 'http.request.method': ANY },
    help: 'Incoming HTTP requests that wait for their answer',
  },

  // --- database
  'botticelli.stream.connections.active': {
    id: 'M094',
    kind: 'observable-gauge',
    unit: '{connection}',
    labels: { kind: STREAM_KINDS },
    help: 'Readers that follow lines on the control socket, and viewers of the inspector',
  },
  'botticelli.stream.messages': {
    id: 'M095',
    kind: 'observable-counter',
    unit: '{message}',
    labels: { kind: STREAM_KINDS, direction: ['sent'] },
    help: 'Lines and frames that they were sent',
  },
  'db.client.operation.duration': {
    id: 'M096',
    kind: 'histogram',
    unit: 's',
    labels: {
      'db.system.name': ['sqlite'],
      'db.operation.name': ANY,
      'error.type?': ANY,
    },
    buckets: QUERY,
    help: 'Duration of a call of the store; `db_operation_name` is its part and its verb, such as `content.insert`',
  },
  // The conventions' `db.client.connection.count` has an ending that is not allowed here (I3).
  'botticelli.db.connections': {
    id: 'M097',
    kind: 'observable-gauge',
    unit: '{connection}',
    labels: { state: ['idle', 'used'] },
    help: 'Open handles of the database; a call never outlives its turn, so that all are idle when the metrics are read',
  },
  'botticelli.db.connections_opened': {
    id: 'M098',
    kind: 'counter',
    unit: '{connection}',
    labels: {},
    help: 'Handles of the database that were opened',
  },
  'botticelli.db.busy': {
    id: 'M100',
    kind: 'counter',
    unit: '{event}',
    labels: {},
    help: 'Calls of the database that gave up waiting for another process',
  },
  'botticelli.db.transactions': {
    id: 'M099',
    kind: 'counter',
    unit: '{transaction}',
    labels: { outcome: ['commit', 'rollback'] },
    help: 'Database transactions, by outcome',
  },
  'botticelli.state.write.duration': {
    id: 'M103',
    kind: 'histogram',
    unit: 's',
    labels: { kind: ANY },
    buckets: QUERY,
    help: 'Duration of a transaction that keeps state; `kind` is the part of the store, such as `journal`, or `commit` for several at once',
  },
  'botticelli.events.lost': {
    id: 'M120',
    kind: 'counter',
    unit: '{event}',
    labels: {},
    help: 'Events of the server that the database could not take',
  },
  'botticelli.db.size': {
    id: 'M101',
    kind: 'observable-gauge',
    unit: 'By',
    labels: {},
    help: 'Size of the database file',
  },
  'botticelli.db.wal_size': {
    id: 'M101',
    kind: 'observable-gauge',
    unit: 'By',
    labels: {},
    help: 'Size of the write-ahead log of the database',
  },
  'botticelli.table.rows': {
    id: 'M102',
    kind: 'observable-gauge',
    unit: '{row}',
    labels: { table: ANY },
    help: 'Rows of a content table',
  },

  // --- process and runtime
  'process.resident_memory': {
    id: 'M104',
    kind: 'observable-gauge',
    unit: 'By',
    labels: {},
    help: 'Resident memory of the process',
  },
  'process.cpu.time': {
    id: 'M105',
    kind: 'observable-counter',
    unit: 's',
    labels: { 'cpu.mode': ['user', 'system'] },
    help: 'Processor time of the process',
  },
  'process.start_time': {
    id: 'M106',
    kind: 'observable-gauge',
    unit: 's',
    labels: {},
    help: 'When the process began, in seconds since 1970',
  },
  'process.open_fds': {
    id: 'M107',
    kind: 'observable-gauge',
    unit: '{file_descriptor}',
    labels: {},
    help: 'Open file descriptors of the process',
  },
  'process.disk.io': {
    id: 'M103',
    kind: 'observable-counter',
    unit: 'By',
    labels: { 'disk.io.direction': ['read', 'write'] },
    help: 'Bytes that the process had read from and written to disks; on Linux alone',
  },
  'nodejs.eventloop.utilization': {
    id: 'M108',
    kind: 'observable-gauge',
    unit: '1',
    labels: {},
    help: 'Share of time that the event loop was busy since the last reading, from 0 to 1',
  },
  'nodejs.eventloop.delay.min': delay('Least'),
  'nodejs.eventloop.delay.max': delay('Greatest'),
  'nodejs.eventloop.delay.mean': delay('Mean'),
  'nodejs.eventloop.delay.stddev': delay('Standard deviation of the'),
  'nodejs.eventloop.delay.p50': delay('Median'),
  'nodejs.eventloop.delay.p90': delay('90th percentile of the'),
  'nodejs.eventloop.delay.p99': delay('99th percentile of the'),
  'v8js.gc.duration': {
    id: 'M110',
    kind: 'histogram',
    unit: 's',
    labels: { 'v8js.gc.type': ['minor', 'major', 'incremental', 'weakcb'] },
    buckets: REQUEST,
    help: 'Duration of garbage collections',
  },
  'v8js.memory.heap.used': {
    id: 'M111',
    kind: 'observable-gauge',
    unit: 'By',
    labels: { 'v8js.heap.space.name': ANY },
    help: 'Used heap, by space',
  },

  // --- telemetry itself
  'otel.sdk.processor.span.queue.size': {
    id: 'M113',
    kind: 'observable-gauge',
    unit: '{span}',
    labels: {},
    help: 'Spans that wait to be sent or are being sent',
  },
  'otel.sdk.processor.span.queue.capacity': {
    id: 'M113',
    kind: 'observable-gauge',
    unit: '{span}',
    labels: {},
    help: 'Most spans that may wait; more are dropped',
  },
  'otel.sdk.processor.span.processed': {
    id: 'M114',
    kind: 'observable-counter',
    unit: '{span}',
    labels: { 'error.type?': ['queue_full'] },
    help: 'Sampled spans that ended; with `error_type`, those that were dropped',
  },
  'otel.sdk.exporter.span.exported': {
    id: 'M115',
    kind: 'observable-counter',
    unit: '{span}',
    labels: { 'error.type?': ['export_failed'] },
    help: 'Spans that were sent; with `error_type`, those that could not be',
  },
  'otel.sdk.exporter.metric_data_point.exported': {
    id: 'M115',
    kind: 'observable-counter',
    unit: '{data_point}',
    labels: { 'error.type?': ['export_failed'] },
    help: 'Values of metrics that were pushed; with `error_type`, those that could not be',
  },
  'otel.sdk.exporter.log.exported': {
    id: 'M115',
    kind: 'observable-counter',
    unit: '{log_record}',
    labels: { 'error.type?': ['export_failed'] },
    help: 'Log lines that were pushed; with `error_type`, those that could not be',
  },
  'botticelli.log.left_out': {
    id: 'M116',
    kind: 'observable-counter',
    unit: '{record}',
    labels: {},
    help: 'Log lines that were left out because they repeated others',
  },
  'botticelli.log.records': {
    id: 'M116',
    kind: 'observable-counter',
    unit: '{record}',
    labels: { level: ANY, target: ANY },
    help: 'Log lines, by level and part of the program',
  },
  'botticelli.error_reports': {
    id: 'B002',
    kind: 'observable-counter',
    unit: '{error}',
    labels: { 'error.type?': ['export_failed'] },
    help: 'Errors that were sent to Sentry; with `error_type`, those that could not be',
  },
  'botticelli.notifications': {
    id: 'B001',
    kind: 'counter',
    unit: '{notification}',
    labels: { channel: ['webhook', 'slack', 'discord'], outcome: ['sent', 'failed', 'left_out'] },
    help: 'Notifications to people, by what became of them; `left_out` were over a limit',
  },
  'botticelli.telemetry.redactions': {
    id: 'M117',
    kind: 'observable-counter',
    unit: '{value}',
    labels: {},
    help: 'Values out of which a secret was taken',
  },
  'botticelli.metrics.scrape.duration': {
    id: 'M118',
    kind: 'gauge',
    unit: 's',
    labels: {},
    help: 'Time that the previous reading of the metrics took',
  },
  'botticelli.config.reloads': {
    id: 'M120',
    kind: 'counter',
    unit: '{reload}',
    labels: { outcome: ['changed', 'unchanged', 'refused'] },
    help: 'Times that a running server read its configuration and narratives again',
  },
  'botticelli.build.info': {
    id: 'M119',
    kind: 'observable-gauge',
    unit: '',
    labels: { version: ANY, node: ANY, 'commit?': ANY },
    help: 'Always 1; its labels say what runs',
  },
} as const satisfies Record<string, InstrumentEntry>

function pool(help: string) {
  return { id: 'M025', kind: 'observable-gauge', unit: '{worker}', labels: { pool: ['bots'] }, help } as const
}

function delay(which: string) {
  return {
    id: 'M109',
    kind: 'observable-gauge',
    unit: 's',
    labels: {},
    help: `${which} delay of the event loop since the last reading`,
  } as const
}

export type InstrumentName = keyof typeof INSTRUMENTS

type LabelValue<Spec> = Spec extends readonly string[] ? Spec[number] : string

/** The labels of an instrument: each by name, with the values it may have. */
export type LabelsOf<N extends InstrumentName> = keyof (typeof INSTRUMENTS)[N]['labels'] extends never
  ? Readonly<Record<string, never>>
  : Labels<(typeof INSTRUMENTS)[N]['labels']>

type Labels<L> = { readonly [K in keyof L as K extends `${string}?` ? never : K]: LabelValue<L[K]> } & {
  readonly [K in keyof L as K extends `${infer Name}?` ? Name : never]?: LabelValue<L[K]> | undefined
}

type NamesOfKind<K extends InstrumentKind> = {
  [N in InstrumentName]: (typeof INSTRUMENTS)[N]['kind'] extends K ? N : never
}[InstrumentName]

export type CounterName = NamesOfKind<'counter'>
export type HistogramName = NamesOfKind<'histogram'>
export type RecordedName = NamesOfKind<'histogram' | 'gauge'>
export type ObservedName = NamesOfKind<'observable-counter' | 'observable-gauge'>
