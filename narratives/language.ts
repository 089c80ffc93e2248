// Language: every table of the narrative language with its keys, once, for editors and for whoever reads the list.
//
//   G1. A test holds it against what the readers of `reading/` ask for: a key that one of them knows stands here.
//   G2. Values are described in JSON Schema, draft 7; `table(…)` refers to another table of the list.

import type { Json } from '../json.ts'
import { DECLARED_KINDS } from '../telemetry/declared-metrics.ts'
import { ANNOTATIONS, KEYWORDS } from './json-schema.ts'
import { INPUT_MEDIA_KINDS, RETENTIONS, TABLE_FORMATS } from './narrative.ts'

export type Fragment = Readonly<Record<string, Json>>

export interface KeySpec {
  readonly value: Fragment
  readonly help: string
  readonly default?: Json
  readonly required?: true
  /** Older names, which mean the same. */
  readonly older?: readonly string[]
}

export interface TableSpec {
  readonly help: string
  readonly keys: Readonly<Record<string, KeySpec>>
  /** What further keys hold, where the writer chooses their names; else there are none. */
  readonly others?: Fragment
}

const TEXT: Fragment = { type: 'string' }
const NUMBER: Fragment = { type: 'number' }
const COUNT: Fragment = { type: 'integer', minimum: 0 }
const FLAG: Fragment = { type: 'boolean' }
const TEXTS: Fragment = { type: 'array', items: TEXT }
const DURATION: Fragment = {
  anyOf: [
    { type: 'string', pattern: '^\\s*\\d+(\\.\\d+)? ?(ms|s|m|h|d)\\s*$' },
    { type: 'number', exclusiveMinimum: 0 },
  ],
}
const JSON_PATH: Fragment = { type: 'string', pattern: '^\\$' }
const ANY: Fragment = {}
const OPEN_TABLE: Fragment = { type: 'object' }

function table(name: string): Fragment {
  return { $ref: `#/definitions/${name}` }
}

function oneOf(values: readonly string[]): Fragment {
  return { type: 'string', enum: values }
}

function either(...fragments: readonly Fragment[]): Fragment {
  return { anyOf: fragments }
}

function tablesOf(value: Fragment): Fragment {
  return { type: 'object', additionalProperties: value }
}

function required(key: KeySpec): KeySpec {
  return { ...key, required: true }
}

// ---------------------------------------------------------------------------- keys of several tables

const SETTINGS: TableSpec['keys'] = {
  model: { value: TEXT, help: 'The model that is asked: gemini-2.5-flash, openai:gpt-5.4, scripted.' },
  temperature: { value: NUMBER, help: 'How freely the model chooses, 0 to 2.' },
  max_tokens: { value: COUNT, help: 'Limit of the answer, in tokens.' },
  top_p: {
    value: { type: 'number', minimum: 0, maximum: 1 },
    help: 'Share of the likeliest tokens considered, 0 to 1.',
  },
  stop: { value: either(TEXT, TEXTS), help: 'The answer ends before any of these texts.' },
  seed: { value: COUNT, help: 'Equal seeds give equal answers, as far as the provider can.' },
  timeout: { value: DURATION, help: 'Longest wait for an answer: "90s", "5m", or seconds.' },
}

const RETENTION: TableSpec['keys'] = {
  history_retention: {
    value: oneOf(RETENTIONS),
    help: 'What later acts see of it: all, one line, or nothing.',
    default: 'full',
  },
}

const BUDGET: KeySpec = { value: table('budget'), help: 'Shares of the limits of a model.' }
const CAROUSEL: KeySpec = { value: either(COUNT, table('carousel')), help: 'How often it is repeated.' }
const TOC_ORDER: Fragment = { type: 'array', items: either(TEXT, TEXTS) }
const TOC: KeySpec = { value: either(TOC_ORDER, table('toc')), help: 'The acts to run, in order.' }
const SYSTEM: KeySpec = { value: TEXT, help: 'What the model is told before the conversation.' }
const ACTS: KeySpec = { value: tablesOf(table('act')), help: 'The steps, by name.' }

