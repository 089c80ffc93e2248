// Command table: every command once. The parser, the help and the tests are made from it.
//
// Only words here; the code of each command is found by its name in commands.ts.

import { choice, duration, integer, text, urlPath } from '../config/kinds.ts'
import { LOG_TARGETS } from '../telemetry/log-event-table.ts'
import type { ArgSpec, CommandSpec, FlagSpec } from './command.ts'

const LIMIT: FlagSpec = { flag: '--limit <n>', help: 'so many at most (20)', kind: integer(1, 1000) }
const TABLE: FlagSpec = { flag: '--table <name>', help: 'of this table only' }
const IDS: ArgSpec = { name: 'ID', many: true, help: 'from "content list": 12, or TABLE/12' }
const NOTE: FlagSpec = { flag: '--note <text>', help: 'why; kept with the decision' }
const LIVE: FlagSpec = { flag: '--live', help: 'really post; without it posts are rendered, not sent' }
const MODEL: FlagSpec = {
  flag: '--model <name>',
  help: 'ask this model in every act: gemini-2.5-flash, openai:gpt-5.4, scripted',
}
const ACTOR: ArgSpec = { name: 'PATH', help: 'as "actors tree" shows it; a last name alone will do' }
const SANITIZE: FlagSpec = {
  flag: '--sanitize <how>',
  help: 'of data show types and sizes ("types", default) or all ("full")',
  kind: choice(['types', 'full']),
}
const REPORT_FORMAT: FlagSpec = {
  flag: '--format <format>',
  help: 'text (default), json, sarif or github (annotations)',
  kind: choice(['text', 'json', 'sarif', 'github']),
}
const NARRATIVE: FlagSpec = { flag: '--narrative-name <name>', help: 'which narrative, where a file has several' }

const EXECUTION: ArgSpec = { name: 'ID', help: 'whole, or its first or last letters' }
const BOT: ArgSpec = { name: 'BOT', many: true, help: 'names of bots' }
const LETTERS: ArgSpec = {
  name: 'ID',
  many: true,
  optional: true,
  help: 'from "dead-letters list"; its first letters will do',
}
const ALL_LETTERS: FlagSpec = { flag: '--all', help: 'all there are' }

