// Statements: what the narrative format says, section by section, and the tests that hold it. docs/narrative-format.md is printed
// from it.

/** `file › title of a test or of a row of its table`; the file is below test/, without `.test.ts`. */
export type Proof = string

export interface Section {
  readonly title: string
  readonly statements: readonly (readonly [statement: string, ...proofs: Proof[]])[]
}

const N = 'narratives/'
const micro = (title: string) => `${N}micro-cases › ${title}`
const broken = (title: string) => `${N}broken › ${title}`
const model = (title: string) => `${N}narrative › ${title}`
const pure = (title: string) => `${N}specification › ${title}`
const filled = (title: string) => `${N}placeholders › ${title}`
const run = (title: string) => `actors/runs › ${title}`
const ran = (title: string) => `actors/specification › ${title}`
const insert = (title: string) => `store/content/insert-rows › ${title}`
const select = (title: string) => `store/content/select-rows › ${title}`

export const SECTIONS: readonly Section[] = [
  {
    title: '1 File anatomy',
    statements: [
      ['The smallest valid file', pure('the smallest valid file')],
      ['UTF-8, with or without a byte order mark, LF or CRLF', pure('a byte order mark and CRLF change nothing')],
      ['The order of keys and sections has no meaning', pure('the order of sections has no meaning')],
      [
        'Unknown keys warn with their path at every level, with the nearest known one (D-46)',
        `${N}editor-schema › the list of keys is what the readers ask for`,
        `${N}broken › a key`,
        micro('an unknown key of the file'),
      ],
      [
        'A budget refuses unknown keys',
        micro('an unknown budget key'),
        `${N}editor-schema › budget, which refuses what it does not know`,
      ],
      [
        'What is not TOML is refused with its place',
        broken('a string that is never closed'),
        `${N}fuzz › every broken file gives errors with a place inside of it, and never anything else`,
      ],
      ['`carousel` at the root is that of the narrative (D-05)', model('at the root')],
      ['`[config]` and `[shared]` are defaults (D-19)', model('settings directly in [config] are for every provider')],
    ],
  },
  {
    title: '2 Which narrative is loaded',
    statements: [
      [
        'The single form is loaded without a name, and by its own (D-01b)',
        model('the single form answers to its own name, and to those beside it'),
      ],
      ['A name that is not there is refused with those that are', model('none is the default')],
      [
        'The only entry of the multi form is the default (D-01c)',
        micro('a named narrative'),
        `${N}dialects › an only element is the default`,
      ],
      ['Of several one has to be named', model('none is the default')],
      ['By key first, then by inner name', micro('an inner name is shown and also found')],
      [
        'The older `[narratives.N]` behaves like the multi form',
        micro('the older spelling'),
        `${N}dialects › 24.5: the older spelling of named narratives`,
      ],
      ['A link is followed', `${N}load-file › a link is followed, .toml or not`],
      [
        'A wrong key is told with its path, not as a failed variant (D-47)',
        `${N}broken › all errors of a file are reported at once, in the order of the file`,
      ],
      [
        'What the chosen narrative does not reach only warns',
        model('an error matters to those who reach it: %s'),
        micro('a broken act that nothing runs'),
      ],
      [
        '`FILE.NAME` on the command line',
        `${N}library › one after the other they run with the scripted model, and each fills its tables`,
      ],
    ],
  },
  {
    title: '3 Narrative keys',
    statements: [
      ['Each key is read', pure('every key of a narrative is read')],
      ['Each default', pure('without them a narrative has the defaults')],
      ['`name` is required in the single form, and not empty', micro('no name'), broken('an empty name')],
      ['`description` is optional everywhere (D-01)', micro('no description')],
      ['`target_table` is `target` (D-25)', pure('target_table is target (D-25)')],
      [
        '`preserve_source`: no read deletes',
        model('preserve_source switches deletion off'),
        ran('17.3: preserve_source keeps rows that an input would pull'),
      ],
      [
        'Wrong types are errors',
        broken('a flag in quotes'),
        broken('a model that is a number'),
        broken('a template that is a boolean'),
        broken('a target that is a table'),
        broken('a description that is an array'),
      ],
      [
        '`temperature` takes integers; beyond 0 to 2 it warns',
        micro('an integer as temperature'),
        micro('a hot temperature'),
        pure('a temperature of %d is a warning'),
        micro('a temperature in quotes'),
      ],
      ['`max_tokens` is a whole number from 0', micro('negative max_tokens'), micro('fractional max_tokens')],
      [
        '`title`, `author`, `version`, `tags` are for people and break nothing',
        model('what is only for people cannot break a narrative'),
      ],
    ],
  },
  {
    title: '4 Several narratives in a file',
    statements: [
      ['Private acts replace shared ones whole', model('a private act replaces the shared one of its name')],
      [
        'Acts and narratives may share names',
        `${N}corpus › the carousel of compositions runs narratives of its own file`,
      ],
      ['Resources belong to the file', model('a string reference is the resource itself')],
      ['The inner name changes what is shown, not what is looked up', micro('an inner name is shown and also found')],
      ['One name in both maps is refused', broken('a named narrative twice')],
      ['Links and definitions stand beside each other (D-03b)', micro('a link beside definitions')],
      ['Narratives called name and description', micro('narratives called name and description')],
    ],
  },
  {
    title: '5 Table of contents',
    statements: [
      ['All spellings, both forms (D-02, D-03)', pure('%s is the order of acts (D-02, D-03)')],
      ['A carousel in the toc (D-04)', model('in the toc'), model('in a table of the toc')],
      ['A budget in the toc (D-04)', pure('a budget in the toc is that of the narrative (D-04)')],
      ['The narrative goes before its toc, with a warning', model('the narrative wins over the toc, with a warning')],
      [
        'An order has to be there and hold something',
        micro('a toc without order'),
        micro('an empty order'),
        broken('no toc'),
      ],
      ['Each name has to exist', micro('an unknown act'), broken('an act of another narrative')],
      [
        'An act that stands there twice runs twice; the latest answer counts (D-12b)',
        micro('an act that the toc repeats is there twice'),
        run('an act that repeats is asked each time, and later acts see its latest answer'),
      ],
      ['Acts that no toc names are legal', micro('an empty act that nothing runs')],
    ],
  },
  {
    title: '6 Acts',
    statements: [
      [
        'A string is a prompt, or a reference',
        micro('a string act'),
        model('a string reference is the resource itself'),
      ],
      ['An array is inputs in order, kinds mixed', pure('an array is inputs in order, of mixed kinds')],
      [
        'Blank prompts and empty arrays are refused; a blank element is not',
        micro('a blank prompt'),
        micro('an empty array'),
        micro('an array of one blank text'),
      ],
      ['Numbers are no acts and no elements', micro('a number as act'), micro('a number in an array')],
      ['`text` is `content` (D-20)', micro('text for content'), micro('two spellings of a key')],
      ['Each key of a table act is read', pure('every key of an act is read')],
      ['`inputs` is `input`; a single table is one input (D-19b)', micro('inputs'), micro('a single input table')],
      ['`prompt` comes after the inputs (D-18)', pure('a prompt comes after the inputs (D-18)')],
      [
        '`narrative` and `narrative_ref` run a narrative; other keys are told to have no effect',
        micro('narrative_ref'),
        micro('a composition act with more'),
      ],
      [
        '`skip_content_generation` of an act (D-26)',
        model('not one that skips'),
        micro('skip and extract that disagree'),
      ],
      [
        '`config` of an act (D-24)',
        model('act, then its config, then narrative, then the section of the model, then shared'),
      ],
      ['`state_capture`', `${N}state-captures › what an act leaves in the state`],
      ['Neither inputs nor prompt nor narrative is refused', broken('a table act without content')],
      ['A header below an input belongs to the last input', pure('a header below an input belongs to the last input')],
      ['A name with other characters warns', model('an odd name')],
    ],
  },
  {
    title: '7 Inputs',
    statements: [
      [
        '`ref` names a resource; options beside it go before those of the resource (D-11b)',
        model('what stands beside a ref overrides the resource (D-11b)'),
      ],
      [
        'Without `type` it is a text; types are case-sensitive',
        micro('an input with content only'),
        micro('the type Text'),
      ],
      ['An unknown type is refused with the nearest', broken('a mistyped type'), micro('the type json')],
      [
        '`content` goes before `file`; one of them has to be there',
        pure('content goes before file'),
        broken('a text without content'),
        micro('a url without a type'),
      ],
      [
        'The text of a file is data',
        `${N}placeholders › files and URLs know only the environment`,
        micro('a missing file'),
      ],
      [
        'Media: url, base64, file, in this order, with a warning for two',
        pure('of the sources of an inline medium %s is the first'),
        micro('two sources'),
        broken('an image without a source'),
      ],
      ['The type of a medium is inferred where it is missing', micro('media types come from the extension')],
      ['`filename` of a document', pure('a document has a file name')],
      ['Media reach the model', run('media reaches the model, and a missing file ends the act with its place')],
      ['Each key of a command', pure('every key of a command is read')],
      [
        '`required`: a failed command ends the run, or is told to the model',
        run('a command that fails gives its error as text, unless it is required'),
      ],
      [
        'Other keys of a command are arguments; `args` goes first (D-22)',
        micro('keys beside a command become its arguments'),
      ],
      [
        '`platform` and `command` are required',
        broken('a command without a platform'),
        broken('a command without a command'),
      ],
      ['Each key of a table read', pure('every key of a table is read')],
      [
        '`where_clause` is `where`, which goes first (D-07)',
        micro('where_clause is the filter'),
        model('a string reference is the resource itself'),
      ],
      ['No limit, but never more than a thousand rows (D-09)', select('never gives more than a thousand rows')],
      ['`md` is markdown; another format is refused', micro('the format md'), broken('a mistyped format')],
      [
        '`sample` takes random rows and excludes `order_by`',
        select('gives a sample of the rows that the filter finds'),
        micro('random rows in an order'),
      ],
      [
        '`required` of a table: a missing table and no rows are errors',
        ran('a table that is missing is passed over, unless it is required; no rows are an error only then'),
      ],
      ['`type = "narrative"` (D-21)', micro('a narrative input'), broken('a narrative input without a name')],
    ],
  },
  {
    title: '8 Resource tables',
    statements: [
      [
        '`[bots.N]`: every other key is an argument, nested tables included',
        model('a string reference is the resource itself'),
        `${N}corpus › nested tables are arguments of a command`,
      ],
      [
        '`required`, `cache_duration`, `history_retention`, `args` are reserved (D-23)',
        model('a string reference is the resource itself'),
      ],
      [
        'An unused bot without its keys only warns; a used one is refused',
        micro('an unused bot without platform'),
        broken('a used bot without a command'),
      ],
      ['`[tables.N]`: its name is one of its names in placeholders', model('the names of a table in placeholders')],
      [
        'Wrong types in a table are errors',
        micro('columns as a string'),
        micro('limit as a string'),
        micro('a negative limit'),
      ],
      ['`[media.N]`: url, file, base64, in this order', pure('of the sources of a medium by name %s is the first')],
      ['The kind by media type', pure('the type %s is a kind of %s'), broken('media of an odd mime')],
      ['The kind and type by extension, in any case', pure('the extension %s is %s, %s')],
      ['base64 without a type is refused', micro('base64 without mime')],
      [
        'Query and fragment of a URL do not count',
        pure('of a URL neither query nor fragment counts'),
        micro('a URL with a query'),
      ],
      [
        'Unused media without a source only warn',
        micro('unused media without source'),
        broken('used media without a source'),
      ],
    ],
  },
  {
    title: '9 References',
    statements: [
      [
        '`bots.x`, `tables.x`, `media.x`, `narrative:x`',
        model('a string reference is the resource itself'),
        micro('a reference to a file'),
      ],
      [
        'A missing target is refused with the nearest',
        broken('a mistyped bot'),
        broken('an unknown table'),
        broken('unknown media'),
        micro('an unknown narrative'),
      ],
      [
        'What is not wholly a reference is a prompt, with a warning (D-17)',
        pure('%j is a prompt, with a warning (D-17)'),
        micro('a sentence that begins like a reference'),
        micro('a bot reference with two dots'),
      ],
      [
        '`narrative.x` only where it exists (D-16)',
        micro('a local narrative that does not exist'),
        model('an inline narrative makes a composition act, also by narrative.x'),
      ],
      [
        '`narratives.x` is a link, or a definition (D-03b)',
        `${N}load-file › a link is followed, .toml or not`,
        model('an inline narrative makes a composition act, also by narrative.x'),
      ],
      ['Links may omit `.toml`', `${N}load-file › a link is followed, .toml or not`],
    ],
  },
  {
    title: '10 Media and files',
    statements: [
      [
        'An absolute path as it is, where it lies in one of the bases',
        'actors/find-file › an absolute path is taken where it lies in one of the bases, and refused elsewhere',
      ],
      [
        'Else beside the narrative, in the context folders, in the working directory; bare names below them; never out of them (D-45)',
        'actors/find-file › a file is found %s',
      ],
      [
        'Missing: a warning at load, an error at run (D-44)',
        micro('a missing file'),
        run('media reaches the model, and a missing file ends the act with its place'),
      ],
    ],
  },
  {
    title: '11 Placeholders',
    statements: [
      [
        'Both notations, white space trimmed',
        filled('a response in the other notation'),
        filled('white space inside the braces'),
      ],
      [
        '`previous`, `prev`; an error in the first act',
        filled('the act before'),
        filled('prev'),
        filled('previous in the first act'),
      ],
      [
        '`ACT`, `ACT.a.b`: strings raw, others as JSON',
        filled('a response'),
        filled('a path'),
        filled('a number, a boolean, null'),
        filled('an object and an array, compact'),
      ],
      ['`previous.a.b`', filled('a path into the act before')],
      ['`state:KEY`, also `STATE:`', filled('the state'), filled('STATE in capitals')],
      ['`env:VAR`, `${VAR}`, `$VAR`', filled('the environment')],
      [
        'Aliases, resources and tables are names (D-13b)',
        pure('an alias, a resource and a table name are names of what was read (D-13b)'),
        run('rows of a table are rendered, and leave the conversation as their retention says'),
      ],
      [
        '`steps[N].result.text`',
        `${N}dialects › a step is named by its act; one of the system by the first that answers after it`,
      ],
      [
        'Digits index a list; another segment is of its last element (D-33)',
        filled('an array by number'),
        filled('the last element when no number is given'),
      ],
      [
        'Strict in arguments, however deep (D-14)',
        filled('arguments are filled in however deep; other values and names stay'),
      ],
      ['Lenient in prompts (D-13)', run('an act sees the conversation so far, and its placeholders filled in')],
      [
        'Each reason why a strict one fails',
        filled('a placeholder without a value'),
        filled('a missing state key is told with the keys that are there'),
        run('a placeholder that is nearly a name is told the name, a missing key the keys there are'),
      ],
      ['`file` and `url` know the environment only', filled('files and URLs know only the environment')],
      [
        'One pass: what is brought in is not looked at again',
        filled('what a placeholder brings in is never looked at again'),
      ],
      [
        'Nothing is expanded at load; the order of sources (D-15)',
        filled('an act when the environment has no such name'),
        filled('the environment for a small name that is no act'),
      ],
      ['`${X:-d}`, `$$`', filled('a fallback'), filled('nothing for an escaped dollar sign')],
      ['`validate --env` names what is unset', model('environment variables that are not set')],
      [
        '`{% if %}` with `else`, what counts as no, nothing else (D-49)',
        filled('both branches'),
        filled('%j counts as nothing'),
        filled('another block tag'),
        filled('only prompts have them'),
      ],
    ],
  },
  {
    title: '12 Execution',
    statements: [
      [
        'One user message of all inputs, one answer, the whole conversation each time',
        run('an act sees the conversation so far, and its placeholders filled in'),
      ],
      [
        'Which act asks a model',
        model('which act asks a model (section 12.2)'),
        `${N}corpus › only acts with words, or nothing but media, ask a model`,
      ],
      [
        'The response of an act that only acts (D-33)',
        ran(
          'the response of an act that only acts: one result, a list of several, the rendered table, the nested answer',
        ),
      ],
      [
        'Its results reach the next act that asks a model (D-32)',
        run('what a command gave stands at the front of the next prompt'),
      ],
      [
        'A command becomes pretty-printed JSON',
        ran('the result of a command is pretty-printed JSON for the act that asked for it'),
      ],
      [
        'A missing table is passed over; another error fails',
        ran('a table that is missing is passed over, unless it is required; no rows are an error only then'),
        ran('a filter that cannot be read fails the act'),
      ],
      [
        'A narrative as an input is its last answer (D-35)',
        run('a linked file runs for an input, and gives its last answer'),
      ],
    ],
  },
  {
    title: '13 Composition and nesting',
    statements: [
      [
        'A conversation of its own; its answers join the one around it',
        run('a narrative in an act has a conversation of its own; its answers join the one around it'),
      ],
      ['Model settings of its own', ran('a nested narrative has its own model settings, not those of its caller')],
      [
        'Rows by its own rules; a nested carousel turns (D-34)',
        ran('a nested carousel turns (D-34), and its rows go to the table of the nested narrative'),
        pure('only the last act is looked at for rows, and no composition'),
      ],
      [
        'Depth at most eight, no circles (D-37)',
        `${N}load-file › has at most eight`,
        `${N}load-file › never comes back to one of its own`,
        broken('a narrative that runs itself'),
      ],
      ['An unknown name is refused at load', broken('an unknown narrative to run')],
      [
        'Files beside the caller, then at the base (D-36)',
        `${N}load-file › what is not beside the file is looked for at the base`,
      ],
      [
        'The linked file is chosen from by the rules of section 2',
        `${N}load-file › a link to a file of several is ambiguous`,
        `${N}load-file › of the same file, and of others`,
      ],
    ],
  },
  {
    title: '14 Carousels',
    statements: [
      [
        '`iterations` is required; 0 runs nothing; an integer is short for it (D-06)',
        micro('a carousel without iterations'),
        micro('a carousel of no iterations'),
        micro('a carousel as an integer'),
        broken('iterations in quotes'),
      ],
      [
        'The other keys and their defaults',
        model('an act has one of its own'),
        model('as a number'),
        broken('a carousel flag in quotes'),
      ],
      [
        'A narrative turns with fresh conversations; each round is an execution',
        run('a carousel runs its rounds with conversations of their own, and an empty one runs nothing'),
      ],
      [
        '`continue_on_error` of a narrative',
        run('a round that fails ends the carousel or not (continue_on_error = %s)'),
      ],
      [
        'An act turns within one conversation, its response is all turns (D-38)',
        run('an act with a carousel turns within one conversation, and responds with all its turns'),
      ],
      ['Each turn of an act is looked at for rows', ran('14.2: each turn of an act is looked at for rows')],
      ['`continue_on_error` of an act', ran('14.2: a turn that fails ends the act or not (continue_on_error = %s)')],
      [
        'A full minute is waited out, by real requests and tokens; a full day stops (D-39)',
        'models/pacing › a full minute is waited out',
        'models/pacing › real tokens count once the answer is there',
        ran('a day that is full ends a carousel, whatever it does after errors (D-39)'),
      ],
    ],
  },
  {
    title: '15 Model parameters',
    statements: [
      [
        'Act, its config, narrative, section of the provider, shared',
        model('act, then its config, then narrative, then the section of the model, then shared'),
        model('the section of the model in use comes first'),
      ],
      ['They reach the question', run('settings of the model reach the question, the act before its narrative')],
      [
        'They reach the wire of each provider',
        'models/providers › sends the whole conversation, temperature and limit',
      ],
      [
        'The name decides the provider, `provider/model` forces one (D-42)',
        'models/models › gpt-4',
        'models/models › gemini/gemini-2.5-pro',
      ],
    ],
  },
  {
    title: '16 History retention',
    statements: [
      [
        'full, summary, drop; 10 000 bytes are still full',
        `${N}retention › full stays`,
        `${N}retention › 10 000 bytes are still full`,
        `${N}retention › more is summarised`,
        `${N}retention › drop`,
      ],
      ['An unknown value warns and is full', micro('an unknown retention')],
      [
        'Each summary text',
        `${N}retention › a narrative`,
        `${N}retention › a long text is not`,
        `${N}retention › large media`,
        ran('what a later act sees of a command: %s'),
      ],
      [
        'Texts and media are full until they are large',
        `${N}retention › a text is always full`,
        `${N}retention › media by URL counts nothing`,
        ran('what is larger than 10 000 bytes is summarised'),
      ],
      ['On references and resources, the input first (D-11)', ran('the input goes before its resource')],
    ],
  },
  {
    title: '17 Table reads',
    statements: [
      [
        'Columns, filter, order, limit, offset',
        select('gives the asked columns in the asked order, spelled as the table does'),
        select('cuts by limit and offset'),
        select('orders by %s, then by id'),
      ],
      ['Names are identifiers that exist', select('a hostile table name'), select('an unknown column')],
      [
        'The filter language, with bound values',
        'store/filter/filter › whatever is written, a filter is understood or refused, and never harms',
      ],
      [
        'What cannot be read warns at load and fails at run',
        model('warnings before anything runs'),
        select('a bad filter'),
      ],
      [
        'A filter on a column that is not there finds nothing',
        select('a filter on a column that is not there finds nothing, and says so'),
      ],
      [
        'json, markdown, csv; what no rows are',
        `${N}render-rows › json is a pretty array of objects, in the order of the columns`,
        `${N}render-rows › markdown keeps a cell in its cell`,
        `${N}render-rows › csv quotes what needs it`,
        `${N}render-rows › no rows`,
      ],
      [
        'Nothing deletes but `pull_and_delete`, and only when the act succeeds (D-10)',
        run('pulled rows are gone once the act is done, and still there when it failed'),
      ],
      [
        'Exactly the rows that were returned',
        'store/claims › what was pulled is deleted when the act completes, and not before',
      ],
    ],
  },
  {
    title: '18 Commands and state',
    statements: [
      ['Older names of commands (D-43b)', 'platforms/platforms › an alias is carried out'],
      [
        'Unknown platforms and commands',
        'platforms/platforms › an unknown command or platform is told the nearest known one',
      ],
      [
        'Only reads are cached; 0 switches it off',
        'platforms/platforms › answers the same question once, until it is too old',
        'platforms/platforms › never answers a write, and keeps no failure',
      ],
      ['Ids of a result are kept under three names', `${N}state-captures › what a command leaves in the state`],
      [
        'State outlives a run',
        run('state that a command leaves is there in the next run'),
        'store/state › state survives a restart; the last writer wins',
      ],
      [
        '`state`, `store_as`, `save_output_as`',
        `${N}state-captures › an asked field`,
        pure('every key of a command is read'),
      ],
      ['Captured keys under their bare name', ran('18.4: what is captured is read under its bare name as well')],
    ],
  },
  {
    title: '19 Output',
    statements: [
      [
        'Which act stores (D-27, D-27b)',
        model('which act stores its output (section 19.1)'),
        run('JSON is stored from the last act, or from the one that asks for it; never where it is switched off'),
      ],
      ['No JSON: told, and the run goes on', run('an answer without JSON is told, and the run goes on')],
      [
        'The table is the target, else the name made an identifier (D-30, D-31)',
        model('the table of a narrative (D-30, D-31)'),
        ran('a template without a target stores in the table of the narrative (D-30)'),
      ],
      [
        'Prompts of a template',
        `${N}templates › a content focus gets columns before it and rules after it`,
        `${N}templates › a text that speaks of its form is left alone`,
        run('a template tells the model its columns, and its table takes the rows'),
      ],
      [
        'A template that does not exist fails the act',
        ran('a template that does not exist fails the act that needs it'),
      ],
      [
        'Fences, the earlier bracket, balanced regions',
        `${N}malformed-json › a json fence after another one`,
        `${N}malformed-json › a fence that is never closed`,
        `${N}malformed-json › brackets inside of strings`,
      ],
      [
        'Each repair (D-41)',
        `${N}malformed-json › a byte order mark`,
        `${N}malformed-json › curly quotes`,
        `${N}malformed-json › a trailing comma in an object`,
        `${N}malformed-json › single quotes`,
        `${N}malformed-json › a line break inside of a string`,
        `${N}malformed-json › cut inside of a string`,
        `${N}malformed-json › no opening brace, in a fence`,
        `${N}malformed-json › a broken template, then the answer`,
      ],
      [
        'Neither object nor list of objects is refused',
        `${N}extract-json › an array of numbers`,
        `${N}extract-json › a mixed array`,
      ],
      [
        'Types of columns and their conflicts',
        `${N}columns › the type of a column`,
        `${N}columns › columns are all keys of all rows, and none is required`,
      ],
      [
        'Bookkeeping columns and a key (D-31b)',
        insert('has the content, a number for each row, and the bookkeeping columns'),
        insert('that are texts go to source_id'),
      ],
      [
        'A table that exists gets the columns that it lacks',
        insert('gets the columns that it lacks, and keeps the rows that it has'),
      ],
      ['Keys find columns in any case', insert('%s finds the column %s')],
      [
        'Unmatched keys are dropped with a word, missing ones are NULL',
        insert('without a column are told once, with their number'),
        insert('that are required and missing leave a NULL and a warning'),
      ],
      ['Values are brought to the type of their column', insert('%s takes %j as %j')],
      [
        'Bad rows are skipped, unless all are',
        insert('are skipped, the others stored'),
        insert('alone are an error, after which nothing is there but the record of it'),
      ],
      [
        'All rows of an act in one transaction',
        'store/journal › stores rows, deletes what was pulled and completes, together (S3)',
      ],
      ['One record a run and table', insert('are one record a run and table, which acts add to')],
    ],
  },
  {
    title: '20 Processors',
    statements: [
      [
        '`discord` stores in the tables of Discord, by the name of the act or tell-tale keys',
        ran('stores answers in the tables of Discord, by the name of the act or by their keys'),
        ran('is not there unless the narrative asks for it'),
      ],
      [
        '`["content"]` without the key; an unknown one warns',
        pure('without them a narrative has the defaults'),
        micro('an unknown processor'),
      ],
      [
        'Without `content` nothing is stored',
        pure('processors that do not name content store nothing'),
        ran('processors without content store nothing'),
      ],
    ],
  },
  {
    title: '21 Budget',
    statements: [
      [
        'Each share is above 0 and at most 1',
        micro('a budget above 1'),
        broken('a budget of 0'),
        broken('a negative budget'),
      ],
      [
        'The limit is rounded, at least 1',
        'models/pacing › a share is rounded',
        'models/pacing › the least share is one',
      ],
      [
        'The smallest share of all levels counts, once (D-40)',
        ran('of all levels the smallest share counts, each once (D-40)'),
      ],
      ['Wrong types and unknown keys', broken('a budget in quotes'), broken('a budget of an unknown key')],
    ],
  },
  {
    title: '22 Security',
    statements: [
      [
        'Each key is read; without the section the server decides',
        model('policy and constraints'),
        model('without the section the server decides'),
      ],
      [
        'What is allowed, confirmed, constrained (D-48)',
        'platforms/policy › what may be done',
        'platforms/policy › constraints',
      ],
      [
        'Refused before the first act where it is known, and again when it is carried out',
        run('what the file forbids is refused before anything is asked or sent'),
        run('a command of a narrative further in is refused as early'),
        'platforms/policy › a refused command is not sent',
      ],
    ],
  },
  {
    title: '23 Errors and diagnostics',
    statements: [
      ['The codes exist, with a way out', pure('23: the code %s is known and has a way out')],
      ['More than 120 broken files, each with its code and place', `${N}broken › the table holds at least 120 files`],
      [
        'All errors of a file at once',
        `${N}broken › all errors of a file are reported at once, in the order of the file`,
      ],
    ],
  },
  {
    title: '24 Older dialects',
    statements: [
      [
        '24.1 acts as an array',
        `${N}dialects › the order of the array is the toc; a missing name is made`,
        micro('acts as an array'),
      ],
      [
        '24.2 a header at the root, or `[metadata]`',
        `${N}dialects › root keys make the narrative; a name inside an input is an argument`,
        `${N}dialects › [metadata] stands with a normal toc and acts as well`,
      ],
      [
        '24.3 steps',
        `${N}dialects › a step of the system is no act; the others keep their numbers`,
        `${N}dialects › without a header the file gives the name`,
      ],
      ['24.3 `${prev.channel_id}` falls back to `id`', filled('the id of a channel that prev only calls id')],
      [
        '24.4 narratives as an array, variables in single braces',
        `${N}dialects › each element is a narrative with its variables and its output`,
        `${N}placeholders › single braces, for narratives with local variables`,
        run('a narrative of the oldest dialect is told what its caller had last'),
      ],
      ['24.5 older spellings', `${N}dialects › 24.5: the older spelling of named narratives`],
      [
        'One warning each, and `--fix` writes them in the present form',
        `${N}corpus › files in the present form are warned of nothing but acts that are not used`,
        `${N}fixing/fix-file › %s means the same, keeps its comments, and needs no second time`,
      ],
    ],
  },
  {
    title: '26 Micro-cases',
    statements: [
      ['Accepted', micro('accepted without a word'), micro('accepted with a warning')],
      ['Refused', micro('refused')],
      ['What they mean', micro('what the cases mean')],
    ],
  },
  {
    title: '27 Public corpus',
    statements: [
      ['All files load', `${N}corpus › has the files that are expected here`],
      [
        'Changed at random they never crash, and every error has its place',
        `${N}fuzz › every broken file gives errors with a place inside of it, and never anything else`,
      ],
    ],
  },
  {
    title: '28 Commands',
    statements: [
      [
        'The whole catalogue, with its result keys',
        'platforms/discord/commands › the whole catalogue',
        'platforms/docs › docs/platforms.md holds the table of commands as the code has it',
      ],
      ['Arguments that are wrong or missing', 'platforms/discord/commands › refused before anything is sent: %s'],
      [
        'Unknown arguments are ignored with a warning',
        'platforms/discord/commands › an unknown argument is ignored with a warning that knows the right one',
      ],
      [
        'Exact integers are ids',
        'platforms/discord/commands › an exact integer is an id',
        model('an id beyond a number keeps its digits'),
      ],
      [
        'Long messages are cut between characters',
        'platforms/discord/live › cuts a long text into messages and describes the first',
        'platforms/discord/message-text › any text comes out whole but for blank space, in parts that Discord takes',
      ],
      [
        '`update_table` on listed tables only',
        'platforms/database › the list of tables can be configured',
        'platforms/database › update_table changes rows, and answers how many',
      ],
    ],
  },
  {
    title: '29 Template columns',
    statements: [['The six tables, their keys and required columns', `${N}templates › the catalogue of columns`]],
  },
]