const NARRATIVE: TableSpec['keys'] = {
  name: { value: TEXT, help: 'What the narrative is called; also the table of its rows without a target.' },
  description: { value: TEXT, help: 'What it does, for people.', default: '' },
  title: { value: TEXT, help: 'For people.' },
  author: { value: TEXT, help: 'For people.' },
  version: { value: TEXT, help: 'For people.' },
  tags: { value: TEXTS, help: 'For people.' },
  toc: TOC,
  target: { value: TEXT, help: 'The table that receives the rows.', older: ['target_table'] },
  template: { value: TEXT, help: 'A known table whose columns the output must have.' },
  skip_content_generation: { value: FLAG, help: 'True: nothing is stored.', default: false },
  preserve_source: { value: FLAG, help: 'True: no table read of this narrative deletes.', default: false },
  ...SETTINGS,
  system: SYSTEM,
  parallel: {
    value: { type: 'integer', minimum: 1 },
    help: 'How many acts of a group run at the same time; a list of names in the toc is a group.',
    default: 4,
  },
  carousel: CAROUSEL,
  budget: BUDGET,
  acts: { value: tablesOf(table('act')), help: 'Acts of this narrative alone; they go before shared ones.' },
  vars: {
    value: tablesOf(either({ type: ['string', 'number', 'boolean', 'array'] }, table('variable'))),
    help: 'What whoever runs it may set: a default, or { description, default }.',
  },
  metrics: { value: tablesOf(table('metric')), help: 'Numbers for whoever watches the server, by name.' },
  processors: {
    value: { type: 'array', items: oneOf(['content', 'discord']) },
    help: 'What is done with answers.',
    default: ['content'],
  },
}

const TABLE_OPTIONS: TableSpec['keys'] = {
  where: {
    value: TEXT,
    help: "A filter: review_status = 'pending' AND created_at > NOW() - INTERVAL '7 days'.",
    older: ['where_clause'],
  },
  order_by: { value: TEXT, help: 'Columns, each with ASC or DESC.' },
  limit: { value: COUNT, help: 'So many rows at most.' },
  offset: { value: COUNT, help: 'So many rows are passed over.' },
  format: { value: oneOf([...TABLE_FORMATS, 'md']), help: 'How the model sees the rows.', default: 'json' },
  pull_and_delete: { value: FLAG, help: 'True: the rows are taken out, once the act has succeeded.', default: false },
  required: { value: FLAG, help: 'True: a missing table or no rows is an error.', default: false },
  ...RETENTION,
}

const TABLE_QUERY: TableSpec['keys'] = {
  table_name: required({ value: TEXT, help: 'The table to read.' }),
  columns: { value: TEXTS, help: 'Only these columns.' },
  sample: { value: COUNT, help: 'So many random rows.' },
  alias: { value: TEXT, help: 'Name of the rows in placeholders.' },
  ...TABLE_OPTIONS,
}

const COMMAND: TableSpec['keys'] = {
  platform: required({ value: TEXT, help: 'The platform: discord or database.' }),
  command: required({ value: TEXT, help: 'Such as messages.send.' }),
  args: { value: OPEN_TABLE, help: 'Arguments; any other key is one as well.' },
  required: { value: FLAG, help: 'True: the narrative fails when the command does.', default: false },
  cache_duration: { value: COUNT, help: 'Seconds for which the result of a read is kept; 0: not at all.' },
  ...RETENTION,
}

const MEDIA: TableSpec['keys'] = {
  url: { value: TEXT, help: 'Where it is on the web.' },
  base64: { value: TEXT, help: 'Its bytes.' },
  file: { value: TEXT, help: 'A file beside the narrative, or below a folder of context.path.' },
  mime: { value: TEXT, help: 'Its media type, such as image/png; found out without it.' },
  filename: { value: TEXT, help: 'Its name, for documents.' },
}

function typeOf(...values: readonly string[]): TableSpec['keys'] {
  return { type: required({ value: oneOf(values), help: 'What kind of input it is.' }) }
}

// ---------------------------------------------------------------------------- the tables