const ALL = [
  {
    name: 'demo',
    group: 'Get started',
    summary: 'Watch three bots work, offline: no key, no account',
    flags: [{ flag: '--once', help: 'end when the posts are out; the default without a terminal' }],
    examples: ['demo', 'demo --once --json'],
  },
  {
    name: 'run',
    group: 'Run',
    summary: 'Run one narrative',
    args: [{ name: 'FILE', optional: true, help: 'a file, a name, or FILE.NARRATIVE' }],
    flags: [
      NARRATIVE,
      MODEL,
      LIVE,
      { flag: '--no-stream', help: 'show each answer when it is whole, not while it comes' },
      { flag: '--events', help: 'progress as lines of JSON on stderr, answers in pieces among them' },
      { flag: '--dry-run', help: 'show every prompt and an estimate of the cost; ask, send and store nothing' },
      { flag: '--cassette', help: 'answers as recorded for its test, instead of a model' },
      { flag: '--input <name=value>', help: 'a value for a variable of the narrative; repeatable', many: true },
      { flag: '--resume <id>', help: 'go on with an execution that did not end' },
      { flag: '--narrative <file>', help: 'older spelling of FILE', hidden: true },
      { flag: '--save', help: 'older flag: rows are always stored', hidden: true },
    ],
    examples: ['run narratives/launch.toml', 'run launch --dry-run', 'run posts.batch --live'],
  },
  {
    name: 'serve',
    group: 'Run',
    summary: 'Run the bots until Ctrl-C',
    flags: [LIVE],
    aliases: ['server', 'bot-server', 'actor-server'],
    examples: ['serve', 'serve --live'],
  },
  {
    name: 'reload',
    group: 'Run',
    summary: 'Have the running server take over what was changed',
    examples: ['reload', 'reload --json'],
  },
  {
    name: 'status',
    group: 'Run',
    summary: 'The server, its bots and the content on one screen',
    flags: [
      { flag: '--exit-status', help: 'end with 1 when something needs attention' },
      { flag: '--html', help: 'of a running server, as a page for a browser' },
    ],
    examples: ['status', 'status --json', 'status --html > status.html'],
  },
  {
    name: 'narratives list',
    group: 'Look and decide',
    summary: 'What can be run',
    examples: ['narratives list'],
  },
  {
    name: 'narratives validate',
    group: 'Look and decide',
    summary: 'Check narrative files without running them',
    args: [{ name: 'FILE', optional: true, many: true, help: 'files or folders; all of the project without' }],
    flags: [
      { flag: '--strict', help: 'warnings count as errors' },
      { flag: '--env', help: 'warn of environment variables that are not set' },
      { flag: '--fix', help: 'write older dialects and misspelled keys as today' },
      { flag: '--dry-run', help: 'with --fix: show the difference, write nothing' },
      REPORT_FORMAT,
    ],
    examples: [
      'narratives validate',
      'narratives validate narratives/launch.toml --fix --dry-run',
      'narratives validate --strict --format github',
    ],
  },
  {
    name: 'narratives show',
    group: 'Look and decide',
    summary: 'Acts, inputs and tables of one narrative',
    args: [{ name: 'FILE', help: 'a file, a name, or FILE.NARRATIVE' }],
    flags: [
      NARRATIVE,
      { flag: '--resolved', help: 'as it would run: every setting, prompt and input, and where it comes from' },
    ],
    examples: ['narratives show launch', 'narratives show launch --resolved'],
  },
  {
    name: 'narratives new',
    group: 'Look and decide',
    summary: 'Write a narrative to start from',
    args: [{ name: 'FILE', help: 'where; .toml may be left out' }],
    flags: [{ flag: '--from <name>', help: 'a copy from "narratives library", with its test and recordings' }],
    examples: ['narratives new narratives/spring', 'narratives new narratives/greeting --from welcome'],
  },
  {
    name: 'narratives library',
    group: 'Look and decide',
    summary: 'Narratives that come with Botticelli, to start from',
    examples: ['narratives library'],
  },
  {
    name: 'narratives graph',
    group: 'Look and decide',
    summary: 'Draw what one narrative does',
    args: [{ name: 'FILE', help: 'a file, a name, or FILE.NARRATIVE' }],
    flags: [
      NARRATIVE,
      { flag: '--format <format>', help: 'ascii (default), mermaid or dot', kind: choice(['ascii', 'mermaid', 'dot']) },
    ],
    examples: ['narratives graph launch', 'narratives graph launch --format mermaid'],
  },
  {
    name: 'narratives test',
    group: 'Look and decide',
    summary: 'Test narratives on recorded answers, without paying',
    args: [{ name: 'FILE', optional: true, many: true, help: 'narratives, their tests or folders; all without' }],
    flags: [
      { flag: '--case <text>', help: 'only cases whose name contains this' },
      { flag: '--record', help: 'ask the models in earnest and record every answer anew' },
      { flag: '--update', help: 'ask only what no recording fits; forget what nobody asks for' },
      { flag: '--accept', help: 'keep recorded answers although the question has changed' },
      { ...MODEL, help: 'ask this model, when recording' },
      { flag: '--format <format>', help: 'text (default) or junit', kind: choice(['text', 'junit']) },
    ],
    examples: ['narratives test', 'narratives test launch', 'narratives test launch --update'],
  },
  {
    name: 'narratives diff',
    group: 'Look and decide',
    summary: 'What changed in a narrative since it ran',
    args: [{ name: 'FILE', help: 'a file, a name, or FILE.NARRATIVE' }],
    flags: [
      NARRATIVE,
      { flag: '--execution <id>', help: 'since this one; since its last one without' },
      { flag: '--exit-status', help: 'end with 1 when something changed' },
    ],
    examples: ['narratives diff launch', 'narratives diff launch --execution 01JD8M'],
  },
  {
    name: 'narratives lint',
    group: 'Look and decide',
    summary: 'Advice on narrative files: likely mistakes and waste',
    args: [{ name: 'FILE', optional: true, many: true, help: 'files or folders; all of the project without' }],
    flags: [
      { flag: '--strict', help: 'warnings count as errors' },
      { flag: '--rules', help: 'list the rules instead' },
      REPORT_FORMAT,
    ],
    examples: ['narratives lint', 'narratives lint narratives/launch.toml --strict', 'narratives lint --rules'],
  },
  {
    name: 'narratives schema',
    group: 'Look and decide',
    summary: 'The language as a JSON Schema, for editors',
    examples: ['narratives schema > narratives/narrative.schema.json', 'narratives schema --json'],
  },
  {
    name: 'content list',
    group: 'Look and decide',
    summary: 'What was generated, newest first',
    args: [{ name: 'TABLE', optional: true, help: 'of this table only' }],
    flags: [
      { flag: '--status <status>', help: 'pending, approved, rejected or posted' },
      TABLE,
      LIMIT,
      {
        flag: '--format <format>',
        help: 'older flag',
        hidden: true,
        kind: choice(['human', 'json', 'table-name-only']),
      },
    ],
    examples: ['content list --status pending', 'content list approved_discord_posts --json'],
  },
  {
    name: 'content show',
    group: 'Look and decide',
    summary: 'One piece of content, whole, with where it came from',
    args: [{ name: 'ID', help: IDS.help }],
    flags: [TABLE],
    examples: ['content show 12'],
  },
  {
    name: 'content approve',
    group: 'Look and decide',
    summary: 'Let drafts be posted',
    args: [IDS],
    flags: [TABLE, NOTE],
    examples: ['content approve 12 15', 'content approve 12 --note "for Friday"'],
  },
  {
    name: 'content reject',
    group: 'Look and decide',
    summary: 'Keep drafts from being posted',
    args: [IDS],
    flags: [TABLE, NOTE],
    examples: ['content reject 12 --note "off topic"'],
  },
  {
    name: 'executions list',
    group: 'Look and decide',
    summary: 'Runs of narratives, newest first',
    flags: [
      {
        flag: '--status <status>',
        help: 'running, completed, failed or cancelled',
        kind: choice(['running', 'completed', 'failed', 'cancelled']),
      },
      { flag: '--bot <name>', help: 'of this bot only' },
      { flag: '--since <duration>', help: 'begun in the last 10m, 2h, 3d', kind: duration },
      { flag: '--before <id>', help: 'older than this one, to go on with a list' },
      LIMIT,
    ],
    examples: ['executions list', 'executions list --status failed --since 2d'],
  },
  {
    name: 'executions show',
    group: 'Look and decide',
    summary: 'One run: its acts, tokens, cost and effects',
    args: [{ name: 'ID', help: 'whole, or its first or last letters' }],
    flags: [
      { flag: '--prompts', help: 'with what each act asked' },
      { flag: '--outputs', help: 'with what each act answered' },
    ],
    examples: ['executions show 01JD8M', 'executions show 01JD8M --outputs'],
  },
  {
    name: 'executions trace',
    group: 'Look and decide',
    summary: 'The story of an item or a run, over bots and restarts',
    args: [{ name: 'ID', help: 'an execution, an item (12, or TABLE/12) or a trace id' }],
    examples: ['executions trace 12', 'executions trace approved_discord_posts/3', 'executions trace 01JD8M --json'],
  },
  {
    name: 'actors tree',
    group: 'Look and decide',
    summary: 'What runs in the server, and who supervises it',
    args: [{ ...ACTOR, optional: true }],
    flags: [
      { flag: '--stats', help: 'with every count' },
      { flag: '--unhealthy', help: 'only what someone should look at, and the way to it' },
      { flag: '--depth <n>', help: 'so many levels at most', kind: integer(0, 100) },
    ],
    examples: ['actors tree', 'actors tree /bots --stats', 'actors tree --unhealthy'],
  },
  {
    name: 'actors show',
    group: 'Look and decide',
    summary: 'One actor: state, counts, what it runs, what happened',
    args: [ACTOR],
    flags: [SANITIZE],
    examples: ['actors show /bots/curator', 'actors show curator --sanitize full'],
  },
  {
    name: 'actors events',
    group: 'Look and decide',
    summary: 'Starts, crashes, restarts and messages, oldest first',
    args: [{ ...ACTOR, optional: true }],
    flags: [
      { flag: '-f, --follow', help: 'go on until Ctrl-C' },
      { flag: '--type <type>', help: 'such as crashed, restarted, dead-letter' },
    ],
    examples: ['actors events', 'actors events curator -f', 'actors events --type crashed --json'],
  },
  {
    name: 'actors graph',
    group: 'Look and decide',
    summary: 'The states of an actor as a chart, with the current one',
    args: [ACTOR],
    flags: [{ flag: '--format <format>', help: 'mermaid (default) or dot', kind: choice(['mermaid', 'dot']) }],
    examples: ['actors graph curator', 'actors graph curator --format dot'],
  },
  {
    name: 'events',
    group: 'Look and decide',
    summary: 'What happened to runs, content and actors',
    flags: [
      { flag: '-f, --follow', help: 'go on until Ctrl-C' },
      { flag: '--type <type>', help: 'such as act.failed; or content, for all of them' },
      { flag: '--bot <name>', help: 'of this bot only' },
      { flag: '--execution <id>', help: 'of this run and of those in it' },
      { flag: '--trace <id>', help: 'of this trace only' },
      { flag: '--correlation <id>', help: 'of all that one first message brought about' },
      { flag: '--since <duration>', help: 'of the last 10m, 2h, 3d', kind: duration },
      { ...LIMIT, help: 'the latest so many (100)' },
    ],
    examples: ['events', 'events -f --type content', 'events --bot writer --since 2h --json'],
  },
  {
    name: 'audit',
    group: 'Look and decide',
    summary: 'Who approved, ran, paused, reloaded what, and when',
    flags: [
      { flag: '-f, --follow', help: 'go on until Ctrl-C' },
      { flag: '--by <name>', help: 'what this person did' },
      { flag: '--action <action>', help: 'such as content.approve; or content, for all of them' },
      { flag: '--since <duration>', help: 'of the last 10m, 2h, 3d', kind: duration },
      { ...LIMIT, help: 'the latest so many (100)' },
    ],
    examples: ['audit', 'audit --by anna --since 7d', 'audit --action content.approve --json'],
  },
  {
    name: 'logs',
    group: 'Look and decide',
    summary: 'The latest lines that the running server logged',
    flags: [
      { flag: '-f, --follow', help: 'go on until Ctrl-C' },
      {
        flag: '--level <level>',
        help: 'from this level on',
        kind: choice(['trace', 'debug', 'info', 'warn', 'error']),
      },
      { flag: '--target <part>', help: 'of this part only, such as llm', kind: choice(LOG_TARGETS) },
      { flag: '--bot <name>', help: 'of this bot only' },
      { flag: '--execution <id>', help: 'of this run and of those in it' },
      { flag: '--trace <id>', help: 'of this trace only, that of an item included' },
    ],
    examples: ['logs', 'logs -f --level warn', 'logs --bot writer', 'logs --trace 4bf92f35 --json'],
  },
  {
    name: 'log-level',
    group: 'Look and decide',
    summary: 'See or change what the running server logs',
    args: [{ name: 'LEVEL', optional: true, help: 'trace, debug, info, warn, error or silent' }],
    flags: [{ flag: '--target <part>', help: 'of this part only, such as llm', kind: choice(LOG_TARGETS) }],
    examples: ['log-level', 'log-level debug --target llm'],
  },
  {
    name: 'report',
    group: 'Look and decide',
    summary: 'Runs, posts, failures and cost of the last day',
    flags: [{ flag: '--since <duration>', help: 'of the last 24h (default), 7d, 90m', kind: duration }],
    examples: ['report', 'report --since 7d --json'],
  },
  {
    name: 'costs',
    group: 'Look and decide',
    summary: 'What the models cost, by day, bot, narrative or model',
    flags: [
      {
        flag: '--by <what>',
        help: 'day (default), bot, narrative or model',
        kind: choice(['day', 'bot', 'narrative', 'model']),
      },
      { flag: '--calls', help: 'each call of a model instead, as CSV or with --json' },
      { flag: '--since <duration>', help: 'of the last 30d (default), 24h, 90m', kind: duration },
      { flag: '--format <format>', help: 'text (default) or csv', kind: choice(['text', 'csv']) },
    ],
    examples: ['costs', 'costs --by narrative --since 7d', 'costs --calls --format csv > calls.csv'],
  },
  {
    name: 'latency',
    group: 'Look and decide',
    summary: 'How long things take, and what has become slower',
    args: [{ ...EXECUTION, optional: true, help: 'where the time of this run went' }],
    flags: [
      { flag: '--since <duration>', help: 'the last 24h (default), 7d, 90m, against as long before', kind: duration },
      {
        flag: '--of <what>',
        help: 'narrative, act, model or command alone',
        kind: choice(['narrative', 'act', 'model', 'command']),
      },
      { flag: '--within <duration>', help: 'the share that took no longer', kind: duration },
      { flag: '--exit-status', help: 'end with 1 when something has become slower' },
    ],
    examples: ['latency', 'latency --of narrative --within 2m', 'latency 01JD8M'],
  },
  {
    name: 'notify test',
    group: 'Look and decide',
    summary: 'Send a notification to every channel that is configured',
    examples: ['notify test'],
  },
  {
    name: 'metrics-server',
    group: 'Look and decide',
    summary: 'Serve the metrics of the server on another address',
    flags: [
      { flag: '--host <address>', help: 'to listen on (127.0.0.1)', kind: text },
      { flag: '--port <n>', help: 'to listen on (9465); 0 takes a free one', kind: integer(0, 65_535) },
      { flag: '--path <path>', help: 'of the page (/metrics)', kind: urlPath },
    ],
    examples: ['metrics-server', 'metrics-server --host 0.0.0.0 --port 9090'],
  },
  {
    name: 'inspect',
    group: 'Look and decide',
    summary: 'Watch the actors in the XState inspector',
    flags: [
      { flag: '--port <n>', help: 'of the page (inspector.port); 0 takes a free one', kind: integer(0, 65_535) },
      SANITIZE,
      { flag: '--push <url>', help: 'send frames to a relay instead: ws://localhost:8080' },
    ],
    examples: ['inspect', 'inspect --sanitize full', 'inspect --push ws://localhost:8080'],
  },
  {
    name: 'executions resume',
    group: 'Look and decide',
    summary: 'Go on with a run that did not complete',
    args: [EXECUTION],
    flags: [
      { flag: '--done', help: 'what is in doubt was carried out: do not send it' },
      { flag: '--send-again', help: 'what is in doubt was not carried out: send it' },
      LIVE,
    ],
    examples: ['executions resume 01JD8M', 'executions resume 01JD8M --done'],
  },
  {
    name: 'executions cancel',
    group: 'Look and decide',
    summary: 'Give up a run, and the rows that it held',
    args: [EXECUTION],
    examples: ['executions cancel 01JD8M --yes'],
  },
  {
    name: 'executions replay',
    group: 'Look and decide',
    summary: 'Run it once more, from an act on',
    args: [EXECUTION],
    flags: [
      { flag: '--from-act <act>', help: 'what was done before it is taken over; ACT, or round-2/ACT in a carousel' },
      { flag: '--edited', help: 'with the narrative as its file is now, not as it was then' },
      MODEL,
      LIVE,
    ],
    examples: ['executions replay 01JD8M', 'executions replay 01JD8M --from-act format_json --edited'],
  },
  {
    name: 'schedule list',
    group: 'Look and decide',
    summary: 'When each bot is due, and what is paused',
    examples: ['schedule list'],
  },
  {
    name: 'schedule preview',
    group: 'Look and decide',
    summary: 'The next times of a schedule',
    args: [{ ...BOT, optional: true }],
    flags: [{ flag: '-n, --count <n>', help: 'so many times (5)', kind: integer(1, 1000) }],
    examples: ['schedule preview', 'schedule preview poster -n 20'],
  },
  {
    name: 'schedule pause',
    group: 'Look and decide',
    summary: 'Keep a bot from being due',
    args: [BOT],
    flags: [
      { flag: '--for <duration>', help: 'so long; else until it is resumed', kind: duration },
      { flag: '--reason <text>', help: 'why; shown by schedule list' },
    ],
    examples: ['schedule pause poster --for 2h --reason "launch day"'],
  },
  {
    name: 'schedule resume',
    group: 'Look and decide',
    summary: 'Let it be due again',
    args: [BOT],
    examples: ['schedule resume poster'],
  },
  {
    name: 'dead-letters list',
    group: 'Look and decide',
    summary: 'Messages that were given up, newest first',
    flags: [LIMIT],
    examples: ['dead-letters list'],
  },
  {
    name: 'dead-letters show',
    group: 'Look and decide',
    summary: 'One of them, with every error it met',
    args: [{ name: 'ID', help: 'from "dead-letters list"; its first letters will do' }],
    examples: ['dead-letters show m1x-4'],
  },
  {
    name: 'dead-letters redrive',
    group: 'Look and decide',
    summary: 'Send it again, as a first attempt',
    args: [LETTERS],
    flags: [ALL_LETTERS],
    examples: ['dead-letters redrive m1x-4', 'dead-letters redrive --all --yes'],
  },
  {
    name: 'dead-letters drop',
    group: 'Look and decide',
    summary: 'Give it up for good',
    args: [LETTERS],
    flags: [ALL_LETTERS],
    examples: ['dead-letters drop m1x-4'],
  },
  {
    name: 'backup',
    group: 'Look after it',
    summary: 'Copy the database while others go on',
    args: [{ name: 'FILE', optional: true, help: 'where to; a dated file in the state folder without' }],
    examples: ['backup', 'backup /safe/place/botticelli.db'],
  },
  {
    name: 'restore',
    group: 'Look after it',
    summary: 'Put a backup in the place of the database',
    args: [{ name: 'FILE', help: 'made by "botticelli backup"' }],
    flags: [{ flag: '--confirm <name>', help: 'name of the project folder' }],
    examples: ['restore backup.db --confirm my-bots'],
  },
  {
    name: 'db check',
    group: 'Look after it',
    summary: 'Whether the database is whole',
    examples: ['db check'],
  },
  {
    name: 'db migrate',
    group: 'Look after it',
    summary: 'Bring the database to this version',
    examples: ['db migrate'],
  },
  {
    name: 'db vacuum',
    group: 'Look after it',
    summary: 'Give unused space back to the disk, while no server runs',
    examples: ['db vacuum'],
  },
  {
    name: 'retention apply',
    group: 'Look after it',
    summary: 'Forget old records now; what is owed stays',
    flags: [
      { flag: '--older-than <duration>', help: 'instead of the setting "retention"', kind: duration },
      { flag: '--dry-run', help: 'only say how many' },
    ],
    examples: ['retention apply --dry-run', 'retention apply --older-than 30d'],
  },
  {
    name: 'config show',
    group: 'Understand',
    summary: 'Every setting in effect',
    flags: [{ flag: '--origin', help: 'and where its value came from' }],
    examples: ['config show --origin'],
  },
  {
    name: 'explain',
    group: 'Understand',
    summary: 'What an error code means and what to do',
    args: [{ name: 'CODE', optional: true, help: 'such as bad-config; all codes without' }],
    examples: ['explain bad-config'],
  },
  {
    name: 'version',
    group: 'Understand',
    summary: 'Versions of Botticelli, Node and SQLite',
    examples: ['version --json'],
  },
  {
    name: 'help',
    group: 'Understand',
    summary: 'Help with a command or a topic',
    args: [{ name: 'TOPIC', optional: true, many: true, help: 'a command, or a topic from "botticelli help"' }],
    examples: ['help environment', 'help content approve'],
  },
] as const satisfies readonly CommandSpec[]

export const COMMANDS: readonly CommandSpec[] = ALL
export type CommandName = (typeof ALL)[number]['name']

/** Flags that every command takes, in any position. */
export const GLOBAL_FLAGS: readonly FlagSpec[] = [
  { flag: '-C, --project <dir>', help: 'work as if started in this folder' },
  { flag: '--config <file>', help: 'this file, instead of the nearest botticelli.toml' },
  { flag: '--json', help: 'print the result as JSON' },
  { flag: '-q, --quiet', help: 'print the result only' },
  { flag: '-v, --verbose', help: 'say more; errors with their stack' },
  { flag: '--color <when>', help: 'auto, always or never', kind: choice(['auto', 'always', 'never']) },
  { flag: '--no-color', help: 'same as --color never', hidden: true },
  { flag: '--no-input', help: 'never ask; fail instead' },
  { flag: '-y, --yes', help: 'answer yes to every question' },
  { flag: '--timeout <duration>', help: 'give up after this time, such as 90s', kind: duration },
  { flag: '-h, --help', help: 'this text' },
  { flag: '--version', help: 'the version' },
]