export const LANGUAGE = {
  file: {
    help: 'A narrative file.',
    keys: {
      narrative: {
        value: either(table('narrative'), tablesOf(either(table('named_narrative'), table('link')))),
        help: 'The narrative, or several by name.',
      },
      narratives: {
        value: tablesOf(either(table('named_narrative'), table('link'))),
        help: 'Narratives of other files by name; older: narratives of this file.',
      },
      toc: TOC,
      carousel: CAROUSEL,
      acts: ACTS,
      bots: { value: tablesOf(table('bot')), help: 'Commands that acts refer to: bots.NAME.' },
      tables: { value: tablesOf(table('table')), help: 'Table reads that acts refer to: tables.NAME.' },
      media: { value: tablesOf(table('media')), help: 'Media that acts refer to: media.NAME.' },
      config: { value: table('config'), help: 'Defaults of models, by provider.' },
      shared: { value: table('settings'), help: 'Defaults of models.' },
      security: { value: table('security'), help: 'Which commands may write, and where.' },
    },
  },
  narrative: { help: 'The narrative of a file that has one.', keys: { ...NARRATIVE, name: required(NARRATIVE.name!) } },
  named_narrative: { help: 'One of several narratives of a file.', keys: NARRATIVE },
  link: {
    help: 'A narrative of another file.',
    keys: { narrative: required({ value: TEXT, help: 'Path of the file; .toml may be left out.' }) },
  },
  toc: {
    help: 'The acts to run, as a table.',
    keys: {
      order: { value: TOC_ORDER, help: 'The acts to run, in order.' },
      carousel: CAROUSEL,
      budget: BUDGET,
    },
  },
  act: {
    help: 'A step, in full.',
    keys: {
      input: {
        value: either(table('input'), { type: 'array', items: either(TEXT, table('input')) }),
        help: 'What it works with, in order.',
        older: ['inputs'],
      },
      prompt: { value: TEXT, help: 'One text, after the inputs.' },
      narrative: { value: TEXT, help: 'Runs this narrative instead.', older: ['narrative_ref'] },
      ...SETTINGS,
      system: SYSTEM,
      carousel: CAROUSEL,
      when: { value: TEXT, help: 'The act runs only if this holds: judge.score < 8 and count(posts) < 3.' },
      schema: {
        value: either({ const: 'table' }, { $ref: '#/definitions/json_schema' }),
        help: 'What the JSON of the answer must be; "table": rows of the target.',
      },
      retry: { value: either({ type: 'integer', minimum: 1 }, table('retry')), help: 'How the act is tried again.' },
      cache: { value: DURATION, help: 'The same question gets the same answer for so long.' },
      extract_output: { value: FLAG, help: 'Whether the JSON of the answer is stored; default: of the last act.' },
      skip_content_generation: { value: FLAG, help: 'True: the same as extract_output = false.', default: false },
      state_capture: { value: tablesOf(TEXT), help: 'Values to keep: key = "$.path" in the response.' },
      config: { value: table('settings'), help: 'Older: settings that the act itself does not give.' },
    },
  },
  text: {
    help: 'A text.',
    keys: {
      type: { value: oneOf(['text']), help: 'What kind of input it is.', default: 'text' },
      content: { value: TEXT, help: 'The text, with placeholders.', older: ['text'] },
      file: { value: TEXT, help: 'A file whose text it is; placeholders in it stay as they are.' },
      ...RETENTION,
    },
  },
  media_input: {
    help: 'A picture, sound, film or document.',
    keys: { ...typeOf(...INPUT_MEDIA_KINDS), ...MEDIA, ...RETENTION },
  },
  command: {
    help: 'A command of a platform.',
    keys: {
      ...typeOf('bot_command'),
      ...COMMAND,
      state: { value: table('capture'), help: 'A field of the result to keep.' },
      store_as: {
        value: TEXT,
        help: 'Key of the state under which the id of the result is kept.',
        older: ['save_output_as'],
      },
    },
    others: ANY,
  },
  table_input: { help: 'A read of a table.', keys: { ...typeOf('table'), ...TABLE_QUERY } },
  narrative_input: {
    help: 'The response of another narrative.',
    keys: {
      ...typeOf('narrative'),
      name: required({ value: TEXT, help: 'Its name, in this file or the other.' }),
      path: { value: TEXT, help: 'Path of the other file.' },
      ...RETENTION,
    },
  },
  reference: {
    help: 'Something of the file by its name, with what is different here.',
    keys: {
      ref: required({
        value: TEXT,
        help: 'Its name: bots.NAME, tables.NAME, media.NAME, narratives.NAME or narrative:FILE.',
      }),
      type: { value: ANY, help: 'Has no effect.' },
      ...TABLE_OPTIONS,
    },
  },
  bot: { help: 'A command of a platform, by name.', keys: COMMAND, others: ANY },
  table: { help: 'A read of a table, by name.', keys: TABLE_QUERY },
  media: { help: 'A picture, sound, film or document, by name.', keys: MEDIA },
  settings: { help: 'Settings of models.', keys: SETTINGS },
  config: { help: 'Settings of models, for all and by provider.', keys: SETTINGS, others: table('settings') },
  carousel: {
    help: 'A repetition.',
    keys: {
      iterations: required({ value: COUNT, help: 'How often; 0: nothing runs.' }),
      estimated_tokens_per_iteration: { value: COUNT, help: 'For the check of the budget.', default: 1000 },
      continue_on_error: { value: FLAG, help: 'True: a failed round does not end it.', default: false },
      budget: BUDGET,
    },
  },
  budget: {
    help: 'Shares of the limits of a model: above 0, at most 1.',
    keys: {
      rpm_multiplier: { value: share(), help: 'Of the requests a minute.', default: 1 },
      tpm_multiplier: { value: share(), help: 'Of the tokens a minute.', default: 1 },
      rpd_multiplier: { value: share(), help: 'Of the requests a day.', default: 1 },
    },
  },
  retry: {
    help: 'How an act is tried again.',
    keys: {
      attempts: { value: { type: 'integer', minimum: 1 }, help: 'How often at most, the first one included.' },
      backoff: { value: DURATION, help: 'Wait before the second attempt; it doubles with each further one.' },
      on: { value: TEXTS, help: 'Codes of the errors that bring the act back.' },
      reask: { value: COUNT, help: 'How often it is asked again when its JSON cannot be used.', default: 1 },
    },
  },
  variable: {
    help: 'What whoever runs the narrative may set.',
    keys: {
      default: { value: ANY, help: 'Its value unless another is given; without it one has to be.' },
      description: { value: TEXT, help: 'What it is, for people.' },
    },
  },
  metric: {
    help: 'A number that is taken from the JSON of an act, each time it has run.',
    keys: {
      kind: required({ value: oneOf(DECLARED_KINDS), help: 'What kind of metric it is.' }),
      act: required({ value: TEXT, help: 'The act whose response is read.' }),
      value: { value: JSON_PATH, help: 'Path of the number: $.score; without it a counter counts 1.' },
      each: { value: JSON_PATH, help: 'Path of a list whose elements are measured one by one.' },
      labels: {
        value: tablesOf(either(TEXT, table('metric_label'))),
        help: 'Labels: a path such as $.team, or a text that is always the same.',
      },
      help: { value: TEXT, help: 'What it counts, for people.', default: '' },
      buckets: {
        value: { type: 'array', items: NUMBER, minItems: 1, maxItems: 50 },
        help: 'Upper bounds of a histogram, which rise.',
      },
      series: {
        value: { type: 'integer', minimum: 1, maximum: 1_000 },
        help: 'How many sets of label values at most; the rest is other.',
        default: 100,
      },
    },
  },
  metric_label: {
    help: 'A label whose value stands in the JSON.',
    keys: {
      path: required({ value: JSON_PATH, help: 'Path of its value.' }),
      values: { value: TEXTS, help: 'Its values; any other is other.' },
    },
  },
  capture: {
    help: 'What to keep of the result of a command.',
    keys: {
      cache_key: required({ value: TEXT, help: 'Key of the state.' }),
      extract_field: { value: TEXT, help: 'Field of the result.', default: 'id' },
    },
  },
  security: {
    help: 'Which commands may write, and where.',
    keys: {
      policy: { value: table('policy'), help: 'Which commands may write.' },
      constraints: { value: table('constraints'), help: 'Where they may.' },
    },
  },
  policy: {
    help: 'Which commands may write.',
    keys: {
      allowed_commands: { value: TEXTS, help: 'Only these; the server decides without it.' },
      require_confirmation: { value: TEXTS, help: 'These wait for a person.' },
    },
  },
  constraints: {
    help: 'Where commands may write.',
    keys: {
      guild_id: { value: { type: ['string', 'integer'] }, help: 'The one server they may touch.' },
      channel_prefix: { value: TEXT, help: 'How the names of new channels begin.' },
    },
  },
} as const satisfies Readonly<Record<string, TableSpec>>

export type TableName = keyof typeof LANGUAGE

/** Keywords of the JSON Schemas in acts. */
export const SCHEMA_KEYWORDS: readonly string[] = [...KEYWORDS, ...ANNOTATIONS]

function share(): Fragment {
  return { type: 'number', exclusiveMinimum: 0, maximum: 1 }
}
